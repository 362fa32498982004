//! A broker that keeps what it wants.

use std::collections::{BTreeMap, BTreeSet};

use crate::delivery::store::Event;
use delivery_core::{Found, MAX_AGE, Observed};
use events::words::Service;
use jiff::Timestamp;

/// One producing service's stream, its readers' cursors, and the publishes that arrive late.
#[derive(Debug)]
pub(crate) struct Stream {
    created: Timestamp,
    last: u64,
    messages: BTreeMap<u64, Message>,
    durables: BTreeMap<Service, Durable>,
    late: Vec<Publish>,
    /// How often it crashed: clients see that they had to connect again.
    pub(crate) crashes: u64,
    /// Whether somebody lowered its limit, so that large events are refused.
    pub(crate) limited: bool,
}

#[derive(Debug)]
struct Message {
    event: Event,
    at: Timestamp,
}

/// A reader's place. It survives a crash that takes the stream's tail, and may then be ahead of it.
#[derive(Debug, Default)]
struct Durable {
    delivered: u64,
    acked: BTreeSet<u64>,
}

/// A publish on its way: all of it is stored or nothing.
#[derive(Debug, Clone)]
pub(crate) struct Publish {
    pub(crate) events: Vec<Event>,
    pub(crate) expected_last: u64,
}

/// What the stream answers to a publish.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Answer {
    /// All of it is stored, and this is the last sequence.
    Stored(u64),
    WrongLast,
    Refused,
}

impl Stream {
    pub(crate) fn new(created: Timestamp) -> Self {
        Self {
            created,
            last: 0,
            messages: BTreeMap::new(),
            durables: BTreeMap::new(),
            late: Vec::new(),
            crashes: 0,
            limited: false,
        }
    }

    /// Stores the events behind the fence, all or none.
    pub(crate) fn publish(&mut self, publish: Publish, at: Timestamp) -> Answer {
        if publish.expected_last != self.last {
            return Answer::WrongLast;
        }
        if self.limited && publish.events.iter().any(Event::is_large) {
            return Answer::Refused;
        }
        for event in publish.events {
            self.last += 1;
            self.messages.insert(self.last, Message { event, at });
        }
        Answer::Stored(self.last)
    }

    pub(crate) fn publish_late(&mut self, publish: Publish) {
        self.late.push(publish);
    }

    /// Lets what is late arrive, and says whether any of it was stored; what the fence refuses is
    /// gone without a word.
    pub(crate) fn arrive(&mut self, at: Timestamp) -> bool {
        let before = self.last;
        for publish in std::mem::take(&mut self.late) {
            self.publish(publish, at);
        }
        self.last > before
    }

    pub(crate) fn observe(&self) -> Observed {
        let first = self.messages.keys().next().copied().unwrap_or(self.last + 1);
        let deleted = (first..=self.last).filter(|n| !self.messages.contains_key(n)).collect();
        Observed { created: self.created, first, last: self.last, deleted }
    }

    pub(crate) fn read(&self, from: u64, to: u64) -> Vec<Found> {
        let messages = self.messages.range(from..=to);
        messages
            .map(|(sequence, Message { event, at })| Found {
                sequence: *sequence,
                event: Some(event.id),
                at: *at,
            })
            .collect()
    }

    /// Up to `most` messages that `reader` has not acknowledged.
    pub(crate) fn deliver(&mut self, reader: Service, most: usize) -> Vec<(u64, Event)> {
        let durable = self.durables.entry(reader).or_default();
        let unacked =
            self.messages.iter().filter(|(sequence, _)| !durable.acked.contains(sequence));
        let group: Vec<_> = unacked
            .map(|(sequence, message)| (*sequence, message.event.clone()))
            .take(most)
            .collect();
        let newest = group.last().map_or(0, |(sequence, _)| *sequence);
        durable.delivered = durable.delivered.max(newest);
        group
    }

    pub(crate) fn ack(&mut self, reader: Service, sequence: u64) {
        self.durables.entry(reader).or_default().acked.insert(sequence);
    }

    /// Every reader looks at the stream over its new connection and makes its durable anew if it is
    /// ahead; whether one was.
    pub(crate) fn let_readers_look(&mut self) -> bool {
        let before = self.durables.len();
        self.durables.retain(|_, durable| durable.delivered <= self.last);
        self.durables.len() < before
    }

    /// Everything is gone, and the stream is made again.
    pub(crate) fn wipe(&mut self, created: Timestamp) {
        let (late, crashes) = (std::mem::take(&mut self.late), self.crashes + 1);
        *self = Self { late, crashes, ..Self::new(created) };
    }

    /// What is too old is forgotten in good order.
    pub(crate) fn expire(&mut self, now: Timestamp) {
        self.messages.retain(|_, message| now.duration_since(message.at) <= MAX_AGE);
    }

    /// It crashed, and its last messages were never written to the disk: `count` of them, or just
    /// as many as let a publish that is late match.
    pub(crate) fn lose_tail(&mut self, count: u64) {
        let fences = self.late.iter().map(|publish| publish.expected_last);
        let kept = fences.filter(|fence| *fence < self.last).max();
        self.last = kept.unwrap_or(self.last.saturating_sub(count));
        self.messages.retain(|sequence, _| *sequence <= self.last);
        self.crashes += 1;
    }

    /// One message is unreadable.
    pub(crate) fn lose(&mut self, sequence: u64) {
        self.messages.remove(&sequence);
    }

    pub(crate) fn last(&self) -> u64 {
        self.last
    }
}
