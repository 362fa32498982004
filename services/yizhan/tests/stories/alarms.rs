//! An alarm at two at night, with the broker away; and a person at risk of whom nobody else learns.

use std::{
    collections::BTreeMap,
    thread,
    time::{Duration, Instant},
};

use serde_json::Value;

use crate::{account::Account, campus::Campus};

/// From then on, by the machine's time, wake-ups wait for news.
const NEWS_ARE_OLD: Duration = Duration::from_secs(4);
/// Far longer than anything takes, and shorter than the minute for which wake-ups wait.
const PATIENCE: Duration = Duration::from_secs(40);

const GUARDS: &str = "post/security/guard-post";
const COUNSELLOR: &str = "post/hall/duty-counsellor";
const LEADER: &str = "post/security/guard-leader";
const DIRECTOR: &str = "post/hall/director";

fn number(answer: &Value) -> String {
    answer["number"].as_str().unwrap().to_owned()
}

/// How often each post was alerted, by messages that went out.
fn alerted(who: &Account<'_>, alarm: &str) -> BTreeMap<String, usize> {
    let answer = who.asks(&format!("message list --case {alarm} --limit 200"));
    let mut alerted = BTreeMap::new();
    for message in answer["messages"].as_array().unwrap() {
        if message["template"] == "alarm" && message["state"] == "sent" {
            *alerted.entry(message["to"].as_str().unwrap().to_owned()).or_default() += 1;
        }
    }
    alerted
}

/// Waits until so much has gone out, or more where the machine is slow and minutes pass meanwhile: with
/// the broker away nothing is ever at rest.
fn alerts(who: &Account<'_>, alarm: &str, expected: &[(&str, usize)]) {
    let begun = Instant::now();
    loop {
        let alerted = alerted(who, alarm);
        let so_often = |(post, times): &(&str, usize)| alerted.get(*post) >= Some(times);
        if expected.iter().all(so_often) {
            return;
        }
        assert!(begun.elapsed() < PATIENCE, "{alerted:?} and not {expected:?}");
        thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn with_the_broker_away_guards_and_counsellor_are_alerted_and_the_next_each_minute_until_one_has_it()
 {
    let campus = Campus::open();
    let [desk, guard, counsellor, auditor] =
        ["desk-1", "guard", "counsellor", "auditor"].map(|name| campus.account(name));
    campus.clock_to("14:30");
    let mut broker = campus.broker();
    broker.kill();
    thread::sleep(NEWS_ARE_OLD);

    let opened = desk.asks("alarm open --place dorm-7-302 --type fire");
    let alarm = number(&opened);
    assert!(opened["alarm"]["card"]["zh"].as_str().unwrap().contains("119"), "{opened}");
    let phones: Vec<_> = opened["alarm"]["alerted"].as_array().unwrap().iter().collect();
    assert_eq!([&phones[0]["phone"], &phones[1]["phone"]], ["8110", "8802"]);
    alerts(&auditor, &alarm, &[(GUARDS, 1), (COUNSELLOR, 1)]);
    let text = guard.asks(&format!("message list --case {alarm}"));
    let text = text["messages"][0]["text"].as_str().unwrap();
    assert!(text.contains(&alarm) && text.contains("7号学生公寓"), "where to go: {text}");
    assert!(guard.asks(&format!("case show {alarm}"))["details"]["alarm"]["card"].is_object());

    campus.jump("60s");
    alerts(&auditor, &alarm, &[(GUARDS, 1), (COUNSELLOR, 1), (LEADER, 1)]);
    let to_phone = |who: &Account<'_>| who.asks("phone list")["calls"].as_array().unwrap().len();
    assert!(to_phone(&desk) >= 2, "the desk phones who has not said that they know");
    campus.jump("60s");
    alerts(&auditor, &alarm, &[(GUARDS, 1), (COUNSELLOR, 1), (LEADER, 1), (DIRECTOR, 1)]);

    let first = guard.asks(&format!("alarm ack {alarm}"));
    assert_eq!(
        (&first["repeated"], &first["by"]["name"]),
        (&false.into(), &"门卫国 Men Weiguo".into())
    );
    let again = counsellor.asks(&format!("alarm ack {alarm}"));
    assert_eq!((&again["repeated"], &again["by"]), (&true.into(), &first["by"]));
    assert_eq!(again["at"], first["at"], "who, and when");
    assert_eq!(to_phone(&desk), 0);
    let last = alerted(&auditor, &alarm);
    campus.jump("10m");
    thread::sleep(NEWS_ARE_OLD);
    assert_eq!(alerted(&auditor, &alarm), last, "nobody else");

    broker.start();
    campus.settle();
    assert_eq!(alerted(&auditor, &alarm), last, "the event that comes later alerts nobody");
    let shown = auditor.asks(&format!("case show {alarm}"));
    let steps: Vec<_> = shown["timeline"].as_array().unwrap().iter().collect();
    let acknowledged = steps.iter().find(|step| step["what"] == "case.alarm-acknowledged").unwrap();
    assert_eq!(acknowledged["actor"]["name"], "门卫国 Men Weiguo");
    guard.asks(&format!("work claim {alarm}"));
    guard.asks(&format!("work arrive {alarm}"));
    guard.does(&format!("work complete {alarm}"));
    let shown = auditor.asks(&format!("case show {alarm}"));
    assert_eq!(shown["case"]["end"], "closed-uncalled", "nobody is called back about an alarm");
}

#[test]
fn by_a_clock_that_stops_at_each_instant_an_alarm_rings_each_minute_and_ends_with_its_case() {
    let campus = Campus::open();
    let [guard, counsellor, auditor] =
        ["guard", "counsellor", "auditor"].map(|name| campus.account(name));
    campus.clock_to("10:00");
    let alarm = number(&guard.does("alarm open --place library-201"));
    campus.advance("4m30s");
    let expected = [(GUARDS, 2), (COUNSELLOR, 2), (LEADER, 2), (DIRECTOR, 1)];
    let expected: BTreeMap<_, _> = expected.map(|(post, times)| (post.to_owned(), times)).into();
    assert_eq!(alerted(&auditor, &alarm), expected);
    counsellor.does(&format!("case close-as {alarm} test"));
    campus.advance("5m");
    assert_eq!(alerted(&auditor, &alarm), expected);
    let refusal = guard.is_refused(&format!("alarm ack {alarm}"));
    assert!(refusal.message.contains("alarm-over"), "{refusal:?}");
}

/// What may be asked about a case, each by its number.
const QUESTIONS: [&str; 33] = [
    "case show N",
    "case explain N",
    "case withdraw N",
    "case reopen N",
    "case chase N",
    "case complain N --text why",
    "case join N --phone 10000000077",
    "case unjoin N --phone 10000000077",
    "case urgency N urgent",
    "case note N 'a note'",
    "case close-as N test",
    "incident show N",
    "incident join N",
    "incident update N --cause why",
    "incident close N",
    "alarm ack N",
    "message ack N",
    "message list --case N",
    "work claim N",
    "work arrive N",
    "work hold N --reason parts",
    "work ask N --of desk why",
    "work split N logistics/electrical --task why",
    "work transfer N logistics/electrical --reason why",
    "work complete N",
    "work return N --reason why",
    "extension ask N --until 2030-01-01T00:00:00Z --reason parts",
    "pause ask N",
    "ladder show N",
    "ladder takeover N",
    "ladder order N --text 'do it'",
    "ladder extend N --until 2030-01-01T00:00:00Z",
    "ladder accept-risk N --until 2030-01-01T00:00:00Z",
];

/// What lists, with whatever it narrows by.
const LISTS: [&str; 16] = [
    "case list --limit 200",
    "case list --place dorm-7",
    "case list --item person-at-risk",
    "case list --urgency critical",
    "case similar person-at-risk --place dorm-7-302",
    "case similar water-leak --place dorm-7",
    "work list --limit 200",
    "message list --limit 200",
    "incident list",
    "callback list",
    "phone list",
    "contact list",
    "work questions",
    "handover show",
    "callback next",
    "roster show",
];

/// An id that no case has.
const NOBODY: &str = "01990000-0000-7000-8000-000000000000";

/// An answer or a refusal, without the number that was asked about.
fn said(who: &Account<'_>, line: &str, number: &str) -> String {
    let said = match who.tries(&line.replace('N', number)) {
        Ok(answer) => answer.to_string(),
        Err(refusal) => format!("{} {}", refusal.code, refusal.message),
    };
    said.replace(number, "N")
}

/// What somebody who does not handle a case learns by asking everything about it: what they would of one
/// that is not there.
fn learns_nothing(other: &Account<'_>, name: &str, (case, id): (&str, &str)) {
    let unknown = format!("{}099999", case.split_at(case.len() - 6).0);
    for question in QUESTIONS {
        let (hidden, nobody) = (said(other, question, case), said(other, question, &unknown));
        assert_eq!(hidden, nobody, "{name}: {question}");
    }
    let by_id = said(other, "case show N", id);
    assert_eq!(by_id, said(other, "case show N", NOBODY), "{name}");
    for list in LISTS {
        let listed = match other.tries(list) {
            Ok(answer) => answer.to_string(),
            Err(refusal) => refusal.message,
        };
        assert!(!listed.contains(case) && !listed.contains(id), "{name}: {list}: {listed}");
    }
}

#[test]
fn nobody_learns_of_a_person_at_risk_over_any_surface_but_those_who_handle_it() {
    let campus = Campus::open();
    let [desk, counsellor, guard] =
        ["desk-1", "counsellor", "guard"].map(|name| campus.account(name));
    campus.clock_to("10:00");
    let report = "water-leak --place dorm-7-302 --phone 10000000001";
    let said = "'水龙头坏了,室友说不想活了'";
    let leak = desk.does(&format!("case open {report} --text {said}"));
    assert_eq!([&leak["level"], &leak["alarm"]], [&Value::from("internal"), &Value::Null]);
    let opened = &leak["person_at_risk"];
    let (id, case) = (opened["id"].as_str().unwrap().to_owned(), number(opened));
    assert_eq!(opened["alarm"]["type"], "person-at-risk");
    // Late by every promise but the last, and rung for an hour.
    campus.jump("1h");
    campus.settle();

    // `student-1` is who called.
    for name in ["student-1", "desk-2", "director", "auditor"] {
        learns_nothing(&campus.account(name), name, (&case, &id));
    }
    for name in ["desk-1", "counsellor", "counsellor-2", "guard", "guard-leader"] {
        let handler = campus.account(name);
        let shown = handler.asks(&format!("case show {case}"));
        assert!(shown["details"]["text"].as_str().unwrap().contains("不想活"), "{name}");
        assert!(handler.asks("case list").to_string().contains(&case), "{name}");
    }
    let messages = counsellor.asks(&format!("message list --case {case} --limit 200"));
    let handlers = [GUARDS, COUNSELLOR, LEADER, "post/hall/counsellor-standby"];
    for message in messages["messages"].as_array().unwrap() {
        assert!(handlers.contains(&message["to"].as_str().unwrap()), "{message}");
    }
    guard.does(&format!("alarm ack {case}"));
    guard.asks(&format!("work claim {case}"));
    guard.does(&format!("work complete {case}"));
    let shown = counsellor.asks(&format!("case show {case}"));
    assert_eq!(shown["case"]["end"], "closed-uncalled");
    let callbacks = campus.account("auditor").asks("callback list");
    assert!(callbacks["callbacks"].as_array().unwrap().is_empty(), "nobody calls them");
}

#[test]
fn opened_again_with_the_broker_away_an_alarm_rings_again() {
    let campus = Campus::open();
    let [desk, guard, counsellor, auditor] =
        ["desk-1", "guard", "counsellor", "auditor"].map(|name| campus.account(name));
    campus.clock_to("14:30");
    let alarm = number(&desk.does("alarm open --place dorm-7-302 --type fire"));
    guard.does(&format!("work claim {alarm}"));
    let known = counsellor.asks(&format!("alarm ack {alarm}"));
    assert_eq!(known["repeated"], true, "whoever claims the work has the alarm");
    guard.does(&format!("work complete {alarm}"));
    let mut broker = campus.broker();
    broker.kill();
    thread::sleep(NEWS_ARE_OLD);

    counsellor.asks(&format!("case reopen {alarm}"));
    alerts(&auditor, &alarm, &[(GUARDS, 2), (COUNSELLOR, 2)]);
    campus.jump("60s");
    alerts(&auditor, &alarm, &[(GUARDS, 2), (COUNSELLOR, 2), (LEADER, 1)]);
    assert_eq!(counsellor.asks(&format!("alarm ack {alarm}"))["repeated"], false);
    broker.start();
    campus.settle();
    alerts(&auditor, &alarm, &[(GUARDS, 2), (COUNSELLOR, 2), (LEADER, 1)]);
}
