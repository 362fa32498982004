use clock::AccountId;
use definitions::Rules;
use jiff::Timestamp;

use crate::{
    calling::Calling,
    state::{Call, State},
};

/// The callback that `caller` should make now: of those whose attempt would be taken, the first due.
///
/// Each case comes with the rules of its own revision.
pub fn next<'a>(
    cases: impl IntoIterator<Item = (&'a State, &'a Rules)>,
    caller: AccountId,
    now: Timestamp,
) -> Option<&'a Call> {
    let callable = |(state, rules): (&'a State, &'a Rules)| {
        let (survey, call) = match state {
            State::Calling { survey, call } => (survey, call),
            State::New | State::Idle(_) | State::Judged { .. } | State::Ended { .. } => {
                return None;
            }
        };
        let chance = Calling::of(rules, &survey.matter.item)?.chance(&call.attempts, now);
        (chance <= now && !call.workers.contains(&caller)).then_some(call)
    };
    cases.into_iter().filter_map(callable).min_by_key(|call| (call.due(), call.id))
}
