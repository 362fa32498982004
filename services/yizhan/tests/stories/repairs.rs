//! One repair, from the call to the callback.

use std::collections::BTreeSet;

use jiff::ToSpan as _;

use crate::{account::Case, campus::Campus};

/// A leak that is urgent: 16 hours of duty time, which is a day later at the same hour.
const LEAK: &str = "water-leak --place dorm-7-402 --text 'it drips through the ceiling'";

#[test]
fn a_call_becomes_a_case_that_is_repaired_and_closed_when_its_caller_says_so() {
    let campus = Campus::in_processes();
    let [desk, plumber, quality] = ["desk-1", "plumber-1", "quality"].map(|a| campus.account(a));
    campus.clock_to("10:00");

    let case = desk.opens(&format!("{LEAK} --channel hotline --phone 10000000001"));
    plumber.does(&format!("work claim {case}"));
    campus.advance("1h");
    plumber.asks(&format!("work arrive {case}"));
    plumber.does(&format!("work complete {case} --note 'new seal'"));
    assert_eq!(case.state(), ("resolved".into(), 1));
    assert_eq!(quality.asks("callback next")["callback"]["case_number"], case.to_string());
    quality.does(&format!("callback record {case} --solved --score 5"));
    assert!(quality.asks("callback next")["callback"].is_null(), "nobody else is to be called");

    assert_eq!(case.state(), ("closed-solved".into(), 1));
    let steps = [
        "case.accepted",
        "workorder.offered",
        "workorder.claimed",
        "workorder.arrived",
        "workorder.completed",
        "case.completed",
        "case.resolved",
        "case.callback-due",
        "case.callback-attempted",
        "case.answered",
        "case.judged",
        "case.closed",
    ];
    assert_eq!(case.steps(), steps);
    assert!(case.rungs(1).is_empty());
    assert!(case.clocks().iter().all(|clock| clock["on_time"] == true));
    assert_eq!(case.told("offered"), ["post/logistics/plumbing"]);
    for occasion in ["accepted", "claimed", "completed"] {
        assert_eq!(case.told(occasion).len(), 1, "its caller is told: {occasion}");
    }
}

#[test]
fn a_case_comes_in_by_each_way_and_a_campus_phone_tells_its_place() {
    let campus = Campus::open();
    let [desk, student] = ["desk-1", "student-1"].map(|name| campus.account(name));
    for (who, told, place) in [
        (&desk, "--channel hotline --place dorm-7-402", "dorm-7-402"),
        (&desk, "--channel campus-phone --campus-phone cp-703", "dorm-7-f3"),
        (&desk, "--channel counter --place dorm-7-402 --name 'A Visitor'", "dorm-7-402"),
        (&student, "--channel web --place dorm-7-402", "dorm-7-402"),
    ] {
        let case = who.opens(&format!("water-leak {told}")).shown()["case"].clone();
        assert_eq!((&case["place"], &case["state"]), (&place.into(), &"open".into()), "{told}");
        assert!(case["due"].is_string(), "{told} is promised: {case}");
    }
    let contacts = desk.asks("contact list");
    let channels = contacts["contacts"].as_array().unwrap().iter().map(|one| &one["channel"]);
    let channels: BTreeSet<_> = channels.map(|channel| channel.as_str().unwrap()).collect();
    assert_eq!(channels, BTreeSet::from(["campus-phone", "counter", "hotline", "web"]));
}

#[test]
fn a_late_repair_climbs_three_rungs_and_no_further_once_it_is_repaired() {
    let campus = Campus::in_processes();
    let [desk, plumber, quality] = ["desk-1", "plumber-1", "quality"].map(|a| campus.account(a));
    campus.clock_to("10:00");
    let case = desk.opens(LEAK);
    plumber.asks(&format!("work claim {case}"));
    plumber.does(&format!("work arrive {case}"));

    campus.advance("23h");
    assert!(case.rungs(1).is_empty());
    assert_eq!(case.told("at-risk"), ["post/logistics/plumbing"], "who has it hears it first");
    campus.advance("10h");
    let due = case.due(1);
    let rungs = case.rungs(1);
    let posts: Vec<_> = rungs.iter().map(|rung| rung.post.as_str()).collect();
    assert_eq!(posts, ["repair-leader", "section-chief", "deputy-head"]);
    let planned: Vec<_> = rungs.iter().map(|rung| rung.planned).collect();
    assert_eq!(planned, [due, due + 4.hours(), due + 8.hours()]);
    assert_eq!(case.told("rung").len(), 3);
    assert_eq!(case.told("overdue"), ["post/logistics/plumbing"]);

    plumber.does(&format!("work complete {case}"));
    quality.does(&format!("callback record {case} --solved"));
    campus.advance("72h");
    assert_eq!(case.rungs(1), rungs);
    assert_eq!(case.told("rung").len(), 3);
}

#[test]
fn a_repair_that_is_not_solved_is_told_to_the_next_leader_at_once() {
    let campus = Campus::in_processes();
    let [desk, plumber, quality] = ["desk-1", "plumber-1", "quality"].map(|a| campus.account(a));
    campus.clock_to("10:00");
    let case = desk.opens(LEAK);
    plumber.repairs(&case);

    quality.does(&format!("callback record {case} --not-solved"));
    assert_eq!(case.state(), ("open".into(), 2));
    assert_eq!(case.told("not-solved"), ["post/logistics/section-chief"]);
    assert!(case.rungs(2).is_empty(), "being told is no firing");

    plumber.asks(&format!("work claim {case}"));
    plumber.does(&format!("work arrive {case}"));
    campus.advance("25h");
    let posts: Vec<_> = case.rungs(2).into_iter().map(|rung| rung.post).collect();
    assert_eq!(posts, ["deputy-head"]);
    plumber.does(&format!("work complete {case}"));
    quality.does(&format!("callback record {case} --solved"));
    assert_eq!(case.state(), ("closed-solved".into(), 2));
}

#[test]
fn a_requester_who_says_not_solved_before_anybody_calls_is_heard_at_once() {
    let campus = Campus::in_processes();
    let [student, plumber] = ["student-1", "plumber-1"].map(|a| campus.account(a));
    campus.clock_to("10:00");
    let case = student.opens(&format!("{LEAK} --channel web"));
    plumber.repairs(&case);
    assert_eq!(case.callbacks().len(), 1);

    student.does(&format!("case reopen {case} --reason 'it drips again'"));
    assert_eq!(case.state(), ("open".into(), 2));
    assert!(case.callbacks().is_empty(), "nobody need ask any more");
    let running = case.clocks().into_iter().filter(|clock| clock["state"] == "running");
    assert!(running.map(|clock| clock["cycle"].clone()).all(|cycle| cycle == 2));
    assert_eq!(case.told("not-solved"), ["post/logistics/section-chief"]);
}

#[test]
fn nobody_is_reached_on_two_days_and_the_case_ends_without_counting_as_satisfied() {
    let campus = Campus::in_processes();
    let [desk, plumber, quality] = ["desk-1", "plumber-1", "quality"].map(|a| campus.account(a));
    campus.clock_to("10:00");
    let [case, late] = [desk.opens(LEAK), desk.opens(LEAK)];
    let both = [&case, &late];
    for case in both {
        plumber.repairs(case);
    }
    let attempt = |case: &Case<'_>| format!("callback record {case} --unreached");
    let nobody_answers = || both.iter().for_each(|case| drop(quality.does(&attempt(case))));

    nobody_answers();
    campus.advance("3h");
    let refusal = quality.is_refused(&attempt(&case));
    assert!(refusal.message.contains("outside-calling-hours"), "{refusal:?}");
    campus.advance("2h");
    nobody_answers();
    campus.advance("1h");
    let refusal = quality.is_refused(&attempt(&case));
    assert!(refusal.message.contains("too-soon"), "{refusal:?}");
    assert_eq!(case.state(), ("resolved".into(), 1));
    campus.advance("18h");
    nobody_answers();

    assert_eq!(case.state(), ("closed-unreachable".into(), 1));
    assert!(!case.steps().contains(&"case.answered".to_owned()));
    campus.advance("696h");
    desk.does(&format!("case reopen {case} --reason 'it drips again'"));
    assert_eq!(case.state(), ("open".into(), 2));
    campus.advance("48h");
    let refusal = desk.is_refused(&format!("case reopen {late} --reason 'it drips again'"));
    assert!(refusal.message.contains("reopen-window-over"), "{refusal:?}");
    assert_eq!(late.state(), ("closed-unreachable".into(), 1));
}
