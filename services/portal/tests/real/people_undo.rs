//! The last import of people is undone: as a whole, once, and not over what else has happened.

use rpc::Error;
use serde_json::{Value, json};

use crate::world::{Answered, Person, World, campus_people};

async fn undo(root: &Person) -> Answered {
    root.post("/people/undo", &json!({})).await
}

async fn import(root: &Person, csv: &str) -> Value {
    let answer = root.post("/people", &json!({ "csv": csv })).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.body
}

/// The people of the campus, of whom one is another, one is new and one is gone.
fn edited() -> String {
    campus_people()
        .replace("desk-1,安小台 An Xiaotai,desk-assistant", "desk-1,安大台 An Datai,dispatcher")
        .replace("plumber-1,", "plumber-3,")
}

/// Every account as it is kept, sealed, with its posts.
const ACCOUNTS: &str = "
    select coalesce(string_agg(whole, E'\\n' order by whole), '') from (
        select concat_ws('|', a.login, a.roles, a.department, a.level, a.name, a.phone,
                         a.phone_index, a.more, a.imported, a.closed_at is not null, k.key_id, k.wrapped,
                         array(select post from portal.post_held h where h.account = a.id
                               order by post)) as whole
        from portal.account a left join portal.account_key k on k.account = a.id
        where a.login <> 'plumber-3') as accounts";

async fn accounts(world: &World) -> String {
    sqlx::query_scalar(ACCOUNTS).fetch_one(&world.pool()).await.unwrap()
}

#[tokio::test]
async fn what_an_import_changed_is_as_before_and_handed_over_again() {
    let world = World::with_people().await;
    let root = world.session("root").await;
    let before = accounts(&world).await;
    let holders = world.others.told.state().holders.clone();
    import(&root, &edited()).await;
    assert_ne!(accounts(&world).await, before);
    let added = world.session("plumber-3").await;
    assert_eq!(added.get("/me").await.status, 200);

    let dry = root.post("/people/undo", &json!({ "dry_run": true })).await;
    assert_eq!(dry.status, 200, "{}", dry.body);
    let changed = json!([
        { "account": "desk-1", "columns": ["name", "roles"] },
        { "account": "plumber-1", "columns": ["posts", "reopened"] },
    ]);
    assert_eq!((&dry.body["changed"], &dry.body["closed"]), (&changed, &json!(["plumber-3"])));
    assert_ne!(accounts(&world).await, before, "a dry run changes nothing");

    let undone = undo(&root).await;
    assert_eq!((undone.status, &undone.body), (200, &dry.body));
    assert_eq!(accounts(&world).await, before);
    assert_eq!(added.get("/me").await.refused(), (401, "session-unknown"));
    assert_eq!(world.session("plumber-1").await.get("/me").await.status, 200);
    assert_eq!(world.others.told.state().holders, holders);
    let audited = "select count(*) from delivery.audit where action = 'people.import-undone'";
    assert_eq!(world.count(audited).await, 1);
    let named = "select count(*) from delivery.audit where detail::text like '%desk-1%'";
    assert_eq!(world.count(named).await, 0);
}

#[tokio::test]
async fn each_hand_over_has_a_greater_number_than_the_one_before_though_the_clock_goes_back() {
    let world = World::with_people().await;
    let root = world.session("root").await;
    import(&root, &edited()).await;
    assert_eq!(undo(&root).await.status, 200);
    // Whoever restored the store, or the clock, gets on from where the numbers were.
    world.tamper("update portal.hand_over set version = version + 86400000000").await;
    for _ in 0..2 {
        root.post_under("again", "/people", &json!({ "csv": campus_people() })).await;
    }
    let told = world.others.told.state().versions.clone();
    assert_eq!(told.len(), 5, "the first people, an import, an undoing, and the same import twice");
    assert!(told.is_sorted_by(|one, next| one < next), "{told:?}");
}

#[tokio::test]
async fn an_import_is_undone_once_and_undone_again_by_importing() {
    let world = World::with_people().await;
    let root = world.session("root").await;
    import(&root, &edited()).await;
    let twice = [
        root.post_under("undo", "/people/undo", &json!({})).await,
        root.post_under("undo", "/people/undo", &json!({})).await,
    ];
    assert_eq!(
        (twice[0].status, &twice[0].body),
        (200, &twice[1].body),
        "a repetition is the same"
    );
    assert_eq!(undo(&root).await.refused(), (409, "nothing-to-undo"));
    let dry = root.post("/people/undo", &json!({ "dry_run": true })).await;
    assert_eq!(dry.refused(), (409, "nothing-to-undo"));

    import(&root, &edited()).await;
    // Who was added and closed is opened, and closed again by undoing that.
    assert_eq!(undo(&root).await.body["closed"], json!(["plumber-3"]));
}

#[tokio::test]
async fn an_import_that_changes_nothing_takes_no_place_of_the_one_before() {
    let world = World::with_people().await;
    let root = world.session("root").await;
    import(&root, &edited()).await;
    import(&root, &edited()).await;
    assert_eq!(undo(&root).await.body["closed"], json!(["plumber-3"]));
}

#[tokio::test]
async fn what_something_else_has_changed_since_is_named_and_nothing_is_undone() {
    for tampering in [
        "update portal.account set level = 'public' where login = 'desk-1'",
        "update portal.account set closed_at = '2026-01-01Z' where login = 'desk-1'",
        "delete from portal.post_held h using portal.account a
         where a.id = h.account and a.login = 'desk-1'",
    ] {
        let world = World::with_people().await;
        let root = world.session("root").await;
        import(&root, &edited()).await;
        world.tamper(tampering).await;
        let before = accounts(&world).await;
        let refused = undo(&root).await;
        assert_eq!(refused.refused(), (409, "people-changed-since"), "{tampering}");
        let named: Vec<_> =
            refused.violations().iter().map(|(field, _)| (*field).to_owned()).collect();
        assert_eq!(named, ["desk-1"], "{tampering}");
        assert_eq!(accounts(&world).await, before);
    }
}

#[tokio::test]
async fn who_else_is_changed_since_stands_in_no_way() {
    let world = World::with_people().await;
    let root = world.session("root").await;
    import(&root, &edited()).await;
    world.tamper("update portal.account set level = 'public' where login = 'desk-2'").await;
    assert_eq!(undo(&root).await.status, 200);
}

#[tokio::test]
async fn an_undoing_that_was_not_handed_over_is_completed_by_sending_it_again() {
    let world = World::with_people().await;
    let root = world.session("root").await;
    let holders = world.others.told.state().holders.clone();
    import(&root, &edited()).await;
    let away = Error::unavailable("service-unreachable", "intake does not answer", "gone");
    world.others.told.state().refusal = Some(away);
    let half = root.post_under("undo", "/people/undo", &json!({})).await;
    assert_eq!(half.refused(), (503, "people-not-handed-over"));
    world.others.told.state().refusal = None;
    let whole = root.post_under("undo", "/people/undo", &json!({})).await;
    assert_eq!(whole.status, 200, "{}", whole.body);
    assert_eq!(world.others.told.state().holders, holders);
}

#[tokio::test]
async fn nobody_else_undoes_an_import_and_somebody_must_be_left_who_imports() {
    let world = World::with_people().await;
    let desk = world.session("desk-1").await;
    assert_eq!(undo(&desk).await.refused(), (403, "not-permitted"));

    let admin = world.session("admin").await;
    world.tamper("update portal.account set closed_at = '2026-01-01Z' where login = 'root'").await;
    assert_eq!(undo(&admin).await.refused(), (409, "nobody-would-administer"));
}
