//! The desk is handed over: who leaves signs for what is left, who takes over signs for it, and a desk
//! that nobody has taken over is seen.

use serde_json::{Value, json};

use crate::{account::Account, campus::Campus};

/// All that passes from hand to hand is there.
const ALL: &str = "--checked keys,radio,first-aid,open-doors";
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

    let refusal = an.is_refused("handover sign leaving --shown 0123456789abcdef");
    assert!(refusal.message.contains("handover-changed"), "{refusal:?}");
    // Each thing of the check list is there or it is not.
    is_refused(&an, "leaving", "keys, radio, first-aid, open-doors: neither checked nor missing");
    is_refused(&an, &format!("leaving {ALL} --missing torch"), "torch: not on");
    let found = "--checked keys,first-aid,open-doors --missing radio";
    let signed =
        signs(&an, &format!("leaving {found} --log 'the key of the attic is in drawer 2'"));
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
    assert_eq!(handover["missing"], json!(["radio"]));
    assert_eq!(handover["checked"].as_array().unwrap().len(), 3);
    let last = ["keys checked", "radio missing", "first-aid checked", "open-doors checked"];
    assert_eq!(check_list(&shown), last);
    assert_eq!(left(&shown, "work_orders"), [waiting.to_string()]);
    assert_eq!(left(&shown, "questions"), [waiting.to_string()]);
    assert_eq!(left(&shown, "callbacks"), [done.to_string()]);
    assert!(left(&shown, "phone_calls").is_empty());

    is_refused(&bai, &format!("taking-over {ALL}"), "handover-invalid");
    signs(&bai, "taking-over");
    let shown = counsellor.asks("handover show");
    assert_eq!(shown["on_shift"]["name"], "白小台 Bai Xiaotai");
    assert!(shown["falls_to_counsellor_at"].is_null());
    assert_eq!(handovers(&shown)[0]["taken_by"]["name"], "白小台 Bai Xiaotai");
    // The same is signed once, and who has gone does not leave again.
    is_refused(&bai, "taking-over", "nothing-to-take-over");
    is_refused(&an, "leaving", "not-on-shift");
    // A case that came while Bai read is signed for too, and not in silence.
    let leaving = signing(&bai, &format!("leaving {ALL}"));
    let new = an.opens(LEAK);
    campus.settle();
    let signed = bai.does(&leaving);
    let [came] = &signed["came_since"].as_array().unwrap()[..] else { panic!("{signed}") };
    assert_eq!((&came["case_number"], &came["question"]), (&new.to_string().into(), &Value::Null));
    signs(&an, "taking-over");
    is_refused(&auditor, "taking-over", "not-permitted");
    is_refused(&counsellor, "leaving", "not-on-shift");
}

#[test]
fn a_desk_that_nobody_takes_over_is_the_counsellors_after_a_quarter_of_an_hour() {
    let campus = Campus::open();
    let names = ["desk-1", "desk-2", "counsellor", "director"];
    let [an, bai, counsellor, director] = names.map(|name| campus.account(name));
    campus.clock_to("10:00");
    signs(&an, &format!("leaving {ALL}"));
    let falls = director.asks("handover show")["falls_to_counsellor_at"].clone();
    let falls: jiff::Timestamp = falls.as_str().unwrap().parse().unwrap();
    assert!(falls > campus.now());
    campus.advance("15min");
    assert!(falls <= campus.now());
    campus.settle();
    let told = counsellor.asks("message list");
    let told = told["messages"].as_array().unwrap().iter();
    let told: Vec<_> = told.filter(|one| one["template"] == "desk-untaken").collect();
    let [message] = &told[..] else { panic!("{told:?}") };
    assert_eq!(
        (&message["to"], &message["case_id"]),
        (&"post/hall/duty-counsellor".into(), &Value::Null)
    );
    assert!(message["text"].as_str().unwrap().contains("Service Desk"), "{message}");
    signs(&counsellor, "taking-over");
    let shown = director.asks("handover show");
    assert_eq!(shown["on_shift"]["name"], "顾导 Gu Dao");

    // Who takes over and goes without a word is signed for by the counsellor alone, and by name.
    signs(&counsellor, &format!("leaving {ALL}"));
    signs(&bai, "taking-over");
    is_refused(&an, "leaving", "not-on-shift");
    is_refused(&counsellor, "leaving", "not-on-shift");
    let bai = director.asks("handover show")["on_shift"]["id"].as_str().unwrap().to_owned();
    is_refused(&an, &format!("leaving --for {bai}"), "not-the-counsellor");
    signs(&counsellor, &format!("leaving --for {bai} {ALL} --log 'Bai was not there'"));
    let signed = handovers(&director.asks("handover show"));
    assert_eq!(signed.len(), 3);
    assert_eq!(signed[0]["left_by"]["name"], "白小台 Bai Xiaotai");
    assert_eq!(signed[0]["left_signed_by"]["name"], "顾导 Gu Dao");
    signs(&counsellor, "taking-over");
}

/// Somebody signs for what they are shown.
fn signs(who: &Account<'_>, signature: &str) -> Value {
    who.does(&signing(who, signature))
}

fn signing(who: &Account<'_>, signature: &str) -> String {
    let shown = who.asks("handover show");
    format!("handover sign {signature} --shown {}", shown["version"].as_str().unwrap())
}

#[track_caller]
fn is_refused(who: &Account<'_>, signature: &str, reason: &str) {
    let refusal = who.is_refused(&signing(who, signature));
    assert!(refusal.message.contains(reason), "{refusal:?}");
}

fn handovers(shown: &Value) -> Vec<Value> {
    shown["handovers"].as_array().unwrap().clone()
}

/// Each thing of the check list, and how it was when the desk was left.
fn check_list(shown: &Value) -> Vec<String> {
    let list = shown["check_list"].as_array().unwrap().iter();
    let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    list.map(|one| format!("{} {}", text(&one["check"]), text(&one["last"]))).collect()
}

/// The cases of what is left.
fn left(shown: &Value, list: &str) -> Vec<String> {
    let left = shown["left"][list].as_array().unwrap().iter();
    left.map(|one| one["case_number"].as_str().unwrap().to_owned()).collect()
}
