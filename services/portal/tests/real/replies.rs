//! Answers to whoever reported a case: who reads them, and to whom one is still owed.

use clock::{Id, TimerId};
use events::{
    escalation::{ArmedV1, ClockStoppedV1},
    words::{Commitment, Cycle, Level, Subject},
};
use proto::intake::v1::{GetCaseResponse, Reply};
use serde_json::{Value, json};

use crate::{
    facts::{Case, Event, Streams, at, shown},
    world::{Person, World, id},
};

/// Whoever reported it is promised an answer.
fn promised(case: &mut Case, timer: TimerId, due: i64) -> Event {
    promised_in(Cycle::FIRST, case, timer, due)
}

fn promised_in(cycle: Cycle, case: &mut Case, timer: TimerId, due: i64) -> Event {
    let armed = ArmedV1 {
        timer,
        subject: Subject::Case,
        commitment: Commitment::FollowUp,
        cycle,
        promise: 1,
        due: at(due),
        provisional: false,
        first_rung: 1,
    };
    case.tell(10, armed)
}

/// They have it.
fn kept(case: &mut Case, timer: TimerId) -> Event {
    let stopped = ClockStoppedV1 {
        timer,
        subject: Subject::Case,
        commitment: Commitment::FollowUp,
        cycle: Cycle::FIRST,
        at: at(20),
        on_time: Some(true),
        corrects: None,
    };
    case.tell(20, stopped)
}

/// The cases that are owed an answer, page by page, and until when.
async fn owed(person: &Person) -> Vec<(String, String)> {
    let (mut owed, mut page) = (Vec::new(), String::new());
    loop {
        let answer = person.get(&format!("/cases?follow_ups=true&limit=1{page}")).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let cases = answer.body["cases"].as_array().unwrap().iter();
        owed.extend(cases.map(|case| (text(&case["number"]), text(&case["follow_up_due"]))));
        match answer.body["next"].as_str() {
            Some(next) => page = format!("&page={next}"),
            None => return owed,
        }
    }
}

#[tokio::test]
async fn who_may_see_a_case_sees_that_an_answer_is_owed_the_next_due_first_until_it_is_given() {
    let world = World::with_people().await;
    let streams = Streams::of(&world).await;
    let [mut early, mut late, mut secret, mut idle] =
        [(1, Level::Internal), (2, Level::Internal), (3, Level::Restricted), (4, Level::Internal)]
            .map(|(serial, level)| Case::new(serial, level));
    let timers = [(); 3].map(|()| Id::from_uuid(id()));
    let events = [
        early.tell(0, early.accepted()),
        late.tell(0, late.accepted()),
        secret.tell(0, secret.accepted()),
        idle.tell(0, idle.accepted()),
        promised(&mut late, timers[0], 300),
        promised(&mut early, timers[1], 200),
        promised(&mut secret, timers[2], 100),
    ];
    streams.publish(&events).await;
    shown(&world, 7).await;
    let [desk, counsellor] = [world.session("desk-1").await, world.session("counsellor").await];
    let of = |case: &Case, due| (case.number.clone(), at(due).to_string());
    let by_desk = [of(&early, 200), of(&late, 300)];
    assert_eq!(owed(&desk).await, by_desk);
    let by_counsellor = [vec![of(&secret, 100)], by_desk.to_vec()].concat();
    assert_eq!(owed(&counsellor).await, by_counsellor);

    // An answer for now keeps the one before, and promises the next.
    let next = [
        kept(&mut early, timers[1]),
        promised(&mut early, Id::from_uuid(id()), 400),
        kept(&mut late, timers[0]),
    ];
    streams.publish(&next).await;
    shown(&world, 10).await;
    assert_eq!(owed(&desk).await, [of(&early, 400)]);
    let narrowed = desk.get("/cases?follow_ups=true&state=open").await;
    assert_eq!(narrowed.violations()[0].0, "follow_ups");
}

#[tokio::test]
async fn an_answer_of_a_cycle_is_owed_in_it_alone_however_late_its_clock_is_heard_of() {
    let world = World::with_people().await;
    let streams = Streams::of(&world).await;
    let desk = world.session("desk-1").await;
    let second = Cycle::FIRST.next();
    let mut case = Case::new(6, Level::Internal);
    let [first, next] = [(); 2].map(|()| Id::from_uuid(id()));
    let mut events = vec![case.tell(0, case.accepted()), promised(&mut case, first, 200)];
    events.push(case.tell(5, case.reopened()));
    streams.publish(&events).await;
    shown(&world, 3).await;
    assert!(owed(&desk).await.is_empty(), "that was the first cycle's");
    streams.publish(&[promised_in(second, &mut case, next, 300)]).await;
    shown(&world, 4).await;
    let owed_now = [(case.number.clone(), at(300).to_string())];
    assert_eq!(owed(&desk).await, owed_now);
    let late = [promised(&mut case, first, 250), kept(&mut case, first)];
    streams.publish(&late).await;
    shown(&world, 6).await;
    assert_eq!(owed(&desk).await, owed_now);
}

#[tokio::test]
async fn a_requester_reads_whose_answer_it_is_and_staff_who_gave_it() {
    let world = World::with_people().await;
    let streams = Streams::of(&world).await;
    let mut case = Case::new(5, Level::Internal);
    case.reporter = world.person("student-1").await;
    streams.publish(&[case.tell(0, case.accepted())]).await;
    shown(&world, 1).await;
    let account = world.account("desk-1").await.to_string();
    let (department, text) = ("hall".to_owned(), "带学生证来".to_owned());
    let reply = Reply { department, account, text, ..Reply::default() };
    let known = GetCaseResponse { replies: vec![reply], ..GetCaseResponse::default() };
    world.others.told.state().case = Some(known);
    for (who, by) in [("student-1", json!(null)), ("desk-1", json!("安小台 An Xiaotai"))] {
        let shown = world.session(who).await.get("/cases/2026-09-000005").await.body;
        let answer = &shown["details"]["replies"][0];
        assert_eq!(
            (&answer["text"], &answer["department"]),
            (&json!("带学生证来"), &json!("hall"))
        );
        assert_eq!(answer["by"]["name"], by, "{who}");
    }
}
