//! Wakes aggregates whose time has come. Any number of replicas, no leader.
//!
//! ```text
//!  gate    facts before clocks: nobody is woken before the facts of that moment are in
//!  nudges  what aggregates wish of one another
//!  claim   up to 500 due aggregates in one transaction; a failed claim is halved
//! ```

mod claim;
mod gate;

use std::{future::Future, time::Duration};

use jiff::{SignedDuration, Timestamp};
use tokio::time::{Instant, timeout};
use tokio_util::sync::CancellationToken;

use crate::{Delivery, Fault, Locked, Tx, fault::Causes, nudge, settled::progress};
use claim::{CLAIM, Claimed};
use gate::{Door, Gate};

/// Between two looks at the store when nobody rings, and between two at the broker.
const SWEEP: Duration = Duration::from_secs(1);
/// The longest look at the broker.
const LOOK: Duration = Duration::from_millis(500);
/// While the gate is closed.
const AT_THE_GATE: Duration = Duration::from_millis(100);
/// The longest pause while the store is away.
const LONGEST_PAUSE: SignedDuration = SignedDuration::from_secs(5);

/// The circumstances of a wake-up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wake {
    /// The service's time.
    pub now: Timestamp,
    /// Facts may be missing: the broker was away or the inbox too far behind for 60 s, or facts
    /// about this very key are here and wait for earlier ones.
    pub unconfirmed: bool,
}

/// What a service does when the time of an aggregate has come.
pub trait Wakes: Send + Sync + 'static {
    /// Wakes one aggregate, inside the transaction that claimed it.
    ///
    /// `aggregate` is locked. It must be told when to be woken next, later than it was or with an
    /// event appended: else that is a fault, or it would be woken for ever. A row that fails is put
    /// back, longer each time up to an hour, and listed among the dead letters; it never holds back
    /// another. A panic is a fault of the row.
    fn wake(
        &self,
        tx: &mut Tx<'_>,
        aggregate: &mut Locked,
        wake: Wake,
    ) -> impl Future<Output = Result<(), Fault>> + Send;

    /// Wakes all that were claimed together: one by one, unless a service can do it in fewer
    /// statements. Where it fails, all of them are tried again in halves.
    fn wake_all(
        &self,
        tx: &mut Tx<'_>,
        claimed: &mut [Waking<'_>],
    ) -> impl Future<Output = Result<(), Fault>> + Send {
        async move {
            for Waking { aggregate, wake } in claimed {
                self.wake(tx, aggregate, *wake).await?;
            }
            Ok(())
        }
    }
}

/// An aggregate whose time has come.
#[derive(Debug)]
pub struct Waking<'a> {
    /// Which, locked.
    pub aggregate: &'a mut Locked,
    /// In which circumstances.
    pub wake: Wake,
}

/// The loop that wakes a service's aggregates.
#[derive(Debug)]
pub struct Waker<W> {
    delivery: Delivery,
    wakes: W,
}

impl<W: Wakes> Waker<W> {
    pub(crate) fn new(delivery: Delivery, wakes: W) -> Self {
        Self { delivery, wakes }
    }

    /// Wakes until `stop`.
    pub async fn run(self, stop: CancellationToken) {
        let mut bell = self.delivery.bell.listen();
        let mut gate = Gate::new(Instant::now());
        let (mut most, mut failures) = (CLAIM, 0);
        while !stop.is_cancelled() {
            let pause = match self.round(&mut gate, &mut most).await {
                Ok(pause) => {
                    failures = 0;
                    pause
                }
                Err(fault) => {
                    failures += 1;
                    tracing::warn!(fault = %Causes(&fault), "wake-ups are tried again");
                    delivery_core::pause(failures, LONGEST_PAUSE).unsigned_abs()
                }
            };
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(pause) => {}
                () = bell.heard(), if failures == 0 && pause > AT_THE_GATE => {}
            }
        }
    }

    /// Claims once, if the gate is open, and says how long there is nothing to do.
    async fn round(&self, gate: &mut Gate, most: &mut usize) -> Result<Duration, Fault> {
        if gate.wants_a_look(Instant::now()) {
            let service = self.delivery.producer.source.service;
            // A broker that is away must not hold up the clocks.
            let seen = timeout(LOOK, progress(&self.delivery.nats, service)).await;
            let seen = seen.ok().and_then(Result::ok);
            gate.look(Instant::now(), seen.as_ref());
        }
        let Door::Open { unconfirmed } = gate.door() else {
            return Ok(AT_THE_GATE);
        };
        let more = nudge::pass_on(&self.delivery.pool).await?;
        match self.wake_due(unconfirmed, most).await? {
            Claimed::All if !more => Ok(SWEEP),
            Claimed::Full | Claimed::All => Ok(Duration::ZERO),
        }
    }
}
