//! A broker that keeps what it wants.

use std::collections::{BTreeMap, BTreeSet};

use delivery_core::Observed;
use events::words::Service;
use jiff::Timestamp;
use uuid::Uuid;

use crate::store::Event;

/// One producing service's stream, its readers' cursors, and the publishes that arrive late.
#[derive(Debug)]
pub(crate) struct Stream {
    created: Timestamp,
    last: u64,
    messages: BTreeMap<u64, Event>,
    acked: BTreeMap<Service, BTreeSet<u64>>,
    late: Vec<Publish>,
}

/// A publish on its way: all of it is stored or nothing.
#[derive(Debug, Clone)]
pub(crate) struct Publish {
    pub(crate) events: Vec<Event>,
    pub(crate) expected_last: u64,
}

impl Stream {
    pub(crate) fn new(created: Timestamp) -> Self {
        Self {
            created,
            last: 0,
            messages: BTreeMap::new(),
            acked: BTreeMap::new(),
            late: Vec::new(),
        }
    }

    /// Stores the events behind the fence; the last sequence then, or `None` if it was refused.
    pub(crate) fn publish(&mut self, publish: Publish) -> Option<u64> {
        if publish.expected_last != self.last {
            return None;
        }
        for event in publish.events {
            self.last += 1;
            self.messages.insert(self.last, event);
        }
        Some(self.last)
    }

    pub(crate) fn publish_late(&mut self, publish: Publish) {
        self.late.push(publish);
    }

    /// Lets what is late arrive; what the fence refuses is gone without a word.
    pub(crate) fn arrive(&mut self) {
        for publish in std::mem::take(&mut self.late) {
            self.publish(publish);
        }
    }

    pub(crate) fn observe(&self) -> Observed {
        let first = self.messages.keys().next().copied().unwrap_or(self.last + 1);
        let deleted = (first..=self.last).filter(|n| !self.messages.contains_key(n)).collect();
        Observed { created: self.created, first, last: self.last, deleted }
    }

    pub(crate) fn read(&self, from: u64, to: u64) -> Vec<(u64, Uuid)> {
        self.messages.range(from..=to).map(|(sequence, event)| (*sequence, event.id)).collect()
    }

    /// Up to `most` messages that `reader` has not acknowledged.
    pub(crate) fn deliver(&self, reader: Service, most: usize) -> Vec<(u64, Event)> {
        let acked = self.acked.get(&reader);
        let open = |sequence: &u64| acked.is_none_or(|acked| !acked.contains(sequence));
        let unacked = self.messages.iter().filter(|(sequence, _)| open(sequence));
        unacked.map(|(sequence, event)| (*sequence, event.clone())).take(most).collect()
    }

    pub(crate) fn ack(&mut self, reader: Service, sequence: u64) {
        self.acked.entry(reader).or_default().insert(sequence);
    }

    /// Everything is gone, and the stream is made again.
    pub(crate) fn wipe(&mut self, created: Timestamp) {
        let late = std::mem::take(&mut self.late);
        *self = Self { late, ..Self::new(created) };
    }

    /// The last `count` messages were never written to the disk.
    pub(crate) fn lose_tail(&mut self, count: u64) {
        self.last = self.last.saturating_sub(count);
        let kept = self.last;
        self.messages.retain(|sequence, _| *sequence <= kept);
        for acked in self.acked.values_mut() {
            acked.retain(|sequence| *sequence <= kept);
        }
    }

    /// One message is unreadable.
    pub(crate) fn lose(&mut self, sequence: u64) {
        self.messages.remove(&sequence);
    }

    pub(crate) fn last(&self) -> u64 {
        self.last
    }
}
