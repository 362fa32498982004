//! Contacts of which no case comes.

use clock::{Ids as _, SeededIds};
use events::words::{Channel, ContactOutcome};
use jiff::SignedDuration;

use super::{campus::RULES, case::at};
use crate::{Contact, Violation, log};

fn call() -> Contact {
    let first_receiver = SeededIds::new(1).id();
    Contact { channel: Channel::Hotline, at: None, first_receiver, referred_to: None }
}

#[test]
fn what_is_answered_at_once_is_a_contact_and_no_case() {
    let now = at("2026-09-01T09:00:00+08:00");
    let told = log(&RULES, &call(), now).unwrap();
    assert_eq!((told.outcome, told.at, told.cases), (ContactOutcome::Answered, now, vec![]));
    let referred_to = Some("logistics".parse().unwrap());
    let told = log(&RULES, &Contact { referred_to, ..call() }, now).unwrap();
    assert_eq!(told.outcome, ContactOutcome::Referred);
}

#[test]
fn all_that_is_wrong_with_a_contact_is_told_at_once() {
    let now = at("2026-09-01T09:00:00+08:00");
    let at = Some(now + SignedDuration::from_mins(1));
    let contact = Contact { at, referred_to: Some("moon".parse().unwrap()), ..call() };
    let wrong = log(&RULES, &contact, now).unwrap_err();
    let fields: Vec<_> = wrong.iter().map(Violation::field).collect();
    assert_eq!(fields, ["received_at", "department"]);
}
