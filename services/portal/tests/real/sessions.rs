//! Logging in, and what a token is worth.

use std::time::Instant;

use clock::Clock;
use serde_json::json;

use crate::world::{PASSWORD, World, send};

#[tokio::test]
async fn who_logs_in_is_known_until_they_log_out() {
    let world = World::start().await;
    world.give_password("root").await;
    let root = world.login("root").await;
    let me = root.get("/me").await;
    assert_eq!(me.status, 200, "{}", me.body);
    assert_eq!(me.body["account"], "root");
    assert_eq!(me.body["roles"], json!(["system-administrator"]));

    let logout = root.post("/logout", &json!({})).await;
    assert_eq!(logout.status, 204, "{}", logout.body);
    assert_eq!(root.get("/me").await.refused(), (401, "session-unknown"));
}

#[tokio::test]
async fn who_logs_in_is_told_the_campus_s_time_zone_as_soon_as_its_calendars_are_known() {
    let world = World::start().await;
    world.give_password("root").await;
    let zone = async || {
        let body = json!({ "account": "root", "password": PASSWORD });
        let answer = world.stranger().post("/login", &body).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.body["zone"].clone()
    };
    assert_eq!(zone().await, json!(null));
    world.defines(&campus_kit::documents()).await;
    assert_eq!(zone().await, json!("Asia/Shanghai"));
}

#[tokio::test]
async fn the_first_administrator_is_made_once() {
    let world = World::start().await;
    let make = || {
        let clock = Clock::system();
        let pool = world.database.pool();
        async move { portal::create_administrator(&pool, &clock, "first", PASSWORD.into()).await }
    };
    let account = make().await.unwrap();
    assert_eq!(world.account("first").await, account);
    world.login("first").await;
    let again = make().await.unwrap_err().to_string();
    assert_eq!(again, "there is an account `first` already: log in with it");
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_account_are_refused_alike_in_words_and_in_effort() {
    let world = World::start().await;
    world.give_password("root").await;
    let attempt = async |account: &str, password: &str| {
        let begun = Instant::now();
        let body = json!({ "account": account, "password": password });
        (world.stranger().post("/login", &body).await, begun.elapsed())
    };
    let (wrong, usual) = attempt("root", "open the window").await;
    let (unknown, took) = attempt("nobody", PASSWORD).await;
    assert_eq!(wrong.refused(), (401, "login-refused"));
    assert_eq!(wrong.body, unknown.body);
    assert!(took > usual / 3, "an unknown account is told by its speed: {took:?} to {usual:?}");
}

#[tokio::test]
async fn a_session_expires_however_much_it_is_used() {
    let world = World::start().await;
    let root = world.session("root").await;
    assert_eq!(root.get("/me").await.status, 200);
    world.tamper("update portal.session set expires_at = '2026-01-02Z'").await;
    assert_eq!(root.get("/me").await.refused(), (401, "session-expired"));
}

#[tokio::test]
async fn without_a_token_of_ours_nothing_is_answered() {
    let world = World::start().await;
    let nobody = world.stranger().get("/cases").await;
    assert_eq!(nobody.refused(), (401, "token-missing"));
    for (token, reason) in [
        ("letmein".to_owned(), "token-malformed"),
        (format!("yzs_{}", "0".repeat(64)), "session-unknown"),
        (format!("yzk_{}", "0".repeat(64)), "api-key-unknown"),
    ] {
        let answer = world.bearer(Some(&token)).get("/cases").await;
        assert_eq!(answer.refused(), (401, reason));
    }
    let basic =
        world.stranger().request(reqwest::Method::GET, "/cases").basic_auth("root", Some("x"));
    assert_eq!(send(basic).await.refused(), (401, "token-malformed"));
}

#[tokio::test]
async fn a_changed_password_ends_the_other_sessions_and_counts_from_then_on() {
    let world = World::with_people().await;
    world.give_password("desk-1").await;
    let here = world.login("desk-1").await;
    let there = world.session("desk-1").await;

    let change = async |current: &str, new: &str| {
        let body = json!({ "current": current, "new": new });
        here.put_under("once", "/me/password", &body).await
    };
    let wrong = change("guess", "a better one").await;
    assert_eq!(wrong.refused(), (403, "password-wrong"));
    let short = change(PASSWORD, "short").await;
    assert_eq!(short.violations(), [("new", "must have 8 to 256 characters")]);
    let changed = change(PASSWORD, "a better one").await;
    assert_eq!(changed.status, 204, "{}", changed.body);

    assert_eq!(here.get("/me").await.status, 200);
    assert_eq!(there.get("/me").await.refused(), (401, "session-unknown"));
    let login = |password| json!({ "account": "desk-1", "password": password });
    let old = world.stranger().post("/login", &login(PASSWORD)).await;
    assert_eq!(old.refused(), (401, "login-refused"));
    assert_eq!(world.stranger().post("/login", &login("a better one")).await.status, 200);
}

#[tokio::test]
async fn a_repeated_change_of_the_password_is_answered_as_before_and_another_one_is_refused() {
    let world = World::with_people().await;
    world.give_password("desk-1").await;
    let desk = world.session("desk-1").await;
    let change = async |current: &str, new: &str| {
        let body = json!({ "current": current, "new": new });
        desk.put_under("once", "/me/password", &body).await
    };
    assert_eq!(change(PASSWORD, "a better one").await.status, 204);
    let elsewhere = world.session("desk-1").await;
    assert_eq!(change(PASSWORD, "a better one").await.status, 204);
    assert_eq!(elsewhere.get("/me").await.status, 200, "it was changed a second time");
    let changes = "select count(*) from delivery.audit where action = 'password.change'";
    assert_eq!(world.count(changes).await, 1);

    for (current, new) in [(PASSWORD, "the best one"), ("a better one", "a better one")] {
        let other = change(current, new).await;
        assert_eq!(other.refused(), (409, "idempotency-key-reused"), "{current} to {new}");
    }
}

#[tokio::test]
async fn two_copies_of_a_logout_end_the_session_once_and_a_later_one_is_told_that_it_has_ended() {
    let world = World::with_people().await;
    let (desk, other) = (world.session("desk-1").await, world.session("desk-1").await);
    let nothing = json!({});
    let logout = || desk.post_under("once", "/logout", &nothing);
    let (first, second) = tokio::join!(logout(), logout());
    // The second was in flight with the first, or came after it.
    let answers = [first.status, second.status];
    assert!(answers.contains(&204) && answers.iter().all(|one| [204, 401].contains(one)));
    assert_eq!(logout().await.refused(), (401, "session-unknown"));
    let closed = "select count(*) from delivery.audit where action = 'session.close'";
    assert_eq!(world.count(closed).await, 1);

    let reused = other.post_under("once", "/logout", &nothing).await;
    assert_eq!(reused.refused(), (409, "idempotency-key-reused"));
    assert_eq!(other.get("/me").await.status, 200);
}

#[tokio::test]
async fn what_is_stored_opens_nothing_and_tells_no_name() {
    let world = World::with_people().await;
    world.give_password("desk-1").await;
    let desk = world.login("desk-1").await;
    let token = desk.token.clone().unwrap();
    let rows: Vec<String> = sqlx::query_scalar(
        "select to_jsonb(s)::text from portal.session s
         union all select to_jsonb(a)::text from portal.account a
         union all select to_jsonb(i)::text from delivery.idempotency i
         union all select to_jsonb(d)::text from delivery.audit d",
    )
    .fetch_all(&world.pool())
    .await
    .unwrap();
    assert!(rows.len() > 20);
    for secret in [&token, PASSWORD, "安小台", "An Xiaotai", "10000000001"] {
        let told = rows.iter().find(|row| row.contains(secret));
        assert!(told.is_none(), "`{secret}` lies open in {told:?}");
    }
    assert_eq!(desk.get("/me").await.body["name"], "安小台 An Xiaotai");
}
