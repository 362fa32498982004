//! A work order goes from hand to hand: assigned, held, made safe, given away, disputed, come back.

use serde_json::Value;

use crate::{account::Case, campus::Campus};

/// A leak that is urgent: 16 hours of duty time, two of them to arrive.
const LEAK: &str = "water-leak --place dorm-7-402 --text 'it drips through the ceiling'";
/// One that is critical: 12 hours round the clock.
const FLOOD: &str = "water-leak --place dorm-7-402 --text 'a burst pipe'";

#[test]
fn a_work_order_that_two_departments_refuse_is_adjudicated_and_goes_nowhere_else() {
    let campus = Campus::open();
    let names = ["desk-1", "head-logistics", "caretaker", "plumber-1", "director"];
    let [desk, head, caretaker, plumber, director] = names.map(|name| campus.account(name));
    campus.clock_to("10:00");
    let case = desk.opens(LEAK);

    head.does(&format!("work transfer {case} housing/caretakers --reason 'it is their tap'"));
    caretaker.does(&format!("work return {case} --reason 'the pipe is in the wall'"));
    head.does(&format!("work transfer {case} housing/caretakers --reason 'it is the tap'"));
    assert_eq!(state(&case), "disputed");
    let refusal = plumber.is_refused(&format!("work claim {case}"));
    assert!(refusal.message.contains("disputed"), "{refusal:?}");
    campus.advance("1h");
    let decision = "work adjudicate CASE housing/caretakers --reason 'taps are of the house'";
    director.does(&decision.replace("CASE", &case.to_string()));

    let order = case.work_order();
    assert_eq!(
        (&order["post"], &order["state"]),
        (&"housing/caretakers".into(), &"offered".into())
    );
    assert_eq!((&order["refusals"], &order["adjudicated"]), (&2.into(), &true.into()));
    assert_eq!(order["adjudication"], "taps are of the house");
    assert_eq!(
        releases(&order),
        [
            ("logistics/plumbing", "transferred", "it is their tap"),
            ("housing/caretakers", "returned", "the pipe is in the wall"),
            ("logistics/plumbing", "transferred", "it is the tap"),
        ]
    );
    let clocks = case.clocks();
    let of = |commitment| clocks.iter().filter(move |clock| clock["commitment"] == commitment);
    assert!(
        of("adjudicate").all(|clock| clock["on_time"] == true) && of("adjudicate").count() == 1
    );
    assert_eq!((of("accept").count(), of("complete").count()), (4, 1), "only the offer's is anew");
    let refusal = caretaker.is_refused(&format!("work return {case} --reason 'no'"));
    assert!(refusal.message.contains("adjudicated"), "{refusal:?}");
    caretaker.repairs(&case);
    assert_eq!(case.state(), ("resolved".into(), 1));
}

#[test]
fn a_critical_work_order_that_two_departments_refuse_is_decided_by_the_duty_counsellor_at_night() {
    let campus = Campus::open();
    let names = ["desk-1", "head-logistics", "caretaker", "counsellor"];
    let [desk, head, caretaker, counsellor] = names.map(|name| campus.account(name));
    campus.clock_to("02:00");
    let case = desk.opens(FLOOD);
    head.does(&format!("work transfer {case} housing/caretakers --reason 'it is their tap'"));
    caretaker.does(&format!("work return {case} --reason 'the pipe is in the wall'"));
    head.does(&format!("work transfer {case} housing/caretakers --reason 'it is the tap'"));
    assert_eq!(state(&case), "disputed");
    campus.advance("4m");
    let decision = format!("work adjudicate {case} logistics/plumbing --reason 'walls are yours'");
    counsellor.does(&decision);

    let order = case.work_order();
    assert_eq!(
        (&order["post"], &order["adjudicated"]),
        (&"logistics/plumbing".into(), &true.into())
    );
    let clocks = case.clocks();
    let decided: Vec<_> =
        clocks.iter().filter(|clock| clock["commitment"] == "adjudicate").collect();
    assert_eq!(decided.len(), 1);
    assert_eq!(decided[0]["on_time"], true, "five minutes: {decided:?}");
}

#[test]
fn who_claims_and_does_not_come_has_it_no_longer_and_their_name_is_on_record() {
    let campus = Campus::open();
    let names = ["desk-1", "plumber-1", "plumber-2"];
    let [desk, late, colleague] = names.map(|name| campus.account(name));
    campus.clock_to("10:00");
    let case = desk.opens(LEAK);
    late.does(&format!("work claim {case}"));
    campus.advance("3h");

    let order = case.work_order();
    assert_eq!(order["state"], "offered");
    assert_eq!(releases(&order), [("logistics/plumbing", "expired", "")]);
    let release = &order["releases"][0];
    assert_eq!(release["worker"]["name"], "江水生 Jiang Shuisheng");
    assert!(release["by"].is_null(), "nobody said so");
    assert!(case.shown()["case"]["holder"].is_null());
    let refusal = late.is_refused(&format!("work arrive {case}"));
    assert!(refusal.message.contains("not-claimed"), "{refusal:?}");
    colleague.repairs(&case);
    assert_eq!(case.work_order()["worker"]["name"], "池管清 Chi Guanqing");
}

#[test]
fn what_is_made_safe_at_once_is_repaired_the_next_day_as_something_urgent() {
    let campus = Campus::open();
    let [desk, plumber] = ["desk-1", "plumber-1"].map(|name| campus.account(name));
    campus.clock_to("10:00");
    let case = desk.opens(FLOOD);
    plumber.asks(&format!("work claim {case}"));
    plumber.asks(&format!("work arrive {case}"));
    plumber.does(&format!("work contain {case}"));
    assert_eq!(state(&case), "contained");
    assert!(!case.work_order()["contained_at"].is_null());

    // After the twelve hours of a critical one, and before the sixteen of an urgent one are over.
    campus.advance("22h");
    assert!(case.due(1) > campus.now());
    plumber.does(&format!("work complete {case}"));
    assert_eq!(case.state(), ("resolved".into(), 1));
    assert!(case.rungs(1).is_empty(), "no leader heard of it");
    assert!(case.told("rung").is_empty());
}

#[test]
fn only_who_has_it_holds_it_and_it_goes_on_as_before() {
    let campus = Campus::open();
    let names = ["desk-1", "plumber-1", "plumber-2", "caretaker"];
    let [desk, holder, colleague, stranger] = names.map(|name| campus.account(name));
    campus.clock_to("10:00");
    let case = desk.opens(LEAK);
    let order = case.work_order()["id"].as_str().unwrap().to_owned();
    let hold = format!("work hold {order} --reason parts");
    let says = |who: &crate::account::Account<'_>, reason: &str| {
        let refusal = who.is_refused(&hold);
        assert!(refusal.message.contains(reason), "{refusal:?}");
    };

    says(&holder, "not-claimed");
    holder.does(&format!("work claim {order}"));
    says(&colleague, "not-yours");
    says(&desk, "not-yours");
    says(&stranger, "no-such-work-order");
    holder.does(&hold);
    assert_eq!(case.work_order()["held_for"], "parts");
    let shown = case.shown();
    assert_eq!(
        (&shown["case"]["work"], &shown["case"]["held_for"]),
        (&"claimed".into(), &"parts".into())
    );
    let held = holder.asks("work list --state on-hold");
    assert_eq!(held["work_orders"].as_array().unwrap().len(), 1);
    // Whoever holds it has said why, and is not expected in the meantime.
    campus.advance("5h");
    says(&holder, "on-hold");
    holder.does(&format!("work resume {order}"));
    assert_eq!(state(&case), "claimed");
    assert!(case.shown()["case"]["held_for"].is_null());
}

#[test]
fn the_accountable_teacher_says_who_does_it_and_the_assistant_does_not() {
    let campus = Campus::open();
    let names = ["desk-1", "dispatch-assistant", "dispatch-teacher", "plumber-2"];
    let [desk, assistant, teacher, plumber] = names.map(|name| campus.account(name));
    campus.clock_to("10:00");
    let case = desk.opens(LEAK);
    let assign = format!("work assign {case} plumber-2");
    let refusal = assistant.is_refused(&assign);
    assert!(refusal.code == 4 && refusal.message.contains("not-deciding"), "{refusal:?}");
    teacher.does(&assign);
    assert_eq!(state(&case), "assigned");
    assert_eq!(case.shown()["case"]["holder"]["name"], "池管清 Chi Guanqing");
    let seen = plumber.asks(&format!("message list --case {case}"))["messages"].clone();
    let is_assigned = |message: &&Value| message["template"] == "assigned";
    let assigned: Vec<_> = seen.as_array().unwrap().iter().filter(is_assigned).collect();
    let [message] = assigned[..] else { panic!("{seen}") };
    assert!(message["to"].as_str().unwrap().starts_with("account/"), "{message}");
    assert!(message["text"].as_str().unwrap().contains("Assigned to you"), "{message}");
    plumber.does(&format!("work arrive {case}"));
    plumber.does(&format!("work complete {case}"));
    assert_eq!(case.state(), ("resolved".into(), 1));
}

#[test]
fn a_leader_who_was_told_gives_it_to_another_crew_but_not_to_another_department() {
    let campus = Campus::open();
    let [desk, leader] = ["desk-1", "team-leader"].map(|name| campus.account(name));
    let [dispatcher, crew] = ["dispatcher", "night-crew-1"].map(|name| campus.account(name));
    campus.clock_to("10:00");
    let case = desk.opens(LEAK);
    let order = case.work_order()["id"].as_str().unwrap().to_owned();
    let reassign = format!("work reassign {order} logistics/night-crew");
    let refusal = leader.is_refused(&reassign);
    assert!(refusal.message.contains("not-permitted"), "nobody told them: {refusal:?}");
    campus.advance("1h");
    assert_eq!(case.told("rung").len(), 1, "nobody claimed it in half an hour");

    let refusal = leader.is_refused(&format!("work reassign {order} housing/caretakers"));
    assert!(refusal.message.contains("other-department"), "{refusal:?}");
    leader.does(&reassign);
    assert_eq!(case.work_order()["post"], "logistics/night-crew");
    dispatcher.does(&format!("work reassign {order} housing/caretakers"));
    assert_eq!(case.work_order()["refusals"], 0, "nobody refused it");
    crew.is_refused(&format!("work claim {order}"));
}

fn state(case: &Case<'_>) -> String {
    case.work_order()["state"].as_str().unwrap().to_owned()
}

/// The posts that had a work order, why they have it no longer, and their words.
fn releases(order: &Value) -> Vec<(&str, &str, &str)> {
    let releases = order["releases"].as_array().unwrap().iter();
    let told = |release| ["post", "cause", "reason"].map(|field| text(release, field));
    releases.map(told).map(|[post, cause, reason]| (post, cause, reason)).collect()
}

fn text<'a>(value: &'a Value, field: &str) -> &'a str {
    value[field].as_str().unwrap_or_default()
}
