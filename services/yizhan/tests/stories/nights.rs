//! Whoever is told much is told it once, only danger wakes anybody, and a log tells no words.

use std::collections::BTreeSet;

use jiff::ToSpan as _;
use serde_json::Value;

use crate::{account::Case, campus::Campus};

#[test]
fn three_late_repairs_are_told_once_and_at_night_not_before_the_morning() {
    let campus = Campus::open();
    let [desk, plumber] = ["desk-1", "plumber-1"].map(|name| campus.account(name));
    // Due a day of duty later: the rungs are at 14:30, 18:30 and 22:30.
    campus.clock_to("14:30");
    let late: [Case<'_>; 3] = std::array::from_fn(|_| {
        let case = desk.opens("water-leak --place dorm-7-402 --text 'through the ceiling'");
        plumber.asks(&format!("work claim {case}"));
        plumber.does(&format!("work arrive {case}"));
        case
    });
    let told = |post| late.each_ref().map(|case| message(case, "rung", post));

    campus.advance("33h");
    for post in ["repair-leader", "section-chief"] {
        let told = told(post);
        assert!(told.iter().all(|message| message["state"] == "sent"), "{told:?}");
        let sendings: BTreeSet<&str> =
            told.iter().map(|message| message["sending_id"].as_str().unwrap()).collect();
        assert_eq!(sendings.len(), 1, "{told:?}");
    }
    assert!(told("deputy-head").iter().all(|message| message["state"] == "queued"));

    let flood = desk.opens("water-leak --place dorm-7-402 --text 'the floor is flooded'");
    campus.advance("1m");
    let offered = message(&flood, "offered", "plumbing");
    assert_eq!((&offered["critical"], &offered["state"]), (&true.into(), &"sent".into()));

    plumber.repairs(&flood);
    campus.advance("8h");
    for (case, message) in late.iter().zip(told("deputy-head")) {
        assert_eq!(message["state"], "sent", "{case}: {message}");
        let sent = message["sent_at"].as_str().unwrap();
        assert!(sent.contains("T23:00:"), "seven in the morning in Shanghai: {sent}");
    }
}

#[test]
fn a_post_is_told_in_the_log_of_up_which_has_no_word_of_what_somebody_said() {
    const WORDS: [&str; 3] = ["through the ceiling", "An Unnamed Caller", "10013572468"];
    let [text, name, phone] = WORDS;
    let campus = Campus::open();
    campus.clock_to("10:00");
    let caller = format!("--text '{text}' --name '{name}' --phone {phone}");
    let case = campus.account("desk-1").opens(&format!("water-leak --place dorm-7-402 {caller}"));
    campus.advance("2m");

    let offered = message(&case, "offered", "plumbing");
    assert_eq!((&offered["channel"], &offered["state"]), (&"log".into(), &"sent".into()));
    campus.hears(&format!("a post is told id={}", offered["id"].as_str().unwrap()));
    let accepted = &case.messages("accepted")[0];
    assert_eq!((&accepted["channel"], &accepted["state"]), (&"mailbox".into(), &"sent".into()));
    let (said, mailbox) = (campus.said(), accepted["id"].as_str().unwrap());
    for word in WORDS.into_iter().chain([mailbox]) {
        assert!(!said.contains(word), "`{word}` lies open in {said}");
    }
}

#[test]
fn whoever_says_nothing_to_what_is_critical_is_phoned_and_whoever_knows_is_not() {
    let campus = Campus::open();
    let [desk, plumber] = ["desk-1", "plumber-1"].map(|name| campus.account(name));
    campus.clock_to("10:00");
    let flood = || desk.opens("water-leak --place dorm-7-402 --text 'the floor is flooded'");
    let [known, unheard] = [flood(), flood()];
    let acknowledged = plumber.does(&format!("message ack {known}"));
    assert_eq!(acknowledged["messages"].as_array().unwrap().len(), 1);
    assert!(desk.asks("phone next")["call"].is_null());

    campus.advance("5m");
    let call = &desk.asks("phone next")["call"];
    assert_eq!(call["case_number"], unheard.to_string());
    assert_eq!((&call["to"], &call["phone"]), (&"post/logistics/plumbing".into(), &"8610".into()));
    let holders = call["holders"].as_array().unwrap();
    assert!(holders.iter().any(|one| one["phone"] == "8611"), "plumber-1's own: {holders:?}");
    let id = call["id"].as_str().unwrap();
    assert_eq!(desk.asks(&format!("phone done {id} --unreached"))["state"], "to-phone");
    assert_eq!(desk.asks("phone next")["call"]["tries"], 1);
    assert_eq!(desk.does(&format!("phone done {id} --reached"))["state"], "acknowledged");
    assert!(desk.asks("phone list")["calls"].as_array().unwrap().is_empty());

    for case in [&known, &unheard] {
        let offered = message(case, "offered", "plumbing");
        assert_eq!(offered["acknowledgement"]["state"], "acknowledged", "{offered}");
    }
    let shown = desk.asks(&format!("case show {unheard}"));
    let steps = shown["timeline"].as_array().unwrap().iter();
    let steps: Vec<&str> = steps.map(|step| step["what"].as_str().unwrap()).collect();
    let phoned = steps.iter().filter(|step| **step == "case.phoned").count();
    assert_eq!((phoned, steps.contains(&"case.unheard")), (2, true), "{steps:?}");
}

#[test]
fn a_dormitory_is_flooded_at_two_in_the_night_made_safe_and_repaired_by_day() {
    let campus = Campus::open();
    let [desk, plumber, quality] =
        ["desk-1", "plumber-1", "quality"].map(|name| campus.account(name));
    campus.clock_to("02:00");
    // Nobody says who they are, and nobody knows the number.
    let flood = desk.opens(
        "water-leak --place dorm-7-402 --channel hotline --phone 10000000100 \
         --text 'the floor is flooded'",
    );
    let called = campus.now();
    assert_eq!(flood.shown()["case"]["urgency"], "critical");
    let offered = message(&flood, "offered", "plumbing");
    assert_eq!(offered["state"], "sent", "danger wakes the crew: {offered}");
    for (room, phone) in [301, 302, 303, 401, 403].into_iter().zip(10_000_000_101_u64..) {
        let joined =
            desk.does(&format!("case join {flood} --phone {phone} --text 'in {room} too'"));
        assert_eq!(joined["raised"], false, "it is critical already: {joined}");
    }
    assert_eq!(flood.told("accepted").len(), 6);

    plumber.does(&format!("work claim {flood}"));
    campus.advance("15m");
    plumber.does(&format!("work arrive {flood}"));
    campus.advance("30m");
    plumber.does(&format!("work contain {flood}"));
    assert_eq!(flood.told("made-safe").len(), 6, "all who reported it may sleep");
    for commitment in ["accept", "arrive", "contain"] {
        assert!(flood.rungs_of(commitment).is_empty(), "{commitment} was in time");
    }
    // Sixteen hours of duty time, of which there are none before seven.
    assert!(flood.due(1) > called + 20.hours(), "the rest is urgent, and no danger any more");
    assert!(flood.due(1) < called + 22.hours());
    assert!(desk.asks("phone list")["calls"].as_array().unwrap().is_empty(), "they knew");

    campus.advance("8h");
    plumber.does(&format!("work complete {flood} --note 'a new pipe'"));
    campus.advance("2m");
    assert!(flood.told("rung").is_empty(), "no leader heard of it");
    assert_eq!(flood.told("completed").len(), 6);
    let callbacks = flood.callbacks();
    assert_eq!(callbacks.len(), 1, "one is called: {callbacks:?}");
    assert_eq!(flood.told("survey").len(), 6, "and each has a link");
    quality.does(&format!("callback record {flood} --solved --score 5"));
    assert_eq!(flood.state(), ("closed-solved".into(), 1));
}

/// The message of this template that a post has about a case.
fn message(case: &Case<'_>, template: &str, post: &str) -> Value {
    let to = format!("post/logistics/{post}");
    let mut messages = case.messages(template).into_iter();
    messages.find(|message| message["to"] == *to).unwrap()
}
