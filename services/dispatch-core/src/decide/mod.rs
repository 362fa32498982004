//! The decisions on commands, one file each.

mod adjudicate;
mod answer;
mod arrive;
mod ask;
mod assign;
mod claim;
mod complete;
mod contain;
mod hold;
mod merge;
mod reassign;
mod resume;
mod return_;
mod split;
mod transfer;

use clock::{AccountId, Ids, WorkOrderId};
use definitions::{Duty, Rules};
use events::words::{Commitment, ItemId, PostId, Urgency};
use jiff::Timestamp;

use crate::{
    command::Command,
    event::Event,
    order::{Order, Status, Taken},
    rejected::Rejected,
    state::{State, Work},
};

/// What follows from a command at `now`: at least one event, or a rejection and nothing.
pub fn on_command(
    state: &State,
    rules: &Rules,
    command: &Command,
    now: Timestamp,
    ids: &mut impl Ids,
) -> Result<Vec<Event>, Rejected> {
    match command {
        Command::Claim(claim) => claim::decide(state, rules, *claim, now),
        Command::Assign(assign) => assign::decide(state, rules, *assign, now),
        Command::Arrive(arrive) => arrive::decide(state, *arrive, now),
        Command::Contain(contain) => contain::decide(state, *contain, now),
        Command::Hold(hold) => hold::decide(state, *hold, now),
        Command::Resume(resume) => resume::decide(state, rules, *resume, now),
        Command::Complete(complete) => complete::decide(state, *complete, now),
        Command::Transfer(transfer) => transfer::decide(state, rules, transfer, now, ids),
        Command::Return(asked) => return_::decide(state, *asked, now, ids),
        Command::Reassign(reassign) => reassign::decide(state, rules, reassign, now, ids),
        Command::Split(split) => split::decide(state, rules, split, now, ids),
        Command::Merge(merge) => merge::decide(state, *merge, now),
        Command::Adjudicate(adjudicate) => adjudicate::decide(state, rules, adjudicate, now, ids),
        Command::Ask(ask) => ask::decide(state, *ask, now, ids),
        Command::Answer(answer) => answer::decide(state, *answer, now),
    }
}

/// The work order that a command names, in a case that has not ended.
fn find<'a>(
    state: &'a State,
    command: &'static str,
    work_order: WorkOrderId,
) -> Result<(&'a Work, &'a Order), Rejected> {
    let none = Rejected::NoSuchWorkOrder { command, work_order };
    match state {
        State::New => Err(none),
        State::Ended { end, .. } => Err(Rejected::CaseClosed { command, end: *end }),
        State::Working(work) | State::Done(work) => {
            work.order(work_order).map(|order| (work, order)).ok_or(none)
        }
    }
}

/// How far a worker is with what is theirs.
enum Theirs {
    /// Nothing keeps them.
    GoesOn(Taken),
    /// It waits.
    Waits(Taken),
}

/// What only whose it is may go on with.
fn theirs(order: &Order, command: &'static str, by: AccountId) -> Result<Theirs, Rejected> {
    let theirs = match order.status {
        Status::Taken(taken) => Theirs::GoesOn(taken),
        Status::OnHold { before, .. } => Theirs::Waits(before),
        Status::Offered => return Err(Rejected::NotClaimed { command }),
        Status::Disputed { .. } => return Err(Rejected::Disputed { command }),
        Status::Completed { .. } => return Err(Rejected::AlreadyCompleted { command }),
        Status::Cancelled { .. } => return Err(Rejected::Cancelled { command }),
    };
    match theirs {
        Theirs::GoesOn(taken) | Theirs::Waits(taken) if taken.by() != by => {
            Err(Rejected::NotYours { command })
        }
        Theirs::GoesOn(_) | Theirs::Waits(_) => Ok(theirs),
    }
}

/// Refuses what no post has: nobody can take it from there.
fn with_a_post(order: &Order, command: &'static str) -> Result<(), Rejected> {
    match order.status {
        Status::Offered | Status::Taken(_) | Status::OnHold { .. } => Ok(()),
        Status::Disputed { .. } => Err(Rejected::Disputed { command }),
        Status::Completed { .. } => Err(Rejected::AlreadyCompleted { command }),
        Status::Cancelled { .. } => Err(Rejected::Cancelled { command }),
    }
}

/// Refuses what no post may give away: what none has, and what was adjudicated.
fn may_leave(order: &Order, command: &'static str) -> Result<(), Rejected> {
    with_a_post(order, command)?;
    if order.is_final { Err(Rejected::Final { command }) } else { Ok(()) }
}

/// Refuses a post that cannot take a work order.
fn may_accept(rules: &Rules, command: &'static str, post: &PostId) -> Result<(), Rejected> {
    match rules.post(post) {
        None => Err(Rejected::NoSuchPost { command, post: post.clone() }),
        Some(known) if known.duties.contains(&Duty::Accept) => Ok(()),
        Some(_) => Err(Rejected::NotAccepting { command, post: post.clone() }),
    }
}

/// Until when who has it from now on must come or say why not; `None` if nothing is promised.
pub(crate) fn arrive_by(
    rules: &Rules,
    item: &ItemId,
    urgency: Urgency,
    now: Timestamp,
) -> Option<Timestamp> {
    let due = rules.due(item, Commitment::Arrive, urgency, now).ok()??;
    Some(due.at)
}
