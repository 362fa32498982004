use definitions::Rules;
use events::{survey::CaseAnsweredV1, words::Verdict};
use jiff::Timestamp;

use super::{attempted, find, judge, refuse_own_work};
use crate::{
    command::{Answer, Rejected, Through},
    event::Event,
    link::{Takes, follow, reopens_until},
    state::{Call, Fate, Matter, State},
};

pub(super) fn decide(
    state: &State,
    rules: &Rules,
    answer: Answer,
    now: Timestamp,
) -> Result<Vec<Event>, Rejected> {
    let command = Answer::WORD;
    let (survey, call, fate) = find(state, command, answer.callback)?;
    match answer.through {
        Through::Call(by) => refuse_own_work(call, command, by)?,
        Through::Link(person) => {
            let followed = follow(state, rules, (call.id, person), now);
            let followed = followed.ok_or(Rejected::LinkOver { command })?;
            match followed.takes {
                Takes::Answer => {}
                Takes::NotSolved if !answer.solved => {}
                Takes::Nothing if followed.answered.is_none() => {
                    return Err(Rejected::LaterCycle { command });
                }
                Takes::NotSolved | Takes::Nothing => {
                    return Err(Rejected::AlreadyAnswered { command });
                }
            }
        }
    }
    let verdict = if answer.solved { Verdict::Solved } else { Verdict::NotSolved };
    let answered = answered(call, answer, now);
    match fate {
        None => {
            let reached = match answer.through {
                Through::Call(by) => {
                    let attempted = attempted(call, by, now, true);
                    Some(Event::Attempted { attempted, not_before: None })
                }
                Through::Link(_) => None,
            };
            let judges = reached.is_some() || verdict == Verdict::NotSolved;
            let judged = judges.then(|| judge(call.cycle, verdict, now));
            Ok(reached.into_iter().chain([answered]).chain(judged).collect())
        }
        Some(Fate::Judged(before)) => {
            let running = call.cycle == survey.cycle;
            let turns = running && verdict == Verdict::NotSolved && before != Verdict::NotSolved;
            if let Some(until) = reopens_until(rules, &survey.matter.item, call, before)
                && turns
                && now > until
            {
                let Matter { number, item, place, .. } = survey.matter.clone();
                return Err(Rejected::ReopenWindowOver { until, number, item, place });
            }
            let judged = turns.then(|| judge(call.cycle, verdict, now));
            Ok([answered].into_iter().chain(judged).collect())
        }
        Some(Fate::Withdrawn) => Err(Rejected::CallbackWithdrawn { command }),
    }
}

fn answered(call: &Call, answer: Answer, at: Timestamp) -> Event {
    let Answer { through, solved, on_time, attitude, score, complains, .. } = answer;
    let (by, person) = match through {
        Through::Call(by) => (Some(by), None),
        Through::Link(person) => (None, Some(person)),
    };
    let (callback, cycle) = (call.id, call.cycle);
    let answered = CaseAnsweredV1 { callback, cycle, at, by, solved, on_time, attitude, score };
    Event::Answered { answered, person, complains }
}
