//! The process between us and a server: it takes the place of a `fork` hook, which safe Rust does
//! not have, and then becomes the server by `exec`.
//!
//! ```text
//!  <binary> guard  own|namespace|nobody  SIGINT|SIGTERM  <parent>  <program>  <arguments>...
//!                  │                     │               │         └ exec: same process id
//!                  │                     │               └ ends if that one is gone already
//!                  │                     └ the kernel sends it when the parent's thread dies
//!                  └ root becomes an ordinary user: Postgres refuses root
//! ```
//!
//! As root, a user namespace is the simplest way: Postgres sees uid 1000, while the files stay
//! root's and lie where they are, even under a root-only home. Where namespaces are forbidden the
//! server runs as `nobody`, and its folder is given to that user.

use std::{
    convert::Infallible,
    env,
    ffi::{OsStr, OsString},
    fs, io,
    os::unix::{fs::chown, process::CommandExt},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    str::FromStr,
};

use nix::{
    sched::{CloneFlags, unshare},
    sys::{prctl, signal::Signal},
    unistd::{Gid, Pid, Uid, getegid, geteuid, getppid, setgid, setgroups, setuid},
};

use crate::Error;

/// The hidden subcommand.
const SUBCOMMAND: &str = "guard";

/// The uid and gid of `nobody` and `nogroup` by convention.
const NOBODY: u32 = 65_534;

/// Becomes a server if this process was started as its guard; else returns at once.
///
/// The first thing in `main`, before any thread exists and therefore outside `#[tokio::main]`: a
/// process with threads cannot enter a user namespace.
pub fn intercept() -> Result<(), Error> {
    let mut arguments = env::args_os().skip(1);
    if arguments.next().is_some_and(|first| first == SUBCOMMAND) {
        match run(arguments)? {}
    }
    Ok(())
}

/// Becomes the server that the arguments after `guard` name. Returns only if that fails.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> Result<Infallible, Error> {
    let call = Call::parse(arguments).ok_or(Error::GuardCall)?;
    call.identity.assume()?;
    // After the change of identity, which would clear it.
    prctl::set_pdeathsig(call.signal).map_err(Error::guard("ask for the parent's death signal"))?;
    if getppid() != call.parent {
        return Err(Error::GuardOrphaned);
    }
    let failed = Command::new(call.program).args(call.arguments).exec();
    Err(Error::guard("become the server")(failed))
}

struct Call {
    identity: Identity,
    signal: Signal,
    parent: Pid,
    program: OsString,
    arguments: Vec<OsString>,
}

impl Call {
    fn parse(arguments: impl IntoIterator<Item = OsString>) -> Option<Self> {
        let mut arguments = arguments.into_iter();
        Some(Self {
            identity: Identity::parse(arguments.next()?.to_str()?)?,
            signal: Signal::from_str(arguments.next()?.to_str()?).ok()?,
            parent: Pid::from_raw(arguments.next()?.to_str()?.parse().ok()?),
            program: arguments.next()?,
            arguments: arguments.collect(),
        })
    }
}

/// As whom a server runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Identity {
    /// As we do.
    Own,
    /// As an ordinary user of a user namespace, who is root outside.
    Namespace,
    /// As the user `nobody`.
    Nobody,
}

impl Identity {
    /// Who can run a program that refuses root.
    pub(crate) fn for_ordinary(guard: &Path, program: &Path) -> Result<Self, Error> {
        if !geteuid().is_root() {
            return Ok(Self::Own);
        }
        let mut said = String::new();
        for identity in [Self::Namespace, Self::Nobody] {
            let mut trial = Guarded { guard, identity, signal: Signal::SIGTERM }
                .command(program, ["--version"]);
            let output = trial.output().map_err(Error::no_guard(guard))?;
            if output.status.success() {
                return Ok(identity);
            }
            said = String::from_utf8_lossy(&output.stderr).into_owned();
        }
        Err(Error::NoOrdinaryUser {
            program: program.to_path_buf(),
            said: said.trim_end().to_owned(),
        })
    }

    fn word(self) -> &'static str {
        match self {
            Self::Own => "own",
            Self::Namespace => "namespace",
            Self::Nobody => "nobody",
        }
    }

    fn parse(word: &str) -> Option<Self> {
        [Self::Own, Self::Namespace, Self::Nobody].into_iter().find(|one| one.word() == word)
    }

    /// Gives a file or a folder with all that is in it to the one who is to use it.
    pub(crate) fn give(self, path: &Path) -> Result<(), Error> {
        match self {
            Self::Own | Self::Namespace => Ok(()),
            Self::Nobody => give_to_nobody(path).map_err(Error::io("give to `nobody`", path)),
        }
    }

    fn assume(self) -> Result<(), Error> {
        match self {
            Self::Own => Ok(()),
            Self::Namespace => enter_namespace(),
            Self::Nobody => {
                setgroups(&[]).map_err(Error::guard("drop its groups"))?;
                setgid(Gid::from_raw(NOBODY)).map_err(Error::guard("become group `nogroup`"))?;
                setuid(Uid::from_raw(NOBODY)).map_err(Error::guard("become user `nobody`"))
            }
        }
    }
}

fn enter_namespace() -> Result<(), Error> {
    let (uid, gid) = (geteuid(), getegid());
    unshare(CloneFlags::CLONE_NEWUSER).map_err(Error::guard("enter a user namespace"))?;
    for (file, text) in [
        ("setgroups", "deny".to_owned()), // else the kernel refuses the map of groups
        ("uid_map", format!("1000 {uid} 1")),
        ("gid_map", format!("1000 {gid} 1")),
    ] {
        fs::write(Path::new("/proc/self").join(file), text)
            .map_err(Error::guard("map its user in the namespace"))?;
    }
    Ok(())
}

fn give_to_nobody(path: &Path) -> io::Result<()> {
    chown(path, Some(NOBODY), Some(NOBODY))?;
    if path.is_dir() {
        for entry in fs::read_dir(path)? {
            give_to_nobody(&entry?.path())?;
        }
    }
    Ok(())
}

/// How to start programs under guard.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Guarded<'a> {
    /// The binary with the hidden subcommand.
    pub(crate) guard: &'a Path,
    /// As whom they run.
    pub(crate) identity: Identity,
    /// What the kernel tells them when we die.
    pub(crate) signal: Signal,
}

impl Guarded<'_> {
    /// The command that starts `program` under guard, with its messages in English and without our
    /// own settings for clients of Postgres.
    pub(crate) fn command<A: AsRef<OsStr>>(
        self,
        program: &Path,
        arguments: impl IntoIterator<Item = A>,
    ) -> Command {
        let mut command = Command::new(self.guard);
        command
            .args([SUBCOMMAND, self.identity.word(), self.signal.as_str()])
            .arg(std::process::id().to_string())
            .arg(program)
            .args(arguments)
            .stdin(Stdio::null())
            .current_dir("/")
            .env("LC_ALL", "C");
        for (variable, _) in env::vars_os() {
            if variable.to_str().is_some_and(|name| name.starts_with("PG")) {
                command.env_remove(variable);
            }
        }
        command
    }
}

/// The guard binary's absolute path.
pub(crate) fn absolute(guard: &Path) -> Result<PathBuf, Error> {
    std::path::absolute(guard).map_err(Error::io("find", guard))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Option<Call> {
        Call::parse(line.split(' ').map(OsString::from))
    }

    #[test]
    fn the_guard_reads_what_the_starter_writes() {
        let guarded = Guarded {
            guard: Path::new("/bin/yizhan"),
            identity: Identity::Namespace,
            signal: Signal::SIGINT,
        };
        let command = guarded.command(Path::new("/bin/postgres"), ["-D", "data"]);
        let mut arguments = command.get_args().map(OsStr::to_os_string);
        assert_eq!(arguments.next().unwrap(), SUBCOMMAND);
        let call = Call::parse(arguments).unwrap();
        assert_eq!(call.identity, Identity::Namespace);
        assert_eq!(call.signal, Signal::SIGINT);
        assert_eq!(call.parent.as_raw(), std::process::id().cast_signed());
        assert_eq!(call.program, "/bin/postgres");
        assert_eq!(call.arguments, ["-D", "data"]);
    }

    #[test]
    fn a_call_by_hand_is_refused() {
        assert!(parse("own SIGINT 1 true").is_some());
        for line in
            ["", "root SIGINT 1 true", "own INTERRUPT 1 true", "own SIGINT me true", "own SIGINT 1"]
        {
            assert!(parse(line).is_none(), "{line}");
        }
    }
}
