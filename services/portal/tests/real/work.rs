//! Work orders, as far as the portal adds to what dispatch says.

use proto::{
    dispatch::v1::{Check, Handover, Question, Release, ShowHandoverResponse, WorkOrder},
    words::v1::{Asked, ReleaseCause},
};
use rpc::{Code, Error};
use serde_json::json;

use crate::{
    others::survey::AT_RISK,
    world::{World, id},
};

#[tokio::test]
async fn who_is_to_do_it_is_called_by_their_login_name_or_their_id() {
    let world = World::with_people().await;
    let dispatcher = world.session("dispatcher").await;
    let plumber = world.account("plumber-1").await.to_string();
    let path = format!("/work-orders/{}/assign", id());
    for (to, told) in [
        ("plumber-1", &*plumber),
        (&*plumber, &*plumber),
        // Nobody, which dispatch refuses as a worker.
        ("plumber-99", "00000000-0000-0000-0000-000000000000"),
    ] {
        assert_eq!(dispatcher.post(&path, &json!({ "to": to })).await.status, 200);
        assert_eq!(world.others.told.state().assigned, told);
    }
    let refused = dispatcher.post(&path, &json!({})).await;
    assert_eq!(refused.violations(), [("to", "is missing")]);
}

#[tokio::test]
async fn a_list_says_who_has_it_and_who_had_it_by_name() {
    let world = World::with_people().await;
    let desk = world.session("desk-1").await;
    let [plumber, other] =
        [world.account("plumber-1").await, world.account("plumber-2").await].map(|a| a.to_string());
    let release =
        Release { worker: other, cause: ReleaseCause::Expired.into(), ..Release::default() };
    let order = WorkOrder { claimed_by: plumber, releases: vec![release], ..WorkOrder::default() };
    world.others.told.state().work_orders = vec![order];
    let shown = desk.get("/work-orders").await.body["work_orders"][0].take();
    assert_eq!(shown["worker"]["name"], "江水生 Jiang Shuisheng");
    assert_eq!(shown["releases"][0]["worker"]["name"], "池管清 Chi Guanqing");
    assert_eq!(shown["releases"][0]["cause"], "expired");
    assert!(shown["releases"][0]["by"].is_null());
    assert!(shown["held_for"].is_null());
}

#[tokio::test]
async fn a_question_names_who_asks_and_who_answers_but_of_the_staff_not_to_its_requester() {
    let world = World::with_people().await;
    let people = [world.account("plumber-1").await, world.account("desk-1").await];
    let [asked_by, answered_by] = people.map(|account| account.to_string());
    let of = Asked::Requester.into();
    let question = Question { of, asked_by, answered_by, ..Question::default() };
    let posts = ["logistics/plumbing", "housing/caretakers"].map(str::to_owned);
    let questions = posts.map(|post| Question { post, ..question.clone() });
    world.others.told.state().questions = questions.into();
    world.defines(&campus_kit::documents()).await;
    let plumber = Some("江水生 Jiang Shuisheng");
    // Logistics publishes who has a case, and housing does not.
    for (who, asked_by, answered_by) in [
        ("desk-1", [plumber, plumber], Some("安小台 An Xiaotai")),
        ("student-1", [plumber, None], None),
    ] {
        let shown = world.session(who).await.get("/questions?of=requester&open=true").await;
        for (nth, asked_by) in asked_by.into_iter().enumerate() {
            let shown = &shown.body["questions"][nth];
            assert_eq!(shown["of"], "requester");
            assert_eq!(shown["asked_by"]["name"].as_str(), asked_by, "{who}");
            assert_eq!(shown["answered_by"]["name"].as_str(), answered_by, "{who}");
        }
    }
    let path = format!("/work-orders/{}/questions", id());
    let plumber = world.session("plumber-1").await;
    assert_eq!(plumber.post(&path, &json!({ "of": "desk", "text": "who?" })).await.status, 200);
    let refused = plumber.post(&path, &json!({ "of": "dean", "text": "who?" })).await;
    assert_eq!(refused.violations()[0].0, "of");
}

#[tokio::test]
async fn what_a_requester_answers_is_heard_and_kept_without_words_that_tell_of_a_person_at_risk() {
    let world = World::with_people().await;
    let [asked, inside, order] = [id(), id(), id()].map(|id| id.to_string());
    let question = |id: &str, of: Asked| Question {
        id: id.to_owned(),
        of: of.into(),
        case_id: "2026-09-000007".to_owned(),
        ..Question::default()
    };
    world.others.told.state().questions =
        vec![question(&asked, Asked::Requester), question(&inside, Asked::Desk)];
    let desk = world.session("desk-1").await;
    let answers = async |question: &str, text: &str| {
        let path = format!("/work-orders/{order}/questions/{question}/answer");
        let answer = desk.post(&path, &json!({ "text": text })).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        (answer.body, world.others.told.state().answers.pop().unwrap().text)
    };
    let (body, kept) = answers(&asked, "tomorrow at nine").await;
    assert_eq!((kept.as_str(), body.get("person_at_risk")), ("tomorrow at nine", None));
    let (body, kept) = answers(&asked, AT_RISK).await;
    assert!(!kept.contains(AT_RISK) && !kept.is_empty(), "{kept}");
    assert_eq!(body["person_at_risk"]["number"], "2026-11-000098");
    {
        let told = world.others.told.state();
        let heard: Vec<_> =
            told.heard.iter().map(|(_, heard)| (&*heard.case, &*heard.text)).collect();
        let case = "2026-09-000007";
        assert_eq!(heard, [(case, "tomorrow at nine"), (case, AT_RISK)]);
    }
    // What desk and departments ask each other is nobody's cry.
    answers(&inside, "it is there").await;
    assert_eq!(world.others.told.state().heard.len(), 2);
}

#[tokio::test]
async fn a_check_list_is_shown_with_how_it_was_at_the_last_handover_and_ticked_by_who_leaves() {
    let world = World::with_people().await;
    let listed = |check: &str| Check {
        check: check.to_owned(),
        name_zh: "物品".to_owned(),
        name_en: format!("The {check}"),
    };
    let found = |checked: &str, missing: &str| Handover {
        checked: vec![checked.to_owned()],
        missing: vec![missing.to_owned()],
        ..Handover::default()
    };
    world.others.told.state().handover = ShowHandoverResponse {
        check_list: ["keys", "radio", "torch"].map(listed).into(),
        handovers: vec![found("keys", "radio"), found("torch", "keys")],
        ..Default::default()
    };
    let desk = world.session("desk-1").await;
    let shown = desk.get("/handover").await.body;
    let check = |check: &str, name: &str, last: Option<&str>| json!({ "check": check, "name": name, "last": last });
    assert_eq!(
        shown["check_list"],
        json!([
            check("keys", "物品 The keys", Some("checked")),
            check("radio", "物品 The radio", Some("missing")),
            check("torch", "物品 The torch", None),
        ])
    );
    let last = &shown["handovers"][0];
    assert_eq!((&last["checked"], &last["missing"]), (&json!(["keys"]), &json!(["radio"])));

    let leaving = json!({ "signature": "leaving", "version": "7f",
                          "checked": ["keys", "torch"], "missing": ["radio"] });
    assert_eq!(desk.post("/handover/sign", &leaving).await.status, 200);
    assert_eq!(world.others.told.state().ticked, [vec!["keys", "torch"], vec!["radio"]]);
    let misread = json!({ "signature": "leaving", "version": "7f", "checked": "keys" });
    assert_eq!(desk.post("/handover/sign", &misread).await.violations()[0].0, "checked");
    let left_out = "radio: neither checked nor missing";
    let unchecked = Error::new(Code::InvalidArgument, "unchecked", left_out);
    world.others.told.state().refusal = Some(unchecked.violating("checked", left_out));
    let refused = desk.post("/handover/sign", &leaving).await;
    assert_eq!(refused.refused(), (400, "unchecked"));
    assert_eq!(refused.violations()[0].0, "checked");
}

#[tokio::test]
async fn a_handover_names_who_signed_and_shows_what_is_left_as_far_as_services_answer() {
    let world = World::with_people().await;
    let left_by = world.account("desk-1").await.to_string();
    let handover = Handover { left_by, work_orders: 3, ..Handover::default() };
    let handovers = vec![handover];
    world.others.told.state().handover =
        ShowHandoverResponse { handovers, version: "7f".to_owned(), ..Default::default() };
    let of = |of: Asked, second: i64| {
        let asked_at = Some(prost_types::Timestamp { seconds: second, nanos: 0 });
        Question { of: of.into(), asked_at, ..Question::default() }
    };
    world.others.told.state().questions =
        vec![of(Asked::Requester, 1), of(Asked::Department, 2), of(Asked::Desk, 3)];
    let shown = world.session("desk-2").await.get("/handover").await.body;
    let handover = &shown["handovers"][0];
    assert_eq!(handover["left_by"]["name"], "安小台 An Xiaotai");
    assert_eq!((&handover["taken_by"], &handover["work_orders"]), (&json!(null), &json!(3)));
    assert_eq!((&shown["on_shift"], &shown["version"]), (&json!(null), &json!("7f")));
    let questions = shown["left"]["questions"].as_array().unwrap().iter();
    let asked: Vec<_> = questions.map(|question| question["of"].as_str().unwrap()).collect();
    // What a department is asked is no work of the desk.
    assert_eq!(asked, ["requester", "desk"]);
    for unlisted in ["work_orders", "callbacks", "phone_calls", "follow_ups"] {
        assert!(shown["left"].get(unlisted).is_some(), "{unlisted}: {shown}");
    }
    assert_eq!(shown["left"]["cut"], json!([]), "nothing goes on");
    let desk = world.session("desk-1").await;
    let leaving = json!({ "signature": "leaving", "log": "one key", "version": "7f" });
    let signed = desk.post("/handover/sign", &leaving).await;
    assert_eq!(signed.status, 200);
    assert_eq!(signed.body["came_since"], json!([]));
    let gone = json!({ "signature": "gone", "version": "7f" });
    let refused = desk.post("/handover/sign", &gone).await;
    assert_eq!(refused.violations()[0].0, "signature");
}
