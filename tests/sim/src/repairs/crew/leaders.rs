//! Who is told that it is late, and who asks them for time.

use std::collections::BTreeSet;

use escalation_timer_core::{
    AcceptRisk, AskExtension, AskPause, Command, DecidePause, Extend, OfLeader, Speaker, State,
    Timer, Watch,
};
use events::words::{Commitment, HoldReason, PostId};

use super::{Desk, Dice, anybody, choose, until, worker};
use crate::repairs::campus::LEADING;

pub(super) fn act(desk: &mut Desk<'_>) -> Option<Command> {
    let watch = desk.timer.and_then(State::watch)?;
    let timers: Vec<&Timer> = watch.running().collect();
    let late = timers.iter().rev().find_map(|timer| Some((timer, timer.fired.last()?)));
    // Mostly a leader who was told, and mostly of what they were told.
    let told = late.filter(|_| desk.dice.percent(85));
    let post = told.map(|(_, fired)| fired.post.clone());
    let post = post.or_else(|| choose(desk.dice, &LEADING))?;
    let commitment = told.map(|(timer, _)| timer.commitment);
    let told = timers.iter().find(|timer| is_told(timer.commitment));
    let due = told.map_or(desk.now, |timer| timer.promise().due);
    let until = until(desk.dice, due.max(desk.now), watch.urgency)?;
    let of = OfLeader { speaker: speaker(desk.dice, post), commitment };
    let dice = &mut *desk.dice;
    let waiting: Vec<_> = watch.holds.iter().filter(|hold| hold.is_open()).collect();
    // Of several parts that wait one may be named.
    let work_order =
        choose(dice, &waiting).filter(|_| dice.percent(50)).map(|hold| hold.work_order);
    let decide = |dice: &mut Dice| DecidePause { speaker: head(dice), work_order };
    // Whoever waits for a yes or a no is heard first, mostly.
    let chance = match (waits_for_a_pause(watch), waits_for_time(watch)) {
        (true, _) if dice.percent(50) => 34 + dice.below(33),
        (_, true) if dice.percent(50) => 16 + dice.below(18),
        (..) => dice.below(100),
    };
    Some(match chance {
        0..16 => {
            let reason = choose(dice, HoldReason::ALL)?;
            Command::AskExtension(AskExtension { by: worker(dice), until, reason })
        }
        16..28 => Command::ApproveExtension(head(dice)),
        28..34 => Command::RefuseExtension(head(dice)),
        34..46 => {
            let (by, evidence) = (worker(dice), dice.percent(60));
            Command::AskPause(AskPause { by, work_order, evidence })
        }
        46..60 => Command::ApprovePause(decide(dice)),
        60..67 => Command::RefusePause(decide(dice)),
        67..77 => Command::Extend(Extend { of, until }),
        77..85 => Command::TakeOver(of),
        85..92 => Command::Order(of),
        _ => Command::AcceptRisk(AcceptRisk { of, until }),
    })
}

/// Whether somebody waits for a yes or a no.
pub(super) fn are_asked(watch: &Watch) -> bool {
    waits_for_a_pause(watch) || waits_for_time(watch)
}

fn waits_for_a_pause(watch: &Watch) -> bool {
    watch.holds.iter().any(|hold| hold.is_open() && hold.is_asked())
}

fn waits_for_time(watch: &Watch) -> bool {
    watch.running().any(|timer| timer.extension.is_some())
}

const fn is_told(commitment: Commitment) -> bool {
    matches!(commitment, Commitment::Complete | Commitment::Answer)
}

fn speaker(dice: &mut Dice, post: PostId) -> Speaker {
    Speaker { account: anybody(dice), posts: BTreeSet::from([post]) }
}

/// The head, mostly: the policy asks for their word.
fn head(dice: &mut Dice) -> Speaker {
    let head = LEADING.iter().find(|post| post.name() == "head").filter(|_| dice.percent(90));
    let posts = head.or(LEADING.first()).cloned().into_iter().collect();
    Speaker { account: anybody(dice), posts }
}
