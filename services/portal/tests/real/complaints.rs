//! Complaints, as far as the portal has two services do one thing: intake first.

use proto::callback_survey::v1::{ShowSurveyResponse, SurveyTakes};
use reqwest::{Client, StatusCode, header, redirect::Policy};
use rpc::{Code, Error};
use serde_json::json;

use crate::{
    others::survey::{CALLBACK, CASE, OWN_WORK, PERSON, TOKEN},
    world::{World, id},
};

#[tokio::test]
async fn a_complaint_is_opened_with_the_channel_of_who_brings_it() {
    let world = World::with_people().await;
    let complaint = json!({ "text": "没带工具" });
    for (who, channel) in [("desk-1", "hotline"), ("student-1", "web")] {
        let person = world.session(who).await;
        let opened = person.post("/cases/2026-11-000007/complaint", &complaint).await;
        assert_eq!((opened.status, &opened.body["number"]), (201, &"2026-11-000099".into()));
        let told = world.others.told.state().complaints.pop().unwrap();
        assert_eq!((&*told.case, &*told.text), ("2026-11-000007", "没带工具"));
        assert_eq!(told.channel().as_str_name().to_lowercase(), format!("channel_{channel}"));
    }
    let desk = world.session("desk-1").await;
    let silent = desk.post("/cases/2026-11-000007/complaint", &json!({})).await;
    assert_eq!(silent.violations(), [("text", "is missing")]);
    let nowhere = desk.post("/cases/number-7/complaint", &complaint).await;
    assert_eq!(nowhere.violations()[0].0, "case");
}

#[tokio::test]
async fn a_callback_with_a_complaint_opens_it_first_under_the_same_key_and_then_records() {
    let world = World::with_people_and_survey().await;
    let quality = world.session("quality").await;
    let path = format!("/callbacks/{CALLBACK}/attempts");
    let attempt = json!({ "reached": true, "solved": true, "complaint": "没带工具" });
    let key = id().to_string();
    let recorded = quality.post_under(&key, &path, &attempt).await;
    assert_eq!(recorded.status, 200, "{recorded:?}");
    assert_eq!(recorded.body["complaint"]["number"], "2026-11-000099");
    {
        let state = world.others.told.state();
        let done = state.commands.iter().map(|one| (one.name, &*one.key));
        let done: Vec<_> = done.filter(|(_, under)| *under == key).collect();
        assert_eq!(done, [("complain", &*key), ("record-attempt", &*key)]);
        let complaint = &state.complaints[0];
        assert_eq!((&*complaint.case, &*complaint.text), (CASE, "没带工具"));
        assert_eq!(complaint.person.as_ref().unwrap().id, PERSON);
    }

    let unknown = format!("/callbacks/{}/attempts", id());
    let refused = quality.post(&unknown, &attempt).await;
    assert_eq!(refused.refused(), (404, "no-such-callback"));
    let own = json!({ "reached": true, "solved": true, "words": OWN_WORK, "complaint": "慢" });
    let refused = quality.post(&path, &own).await;
    assert_eq!(refused.refused(), (403, "worker-may-not-call-back"));
    let detail = refused.body["detail"].as_str().unwrap();
    assert!(detail.ends_with("the complaint is opened as 2026-11-000099"), "{detail}");
}

#[tokio::test]
async fn what_cannot_be_said_of_a_callback_opens_no_complaint() {
    let world = World::with_people_and_survey().await;
    let quality = world.session("quality").await;
    let path = format!("/callbacks/{CALLBACK}/attempts");
    for (attempt, field) in [
        (json!({ "reached": false, "complaint": "慢" }), "complaint"),
        (json!({ "reached": false, "quality_note": "慢" }), "quality_note"),
        (json!({ "reached": true, "complaint": "慢" }), "solved"),
        (
            json!({ "reached": true, "solved": true, "complaint": "慢", "quality_note": "慢" }),
            "quality_note",
        ),
    ] {
        let refused = quality.post(&path, &attempt).await;
        assert_eq!(refused.violations()[0].0, field, "{attempt}");
    }
    let state = world.others.told.state();
    assert!(state.complaints.is_empty());
    assert!(state.commands.iter().all(|one| !["complain", "record-attempt"].contains(&one.name)));
}

#[tokio::test]
async fn a_callback_of_who_complained_already_is_recorded_all_the_same() {
    let world = World::with_people_and_survey().await;
    let quality = world.session("quality").await;
    let refusal = Error::new(Code::FailedPrecondition, "already-complained", "as 2026-11-000050");
    world.others.told.state().no_complaint = Some(refusal);
    let attempt = json!({ "reached": true, "solved": true, "complaint": "慢" });
    let recorded = quality.post(&format!("/callbacks/{CALLBACK}/attempts"), &attempt).await;
    assert_eq!(recorded.status, 200, "{recorded:?}");
    assert!(recorded.body["complaint"].is_null(), "theirs is open already");
    let state = world.others.told.state();
    assert!(state.commands.iter().any(|one| one.name == "record-attempt"));
}

#[tokio::test]
async fn figures_are_shown_as_they_are_counted() {
    let world = World::with_people_and_survey().await;
    let quality = world.session("quality").await;
    let figures = quality.get("/callbacks/figures?month=2026-11").await.body;
    assert_eq!((&figures["month"], &figures["completed"]), (&"2026-11".into(), &3.into()));
    assert_eq!(figures["reach_percent"], 200.0 / 3.0);
    assert_eq!(figures["entered_late"], 1);
    assert!(figures["satisfied_percent"].is_null(), "nobody answered");
    let missing = quality.get("/callbacks/figures").await;
    assert_eq!(missing.violations(), [("month", "is missing")]);
}

/// What the page answers to a form.
async fn sent(world: &World, form: &'static str) -> (StatusCode, String) {
    let client = Client::builder().redirect(Policy::none()).build().unwrap();
    let request = client.post(world.page(&format!("/s/{TOKEN}"))).header("Accept-Language", "en");
    let request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    let response = request.body(form).send().await.unwrap();
    (response.status(), response.text().await.unwrap())
}

fn asked() -> ShowSurveyResponse {
    ShowSurveyResponse {
        case_number: "2026-11-000007".to_owned(),
        takes: SurveyTakes::Answer.into(),
        person: PERSON.to_owned(),
        ..ShowSurveyResponse::default()
    }
}

#[tokio::test]
async fn whoever_complains_by_the_page_has_a_complaint_of_their_words_and_the_answer_has_none() {
    let world = World::with_survey().await;
    world.others.told.state().survey = Some(asked());
    let form = "solved=yes&score=1&complains=yes&words=no+tools";
    let (status, _) = sent(&world, form).await;
    assert_eq!(status, StatusCode::SEE_OTHER);
    let complaint = world.others.told.state().complaints.pop().unwrap();
    assert_eq!((&*complaint.case, &*complaint.text), ("2026-11-000007", "no tools"));
    assert_eq!(complaint.person.unwrap().id, PERSON);
    let answer = world.others.told.state().survey.clone().unwrap().answer.unwrap();
    assert!(answer.solved && answer.complains && answer.words.is_empty(), "{answer:?}");

    // Sent once more, intake has it already.
    let refusal = Error::new(Code::FailedPrecondition, "already-complained", "as 2026-11-000050");
    world.others.told.state().no_complaint = Some(refusal);
    assert_eq!(sent(&world, form).await.0, StatusCode::SEE_OTHER);
    assert!(world.others.told.state().complaints.is_empty());
}

#[tokio::test]
async fn words_by_the_page_that_tell_of_a_person_at_risk_are_heard_once_and_not_recorded() {
    let world = World::with_survey().await;
    world.others.told.state().survey = Some(asked());
    // The first time the answer is lost after they were heard.
    let lost = Error::new(Code::Unavailable, "lost", "lost");
    world.others.told.state().refusal = Some(lost);
    let form = "solved=yes&score=1&words=我不想活了";
    assert_eq!(sent(&world, form).await.0, StatusCode::SERVICE_UNAVAILABLE);
    world.others.told.state().refusal = None;
    assert_eq!(sent(&world, form).await.0, StatusCode::SEE_OTHER);
    let state = world.others.told.state();
    let [(key, heard), (again, _)] = &state.heard[..] else { panic!("{:?}", state.heard) };
    assert_eq!(key, again, "intake finds what it was told before");
    assert_eq!((&*heard.case, &*heard.text), ("2026-11-000007", "我不想活了"));
    assert_eq!(heard.person.as_ref().unwrap().id, PERSON);
    let answer = state.survey.clone().unwrap().answer.unwrap();
    assert!(answer.solved && answer.words.is_empty(), "they are kept with that person: {answer:?}");
}

#[tokio::test]
async fn a_complaint_by_the_page_of_who_is_at_risk_is_heard_once_and_opened_as_one_that_was() {
    let world = World::with_survey().await;
    world.others.told.state().survey = Some(asked());
    let form = "solved=yes&complains=yes&words=没人管我不想活了";
    assert_eq!(sent(&world, form).await.0, StatusCode::SEE_OTHER);
    let state = world.others.told.state();
    assert_eq!(state.heard.len(), 1);
    let [complaint] = &state.complaints[..] else { panic!("{:?}", state.complaints) };
    assert!(complaint.withheld && complaint.text == "没人管我不想活了", "{complaint:?}");
    let answer = state.survey.clone().unwrap().answer.unwrap();
    assert!(answer.complains && answer.words.is_empty(), "{answer:?}");
}

#[tokio::test]
async fn what_opens_no_second_complaint_is_heard_all_the_same() {
    for reason in ["already-complained", "no-complaints"] {
        let world = World::with_survey().await;
        world.others.told.state().survey = Some(asked());
        let refusal = Error::new(Code::FailedPrecondition, reason, "none is opened");
        world.others.told.state().no_complaint = Some(refusal);
        let (status, _) = sent(&world, "solved=yes&complains=yes&words=室友不想活了").await;
        assert_eq!(status, StatusCode::SEE_OTHER);
        let state = world.others.told.state();
        assert_eq!(state.heard.len(), 1, "{reason}");
        let answer = state.survey.clone().unwrap().answer.unwrap();
        assert_eq!(answer.words, "", "{reason}");
    }
}

#[tokio::test]
async fn what_is_said_when_somebody_calls_is_heard_before_it_is_recorded() {
    let world = World::with_people_and_survey().await;
    let quality = world.session("quality").await;
    let path = format!("/callbacks/{CALLBACK}/attempts");
    let key = id().to_string();
    let attempt = json!({
        "reached": true, "solved": true, "words": "我不想活了", "quality_note": "已劝说"
    });
    let recorded = quality.post_under(&key, &path, &attempt).await;
    assert_eq!(recorded.status, 200, "{recorded:?}");
    assert_eq!(recorded.body["person_at_risk"]["number"], "2026-11-000098");
    {
        let state = world.others.told.state();
        let [(under, heard)] = &state.heard[..] else { panic!("{:?}", state.heard) };
        assert_eq!((under, &*heard.case, &*heard.text), (&key, CASE, "我不想活了\n已劝说"));
        assert_eq!(heard.person.as_ref().unwrap().id, PERSON);
        let kept = state.recorded.clone().unwrap();
        assert!(kept.solved && kept.words.is_empty() && kept.quality_note.is_empty(), "{kept:?}");
    }

    let attempt = json!({ "reached": true, "solved": true, "words": "还在滴水" });
    let recorded = quality.post(&path, &attempt).await;
    assert!(recorded.body["person_at_risk"].is_null(), "{recorded:?}");
    assert_eq!(world.others.told.state().recorded.clone().unwrap().words, "还在滴水");
    let unreached = json!({ "reached": false });
    assert_eq!(quality.post(&path, &unreached).await.status, 200);
    assert_eq!(world.others.told.state().heard.len(), 2, "nothing was said");
}

#[tokio::test]
async fn words_and_complaint_of_one_call_are_heard_together_and_make_one_person_at_risk() {
    let world = World::with_people_and_survey().await;
    let quality = world.session("quality").await;
    let path = format!("/callbacks/{CALLBACK}/attempts");
    let attempt = json!({
        "reached": true, "solved": true, "words": "他说不想活了",
        "complaint": "他说不想活了,没人管"
    });
    let recorded = quality.post(&path, &attempt).await;
    assert_eq!(recorded.status, 200, "{recorded:?}");
    assert_eq!(recorded.body["person_at_risk"]["number"], "2026-11-000098");
    assert_eq!(recorded.body["complaint"]["number"], "2026-11-000099");
    let state = world.others.told.state();
    let [(_, heard)] = &state.heard[..] else { panic!("{:?}", state.heard) };
    assert_eq!(heard.text, "他说不想活了\n他说不想活了,没人管");
    assert!(state.complaints[0].withheld, "intake has heard it");
    assert_eq!(state.recorded.clone().unwrap().words, "");
}

#[tokio::test]
async fn what_is_too_long_to_be_kept_is_refused_by_field_before_it_is_heard() {
    let world = World::with_people_and_survey().await;
    let quality = world.session("quality").await;
    let path = format!("/callbacks/{CALLBACK}/attempts");
    for (field, most) in [("words", 2_000), ("quality_note", 2_000), ("complaint", 4_000)] {
        let mut attempt = json!({ "reached": true, "solved": true });
        attempt[field] = format!("不想活{}", "了".repeat(most)).into();
        let refused = quality.post(&path, &attempt).await;
        assert_eq!(refused.refused(), (400, "attempt-invalid"), "{field}");
        assert_eq!(refused.violations()[0].0, field);
    }
    assert!(world.others.told.state().heard.is_empty());
    let mut longest = json!({ "reached": true, "solved": true });
    longest["words"] = "水".repeat(2_000).into();
    longest["complaint"] = "慢".repeat(4_000).into();
    assert_eq!(quality.post(&path, &longest).await.status, 200);
    assert_eq!(world.others.told.state().heard.len(), 1);
}

#[tokio::test]
async fn a_complaint_without_words_and_a_second_form_with_too_many_are_told_and_record_nothing() {
    let world = World::with_survey().await;
    world.others.told.state().survey = Some(asked());
    let (status, page) = sent(&world, "solved=yes&complains=yes&words=+").await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert!(page.contains("to complain, say of what"), "{page}");
    assert!(world.others.told.state().commands.is_empty());

    sent(&world, "solved=yes").await;
    let takes = SurveyTakes::NotSolved.into();
    let survey = world.others.told.state().survey.take().unwrap();
    world.others.told.state().survey = Some(ShowSurveyResponse { takes, ..survey });
    let long: &'static str = String::leak(format!("solved=no&words={}", "x".repeat(2_001)));
    let (status, page) = sent(&world, long).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert!(page.contains("role=\"alert\"") && page.contains("at most 2,000 characters"), "{page}");
}
