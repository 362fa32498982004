//! The desk is handed over: who leaves signs for what is left, who takes over signs for it, and a desk
//! that nobody has taken over is seen.

use serde_json::Value;

use crate::{account::Account, campus::Campus};

const LEAK: &str = "water-leak --place dorm-7-402 --text 'it drips through the ceiling'";

#[test]
fn both_sign_for_what_is_left_and_whoever_comes_sees_it() {
    let campus = Campus::open();
    let names = ["desk-1", "desk-2", "plumber-1", "counsellor", "auditor"];
    let [an, bai, plumber, counsellor, auditor] = names.map(|name| campus.account(name));
    campus.clock_to("10:00");
    let [waiting, done] = [an.opens(LEAK), an.opens(LEAK)];
    plumber.repairs(&done);
    plumber.does(&format!("work claim {waiting}"));
    plumber.does(&format!("work ask {waiting} --of desk 'who has the key?'"));
    is_refused(&bai, "taking-over", "nothing-to-take-over");

    let signed = an.does("handover sign leaving --log 'the key of the attic is in drawer 2'");
    is_refused(&an, "leaving", "already-signed");
    is_refused(&bai, "leaving", "handover-waits");
    is_refused(&an, "taking-over", "same-person");
    let shown = bai.asks("handover show");
    assert!(shown["on_shift"].is_null());
    assert!(!shown["falls_to_counsellor_at"].is_null(), "nobody has the desk: {shown}");
    let [handover] = &handovers(&shown)[..] else { panic!("{shown}") };
    assert_eq!(handover["id"], signed["handover"]);
    assert_eq!(handover["left_by"]["name"], "安小台 An Xiaotai");
    assert_eq!(handover["log"], "the key of the attic is in drawer 2");
    assert_eq!((&handover["work_orders"], &handover["questions"]), (&1.into(), &1.into()));
    assert_eq!(left(&shown, "work_orders"), [waiting.to_string()]);
    assert_eq!(left(&shown, "questions"), [waiting.to_string()]);
    assert_eq!(left(&shown, "callbacks"), [done.to_string()]);
    assert!(left(&shown, "phone_calls").is_empty());

    bai.does("handover sign taking-over");
    let shown = counsellor.asks("handover show");
    assert_eq!(shown["on_shift"]["name"], "白小台 Bai Xiaotai");
    assert!(shown["falls_to_counsellor_at"].is_null());
    assert_eq!(handovers(&shown)[0]["taken_by"]["name"], "白小台 Bai Xiaotai");
    // The same is signed once, and who has gone does not leave again.
    is_refused(&bai, "taking-over", "nothing-to-take-over");
    is_refused(&an, "leaving", "not-on-shift");
    let refusal = auditor.is_refused("handover sign taking-over");
    assert!(refusal.message.contains("not-permitted"), "{refusal:?}");
}

#[test]
fn a_desk_that_nobody_takes_over_is_the_counsellors_after_a_quarter_of_an_hour() {
    let campus = Campus::open();
    let names = ["desk-1", "desk-2", "counsellor", "director"];
    let [an, bai, counsellor, director] = names.map(|name| campus.account(name));
    campus.clock_to("10:00");
    an.does("handover sign leaving");
    let falls = director.asks("handover show")["falls_to_counsellor_at"].clone();
    let falls: jiff::Timestamp = falls.as_str().unwrap().parse().unwrap();
    assert!(falls > campus.now());
    campus.advance("15min");
    assert!(falls <= campus.now());
    counsellor.does("handover sign taking-over");
    let shown = director.asks("handover show");
    assert_eq!(shown["on_shift"]["name"], "顾导 Gu Dao");

    // Who takes over and goes without a word is signed for by the counsellor alone.
    counsellor.does("handover sign leaving");
    bai.does("handover sign taking-over");
    is_refused(&an, "leaving", "not-on-shift");
    counsellor.does("handover sign leaving --log 'Bai was not there'");
    let signed = handovers(&director.asks("handover show"));
    assert_eq!(signed.len(), 3);
    assert_eq!(signed[0]["left_by"]["name"], "白小台 Bai Xiaotai");
    assert_eq!(signed[0]["left_signed_by"]["name"], "顾导 Gu Dao");
    counsellor.does("handover sign taking-over");
}

#[track_caller]
fn is_refused(who: &Account<'_>, signature: &str, reason: &str) {
    let refusal = who.is_refused(&format!("handover sign {signature}"));
    assert!(refusal.message.contains(reason), "{refusal:?}");
}

fn handovers(shown: &Value) -> Vec<Value> {
    shown["handovers"].as_array().unwrap().clone()
}

/// The cases of what is left.
fn left(shown: &Value, list: &str) -> Vec<String> {
    let left = shown["left"][list].as_array().unwrap().iter();
    left.map(|one| one["case_number"].as_str().unwrap().to_owned()).collect()
}
