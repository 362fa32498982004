//! The water is off in building 7: sixty people call, and each hears of it once.

use std::collections::BTreeMap;

use jiff::ToSpan as _;
use serde_json::Value;

use crate::{account::Account, campus::Campus, races::at_once};

const CALLS: u32 = 60;

/// What is off, and where; nobody knows until when.
const OFF: &str = "incident open no-water --place dorm-7 --place dorm-6 --cause 'the main burst'";

fn phone(caller: u32) -> String {
    format!("100{caller:08}")
}

fn number(answer: &Value) -> String {
    answer["number"].as_str().unwrap().to_owned()
}

/// How often each person was told of it, by messages of this template.
fn told(campus: &Campus, incident: &str, template: &str) -> BTreeMap<String, usize> {
    let auditor = campus.account("auditor");
    let answer = auditor.asks(&format!("message list --case {incident} --limit 200"));
    let mut told = BTreeMap::new();
    for message in answer["messages"].as_array().unwrap() {
        if message["template"] == template {
            *told.entry(message["to"].as_str().unwrap().to_owned()).or_default() += 1;
        }
    }
    told
}

#[test]
fn sixty_calls_in_ten_minutes_are_one_case_and_each_person_is_told_once_per_change() {
    let campus = Campus::open();
    let [desk, counsellor] = ["desk-1", "counsellor"].map(|name| campus.account(name));
    campus.clock_to("10:00");
    let expected = campus.now() + 3.hours();
    let opened = desk.does(&format!("{OFF} --expected-end {expected} --people 300"));
    assert_eq!(opened["urgency"], "urgent", "as many are affected");
    let incident = number(&opened);
    let begun = campus.now();
    for caller in 0..CALLS {
        let (phone, room) = (phone(caller), 201 + caller % 6);
        let call = format!("incident join {incident} --phone {phone} --place dorm-7-{room}");
        let joined = desk.asks(&call);
        assert_eq!(
            (&joined["number"], &joined["joined"]),
            (&incident.as_str().into(), &true.into())
        );
        assert!(joined["read_out"].as_str().unwrap().contains(&incident), "{joined}");
        campus.jump("5s");
    }
    assert!(campus.now() < begun + 10.minutes());
    campus.advance("2min");
    let again = desk.does(&format!("incident join {incident} --phone {}", phone(7)));
    assert_eq!(again["joined"], false);
    let nobody = desk.does(&format!("incident join {incident}"));
    assert_eq!((&nobody["joined"], &nobody["cause"]), (&false.into(), &"the main burst".into()));

    let later = campus.now() + 5.hours();
    desk.does(&format!("incident update {incident} --expected-end {later}"));
    campus.advance("2min");
    let shown = desk.asks(&format!("incident show {incident}"));
    let counted = [&shown["incident"]["calls"], &shown["incident"]["reporters"]];
    assert_eq!(counted, [&Value::from(CALLS + 2), &CALLS.into()]);

    let closed = counsellor.does(&format!("incident close {incident} --outcome 'a new valve'"));
    assert_eq!(closed["reporters"], CALLS);
    campus.advance("2min");
    for template in ["incident-joined", "incident-changed", "incident-ended"] {
        let told = told(&campus, &incident, template);
        assert_eq!(told.len(), CALLS as usize, "{template}");
        assert!(told.values().all(|times| *times == 1), "{template}: {told:?}");
    }
    for template in ["accepted", "claimed", "completed"] {
        assert!(told(&campus, &incident, template).is_empty(), "{template}");
    }
    assert_eq!(cases(&desk), [(incident.clone(), "closed-uncalled".to_owned())]);
    let orders = campus.account("auditor").asks(&format!("work list --case {incident}"));
    let orders = orders["work_orders"].as_array().unwrap();
    assert_eq!((orders.len(), &orders[0]["state"]), (1, &"cancelled".into()));
    let explained = campus.account("auditor").asks(&format!("case explain {incident}"));
    let clocks = explained["clocks"].as_array().unwrap();
    assert!(clocks.iter().all(|clock| clock["state"] == "stopped"), "{clocks:?}");
    assert!(desk.asks("incident list")["incidents"].as_array().unwrap().is_empty());
}

#[test]
fn what_was_reported_before_joins_as_a_duplicate_and_the_crew_that_mends_it_ends_it_for_all() {
    let campus = Campus::open();
    let [desk, counsellor, plumber, student] =
        ["desk-1", "counsellor", "plumber-1", "student-1"].map(|name| campus.account(name));
    campus.clock_to("10:00");
    let first = desk.opens("no-water --place dorm-7-302 --phone 10000000001");
    let elsewhere = desk.opens("no-water --place chemistry-201 --phone 10099999999");
    let incident = number(&desk.does(OFF));
    let refusal = desk.is_refused(&format!("incident join {incident} --case {first}"));
    assert!(refusal.message.contains("not-permitted"), "{refusal:?}");
    let joined = counsellor.does(&format!("incident join {incident} --case {first}"));
    assert_eq!(joined["joined"], true);
    assert_eq!(first.state(), ("duplicate".into(), 1));
    assert_eq!(first.work_order()["state"], "cancelled");
    let refusal = counsellor.is_refused(&format!("incident join {incident} --case {elsewhere}"));
    assert!(refusal.message.contains("place-not-touched"), "{refusal:?}");
    let seen = student.asks(&format!("case show {incident}"));
    assert_eq!(seen["details"]["incident"]["cause"], "the main burst");

    let listed = desk.asks("incident list --place dorm-6-201");
    assert_eq!(listed["incidents"][0]["case"]["number"], incident);
    let elsewhere = desk.asks("incident list --place chemistry-201");
    assert!(elsewhere["incidents"].as_array().unwrap().is_empty());

    plumber.asks(&format!("work claim {incident}"));
    plumber.does(&format!("work complete {incident}"));
    campus.advance("2min");
    assert_eq!(told(&campus, &incident, "incident-ended").values().sum::<usize>(), 1);
    let refusal = counsellor.is_refused(&format!("incident close {incident}"));
    assert!(refusal.message.contains("case-completed"), "{refusal:?}");
    let late = desk.is_refused(&format!("incident join {incident} --phone 10000000005"));
    assert!(late.message.contains("linked to this one"), "{late:?}");
}

#[test]
fn of_calls_that_come_while_it_is_closed_none_is_left_waiting() {
    let campus = Campus::in_processes();
    let [desk, other, counsellor] =
        ["desk-1", "desk-2", "counsellor"].map(|name| campus.account(name));
    for meeting in 0..3 {
        let incident = number(&desk.does(OFF));
        let call =
            |n: u32| format!("incident join {incident} --phone {}", phone(100 * meeting + n));
        let calls = [call(1), call(2), call(1)];
        let close = format!("incident close {incident}");
        let lines =
            [(&desk, &calls[0]), (&other, &calls[1]), (&counsellor, &close), (&other, &calls[2])];
        let [one, two, closed, again] = at_once(lines);
        campus.advance("2min");
        closed.unwrap();
        let joined = [one, two, again].into_iter().filter_map(|answer| match answer {
            Ok(answer) => Some(answer["joined"].as_bool().unwrap()),
            Err(refusal) => {
                assert!(refusal.message.contains("case-closed"), "{refusal:?}");
                None
            }
        });
        let joined = joined.filter(|joined| *joined).count();
        let ended = told(&campus, &incident, "incident-ended");
        assert_eq!(ended.len(), joined, "who joined was told its end: {ended:?}");
        assert!(ended.values().all(|times| *times == 1), "{ended:?}");
        assert_eq!(cases(&desk)[0], (incident, "closed-uncalled".to_owned()));
    }
}

#[test]
fn what_is_wrong_with_an_incident_is_said_and_changes_nothing() {
    let campus = Campus::open();
    let [desk, counsellor, student, plumber] =
        ["desk-1", "counsellor", "student-1", "plumber-1"].map(|name| campus.account(name));
    campus.clock_to("10:00");
    let past = campus.now() - 1.hours();
    for (who, line, word) in [
        (&desk, "incident open no-water --place moon".to_owned(), "there is no place `moon`"),
        (&desk, format!("{OFF} --expected-end {past}"), "is past: leave it out"),
        (&desk, "incident open moon-dust --place dorm-7".to_owned(), "there is no item"),
        (&student, OFF.to_owned(), "not-permitted"),
        (&plumber, OFF.to_owned(), "not-permitted"),
    ] {
        let refusal = who.is_refused(&line);
        assert!(refusal.message.contains(word), "{line}: {refusal:?}");
    }
    assert!(cases(&desk).is_empty());

    let incident = number(&desk.does(OFF));
    let case = desk.opens("no-water --place dorm-7-302 --phone 10000000001");
    for (who, line, word) in [
        (&desk, format!("incident join {incident} --place chemistry-201"), "place-not-touched"),
        (&desk, format!("incident join {incident} --place moon"), "there is no place `moon`"),
        (&desk, format!("incident join {case} --phone 10000000002"), "not-an-incident"),
        (&desk, format!("incident update {incident}"), "incident-unchanged"),
        (&desk, format!("incident update {incident} --expected-end {past}"), "incident-invalid"),
        (&desk, format!("incident close {incident}"), "not-permitted"),
        (&student, format!("incident join {incident}"), "case-unknown"),
        (&desk, format!("case withdraw {incident}"), "case-is-incident"),
        (&desk, "incident show 2026-01-000001".to_owned(), "case-unknown"),
        (&desk, format!("incident join {incident} --case {case}"), "not-permitted"),
    ] {
        let refusal = who.is_refused(&line);
        assert!(refusal.message.contains(word), "{line}: {refusal:?}");
    }
    counsellor.does(&format!("incident close {incident}"));
    let refusal = counsellor.is_refused(&format!("incident close {incident}"));
    assert!(refusal.message.contains("case-closed"), "{refusal:?}");
}

/// The cases that somebody sees, the newest first, with how they ended.
fn cases(who: &Account<'_>) -> Vec<(String, String)> {
    let answer = who.asks("case list");
    let cases = answer["cases"].as_array().unwrap().iter();
    let shown = |case: &Value| {
        let state = case["end"].as_str().or_else(|| case["state"].as_str()).unwrap();
        (number(case), state.to_owned())
    };
    cases.map(shown).collect()
}
