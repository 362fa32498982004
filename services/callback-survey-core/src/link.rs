//! Answering by a link, where nobody asks.

use clock::{CallbackId, PersonId};
use definitions::Rules;
use events::{
    intake::CaseResolvedV1,
    words::{End, ItemId, Level, Verdict},
};
use jiff::Timestamp;

use crate::state::{Answered, Call, Fate, State, Survey};

/// What somebody sees who follows the link that was sent to them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Followed<'a> {
    /// The case.
    pub survey: &'a Survey,
    /// The callback of the cycle that it asks after.
    pub call: &'a Call,
    /// What they said last.
    pub answered: Option<&'a Answered>,
    /// How it stands with that cycle.
    pub standing: Standing,
    /// What they may still say.
    pub takes: Takes,
}

/// How it stands with what a link asks after.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// The callback is still to be made, to them.
    ToCall,
    /// It is still to be made, to who reported it first.
    ToCallFirst,
    /// Nobody is called any more: it was judged, and "not solved" still turns that.
    Judged,
    /// It is taken up again, and not done yet.
    TakenUp,
    /// It was taken up again, and is done: a newer link of theirs asks after that.
    Newer,
}

/// What may still be said by a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Takes {
    /// An answer.
    Answer,
    /// They said that it is solved; that it is not after all.
    NotSolved,
    /// Nothing: they have said it, or a newer link asks.
    Nothing,
}

/// Who is sent a link: all who reported it, unless the desk may not ask after it.
pub(crate) fn linked(resolved: &CaseResolvedV1) -> Vec<PersonId> {
    if is_for_links(resolved.level) { resolved.reporters.clone() } else { Vec::new() }
}

/// What a link leads to at `now`: that of this reporter to this callback.
///
/// It leads nowhere for who is a reporter no more, while the case is one that the desk may not ask
/// after, once the callback is withdrawn, and once "not solved" would no longer reopen what it asks
/// about. In a later cycle it says how that stands.
pub fn follow<'a>(
    state: &'a State,
    rules: &Rules,
    (callback, person): (CallbackId, PersonId),
    now: Timestamp,
) -> Option<Followed<'a>> {
    let survey = state.survey()?;
    let (call, fate) = state.callbacks().find(|(call, _)| call.id == callback)?;
    if !is_for_links(survey.matter.level) || !call.reporters.contains(&person) {
        return None;
    }
    let standing = if call.cycle == survey.cycle {
        let item = &survey.matter.item;
        match fate {
            None if call.asks(person) => Standing::ToCall,
            None => Standing::ToCallFirst,
            Some(Fate::Withdrawn) => return None,
            Some(Fate::Judged(verdict)) if ends(rules, item, call, verdict)? < now => return None,
            Some(Fate::Judged(Verdict::NotSolved)) => Standing::TakenUp,
            Some(Fate::Judged(Verdict::Solved | Verdict::Unreachable)) => Standing::Judged,
        }
    } else {
        in_later_cycle(state, rules, person, now)?
    };
    let answered = call.answered_by(person);
    let takes = match (standing, answered) {
        (Standing::Newer, _) | (Standing::TakenUp, Some(_)) => Takes::Nothing,
        // What is sent while somebody else is faster is kept.
        (Standing::TakenUp, None) if fate == Some(Fate::Withdrawn) => Takes::Nothing,
        (_, None) => Takes::Answer,
        (_, Some(answered)) if answered.solved => Takes::NotSolved,
        (_, Some(_)) => Takes::Nothing,
    };
    Some(Followed { survey, call, answered, standing, takes })
}

/// How it stands with the cycle that runs, for who has a link of an earlier one.
fn in_later_cycle(
    state: &State,
    rules: &Rules,
    person: PersonId,
    now: Timestamp,
) -> Option<Standing> {
    match state {
        State::New | State::Ended { .. } => None,
        State::Idle(_) => Some(Standing::TakenUp),
        State::Calling { call, .. } | State::Judged { call, .. } => {
            match follow(state, rules, (call.id, person), now)?.standing {
                Standing::TakenUp => Some(Standing::TakenUp),
                Standing::ToCall | Standing::ToCallFirst | Standing::Judged | Standing::Newer => {
                    Some(Standing::Newer)
                }
            }
        }
    }
}

/// Until when a "not solved" still turns a verdict, which has closed the case by then.
pub(crate) fn reopens_until(
    rules: &Rules,
    item: &ItemId,
    call: &Call,
    verdict: Verdict,
) -> Option<Timestamp> {
    match verdict {
        Verdict::Solved | Verdict::Unreachable => ends(rules, item, call, verdict),
        Verdict::NotSolved => None,
    }
}

/// Until when answers still come by links, once there is a verdict; that of a cycle which was not
/// solved is as long as if it were.
fn ends(rules: &Rules, item: &ItemId, call: &Call, verdict: Verdict) -> Option<Timestamp> {
    let mut answers = call.answers.iter();
    let (end, judged_at) = match verdict {
        Verdict::Solved => (End::Solved, answers.find(|one| one.settles())?.at),
        Verdict::NotSolved => (End::Solved, answers.find(|one| !one.solved)?.at),
        Verdict::Unreachable => (End::Unreachable, call.attempts.last()?.at),
    };
    rules.reopens_until(item, end, judged_at)
}

/// Whether the desk may ask after a case of this level; of others the counsellor does.
const fn is_for_links(level: Level) -> bool {
    match level {
        Level::Public | Level::Internal => true,
        Level::Restricted | Level::Confidential | Level::Hidden => false,
    }
}
