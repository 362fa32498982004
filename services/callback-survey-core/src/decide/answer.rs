use definitions::Rules;
use events::{
    survey::CaseAnsweredV1,
    words::{End, ItemId, Verdict},
};
use jiff::Timestamp;

use super::{attempted, find, judge, refuse_own_work};
use crate::{
    command::{Answer, Rejected},
    event::Event,
    state::{Call, Fate, State},
};

pub(super) fn decide(
    state: &State,
    rules: &Rules,
    answer: Answer,
    now: Timestamp,
) -> Result<Vec<Event>, Rejected> {
    let command = Answer::WORD;
    let (survey, call, fate) = find(state, command, answer.callback)?;
    if let Some(by) = answer.by {
        refuse_own_work(call, command, by)?;
    }
    let verdict = if answer.solved { Verdict::Solved } else { Verdict::NotSolved };
    let answered = answered(call, answer, now);
    match fate {
        None => {
            let reached = answer.by.map(|by| Event::Attempted {
                attempted: attempted(call, by, now, true),
                not_before: None,
            });
            let judged = judge(call.cycle, verdict, now);
            Ok(reached.into_iter().chain([answered, judged]).collect())
        }
        Some(Fate::Judged(before)) => {
            let running = call.cycle == survey.cycle;
            let turns = running && verdict == Verdict::NotSolved && before != Verdict::NotSolved;
            if let Some(until) = reopens_until(rules, &survey.matter.item, call, before)
                && turns
                && now > until
            {
                return Err(Rejected::ReopenWindowOver { until });
            }
            let judged = turns.then(|| judge(call.cycle, verdict, now));
            Ok([answered].into_iter().chain(judged).collect())
        }
        Some(Fate::Withdrawn) => Err(Rejected::CallbackWithdrawn { command }),
    }
}

/// Until when a "not solved" still turns a verdict, which has closed the case by then.
fn reopens_until(rules: &Rules, item: &ItemId, call: &Call, verdict: Verdict) -> Option<Timestamp> {
    let (end, judged_at) = match verdict {
        Verdict::Solved => (End::Solved, call.answers.first()?.at),
        Verdict::Unreachable => (End::Unreachable, call.attempts.last()?.at),
        Verdict::NotSolved => return None,
    };
    rules.reopens_until(item, end, judged_at)
}

fn answered(call: &Call, answer: Answer, at: Timestamp) -> Event {
    let Answer { by, solved, on_time, attitude, score, .. } = answer;
    Event::Answered(CaseAnsweredV1 {
        callback: call.id,
        cycle: call.cycle,
        at,
        by,
        solved,
        on_time,
        attitude,
        score,
    })
}
