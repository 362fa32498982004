//! What two trades do for one case: split off, merged, and done when the last is.

use serde_json::Value;

use crate::{
    account::{Account, Case},
    campus::Campus,
};

const LEAK: &str = "water-leak --place dorm-7-402 --text 'water runs into the socket'";
/// One that is late after 24 hours, and each 4 hours of duty a rung follows.
const URGENT: &str = "water-leak --place dorm-7-402 --text 'it drips through the ceiling'";
const ASKED: &str = "make the socket safe";

/// What the auditor sees of a case's work orders, the first offered first.
fn orders(auditor: &Account<'_>, case: &Case<'_>) -> Vec<Value> {
    let answer = auditor.asks(&format!("work list --case {case}"));
    let mut orders = answer["work_orders"].as_array().unwrap().clone();
    orders.sort_by_key(|order| order["offered_at"].to_string());
    orders
}

#[test]
fn a_leak_over_a_socket_is_done_when_both_trades_are_and_no_clock_of_the_case_begins_anew() {
    let campus = Campus::open();
    let names = ["desk-1", "plumber-1", "electrician", "auditor"];
    let [desk, plumber, electrician, auditor] = names.map(|name| campus.account(name));
    campus.clock_to("10:00");
    let case = desk.opens(LEAK);
    let due = case.due(1);
    plumber.does(&format!("work claim {case}"));
    campus.advance("5m");
    plumber.does(&format!("work split {case} logistics/electrical --task '{ASKED}'"));
    assert_eq!(case.due(1), due);

    let [rest, part] = &orders(&auditor, &case)[..] else { panic!("two work orders") };
    let [rest, part] = [rest, part].map(|order| order["id"].as_str().unwrap().to_owned());
    let shown = electrician.asks(&format!("work show {part}"));
    assert_eq!((&shown["task"], &shown["split_from"]), (&ASKED.into(), &rest.clone().into()));
    let listed = case.shown()["case"].clone();
    assert_eq!(
        (&listed["post"], &listed["work"]),
        (&"logistics/plumbing".into(), &"claimed".into())
    );
    let posts = listed["parts"].as_array().unwrap().iter().map(|part| part["post"].clone());
    assert_eq!(posts.collect::<Vec<_>>(), ["logistics/plumbing", "logistics/electrical"]);
    // By its case alone nobody knows which one is to go to somebody else.
    let which = plumber.is_refused(&format!("work assign {case} plumber-2"));
    assert!(which.message.contains(&rest) && which.message.contains(&part), "{which:?}");

    // But each means their own.
    electrician.does(&format!("work claim {case}"));
    let clocks = case.clocks();
    let of = |commitment| clocks.iter().filter(move |clock| clock["commitment"] == commitment);
    assert_eq!((of("accept").count(), of("complete").count(), of("arrive").count()), (2, 1, 1));
    plumber.does(&format!("work complete {case} --next 'the paint follows on Monday'"));
    assert_eq!(case.state(), ("open".into(), 1));
    let listed = case.shown()["case"].clone();
    assert_eq!((&listed["post"], &listed["parts"]), (&"logistics/electrical".into(), &Value::Null));
    electrician.does(&format!("work complete {part}"));
    assert_eq!(case.state(), ("resolved".into(), 1));
    let timeline = case.shown()["timeline"].clone();
    let completed = timeline.as_array().unwrap().iter();
    let completed = completed.filter(|step| step["what"] == "workorder.completed");
    let said: Vec<_> = completed.map(|step| step["detail"]["next_steps"].clone()).collect();
    assert_eq!(said, ["the paint follows on Monday".into(), Value::Null]);
}

#[test]
fn what_was_split_off_for_nothing_is_merged_again_and_nobody_is_told_that_it_is_late() {
    let campus = Campus::open();
    let names = ["desk-1", "plumber-1", "dispatcher", "auditor"];
    let [desk, plumber, dispatcher, auditor] = names.map(|name| campus.account(name));
    campus.clock_to("10:00");
    let case = desk.opens(LEAK);
    plumber.does(&format!("work claim {case}"));
    campus.advance("1m");
    dispatcher.does(&format!("work split {case} logistics/electrical --task '{ASKED}'"));
    let [rest, part] = &orders(&auditor, &case)[..] else { panic!("two work orders") };
    let [rest, part] = [rest, part].map(|order| order["id"].as_str().unwrap());
    dispatcher.does(&format!("work merge {part} --into {rest}"));
    campus.advance("1h");
    let accepts = case.clocks().into_iter().filter(|clock| clock["commitment"] == "accept");
    let rungs = accepts.flat_map(|clock| clock["rungs"].as_array().unwrap().clone());
    assert_eq!(rungs.filter(|rung| !rung["fired"].is_null()).count(), 0);
    let merged = dispatcher.asks(&format!("work show {part}"));
    assert_eq!((&merged["state"], &merged["merged_into"]), (&"cancelled".into(), &rest.into()));
    // Again one is meant, and what was merged is none that is left to do.
    plumber.does(&format!("work complete {case}"));
    assert_eq!(case.state(), ("resolved".into(), 1));
    let steps = case.shown()["timeline"].clone();
    let by = |what: &str| {
        let mut steps = steps.as_array().unwrap().iter();
        steps.rfind(|step| step["what"] == what).unwrap()["actor"]["name"].clone()
    };
    assert_eq!(by("workorder.cancelled"), "梁调 Liang Diao");
    assert_eq!(by("workorder.offered"), "梁调 Liang Diao");
}

#[test]
fn a_leader_who_was_told_gives_late_work_to_another_post_and_the_ladder_runs_on() {
    let campus = Campus::open();
    let names = ["desk-1", "section-chief", "plumber-1", "auditor"];
    let [desk, chief, plumber, auditor] = names.map(|name| campus.account(name));
    campus.clock_to("10:00");
    let case = desk.opens(URGENT);
    let reassign = format!("ladder reassign {case} --to logistics/electrical");
    let before = chief.is_refused(&reassign);
    assert!(before.message.contains("you see no work order"), "{before:?}");
    campus.advance("29h");
    assert_eq!(case.rungs(1).last().unwrap().post, "section-chief");
    let told = case.rungs(1).len();
    chief.does(&reassign);
    let order = case.work_order();
    assert_eq!(order["post"], "logistics/electrical");
    assert_eq!(order["releases"][0]["by"]["name"], "柯长明 Ke Changming");
    let timeline = case.shown()["timeline"].clone();
    let mut steps = timeline.as_array().unwrap().iter();
    let released = steps.find(|step| step["what"] == "workorder.released").unwrap();
    assert_eq!(released["actor"]["name"], "柯长明 Ke Changming");
    campus.advance("20h");
    assert!(case.rungs(1).len() > told, "the ladder runs on");

    // Of several it must be said which.
    let dispatcher = campus.account("dispatcher");
    dispatcher.does(&format!("work split {case} logistics/plumbing --task 'the pipe itself'"));
    let [first, part] = &orders(&auditor, &case)[..] else { panic!("two work orders") };
    let [first, part] = [first, part].map(|order| order["id"].as_str().unwrap());
    let which = chief.is_refused(&format!("ladder reassign {case} --to logistics/carpentry"));
    assert!(which.message.contains(first) && which.message.contains(part), "{which:?}");
    let named = format!("ladder reassign {case} --to logistics/carpentry --work-order {part}");
    chief.does(&named);
    let refusal = plumber.is_refused(&named.replace("carpentry", "grounds"));
    assert!(refusal.message.contains("not-permitted"), "{refusal:?}");
}
