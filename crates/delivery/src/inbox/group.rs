//! A group of arrivals in one transaction, halved until a culprit is alone.

use std::collections::{BTreeMap, BTreeSet};

use delivery_core::{Kept, Known, Verdict, Wait, halves, in_the_end, judge};
use events::{
    Envelope, Fact,
    definition::DefinitionFact,
    words::{Revision, Stream},
};
use jiff::{SignedDuration, Timestamp};
use tracing::Instrument;
use uuid::Uuid;

use super::{
    Facts, Received, Shared, Sources,
    arrival::Arrival,
    pull::GROUP,
    store::{self, Held, Writes},
};
use crate::{
    Fault, Locked, Tx, aggregate, audit,
    fault::{caught, in_time},
    trace,
};

impl<F: Facts, S: Sources> Shared<F, S> {
    /// Applies what can be applied, keeps the rest, and drains what waited for it.
    ///
    /// Fails only for the surroundings: then some of it may be done, and all of it may come again.
    pub(super) async fn process(&self, mut arrivals: Vec<Arrival>) -> Result<(), Fault> {
        arrivals.sort_by_key(place);
        let moved = self.apply_all(&arrivals).await?;
        self.drain(moved).await
    }

    /// Judges the kept events of these keys again, as long as that moves a head.
    pub(super) async fn drain(&self, mut keys: BTreeSet<Uuid>) -> Result<(), Fault> {
        while !keys.is_empty() {
            let keys_now: Vec<_> = std::mem::take(&mut keys).into_iter().collect();
            let machine = self.delivery.clock.machine();
            let kept = store::kept(&self.delivery.pool, &keys_now, machine).await?;
            let ours = &self.delivery.producer.source.installation;
            let arrivals = kept
                .into_iter()
                .filter_map(|row| Arrival::open(row.stream, row.payload.into(), ours).ok());
            let arrivals: Vec<_> = arrivals.collect();
            // In order of keys: a key's events may be cut in two, and the second part goes on.
            for group in arrivals.chunks(GROUP) {
                keys.extend(self.apply_all(group).await?);
            }
        }
        Ok(())
    }

    /// Returns the keys of which kept events are to be judged again: a head moved, or one got stuck.
    async fn apply_all(&self, arrivals: &[Arrival]) -> Result<BTreeSet<Uuid>, Fault> {
        let mut moved = BTreeSet::new();
        let mut parts = vec![arrivals];
        while let Some(part) = parts.pop() {
            if part.is_empty() {
                continue;
            }
            match (in_time(self.apply(part)).await, part) {
                (Ok(keys), _) => moved.extend(keys),
                (Err(fault), _) if fault.is_general() && !fault.is_slow() => return Err(fault),
                // If the store is silent for this too, that is an error. Else nobody waits for a
                // slow one.
                (Err(fault), [culprit]) => in_time(self.blame(culprit, &fault)).await?,
                (Err(_), several) => parts.extend(halves_last_first(several)),
            }
        }
        Ok(moved)
    }

    /// One transaction.
    async fn apply(&self, arrivals: &[Arrival]) -> Result<BTreeSet<Uuid>, Fault> {
        let (now, machine) = (self.delivery.clock.now(), self.delivery.clock.machine());
        let mut tx = self.delivery.pool.begin().await?;
        let keys: Vec<_> = arrivals.iter().map(|arrival| arrival.envelope.key).collect();
        let locked = aggregate::lock(&mut tx, &keys).await?;
        let held = store::held(&mut tx, &keys).await?;
        let revision = store::revision(&mut tx).await?;
        let mut group = Group::new(self, locked, held, revision);
        for arrival in arrivals {
            group.take(&mut tx, arrival, now).await?;
        }
        let Group { locked, held, writes, stuck, applied, revision: newest, .. } = group;
        let mut locked: Vec<_> = locked.into_values().collect();
        aggregate::save(&mut tx, &mut locked, machine).await?;
        writes.perform(&mut tx, machine).await?;
        if newest > revision {
            store::set_revision(&mut tx, newest).await?;
        }
        tx.commit().await?;
        self.delivery.bell.ring();
        if newest > revision {
            self.revision.notify_one();
        }
        for (stream, events) in applied {
            self.delivery.metrics.applied(stream, events);
        }
        Ok(writes.moved().chain(stuck).filter(|key| held.keeps(*key)).collect())
    }
}

/// In the order of a stack: the first half is taken first.
fn halves_last_first<T>(part: &[T]) -> impl Iterator<Item = &[T]> {
    halves(part).into_iter().flat_map(|(first, second)| [second, first])
}

fn place(arrival: &Arrival) -> (Uuid, u64) {
    (arrival.envelope.key, arrival.envelope.sequence)
}

/// One transaction's worth of arrivals.
struct Group<'a, F, S> {
    shared: &'a Shared<F, S>,
    locked: BTreeMap<Uuid, Locked>,
    held: Held,
    revision: Revision,
    writes: Writes,
    /// Keys with an event that is newly known to wait for no other event.
    stuck: BTreeSet<Uuid>,
    applied: BTreeMap<Stream, u64>,
}

impl<'a, F: Facts, S: Sources> Group<'a, F, S> {
    fn new(shared: &'a Shared<F, S>, locked: Vec<Locked>, held: Held, revision: Revision) -> Self {
        let locked = locked.into_iter().map(|aggregate| (aggregate.key(), aggregate)).collect();
        let (writes, stuck, applied) = (Writes::default(), BTreeSet::new(), BTreeMap::new());
        Self { shared, locked, held, revision, writes, stuck, applied }
    }

    async fn take(
        &mut self,
        tx: &mut Tx<'_>,
        arrival: &Arrival,
        now: Timestamp,
    ) -> Result<(), Fault> {
        let Envelope { key, source, sequence, .. } = &arrival.envelope;
        let Some(aggregate) = self.locked.get_mut(key) else {
            return Err(Fault::surroundings("a lock that was asked for was not given"));
        };
        let known = known(self.shared, aggregate, &self.held, self.revision);
        let header = arrival.header();
        match judge(&header, &known) {
            Verdict::Duplicate => {}
            Verdict::Keep(Wait::Dead) => return Ok(()),
            Verdict::Keep(wait) => {
                let wait = in_the_end(&header, &known, wait);
                self.writes.keep(arrival, wait.reason());
                let kept = Kept { sequence: *sequence, stuck: wait.stuck() };
                if self.held.keep(*key, source.service, kept) {
                    self.stuck.insert(*key);
                }
                return Ok(());
            }
            verdict @ (Verdict::Pass | Verdict::Apply) => {
                // Before the handler runs: what it appends comes after this event.
                aggregate.heads.insert(source.service, *sequence);
                self.writes.move_head(*key, source.service, *sequence);
                if verdict == Verdict::Apply {
                    hand_over(self.shared, tx, aggregate, arrival, now).await?;
                    self.revision = self.revision.max(completed(arrival.fact()?));
                    *self.applied.entry(arrival.stream).or_default() += 1;
                }
            }
        }
        self.held.pass(*key, source.service, *sequence);
        if self.held.keeps(*key) {
            self.writes.forget(*key, source.service, *sequence);
        }
        Ok(())
    }
}

/// What is known of the key of a locked aggregate.
pub(super) fn known<F, S>(
    shared: &Shared<F, S>,
    aggregate: &Locked,
    held: &Held,
    revision: Revision,
) -> Known {
    let service = shared.delivery.producer.source.service;
    // The owner of the definitions does not read them: it knows them all.
    let owner = service.streams().contains(&Stream::Definition);
    Known {
        reads: service.reads().iter().map(|stream| stream.producer()).collect(),
        heads: aggregate.heads.clone(),
        revision: if owner { Revision(u32::MAX) } else { revision },
        dead: held.dead(aggregate.key()),
        kept: held.first(aggregate.key()),
    }
}

/// Calls the service's handler in the trace of the event; a panic is the event's own fault.
async fn hand_over<F: Facts, S: Sources>(
    shared: &Shared<F, S>,
    tx: &mut Tx<'_>,
    aggregate: &mut Locked,
    arrival: &Arrival,
    now: Timestamp,
) -> Result<(), Fault> {
    let (envelope, fact) = (&arrival.envelope, arrival.fact()?);
    // What a service's audit says is kept here, for all services alike.
    if let Fact::Audit(fact) = fact {
        return audit::keep(tx, fact).await;
    }
    let received = Received { envelope, fact };
    let span = tracing::info_span!("apply", stream = arrival.stream.name(), key = %envelope.key);
    let age = now.duration_since(envelope.recorded).max(SignedDuration::ZERO);
    trace::follow(&span, envelope.traceparent.as_ref(), age.unsigned_abs());
    let applied = shared.facts.apply(tx, aggregate, received, now).instrument(span);
    caught(applied).await
}

/// The revision of the definitions that is known from this fact on.
fn completed(fact: &Fact) -> Revision {
    match fact {
        Fact::Definition(DefinitionFact::DocumentChanged(change)) if change.last => change.revision,
        Fact::Definition(_)
        | Fact::Audit(_)
        | Fact::Intake(_)
        | Fact::Dispatch(_)
        | Fact::Escalation(_)
        | Fact::Survey(_)
        | Fact::Notify(_) => Revision::NONE,
    }
}
