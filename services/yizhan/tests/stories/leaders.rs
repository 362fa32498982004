//! A leader sees what they were told of, and nothing before.

use serde_json::Value;

use crate::{account::Account, campus::Campus};

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

/// The cases that somebody sees.
fn numbers(who: &Account<'_>) -> Vec<String> {
    let answer = who.asks("case list");
    let cases = answer["cases"].as_array().unwrap().iter();
    cases.map(|case| case["number"].as_str().unwrap().to_owned()).collect()
}

fn messages(who: &Account<'_>) -> Vec<Value> {
    who.asks("message list")["messages"].as_array().unwrap().clone()
}
