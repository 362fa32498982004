//! Lists and timelines: what people see of what all services tell.

use std::time::{Duration, Instant};

use events::{
    intake::{CaseClosedV1, IntakeFact},
    words::{Cycle, End, Level, Service},
};
use proto::{
    delivery::v1::Head,
    escalation_timer::v1::{Clock, ClockState},
    intake::v1::{AcceptCaseResponse, CaseState, CaseSummary, GetCaseResponse},
    words::v1 as wire,
};
use serde_json::{Value, json};

use crate::{
    facts::{Case, Event, Streams, at, rung_fired, shown},
    world::{Person, World, id},
};

/// Another order each time, the same for the same seed.
fn shuffled(mut events: Vec<Event>, seed: u64) -> Vec<Event> {
    let mut state = seed;
    for last in (1..events.len()).rev() {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let other = usize::try_from(state >> 33).unwrap() % (last + 1);
        events.swap(last, other);
    }
    events
}

fn steps(case: &Value) -> Vec<String> {
    let steps = case["timeline"].as_array().unwrap().iter();
    steps.map(|step| step["what"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_timeline_is_in_order_though_events_come_shuffled_and_thrice() {
    let world = World::with_people().await;
    let streams = Streams::of(&world).await;
    let desk = world.session("desk-1").await;
    let mut total = 0;
    for seed in 1..=3 {
        let mut case = Case::new(u32::try_from(seed).unwrap(), Level::Internal);
        case.worker = world.account("plumber-1").await;
        let story = case.story();
        total += i64::try_from(story.len()).unwrap();
        let thrice = [story.clone(), story.clone(), story].concat();
        streams.publish(&shuffled(thrice, seed)).await;
        shown(&world, total).await;

        let seen = desk.get(&format!("/cases/{}", case.number)).await;
        assert_eq!(seen.status, 200, "{}", seen.body);
        assert_eq!(
            steps(&seen.body),
            [
                "case.accepted",
                "workorder.offered",
                "workorder.claimed",
                "case.rung-fired",
                "workorder.completed",
                "case.completed",
                "case.resolved",
                "case.judged",
                "case.reopened",
                "workorder.offered",
            ],
            "seed {seed}"
        );
        assert_eq!(seen.body["timeline"][2]["actor"]["name"], "江水生 Jiang Shuisheng");
        let on_board = &seen.body["case"];
        assert_eq!(
            (&on_board["state"], &on_board["cycle"], &on_board["urgency"], &on_board["rung"]),
            (&json!("open"), &json!(2), &json!("critical"), &json!(0))
        );
        assert_eq!(on_board["post"], "logistics/plumbing");
        assert!(on_board["holder"].is_null(), "the second cycle is not claimed yet");
    }
}

#[tokio::test]
async fn a_list_shows_each_what_they_may_see_and_no_more() {
    let world = World::with_people().await;
    let streams = Streams::of(&world).await;
    // 1: the student's own; 2: claimed by the plumber; 3: restricted, and told to the team leader;
    // 4: confidential, and taken by the counsellor.
    let mut own = Case::new(1, Level::Internal);
    own.reporter = world.person("student-1").await;
    let mut claimed = Case::new(2, Level::Internal);
    claimed.worker = world.account("plumber-1").await;
    let mut told = Case::new(3, Level::Restricted);
    let mut secret = Case::new(4, Level::Confidential);
    secret.first_receiver = world.account("counsellor").await;
    let offered = claimed.offered(Cycle::FIRST);
    let events = [
        own.tell(0, own.accepted()),
        claimed.tell(0, claimed.accepted()),
        claimed.tell(1, offered.clone()),
        claimed.tell(5, claimed.claimed(&offered)),
        told.tell(0, told.accepted()),
        told.tell(960, rung_fired(2, "logistics/section-chief")),
        secret.tell(0, secret.accepted()),
    ];
    streams.publish(&events).await;
    shown(&world, 7).await;
    who_sees_which(&world).await;
    filters_narrow(&world).await;

    let chief = world.session("section-chief").await;
    assert_eq!(chief.get("/cases/2026-09-000003").await.status, 200);
    assert_eq!(chief.get("/cases/2026-09-000002").await.refused(), (404, "case-unknown"));
    let read = "select count(*) from delivery.audit
                where action = 'case.read' and detail ->> 'for' = 'get-case'";
    assert_eq!(world.count(read).await, 1, "a restricted case leaves a trace when it is read");
    // The auditor twice and the counsellor see both, the dispatcher and the chief the restricted one.
    let listed = "select count(*) from delivery.audit
                  where action = 'case.read' and detail ->> 'for' = 'list-cases'";
    assert_eq!(world.count(listed).await, 8, "and each time that it is on a page of a list");
}

async fn who_sees_which(world: &World) {
    let sees = async |login: &str| {
        let person = world.session(login).await;
        numbers(&person, "").await
    };
    assert_eq!(sees("auditor").await, [4, 3, 2, 1]);
    assert_eq!(sees("counsellor").await, [4, 3, 2, 1]);
    assert_eq!(sees("dispatcher").await, [3, 2, 1]);
    assert_eq!(sees("desk-1").await, [2, 1]);
    assert_eq!(sees("plumber-1").await, [2]);
    assert_eq!(sees("carpenter").await, [2], "it lies in their department");
    assert_eq!(sees("section-chief").await, [3]);
    assert_eq!(sees("student-1").await, [1]);
    assert_eq!(sees("student-2").await, [0; 0]);
    assert_eq!(sees("admin").await, [0; 0]);
}

async fn filters_narrow(world: &World) {
    let auditor = world.session("auditor").await;
    assert_eq!(numbers(&auditor, "?department=logistics").await, [2]);
    assert_eq!(
        numbers(&auditor, "?place=dorm-7-302&urgency=urgent&state=open").await,
        [4, 3, 2, 1]
    );
    assert_eq!(numbers(&auditor, "?item=broken-door").await, [0; 0]);
    let plumber = world.session("plumber-1").await;
    assert_eq!(numbers(&plumber, "?mine=true").await, [2]);
}

/// The serial numbers of the cases that are listed, in order, page by page.
async fn numbers(person: &Person, query: &str) -> Vec<u32> {
    let (mut numbers, mut page) = (Vec::new(), String::new());
    loop {
        let divider = if query.is_empty() { '?' } else { '&' };
        let answer = person.get(&format!("/cases{query}{divider}limit=3{page}")).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        for case in answer.body["cases"].as_array().unwrap() {
            numbers.push(case["number"].as_str().unwrap()[8..].parse().unwrap());
        }
        match answer.body["next"].as_str() {
            Some(next) => page = format!("&page={next}"),
            None => break,
        }
    }
    numbers
}

#[tokio::test]
async fn a_case_that_was_entered_after_it_was_received_says_when_and_no_other_does() {
    let world = World::with_people().await;
    let desk = world.session("desk-1").await;
    let [mut paper, mut call] = [6, 7].map(|serial| Case::new(serial, Level::Internal));
    // The time of receipt is the number of the case.
    let (late, at_once) = (paper.accepted(), call.accepted());
    let (received, entered) = (at(6), at(360));
    let story = [paper.tell(360, late), call.tell(7, at_once)];
    Streams::of(&world).await.publish(&story).await;
    shown(&world, 2).await;
    let listed = desk.get("/cases").await.body;
    let alone = desk.get(&format!("/cases/{}", paper.number)).await.body;
    for seen in [&alone["case"], &listed["cases"][1]] {
        assert_eq!(seen["number"], paper.number);
        assert_eq!(seen["received_at"], received.to_string());
        assert_eq!(seen["entered_late_at"], entered.to_string());
    }
    assert_eq!(listed["cases"][0]["number"], call.number);
    assert_eq!(listed["cases"][0]["entered_late_at"], json!(null));
}

#[tokio::test]
async fn a_case_is_seen_before_its_events_arrive_and_explained_by_those_who_know() {
    let world = World::with_people().await;
    let desk = world.session("desk-1").await;
    let case = Case::new(5, Level::Internal);
    let summary = CaseSummary {
        id: case.key.to_string(),
        number: case.number.clone(),
        level: wire::Level::Internal.into(),
        state: CaseState::Open.into(),
        urgency: wire::Urgency::Urgent.into(),
        cycle: 1,
        entered_late_at: Some(prost_types::Timestamp { seconds: 1_788_225_300, nanos: 0 }),
        ..CaseSummary::default()
    };
    {
        let mut told = world.others.told.state();
        told.case = Some(GetCaseResponse {
            summary: Some(summary),
            text: "水从天花板下来".to_owned(),
            urgency_reason: "water runs".to_owned(),
            ..GetCaseResponse::default()
        });
        told.clocks =
            vec![Clock { state: ClockState::Running.into(), cycle: 1, ..Clock::default() }];
    }
    let seen = desk.get("/cases/2026-09-000005").await.body;
    assert_eq!((&seen["case"]["state"], &seen["timeline"]), (&json!("open"), &json!([])));
    assert_eq!(seen["case"]["entered_late_at"], "2026-09-01T01:15:00Z");
    assert_eq!(seen["details"]["text"], "水从天花板下来");

    let explained = desk.get("/cases/2026-09-000005/explain").await.body;
    assert_eq!(explained["urgency_reason"], "water runs");
    assert_eq!(explained["clocks"][0]["state"], "running");
    assert!(explained["clocks"][0]["subject"].is_null(), "a word that is not known here");
}

#[tokio::test]
async fn each_end_of_a_case_is_shown_by_its_name() {
    let world = World::with_people().await;
    let streams = Streams::of(&world).await;
    let desk = world.session("desk-1").await;
    let (mut cases, mut events) = (Vec::new(), Vec::new());
    for (serial, end) in (21..).zip(End::ALL.iter().copied()) {
        let mut case = Case::new(serial, Level::Internal);
        let closed = CaseClosedV1 { cycle: Cycle::FIRST, end, closed_at: at(1), by: None };
        events.extend([case.tell(0, case.accepted()), case.tell(1, IntakeFact::from(closed))]);
        cases.push((case.number, end.word()));
    }
    streams.publish(&events).await;
    shown(&world, i64::try_from(events.len()).unwrap()).await;
    for (number, end) in &cases {
        let shown = desk.get(&format!("/cases/{number}")).await.body["case"].clone();
        assert_eq!((&shown["state"], &shown["end"]), (&json!("closed"), &json!(end)), "{shown}");
    }
    let ends = [
        "closed-solved",
        "closed-unreachable",
        "closed-uncalled",
        "withdrawn",
        "duplicate",
        "not-ours",
        "refused",
        "test",
    ];
    assert_eq!(cases.iter().map(|(_, end)| *end).collect::<Vec<_>>(), ends);
}

#[tokio::test]
async fn people_read_their_own_writes() {
    let world = World::with_people().await;
    let streams = Streams::of(&world).await;
    let desk = world.session("desk-1").await;
    let mut case = Case::new(7, Level::Internal);
    world.others.told.state().accepted = AcceptCaseResponse {
        head: Some(Head { key: case.key.to_string(), sequence: 1 }),
        case_id: case.key.to_string(),
        number: case.number.clone(),
        ..AcceptCaseResponse::default()
    };
    let body = json!({ "item": "water-leak", "place": "dorm-7-302" });
    let accepted = desk.post("/cases", &body).await;
    assert_eq!(accepted.status, 201, "{}", accepted.body);
    let head = accepted.body["head"].as_str().unwrap();
    assert_eq!(head, format!("intake:{}:1", case.key));

    let event = case.tell(0, case.accepted());
    let (query, publishing) = (format!("?head={head}"), async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        streams.publish(&[event]).await;
    });
    let (listed, ()) = tokio::join!(numbers(&desk, &query), publishing);
    assert_eq!(listed, [7]);
}

#[tokio::test]
async fn what_is_never_told_is_waited_for_half_a_second_and_no_longer() {
    let world = World::with_people().await;
    let desk = world.session("desk-1").await;
    let begun = Instant::now();
    let listed = desk.get(&format!("/cases?head={}:{}:1", Service::Dispatch, id())).await;
    let took = begun.elapsed();
    assert_eq!((listed.status, &listed.body["cases"]), (200, &json!([])));
    assert!(took >= Duration::from_millis(490) && took < Duration::from_secs(5), "{took:?}");
    let wrong = desk.get("/cases?head=yesterday").await;
    assert_eq!(wrong.violations()[0].0, "head");
}

#[tokio::test]
async fn the_portal_s_own_dead_letters_are_listed_and_settled_over_http() {
    let world = World::with_people().await;
    let (admin, desk) = (world.session("admin").await, world.session("desk-1").await);
    let mut case = Case::new(9, Level::Internal);
    let dead = case.tell(0, case.accepted());
    keep_as_dead(&world, &dead).await;

    let letter = &admin.get("/dlq?service=portal").await.body["letters"][0];
    assert_eq!((&letter["service"], &letter["kind"]), (&json!("portal"), &json!("inbox")));
    assert_eq!(letter["type"], "intake.case.accepted.v1");
    assert_eq!(desk.get("/dlq?service=portal").await.refused(), (403, "not-permitted"));

    let id = letter["id"].as_str().unwrap();
    let shown = admin.get(&format!("/dlq/portal/{id}")).await;
    assert!(shown.body["envelope"].as_str().unwrap().contains(&case.key.to_string()));
    let drop = format!("/dlq/portal/{id}/drop");
    assert_eq!(admin.post(&drop, &json!({})).await.violations(), [("reason", "is missing")]);
    assert_eq!(admin.post(&drop, &json!({ "reason": "a test" })).await.status, 204);
    let replay = format!("/dlq/portal/{id}/replay");
    assert_eq!(admin.post(&replay, &json!({})).await.refused(), (404, "dead-letter-unknown"));
    let left = admin.get("/dlq").await.body;
    assert_eq!(left["letters"], json!([]));
    assert_eq!(left["silent"], json!(["callback-survey", "notification"]));
}

/// As the inbox does with an event that failed for its own fault five times.
async fn keep_as_dead(world: &World, Event { envelope, fact }: &Event) {
    sqlx::query(
        "insert into delivery.dead (event, key, source, sequence, stream, payload, tries, fault, at)
         values ($1, $2, 'intake', 1, 'INTAKE', $3, 5, 'at fault itself', '2026-09-01Z')",
    )
    .bind(envelope.id)
    .bind(envelope.key)
    .bind(events::encode(envelope, fact).unwrap())
    .execute(&world.pool())
    .await
    .unwrap();
}
