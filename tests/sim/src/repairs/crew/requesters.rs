//! Who reports, and the desk that speaks for them.

use clock::{ContactId, Ids as _, SeededIds};
use events::{
    intake::Incident,
    words::{CaseNumber, Channel, Commitment, DepartmentId, Urgency},
};
use intake_core::{
    Accept, Actor, ChangeUrgency, Chase, CloseAs, CloseIncident, Command, Disposal, Join,
    JoinIncident, Note, Reopen, Reply, Unjoin, UpdateIncident, Withdraw,
};
use jiff::{SignedDuration, Timestamp};

use super::{Desk, Dice, Order, Other, anybody, choose, somebody, until};
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
        incident: dice.percent(10).then(|| incident(dice, now)),
        first_receiver: anybody(dice),
        by: staff(dice),
    }))))
}

/// It is everywhere, or so they say.
fn incident(dice: &mut Dice, now: Timestamp) -> Incident {
    let places = choose(dice, &PLACES).into_iter().chain(choose(dice, &PLACES)).collect();
    let hours = i64::try_from(dice.below(12)).unwrap_or(0);
    let expected_end = dice.percent(80).then(|| now + SignedDuration::from_hours(hours));
    Incident { places, expected_end }
}

pub(super) fn act(desk: &mut Desk<'_>, others: &[Other]) -> Order {
    let by =
        if desk.dice.percent(50) { staff(desk.dice) } else { Actor::Person(somebody(desk.dice)) };
    let is_incident = desk.intake.case().is_some_and(|case| case.incident.is_some());
    // Of a case that is none they are refused.
    if desk.dice.percent(if is_incident { 50 } else { 2 }) {
        return Order::Intake(of_incident(desk, by));
    }
    // Whoever waits for an answer hears something, now and then.
    if is_owed_an_answer(desk) && desk.dice.percent(40) {
        return Order::Intake(reply(desk));
    }
    Order::Intake(match desk.dice.below(100) {
        0..22 => join(desk.dice, by),
        22..37 => Command::Chase(Chase { by }),
        37..42 => Command::Note(Note { by }),
        42..48 => reply(desk),
        48..60 => Command::Unjoin(Unjoin { person: unwanted(desk), by }),
        60..80 => {
            let (urgency, is_reasoned) = (urgency(desk.dice), desk.dice.percent(80));
            Command::ChangeUrgency(ChangeUrgency { urgency, is_reasoned, by })
        }
        80..82 => Command::Withdraw(Withdraw { by, for_all: desk.dice.percent(50) }),
        82..85 => close(desk.dice, by, others),
        _ => Command::Reopen(Reopen { by }),
    })
}

fn of_incident(desk: &mut Desk<'_>, by: Actor) -> Command {
    match desk.dice.below(10) {
        0..6 => Command::JoinIncident(Box::new(JoinIncident {
            channel: Channel::Hotline,
            place: choose(desk.dice, &PLACES).filter(|_| desk.dice.percent(30)),
            campus_phone: None,
            join: reported(desk.dice, by),
        })),
        6..9 => {
            let Incident { places, expected_end } = incident(desk.dice, desk.now);
            let is_worded = desk.dice.percent(50);
            let update = UpdateIncident { places, expected_end, is_worded, by };
            Command::UpdateIncident(Box::new(update))
        }
        _ => Command::CloseIncident(CloseIncident { by }),
    }
}

fn join(dice: &mut Dice, by: Actor) -> Command {
    Command::Join(Box::new(reported(dice, by)))
}

fn reported(dice: &mut Dice, by: Actor) -> Join {
    let first = somebody(dice);
    let second = dice.percent(30).then_some(somebody(dice));
    Join {
        persons: [first].into_iter().chain(second).collect(),
        text: text(dice),
        people: dice.percent(15).then_some(25),
        asset: None,
        vulnerable: false,
        by,
    }
}

/// Whether somebody watches that they get one.
fn is_owed_an_answer(desk: &Desk<'_>) -> bool {
    let watch = desk.timer.and_then(|timer| timer.watch());
    let mut running = watch.into_iter().flat_map(escalation_timer_core::Watch::running);
    running.any(|timer| timer.commitment == Commitment::FollowUp)
}

/// For good, or for now with the time of the next.
fn reply(desk: &mut Desk<'_>) -> Command {
    let urgency = desk.intake.case().map_or(Urgency::Normal, |case| case.urgency);
    let next = until(desk.dice, desk.now, urgency).filter(|_| desk.dice.percent(50));
    Command::Reply(Reply { next, department: None, by: anybody(desk.dice) })
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
