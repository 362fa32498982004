//! What others reported before, as the desk is shown it.

use delivery_rpc::timestamp;
use jiff::Timestamp;
use proto::{
    delivery::v1::Head,
    intake::v1::{AcceptCaseResponse, CaseState, CaseSummary, SimilarCase},
    words::v1::{Commitment, Promise, Urgency},
};
use serde_json::json;

use crate::world::{World, id};

fn instant(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// An incident of which two persons called.
fn similar(case: &str) -> SimilarCase {
    let promise = Promise {
        commitment: Commitment::Complete.into(),
        due: Some(timestamp(instant("2026-09-02T00:00:00Z"))),
        provisional: false,
    };
    let summary = CaseSummary {
        id: case.to_owned(),
        number: "2026-09-000001".to_owned(),
        item: "water-leak".to_owned(),
        place: "dorm-7-302".to_owned(),
        urgency: Urgency::Urgent.into(),
        state: CaseState::Open.into(),
        received_at: Some(timestamp(instant("2026-09-01T00:00:00Z"))),
        promise: Some(promise),
        ..CaseSummary::default()
    };
    SimilarCase { summary: Some(summary), reporters: 2, incident: true }
}

#[tokio::test]
async fn similar_cases_are_shown_before_one_is_opened_and_beside_the_one_that_was() {
    let world = World::with_people().await;
    let desk = world.session("desk-1").await;
    let [case, new] = [id().to_string(), id().to_string()];
    {
        let mut state = world.others.told.state();
        state.similar = Some(vec![similar(&case)]);
        state.accepted = AcceptCaseResponse {
            head: Some(Head { key: new.clone(), sequence: 1 }),
            case_id: new.clone(),
            number: "2026-09-000002".to_owned(),
            place: "dorm-7-f3".to_owned(),
            ..AcceptCaseResponse::default()
        };
    }
    let shown = json!([{
        "id": case, "number": "2026-09-000001", "place": "dorm-7-302", "state": "open",
        "urgency": "urgent", "received_at": "2026-09-01T00:00:00Z", "reporters": 2,
        "due": "2026-09-02T00:00:00Z", "incident": true,
    }]);
    let found = desk.get("/cases/similar?item=water-leak&place=dorm-7-302").await;
    assert_eq!((found.status, &found.body["cases"]), (200, &shown));
    let accepted =
        desk.post("/cases", &json!({ "item": "water-leak", "campus_phone": "cp" })).await;
    assert_eq!((accepted.status, &accepted.body["similar"]), (201, &shown));
    let state = world.others.told.state();
    let asked: Vec<_> =
        state.similar_to.iter().map(|one| [&*one.item, &*one.place, &*one.before]).collect();
    assert_eq!(
        asked,
        [["water-leak", "dorm-7-302", ""], ["water-leak", "dorm-7-f3", new.as_str()]],
        "at the place that the phone told, and of what came before it"
    );
}

#[tokio::test]
async fn a_case_is_accepted_though_nobody_can_say_what_is_similar() {
    let world = World::with_people().await;
    let desk = world.session("desk-1").await;
    world.others.told.state().accepted =
        AcceptCaseResponse { case_id: id().to_string(), ..AcceptCaseResponse::default() };
    let accepted = desk.post("/cases", &json!({ "item": "water-leak", "place": "dorm-7" })).await;
    assert_eq!((accepted.status, accepted.body.get("similar")), (201, None));
    assert_eq!(world.others.told.state().similar_to.len(), 1);
}
