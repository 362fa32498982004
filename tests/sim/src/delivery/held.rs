//! What a store keeps for its reader: heads, what waits, and what is dead.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::RangeInclusive,
};

use delivery_core::{Header, Kept, Known, REDELIVER_AFTER, Readable, Wait};
use events::words::{Revision, Service};
use jiff::Timestamp;
use uuid::Uuid;

use crate::delivery::store::{Event, Place, Store, Waiting, Why};

impl Store {
    /// What the order of an event depends on, as this release reads it.
    pub(crate) fn header(&self, event: &Event) -> Header {
        let Event { source, key, sequence, after, revision, release, .. } = event;
        Header {
            source: *source,
            key: *key,
            sequence: *sequence,
            after: BTreeMap::clone(after),
            revision: *revision,
            readable: if *release > self.release { Readable::NewerVersion } else { Readable::Yes },
        }
    }

    pub(crate) fn known(&self, key: Uuid) -> Known {
        let heads = self.reads.iter().filter_map(|source| {
            self.heads.get(&(key, *source)).map(|sequence| (*source, *sequence))
        });
        let mut kept = BTreeMap::new();
        for ((_, source, sequence), waiting) in self.of_key(key) {
            let stuck = match waiting.why {
                Why::For(wait) => wait.stuck(),
                Why::Fault { .. } => None,
            };
            kept.entry(*source).or_insert(Kept { sequence: *sequence, stuck });
        }
        let dead = self.dead.range(places(key)).map(|((_, source, n), _)| (*source, *n));
        // The owner of the definitions knows them all.
        let owner = self.service == Service::Intake;
        let revision = if owner { Revision(u32::MAX) } else { self.revision };
        let (reads, heads, dead) = (self.reads.clone(), heads.collect(), dead.collect());
        Known { reads, heads, revision, dead, kept }
    }

    fn of_key(&self, key: Uuid) -> impl Iterator<Item = (&Place, &Waiting)> {
        self.waiting.range(places(key))
    }

    pub(crate) fn move_head(&mut self, event: &Event) {
        self.heads.insert((event.key, event.source), event.sequence);
    }

    /// Keeps an event that waits; whether it is newly known to wait for no other event.
    pub(crate) fn keep(&mut self, event: &Event, wait: Wait, now: Timestamp) -> bool {
        let why = Why::For(wait);
        let before = self.waiting.get(&event.place());
        let again_at = before.map_or(now + REDELIVER_AFTER, |waiting| waiting.again_at);
        let news = before.is_none_or(|waiting| waiting.why != why);
        self.keep_for(event, why, again_at);
        news && wait.stuck().is_some()
    }

    pub(crate) fn keep_for(&mut self, event: &Event, why: Why, again_at: Timestamp) {
        self.waiting.insert(event.place(), Waiting { event: event.clone(), why, again_at });
    }

    /// It has taken effect.
    pub(crate) fn forget(&mut self, event: &Event) {
        self.waiting.remove(&event.place());
    }

    /// How often it failed by its own fault.
    pub(crate) fn tries(&self, event: &Event) -> u32 {
        match self.waiting.get(&event.place()) {
            Some(Waiting { why: Why::Fault { tries }, .. }) => *tries,
            Some(Waiting { why: Why::For(_), .. }) | None => 0,
        }
    }

    pub(crate) fn bury(&mut self, event: &Event, now: Timestamp) {
        self.forget(event);
        self.dead.insert(event.place(), event.clone());
        self.judge_again(event.key, now);
    }

    pub(crate) fn replay_letter(&mut self, event: &Event, now: Timestamp) {
        self.dead.remove(&event.place());
        self.keep_for(event, Why::Fault { tries: 0 }, now);
    }

    /// Gives a dead letter up, and steps over it.
    pub(crate) fn drop_letter(&mut self, event: &Event, steps: bool, now: Timestamp) {
        self.dead.remove(&event.place());
        self.dropped.insert(event.place());
        if steps {
            self.move_head(event);
        }
        self.judge_again(event.key, now);
    }

    fn judge_again(&mut self, key: Uuid, now: Timestamp) {
        for (_, waiting) in self.waiting.range_mut(places(key)) {
            if matches!(waiting.why, Why::For(_)) {
                waiting.again_at = now;
            }
        }
    }

    /// The kept events of these keys that may be judged.
    pub(crate) fn kept(&self, keys: &BTreeSet<Uuid>, now: Timestamp) -> Vec<Event> {
        let waiting = keys.iter().flat_map(|key| self.of_key(*key));
        let free = waiting.filter(|(_, waiting)| match waiting.why {
            Why::For(_) => true,
            Why::Fault { .. } => waiting.again_at <= now,
        });
        free.map(|(_, waiting)| waiting.event.clone()).collect()
    }

    /// The keys with events that are to be judged again: all, or those whose time has come or whose
    /// definitions have.
    pub(crate) fn due(&self, all: bool, now: Timestamp) -> BTreeSet<Uuid> {
        let due = self.waiting.values().filter(|Waiting { event, why, again_at }| {
            let known = *why == Why::For(Wait::Revision) && event.revision <= self.revision;
            all || known || *again_at <= now
        });
        due.map(|waiting| waiting.event.key).collect()
    }

    /// Puts off what was due and is still kept, and returns what of it waits for an event.
    pub(crate) fn put_off(&mut self, keys: &BTreeSet<Uuid>, now: Timestamp) -> Vec<Event> {
        let mut waiting = Vec::new();
        for (_, kept) in self.waiting.iter_mut().filter(|((key, ..), _)| keys.contains(key)) {
            if kept.again_at > now {
                continue;
            }
            kept.again_at = now + REDELIVER_AFTER;
            if matches!(kept.why, Why::For(Wait::Gap | Wait::After { .. })) {
                waiting.push(kept.event.clone());
            }
        }
        waiting
    }
}

/// All places of a key.
fn places(key: Uuid) -> RangeInclusive<Place> {
    let of = |source: Option<&Service>, sequence| {
        (key, source.copied().unwrap_or(Service::Intake), sequence)
    };
    of(Service::ALL.iter().min(), 0)..=of(Service::ALL.iter().max(), u64::MAX)
}
