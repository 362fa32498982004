//! People over the years: they come by an admission number, live somewhere, leave, and still read what
//! was theirs.

use serde_json::{Value, json};

use crate::{
    facts::{Case, Streams, shown},
    world::{Answered, Person, World, campus_people},
};

const HEADER: &str = "account,name,roles,department,posts,phone,number,mail,home,formerly";

/// The administrator, and these.
fn file(rows: &[&str]) -> String {
    let admin = "admin,系统管理员 Admin,system-administrator,,,8000,,,,";
    [&[HEADER, admin], rows].concat().join("\n")
}

async fn import(root: &Person, rows: &[&str]) -> Answered {
    root.post("/people", &json!({ "csv": file(rows) })).await
}

/// What an import that is taken changes.
async fn imported(root: &Person, rows: &[&str]) -> Value {
    let answer = import(root, rows).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.body
}

const ADMITTED: &str = "a26-0815,新生 Xin Sheng,requester,,,,A26-0815,new@example.edu,,";
const ENROLLED: &str =
    "20260815,新生 Xin Sheng,requester,,,,20260815,new@example.edu,dorm-5-304-b2,a26-0815";
const GRADUATED: &str = "20260815,新生 Xin Sheng,graduate,,,,20260815,new@example.edu,,";

#[tokio::test]
async fn who_came_by_an_admission_number_is_the_same_under_the_campus_account() {
    let world = World::start().await;
    let root = world.session("root").await;
    imported(&root, &[ADMITTED]).await;
    let (session, person) = (world.session("a26-0815").await, world.person("a26-0815").await);
    assert_eq!(session.get("/me").await.body["home"], Value::Null);

    let changes = imported(&root, &[ENROLLED]).await;
    let changed = json!([{ "account": "20260815", "columns": ["account", "number", "home"] }]);
    assert_eq!((&changes["changed"], &changes["unchanged"]), (&changed, &json!(1)), "{changes}");
    assert_eq!((&changes["added"], &changes["closed"]), (&json!([]), &json!([])));
    let me = session.get("/me").await.body;
    assert_eq!((&me["account"], &me["home"]), (&json!("20260815"), &json!("dorm-5-304-b2")));
    assert_eq!(me["person"], person.to_string());
    assert_eq!(world.count("select count(*) from portal.account where imported").await, 2);
    {
        let told = world.others.told.state();
        let known: Vec<_> =
            told.requesters.iter().map(|one| (&*one.person, &*one.number, &*one.mail)).collect();
        assert_eq!(known, [(&*person.to_string(), "20260815", "new@example.edu")]);
    }
    // The file stays as it is: whoever was called otherwise once is so no longer.
    let again = imported(&root, &[ENROLLED]).await;
    assert_eq!(again["unchanged"], 2, "{again}");
}

#[tokio::test]
async fn what_an_account_is_called_and_where_its_owner_lives_are_undone_with_the_import() {
    let world = World::start().await;
    let root = world.session("root").await;
    imported(&root, &[ADMITTED]).await;
    let session = world.session("a26-0815").await;
    imported(&root, &[ENROLLED]).await;
    let undone = root.post("/people/undo", &json!({})).await;
    let changed = json!([{ "account": "20260815", "columns": ["account", "number", "home"] }]);
    assert_eq!((undone.status, &undone.body["changed"]), (200, &changed), "{undone:?}");
    let me = session.get("/me").await.body;
    assert_eq!((&me["account"], &me["home"]), (&json!("a26-0815"), &Value::Null));
}

#[tokio::test]
async fn two_accounts_never_become_one() {
    let world = World::start().await;
    let root = world.session("root").await;
    let other = "20260815,别人 Bie Ren,requester,,,,,,,";
    imported(&root, &[ADMITTED, other]).await;
    let both = import(&root, &[ENROLLED]).await;
    assert_eq!(both.refused(), (409, "account-taken"));
    assert_eq!(both.violations(), [("20260815", "`20260815` is an account besides `a26-0815`")]);
    assert_eq!(world.session("a26-0815").await.get("/me").await.status, 200);

    // Whose former account is closed has nothing to lose by it.
    imported(&root, &[other]).await;
    assert_eq!(imported(&root, &[ENROLLED]).await["changed"][0]["account"], "20260815");
}

#[tokio::test]
async fn what_the_further_columns_cannot_say_is_named_by_line_and_column() {
    let world = World::start().await;
    let root = world.session("root").await;
    let refused = import(
        &root,
        &[
            "s1,一 Yi,requester,,,,2026 1,@example.edu,dorm-5-999,s1",
            "s2,二 Er,requester,,,,,two@example@edu,Dorm,",
            "s3,三 San,requester,,,,,,dorm-5-304-b1,",
            "s4,四 Si,requester,,,,,,dorm-5-304-b1,s3",
            "s5,五 Wu,requester,,,,,,dorm-5-304,s0",
            "s6,六 Liu,requester,,,,,,dorm-5-304,s0",
        ],
    )
    .await;
    assert_eq!(refused.refused(), (400, "people-invalid"));
    let lines: Vec<_> =
        refused.violations().iter().map(|(field, what)| format!("{field}: {what}")).collect();
    insta::assert_snapshot!(lines.join("\n"), @"
    people.csv:3 mail: must be an address like one@example.edu, of up to 254 bytes
    people.csv:3 number: must have up to 64 characters, and no space
    people.csv:3 home: `dorm-5-999` is no place of the definitions
    people.csv:3 formerly: is what it is called now: leave it empty
    people.csv:4 mail: must be an address like one@example.edu, of up to 254 bytes
    people.csv:4 home: `Dorm` is the id of no place: it must be 1 to 64 of a-z, 0-9 and -
    people.csv:6 formerly: `s3` is on line 5 already
    people.csv:6 home: `dorm-5-304-b1` is the bed of line 5 already
    people.csv:8 formerly: `s0` is on line 7 already
    ");
}

#[tokio::test]
async fn a_graduate_reads_what_was_theirs_and_asks_for_nothing_more() {
    let world = World::start().await;
    let root = world.session("root").await;
    imported(&root, &["20260815,新生 Xin Sheng,requester,,,,20260815,new@example.edu,,"]).await;
    let streams = Streams::of(&world).await;
    let mut own = Case::new(1, events::words::Level::Internal);
    own.reporter = world.person("20260815").await;
    streams.publish(&[own.tell(0, own.accepted())]).await;
    shown(&world, 1).await;
    let session = world.session("20260815").await;
    imported(&root, &[GRADUATED]).await;

    let listed = session.get("/cases").await.body;
    assert_eq!(listed["cases"].as_array().unwrap().len(), 1, "{listed}");
    assert_eq!(world.others.told.state().requesters.len(), 1, "intake knows them as before");
    // Whoever comes by the file as a graduate is known to intake like any who was here before.
    imported(&root, &[GRADUATED, "20220007,老生 Lao Sheng,graduate,,,,20220007,,,"]).await;
    assert_eq!(world.others.told.state().requesters.len(), 2);
}

#[tokio::test]
async fn who_reports_for_themselves_and_names_no_place_reports_where_they_live() {
    let world = World::start().await;
    let root = world.session("root").await;
    let desk = "desk-1,安小台 An Xiaotai,desk-assistant;requester,hall,,8811,,,dorm-5-304-b3,";
    imported(&root, &[ENROLLED, desk]).await;
    let student = world.session("20260815").await;
    let place = async |person: &Person, body: Value| {
        person.post("/cases", &body).await;
        world.others.told.state().accepting.pop().unwrap().place
    };
    let own = json!({ "item": "no-hot-water" });
    assert_eq!(place(&student, own.clone()).await, "dorm-5-304-b2");
    let named = json!({ "item": "no-hot-water", "place": "dorm-5-205" });
    assert_eq!(place(&student, named).await, "dorm-5-205");
    let phone = json!({ "item": "no-hot-water", "campus_phone": "cp-501" });
    assert_eq!(place(&student, phone).await, "");
    let other = json!({ "item": "no-hot-water", "on_behalf_of": { "name": "别人" } });
    assert_eq!(place(&student, other).await, "");
    // What the desk takes down is somebody else's.
    assert_eq!(place(&world.session("desk-1").await, own).await, "");
}

#[tokio::test]
async fn where_somebody_lives_is_kept_sealed() {
    let world = World::start().await;
    let root = world.session("root").await;
    imported(&root, &[ENROLLED]).await;
    for table in ["account", "people_import"] {
        let rows: String = sqlx::query_scalar(sqlx::AssertSqlSafe(format!(
            "select string_agg(t::text || encode(coalesce(more, ''), 'escape'), '') from portal.{table} t"
        )))
        .fetch_one(&world.pool())
        .await
        .unwrap();
        assert!(!rows.contains("dorm-5-304") && !rows.contains("new@example"), "{rows}");
    }
    // Who has none of it, has none of it.
    let people = campus_people();
    let answer = root.post("/people", &json!({ "csv": people })).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_eq!(world.count("select count(*) from portal.account where more is not null").await, 1);
}

#[tokio::test]
async fn an_earlier_release_that_changes_an_account_leaves_nothing_that_no_key_opens() {
    let world = World::start().await;
    let root = world.session("root").await;
    imported(&root, &[ENROLLED]).await;
    let session = world.session("20260815").await;
    assert_eq!(session.get("/me").await.body["home"], "dorm-5-304-b2");
    // It writes all that it knows, sealed with a new key: here that of another account.
    world
        .tamper(
            "update portal.account a set name = other.name from portal.account other
             where a.login = '20260815' and other.login = 'admin'",
        )
        .await;
    assert_eq!(world.count("select count(*) from portal.account where more is not null").await, 0);
}
