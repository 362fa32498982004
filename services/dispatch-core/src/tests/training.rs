//! Who must be trained before they take what. Wu is the assistant of the hall, He its teacher, Sun holds
//! both posts, and Tang is on no roster.

use std::{collections::BTreeSet, fmt::Write as _};

use clock::{AccountId, ArrangementId};
use jiff::{Timestamp, ToSpan as _};
use uuid::Uuid;

use super::campus::RULES;
use crate::roster::{Arrangement, Roster, Term, Train, What};

const WU: u128 = 1;
const HE: u128 = 2;
const SUN: u128 = 3;
const TANG: u128 = 4;

fn who(number: u128) -> AccountId {
    AccountId::from_uuid(Uuid::from_u128(number))
}

fn now() -> Timestamp {
    "2026-09-01T08:00:00+08:00".parse().unwrap()
}

fn hall() -> Roster {
    let held = [("hall/window-a", [HE, SUN]), ("hall/window-b", [WU, SUN])];
    let holders = held.map(|(post, holders)| {
        (post.parse().unwrap(), holders.into_iter().map(who).collect::<BTreeSet<_>>())
    });
    Roster { holders: holders.into(), ..Roster::default() }
}

/// Somebody is arranged to be, or not to be, somewhere for the next hour.
fn arranged(mut roster: Roster, what: What) -> Roster {
    let id = ArrangementId::from_uuid(Uuid::from_u128(9));
    let term = Term { from: now(), until: now() + 1.hour() };
    roster.arrangements.insert(id, Arrangement { id, term, what });
    roster
}

#[test]
fn only_who_is_an_assistant_and_nothing_else_must_be_trained_and_only_for_what_needs_it() {
    let must = |roster: &Roster, number, item: &str, department: &str| {
        let (item, department) = (item.parse().unwrap(), department.parse().unwrap());
        roster.must_be_trained(&RULES, who(number), (&item, &department), now())
    };
    let needs = "flooded-papers";
    let roster = hall();
    assert!(must(&roster, WU, needs, "hall"));
    assert!(!must(&roster, WU, "water-leak", "hall"), "an item that needs none");
    assert!(!must(&roster, WU, "lightning", "hall"), "an item that is there no longer");
    for (number, says) in [(HE, "a teacher"), (SUN, "a teacher too"), (TANG, "on no roster")] {
        assert!(!must(&roster, number, needs, "hall"), "{says}");
    }
    // On leave they are an assistant all the same, and where they stand in too.
    let away = arranged(hall(), What::Leave { who: who(WU), cover: None });
    assert!(must(&away, WU, needs, "hall"));
    let covers = What::Cover { post: "hall/window-b".parse().unwrap(), by: who(TANG) };
    assert!(must(&arranged(hall(), covers), TANG, needs, "hall"));
    let covers = What::Cover { post: "hall/window-a".parse().unwrap(), by: who(WU) };
    assert!(!must(&arranged(hall(), covers), WU, needs, "hall"), "at a teacher's post");
}

#[test]
fn a_training_is_recorded_once_of_who_needs_it_and_revoked_if_it_is() {
    let mut table = String::new();
    for (says, number, item) in [
        ("of an assistant", WU, "flooded-papers"),
        ("of an assistant, what needs none", WU, "water-leak"),
        ("of an assistant, what there is not", WU, "lightning"),
        ("of who is a teacher too", SUN, "flooded-papers"),
        ("of a teacher", HE, "flooded-papers"),
        ("of who is on no roster", TANG, "flooded-papers"),
    ] {
        for (is_trained, revoked) in [(false, false), (true, false), (false, true), (true, true)] {
            let train = Train { who: who(number), item: item.parse().unwrap(), revoked };
            let verb = if revoked { "revoke" } else { "record" };
            let state = if is_trained { "recorded" } else { "not recorded" };
            let answer = match hall().train(&RULES, &train, is_trained) {
                Ok(()) => "done".to_owned(),
                Err(rejected) => {
                    let field = rejected.field().unwrap_or("nothing");
                    format!("rejected {}: {field}, {rejected}", rejected.reason())
                }
            };
            writeln!(table, "{verb} {says}, {state}: {answer}").unwrap();
        }
    }
    insta::assert_snapshot!(table);
}
