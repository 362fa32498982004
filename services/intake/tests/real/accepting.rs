//! What is accepted, once, and what is refused by name.

use std::collections::BTreeSet;

use authz::Role;
use clock::PersonId;
use futures::future::join_all;
use jiff::{SignedDuration, tz::TimeZone};
use proto::{
    intake::v1::{AcceptCaseRequest, Person},
    words::v1::{CaseKind, Channel, Commitment, Urgency},
};
use rpc::Code;
use service_kit::id;

use crate::campus::{Campus, assistant, by_web, leak, reason, refusal, requester, somebody};

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_copies_at_once_make_one_case_and_a_hundred_equal_answers() {
    let campus = Campus::new().await;
    let intake = campus.open().await;
    let call = intake.tell(&assistant());
    let copies = join_all((0..100).map(|_| intake.accept_by(&call, leak()))).await;
    let answers: Vec<_> = copies.into_iter().map(Result::unwrap).collect();
    assert!(answers.iter().all(|answer| *answer == answers[0]));
    assert_eq!(campus.count("select count(*) from intake.cases").await, 1);
    assert_eq!(campus.count("select count(*) from intake.contacts").await, 1);
    let again = intake.accept_by(&call, leak()).await.unwrap();
    assert_eq!(again, answers[0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_key_with_another_body_is_refused_also_while_the_first_is_in_flight() {
    let campus = Campus::new().await;
    let intake = campus.open().await;
    let call = intake.tell(&assistant());
    let other = AcceptCaseRequest { place: "dorm-7-305".to_owned(), ..leak() };
    let (one, two) =
        tokio::join!(intake.accept_by(&call, leak()), intake.accept_by(&call, other.clone()));
    let (accepted, refused) = if one.is_ok() { (one, two) } else { (two, one) };
    assert_eq!(accepted.unwrap().promises.len(), 2);
    let refused = refused.unwrap_err();
    assert_eq!((refused.code(), refused.reason()), (Code::Conflict, "idempotency-key-reused"));
    assert_eq!(campus.count("select count(*) from intake.cases").await, 1);
    let somebody_else = intake.tell(&assistant());
    intake.accept_by(&somebody_else, other).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_place_and_an_item_are_enough_and_the_promise_is_told() {
    let campus = Campus::new().await;
    let intake = campus.open().await;
    let told = intake.accept(&assistant(), leak()).await.unwrap();
    let zone = TimeZone::get("Asia/Shanghai").unwrap();
    let month = intake.clock().now().to_zoned(zone).strftime("%Y-%m-");
    assert_eq!(told.number, format!("{month}000001"), "the month of the campus");
    assert_eq!((told.urgency(), &*told.urgency_reason), (Urgency::Normal, ""));
    assert_eq!(told.promises[0].commitment(), Commitment::Complete);
    let head = told.head.unwrap();
    assert_eq!((head.key, head.sequence), (told.case_id.clone(), 1));

    let case = intake.get(&assistant(), &told.number).await.unwrap();
    assert_eq!(case.summary.unwrap().promise.unwrap(), told.promises[0]);
    assert_eq!((case.caller, &*case.text), (None, ""));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_campus_phone_tells_the_place_and_words_tell_the_urgency() {
    let campus = Campus::new().await;
    let intake = campus.open().await;
    let request = AcceptCaseRequest {
        channel: Channel::CampusPhone.into(),
        campus_phone: "cp-703".to_owned(),
        place: String::new(),
        text: "三楼水管爆管,水淹了".to_owned(),
        asset: "pump-12".to_owned(),
        ..leak()
    };
    let told = intake.accept(&assistant(), request).await.unwrap();
    assert_eq!(told.place, "dorm-7-f3");
    assert_eq!(told.urgency(), Urgency::Critical);
    assert_eq!(told.urgency_reason, "爆管或大量进水 Burst pipe or flooding");
    let case = intake.get(&assistant(), &told.case_id).await.unwrap();
    assert_eq!((&*case.text, &*case.asset), ("三楼水管爆管,水淹了", "pump-12"));
}

#[tokio::test(flavor = "multi_thread")]
async fn all_that_is_wrong_is_told_at_once_by_field() {
    let campus = Campus::new().await;
    let intake = campus.open().await;
    let ask = async |request| refusal(intake.accept(&assistant(), request).await);
    let unknown = AcceptCaseRequest {
        item: "no-such-item".to_owned(),
        place: "no-such-place".to_owned(),
        ..leak()
    };
    assert_eq!(ask(unknown).await, invalid(&["item", "place"]));
    let phone = AcceptCaseRequest {
        channel: Channel::CampusPhone.into(),
        campus_phone: "cp-999".to_owned(),
        place: String::new(),
        ..leak()
    };
    assert_eq!(ask(phone).await, invalid(&["campus_phone"]));
    let nowhere = AcceptCaseRequest { place: String::new(), ..leak() };
    assert_eq!(ask(nowhere).await, invalid(&["place"]));
    let kind = AcceptCaseRequest { kind: CaseKind::Complaint.into(), ..leak() };
    assert_eq!(ask(kind).await, invalid(&["kind"]));
    let caller = Person {
        phone: "call me".to_owned(),
        mail: "nobody".to_owned(),
        id: "1".to_owned(),
        ..Person::default()
    };
    let unreadable = AcceptCaseRequest {
        item: "Water Leak".to_owned(),
        asset: "pump\0".to_owned(),
        text: "水".repeat(1 << 20),
        channel: 0,
        caller: Some(caller),
        ..leak()
    };
    let all = ["channel", "item", "text", "asset", "caller.id", "caller.phone", "caller.mail"];
    assert_eq!(ask(unreadable).await, invalid(&all));
    let stranger = Person { id: id().to_string(), ..Person::default() };
    let stranger = AcceptCaseRequest { caller: Some(stranger), ..leak() };
    assert_eq!(ask(stranger).await, invalid(&["caller.id"]));
    for people in [0, 60_001, u32::MAX] {
        let people = AcceptCaseRequest { people: Some(people), ..leak() };
        assert_eq!(ask(people).await, invalid(&["people"]));
    }
    assert_eq!(campus.count("select count(*) from intake.cases").await, 0);
    let kept = "select count(*) from delivery.idempotency where method like '%/AcceptCase'";
    assert_eq!(campus.count(kept).await, 0);
}

fn invalid(fields: &[&str]) -> (String, Vec<String>) {
    ("case-invalid".to_owned(), fields.iter().map(ToString::to_string).collect())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_received_earlier_is_recorded_by_the_counsellor_and_never_from_the_future() {
    let campus = Campus::new().await;
    let intake = campus.open().await;
    let received = |hours: i64| {
        let at = intake.clock().now() + SignedDuration::from_hours(hours);
        let at = prost_types::Timestamp { seconds: at.as_second(), nanos: 0 };
        AcceptCaseRequest { received_at: Some(at), ..leak() }
    };
    let refused = reason(intake.accept(&assistant(), received(-2)).await);
    assert_eq!(refused, "backdating-not-permitted");
    let refused = refusal(intake.accept(&assistant(), received(1)).await);
    assert_eq!(refused, invalid(&["received_at"]), "the future is nobody's");
    let counsellor = somebody(Role::DutyCounsellor);
    intake.accept(&counsellor, received(-2)).await.unwrap();
    for hours in [1, -8 * 24] {
        let refused = refusal(intake.accept(&counsellor, received(hours)).await);
        assert_eq!(refused, invalid(&["received_at"]));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn refused_calls_leave_their_group_and_the_others_are_accepted() {
    let campus = Campus::new().await;
    let intake = campus.open().await;
    let desk = assistant();
    let calls = (0..60).map(|number| {
        let item = if number % 3 == 0 { "no-such-item" } else { "water-leak" };
        intake.accept(&desk, AcceptCaseRequest { item: item.to_owned(), ..leak() })
    });
    let answers = join_all(calls).await;
    for (number, answer) in answers.into_iter().enumerate() {
        assert_eq!(answer.is_err(), number % 3 == 0, "{number}: {answer:?}");
    }
    assert_eq!(campus.count("select count(*) from intake.cases").await, 40);
}

#[tokio::test(flavor = "multi_thread")]
async fn numbers_are_unique_under_two_replicas() {
    let campus = Campus::new().await;
    let one = campus.open().await;
    let two = campus.start().await;
    let desk = assistant();
    let calls = (0..200).map(|number| {
        let replica = if number % 2 == 0 { &one } else { &two };
        replica.accept(&desk, leak())
    });
    let answers = join_all(calls).await;
    let numbers: BTreeSet<_> = answers.into_iter().map(|answer| answer.unwrap().number).collect();
    assert_eq!(numbers.len(), 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_accepted_before_there_are_definitions() {
    let campus = Campus::new().await;
    let intake = campus.start().await;
    let refused = intake.accept(&assistant(), leak()).await.unwrap_err();
    assert_eq!((refused.code(), refused.reason()), (Code::FailedPrecondition, "no-definitions"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_requester_reports_for_nobody_else_and_a_handler_reports_nothing() {
    let campus = Campus::new().await;
    let intake = campus.open().await;
    let known = Person { phone: "10000000001".to_owned(), ..Person::default() };
    let first = AcceptCaseRequest { caller: Some(known.clone()), ..leak() };
    let first = intake.accept(&assistant(), first).await.unwrap();
    let case = intake.get(&assistant(), &first.case_id).await.unwrap();
    let person: PersonId = case.caller.unwrap().id.parse().unwrap();

    let student = requester(person);
    let own = intake.accept(&student, by_web()).await.unwrap();
    let case = intake.get(&student, &own.case_id).await.unwrap();
    assert_eq!(case.caller.unwrap().id, person.to_string());

    let stranger = requester(PersonId::from_uuid(id()));
    let for_other = AcceptCaseRequest { caller: Some(known), ..by_web() };
    assert_eq!(reason(intake.accept(&stranger, for_other).await), "not-permitted");
    let handler = somebody(Role::DepartmentHandler);
    assert_eq!(reason(intake.accept(&handler, by_web()).await), "not-permitted");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_requester_reports_on_the_web_and_the_desk_says_by_what_way_it_was_reached() {
    let campus = Campus::new().await;
    let intake = campus.open().await;
    let student = requester(PersonId::from_uuid(id()));
    for way in [Channel::Hotline, Channel::Counter, Channel::Inspection, Channel::PartnerSystem] {
        let request = AcceptCaseRequest { channel: way.into(), ..leak() };
        let refused = intake.accept(&student, request.clone()).await.unwrap_err();
        assert_eq!(refused.reason(), "case-invalid");
        let [violation] = refused.violations() else { panic!("{refused:?}") };
        assert_eq!(violation.field, "channel");
        assert!(violation.description.ends_with("yours is `web`"), "{violation:?}");
        intake.accept(&assistant(), request).await.unwrap();
    }
    assert_eq!(campus.count("select count(*) from intake.cases").await, 4);
    intake.accept(&student, by_web()).await.unwrap();
}
