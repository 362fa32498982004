//! The import of people: all of a file or nothing of it.

use rpc::Error;
use serde_json::{Value, json};

use crate::world::{PASSWORD, Person, World, campus_people};

async fn import(root: &Person, csv: &str) -> crate::world::Answered {
    root.post("/people", &json!({ "csv": csv })).await
}

async fn dry_run(root: &Person, csv: &str) -> Value {
    let answer = root.post("/people", &json!({ "csv": csv, "dry_run": true })).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.body
}

#[tokio::test]
async fn the_people_of_the_campus_are_imported_once_and_handed_to_intake_and_dispatch() {
    let world = World::start().await;
    let root = world.session("root").await;
    let dry = dry_run(&root, &campus_people()).await;
    assert_eq!(dry["added"].as_array().unwrap().len(), 42);
    assert_eq!(world.count("select count(*) from portal.account").await, 1);
    assert!(world.others.told.state().commands.is_empty());

    let first = import(&root, &campus_people()).await;
    assert_eq!((first.status, &first.body), (200, &dry));
    {
        let told = world.others.told.state();
        let names: Vec<_> = told.requesters.iter().map(|one| &*one.name).collect();
        let [one, two, three] = ["学一生 Xue Yisheng", "学二生 Xue Ersheng", "学三生 Xue Sansheng"];
        assert_eq!(names.len(), 3);
        assert!([one, two, three].iter().all(|name| names.contains(name)), "{names:?}");
        assert!(told.requesters.iter().all(|one| one.person.len() == 36));
        assert!(told.holders.iter().any(|one| one.post == "logistics/head"));
        assert_eq!(told.holders.len(), 39);
    }

    let again = dry_run(&root, &campus_people()).await;
    assert_eq!(again, json!({ "added": [], "changed": [], "closed": [], "unchanged": 42 }));
}

#[tokio::test]
async fn an_initial_password_is_for_those_who_have_none() {
    let world = World::with_people().await;
    let root = world.session("root").await;
    let file = async |csv: &str, password: &str| {
        let body = json!({ "csv": csv, "initial_password": password });
        root.post("/people", &body).await
    };
    let renamed = campus_people().replace("安小台 An Xiaotai", "安大台 An Datai");
    assert_eq!(file(&renamed, PASSWORD).await.status, 200);
    assert_eq!(file(&campus_people(), "another day").await.status, 200);
    world.login("desk-1").await;
    let short = file(&campus_people(), "short").await;
    assert_eq!(short.violations(), [("initial_password", "must have 8 to 256 characters")]);
}

#[tokio::test]
async fn the_same_key_does_for_no_other_initial_password() {
    let world = World::start().await;
    let root = world.session("root").await;
    let file = async |password: Option<&str>| {
        let body = json!({ "csv": campus_people(), "initial_password": password });
        root.post_under("4711", "/people", &body).await
    };
    let first = file(Some(PASSWORD)).await;
    assert_eq!(first.status, 200, "{}", first.body);
    assert_eq!(file(Some(PASSWORD)).await.body, first.body);
    for other in [Some("another day"), None] {
        assert_eq!(file(other).await.refused(), (409, "idempotency-key-reused"), "{other:?}");
    }
}

#[tokio::test]
async fn a_whole_university_comes_at_once() {
    let world = World::start().await;
    let root = world.session("root").await;
    let name = "学生 Student Number With A Name As Long As Some Are";
    let student = |n: usize| format!("s{n:05},{name} {n:05},requester,,,138{n:08}");
    let students: Vec<_> = (0..12_000).map(student).collect();
    let csv = campus_people() + &students.join("\n");
    assert!(csv.len() > 1 << 20);
    let answer = import(&root, &csv).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let added = answer.body["added"].as_array().unwrap().len();
    assert_eq!(added, campus_people().lines().skip(1).count() + 12_000);
    let accounts = world.count("select count(*) from portal.account where imported").await;
    assert_eq!(accounts, i64::try_from(added).unwrap());
}

#[tokio::test]
async fn a_file_says_what_changes_and_who_is_missing_can_no_longer_log_in() {
    let world = World::with_people().await;
    let root = world.session("admin").await;
    let plumber = world.session("plumber-1").await;
    let desk = world.session("desk-1").await;
    let csv = campus_people()
        .replace("desk-1,安小台 An Xiaotai,desk-assistant", "desk-1,安小台 An Xiaotai,dispatcher")
        .replace("plumber-1,", "plumber-3,");
    let changes = import(&root, &csv).await.body;
    assert_eq!(changes["added"], json!(["plumber-3"]));
    assert_eq!(changes["changed"], json!([{ "account": "desk-1", "columns": ["roles"] }]));
    assert_eq!(changes["closed"], json!(["plumber-1"]));

    assert_eq!(desk.get("/me").await.body["roles"], json!(["dispatcher"]));
    assert_eq!(plumber.get("/me").await.refused(), (401, "session-unknown"));
    let again = world.session("plumber-1").await;
    assert_eq!(again.get("/me").await.refused(), (401, "account-closed"));

    let undone = import(&root, &campus_people()).await.body;
    assert_eq!(undone["closed"], json!(["plumber-3"]));
    assert_eq!(undone["changed"].as_array().unwrap().len(), 2, "{undone}");
    assert_eq!(again.get("/me").await.status, 200);
}

#[tokio::test]
async fn a_file_with_mistakes_changes_nothing_and_names_each_by_line_and_column() {
    let world = World::start().await;
    let root = world.session("root").await;
    let csv = "account,name,roles,department,posts,phone\n\
               Admin,系统,system-administrator,,,8000\n\
               desk-1,,desk-asistant,,,12\n\
               \n\
               desk-2,白小台,,,,8812\n\
               desk-2,白小台,desk-assistant,,,8812,more\n\
               plumber-1,江水生,department-handler,,logistics/plumber,8611\n\
               plumber-2,池管清,department-handler,kitchen,kitchen/cook,8612\n\
               plumber-2,\"池,\n管清\",service,logistics,plumbing,8612\n";
    let refused = import(&root, csv).await;
    assert_eq!(refused.refused(), (400, "people-invalid"));
    let lines: Vec<_> =
        refused.violations().iter().map(|(field, what)| format!("{field}: {what}")).collect();
    insta::assert_snapshot!(lines.join("\n"), @"
    people.csv:2 account: must be 1 to 64 of a-z, 0-9, `.`, `_` and `-`, beginning with a-z or 0-9
    people.csv:3 name: must have 1 to 100 characters
    people.csv:3 phone: must be 3 to 20 digits, with + before them or not
    people.csv:3 roles: `desk-asistant` is no role: it must be one of requester, graduate, desk-assistant, duty-counsellor, dispatcher, guard-post, repairer, department-handler, department-head, leader, hall-director, quality-officer, system-administrator, auditor, service
    people.csv:5 roles: must name one or more, divided by `;`
    people.csv:6: has 7 instead of 6 fields
    people.csv:7 department: the role department-handler needs one
    people.csv:7 posts: `logistics/plumber` is no post: they are logistics/carpentry, logistics/deputy-head, logistics/dispatch-a, logistics/dispatch-b, logistics/dispatch-c, logistics/electrical, logistics/grounds, logistics/head, logistics/night-crew, logistics/plumbing, logistics/repair-leader, logistics/repairs-south, logistics/repairs-west, logistics/section-chief
    people.csv:8 department: `kitchen` is no department: they are card, catering, clinic, energy, hall, housing, laboratories, logistics, network, office, security, teaching
    people.csv:8 posts: `kitchen` is no department
    people.csv:9 roles: a person is no `service`
    people.csv:9 posts: `plumbing` is not the id of a post: it must be <department>/<post>
    ");
    assert_eq!(world.count("select count(*) from portal.account").await, 1);

    let columns = import(&root, "account,name,rolls\n").await;
    let fields: Vec<_> =
        columns.violations().iter().map(|(field, _)| (*field).to_owned()).collect();
    assert_eq!(
        fields,
        [
            "people.csv:1 rolls",
            "people.csv:1 roles",
            "people.csv:1 department",
            "people.csv:1 posts",
            "people.csv:1 phone"
        ]
    );
}

#[tokio::test]
async fn of_ten_thousand_with_two_bad_rows_nobody_comes_and_both_are_named() {
    let world = World::start().await;
    let root = world.session("root").await;
    let student = |n: usize| match n {
        4_711 => format!("s{n:05},学生 Student,studnet,,,138{n:08}"),
        9_998 => format!("s{n:05},学生 Student,requester,,,none"),
        n => format!("s{n:05},学生 Student,requester,,,138{n:08}"),
    };
    let header = "account,name,roles,department,posts,phone".to_owned();
    let lines: Vec<_> = [header].into_iter().chain((0..10_000).map(student)).collect();
    let refused = import(&root, &lines.join("\n")).await;
    assert_eq!(refused.refused(), (400, "people-invalid"));
    let fields: Vec<_> =
        refused.violations().iter().map(|(field, _)| (*field).to_owned()).collect();
    assert_eq!(fields, ["people.csv:4713 roles", "people.csv:10000 phone"]);
    assert_eq!(world.count("select count(*) from portal.account").await, 1);
    assert!(world.others.told.state().requesters.is_empty(), "nobody was handed over");
}

#[tokio::test]
async fn an_import_that_was_not_handed_over_is_completed_by_sending_it_again() {
    let world = World::start().await;
    let root = world.session("root").await;
    let away = Error::unavailable("service-unreachable", "intake does not answer", "gone");
    world.others.told.state().refusal = Some(away);
    let body = json!({ "csv": campus_people() });
    let half = root.post_under("people", "/people", &body).await;
    assert_eq!(half.refused(), (503, "people-not-handed-over"));

    world.others.told.state().refusal = None;
    let whole = root.post_under("people", "/people", &body).await;
    assert_eq!(whole.status, 200, "{}", whole.body);
    assert_eq!(whole.body["added"].as_array().unwrap().len(), 42);
    let told = world.others.told.state();
    assert_eq!((told.requesters.len(), told.holders.len()), (3, 39));
}

#[tokio::test]
async fn nobody_else_imports_people_and_somebody_must_be_left_who_does() {
    let world = World::with_people().await;
    let desk = world.session("desk-1").await;
    assert_eq!(import(&desk, &campus_people()).await.refused(), (403, "not-permitted"));

    world.tamper("update portal.account set closed_at = '2026-01-01Z' where login = 'root'").await;
    let admin = world.session("admin").await;
    let without = campus_people().replace("system-administrator", "auditor");
    assert_eq!(import(&admin, &without).await.refused(), (409, "nobody-would-administer"));
}
