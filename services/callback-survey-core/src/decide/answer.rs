use events::{survey::CaseAnsweredV1, words::Verdict};
use jiff::Timestamp;

use super::{attempted, find, judge, refuse_own_work};
use crate::{
    command::{Answer, Rejected},
    event::Event,
    state::{Call, Fate, State},
};

pub(super) fn decide(
    state: &State,
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
            let judged = turns.then(|| judge(call.cycle, verdict, now));
            Ok([answered].into_iter().chain(judged).collect())
        }
        Some(Fate::Withdrawn) => Err(Rejected::CallbackWithdrawn { command }),
    }
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
