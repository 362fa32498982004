//! What cannot be a case.

use jiff::ToSpan as _;
use serde_json::json;

use super::{INVALID, NOT_NOW, NOT_PERMITTED};
use crate::{campus::Campus, person::Person};

#[test]
fn what_cannot_be_a_case_is_refused_by_the_name_of_its_field_and_nothing_is_opened() {
    let campus = Campus::open();
    let desk = campus.account("desk-1");
    let in_an_hour = campus.now() + 1.hour();
    let future = format!("water-leak --place dorm-7-402 --received-at {in_an_hour}");
    let novel = format!("water-leak --place dorm-7-402 --text {}", "drip".repeat(25_000));
    let slips: [(&str, i32, &[&str]); 11] = [
        ("water-leek --place dorm-7-402", INVALID, &["case-invalid", "item: ", "`water-leek`"]),
        ("water-leak --place dorm-8-402", INVALID, &["case-invalid", "place: ", "`dorm-8-402`"]),
        ("water-leak", INVALID, &["case-invalid", "place: "]),
        (
            "water-leak --channel campus-phone --campus-phone cp-999",
            INVALID,
            &["case-invalid", "campus_phone: ", "`cp-999`"],
        ),
        ("water-leak --place dorm-7-402 --channel pigeon", INVALID, &["channel: ", "hotline"]),
        (
            "water-leak --place dorm-7-402 --received-at 2026-09-01T08:00:00",
            INVALID,
            &["received_at: ", "has no offset from UTC"],
        ),
        (
            "water-leak --place dorm-7-402 --received-at 2026-09-01T08:00:00+08:00",
            NOT_PERMITTED,
            &["backdating-not-permitted"],
        ),
        (
            "water-leak --place dorm-7-402 --received-at 2026-09-01T08:00:00+25:00",
            INVALID,
            &["received_at: ", "at most +14:00"],
        ),
        (&future, INVALID, &["case-invalid", "received_at: ", "is in the future"]),
        ("water-leak --place dorm-7-402 --people 0", INVALID, &["case-invalid", "people: "]),
        (&novel, INVALID, &["case-invalid", "text: ", "4000"]),
    ];
    for (line, code, parts) in slips {
        desk.is_refused(&format!("case open {line}")).says(code, parts);
    }
    let counsellor = campus.account("counsellor");
    counsellor
        .is_refused(&format!("case open {future}"))
        .says(INVALID, &["case-invalid", "received_at: ", "is in the future"]);
    // A shell takes no argument of 1 MB, but HTTP could.
    let flood =
        json!({ "item": "water-leak", "place": "dorm-7-402", "text": "drip".repeat(1 << 18) });
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let told = runtime.block_on(Person::of(&campus, "desk-1").tells("/cases", &flood));
    assert_eq!(told, Err("body-too-large".to_owned()));

    assert!(desk.asks("case list")["cases"].as_array().unwrap().is_empty());
}

#[test]
fn a_command_that_is_sent_again_is_done_once_and_its_key_does_for_no_other() {
    let campus = Campus::open();
    let desk = campus.account("desk-1");
    let open = "case open water-leak --place dorm-7-402 --idempotency-key 4711";
    let first = desk.does(open);
    assert_eq!(desk.does(open)["number"], first["number"]);
    desk.is_refused("case open door-lock --place dorm-7-402 --idempotency-key 4711")
        .says(NOT_NOW, &["idempotency-key-reused"]);
    assert_eq!(desk.asks("case list")["cases"].as_array().unwrap().len(), 1);
}
