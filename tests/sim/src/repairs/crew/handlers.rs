//! Who works on it, and the dispatcher.

use clock::{AccountId, QuestionId, WorkOrderId};
use dispatch_core::{
    Adjudicate, Answer, Arrive, Ask, Assign, Claim, Command, Complete, Contain, Hold, Merge, Order,
    Reassign, Resume, Return, Split, State, Status, Taken, Transfer,
};
use events::words::{Asked, HoldReason, PostId};

use super::{Desk, Dice, anybody, choose, worker};
use crate::repairs::campus::{LEADING, WORKING};

/// What may be done with a work order.
#[derive(Debug, Clone, Copy)]
enum Deed {
    Claim,
    Assign,
    Arrive,
    Contain,
    Hold,
    Resume,
    Complete,
    Transfer,
    Return,
    Reassign,
    Split,
    Merge,
    Adjudicate,
    Ask,
    Answer,
}

use Deed::{
    Adjudicate as Judge, Answer as Say, Arrive as Come, Ask as Wonder, Assign as Tell,
    Claim as Take, Complete as End, Contain as Secure, Hold as Wait, Merge as Join,
    Reassign as Move, Resume as GoOn, Return as Refuse, Split as Share, Transfer as Give,
};

/// What clocks may wait for, the more often the more it is named.
const PAUSING: &[HoldReason] = &[
    HoldReason::NoAccess,
    HoldReason::NoAccess,
    HoldReason::RequesterAnswer,
    HoldReason::OutsideAuthority,
];

/// Whom and what a command names beside its work order.
struct Named {
    by: AccountId,
    to: PostId,
    into: WorkOrderId,
}

pub(super) fn act(desk: &mut Desk<'_>) -> Option<Command> {
    let work = desk.dispatch.and_then(State::work)?;
    let open: Vec<&Order> = work.open().collect();
    let order = choose(desk.dice, &open).or(work.orders.last())?;
    let others: Vec<&Order> = open.into_iter().filter(|other| other.id != order.id).collect();
    let asked = order.questions.iter().any(|question| question.answered.is_none());
    let one_waits = others.iter().any(|other| matches!(other.status, Status::OnHold { .. }));
    // Whoever waits for an answer gets it, mostly.
    let deed = match desk.dice.below(100) {
        0..30 if asked => Say,
        30..36 if !others.is_empty() => Join,
        // Who is not let in to one part is let in to none.
        36..66 if order.status.taken().is_some() && one_waits => Wait,
        0..92 => likely(order.status, desk.dice),
        _ => any(desk.dice),
    };
    let holder = order.status.worker().filter(|_| desk.dice.percent(93));
    let by = holder.unwrap_or_else(|| worker(desk.dice));
    let to = choose(desk.dice, &WORKING).filter(|_| desk.dice.percent(97));
    let to = to.or_else(|| choose(desk.dice, &LEADING))?;
    let into = choose(desk.dice, &others).filter(|_| desk.dice.percent(97));
    let into = into.or_else(|| choose(desk.dice, &work.orders.iter().collect::<Vec<_>>()))?.id;
    Some(command(deed, order, Named { by, to, into }, desk.dice))
}

fn any(dice: &mut Dice) -> Deed {
    let all = [
        Take, Tell, Come, Secure, Wait, GoOn, End, Give, Refuse, Move, Share, Join, Judge, Wonder,
        Say,
    ];
    choose(dice, &all).unwrap_or(Take)
}

/// What is mostly done as things stand, the more often the more it is named.
fn likely(status: Status, dice: &mut Dice) -> Deed {
    let deeds: &[Deed] = match status {
        Status::Offered => &[
            Take, Take, Take, Take, Take, Tell, Tell, Give, Give, Give, Refuse, Refuse, Move, Share,
        ],
        Status::Taken(Taken::Claimed { .. } | Taken::Assigned { .. }) => {
            &[Come, Come, Come, Come, Wait, Wait, Wonder, End, Tell, Give, Refuse, Move, Share]
        }
        Status::Taken(Taken::InProgress { .. }) => {
            &[End, End, Secure, Secure, Secure, Wait, Wait, Wait, Wonder, Give, Refuse, Move, Share]
        }
        Status::Taken(Taken::Contained { .. }) => &[End, End, Wait, Wait, Give, Move, Share],
        Status::OnHold { .. } => &[GoOn, GoOn, GoOn, GoOn, Wonder, End, Give, Move, Share],
        Status::Disputed { .. } => &[Judge, Judge, Take],
        Status::Completed { .. } | Status::Cancelled { .. } => &[Take, Come, End],
    };
    choose(dice, deeds).unwrap_or(Take)
}

fn command(deed: Deed, order: &Order, named: Named, dice: &mut Dice) -> Command {
    let (work_order, Named { by, to, into }) = (order.id, named);
    match deed {
        Take => Command::Claim(Claim { work_order, by: worker(dice) }),
        Tell => Command::Assign(Assign { work_order, to: worker(dice), by: anybody(dice) }),
        Come => Command::Arrive(Arrive { work_order, by }),
        Secure => Command::Contain(Contain { work_order, by }),
        Wait => {
            // Mostly for what clocks may wait too.
            let reasons = if dice.percent(60) { PAUSING } else { HoldReason::ALL };
            let reason = choose(dice, reasons).unwrap_or(HoldReason::NoAccess);
            Command::Hold(Hold { work_order, reason, visit_at: None, by })
        }
        GoOn => Command::Resume(Resume { work_order, by }),
        End => Command::Complete(Complete { work_order, by, next_steps: false }),
        Give => Command::Transfer(Transfer { work_order, to, by }),
        Refuse => Command::Return(Return { work_order, by }),
        Move => Command::Reassign(Reassign { work_order, to, by: anybody(dice) }),
        Share => Command::Split(Split { work_order, to, by: anybody(dice) }),
        Join => Command::Merge(Merge { work_order, into, by: anybody(dice) }),
        Judge => Command::Adjudicate(Adjudicate { work_order, to, by: anybody(dice) }),
        Wonder => {
            let of = choose(dice, Asked::ALL).unwrap_or(Asked::Desk);
            Command::Ask(Ask { work_order, of, by })
        }
        Say => {
            let asked = choose(dice, &order.questions).map(|question| question.id);
            // Or one that nobody asked.
            let question = asked.unwrap_or_else(|| QuestionId::from_uuid(work_order.uuid()));
            Command::Answer(Answer { work_order, question, by: anybody(dice) })
        }
    }
}
