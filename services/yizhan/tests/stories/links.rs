//! A reporter says by the link in a message that it is not solved: nobody called, nobody logged in.

use reqwest::{Client, StatusCode};

use crate::{
    account::{Account, Case},
    campus::Campus,
};

pub(crate) const LEAK: &str = "water-leak --place dorm-7-402 --text 'it drips' --phone 10000000001";

/// The link in the message to somebody about a case; none if there is no message.
pub(crate) fn link(who: &Account<'_>, case: &Case<'_>) -> Option<String> {
    let answer = who.asks("message list --limit 200");
    let messages = answer["messages"].as_array().unwrap().iter();
    let number = case.to_string();
    let text = |message: &serde_json::Value| message["text"].as_str().unwrap().to_owned();
    let mut asked = messages.filter(|message| message["template"] == "survey").map(text);
    link_in(&asked.find(|text| text.contains(&number))?)
}

/// The link in a text; none if there is none.
pub(crate) fn link_in(text: &str) -> Option<String> {
    let link = text.split_whitespace().find(|word| word.starts_with("http"))?;
    Some(link.trim_end_matches(|c: char| !c.is_ascii_hexdigit()).to_owned())
}

/// What a page says and how it was answered; a browser follows where it is led.
async fn page(request: reqwest::RequestBuilder) -> (StatusCode, String) {
    let response = request.header("Accept-Language", "en").send().await.unwrap();
    (response.status(), response.text().await.unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_in_a_message_leads_to_a_page_where_not_solved_reopens_the_case() {
    drop(rustls::crypto::ring::default_provider().install_default());
    let campus = Campus::open();
    let [desk, plumber, first, second] =
        ["desk-1", "plumber-1", "student-1", "student-2"].map(|name| campus.account(name));
    campus.clock_to("10:00");
    let case = desk.opens(LEAK);
    desk.does(&format!("case join {case} --phone 10000000002"));
    plumber.repairs(&case);
    campus.advance("2min");
    assert_eq!(case.told("survey").len(), 2, "both who reported it");
    let seen = case.messages("survey")[0]["text"].as_str().unwrap().to_owned();
    assert!(!seen.contains("/s/"), "an auditor sees that there is a link: {seen}");

    let (of_first, link) = (link(&first, &case).unwrap(), link(&second, &case).unwrap());
    assert!(link.starts_with(&format!("{}/s/", campus.url())), "{link}");
    assert_ne!(of_first, link);
    let browser = Client::new();
    for _ in 0..2 {
        let (status, asked) = page(browser.get(&link)).await;
        assert_eq!(status, StatusCode::OK);
        assert!(asked.contains(&case.to_string()) && asked.contains("<form"), "{asked}");
    }
    campus.settle();
    assert_eq!(case.state(), ("resolved".into(), 1), "to look says nothing");

    let send = |link: &str, form: &'static str| {
        let form = browser.post(link).body(form);
        form.header("Content-Type", "application/x-www-form-urlencoded")
    };
    let (_, thanks) = page(send(&of_first, "solved=yes")).await;
    assert!(thanks.contains("We still call you back."), "{thanks}");
    campus.settle();
    assert_eq!(case.state(), ("resolved".into(), 1), "by a link alone nothing is solved");
    for _ in 0..2 {
        let not_solved = send(&link, "solved=no&score=2&words=it+drips+again");
        let (status, thanks) = page(not_solved).await;
        assert_eq!(status, StatusCode::OK);
        assert!(thanks.contains("You said that it is not solved."), "{thanks}");
        campus.settle();
    }
    assert_eq!(case.state(), ("open".into(), 2));
    let steps = case.steps();
    assert_eq!(steps.iter().filter(|step| *step == "case.answered").count(), 2);
    assert!(page(browser.get(&of_first)).await.1.contains("It has been taken up again."));
    assert_eq!(case.told("reopened").len(), 2, "both hear of it");
    assert!(case.callbacks().is_empty(), "nobody is called about the first time");
    let answered = campus.account("quality").asks(&format!("callback list --case {case}"));
    let answer = &answered["callbacks"][0]["answer"];
    assert_eq!((&answer["by_link"], &answer["words"]), (&true.into(), &"it drips again".into()));

    let secret = link.rsplit('/').next().unwrap();
    let timeline = case.shown().to_string();
    assert!(!timeline.contains(secret) && !timeline.contains("drips again"), "{timeline}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_is_over_when_a_week_has_gone_by_and_one_that_never_was_looks_the_same() {
    drop(rustls::crypto::ring::default_provider().install_default());
    let campus = Campus::open();
    let [desk, plumber, quality, first] =
        ["desk-1", "plumber-1", "quality", "student-1"].map(|name| campus.account(name));
    campus.clock_to("10:00");
    let case = desk.opens(LEAK);
    plumber.repairs(&case);
    campus.advance("2min");
    let link = link(&first, &case).unwrap();
    quality.does(&format!("callback record {case} --solved"));
    assert_eq!(case.state(), ("closed-solved".into(), 1));
    let browser = Client::new();
    assert_eq!(page(browser.get(&link)).await.0, StatusCode::OK, "it may still come back");

    campus.advance("169h");
    let over = page(browser.get(&link)).await;
    assert_eq!(over.0, StatusCode::NOT_FOUND);
    let forged = format!("{}/s/{}", campus.url(), "0".repeat(40));
    assert_eq!(page(browser.get(&forged)).await, over);
    let late = browser.post(&link).body("solved=no");
    let late = late.header("Content-Type", "application/x-www-form-urlencoded");
    assert_eq!(page(late).await, over);
    campus.settle();
    assert_eq!(case.state(), ("closed-solved".into(), 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_at_risk_by_what_is_said_by_a_link_or_in_a_call_is_the_counsellors_at_once() {
    drop(rustls::crypto::ring::default_provider().install_default());
    let campus = Campus::open();
    let [desk, plumber, quality, counsellor, first] =
        ["desk-1", "plumber-1", "quality", "counsellor", "student-1"]
            .map(|name| campus.account(name));
    campus.clock_to("10:00");
    let case = desk.opens(LEAK);
    plumber.repairs(&case);
    campus.advance("2min");
    let link = link(&first, &case).unwrap();
    let form = Client::new().post(&link).body("solved=yes&words=我不想活了");
    let form = form.header("Content-Type", "application/x-www-form-urlencoded");
    assert_eq!(page(form).await.0, StatusCode::OK);
    campus.settle();
    let hidden = || {
        let listed = counsellor.asks("case list");
        let cases = listed["cases"].as_array().unwrap().clone();
        cases.into_iter().filter(|one| one["item"] == "person-at-risk").collect::<Vec<_>>()
    };
    // However often who has the link says it: it has rung, and its counsellor reads the rest there.
    let more = Client::new().post(&link).body("solved=yes&words=真的不想活了");
    let more = more.header("Content-Type", "application/x-www-form-urlencoded");
    assert_eq!(page(more).await.0, StatusCode::OK);
    campus.settle();
    let [person] = &hidden()[..] else { panic!("{:?}", hidden()) };
    let person = person["number"].as_str().unwrap();
    let shown = counsellor.asks(&format!("case show {person}"));
    assert_eq!(shown["details"]["text"], "我不想活了");
    assert_eq!(shown["details"]["remarks"][0]["text"], "真的不想活了", "{shown}");
    assert_eq!(shown["details"]["linked_to"], case.to_string());
    for who in [&desk, &quality, &first] {
        assert!(who.is_refused(&format!("case show {person}")).message.contains("case-unknown"));
    }

    let told = "--words '她说不想活了' --complain '说了不想活也没人管'";
    let recorded = quality.does(&format!("callback record {case} --solved {told}"));
    assert!(recorded["person_at_risk"]["number"].is_string(), "{recorded}");
    assert_eq!(hidden().len(), 2, "one person, whatever else they complain of");
    let complaint = recorded["complaint"]["number"].as_str().unwrap();
    let complaint = first.asks(&format!("case show {complaint}")).to_string();
    assert!(!complaint.contains("不想活"), "{complaint}");
    let answered = quality.asks(&format!("callback list --case {case}")).to_string();
    assert!(!answered.contains("不想活"), "{answered}");
}
