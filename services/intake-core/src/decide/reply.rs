use definitions::Rules;
use events::{
    intake::{CaseRepliedV1, Promise},
    words::{Commitment, End},
};
use jiff::{SignedDuration, Timestamp};

use crate::{
    command::{Actor, Reply},
    cycle::close,
    event::Event,
    rejected::{Rejected, Violation},
    state::{Case, State},
};

/// A year and a day: whoever promises an answer later than that has mistyped a date.
const FARTHEST: SignedDuration = SignedDuration::from_hours(366 * 24);

/// Of what nobody is called back about, the answer for good is the end, once the work is done. What was
/// promised of one that ended meanwhile may still be answered, for good.
pub(super) fn decide(
    state: &State,
    rules: &Rules,
    reply: Reply,
    now: Timestamp,
) -> Result<Vec<Event>, Rejected> {
    let (case, is_done) = match state {
        State::New => return Err(Rejected::NoSuchCase { command: Reply::VERB.word }),
        State::Open(case) => (case, false),
        State::Resolved { case, .. } => (case, true),
        State::Closed { case, closing, .. } if is_owed(case, closing.end, &reply) => (case, false),
        State::Closed { closing, .. } => {
            return Err(Rejected::CaseClosed { command: Reply::VERB, end: closing.end });
        }
    };
    let Reply { next, department, by } = reply;
    let next = next.map(|next| promise(case, rules, next, now)).transpose();
    let next = next.map_err(Rejected::ReplyInvalid)?;
    let uncalled = rules.is_called_back(&case.item, case.number) == Some(false);
    let ends = is_done && next.is_none() && uncalled;
    let closed = ends.then(|| close(case, End::Uncalled, now, Some(Actor::Account(by))));
    let replied = CaseRepliedV1 { cycle: case.cycle, next, department, by, at: now };
    Ok([Event::Replied(replied)].into_iter().chain(closed).collect())
}

/// Whether it is the answer for good that was promised of what was done.
fn is_owed(case: &Case, end: End, reply: &Reply) -> bool {
    let is_done = matches!(end, End::Solved | End::Unreachable | End::Uncalled);
    is_done && reply.next.is_none() && case.owes_reply()
}

/// The promise of the next answer, which somebody watches and which is due while time counts.
fn promise(
    case: &Case,
    rules: &Rules,
    next: Timestamp,
    now: Timestamp,
) -> Result<Promise, Violation> {
    const COMMITMENT: Commitment = Commitment::FollowUp;
    let most = now.saturating_add(FARTHEST).unwrap_or(Timestamp::MAX);
    if next <= now {
        return Err(Violation::NextPast { next });
    } else if next > most {
        return Err(Violation::NextTooFar { most });
    } else if rules.ladder(&case.item, COMMITMENT).is_none() {
        return Err(Violation::NextUnwatched { item: case.item.clone() });
    }
    let due = rules.named(&case.item, COMMITMENT, case.urgency, next);
    let due = due.ok_or_else(|| {
        let counts_from = rules.named_from(&case.item, COMMITMENT, case.urgency, next);
        Violation::NextOffHours { next: next.to_zoned(rules.zone()), counts_from }
    })?;
    Ok(Promise { commitment: COMMITMENT, due: due.at, provisional: due.provisional })
}
