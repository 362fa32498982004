//! Whether everybody has done what this time asks of them.

use std::{collections::BTreeMap, fmt, net::SocketAddr, time::Duration};

use anyhow::{Context as _, Result};
use delivery::Settled;
use events::words::Service;
use jiff::SignedDuration;
use reqwest::StatusCode;
use tokio::time::Instant;

/// Nothing that goes on stands still for so long.
const PATIENCE: Duration = Duration::from_mins(1);
const LOOK_EACH: Duration = Duration::from_millis(20);

pub(super) type Round = BTreeMap<Service, Settled>;

/// The services of an installation, by their admin ports.
pub(super) struct Services<'a> {
    client: reqwest::Client,
    admins: &'a BTreeMap<Service, SocketAddr>,
}

/// Why a round cannot be told.
#[derive(Debug)]
enum Missed {
    /// It may be there the next time.
    Yet(anyhow::Error),
    /// It never will.
    Ever(anyhow::Error),
}

impl<'a> Services<'a> {
    pub(super) fn at(admins: &'a BTreeMap<Service, SocketAddr>) -> Result<Self> {
        let client = reqwest::Client::builder().timeout(Duration::from_secs(5)).build()?;
        Ok(Self { client, admins })
    }

    /// Fails if a service that answers would not follow the time.
    pub(super) async fn can_follow(&self) -> Result<()> {
        for (service, admin) in self.admins {
            match self.settled(*service, *admin).await {
                Ok(_) | Err(Missed::Yet(_)) => {}
                Err(Missed::Ever(refusal)) => return Err(refusal),
            }
        }
        Ok(())
    }

    /// Waits until every service shows the offset and two rounds in succession are equal and at
    /// rest. Gives up when nothing has changed for a minute.
    pub(super) async fn at_rest(&self, offset: SignedDuration) -> Result<Round> {
        let mut last = None;
        let mut changed = Instant::now();
        loop {
            let (restless, round) = match self.round().await {
                Ok(round) => (restless(&round, offset), Some(round)),
                Err(Missed::Yet(error)) => (Some(format!("{error:#}")), None),
                Err(Missed::Ever(refusal)) => return Err(refusal),
            };
            match (restless, round) {
                (None, Some(round)) if last.as_ref() == Some(&round) => return Ok(round),
                (_, round) if round.is_some() && round != last => {
                    changed = Instant::now();
                    last = round;
                }
                (Some(who), _) if changed.elapsed() > PATIENCE => {
                    let stood = PATIENCE.as_secs();
                    anyhow::bail!("nothing has gone on for {stood} s, and {who}");
                }
                (Some(_) | None, Some(_) | None) => {}
            }
            tokio::time::sleep(LOOK_EACH).await;
        }
    }

    async fn round(&self) -> Result<Round, Missed> {
        let mut round = Round::new();
        for (service, admin) in self.admins {
            round.extend(self.settled(*service, *admin).await?);
        }
        Ok(round)
    }

    async fn settled(&self, service: Service, admin: SocketAddr) -> Result<Round, Missed> {
        let ask = async |what: &str| {
            let asked = self.client.get(format!("http://{admin}/{service}/{what}")).send().await;
            asked.with_context(|| format!("{service} does not answer at {admin}"))
        };
        let answer = ask("settled").await.map_err(Missed::Yet)?;
        if answer.status() == StatusCode::NOT_FOUND {
            // A service that is about to start has neither.
            let ready = ask("readyz").await.map_err(Missed::Yet)?;
            return Err(match ready.status() {
                StatusCode::NOT_FOUND => Missed::Yet(anyhow::anyhow!("{service} has not started")),
                _ => Missed::Ever(anyhow::anyhow!(
                    "{service} has not the manual clock: start it with `--clock manual`"
                )),
            });
        }
        let vector = async { answer.error_for_status()?.json().await };
        let vector = vector.await.with_context(|| format!("{service} cannot tell how far it is"));
        vector.map_err(Missed::Yet)
    }
}

/// Who is not at rest at this offset, and why.
fn restless(round: &Round, offset: SignedDuration) -> Option<String> {
    round.iter().find_map(|(service, settled)| {
        if i128::from(settled.offset_micros) != offset.as_micros() {
            Some(format!("{service} has not seen the new time"))
        } else if settled.is_at_rest() {
            None
        } else {
            Some(format!("{service} {}", Left(settled)))
        }
    })
}

/// What a service has still to do.
struct Left<'a>(&'a Settled);

impl fmt::Display for Left<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Settled { pending, waiting, due, reads, .. } = self.0;
        let own = [
            (*pending, "to publish".to_owned()),
            (*waiting, "that wait for others".to_owned()),
            (*due, "to wake up".to_owned()),
        ];
        let read = reads.iter().map(|(stream, at)| {
            (at.pending + at.unacked, format!("to read of the stream {stream}"))
        });
        let left = own.into_iter().chain(read).filter(|(count, _)| *count > 0);
        let left: Vec<_> = left.map(|(count, what)| format!("{count} {what}")).collect();
        write!(f, "has {}", left.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use delivery::Progress;

    use super::*;

    #[test]
    fn what_a_service_has_still_to_do_is_said_in_words() {
        let rest = Settled {
            offset_micros: 0,
            outbox_head: 9,
            pending: 0,
            streams: BTreeMap::new(),
            reads: BTreeMap::new(),
            waiting: 0,
            due: 0,
            next_at: None,
        };
        let round = |settled| Round::from([(Service::Dispatch, settled)]);
        assert_eq!(restless(&round(rest.clone()), SignedDuration::ZERO), None);
        let stream = Service::Intake.streams()[0];
        let behind = Progress { last: 9, floor: 6, pending: 2, unacked: 1 };
        let reads = BTreeMap::from([(stream, behind)]);
        let busy = Settled { pending: 3, due: 1, reads, ..rest };
        assert_eq!(
            restless(&round(busy.clone()), SignedDuration::ZERO).unwrap(),
            format!("dispatch has 3 to publish, 1 to wake up, 3 to read of the stream {stream}"),
        );
        assert_eq!(
            restless(&round(busy), SignedDuration::from_hours(1)).unwrap(),
            "dispatch has not seen the new time",
        );
    }
}
