//! What is refused at the border, and how that looks.

use reqwest::Method;
use rpc::{Code, Error};
use serde_json::json;

use crate::world::{World, send};

#[tokio::test]
async fn a_refusal_of_another_service_arrives_with_its_reason_and_violations() {
    let world = World::with_people().await;
    let desk = world.session("desk-1").await;
    let refusal = Error::new(Code::InvalidArgument, "case-invalid", "the case has 1 mistake")
        .violating("place", "`dorm-8` is no place");
    world.others.told.state().refusal = Some(refusal);
    let answer = desk.post("/cases", &json!({ "item": "water-leak", "place": "dorm-8" })).await;
    assert_eq!(answer.refused(), (400, "case-invalid"));
    insta::assert_yaml_snapshot!(answer.body, @r#"
    detail: the case has 1 mistake
    reason: case-invalid
    status: 400
    title: The request is not valid
    type: "about:blank"
    violations:
      - description: "`dorm-8` is no place"
        field: place
    "#);
}

#[tokio::test]
async fn a_body_is_refused_by_the_field_that_is_wrong() {
    let world = World::with_people().await;
    let desk = world.session("desk-1").await;
    let case = async |body| {
        let answer = desk.post("/cases", &body).await;
        assert_eq!(answer.refused(), (400, "request-invalid"));
        let (field, description) = answer.violations()[0];
        format!("{field}: {description}")
    };
    let wrong = [
        case(json!({ "item": "water-leak", "palce": "dorm-3" })).await,
        case(json!({ "place": "dorm-3" })).await,
        case(json!({ "item": "water-leak", "caller": { "phon": "1" } })).await,
        case(json!({ "item": "water-leak", "people": "many" })).await,
        case(json!({ "item": "water-leak", "channel": "telex" })).await,
        case(json!({ "item": "water-leak", "received_at": "2026-09-01T08:00:00" })).await,
    ];
    insta::assert_snapshot!(wrong.join("\n"), @r#"
    palce: unknown field `palce`, expected one of `kind`, `channel`, `campus_phone`, `item`, `place`, `text`, `caller`, `on_behalf_of`, `asset`, `people`, `vulnerable`, `received_at`, `linked_to`
    item: is missing
    caller.phon: unknown field `phon`, expected one of `id`, `name`, `phone`, `mail`, `number`
    people: invalid type: string "many", expected u32
    channel: unknown variant `telex`, expected one of `hotline`, `campus-phone`, `department-phone`, `counter`, `web`, `wechat`, `mail`, `kiosk`, `inspection`, `partner-system`
    received_at: `2026-09-01T08:00:00` has no offset from UTC: write `2026-09-01T08:00:00+08:00`, or end it with `Z`
    "#);

    let state = desk.get("/cases?state=late").await;
    assert_eq!(state.violations(), [("state", "must be one of open, resolved, closed")]);
    let unknown = desk.get("/cases?stat=open").await;
    assert_eq!(unknown.violations()[0].0, "stat");
    let limit = desk.get("/cases?limit=all").await;
    assert_eq!(limit.violations()[0].0, "limit");
    for wrong in ["-1", "all", "", "99999999999"] {
        let limit = desk.get(&format!("/cases?limit={wrong}")).await;
        assert_eq!(limit.violations()[0].1, "must be a whole number, 1 to 200", "{wrong}");
    }
}

#[tokio::test]
async fn a_body_that_is_no_json_or_too_large_is_refused() {
    let world = World::with_people().await;
    let desk = world.session("desk-1").await;
    let post = async |body: String| {
        let request = desk.request(Method::POST, "/cases").header("Idempotency-Key", "1");
        send(request.header("Content-Type", "application/json").body(body)).await
    };
    assert_eq!(post("{".to_owned()).await.refused(), (400, "json-malformed"));
    assert_eq!(
        post(r#"{ "item": "water-leak" } {}"#.to_owned()).await.refused(),
        (400, "json-malformed")
    );
    let novel = json!({ "item": "water-leak", "text": "水".repeat(400_000) }).to_string();
    assert_eq!(post(novel).await.refused(), (413, "body-too-large"));
}

#[tokio::test]
async fn a_command_needs_an_idempotency_key_and_hands_it_on() {
    let world = World::with_people().await;
    let desk = world.session("desk-1").await;
    let body = json!({ "reason": "found it myself" });
    let path = "/cases/2026-09-000123/withdraw";
    let without = send(desk.request(Method::POST, path).json(&body)).await;
    assert_eq!(without.refused(), (400, "idempotency-key-missing"));
    for (method, path) in [
        (Method::POST, "/logout"),
        (Method::PUT, "/me/password"),
        (Method::DELETE, "/api-keys/00000000-0000-0000-0000-000000000000"),
    ] {
        let without = send(desk.request(method, path)).await;
        assert_eq!(without.refused(), (400, "idempotency-key-missing"), "{path}");
    }
    let two_words = desk.post_under("two words", path, &body).await;
    assert_eq!(two_words.refused(), (400, "idempotency-key-malformed"));

    let withdrawn = desk.post_under("my-intention", path, &body).await;
    assert_eq!(withdrawn.status, 200, "{}", withdrawn.body);
    let account = world.account("desk-1").await;
    let told = world.others.told.state();
    let command = told.commands.last().unwrap();
    assert_eq!((command.name, &*command.key), ("withdraw", "my-intention"));
    assert_eq!(command.by.principal.account(), Some(account));
}

#[tokio::test]
async fn what_is_not_there_is_refused_as_a_problem_too() {
    let world = World::with_people().await;
    let desk = world.session("desk-1").await;
    assert_eq!(desk.get("/kitchen").await.refused(), (404, "route-unknown"));
    assert_eq!(desk.get("/login").await.refused(), (405, "method-not-allowed"));
    assert_eq!(desk.get("/cases/2026-09-000123").await.refused(), (404, "case-unknown"));
    assert_eq!(desk.get("/cases/kitchen").await.violations()[0].0, "case");
    let claim = desk.post("/work-orders/1/claim", &json!({})).await;
    assert_eq!(claim.refused(), (404, "no-such-work-order"));
    assert_eq!(desk.get("/dlq/kitchen/1").await.refused(), (404, "service-unknown"));
}

#[tokio::test]
async fn a_service_that_does_not_answer_is_named_and_nothing_else_stops() {
    let world = World::with_people().await;
    let desk = world.session("desk-1").await;
    let next = desk.get("/callbacks/next").await;
    assert_eq!(next.refused(), (503, "service-unreachable"));
    assert_eq!(next.body["detail"], "callback-survey does not answer");
    assert_eq!(desk.get("/cases").await.status, 200);
}

#[tokio::test]
async fn the_description_is_served_to_everybody() {
    let world = World::start().await;
    let described = world.stranger().get("/openapi.json").await;
    assert_eq!(described.status, 200);
    assert_eq!(described.body, portal::openapi().unwrap());
    assert_eq!(world.stranger().get_root("/openapi.json").await.body, described.body);
}
