//! One service's store: what a transaction keeps, all of it or nothing.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use delivery_core::{
    AGED_OUT, Found, Lane, Pending, Publication, Recorded, Settlement, Wait, lane,
};
use events::words::{Revision, Service};
use jiff::Timestamp;
use uuid::Uuid;

use crate::delivery::broker::Stream;

/// An event of the toy services: nothing but its order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Event {
    pub(crate) id: Uuid,
    pub(crate) source: Service,
    pub(crate) key: Uuid,
    pub(crate) sequence: u64,
    pub(crate) after: Arc<BTreeMap<Service, u64>>,
    pub(crate) recorded: Timestamp,
    /// The definitions that it was decided under.
    pub(crate) revision: Revision,
    /// The release that can read it.
    pub(crate) release: u64,
}

impl Event {
    /// Whether a stream with a lowered limit refuses it.
    pub(crate) fn is_large(&self) -> bool {
        self.id.as_u128().is_multiple_of(8)
    }

    /// Where it is among the events of all sources.
    pub(crate) fn place(&self) -> Place {
        (self.key, self.source, self.sequence)
    }
}

/// Key, source and sequence.
pub(crate) type Place = (Uuid, Service, u64);

/// An event that is kept.
#[derive(Debug, Clone)]
pub(crate) struct Waiting {
    pub(crate) event: Event,
    pub(crate) why: Why,
    /// Not to be judged again (after a fault) or asked for again before.
    pub(crate) again_at: Timestamp,
}

/// Why an event is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Why {
    /// It waits.
    For(Wait),
    /// It failed, so many times by its own fault.
    Fault { tries: u32 },
}

#[derive(Debug, Clone)]
pub(crate) struct Store {
    pub(crate) service: Service,
    pub(crate) reads: Vec<Service>,
    pub(crate) outbox: BTreeMap<i64, Event>,
    latest_seq: i64,
    pending: BTreeSet<(Lane, i64)>,
    /// Keys with an event that the broker refuses.
    pub(crate) parked: BTreeSet<Uuid>,
    pub(crate) recorded: Option<Recorded>,
    publications: BTreeMap<i64, Publication>,
    sequences: BTreeMap<Uuid, u64>,
    pub(crate) heads: BTreeMap<(Uuid, Service), u64>,
    pub(crate) waiting: BTreeMap<Place, Waiting>,
    /// What failed too often, and waits for a person.
    pub(crate) dead: BTreeMap<Place, Event>,
    /// What a person gave up.
    pub(crate) dropped: BTreeSet<Place>,
    /// The newest definitions that are known here.
    pub(crate) revision: Revision,
    /// The release of this service.
    pub(crate) release: u64,
    commands: BTreeSet<u64>,
    /// What took effect, in the order of commits, and the definitions that were known then.
    pub(crate) effects: Vec<(Event, Revision)>,
    /// Messages in the stream that are none of ours.
    pub(crate) foreign: usize,
}

impl Store {
    pub(crate) fn new(service: Service, reads: &[Service]) -> Self {
        Self {
            service,
            reads: reads.to_vec(),
            outbox: BTreeMap::new(),
            latest_seq: 0,
            pending: BTreeSet::new(),
            parked: BTreeSet::new(),
            recorded: None,
            publications: BTreeMap::new(),
            sequences: BTreeMap::new(),
            heads: BTreeMap::new(),
            waiting: BTreeMap::new(),
            dead: BTreeMap::new(),
            dropped: BTreeSet::new(),
            revision: Revision::NONE,
            release: 1,
            commands: BTreeSet::new(),
            effects: Vec::new(),
            foreign: 0,
        }
    }

    /// Takes a command once, however often it is sent: one transaction.
    pub(crate) fn accept(&mut self, command: u64, id: Uuid, key: Uuid, now: Timestamp) {
        if self.commands.insert(command) {
            self.append(id, key, now);
        }
    }

    /// Takes the next place in the outbox.
    pub(crate) fn take_place(&mut self) -> i64 {
        self.latest_seq += 1;
        self.latest_seq
    }

    /// Adds an event to the outbox, with the heads that this service has for its key.
    pub(crate) fn append(&mut self, id: Uuid, key: Uuid, now: Timestamp) {
        let seq = self.take_place();
        self.append_at(seq, id, key, now);
    }

    /// Adds an event to the outbox at a place that was taken before.
    pub(crate) fn append_at(&mut self, seq: i64, id: Uuid, key: Uuid, now: Timestamp) {
        let after = self.known(key).heads.into();
        let last = self.sequences.entry(key).or_insert(0);
        *last += 1;
        let sequence = *last;
        let (source, revision, release) = (self.service, self.revision, self.release);
        let event = Event { id, source, key, sequence, after, recorded: now, revision, release };
        self.outbox.insert(seq, event);
        self.pending.insert((Lane::First, seq));
    }

    pub(crate) fn load(&self, most: usize) -> Vec<Pending> {
        let events = self.pending.iter().filter_map(|(_, seq)| self.outbox.get_key_value(seq));
        let free = events.filter(|(_, event)| !self.parked.contains(&event.key));
        free.map(|(seq, event)| Pending { seq: *seq, event: event.id }).take(most).collect()
    }

    /// [`delivery_core::Act::Park`].
    pub(crate) fn park(&mut self, culprit: Pending) {
        self.parked.extend(self.outbox.get(&culprit.seq).map(|event| event.key));
    }

    /// [`delivery_core::Act::Compare`]: where these messages are others than recorded.
    pub(crate) fn compare(&self, messages: &[Found]) -> BTreeSet<u64> {
        let created = self.recorded.map(|recorded| recorded.created);
        let here = self.publications.iter().filter(|(_, p)| Some(p.created) == created);
        let recorded: BTreeMap<u64, Option<Uuid>> =
            here.map(|(seq, p)| (p.sequence, self.outbox.get(seq).map(|event| event.id))).collect();
        let differs = |message: &&Found| {
            recorded.get(&message.sequence).is_some_and(|event| *event != message.event)
        };
        messages.iter().filter(differs).map(|message| message.sequence).collect()
    }

    pub(crate) fn is_quiet(&self) -> bool {
        self.pending.is_empty() && self.waiting.is_empty() && self.dead.is_empty()
    }

    /// Whether every event is in the stream where it is recorded, if the stream may not have
    /// forgotten it.
    pub(crate) fn is_true_to(&self, stream: &Stream, now: Timestamp) -> bool {
        self.publications.iter().all(|(seq, Publication { sequence, at, .. })| {
            let event = self.outbox.get(seq).map(|event| event.id);
            let there = stream.read(*sequence, *sequence).pop().and_then(|found| found.event);
            there == event || (there.is_none() && now.duration_since(*at) > AGED_OUT)
        })
    }

    /// How many events are to follow when nothing else is pending.
    pub(crate) fn later(&self) -> usize {
        self.pending.iter().filter(|(lane, _)| *lane == Lane::Later).count()
    }

    fn take_from_pending(&mut self, seq: i64) {
        self.pending.remove(&(Lane::First, seq));
        self.pending.remove(&(Lane::Later, seq));
    }

    /// [`delivery_core::Act::Record`]; whether the compare-and-set held.
    pub(crate) fn record(
        &mut self,
        expected: Recorded,
        events: &[Pending],
        last: u64,
        at: Timestamp,
    ) -> bool {
        if self.recorded != Some(expected) {
            return false;
        }
        self.recorded = Some(Recorded { last, ..expected });
        let first = last + 1 - events.len() as u64;
        for (sequence, event) in (first..).zip(events) {
            self.take_from_pending(event.seq);
            let publication = Publication { created: expected.created, sequence, at };
            self.publications.insert(event.seq, publication);
        }
        true
    }

    /// [`delivery_core::Act::Settle`]; whether the compare-and-set held.
    pub(crate) fn settle(&mut self, settlement: &Settlement, machine: Timestamp) -> bool {
        let Settlement { expected, observed, lost, found } = settlement;
        if self.recorded != *expected {
            return false;
        }
        self.recorded = Some(Recorded { created: observed.created, last: observed.last });
        let is_lost = |p: &Publication| lost.holds(*p, observed.created, machine);
        let gone: Vec<i64> = self
            .publications
            .iter()
            .filter(|(_, publication)| is_lost(publication))
            .map(|(seq, _)| *seq)
            .collect();
        for seq in &gone {
            self.publications.remove(seq);
            if let Some(event) = self.outbox.get(seq) {
                self.pending.insert((lane(event.recorded, machine), *seq));
            }
        }
        for message in found {
            let ours = self.outbox.iter().find(|(_, event)| Some(event.id) == message.event);
            let Some(seq) = ours.map(|(seq, _)| *seq) else {
                self.foreign += 1;
                continue;
            };
            self.take_from_pending(seq);
            let publication = Publication {
                created: observed.created,
                sequence: message.sequence,
                at: message.at,
            };
            self.publications.insert(seq, publication);
        }
        true
    }

    /// Puts the events of a key back to pending, from a sequence on.
    pub(crate) fn redeliver(&mut self, key: Uuid, from: u64) {
        for (seq, event) in &self.outbox {
            if event.key == key && event.sequence >= from {
                self.publications.remove(seq);
                self.pending.insert((Lane::First, *seq));
            }
        }
    }
}
