//! Who reports, and the desk that speaks for them.

use clock::{ContactId, Ids as _, SeededIds};
use events::words::{CaseNumber, Channel, DepartmentId, Urgency};
use intake_core::{
    Accept, Actor, ChangeUrgency, Chase, CloseAs, Command, Disposal, Join, Note, Reopen, Unjoin,
    Withdraw,
};
use jiff::{SignedDuration, Timestamp};

use super::{Desk, Dice, Order, Other, anybody, choose, somebody};
use crate::repairs::campus::{ITEMS, PLACES, RULES};

/// Somebody reports something.
pub(in crate::repairs) fn open(dice: &mut Dice, serial: u32, now: Timestamp) -> Option<Order> {
    let leak = ITEMS.iter().find(|item| item.as_str() == "water-leak").filter(|_| dice.percent(60));
    let item = leak.cloned().or_else(|| choose(dice, &ITEMS))?;
    let hours = i64::try_from(dice.below(48)).unwrap_or(0);
    let past = dice.percent(10).then(|| now - SignedDuration::from_hours(hours));
    let contact: ContactId = SeededIds::new(dice.below(u64::MAX)).id();
    Some(Order::Intake(Command::Accept(Box::new(Accept {
        number: CaseNumber::new(2026, 9, serial)?,
        contact,
        channel: Channel::Hotline,
        item,
        place: choose(dice, &PLACES),
        campus_phone: None,
        text: text(dice),
        people: dice.percent(10).then_some(30),
        asset: None,
        vulnerable: false,
        urgency: dice.percent(40).then_some(urgency(dice)),
        received_at: past,
        caller: dice.percent(85).then_some(somebody(dice)),
        on_behalf_of: dice.percent(15).then_some(somebody(dice)),
        linked: None,
        first_receiver: anybody(dice),
        by: staff(dice),
    }))))
}

pub(super) fn act(desk: &mut Desk<'_>, others: &[Other]) -> Order {
    let by =
        if desk.dice.percent(50) { staff(desk.dice) } else { Actor::Person(somebody(desk.dice)) };
    Order::Intake(match desk.dice.below(100) {
        0..22 => join(desk.dice, by),
        22..40 => Command::Chase(Chase { by }),
        40..48 => Command::Note(Note { by }),
        48..60 => Command::Unjoin(Unjoin { person: unwanted(desk), by }),
        60..80 => {
            let (urgency, is_reasoned) = (urgency(desk.dice), desk.dice.percent(80));
            Command::ChangeUrgency(ChangeUrgency { urgency, is_reasoned, by })
        }
        80..82 => Command::Withdraw(Withdraw { by }),
        82..85 => close(desk.dice, by, others),
        _ => Command::Reopen(Reopen { by }),
    })
}

fn join(dice: &mut Dice, by: Actor) -> Command {
    let first = somebody(dice);
    let second = dice.percent(30).then_some(somebody(dice));
    Command::Join(Box::new(Join {
        persons: [first].into_iter().chain(second).collect(),
        text: text(dice),
        people: dice.percent(15).then_some(25),
        asset: None,
        vulnerable: false,
        by,
    }))
}

/// One of the reporters, mostly.
fn unwanted(desk: &mut Desk<'_>) -> clock::PersonId {
    let reporters = desk.intake.case().map(|case| case.reporters.as_slice()).unwrap_or_default();
    let one = choose(desk.dice, reporters).filter(|_| desk.dice.percent(90));
    one.unwrap_or_else(|| somebody(desk.dice))
}

fn close(dice: &mut Dice, by: Actor, others: &[Other]) -> Command {
    let department: Option<DepartmentId> =
        RULES.departments().next().map(|department| department.id.clone());
    let disposal = match (dice.below(4), choose(dice, others), department) {
        (0..2, Some((of, number)), _) => Disposal::Duplicate { of, number },
        (0..2, None, _) | (2, ..) | (3, _, None) => Disposal::Refused,
        (_, _, Some(department)) if dice.percent(50) => Disposal::NotOurs { department },
        (..) => Disposal::Test,
    };
    let is_reasoned = dice.percent(80);
    Command::CloseAs(Box::new(CloseAs { disposal, is_reasoned, by }))
}

fn text(dice: &mut Dice) -> String {
    let text = if dice.percent(12) { "flooding" } else { "" };
    text.to_owned()
}

fn urgency(dice: &mut Dice) -> Urgency {
    choose(dice, Urgency::ALL).unwrap_or(Urgency::Normal)
}

fn staff(dice: &mut Dice) -> Actor {
    Actor::Account(anybody(dice))
}
