use std::{collections::BTreeMap, time::Duration};

use async_nats::jetstream::stream;
use clock::{Ids, RandomIds};
use delivery_core::{Act, Found, Outcome, Pending, Recorded, Settlement};
use events::words::Stream;
use jiff::SignedDuration;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tracing::Instrument;
use uuid::Uuid;

use super::{
    observe::{self, Identity},
    outbox::{self, Row},
    publish::{Published, publish},
    settle::{self, Settled},
};
use crate::{
    Delivery,
    bell::Listener,
    broker,
    fault::{BoxError, Causes},
};

/// Between two looks at the outbox when nobody rings.
const SWEEP: Duration = Duration::from_secs(1);
/// Between two looks at the stream when nothing is wrong.
const CHECK: Duration = Duration::from_mins(1);
/// How long the readers of a stream that lost its tail are given to see that. They look when they
/// are connected again, which they try at least every 2 s.
const READERS_LOOK: Duration = Duration::from_secs(5);
/// How long a settlement may take, before the store is taken for silent.
const SETTLEMENT: Duration = Duration::from_secs(150);
/// The longest pause between two attempts.
const LONGEST_PAUSE: SignedDuration = SignedDuration::from_secs(10);

/// One leadership: performs acts, and keeps the content of what the core knows by number only.
pub(super) struct Session<'a> {
    delivery: &'a Delivery,
    stream: Stream,
    bell: Listener,
    ids: RandomIds,
    handle: Option<stream::Stream>,
    /// What was loaded last.
    rows: BTreeMap<i64, Row>,
    /// What was read back last.
    read: Vec<Identity>,
    /// The broker's words when it refused an event for good.
    refusal: String,
    /// Whether it was told that something fails, and nothing went well since.
    told: bool,
    /// When the stream was looked at last, and over which connection.
    checked: Option<(Instant, u64)>,
}

impl<'a> Session<'a> {
    pub(super) fn new(delivery: &'a Delivery, stream: Stream) -> Self {
        Self {
            delivery,
            stream,
            bell: delivery.bell.listen(),
            ids: RandomIds::new(delivery.clock.clone()),
            handle: None,
            rows: BTreeMap::new(),
            read: Vec::new(),
            refusal: String::new(),
            told: false,
            checked: None,
        }
    }

    /// Performs one act. `None` when told to stop and nothing is left to do.
    pub(super) async fn perform(&mut self, act: Act, stop: &CancellationToken) -> Option<Outcome> {
        let outcome = match act {
            Act::Idle => return self.idle(stop).await,
            Act::Pause { .. } if stop.is_cancelled() => return None,
            Act::StandDown => return None,
            Act::Pause { failures } => {
                tokio::time::sleep(delivery_core::pause(failures, LONGEST_PAUSE).unsigned_abs())
                    .await;
                Ok(Outcome::Woken)
            }
            Act::LetReadersLook => {
                tokio::time::sleep(READERS_LOOK).await;
                Ok(Outcome::Woken)
            }
            Act::Observe => self.observe().await,
            Act::Compare { from, to } => self.compare(from, to).await,
            Act::Read { from, to } => self.read(from, to).await,
            Act::Settle(settlement) => self.settle(settlement).await,
            // A busy relay looks at its stream as often as an idle one.
            Act::Load if self.check_is_due() && !stop.is_cancelled() => Ok(Outcome::CheckDue),
            Act::Load => self.load().await,
            Act::Publish { events, expected_last } => self.publish(&events, expected_last).await,
            Act::Record { expected, events, last } => self.record(expected, &events, last).await,
            Act::Park(culprit) => self.park(culprit).await,
        };
        Some(outcome.unwrap_or_else(|error| {
            self.tell(&*error);
            Outcome::Unclear
        }))
    }

    /// Tells what failed, once until something went well.
    fn tell(&mut self, error: &(dyn std::error::Error + 'static)) {
        let (stream, error) = (self.stream.name(), Causes(error));
        if std::mem::replace(&mut self.told, true) {
            tracing::debug!(stream, %error, "the relay still looks at its stream");
        } else {
            tracing::warn!(stream, %error, "the relay looks at its stream again");
        }
    }

    async fn idle(&mut self, stop: &CancellationToken) -> Option<Outcome> {
        if stop.is_cancelled() {
            return None;
        }
        self.told = false;
        if self.check_is_due() {
            return Some(Outcome::CheckDue);
        }
        tokio::select! {
            () = self.bell.heard() => {}
            () = tokio::time::sleep(SWEEP) => {}
            // One more look: what was committed before is still flushed.
            () = stop.cancelled() => {}
        }
        Some(Outcome::Woken)
    }

    fn check_is_due(&self) -> bool {
        self.checked.is_none_or(|(at, connects)| {
            at.elapsed() >= CHECK || connects != broker::connects(&self.delivery.nats)
        })
    }

    async fn observe(&mut self) -> Result<Outcome, BoxError> {
        let checked = (Instant::now(), broker::connects(&self.delivery.nats));
        let Delivery { nats, producer, replicas, .. } = self.delivery;
        let installation = &producer.source.installation;
        let handle = broker::own_stream(nats, self.stream, installation, *replicas).await?;
        let observed = observe::observe(&handle).await?;
        self.handle = Some(handle);
        self.checked = Some(checked);
        Ok(Outcome::Observed(observed))
    }

    async fn compare(&self, from: u64, to: u64) -> Result<Outcome, BoxError> {
        let Some(handle) = &self.handle else {
            return Ok(Outcome::Unclear);
        };
        let created = observe::created(handle.cached_info())?;
        let pool = &self.delivery.pool;
        let recorded = outbox::publications(pool, self.stream, created, from, to).await?;
        let readings = observe::read(handle, from, to).await?;
        let differs = |found: &Found| {
            recorded.get(&found.sequence).is_some_and(|event| Some(*event) != found.event)
        };
        let found = readings.into_iter().map(|(found, _)| found);
        let differ = found.filter(differs).map(|found| found.sequence).collect();
        Ok(Outcome::Compared { differ })
    }

    async fn read(&mut self, from: u64, to: u64) -> Result<Outcome, BoxError> {
        let Some(handle) = &self.handle else {
            return Ok(Outcome::Unclear);
        };
        let readings = observe::read(handle, from, to).await?;
        self.read = readings.iter().filter_map(|(_, identity)| *identity).collect();
        Ok(Outcome::ReadBack(readings.into_iter().map(|(found, _)| found).collect()))
    }

    async fn settle(&mut self, settlement: Settlement) -> Result<Outcome, BoxError> {
        let machine = self.delivery.clock.machine();
        let read = std::mem::take(&mut self.read);
        let pool = &self.delivery.pool;
        let settled = settle::settle(pool, self.stream, &settlement, &read, machine);
        let settled = tokio::time::timeout(SETTLEMENT, settled).await??;
        let Some(Settled { put_back, foreign }) = settled else {
            return Ok(Outcome::Overtaken);
        };
        let stream = self.stream.name();
        if put_back > 0 {
            tracing::warn!(stream, events = put_back, "the broker lost events; they go out again");
        }
        if !foreign.is_empty() {
            self.delivery.metrics.foreign(self.stream, foreign.len() as u64);
            tracing::error!(stream, sequences = ?foreign, "ALARM: another one writes into our stream");
        }
        Ok(Outcome::Moved)
    }

    async fn load(&mut self) -> Result<Outcome, BoxError> {
        let rows = outbox::load(&self.delivery.pool, self.stream).await?;
        let pending = rows.iter().map(Row::pending).collect();
        self.rows = rows.into_iter().map(|row| (row.seq, row)).collect();
        Ok(Outcome::Loaded(pending))
    }

    async fn publish(&mut self, events: &[Pending], expected: u64) -> Result<Outcome, BoxError> {
        let rows: Option<Vec<&Row>> =
            events.iter().map(|event| self.rows.get(&event.seq)).collect();
        let rows = rows.ok_or("an event that was not loaded")?;
        let (stream, batch): (_, Uuid) = (self.stream.name(), self.ids.uuid());
        let span = tracing::info_span!("publish", stream, events = events.len());
        let published = publish(&self.delivery.nats, &rows, expected, batch).instrument(span).await;
        match published {
            Published::Acknowledged { last } => Ok(Outcome::Acknowledged { last }),
            Published::WrongLast => Ok(Outcome::WrongLast),
            Published::RefusedForGood { fault } => {
                self.refusal = fault;
                Ok(Outcome::RefusedForGood)
            }
            Published::Unclear { fault } => Err(fault.into()),
        }
    }

    async fn record(
        &mut self,
        expected: Recorded,
        events: &[Pending],
        last: u64,
    ) -> Result<Outcome, BoxError> {
        let (pool, machine) = (&self.delivery.pool, self.delivery.clock.machine());
        if !outbox::record(pool, self.stream, expected, events, last, machine).await? {
            return Ok(Outcome::Overtaken);
        }
        self.told = false;
        self.delivery.metrics.published(self.stream, events.len() as u64);
        Ok(Outcome::Moved)
    }

    async fn park(&mut self, culprit: Pending) -> Result<Outcome, BoxError> {
        let row = self.rows.get(&culprit.seq).ok_or("an event that was not loaded")?;
        let (pool, machine) = (&self.delivery.pool, self.delivery.clock.machine());
        outbox::park(pool, self.stream, row, &self.refusal, machine).await?;
        let (stream, event, fault) = (self.stream.name(), row.event, &self.refusal);
        tracing::error!(stream, %event, fault, "the broker refuses an event for good: its key is parked");
        Ok(Outcome::Woken)
    }
}
