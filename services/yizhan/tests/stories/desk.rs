//! What the desk does with a case: chased, joined, hurried, closed as something else.

use jiff::ToSpan as _;

use crate::{account::Account, campus::Campus};

/// A leak that nobody hurries for.
const DROPS: &str = "water-leak --place dorm-7-402 --text 'a few drops' --channel hotline";

#[test]
fn who_asks_twice_within_a_day_is_told_what_is_known_and_the_second_time_goes_to_the_head() {
    let campus = Campus::open();
    let [desk, plumber, student] =
        ["desk-1", "plumber-1", "student-1"].map(|name| campus.account(name));
    campus.clock_to("10:00");
    let case = desk.opens(&format!("{DROPS} --phone 10000000001"));
    let first = student.does(&format!("case chase {case} --text 'when does somebody come?'"));
    assert_eq!((&first["chases"], &first["to_head"]), (&1.into(), &false.into()));
    assert_eq!(first["last_reply"]["what"], "workorder.offered");
    assert_eq!(first["due"], case.shown()["case"]["due"]);

    plumber.does(&format!("work claim {case}"));
    campus.advance("4h");
    let second = desk.does(&format!("case chase {case}"));
    assert_eq!((&second["chases"], &second["to_head"]), (&2.into(), &true.into()));
    assert_eq!(second["last_reply"]["what"], "workorder.claimed");
    assert_eq!(case.state(), ("open".into(), 1), "never a new case");
    let steps = case.steps();
    assert_eq!(steps.iter().filter(|step| *step == "case.chased").count(), 2);
    let seen = case.shown()["timeline"].to_string();
    assert!(!seen.contains("when does somebody come"), "what was said is in no event");
    assert_eq!(case.told("chased"), ["post/logistics/plumbing"; 2]);
    assert_eq!(case.told("chased-again"), ["post/logistics/head"]);

    plumber.does(&format!("work complete {case}"));
    let refusal = student.is_refused(&format!("case chase {case}"));
    assert!(refusal.message.contains("case-completed"), "{refusal:?}");
    assert!(refusal.message.contains("not solved"), "{refusal:?}");
}

#[test]
fn a_co_reporter_who_says_that_it_floods_raises_the_case_and_hears_all_that_follows() {
    let campus = Campus::open();
    let [desk, plumber, student] =
        ["desk-1", "plumber-1", "student-2"].map(|name| campus.account(name));
    campus.clock_to("10:00");
    let case = desk.opens(&format!("{DROPS} --phone 10000000001"));
    assert_eq!(case.shown()["case"]["urgency"], "normal");
    assert!(cases(&student).is_empty());
    let promised = case.due(1);
    campus.advance("2h");

    let raise = format!("case join {case} --phone 10000000002 --text 'the pipe burst'");
    let joined = desk.does(&raise);
    assert_eq!((&joined["raised"], &joined["urgency"]), (&true.into(), &"critical".into()));
    let raised = case.due(1);
    assert!(raised < promised, "a raised urgency is promised sooner");
    assert!(raised <= campus.now() + 12.hours() && raised > campus.now() + 11.hours());
    let complete = case.clocks();
    let of = |commitment: &str| complete.iter().find(|clock| clock["commitment"] == commitment);
    let promises = of("complete").unwrap()["promises"].as_array().unwrap();
    let [first, second] = &promises[..] else { panic!("{promises:?}") };
    assert_eq!((&first["counted"], &first["why"]), (&true.into(), &serde_json::Value::Null));
    assert_eq!((&second["counted"], &second["why"]), (&false.into(), &"urgency".into()));
    assert_eq!(of("contain").unwrap()["state"], "running");
    assert_eq!(case.work_order()["urgency"], "critical");
    assert_eq!(cases(&student), [case.to_string()], "it is theirs too");
    assert_eq!(case.told("accepted").len(), 2);

    plumber.repairs(&case);
    assert_eq!(case.told("completed").len(), 2);
    let refusal = desk.is_refused(&format!("case join {case} --phone 10000000003"));
    assert!(refusal.message.contains("linked to this one"), "{refusal:?}");

    desk.does(&format!("case unjoin {case} --phone 10000000002"));
    assert!(cases(&student).is_empty(), "it is theirs no more");
    let refusal = desk.is_refused(&format!("case unjoin {case} --phone 10000000001"));
    assert!(refusal.message.contains("not-joined"), "{refusal:?}");
}

#[test]
fn the_second_reporter_says_not_solved_after_the_first_said_that_it_is() {
    let campus = Campus::open();
    let [desk, plumber, quality, second] =
        ["desk-1", "plumber-1", "quality", "student-2"].map(|name| campus.account(name));
    campus.clock_to("10:00");
    let case = desk.opens(&format!("{DROPS} --phone 10000000001"));
    desk.does(&format!("case join {case} --phone 10000000002"));
    plumber.repairs(&case);
    quality.does(&format!("callback record {case} --solved"));
    assert_eq!(case.state(), ("closed-solved".into(), 1));

    second.does(&format!("case reopen {case} --reason 'here it still drips'"));
    assert_eq!(case.state(), ("open".into(), 2));
    assert_eq!(case.told("reopened").len(), 2, "both hear of it");
    plumber.repairs(&case);
    quality.does(&format!("callback record {case} --solved"));
    assert_eq!(case.state(), ("closed-solved".into(), 2));
}

#[test]
fn only_who_has_authority_lowers_an_urgency_and_says_why() {
    let campus = Campus::open();
    let [desk, counsellor] = ["desk-1", "counsellor"].map(|name| campus.account(name));
    campus.clock_to("10:00");
    let case = desk.opens("water-leak --place dorm-7-402 --text 'the pipe burst'");
    assert_eq!(case.shown()["details"]["channel"], "hotline", "the desk is called");
    let lower = format!("case urgency {case} normal");
    let refusal = desk.is_refused(&lower);
    assert!(refusal.message.contains("not-permitted"), "{refusal:?}");
    let refusal = counsellor.is_refused(&lower);
    assert!(refusal.message.contains("reason-missing"), "{refusal:?}");
    let critical = case.due(1);
    counsellor.does(&format!("{lower} --reason 'it was a joke'"));
    assert!(case.due(1) > critical);
    desk.does(&format!("case urgency {case} urgent"));
    assert_eq!(case.shown()["case"]["urgency"], "urgent");
    let steps = case.steps();
    assert_eq!(steps.iter().filter(|step| *step == "case.urgency-changed").count(), 2);
}

#[test]
fn a_duplicate_ends_its_work_and_its_clocks_and_its_caller_hears_of_the_other_case() {
    let campus = Campus::open();
    let [desk, counsellor, plumber] =
        ["desk-1", "counsellor", "plumber-1"].map(|name| campus.account(name));
    campus.clock_to("10:00");
    let first = desk.opens(&format!("{DROPS} --phone 10000000001"));
    let second = desk.opens(&format!("{DROPS} --phone 10000000002"));
    plumber.does(&format!("work claim {second}"));
    desk.does(&format!("case note {second} 'it is the same pipe'"));
    counsellor.does(&format!("case close-as {second} duplicate --of {first}"));
    assert_eq!(second.state(), ("duplicate".into(), 1));
    assert_eq!(second.work_order()["state"], "cancelled");
    assert!(second.clocks().iter().all(|clock| clock["state"] == "stopped"));
    let shown = second.shown();
    assert_eq!(shown["details"]["duplicate_of"], first.to_string());
    assert_eq!(shown["details"]["remarks"][0]["text"], "it is the same pipe");
    assert!(shown["timeline"].to_string().contains("case.noted"));

    plumber.repairs(&first);
    assert_eq!(first.told("completed").len(), 2);
    assert_eq!(second.told("completed").len(), 0);
    let linked = desk.opens(&format!("{DROPS} --linked-to {first}"));
    assert_eq!(linked.shown()["details"]["linked_to"], first.to_string());
}

#[test]
fn who_takes_a_second_call_about_a_leak_sees_the_first_and_joins_it() {
    let campus = Campus::open();
    let [desk, counsellor, student] =
        ["desk-1", "counsellor", "student-2"].map(|name| campus.account(name));
    campus.clock_to("10:00");
    let first = desk.opens(&format!("{DROPS} --phone 10000000001"));
    let asked = "case similar water-leak --place dorm-7-f4";
    let found = &desk.asks(asked)["cases"];
    let [only] = &found.as_array().unwrap()[..] else { panic!("{found}") };
    assert_eq!((&only["number"], &only["reporters"]), (&first.to_string().into(), &1.into()));
    assert_eq!(only["due"], first.shown()["case"]["due"]);
    assert!(student.asks(asked)["cases"].as_array().unwrap().is_empty(), "it is not theirs");
    desk.does(&format!("case join {first} --phone 10000000002"));
    assert_eq!(desk.asks(asked)["cases"][0]["reporters"], 2);
    assert_eq!(student.asks(asked)["cases"][0]["number"], first.to_string());

    // A third call, of which a case was opened before anybody looked.
    let opened = desk.does(&format!("case open {DROPS} --phone 10000000003"));
    assert_eq!(opened["similar"][0]["number"], first.to_string());
    let second = opened["number"].as_str().unwrap();
    counsellor.does(&format!("case close-as {second} duplicate --of {first}"));
    let left = &desk.asks(asked)["cases"];
    assert_eq!((left.as_array().unwrap().len(), &left[0]["reporters"]), (1, &3.into()));
}

#[test]
fn what_is_answered_at_once_is_counted_as_a_contact_and_opens_no_case() {
    let campus = Campus::open();
    let desk = campus.account("desk-1");
    desk.does("contact log answered --phone 10000000001 --text 'hot water from 17:00'");
    desk.does("contact log referred --channel counter --department network --window 2");
    let listed = desk.asks("contact list");
    let outcomes: Vec<_> =
        listed["contacts"].as_array().unwrap().iter().map(|one| &one["outcome"]).collect();
    assert_eq!(outcomes, ["referred", "answered"]);
    assert_eq!(listed["contacts"][0]["referral"]["department"], "network");
    assert!(cases(&desk).is_empty());
    let refusal = desk.is_refused("contact log opened");
    assert!(refusal.message.contains("outcome"), "{refusal:?}");
}

/// The cases that somebody sees.
fn cases(who: &Account<'_>) -> Vec<String> {
    let answer = who.asks("case list");
    let cases = answer["cases"].as_array().unwrap().iter();
    cases.map(|case| case["number"].as_str().unwrap().to_owned()).collect()
}
