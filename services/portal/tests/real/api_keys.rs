//! Programs, and the keys by which they come.

use clock::Clock;
use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::world::{Person, World};

fn exchange() -> Value {
    let next_month = Clock::system().machine() + SignedDuration::from_hours(24 * 30);
    json!({ "name": "telephone-exchange", "roles": ["desk-assistant"], "expires_at": next_month })
}

async fn made(root: &Person, body: &Value) -> (String, String) {
    let made = root.post("/api-keys", body).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let text = |field: &str| made.body[field].as_str().unwrap().to_owned();
    (text("id"), text("key"))
}

#[tokio::test]
async fn a_program_acts_by_its_key_as_an_account_of_its_own_until_it_is_revoked() {
    let world = World::start().await;
    let root = world.session("root").await;
    let (id, key) = made(&root, &exchange()).await;

    let program = world.bearer(Some(&key));
    let me = program.get("/me").await;
    assert_eq!((&me.body["id"], &me.body["name"]), (&json!(id), &json!("telephone-exchange")));
    assert_eq!(me.body["level"], "internal");
    let withdrawn = program.post("/cases/2026-09-000001/withdraw", &json!({})).await;
    assert_eq!(withdrawn.status, 200, "{}", withdrawn.body);
    let by = world.others.told.state().commands[0].by.clone();
    assert_eq!(by.principal.to_string(), format!("account:{id}"));

    let revoke = async |under| root.delete_under(under, &format!("/api-keys/{id}")).await.status;
    assert_eq!(revoke("now").await, 204);
    assert_eq!(revoke("to-be-sure").await, 204);
    assert_eq!(program.get("/me").await.refused(), (401, "api-key-revoked"));
    let listed = root.get("/api-keys").await.body;
    assert!(listed["api_keys"][0]["revoked_at"].is_string(), "{listed}");
    assert_eq!(
        world.count("select count(*) from delivery.audit where action like 'api-key.%'").await,
        3
    );
}

#[tokio::test]
async fn a_key_expires() {
    let world = World::start().await;
    let root = world.session("root").await;
    let (_, key) = made(&root, &exchange()).await;
    world.tamper("update portal.api_key set expires_at = created_at").await;
    assert_eq!(world.bearer(Some(&key)).get("/me").await.refused(), (401, "api-key-expired"));
}

#[tokio::test]
async fn a_repeated_command_makes_no_second_key_and_does_not_tell_the_secret_again() {
    let world = World::start().await;
    let root = world.session("root").await;
    let wanted = exchange();
    let first = root.post_under("once", "/api-keys", &wanted).await;
    let again = root.post_under("once", "/api-keys", &wanted).await;
    assert_eq!((again.status, &again.body["id"]), (201, &first.body["id"]));
    assert!(first.body["key"].is_string() && again.body["key"].is_null());

    let mut other = exchange();
    other["name"] = json!("another");
    let reused = root.post_under("once", "/api-keys", &other).await;
    assert_eq!(reused.refused(), (409, "idempotency-key-reused"));
    let taken = root.post("/api-keys", &exchange()).await;
    assert_eq!(taken.refused(), (409, "api-key-name-taken"));
}

#[tokio::test]
async fn a_repeated_revocation_is_answered_as_before_and_revokes_no_other_key() {
    let world = World::start().await;
    let root = world.session("root").await;
    let (first, _) = made(&root, &exchange()).await;
    let mut other = exchange();
    other["name"] = json!("another");
    let (other, key) = made(&root, &other).await;
    let revoke = async |id: &str| root.delete_under("once", &format!("/api-keys/{id}")).await;
    assert_eq!(revoke(&first).await.status, 204);
    assert_eq!(revoke(&first).await.status, 204);
    let revocations = "select count(*) from delivery.audit where action = 'api-key.revoke'";
    assert_eq!(world.count(revocations).await, 1);

    assert_eq!(revoke(&other).await.refused(), (409, "idempotency-key-reused"));
    assert_eq!(world.bearer(Some(&key)).get("/me").await.status, 200);
}

#[tokio::test]
async fn a_key_that_may_not_be_is_refused_by_its_field() {
    let world = World::start().await;
    let root = world.session("root").await;
    for (field, value) in [
        ("name", json!("Telephone Exchange")),
        ("roles", json!([])),
        ("roles", json!(["service"])),
        ("expires_at", json!("2020-01-01T00:00:00Z")),
        ("expires_at", json!("2126-01-01T00:00:00Z")),
        ("expires_at", json!("2027-01-01T00:00:00")),
    ] {
        let mut body = exchange();
        body[field] = value.clone();
        let answer = root.post("/api-keys", &body).await;
        assert_eq!(answer.violations()[0].0, field, "{value}: {}", answer.body);
    }
    let people = World::with_people().await;
    let desk = people.session("desk-1").await;
    assert_eq!(desk.post("/api-keys", &exchange()).await.refused(), (403, "not-permitted"));
    assert_eq!(desk.get("/api-keys").await.refused(), (403, "not-permitted"));
}
