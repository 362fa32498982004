//! Solved, and dissatisfied all the same: a complaint that nobody decides who had a part in it.

use reqwest::{Client, StatusCode};
use serde_json::Value;

use crate::{
    account::Case,
    campus::Campus,
    links::{LEAK, link},
};

/// The complaint that an answer names.
fn number(answer: &Value) -> String {
    answer["number"].as_str().unwrap().to_owned()
}

#[test]
fn who_is_dissatisfied_complains_at_the_callback_and_the_quality_office_answers_in_three_days() {
    let campus = Campus::open();
    let [desk, plumber, quality, director, first] =
        ["desk-1", "plumber-1", "quality", "director", "student-1"]
            .map(|name| campus.account(name));
    campus.clock_to("10:00");
    let case = desk.opens(LEAK);
    plumber.repairs(&case);
    let complains = "--solved --score 2 --complain '来了三次都没带工具'";
    let recorded = quality.does(&format!("callback record {case} {complains}"));
    let complaint = number(&recorded["complaint"]);
    assert_eq!(case.state(), ("closed-solved".into(), 1), "it is solved all the same");

    let shown = quality.asks(&format!("case show {complaint}"));
    assert_eq!(shown["case"]["item"], "service-complaint");
    assert_eq!(shown["details"]["linked_to"], case.to_string());
    assert_eq!(shown["details"]["text"], "来了三次都没带工具");
    assert_eq!(first.asks(&format!("case show {complaint}"))["case"]["state"], "open");
    for who in [&desk, &plumber] {
        let refusal = who.is_refused(&format!("case show {complaint}"));
        assert!(refusal.message.contains("case-unknown"), "{refusal:?}");
    }
    let again = first.is_refused(&format!("case complain {case} --text '还是那件事'"));
    assert!(again.message.contains("already-complained"), "{again:?}");
    assert!(again.message.contains(&complaint), "{again:?}");

    let offered = quality.asks(&format!("work list --case {complaint}"));
    assert_eq!(offered["work_orders"][0]["post"], "hall/quality-a");
    let to_them = format!("work reassign {complaint} logistics/plumbing");
    let refusal = campus.account("dispatcher").is_refused(&to_them);
    assert!(refusal.message.contains("concerned-by-the-complaint"), "{refusal:?}");
    quality.asks(&format!("work claim {complaint}"));
    quality.does(&format!("work complete {complaint}"));
    let ended = director.asks(&format!("case show {complaint}"));
    assert_eq!(ended["case"]["end"], "closed-uncalled");
    // Answered: what is still wrong is another complaint.
    first.does(&format!("case complain {case} --text '答复太笼统'"));
}

#[test]
fn a_co_reporter_complains_for_themselves_and_who_has_no_part_in_it_does_not() {
    let campus = Campus::open();
    let [desk, second, third] =
        ["desk-1", "student-2", "student-3"].map(|name| campus.account(name));
    let case = desk.opens(LEAK);
    desk.does(&format!("case join {case} --phone 10000000002"));
    let complaint = number(&second.does(&format!("case complain {case} --text '没人来'")));
    assert_eq!(
        second.asks(&format!("case show {complaint}"))["details"]["linked_to"],
        case.to_string()
    );
    let refusal = third.is_refused(&format!("case complain {case} --text '没人来'"));
    assert!(refusal.message.contains("case-unknown"), "{refusal:?}");
    let by_desk = desk.does(&format!("case complain {case} --text '没人来' --phone 10000000001"));
    assert_ne!(number(&by_desk), complaint, "another's is another");
}

#[test]
fn a_month_is_counted_by_those_who_answered_and_a_quality_note_is_kept() {
    let campus = Campus::open();
    let [desk, plumber, quality, director] =
        ["desk-1", "plumber-1", "quality", "director"].map(|name| campus.account(name));
    campus.clock_to("10:00");
    let month = campus.now().to_string()[..7].to_owned();
    let cases: [Case<'_>; 3] = [(); 3].map(|()| desk.opens(LEAK));
    for case in &cases {
        plumber.repairs(case);
    }
    let [content, dissatisfied, open] = &cases;
    quality.does(&format!("callback record {content} --solved --score 5"));
    let note = "--solved --score 2 --quality-note '等了三天没人联系'";
    quality.does(&format!("callback record {dissatisfied} {note}"));
    let shown = director.asks(&format!("callback list --case {dissatisfied}"));
    let answer = &shown["callbacks"][0]["answers"][0]["answer"];
    assert_eq!(answer["quality_note"], "等了三天没人联系");

    let figures = director.asks(&format!("callback figures --month {month}"));
    let counted = ["completed", "reached", "unreachable", "open", "satisfied"];
    let counted = counted.map(|name| figures[name].as_u64().unwrap());
    assert_eq!(counted, [3, 2, 0, 1, 1], "{open} is still to be called: {figures}");
    assert_eq!((&figures["mean_mark"], &figures["reach_percent"]), (&3.5.into(), &100.0.into()));
    desk.is_refused(&format!("callback figures --month {month}"));
}

#[tokio::test(flavor = "multi_thread")]
async fn by_the_link_in_a_message_too_nobody_need_call_to_hear_of_a_complaint() {
    drop(rustls::crypto::ring::default_provider().install_default());
    let campus = Campus::open();
    let [desk, plumber, quality, first] =
        ["desk-1", "plumber-1", "quality", "student-1"].map(|name| campus.account(name));
    campus.clock_to("10:00");
    let case = desk.opens(LEAK);
    plumber.repairs(&case);
    campus.advance("2min");
    let link = link(&first, &case).unwrap();
    let form = "solved=yes&score=1&complains=yes&words=they+came+without+tools";
    let request = Client::new().post(&link).header("Accept-Language", "en").body(form);
    let request = request.header("Content-Type", "application/x-www-form-urlencoded");
    let response = request.send().await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    assert!(response.text().await.unwrap().contains("Your complaint is accepted."));
    campus.settle();

    let callbacks = quality.asks(&format!("callback list --case {case}"));
    let answer = &callbacks["callbacks"][0]["answers"][0]["answer"];
    assert_eq!((&answer["complains"], &answer["words"]), (&true.into(), &Value::Null));
    let cases = first.asks("case list");
    let mut cases = cases["cases"].as_array().unwrap().iter();
    let complaint = cases.find(|one| one["item"] == "service-complaint").unwrap();
    let shown = quality.asks(&format!("case show {}", number(complaint)));
    assert_eq!(shown["details"]["text"], "they came without tools");
    assert_eq!(shown["details"]["linked_to"], case.to_string());
}
