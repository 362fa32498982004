//! `yizhan clock advance|jump`: moves the time of an installation that has the manual clock.
//!
//! ```text
//!  advance 4h   ──> next planned instant ──> everybody at rest? ──> next ... ──> now + 4h, at rest
//!  jump 6h      ──> now + 6h                                        as an outage of 6 h would
//! ```

mod rest;

use std::{
    collections::BTreeMap,
    io::{IsTerminal as _, Write as _, stderr},
    net::SocketAddr,
    path::PathBuf,
};

use anyhow::{Context as _, Result, bail};
use clock::Clock;
use events::words::Service;
use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use runtime::manual_clock::{self, FARTHEST};

use crate::print;
use rest::Services;

/// An installation whose time can be moved.
pub(crate) struct Movable {
    /// Where the offset is kept.
    pub(crate) file: PathBuf,
    /// The admin port of each service.
    pub(crate) admins: BTreeMap<Service, SocketAddr>,
    /// In which it is said what time it is.
    pub(crate) zone: TimeZone,
}

impl Movable {
    /// Moves the time by `by`, stopping at each planned instant until all services are at rest.
    pub(crate) async fn advance(&self, by: SignedDuration) -> Result<()> {
        let target = target(manual_clock::read(&self.file)?, by)?;
        let arrived = self.walk(target).await;
        if stderr().is_terminal() {
            // What was shown on the way.
            eprint!("\r\x1b[K");
        }
        arrived?;
        self.say()
    }

    async fn walk(&self, target: SignedDuration) -> Result<()> {
        let services = Services::at(&self.admins)?;
        loop {
            let round = services.at_rest(manual_clock::read(&self.file)?).await?;
            let next = round.values().filter_map(|settled| settled.next_at).min();
            match next.map(offset_at).filter(|offset| *offset < target) {
                Some(offset) => self.move_to(offset)?,
                None => break,
            }
            self.show_the_way()?;
        }
        self.move_to(target)?;
        services.at_rest(manual_clock::read(&self.file)?).await.map(drop)
    }

    /// Moves the time by `by` at once.
    ///
    /// Refused where nobody would follow it; a service that does not answer may be away, as in the
    /// outage that is rehearsed.
    pub(crate) async fn jump(&self, by: SignedDuration) -> Result<()> {
        let target = target(manual_clock::read(&self.file)?, by)?;
        Services::at(&self.admins)?.can_follow().await?;
        self.move_to(target)?;
        self.say()
    }

    fn move_to(&self, offset: SignedDuration) -> Result<()> {
        // Time never goes backwards: an instant that is past by now needs no move.
        let offset = offset.max(manual_clock::read(&self.file)?);
        manual_clock::write(&self.file, offset)
            .with_context(|| format!("writing {}", self.file.display()))
    }

    /// The instants on the way, to who watches: a month of them takes its time.
    fn show_the_way(&self) -> Result<()> {
        let mut terminal = stderr();
        if terminal.is_terminal() {
            write!(terminal, "\r  {} ...", self.now()?)?;
        }
        Ok(())
    }

    fn say(&self) -> Result<()> {
        print::line(format_args!("It is {} now.", self.now()?))
    }

    fn now(&self) -> Result<String> {
        let now = Clock::system().now().checked_add(manual_clock::read(&self.file)?)?;
        Ok(print::instant(&now.to_zoned(self.zone.clone())))
    }
}

/// The offset that is `by` after another one.
fn target(offset: SignedDuration, by: SignedDuration) -> Result<SignedDuration> {
    match offset.checked_add(by).filter(|target| *target <= FARTHEST) {
        Some(target) => Ok(target),
        None => bail!("the time can be at most 50 years ahead of the machine's, and is {offset:#}"),
    }
}

/// The offset at which a planned instant has come.
fn offset_at(planned: Timestamp) -> SignedDuration {
    planned.duration_since(Clock::system().machine()) + SignedDuration::from_millis(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_moved_only_to_where_time_still_is() {
        let hours = SignedDuration::from_hours;
        assert_eq!(target(hours(2), hours(4)).unwrap(), hours(6));
        assert_eq!(target(hours(-700), FARTHEST).unwrap(), FARTHEST - hours(700));
        for (offset, by) in [(FARTHEST, hours(1)), (hours(1), SignedDuration::MAX)] {
            let refusal = target(offset, by).unwrap_err().to_string();
            assert!(refusal.contains("at most 50 years ahead"), "{refusal}");
        }
    }

    #[tokio::test]
    async fn a_time_that_would_be_out_of_range_is_not_written() {
        let file = std::env::temp_dir().join(format!("yizhan-moved-{}", std::process::id()));
        manual_clock::write(&file, SignedDuration::from_hours(2)).unwrap();
        let movable = Movable { file: file.clone(), admins: BTreeMap::new(), zone: TimeZone::UTC };
        let by = FARTHEST;
        assert!(movable.jump(by).await.is_err() && movable.advance(by).await.is_err());
        assert_eq!(manual_clock::read(&file).unwrap(), SignedDuration::from_hours(2));
        std::fs::remove_file(file).unwrap();
    }
}
