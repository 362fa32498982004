//! What an arriving event is to the one who reads it: new, known, or too early.

use std::collections::BTreeMap;

use events::words::{Revision, Service};
use jiff::SignedDuration;
use uuid::Uuid;

/// How long an event waits before the missing one is asked for again.
pub const REDELIVER_AFTER: SignedDuration = SignedDuration::from_secs(30);

/// The part of an envelope that its order depends on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// Who produced it.
    pub source: Service,
    /// Its partition key.
    pub key: Uuid,
    /// Its number for (source, key): 1, 2, 3 ... without gaps.
    pub sequence: u64,
    /// The heads that the producer had for this key when it wrote.
    pub after: BTreeMap<Service, u64>,
    /// The definitions that it was decided under.
    pub revision: Revision,
    /// Whether this release can read it.
    pub readable: Readable,
}

/// Whether this release can read an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Readable {
    /// A known type in a known version.
    Yes,
    /// A known type in a newer version: it waits for the release that reads it.
    NewerVersion,
    /// A type that this release never heard of: nothing to do but to move the head.
    UnknownType,
}

/// What the reader knows of one key.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Known {
    /// The services whose events this one reads; others in `after` are none of its business.
    pub reads: Vec<Service>,
    /// The last sequence that took effect, by source. None is 0.
    pub heads: BTreeMap<Service, u64>,
    /// The newest complete revision of the definitions.
    pub revision: Revision,
    /// Sequences, by source, that are kept as dead and wait for a person.
    pub dead: BTreeMap<Service, u64>,
    /// The first event of each source that is here and waits.
    pub kept: BTreeMap<Service, Kept>,
}

/// An event that is here and waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kept {
    /// Its number.
    pub sequence: u64,
    /// What it waits for in the end, if events of others are not all that it needs.
    pub stuck: Option<Stuck>,
}

/// What no event of another brings about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stuck {
    /// A release that reads a newer version.
    Version,
    /// A person who sees to a dead letter.
    Dead,
}

impl Known {
    /// The last sequence of `source` that took effect.
    pub fn head(&self, source: Service) -> u64 {
        self.heads.get(&source).copied().unwrap_or(0)
    }

    /// The next event of `source`, if it is here and waits itself.
    fn next(&self, source: Service) -> Option<Kept> {
        let sequence = self.head(source) + 1;
        if self.dead.get(&source) == Some(&sequence) {
            return Some(Kept { sequence, stuck: Some(Stuck::Dead) });
        }
        self.kept.get(&source).filter(|kept| kept.sequence == sequence).copied()
    }
}

/// What to do with an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It took effect before: acknowledge it.
    Duplicate,
    /// It is the next of its key: apply it and move the head, in one transaction.
    Apply,
    /// It is the next of its key and means nothing to this release: only move the head.
    Pass,
    /// It is too early: keep it, acknowledge it, and judge it again when something changed.
    Keep(Wait),
}

/// Why an event is too early.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wait {
    /// An earlier event of the same source and key is missing.
    Gap,
    /// Its producer had seen an event of `service` that this reader has not.
    After {
        /// Whose event is missing.
        service: Service,
    },
    /// The definitions that it was decided under are not here yet.
    Revision,
    /// Its version is newer than this release.
    Version,
    /// It failed for its own fault too often and waits for a person.
    Dead,
}

impl Wait {
    /// The word for it in metrics and in `yizhan dlq`.
    pub fn reason(self) -> &'static str {
        match self {
            Wait::Gap => "gap",
            Wait::After { .. } => "after",
            Wait::Revision => "revision",
            Wait::Version => "version",
            Wait::Dead => "dead",
        }
    }

    /// What no event of another brings about; `None` if that is all it needs.
    pub fn stuck(self) -> Option<Stuck> {
        match self {
            Wait::Gap | Wait::After { .. } | Wait::Revision => None,
            Wait::Version => Some(Stuck::Version),
            Wait::Dead => Some(Stuck::Dead),
        }
    }

    /// The service whose event it is for; `None` if it is for no event.
    fn on(self, header: &Header) -> Option<Service> {
        match self {
            Wait::Gap => Some(header.source),
            Wait::After { service } => Some(service),
            Wait::Revision | Wait::Version | Wait::Dead => None,
        }
    }
}

/// Judges one event against what is known of its key.
///
/// ```text
///  sequence <= head                     Duplicate
///  sequence >  head + 1                 Keep(Gap)
///  sequence == head + 1   kept as dead  Keep(Dead)
///                         newer version Keep(Version)
///                         unknown type  Pass
///                         after, revision reached: Apply, else Keep
/// ```
///
/// An unknown type passes only when its `after` is reached as well: the heads stay a true account
/// of what happened before what.
pub fn judge(header: &Header, known: &Known) -> Verdict {
    let head = known.head(header.source);
    if header.sequence <= head {
        return Verdict::Duplicate;
    }
    if header.sequence > head + 1 {
        return Verdict::Keep(Wait::Gap);
    }
    if known.dead.get(&header.source) == Some(&header.sequence) {
        return Verdict::Keep(Wait::Dead);
    }
    if let Some(service) = first_not_reached(header, known) {
        return Verdict::Keep(Wait::After { service });
    }
    match header.readable {
        Readable::NewerVersion => Verdict::Keep(Wait::Version),
        Readable::UnknownType => Verdict::Pass,
        Readable::Yes if header.revision > known.revision => Verdict::Keep(Wait::Revision),
        Readable::Yes => Verdict::Apply,
    }
}

fn first_not_reached(header: &Header, known: &Known) -> Option<Service> {
    header
        .after
        .iter()
        .filter(|(service, _)| **service != header.source && known.reads.contains(service))
        .find(|(service, sequence)| known.head(**service) < **sequence)
        .map(|(service, _)| *service)
}

/// An event that was not delivered, and the one to ask for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Missing {
    /// Whom to ask.
    pub service: Service,
    /// Of which key.
    pub key: Uuid,
    /// From which sequence on.
    pub from: u64,
}

/// What a kept event waits for in the end: behind one that is here and stuck, what that waits for.
///
/// Whoever looks at a key that stands still is to see the dead letter or the newer version, and not
/// a gap that nobody can fill.
pub fn in_the_end(header: &Header, known: &Known, wait: Wait) -> Wait {
    let next = wait.on(header).and_then(|service| known.next(service));
    match next.and_then(|next| next.stuck) {
        Some(Stuck::Version) => Wait::Version,
        Some(Stuck::Dead) => Wait::Dead,
        None => wait,
    }
}

/// Whom a kept event should have redelivered, once it waited for [`REDELIVER_AFTER`].
///
/// What is here already is not missing, whatever it waits for itself; definitions come by
/// themselves, in order.
pub fn missing(header: &Header, known: &Known, wait: Wait) -> Option<Missing> {
    let service = wait.on(header).filter(|service| known.next(*service).is_none())?;
    Some(Missing { service, key: header.key, from: known.head(service) + 1 })
}

#[cfg(test)]
mod tests;
