//! How a cycle of a case begins and ends, whoever asks for it.

use definitions::Rules;
use events::{
    intake::{CaseClosedV1, CaseReopenedV1, Promise},
    words::{Commitment, End, ItemId, ReopenCause, Urgency},
};
use jiff::Timestamp;

use crate::{
    command::Actor,
    event::Event,
    state::{Case, Closing, Instead},
};

/// What is promised at the beginning of a cycle, what is told to the requester first.
///
/// Accept starts with each offer and call back with the completion: they are not intake's.
const PROMISED: [Commitment; 5] = [
    Commitment::Complete,
    Commitment::Answer,
    Commitment::Arrive,
    Commitment::Contain,
    Commitment::FollowUp,
];

/// All promises of a cycle that begins at `since`.
///
/// A limit that its calendar cannot hold within ten years promises nothing: nobody would wait.
pub(crate) fn promises(
    rules: &Rules,
    item: &ItemId,
    urgency: Urgency,
    since: Timestamp,
) -> Vec<Promise> {
    let promise = |commitment| {
        let due = rules.due(item, commitment, urgency, since).ok()??;
        Some(Promise { commitment, due: due.at, provisional: due.provisional })
    };
    PROMISED.into_iter().filter_map(promise).collect()
}

/// The next cycle of a case, which begins at `at`.
pub(crate) fn reopen(
    case: &Case,
    rules: &Rules,
    at: Timestamp,
    cause: ReopenCause,
    by: Option<Actor>,
) -> Event {
    let reopened = CaseReopenedV1 {
        cycle: case.cycle.next(),
        cause,
        by: by.and_then(Actor::account),
        reopened_at: at,
        kind: case.kind,
        item: case.item.clone(),
        place: case.place.clone(),
        urgency: case.urgency,
        level: case.level,
        reporters: case.reporters.clone(),
        promises: promises(rules, &case.item, case.urgency, at),
    };
    Event::Reopened { reopened, by }
}

/// The end of a case in its running cycle.
pub(crate) fn close(case: &Case, end: End, at: Timestamp, by: Option<Actor>) -> Event {
    let ended_by = by.and_then(Actor::account);
    let closed = CaseClosedV1 { cycle: case.cycle, end, closed_at: at, by: ended_by };
    Event::Closed { closed, instead: None, by }
}

/// An end that somebody decided on, and where the matter goes on.
pub(crate) fn dispose(
    case: &Case,
    end: End,
    instead: Option<Instead>,
    at: Timestamp,
    by: Actor,
) -> Event {
    let closed = CaseClosedV1 { cycle: case.cycle, end, closed_at: at, by: by.account() };
    Event::Closed { closed, instead, by: Some(by) }
}

/// Until when a closed case may be reopened; `None` if what was left undone is not taken up again.
pub(crate) fn reopens_until(case: &Case, rules: &Rules, closing: Closing) -> Option<Timestamp> {
    match closing.end {
        End::Solved | End::Unreachable | End::Uncalled => {
            rules.reopens_until(&case.item, closing.end, closing.at)
        }
        End::Withdrawn | End::Duplicate | End::NotOurs | End::Refused | End::Test => None,
    }
}
