//! `yizhan clock advance|jump`: moves the time of an installation that has the manual clock.
//!
//! ```text
//!  advance 4h   ──> next planned instant ──> everybody at rest? ──> next ... ──> now + 4h, at rest
//!  jump 6h      ──> now + 6h                                        as an outage of 6 h would
//! ```

use std::{collections::BTreeMap, net::SocketAddr, path::PathBuf, time::Duration};

use anyhow::{Context as _, Result, bail};
use clock::Clock;
use delivery::Settled;
use events::words::Service;
use jiff::{SignedDuration, Timestamp};
use runtime::manual_clock;

/// Longer than any service takes to come to rest after a single step.
const PATIENCE: Duration = Duration::from_mins(1);
const LOOK_EACH: Duration = Duration::from_millis(20);

/// An installation whose time can be moved.
pub(crate) struct Movable {
    /// Where the offset is kept.
    pub(crate) file: PathBuf,
    /// The admin port of each service.
    pub(crate) admins: BTreeMap<Service, SocketAddr>,
}

type Round = BTreeMap<Service, Settled>;

impl Movable {
    /// Moves the time by `by`, stopping at each planned instant until all services are at rest.
    pub(crate) async fn advance(&self, by: SignedDuration) -> Result<()> {
        let target = manual_clock::read(&self.file)? + by;
        loop {
            let round = self.at_rest().await?;
            let next = round.values().filter_map(|settled| settled.next_at).min();
            match next.map(offset_at).filter(|offset| *offset < target) {
                Some(offset) => self.move_to(offset)?,
                None => break,
            }
        }
        self.move_to(target)?;
        self.at_rest().await?;
        self.say()
    }

    /// Moves the time by `by` at once.
    ///
    /// Refused where nobody would follow it; a service that does not answer may be away, as in the
    /// outage that is rehearsed.
    pub(crate) async fn jump(&self, by: SignedDuration) -> Result<()> {
        let client = client()?;
        for (service, admin) in &self.admins {
            if let Ok(answer) = client.get(settled(*service, *admin)).send().await {
                is_manual(*service, &answer)?;
            }
        }
        self.move_to(manual_clock::read(&self.file)? + by)?;
        self.say()
    }

    fn move_to(&self, offset: SignedDuration) -> Result<()> {
        // Time never goes backwards: an instant that is past by now needs no move.
        let offset = offset.max(manual_clock::read(&self.file)?);
        manual_clock::write(&self.file, offset)
            .with_context(|| format!("writing {}", self.file.display()))
    }

    fn say(&self) -> Result<()> {
        let now = Clock::system().now() + manual_clock::read(&self.file)?;
        println!("It is {} now.", now.strftime("%Y-%m-%dT%H:%M:%SZ"));
        Ok(())
    }

    /// Waits until every service shows the offset and two rounds in succession are equal and at
    /// rest.
    async fn at_rest(&self) -> Result<Round> {
        let client = client()?;
        let offset = manual_clock::read(&self.file)?;
        let waiting = tokio::time::Instant::now();
        let mut last = None;
        loop {
            let round = self.round(&client).await;
            let restless = match &round {
                Ok(round) => restless(round, offset),
                Err(error) => Some(format!("{error:#}")),
            };
            match (restless, round) {
                (None, Ok(round)) if last.as_ref() == Some(&round) => return Ok(round),
                (None, Ok(round)) => last = Some(round),
                (restless, _) => {
                    last = None;
                    if waiting.elapsed() > PATIENCE {
                        let who = restless.unwrap_or_default();
                        bail!("after {} s it has not come to rest: {who}", PATIENCE.as_secs());
                    }
                }
            }
            tokio::time::sleep(LOOK_EACH).await;
        }
    }

    async fn round(&self, client: &reqwest::Client) -> Result<Round> {
        let mut round = Round::new();
        for (service, admin) in &self.admins {
            let asked = client.get(settled(*service, *admin)).send().await;
            let answer = asked.with_context(|| format!("{service} does not answer at {admin}"))?;
            is_manual(*service, &answer)?;
            let answer = answer.error_for_status()?;
            let vectors: BTreeMap<Service, Settled> = answer.json().await?;
            round.extend(vectors);
        }
        Ok(round)
    }
}

fn client() -> Result<reqwest::Client> {
    Ok(reqwest::Client::builder().timeout(Duration::from_secs(5)).build()?)
}

fn settled(service: Service, admin: SocketAddr) -> String {
    format!("http://{admin}/{service}/settled")
}

fn is_manual(service: Service, answer: &reqwest::Response) -> Result<()> {
    if answer.status() == reqwest::StatusCode::NOT_FOUND {
        bail!("{service} has not the manual clock: start it with `--clock manual`");
    }
    Ok(())
}

/// The offset at which a planned instant has come.
fn offset_at(planned: Timestamp) -> SignedDuration {
    planned.duration_since(Clock::system().machine()) + SignedDuration::from_millis(1)
}

/// Who is not at rest at this offset, and why.
fn restless(round: &Round, offset: SignedDuration) -> Option<String> {
    round.iter().find_map(|(service, settled)| {
        if i128::from(settled.offset_micros) != offset.as_micros() {
            Some(format!("{service} has not seen the new time"))
        } else if settled.is_at_rest() {
            None
        } else {
            Some(format!("{service}: {settled:?}"))
        }
    })
}
