//! What each reader is told of what happened to a case.

use clock::Id;
use events::{
    dispatch::WorkOrderCompletedV1,
    notify::CaseToldV1,
    survey::CaseAnsweredV1,
    words::{Cycle, Level, MessageChannel, Score},
};
use proto::{
    dispatch::v1::NextSteps,
    escalation_timer::v1::{Clock, NumberedPromise, Rung},
    intake::v1::GetCaseResponse,
};
use serde_json::{Value, json};

use crate::{
    facts::{Case, Event, Streams, at, rung_fired, shown},
    world::{Person, World, id},
};

const PATH: &str = "/cases/2026-09-000001";

/// A case of student-1 that plumber-1 was late with, and was marked for.
async fn told(world: &World) -> Vec<Event> {
    let mut case = Case::new(1, Level::Internal);
    case.reporter = world.person("student-1").await;
    case.first_receiver = world.account("desk-1").await;
    case.worker = world.account("plumber-1").await;
    let quality = world.account("quality").await;
    let offered = case.offered(Cycle::FIRST);
    let message = CaseToldV1 {
        message: Id::from_uuid(id()),
        to: "post/logistics/section-chief".parse().unwrap(),
        template: "rung".parse().unwrap(),
        cause: id(),
        channel: MessageChannel::Log,
        at: at(961),
    };
    let answered = CaseAnsweredV1 {
        callback: Id::from_uuid(id()),
        cycle: Cycle::FIRST,
        at: at(1000),
        by: Some(quality),
        solved: false,
        on_time: Some(false),
        attitude: Score::try_from(1).ok(),
        score: Score::try_from(2).ok(),
    };
    vec![
        case.tell(0, case.accepted()),
        case.tell(1, offered.clone()),
        case.tell(5, case.claimed(&offered)),
        case.tell(960, rung_fired(2, "logistics/section-chief")),
        case.tell(961, message),
        case.tell(1000, answered),
    ]
}

/// What is shown, by the names of the steps.
async fn timeline(person: &Person) -> Vec<(String, Value)> {
    let seen = person.get(PATH).await;
    assert_eq!(seen.status, 200, "{}", seen.body);
    let steps = seen.body["timeline"].as_array().unwrap().iter();
    steps.map(|step| (step["what"].as_str().unwrap().to_owned(), step.clone())).collect()
}

fn names(steps: &[(String, Value)]) -> Vec<&str> {
    steps.iter().map(|(what, _)| what.as_str()).collect()
}

#[tokio::test]
async fn a_requester_hears_of_the_handler_and_of_no_leader_and_a_worker_not_of_their_marks() {
    let world = World::with_people().await;
    world.defines(&campus_kit::documents()).await;
    let story = told(&world).await;
    Streams::of(&world).await.publish(&story).await;
    shown(&world, 6).await;

    let student = timeline(&world.session("student-1").await).await;
    let without_leaders =
        ["case.accepted", "workorder.offered", "workorder.claimed", "case.answered"];
    assert_eq!(names(&student), without_leaders);
    assert!(student[0].1["actor"].is_null(), "who took it is nobody's name to publish");
    assert_eq!(student[2].1["actor"]["name"], "江水生 Jiang Shuisheng");
    assert_eq!(student[3].1["detail"], json!({ "cycle": 1, "at": at(1000), "solved": false }));
    for other in ["desk-1", "quality"] {
        let other = world.account(other).await.to_string();
        assert!(!json!(student).to_string().contains(&other), "{student:?}");
    }

    let plumber = timeline(&world.session("plumber-1").await).await;
    assert_eq!(plumber.len(), 6);
    let answer = &plumber[5].1;
    assert_eq!(
        (&answer["detail"]["solved"], &answer["detail"]["score"]),
        (&json!(false), &Value::Null)
    );
    assert!(answer["detail"]["attitude"].is_null(), "{answer}");
    assert_eq!(plumber[3].1["detail"]["post"], "logistics/section-chief");

    for login in ["quality", "director", "auditor"] {
        let all = timeline(&world.session(login).await).await;
        let answer = &all[5].1["detail"];
        assert_eq!((&answer["score"], &answer["attitude"]), (&json!(2), &json!(1)), "{login}");
    }
}

#[tokio::test]
async fn a_requester_is_not_told_who_took_the_call_or_whose_rung_it_is() {
    let world = World::with_people().await;
    let story = told(&world).await;
    Streams::of(&world).await.publish(&story).await;
    shown(&world, 6).await;
    let receiver = world.account("desk-1").await.to_string();
    {
        let mut told = world.others.told.state();
        let first_receiver = receiver.clone();
        told.case = Some(GetCaseResponse { first_receiver, ..GetCaseResponse::default() });
        let post = "logistics/section-chief".to_owned();
        let rungs = vec![Rung { post, ..Rung::default() }];
        let (first_rung, why) = (3, "pause".to_owned());
        let promises = vec![NumberedPromise { first_rung, why, ..NumberedPromise::default() }];
        told.clocks = vec![Clock { rungs, promises, ..Clock::default() }];
    }
    for (login, first_receiver, rungs, (rung, first_rung)) in [
        ("student-1", Value::Null, 0, (Value::Null, Value::Null)),
        ("plumber-1", json!(receiver), 1, (json!(2), json!(3))),
    ] {
        let person = world.session(login).await;
        let shown = person.get(PATH).await.body;
        assert_eq!(shown["details"]["first_receiver"], first_receiver, "{login}");
        assert_eq!(shown["case"]["rung"], rung, "{login}");
        let listed = person.get("/cases").await.body;
        assert_eq!(listed["cases"][0]["rung"], rung, "{login}");
        let explained = person.get(&format!("{PATH}/explain")).await.body;
        let clock = &explained["clocks"][0];
        assert_eq!(clock["rungs"].as_array().unwrap().len(), rungs, "{login}");
        assert_eq!(clock["promises"][0]["first_rung"], first_rung, "{login}");
        assert_eq!(clock["promises"][0]["why"], "pause", "{login} may know why it moved");
    }
}

#[tokio::test]
async fn what_comes_next_is_shown_with_the_completion_to_its_requester_too_as_far_as_dispatch_answers()
 {
    let world = World::with_people().await;
    let mut case = Case::new(1, Level::Internal);
    case.reporter = world.person("student-1").await;
    let offered = case.offered(Cycle::FIRST);
    let claimed = case.claimed(&offered);
    let work_order = claimed.work_order.to_string();
    let completed = WorkOrderCompletedV1 {
        work_order: claimed.work_order,
        offer: claimed.offer,
        cycle: claimed.cycle,
        department: claimed.department.clone(),
        by: claimed.by,
        at: at(30),
        next_steps: true,
    };
    let story = [
        case.tell(0, case.accepted()),
        case.tell(1, offered),
        case.tell(5, claimed),
        case.tell(30, completed),
    ];
    Streams::of(&world).await.publish(&story).await;
    shown(&world, 4).await;
    let student = world.session("student-1").await;
    let said = async || timeline(&student).await.pop().unwrap().1["detail"]["next_steps"].clone();
    assert_eq!(said().await, json!(true), "there is something, and dispatch is away");
    let text = "the paint follows on Monday".to_owned();
    world.others.told.state().next_steps = Some(vec![NextSteps { work_order, text }]);
    assert_eq!(said().await, json!("the paint follows on Monday"));
}
