//! Cases that more than one post works on, as lists show them.

use clock::Id;
use events::{
    dispatch::{
        Merged, Split, WorkOrderCancelledV1, WorkOrderCompletedV1, WorkOrderHeldV1,
        WorkOrderOfferedV1,
    },
    words::{Cycle, HoldReason, Level},
};
use serde_json::{Value, json};

use crate::{
    facts::{Case, Streams, at, shown},
    world::{Person, World, id},
};

/// A part that the caretakers are offered of what the plumbers have.
fn part(case: &Case, of: &WorkOrderOfferedV1) -> WorkOrderOfferedV1 {
    WorkOrderOfferedV1 {
        work_order: Id::from_uuid(id()),
        department: "housing".parse().unwrap(),
        post: "housing/caretakers".parse().unwrap(),
        offered_at: at(6),
        split: Some(Split { from: of.work_order, by: case.worker }),
        ..case.offered(Cycle::FIRST)
    }
}

fn completed(case: &Case, offered: &WorkOrderOfferedV1) -> WorkOrderCompletedV1 {
    let WorkOrderOfferedV1 { work_order, offer, cycle, department, .. } = offered.clone();
    let (by, at, next_steps) = (case.worker, at(30), false);
    WorkOrderCompletedV1 { work_order, offer, cycle, department, by, at, next_steps }
}

/// The first case that somebody is listed.
async fn listed(person: &Person, query: &str) -> Value {
    person.get(&format!("/cases{query}")).await.body["cases"][0].clone()
}

fn posts(case: &Value) -> Vec<&str> {
    let parts = case["parts"].as_array().map(Vec::as_slice).unwrap_or_default();
    parts.iter().map(|part| part["post"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn each_open_part_is_shown_with_who_has_it_and_what_one_does_changes_no_other() {
    let world = World::with_people().await;
    let streams = Streams::of(&world).await;
    let auditor = world.session("auditor").await;
    let mut case = Case::new(1, Level::Internal);
    case.worker = world.account("plumber-1").await;
    let first = case.offered(Cycle::FIRST);
    let second = part(&case, &first);
    let WorkOrderOfferedV1 { work_order, offer, cycle, department, .. } = second.clone();
    let by = world.account("caretaker").await;
    let mut claimed = case.claimed(&second);
    claimed.by = by;
    let reason = HoldReason::Parts;
    let held = WorkOrderHeldV1 {
        work_order,
        offer,
        cycle,
        department,
        by,
        reason,
        visit_at: None,
        at: at(9),
    };
    streams
        .publish(&[
            case.tell(0, case.accepted()),
            case.tell(1, first.clone()),
            case.tell(5, case.claimed(&first)),
            case.tell(6, second.clone()),
            case.tell(8, claimed),
            case.tell(9, held),
        ])
        .await;
    shown(&world, 6).await;
    let both = listed(&auditor, "").await;
    assert_eq!((&both["post"], &both["work"]), (&json!("logistics/plumbing"), &json!("claimed")));
    assert!(both["held_for"].is_null(), "that is the other part");
    assert_eq!(posts(&both), ["logistics/plumbing", "housing/caretakers"]);
    assert_eq!(both["parts"][1]["held_for"], "parts");
    assert!(both["parts"][1]["holder"]["name"].is_string());
    for query in ["?department=logistics", "?department=housing"] {
        assert_eq!(listed(&auditor, query).await["number"], both["number"], "{query}");
    }
    for login in ["plumber-1", "caretaker"] {
        let mine = listed(&world.session(login).await, "?mine=true").await;
        assert_eq!(mine["number"], both["number"], "{login}");
    }

    streams.publish(&[case.tell(30, completed(&case, &first))]).await;
    shown(&world, 7).await;
    let rest = listed(&auditor, "").await;
    assert_eq!((&rest["post"], &rest["held_for"]), (&json!("housing/caretakers"), &json!("parts")));
    assert!(posts(&rest).is_empty(), "one post has it");
    assert!(listed(&auditor, "?department=logistics").await.is_null());

    streams.publish(&[case.tell(31, completed(&case, &second))]).await;
    shown(&world, 8).await;
    let done = listed(&auditor, "").await;
    assert_eq!((&done["post"], &done["work"]), (&json!("logistics/plumbing"), &json!("completed")));
}

#[tokio::test]
async fn who_reported_it_reads_who_has_it_where_their_department_publishes_that_and_staff_always() {
    let world = World::with_people().await;
    let streams = Streams::of(&world).await;
    let mut case = Case::new(1, Level::Internal);
    case.reporter = world.person("student-1").await;
    case.worker = world.account("plumber-1").await;
    let first = case.offered(Cycle::FIRST);
    let second = part(&case, &first);
    let mut claimed = case.claimed(&second);
    claimed.by = world.account("caretaker").await;
    streams
        .publish(&[
            case.tell(0, case.accepted()),
            case.tell(1, first.clone()),
            case.tell(5, case.claimed(&first)),
            case.tell(6, second.clone()),
            case.tell(8, claimed),
        ])
        .await;
    shown(&world, 5).await;
    let [student, auditor] = [world.session("student-1").await, world.session("auditor").await];
    let path = format!("/cases/{}", case.number);
    let nobody = [(); 5].map(|()| Value::Null);
    let plumber = json!("江水生 Jiang Shuisheng");
    let seen = auditor.get(&path).await.body;
    let all = names(&seen["case"], &seen["timeline"]);
    assert!(all.iter().all(Value::is_string), "{seen}");
    assert_eq!(names(&listed(&auditor, "").await, &Value::Null)[..3], all[..3]);

    // Before it is known what a department publishes it publishes nobody.
    let seen = student.get(&path).await.body;
    assert_eq!(names(&seen["case"], &seen["timeline"]), nobody);
    assert!(!seen.to_string().contains(&case.worker.to_string()), "{seen}");
    world.defines(&campus_kit::documents()).await;
    let logistics_alone = [plumber.clone(), plumber.clone(), Value::Null, plumber, Value::Null];
    let seen = student.get(&path).await.body;
    assert_eq!(names(&seen["case"], &seen["timeline"]), logistics_alone);
    let on_list = listed(&student, "").await;
    assert_eq!(names(&on_list, &Value::Null)[..3], logistics_alone[..3]);
}

/// Who has a case, who has its parts, and who claimed them, as far as they are named.
fn names(case: &Value, timeline: &Value) -> [Value; 5] {
    let steps = timeline.as_array().map(Vec::as_slice).unwrap_or_default().iter();
    let mut claims = steps.filter(|step| step["what"] == "workorder.claimed");
    let mut claimed =
        || claims.next().map(|step| step["actor"]["name"].clone()).unwrap_or_default();
    let holder = |part: &Value| part["holder"]["name"].clone();
    let [first, second] = [&case["parts"][0], &case["parts"][1]].map(holder);
    [holder(case), first, second, claimed(), claimed()]
}

#[tokio::test]
async fn what_was_merged_is_gone_and_what_it_went_into_stays_as_it_is() {
    let world = World::with_people().await;
    let streams = Streams::of(&world).await;
    let auditor = world.session("auditor").await;
    let mut case = Case::new(1, Level::Internal);
    case.worker = world.account("plumber-1").await;
    let first = case.offered(Cycle::FIRST);
    let second = part(&case, &first);
    let merged = WorkOrderCancelledV1 {
        work_order: second.work_order,
        cycle: second.cycle,
        department: second.department.clone(),
        at: at(10),
        merged: Some(Merged { into: first.work_order, by: case.worker }),
    };
    streams
        .publish(&[
            case.tell(0, case.accepted()),
            case.tell(1, first.clone()),
            case.tell(5, case.claimed(&first)),
            case.tell(6, second),
            case.tell(10, merged),
        ])
        .await;
    shown(&world, 5).await;
    let one = listed(&auditor, "").await;
    assert_eq!((&one["post"], &one["work"]), (&json!("logistics/plumbing"), &json!("claimed")));
    assert!(posts(&one).is_empty());
    let shown = auditor.get(&format!("/cases/{}", case.number)).await.body;
    let step = shown["timeline"].as_array().unwrap().last().unwrap().clone();
    assert_eq!(
        (&step["what"], &step["actor"]["id"]),
        (&json!("workorder.cancelled"), &json!(case.worker.to_string()))
    );
}

#[tokio::test]
async fn a_work_order_that_was_offered_under_an_earlier_release_goes_on_where_its_case_shows_it() {
    let world = World::with_people().await;
    let streams = Streams::of(&world).await;
    let auditor = world.session("auditor").await;
    let mut case = Case::new(1, Level::Internal);
    let first = case.offered(Cycle::FIRST);
    streams.publish(&[case.tell(0, case.accepted()), case.tell(1, first.clone())]).await;
    shown(&world, 2).await;
    // Of which that release kept no row.
    world.tamper("delete from portal.board_order").await;
    streams.publish(&[case.tell(5, case.claimed(&first))]).await;
    shown(&world, 3).await;
    let taken = listed(&auditor, "").await;
    assert_eq!((&taken["post"], &taken["work"]), (&json!("logistics/plumbing"), &json!("claimed")));
    assert_eq!(taken["holder"]["id"], case.worker.to_string());
}
