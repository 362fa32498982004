//! Who asks whether it is solved, and who answers by a link.

use callback_survey_core::{Answer, Attempt, Command, State, Through};

use super::{Desk, anybody, choose};

pub(super) fn act(desk: &mut Desk<'_>) -> Option<Command> {
    let calls: Vec<_> = desk.survey.into_iter().flat_map(State::callbacks).collect();
    // The newest, mostly; old ones take answers too.
    let newest = calls.last().copied().filter(|_| desk.dice.percent(90));
    let (call, _) = newest.or_else(|| choose(desk.dice, &calls))?;
    let (callback, by) = (call.id, anybody(desk.dice));
    if desk.dice.percent(70) {
        return Some(Command::Attempt(Attempt { callback, by }));
    }
    let link = choose(desk.dice, &call.reporters).filter(|_| desk.dice.percent(25));
    let through = link.map_or(Through::Call(by), Through::Link);
    let solved = desk.dice.percent(50);
    Some(Command::Answer(Answer {
        callback,
        through,
        solved,
        on_time: None,
        attitude: None,
        score: None,
        complains: false,
    }))
}
