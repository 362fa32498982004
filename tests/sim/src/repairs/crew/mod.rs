//! Who acts, and on what they see.

mod callers;
mod diligent;
mod handlers;
mod leaders;
mod requesters;

use clock::CaseId;
use events::words::{CaseNumber, Urgency};
use jiff::Timestamp;

use super::{
    Dice,
    campus::{PERSONS, RULES, WORKERS, account, person},
    deeds::Order,
};

pub(super) use diligent::diligent;
pub(super) use requesters::open;

/// What somebody sees of a case; what they do not see they were not told.
pub(super) struct Desk<'a> {
    pub(super) now: Timestamp,
    pub(super) dice: &'a mut Dice,
    pub(super) intake: &'a intake_core::State,
    pub(super) dispatch: Option<&'a dispatch_core::State>,
    pub(super) timer: Option<&'a escalation_timer_core::State>,
    pub(super) survey: Option<&'a callback_survey_core::State>,
}

/// Another case, as people name it.
pub(super) type Other = (CaseId, CaseNumber);

/// Somebody does what may be right or not, as the dice will have it.
pub(super) fn act(desk: &mut Desk<'_>, others: &[Other]) -> Option<Order> {
    let waits = matches!(desk.intake, intake_core::State::Resolved { .. });
    let asked = desk.timer.and_then(|timer| timer.watch()).is_some_and(leaders::are_asked);
    // What somebody waits for is done first, mostly.
    let parts = desk.dispatch.and_then(|dispatch| dispatch.work());
    let several = parts.is_some_and(|work| work.open().count() > 1);
    let chance = match (asked, waits) {
        (true, _) if desk.dice.percent(40) => 62 + desk.dice.below(22),
        (_, true) if desk.dice.percent(60) => 84 + desk.dice.below(16),
        (..) if several && desk.dice.percent(40) => 22 + desk.dice.below(40),
        (..) => desk.dice.below(100),
    };
    match chance {
        0..22 => Some(requesters::act(desk, others)),
        22..62 => handlers::act(desk).map(Order::Dispatch),
        62..84 => leaders::act(desk).map(Order::Timer),
        _ => callers::act(desk).map(Order::Survey),
    }
}

/// One of several.
pub(super) fn choose<T: Clone>(dice: &mut Dice, among: &[T]) -> Option<T> {
    let chosen = dice.below(among.len() as u64);
    among.get(usize::try_from(chosen).unwrap_or(0)).cloned()
}

/// A time some hours or days ahead that counts for such a promise.
fn until(dice: &mut Dice, from: Timestamp, urgency: Urgency) -> Option<Timestamp> {
    let limit = match urgency {
        Urgency::Normal => "1d working-days",
        Urgency::Urgent => "3h duty-time",
        Urgency::Critical => "5h 24x7",
    };
    let department = RULES.departments().next()?;
    let calendar = RULES.calendar_for(&department.id)?;
    let times = u32::try_from(1 + dice.below(3)).unwrap_or(1);
    Some(calendar.after(from, times, limit.parse().ok()?).ok()?.at)
}

fn worker(dice: &mut Dice) -> clock::AccountId {
    account(dice.below(WORKERS))
}

/// Somebody of the staff, who may have worked on the very case.
fn anybody(dice: &mut Dice) -> clock::AccountId {
    account(dice.below(2 * WORKERS))
}

fn somebody(dice: &mut Dice) -> clock::PersonId {
    person(dice.below(PERSONS))
}
