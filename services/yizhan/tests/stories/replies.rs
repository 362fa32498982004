//! Asked at the counter, promised, answered for now, late, answered for good, and read.

use jiff::{Timestamp, ToSpan as _};
use serde_json::Value;

use crate::{
    account::{Account, Case},
    campus::Campus,
};

const ENQUIRY: &str = "general-enquiry --place dorm-7-402 --channel counter --phone 10000000001";
const REFERRAL: &str = "referral --place dorm-7-402 --channel counter --phone 10000000001";

/// Until when an answer is promised by the clocks that run.
fn promised(case: &Case<'_>) -> Vec<Timestamp> {
    let clocks = case.clocks().into_iter();
    let runs = |clock: &Value| clock["commitment"] == "follow-up" && clock["state"] == "running";
    let due = |clock: Value| clock["promises"][0]["due"].as_str().unwrap().parse().unwrap();
    clocks.filter(runs).map(due).collect()
}

/// Whether each answer came in time, the first one first.
fn kept(case: &Case<'_>) -> Vec<Value> {
    let clocks = case.clocks().into_iter();
    clocks
        .filter(|clock| clock["commitment"] == "follow-up")
        .map(|one| one["on_time"].clone())
        .collect()
}

/// The cases of which somebody sees that an answer is owed, in order.
fn owed(who: &Account<'_>) -> Vec<String> {
    let listed = who.asks("case list --follow-ups");
    let cases = listed["cases"].as_array().unwrap().iter();
    cases.map(|case| case["number"].as_str().unwrap().to_owned()).collect()
}

/// What somebody reads of the answers to a case.
fn read(who: &Account<'_>, case: &Case<'_>) -> Vec<Value> {
    let shown = who.asks(&format!("case show {case}"));
    shown["details"]["replies"].as_array().unwrap().clone()
}

#[test]
fn who_asked_at_the_counter_is_answered_for_now_then_late_and_reads_it_all() {
    let campus = Campus::open();
    let [desk, student, other] =
        ["desk-1", "student-1", "student-2"].map(|name| campus.account(name));
    campus.clock_to("10:00");
    let case = desk.opens(&format!("{ENQUIRY} --text '缓考怎么申请?'"));
    assert_eq!(case.told("accepted").len(), 1, "until when it will be answered");
    assert_eq!(case.work_order()["post"], "hall/desk");
    desk.does(&format!("work claim {case}"));

    let next = campus.now() + 2.hours();
    let told = desk.does(&format!("case reply {case} '教务处还在核对' --next {next}"));
    assert_eq!(told["next"]["commitment"], "follow-up");
    let next = told["next"]["due"].as_str().unwrap().parse().unwrap();
    assert_eq!(promised(&case), [next]);
    assert_eq!(case.told("replied-for-now").len(), 1);
    assert_eq!(owed(&desk), [case.to_string()]);
    let answers = read(&student, &case);
    assert_eq!(
        (&answers[0]["text"], &answers[0]["department"]),
        (&"教务处还在核对".into(), &"hall".into())
    );
    assert_eq!(answers[0]["by"], Value::Null, "whose it is, and not who");
    assert_eq!(answers[0]["next"], told["next"]["due"]);
    other.is_refused(&format!("case show {case}"));

    campus.clock_on(&next.to_string());
    assert_eq!(case.told("at-risk"), ["post/hall/desk"]);
    assert_eq!(case.told("rung"), ["post/hall/duty-counsellor"]);
    assert_eq!(case.told("overdue"), ["post/hall/desk"]);
    let seen = case.messages("rung")[0].to_string();
    assert!(seen.contains("follow up") && !seen.contains("核对"), "{seen}");

    desk.does(&format!("case reply {case} '在教务系统申请,三天内答复'"));
    assert_eq!(case.told("replied").len(), 1);
    assert!(promised(&case).is_empty() && owed(&desk).is_empty());
    assert_eq!(kept(&case), [false]);
    desk.does(&format!("work complete {case}"));
    assert_eq!(case.state(), ("closed-uncalled".into(), 1));
    let answers = read(&student, &case);
    assert_eq!(answers.len(), 2);
    assert_eq!(
        (&answers[1]["text"], &answers[1]["next"]),
        (&"在教务系统申请,三天内答复".into(), &Value::Null)
    );
    let timeline = case.shown()["timeline"].to_string();
    assert!(timeline.contains("case.replied") && !timeline.contains("教务"), "{timeline}");
    assert!(!case.messages("replied")[0].to_string().contains("教务"), "read in the case alone");
}

#[test]
fn another_department_s_matter_stays_until_whoever_asked_has_heard_of_it() {
    let campus = Campus::open();
    let [desk, student] = ["desk-1", "student-1"].map(|name| campus.account(name));
    campus.clock_to("10:00");
    let case = desk.opens(&format!("{REFERRAL} --text '财务处没人接电话'"));
    let [due] = promised(&case)[..] else { panic!("it is promised at receipt") };
    let other = desk.opens(ENQUIRY);
    let next = campus.now() + 1.hours();
    desk.does(&format!("case reply {other} '稍后答复' --next {next}"));
    assert_eq!(owed(&desk), [other.to_string(), case.to_string()], "the next due first");
    let mine = owed(&student);
    assert_eq!(mine, [other.to_string(), case.to_string()], "they see what they wait for");

    desk.asks(&format!("work claim {case}"));
    desk.does(&format!("work complete {case}"));
    assert_eq!(case.state(), ("resolved".into(), 1), "it is done, and they have not heard");
    assert_eq!(promised(&case), [due]);
    campus.clock_on(&due.to_string());
    assert_eq!(case.told("rung"), ["post/hall/duty-counsellor"]);
    assert_eq!(case.told("overdue"), ["post/hall/desk"], "nobody else has it");

    desk.does(&format!("case reply {case} '财务处已退款,三日内到账'"));
    assert_eq!(case.state(), ("closed-uncalled".into(), 1));
    assert_eq!(read(&student, &case)[0]["text"], "财务处已退款,三日内到账");
    student.does(&format!("case reopen {case} --reason '没到账'"));
    assert_eq!(promised(&case).len(), 1, "they are promised to hear of it again");
}

#[test]
fn a_repair_is_answered_too_and_its_promise_stands() {
    let campus = Campus::open();
    let [desk, plumber, student] =
        ["desk-1", "plumber-1", "student-1"].map(|name| campus.account(name));
    campus.clock_to("10:00");
    let leak = "water-leak --place dorm-7-402 --text 'a few drops' --phone 10000000001";
    let case = desk.opens(leak);
    let due = case.due(1);
    plumber.does(&format!("work claim {case}"));
    let next = campus.now() + 1.hours();
    plumber.does(&format!("case reply {case} '配件下午到' --next {next}"));
    assert_eq!(case.due(1), due);
    assert_eq!(read(&student, &case)[0]["department"], "logistics");
    plumber.does(&format!("case reply {case} '已换好'"));
    assert_eq!(kept(&case), [true]);
    plumber.does(&format!("work complete {case}"));
    assert_eq!(case.state(), ("resolved".into(), 1), "it is called back as any");
}
