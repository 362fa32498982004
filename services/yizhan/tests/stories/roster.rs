//! Who is away is neither asked nor told: whoever stands in is, or else the next one up.

use std::fs;

use jiff::{ToSpan as _, tz::Offset};
use serde_json::{Value, json};

use crate::{
    account::{Account, Case},
    campus::Campus,
};

const LEAK: &str = "water-leak --place dorm-7-402 --text 'it drips through the ceiling'";
const DEPUTY: &str = "logistics/deputy-head";
const WEEKDAYS: [&str; 7] =
    ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

/// A leak that somebody works at and will not mend in time: it is late at the end of 25 hours, and
/// each 4 hours of duty a rung follows.
fn late(campus: &Campus) -> Case<'_> {
    let [desk, plumber] = ["desk-1", "plumber-1"].map(|name| campus.account(name));
    campus.clock_to("10:00");
    let case = desk.opens(LEAK);
    plumber.asks(&format!("work claim {case}"));
    plumber.does(&format!("work arrive {case}"));
    case
}

#[test]
fn a_man_on_leave_at_rung_3_is_not_told_and_the_next_one_up_is_at_once() {
    let campus = Campus::open();
    let [deputy, desk] = ["deputy-logistics", "desk-1"].map(|name| campus.account(name));
    let late = late(&campus);
    let until = campus.now() + 72.hours();
    let answer = deputy.does(&format!("roster leave --until {until}"));
    assert_eq!(answer["uncovered"][0]["post"], DEPUTY, "a defect, and no refusal");

    campus.advance("29h");
    assert_eq!(posts(&late), ["repair-leader", "section-chief"]);
    campus.advance("4h");
    assert_eq!(posts(&late), ["repair-leader", "section-chief", "head"]);
    let rungs = late.rungs(1);
    assert_eq!(rungs[2].planned, rungs[1].planned + 4.hours(), "when the third was planned");
    assert!(told(&late, "deputy-head").is_none());
    let message = told(&late, "head").unwrap();
    assert!(message["text"].as_str().unwrap().contains("rung 4"), "{message}");
    assert!(messages(&deputy).is_empty());

    // It is on record with the clock and on the roster, where the desk sees it.
    let clock = clock(&late);
    let fired = clock["rungs"].as_array().unwrap().iter().find(|rung| rung["rung"] == 4).unwrap();
    assert_eq!(fired["skipped"], json!([DEPUTY]));
    let shown = desk.asks(&format!("roster show --uncovered --post {DEPUTY}"));
    let [post] = &shown["posts"].as_array().unwrap()[..] else { panic!("{shown}") };
    assert_eq!(post["uncovered"][0]["until"], until.to_string());
    assert!(post["at_work"].as_array().unwrap().is_empty());

    // The fourth was told already: it is told again only when its turn to repeat comes.
    campus.advance("4h");
    assert_eq!(posts(&late).len(), 3);
}

#[test]
fn whoever_stands_in_for_him_is_told_and_acts_as_he_would_until_he_is_back() {
    let campus = Campus::open();
    let [deputy, vice] = ["deputy-logistics", "vice-president"].map(|name| campus.account(name));
    let late = late(&campus);
    let until = campus.now() + 72.hours();
    let leave = deputy.does(&format!("roster leave --until {until} --cover vice-president"));
    assert!(leave["uncovered"].as_array().unwrap().is_empty());
    assert!(messages(&vice).is_empty());

    campus.advance("33h");
    assert_eq!(posts(&late), ["repair-leader", "section-chief", "deputy-head"]);
    assert_eq!(messages(&vice), [format!("post/{DEPUTY}")]);
    vice.does(&format!("ladder order {late} --text 'borrow a pump'"));

    let end = format!("roster end {}", leave["arrangement"].as_str().unwrap());
    let refusal = vice.is_refused(&end);
    assert!(refusal.message.contains("not-permitted"), "{refusal:?}");
    deputy.does(&end);
    assert!(messages(&vice).is_empty());
    assert_eq!(messages(&deputy), [format!("post/{DEPUTY}")]);
    let refusal = deputy.is_refused(&end);
    assert!(refusal.message.contains("already-over"), "{refusal:?}");
}

#[test]
fn nobody_is_given_work_who_is_away_and_what_cannot_be_arranged_says_why() {
    let campus = Campus::open();
    let [plumber, head, dispatcher, desk] =
        ["plumber-2", "head-logistics", "dispatcher", "desk-1"].map(|name| campus.account(name));
    campus.clock_to("10:00");
    let case = desk.opens(LEAK);
    let [from, until] = [1.hours(), 9.hours()].map(|span| campus.now() + span);
    let term = format!("--from {from} --until {until}");
    let leave = plumber.does(&format!("roster leave {term} --cover plumber-1"));
    campus.advance("2h");
    let refusal = dispatcher.is_refused(&format!("work assign {case} plumber-2"));
    assert!(refusal.message.contains("on-leave"), "{refusal:?}");

    let [from, until] = [3.hours(), 5.hours()].map(|span| campus.now() + span);
    let term = format!("--from {from} --until {until}");
    let back = format!("--back-from {} --back-until {}", until + 1.hour(), until + 2.hours());
    let past = campus.now() - 1.hour();
    for (line, reason, field) in [
        (format!("roster leave plumber-2 {term}"), "already-away", "from"),
        (format!("roster leave plumber-1 {term}"), "stands-in-then", "from"),
        (format!("roster leave carpenter {term} --cover plumber-2"), "away-then", "cover"),
        (format!("roster leave carpenter --from {past} --until {until}"), "in-the-past", "from"),
        (
            format!(
                "roster swap logistics/plumbing --account plumber-1 --with carpenter {term} {back}"
            ),
            "not-of-the-post",
            "with",
        ),
        (format!("roster cover logistics/plumbing plumber-1 {term}"), "holds-it", "by"),
        (format!("roster cover logistics/kitchen plumber-1 {term}"), "no-such-post", "post"),
    ] {
        let refusal = head.is_refused(&line);
        let said = &refusal.message;
        assert!(said.contains(reason) && said.contains(field), "{line}: {refusal:?}");
    }
    let refusal = plumber.is_refused(&format!("roster leave plumber-1 {term}"));
    assert!(refusal.message.contains("not-permitted"), "{refusal:?}");

    // The head calls them back: the leave ends early, and they are asked again.
    head.does(&format!("roster end {}", leave["arrangement"].as_str().unwrap()));
    dispatcher.does(&format!("work assign {case} plumber-2"));
}

#[test]
fn an_assistant_takes_what_they_were_trained_for_and_the_roster_shows_it() {
    let campus = Campus::open();
    let [assistant, teacher, head, desk] =
        ["network-assistant", "network-teacher", "head-network", "desk-1"]
            .map(|name| campus.account(name));
    campus.clock_to("10:00");
    let case = desk.opens("mailbox-fault --place dorm-7-402 --text 'no mail comes in'");
    let refusal = assistant.is_refused(&format!("work claim {case}"));
    assert!(refusal.message.contains("not-trained"), "{refusal:?}");
    let train = "roster train network-assistant mailbox-fault";
    let refusal = assistant.is_refused(train);
    assert!(refusal.message.contains("not-accountable"), "{refusal:?}");

    teacher.does(train);
    let shown = desk.asks("roster show --post network/helpdesk-b");
    let [training] = &shown["posts"][0]["trainings"].as_array().unwrap()[..] else { panic!() };
    assert_eq!(training["item"], "mailbox-fault");
    assistant.does(&format!("work claim {case}"));

    head.does(&format!("{train} --revoke"));
    let refusal = head.is_refused(&format!("{train} --revoke"));
    assert!(refusal.message.contains("no-such-training"), "{refusal:?}");
}

#[test]
fn an_assistant_in_class_is_given_no_work_and_their_window_shows_as_uncovered() {
    let campus = Campus::open();
    let [head, desk, dispatcher] =
        ["head-network", "desk-1", "dispatcher"].map(|name| campus.account(name));
    campus.clock_to("10:00");
    let case = desk.opens("mailbox-fault --place dorm-7-402 --text 'no mail comes in'");
    head.does("roster train network-assistant mailbox-fault");
    let today = Offset::constant(8).to_datetime(campus.now()).date();
    let weekday = WEEKDAYS[usize::try_from(today.weekday().to_monday_zero_offset()).unwrap()];
    let file = campus.home().path().join("timetable.csv");
    let rows = |hours: &str| format!("dates,weekday,hours\n{today}..{today},{weekday},{hours}\n");
    let classes = format!("roster classes network-assistant -f {}", file.display());
    fs::write(&file, rows("11:40-10:00")).unwrap();
    let refusal = head.is_refused(&classes);
    assert!(refusal.message.contains("classes[0].hours: of row 1"), "{refusal:?}");

    fs::write(&file, rows("09:00-11:40")).unwrap();
    let planned = head.asks(&format!("{classes} --dry-run"));
    assert_eq!(planned["added"][0]["weekday"], weekday);
    let assign = format!("work assign {case} network-assistant");
    head.does(&classes);
    let refusal = dispatcher.is_refused(&assign);
    assert!(refusal.message.contains("is away until"), "{refusal:?}");
    let shown = desk.asks("roster show --uncovered --post network/helpdesk-b");
    assert_eq!(shown["posts"][0]["uncovered"].as_array().unwrap().len(), 1, "{shown}");
    assert_eq!(shown["posts"][0]["classes"][0]["hours"], "09:00-11:40");
    let until = campus.now() + 1.hour();
    let refusal = head
        .is_refused(&format!("roster cover network/field-crew network-assistant --until {until}"));
    assert!(refusal.message.contains("in-class"), "{refusal:?}");

    campus.clock_to("11:45");
    dispatcher.does(&assign);
}

/// The posts whose rungs were told that the repair is late.
fn posts(case: &Case<'_>) -> Vec<String> {
    case.rungs(1).into_iter().map(|rung| rung.post).collect()
}

/// The clock of what the requester was promised.
fn clock(case: &Case<'_>) -> Value {
    let clocks = case.clocks().into_iter();
    clocks.into_iter().find(|clock| clock["commitment"] == "complete").unwrap()
}

/// What a post of logistics was told of its rung.
fn told(case: &Case<'_>, post: &str) -> Option<Value> {
    let to = format!("post/logistics/{post}");
    case.messages("rung").into_iter().find(|message| message["to"] == *to)
}

/// To whom the messages are that somebody reads.
fn messages(who: &Account<'_>) -> Vec<String> {
    let answer = who.asks("message list");
    let messages = answer["messages"].as_array().unwrap().iter();
    messages.map(|message| message["to"].as_str().unwrap().to_owned()).collect()
}
