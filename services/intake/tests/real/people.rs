//! Who somebody is, and that nobody can read it from the tables.

use authz::Role;
use clock::PersonId;
use events::words::Service;
use proto::intake::v1::{
    AcceptCaseRequest, FindAddressesRequest, FindAddressesResponse, ImportRequestersRequest,
    ImportRequestersResponse, Person, Requester,
};
use rpc::Call;
use service_kit::id;
use sqlx::PgPool;

use crate::campus::{Campus, Running, assistant, by_web, leak, refusal, requester, somebody};

const NAME: &str = "许晓漏";
const PHONE: &str = "10013001300";
const WORDS: &str = "卫生间一直漏水";

fn person(name: &str, phone: &str) -> Person {
    Person { name: name.to_owned(), phone: phone.to_owned(), ..Person::default() }
}

/// The caller of a case that `caller` reported.
async fn reported(intake: &Running, caller: Person) -> Person {
    let request = AcceptCaseRequest { caller: Some(caller), text: WORDS.to_owned(), ..leak() };
    let told = intake.accept(&assistant(), request).await.unwrap();
    intake.get(&assistant(), &told.case_id).await.unwrap().caller.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_is_known_by_phone_and_two_who_share_it_are_told_apart_by_name() {
    let campus = Campus::new().await;
    let intake = campus.open().await;
    let first = reported(&intake, person("", PHONE)).await;
    let named = reported(&intake, person(NAME, PHONE)).await;
    assert_eq!((named.id.clone(), &*named.name), (first.id.clone(), NAME));
    let again = reported(&intake, person("", PHONE)).await;
    assert_eq!(again, named);
    let roommate = reported(&intake, person("陈晨", PHONE)).await;
    assert_ne!(roommate.id, first.id);
    let other = reported(&intake, person(NAME, "10013001301")).await;
    assert_ne!(other.id, first.id);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_caller_who_calls_twice_at_once_is_one_person() {
    let campus = Campus::new().await;
    let intake = campus.open().await;
    let calls = (0..20).map(|_| reported(&intake, person(NAME, PHONE)));
    let callers = futures::future::join_all(calls).await;
    assert!(callers.iter().all(|caller| caller.id == callers[0].id));
}

#[tokio::test(flavor = "multi_thread")]
async fn no_name_phone_or_word_is_legible_in_any_table() {
    let campus = Campus::new().await;
    let intake = campus.open().await;
    let other = person("代报人", "10013009999");
    let request = AcceptCaseRequest {
        caller: Some(person(NAME, PHONE)),
        on_behalf_of: Some(other),
        text: WORDS.to_owned(),
        ..leak()
    };
    let told = intake.accept(&assistant(), request).await.unwrap();
    let unknown = AcceptCaseRequest { text: "匿名的话".to_owned(), ..leak() };
    intake.accept(&assistant(), unknown).await.unwrap();
    intake.withdraw(&assistant(), &told.case_id).await.unwrap();
    let everything = dump(campus.pool()).await;
    assert!(everything.contains(&told.number), "the dump is one");
    for secret in [NAME, PHONE, WORDS, "代报人", "10013009999", "匿名的话", "不用了"] {
        let hex = secret.bytes().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat();
        assert!(!everything.contains(secret), "{secret}");
        assert!(!everything.contains(&hex), "{secret} in bytes");
    }
}

/// Every row of every table, as text, with bytes in hexadecimal digits.
async fn dump(pool: &PgPool) -> String {
    let tables: Vec<String> = sqlx::query_scalar(
        "select format('%I.%I', schemaname, tablename) from pg_tables
         where schemaname in ('intake', 'delivery', 'definitions', 'runtime')",
    )
    .fetch_all(pool)
    .await
    .unwrap();
    let mut everything = String::new();
    for table in tables {
        let rows = sqlx::AssertSqlSafe(format!("select t::text from {table} t"));
        let rows: Vec<String> = sqlx::query_scalar(rows).fetch_all(pool).await.unwrap();
        everything.push_str(&rows.join("\n"));
    }
    everything
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_known_is_found_and_legible_after_the_master_key_was_rotated() {
    let campus = Campus::new().await;
    let intake = campus.open().await;
    let known = reported(&intake, person(NAME, PHONE)).await;
    intake.stop().await;
    campus.rotate_master_key();

    let intake = campus.start().await;
    assert_eq!(reported(&intake, person("", PHONE)).await, known);
    let new = reported(&intake, person("陈晨", "10013001301")).await;
    assert_eq!(reported(&intake, person("", "10013001301")).await, new);
    let keys = campus.count("select count(distinct key_id) from intake.data_keys").await;
    assert_eq!(keys, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_reports_for_another_learns_nothing_about_them() {
    let campus = Campus::new().await;
    let intake = campus.open().await;
    let other = reported(&intake, person(NAME, PHONE)).await;
    let me = requester(PersonId::from_uuid(id()));
    let on_behalf_of = Some(person("", PHONE));
    let told = intake.accept(&me, AcceptCaseRequest { on_behalf_of, ..by_web() }).await.unwrap();
    let mine = intake.get(&me, &told.number).await.unwrap();
    assert_eq!((mine.caller, mine.on_behalf_of), (None, None));
    let at_the_desk = intake.get(&assistant(), &told.number).await.unwrap();
    assert_eq!(at_the_desk.on_behalf_of.unwrap(), other);
    let she = requester(other.id.parse().unwrap());
    assert_eq!(intake.get(&she, &told.number).await.unwrap().on_behalf_of.unwrap(), other);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_erased_by_the_key_is_gone_and_the_case_stays() {
    let campus = Campus::new().await;
    let intake = campus.open().await;
    let request =
        AcceptCaseRequest { caller: Some(person(NAME, PHONE)), text: WORDS.to_owned(), ..leak() };
    let told = intake.accept(&assistant(), request).await.unwrap();
    sqlx::query("delete from intake.data_keys").execute(campus.pool()).await.unwrap();
    let case = intake.get(&assistant(), &told.case_id).await.unwrap();
    let caller = case.caller.unwrap();
    assert_eq!((&*caller.name, &*caller.phone, &*case.text), ("", "", ""));
    assert_eq!(case.summary.unwrap().number, told.number);
}

#[tokio::test(flavor = "multi_thread")]
async fn where_a_person_is_reached_is_told_to_notification_alone_and_until_they_are_erased() {
    let campus = Campus::new().await;
    let intake = campus.open().await;
    let caller = Person { mail: "xiaolou@example.edu".to_owned(), ..person(NAME, PHONE) };
    let known = reported(&intake, caller).await.id;
    let find = async |service, person: &str| {
        let request = FindAddressesRequest { person: person.to_owned() };
        let answer = intake.asked_by(service).find_addresses(Call::new().request(request)).await;
        answer.map(tonic::Response::into_inner).map_err(rpc::Error::from)
    };
    let (phone, mail) = (PHONE.to_owned(), "xiaolou@example.edu".to_owned());
    let reached = FindAddressesResponse { phone, mail };
    assert_eq!(find(Service::Notification, &known).await.unwrap(), reached);
    let nowhere = FindAddressesResponse::default();
    assert_eq!(find(Service::Notification, &id().to_string()).await.unwrap(), nowhere);
    for &service in Service::ALL.iter().filter(|service| **service != Service::Notification) {
        assert_eq!(find(service, &known).await.unwrap_err().reason(), "not-permitted", "{service}");
    }
    for who in [assistant(), somebody(Role::Auditor), requester(known.parse().unwrap())] {
        let request = FindAddressesRequest { person: known.clone() };
        let answer = intake.client().find_addresses(intake.ask(&who).request(request)).await;
        assert_eq!(rpc::Error::from(answer.unwrap_err()).reason(), "not-permitted");
    }
    let wrong = find(Service::Notification, NAME).await.unwrap_err();
    assert_eq!((wrong.reason(), &*wrong.violations()[0].field), ("address-invalid", "person"));

    sqlx::query("delete from intake.data_keys").execute(campus.pool()).await.unwrap();
    assert_eq!(find(Service::Notification, &known).await.unwrap(), nowhere);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_is_all_or_none_and_says_what_it_changed() {
    let campus = Campus::new().await;
    let intake = campus.open().await;
    let requester = |phone: &str| Requester {
        person: id().to_string(),
        account: id().to_string(),
        name: NAME.to_owned(),
        phone: phone.to_owned(),
        ..Requester::default()
    };
    let import = async |requesters: &[Requester]| {
        let call = intake.tell(&somebody(Role::SystemAdministrator));
        let request = ImportRequestersRequest { requesters: requesters.to_vec() };
        let answer = intake.client().import_requesters(call.request(request)).await;
        answer.map(tonic::Response::into_inner).map_err(rpc::Error::from)
    };
    let (one, two, wrong) = (requester(PHONE), requester("10013001302"), requester("none"));
    let refused = refusal(import(&[one.clone(), wrong]).await);
    assert_eq!(refused.1, ["requesters[1].phone"]);
    assert_eq!(campus.count("select count(*) from intake.persons").await, 0);

    let both = import(&[one.clone(), two.clone()]).await.unwrap();
    assert_eq!(both, ImportRequestersResponse { added: 2, changed: 0 });
    let renamed = Requester { name: "许小漏".to_owned(), ..two };
    let one_of_two = import(&[one.clone(), renamed]).await.unwrap();
    assert_eq!(one_of_two, ImportRequestersResponse { added: 0, changed: 1 });

    let caller = reported(&intake, person("", PHONE)).await;
    assert_eq!((caller.id, &*caller.name), (one.person, NAME));
}
