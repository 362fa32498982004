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
    /// The cycle was judged "not solved", by whomever: the case is taken up again.
    pub is_reopened: bool,
    /// What they may still say.
    pub takes: Takes,
}

/// What may still be said by a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Takes {
    /// An answer.
    Answer,
    /// They said that it is solved; that it is not after all.
    NotSolved,
    /// Nothing: they have said it.
    Nothing,
}

/// Who is sent a link: all who reported it, unless the desk may not ask after it.
pub(crate) fn linked(resolved: &CaseResolvedV1) -> Vec<PersonId> {
    if is_for_links(resolved.level) { resolved.reporters.clone() } else { Vec::new() }
}

/// What a link leads to at `now`: that of this reporter to this callback.
///
/// It leads nowhere while the case is one that the desk may not ask after, once the callback is
/// withdrawn, and once "not solved" would no longer reopen what it asks about.
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
    let is_reopened = match fate {
        None => false,
        Some(Fate::Withdrawn) => return None,
        Some(Fate::Judged(verdict)) => {
            let is_over = ends(rules, &survey.matter.item, call, verdict)? < now;
            if is_over {
                return None;
            }
            verdict == Verdict::NotSolved
        }
    };
    let answered = call.answered_by(person);
    let takes = match answered {
        None => Takes::Answer,
        Some(answered) if answered.solved && !is_reopened && call.cycle == survey.cycle => {
            Takes::NotSolved
        }
        Some(_) => Takes::Nothing,
    };
    Some(Followed { survey, call, answered, is_reopened, takes })
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
        Verdict::Solved => (End::Solved, answers.find(|one| call.is_settled_by(one))?.at),
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
