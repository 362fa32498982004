//! Moves events from the outbox to one stream: performs what `delivery_core::Relay` decides.
//!
//! ```text
//!  leader    an advisory lock on a connection of its own, lost with the process
//!  observe   what the stream says, and the messages that we did not record
//!  publish   one plain message, or one atomic batch, behind the fence
//!  outbox    what is pending; what was published; compare-and-set
//!  settle    the transaction that makes the store agree with the stream
//!  forget    its part that takes out what is lost
//! ```
//!
//! No transaction is ever open over the network to the broker.

mod forget;
mod leader;
mod observe;
mod outbox;
mod publish;
mod session;
mod settle;

use std::time::Duration;

use delivery_core::Act;
use events::words::Stream;
use tokio_util::sync::CancellationToken;

use crate::{Delivery, fault::Causes};
use leader::Leader;
use session::Session;

/// How long a relay that is told to stop goes on publishing what is pending.
const FLUSH: Duration = Duration::from_secs(5);
/// The pause after Postgres could not be asked.
const PAUSE: Duration = Duration::from_secs(1);

/// The relay of one stream. Any number of replicas: one leads, the others wait for its lock.
#[derive(Debug, Clone)]
pub struct Relay {
    delivery: Delivery,
    stream: Stream,
}

impl Relay {
    pub(crate) fn new(delivery: Delivery, stream: Stream) -> Self {
        Self { delivery, stream }
    }

    /// Publishes until `stop`, then flushes for at most 5 s.
    pub async fn run(self, stop: CancellationToken) {
        let mut told = false;
        while !stop.is_cancelled() {
            let elected = tokio::select! {
                () = stop.cancelled() => return,
                elected = Leader::elect(&self.delivery.pool, self.stream) => elected,
            };
            let led = match elected {
                Ok(leader) => self.lead(&leader, &stop).await,
                Err(error) => Err(error),
            };
            // An outage is told once, whatever is tried during it.
            match led {
                Ok(()) => told = false,
                Err(error) => {
                    if !std::mem::replace(&mut told, true) {
                        let (stream, error) = (self.stream.name(), Causes(&error));
                        tracing::warn!(stream, %error, "the relay has no database and tries again");
                    }
                }
            }
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(PAUSE) => {}
            }
        }
    }

    /// Leads until the lock is lost, another has moved on, or `stop`.
    async fn lead(&self, leader: &Leader, stop: &CancellationToken) -> Result<(), sqlx::Error> {
        let recorded = tokio::select! {
            () = leader.lost() => return Ok(()),
            recorded = outbox::recorded(&self.delivery.pool, self.stream) => recorded?,
        };
        let mut session = Session::new(&self.delivery, self.stream);
        let (mut relay, mut act) = delivery_core::Relay::lead(recorded);
        let overdue = async {
            stop.cancelled().await;
            tokio::time::sleep(FLUSH).await;
        };
        tokio::pin!(overdue);
        while act != Act::StandDown {
            let outcome = tokio::select! {
                biased;
                () = leader.lost() => delivery_core::Outcome::LeadershipLost,
                () = &mut overdue => return Ok(()),
                outcome = session.perform(act, stop) => match outcome {
                    Some(outcome) => outcome,
                    None => return Ok(()),
                },
            };
            act = relay.step(outcome);
        }
        Ok(())
    }
}
