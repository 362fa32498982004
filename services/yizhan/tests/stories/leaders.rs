//! A leader sees what they were told of, and nothing before.

use jiff::ToSpan as _;
use serde_json::Value;

use crate::{account::Account, campus::Campus};

const ORDER: &str = "borrow a pump from the boiler house";
const WORDS: &str = "it drips through the ceiling";

#[test]
fn a_leader_who_is_told_reads_the_words_the_case_and_its_clocks_and_nothing_else() {
    let campus = Campus::open();
    let names = ["desk-1", "plumber-1", "quality", "section-chief"];
    let [desk, plumber, quality, chief] = names.map(|name| campus.account(name));
    campus.clock_to("10:00");
    let leak = format!("water-leak --place dorm-7-402 --text '{WORDS}'");
    let [late, kept] = [desk.opens(&leak), desk.opens(&leak)];
    plumber.asks(&format!("work claim {late}"));
    plumber.does(&format!("work arrive {late}"));
    plumber.repairs(&kept);
    quality.does(&format!("callback record {kept} --solved"));

    // The first rung is another's.
    campus.advance("25h");
    assert_eq!(late.rungs(1).len(), 1);
    for question in ["show", "explain"] {
        let refusal = chief.is_refused(&format!("case {question} {late}"));
        assert_eq!(refusal.code, 5, "{refusal:?}");
        assert!(refusal.message.contains("case-unknown"), "{refusal:?}");
    }
    assert!(numbers(&chief).is_empty());
    assert!(messages(&chief).is_empty());

    campus.advance("4h");
    assert_eq!(late.rungs(1).last().unwrap().post, "section-chief");
    let [message] = &messages(&chief)[..] else { panic!("{:?}", messages(&chief)) };
    assert_eq!(message["to"], "post/logistics/section-chief");
    let words = message["text"].as_str().unwrap();
    assert!(words.contains(&format!("rung 2: {late}")), "{words}");
    assert_eq!(numbers(&chief), [late.to_string()]);

    let shown = chief.asks(&format!("case show {late}"));
    assert_eq!(shown["details"]["text"], WORDS);
    assert_eq!(shown["details"]["promises"].as_array().unwrap().len(), 2);
    let explained = chief.asks(&format!("case explain {late}"));
    let ids = |clocks: &[Value]| clocks.iter().map(|clock| clock["id"].clone()).collect::<Vec<_>>();
    assert_eq!(ids(explained["clocks"].as_array().unwrap()), ids(&late.clocks()));
    let refusal = chief.is_refused(&format!("case show {kept}"));
    assert!(refusal.message.contains("case-unknown"), "{refusal:?}");
}

#[test]
fn a_leader_who_extends_at_rung_2_is_told_first_when_it_is_late_again() {
    let campus = Campus::open();
    let [desk, leader, chief] =
        ["desk-1", "team-leader", "section-chief"].map(|name| campus.account(name));
    campus.clock_to("10:00");
    let late = desk.opens(&format!("water-leak --place dorm-7-402 --text '{WORDS}'"));
    let due = late.due(1);
    campus.advance("25h");
    // That nobody took it in time they were told; not yet that it is not repaired.
    let refusal = chief.is_refused(&format!("ladder extend {late} --until {}", due + 23.hours()));
    assert!(refusal.message.contains("not-told"), "{refusal:?}");
    campus.advance("4h");
    let posts = || late.rungs(1).into_iter().map(|rung| rung.post).collect::<Vec<_>>();
    assert_eq!(posts(), ["repair-leader", "section-chief"]);

    chief.does(&format!("ladder order {late} --text '{ORDER}'"));
    assert_eq!(late.told("ordered"), ["post/logistics/plumbing"]);
    chief.does(&format!("ladder extend {late} --until {}", due + 23.hours()));
    assert_eq!(late.due(1), due + 23.hours());
    let refusal = leader.is_refused(&format!("ladder extend {late} --until {}", due + 24.hours()));
    assert!(refusal.message.contains("not-told"), "{refusal:?}");
    campus.advance("20h");
    assert_eq!(posts(), ["repair-leader", "section-chief", "section-chief"], "rung 2, and not 1");

    let shown = chief.asks(&format!("ladder show {late}"));
    assert_eq!(shown["orders"][0]["text"], ORDER);
    let timeline = late.shown()["timeline"].to_string();
    assert!(timeline.contains("case.promise-moved") && timeline.contains("case.ordered"));
    assert!(!timeline.contains(ORDER), "what was ordered stays with the clocks");
}

#[test]
fn an_accepted_risk_lets_the_ladder_rest_until_its_date() {
    let campus = Campus::open();
    let [desk, chief, head] =
        ["desk-1", "section-chief", "head-logistics"].map(|name| campus.account(name));
    campus.clock_to("10:00");
    let late = desk.opens(&format!("water-leak --place dorm-7-402 --text '{WORDS}'"));
    let due = late.due(1);
    campus.advance("47h");
    assert_eq!(late.rungs(1).last().unwrap().post, "head");
    let until = due + 120.hours();
    let refusal = chief.is_refused(&format!("ladder accept-risk {late} --until {until}"));
    assert!(refusal.message.contains("rung-too-low"), "{refusal:?}");
    head.does(&format!("ladder accept-risk {late} --until {until}"));
    let told = late.rungs(1).len();
    campus.advance("95h");
    assert_eq!(late.rungs(1).len(), told, "it rests");
    campus.advance("3h");
    let rungs = late.rungs(1);
    assert_eq!((rungs.len(), rungs.last().unwrap().planned), (told + 1, until));
}

#[test]
fn an_extension_that_the_head_approves_moves_what_was_promised_and_one_refused_does_not() {
    let campus = Campus::open();
    let [desk, plumber, head] =
        ["desk-1", "plumber-1", "head-logistics"].map(|name| campus.account(name));
    campus.clock_to("10:00");
    let case = desk.opens(&format!("water-leak --place dorm-7-402 --text '{WORDS}'"));
    let due = case.due(1);
    let ask = format!("extension ask {case} --until {} --reason parts", due + 5.hours());
    plumber.does(&ask);
    let refusal = plumber.is_refused(&format!("extension approve {case}"));
    assert!(refusal.message.contains("not-permitted"), "{refusal:?}");
    head.does(&format!("extension refuse {case}"));
    assert_eq!(case.due(1), due);
    plumber.does(&ask);
    head.does(&format!("extension approve {case}"));
    assert_eq!(case.due(1), due + 5.hours());
    assert_eq!(case.shown()["case"]["due"], (due + 5.hours()).to_string());
    let refusal = plumber.is_refused(&format!("pause ask {case}"));
    assert!(refusal.message.contains("not-on-hold"), "{refusal:?}");
    assert_eq!(case.told("extension-asked"), ["post/logistics/head"; 2]);
    for occasion in ["extension-refused", "extension-granted"] {
        let [message] = &case.messages(occasion)[..] else { panic!("{occasion} is told once") };
        assert_eq!(message["to"], "post/logistics/plumbing");
        assert!(message["text"].as_str().unwrap().contains("parts are awaited"), "{message}");
    }
}

#[test]
fn of_an_offer_that_nobody_claims_in_time_the_head_hears_once() {
    let campus = Campus::open();
    let desk = campus.account("desk-1");
    campus.clock_to("10:00");
    let case = desk.opens(&format!("water-leak --place dorm-7-402 --text '{WORDS}'"));
    campus.advance("31min");
    assert_eq!(case.told("unclaimed"), ["post/logistics/head"]);
    campus.advance("5h");
    assert_eq!(case.told("unclaimed").len(), 1, "the ladder climbs on");
}

/// The cases that somebody sees.
fn numbers(who: &Account<'_>) -> Vec<String> {
    let answer = who.asks("case list");
    let cases = answer["cases"].as_array().unwrap().iter();
    cases.map(|case| case["number"].as_str().unwrap().to_owned()).collect()
}

fn messages(who: &Account<'_>) -> Vec<Value> {
    who.asks("message list")["messages"].as_array().unwrap().clone()
}
