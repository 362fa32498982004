//! The manual clock: an offset in a file that separate processes share.
//!
//! The file holds how far the service's time is ahead of the machine's, as an ISO 8601 duration
//! (`PT4H30M`); one that began in the past is behind it (`-PT720H`). Whoever moves the time writes it; every service follows it within 50 ms.

use std::{
    fs, io,
    path::{Path, PathBuf},
    time::Duration,
};

use clock::Clock;
use jiff::SignedDuration;
use tokio::{
    sync::watch,
    time::{MissedTickBehavior, interval},
};
use tokio_util::sync::CancellationToken;

/// How far the time may be from the machine's: 50 years of 365 days. Calendars and the arithmetic of
/// instants end some day, and time that was moved is never moved back.
pub const FARTHEST: SignedDuration = SignedDuration::from_hours(50 * 365 * 24);

const READ_EACH: Duration = Duration::from_millis(50);

/// The offset in `file`; none where there is no file.
pub fn read(file: &Path) -> io::Result<SignedDuration> {
    match fs::read_to_string(file) {
        Ok(text) => {
            let wrong = |problem| io::Error::new(io::ErrorKind::InvalidData, problem);
            let offset: SignedDuration = text.trim().parse().map_err(|error| {
                wrong(format!("{} holds no duration such as PT4H: {error}", file.display()))
            })?;
            if offset.abs() > FARTHEST {
                return Err(wrong(format!("{} holds more than 50 years", file.display())));
            }
            Ok(offset)
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(SignedDuration::ZERO),
        Err(error) => Err(error),
    }
}

/// Writes the offset, so that a reader sees the old one or the new one and never half of it.
pub fn write(file: &Path, offset: SignedDuration) -> io::Result<()> {
    let new = file.with_extension("new");
    fs::write(&new, format!("{offset}\n"))?;
    fs::rename(new, file)
}

/// A clock that follows a file.
#[derive(Debug)]
pub struct ManualClock {
    file: PathBuf,
    clock: Clock,
    moved: watch::Sender<SignedDuration>,
}

impl ManualClock {
    /// Begins `clock` where `file` says it is.
    pub fn open(file: PathBuf, clock: Clock) -> io::Result<Self> {
        let offset = read(&file)?;
        clock.begin(offset);
        Ok(Self { file, clock, moved: watch::Sender::new(offset) })
    }

    /// Changes whenever the time was moved: planned wake-ups may be due.
    pub fn moved(&self) -> watch::Receiver<SignedDuration> {
        self.moved.subscribe()
    }

    /// Follows the file until `stop`. A file that cannot be read keeps the time where it is.
    pub async fn run(self, stop: CancellationToken) -> io::Result<()> {
        let mut each = interval(READ_EACH);
        each.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut readable = true;
        loop {
            tokio::select! {
                () = stop.cancelled() => return Ok(()),
                _ = each.tick() => {}
            }
            match read(&self.file) {
                Ok(offset) => {
                    readable = true;
                    self.clock.set_offset(offset);
                    let now = self.clock.offset();
                    self.moved.send_if_modified(|known| std::mem::replace(known, now) != now);
                }
                Err(error) => {
                    if std::mem::take(&mut readable) {
                        tracing::error!(%error, "the manual clock stands");
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(name: &str) -> PathBuf {
        let file = std::env::temp_dir().join(format!("yizhan-clock-{name}-{}", std::process::id()));
        drop(fs::remove_file(&file));
        file
    }

    #[test]
    fn what_was_written_is_read_and_no_file_is_no_offset() {
        let file = file("written");
        assert_eq!(read(&file).unwrap(), SignedDuration::ZERO);
        let offset = SignedDuration::from_mins(270);
        write(&file, offset).unwrap();
        assert_eq!(fs::read_to_string(&file).unwrap(), "PT4H30M\n");
        assert_eq!(read(&file).unwrap(), offset);
    }

    #[test]
    fn a_time_that_calendars_do_not_reach_is_refused_before_anything_counts_with_it() {
        let file = file("far");
        write(&file, FARTHEST).unwrap();
        assert_eq!(read(&file).unwrap(), FARTHEST);
        write(&file, SignedDuration::from_hours(99_999_999)).unwrap();
        let refusal = read(&file).unwrap_err().to_string();
        assert!(refusal.contains("holds more than 50 years"), "{refusal}");
    }

    #[test]
    fn one_that_begins_in_the_past_stays_there() {
        let file = file("past");
        let offset = SignedDuration::from_hours(-720);
        write(&file, offset).unwrap();
        let clock = Clock::system();
        ManualClock::open(file, clock.clone()).unwrap();
        assert_eq!(clock.offset(), offset);
    }

    #[tokio::test]
    async fn a_clock_follows_its_file_and_tells_that_it_was_moved() {
        let file = file("followed");
        let clock = Clock::system();
        let manual = ManualClock::open(file.clone(), clock.clone()).unwrap();
        let mut moved = manual.moved();
        let stop = CancellationToken::new();
        let running = tokio::spawn(manual.run(stop.clone()));

        fs::write(&file, "nonsense").unwrap();
        tokio::time::sleep(Duration::from_millis(120)).await;
        assert_eq!(clock.offset(), SignedDuration::ZERO);

        write(&file, SignedDuration::from_hours(6)).unwrap();
        tokio::time::timeout(Duration::from_secs(5), moved.changed()).await.unwrap().unwrap();
        assert_eq!(clock.offset(), SignedDuration::from_hours(6));
        stop.cancel();
        running.await.unwrap().unwrap();
    }
}
