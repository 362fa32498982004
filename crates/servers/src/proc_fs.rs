//! What `/proc` tells about processes.

use std::fs;

/// What there is to know about a process that exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stat {
    /// `R`, `S`, `T` (stopped), `Z` (ended, but nobody has asked how) and others.
    pub(crate) state: char,
    /// The parent's process id.
    pub(crate) parent: i32,
    /// When it started, in ticks since boot: with the id, this names it for ever.
    pub(crate) started: u64,
}

impl Stat {
    /// Reads `/proc/<pid>/stat`; `None` if there is no such process.
    pub(crate) fn of(pid: i32) -> Option<Self> {
        Self::parse(&fs::read_to_string(format!("/proc/{pid}/stat")).ok()?)
    }

    fn parse(text: &str) -> Option<Self> {
        // The second field is the program's name in parentheses and may hold both of them.
        let (_, rest) = text.rsplit_once(") ")?;
        let mut fields = rest.split(' ');
        let state = fields.next()?.chars().next()?;
        let parent = fields.next()?.parse().ok()?;
        let started = fields.nth(17)?.parse().ok()?;
        Some(Self { state, parent, started })
    }

    /// Whether it still runs, or stands stopped, rather than waiting to be reaped.
    pub(crate) fn lives(self) -> bool {
        !matches!(self.state, 'Z' | 'X')
    }
}

/// The processes that `parent` started and that live.
pub(crate) fn children(parent: i32) -> Vec<i32> {
    let Ok(entries) = fs::read_dir("/proc") else { return Vec::new() };
    entries
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
        .filter(|&pid| Stat::of(pid).is_some_and(|stat| stat.parent == parent && stat.lives()))
        .collect()
}

/// The command line of a process, its arguments parted by spaces.
pub(crate) fn command_line(pid: i32) -> String {
    let bytes = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
    String::from_utf8_lossy(&bytes).replace('\0', " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stat_line_is_read_whatever_the_program_is_called() {
        let line = "4242 (a) b) c) S 17 4242 4242 0 -1 4194560 1 0 0 0 0 0 0 0 20 0 1 0 987654 1 2";
        let stat = Stat::parse(line).unwrap();
        assert_eq!(stat, Stat { state: 'S', parent: 17, started: 987_654 });
    }

    #[test]
    fn this_process_lives_and_knows_its_parent() {
        let stat = Stat::of(std::process::id().cast_signed()).unwrap();
        assert!(stat.lives());
        assert_eq!(stat.parent, nix::unistd::getppid().as_raw());
        assert_eq!(Stat::of(i32::MAX), None);
    }
}
