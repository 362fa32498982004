//! Complaints about cases: cases of their own.

use authz::{Principal, Role, Subject};
use clock::PersonId;
use proto::{
    intake::v1::{
        AcceptCaseRequest, AcceptCaseResponse, ComplainCaseRequest, JoinCaseRequest, Person,
        UnjoinCaseRequest,
    },
    words::v1::{CaseKind, Channel, Commitment, Level},
};
use rpc::{Call, Error};
use service_kit::id;

use crate::campus::{Campus, Running, assistant, leak, reason, refusal, requester, somebody};

const PHONE: &str = "10000000001";

fn with_phone(phone: &str) -> Person {
    Person { phone: phone.to_owned(), ..Person::default() }
}

fn with_id(id: PersonId) -> Person {
    Person { id: id.to_string(), ..Person::default() }
}

/// A leak that somebody with a phone reported; its number, and who they are.
async fn reported(intake: &Running) -> (String, PersonId) {
    let request = AcceptCaseRequest { caller: Some(with_phone(PHONE)), ..leak() };
    let number = intake.accept(&assistant(), request).await.unwrap().number;
    let person = intake.get(&assistant(), &number).await.unwrap().caller.unwrap().id;
    (number, person.parse().unwrap())
}

async fn joined(intake: &Running, case: &str, phone: &str) {
    let request = JoinCaseRequest {
        case: case.to_owned(),
        channel: Channel::Hotline.into(),
        caller: Some(with_phone(phone)),
        ..JoinCaseRequest::default()
    };
    intake.client().join_case(intake.tell(&assistant()).request(request)).await.unwrap();
}

fn of(case: &str) -> ComplainCaseRequest {
    ComplainCaseRequest {
        case: case.to_owned(),
        channel: Channel::Web.into(),
        text: "来了三次都没带工具".to_owned(),
        person: None,
        withheld: false,
    }
}

async fn complain_by(
    intake: &Running,
    call: &Call,
    request: ComplainCaseRequest,
) -> Result<AcceptCaseResponse, Error> {
    Ok(intake.client().complain_case(call.request(request)).await?.into_inner())
}

async fn complain(
    intake: &Running,
    by: &Subject,
    request: ComplainCaseRequest,
) -> Result<AcceptCaseResponse, Error> {
    complain_by(intake, &intake.tell(by), request).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_complaint_is_a_restricted_case_of_its_own_that_follows_the_one_it_is_about() {
    let campus = Campus::new().await;
    let intake = campus.open().await;
    let (number, person) = reported(&intake).await;
    let told = complain(&intake, &requester(person), of(&number)).await.unwrap();
    assert_eq!((&*told.place, told.level()), ("dorm-7-304", Level::Restricted));
    assert_eq!(told.promises[0].commitment(), Commitment::Answer);

    let quality = somebody(Role::QualityOfficer);
    let complaint = intake.get(&quality, &told.number).await.unwrap();
    let summary = complaint.summary.unwrap();
    assert_eq!((summary.kind(), &*summary.item), (CaseKind::Complaint, "service-complaint"));
    assert_eq!((&*complaint.linked_to, &*complaint.text), (&*number, "来了三次都没带工具"));
    assert_eq!(complaint.caller.unwrap().id, person.to_string());
    assert_eq!(complaint.channel, i32::from(Channel::Web));
    assert_eq!(reason(intake.get(&assistant(), &told.number).await), "case-unknown");
    let says = "select count(*) from delivery.outbox
        where position(convert_to('complains_of', 'UTF8') in payload) > 0";
    assert_eq!(campus.count(says).await, 1, "the complaint alone says of which case");
    for legible in [
        "select count(*) from delivery.outbox
         where position(convert_to('没带工具', 'UTF8') in payload) > 0",
        "select count(*) from delivery.audit where detail::text like '%没带工具%'",
    ] {
        assert_eq!(campus.count(legible).await, 0, "{legible}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_desk_complains_for_the_first_reporter_or_for_whom_it_names() {
    let campus = Campus::new().await;
    let intake = campus.open().await;
    let (number, person) = reported(&intake).await;
    joined(&intake, &number, "10000000002").await;
    let desk = assistant();
    let hotline = ComplainCaseRequest { channel: Channel::Hotline.into(), ..of(&number) };
    let first = complain(&intake, &desk, hotline.clone()).await.unwrap().number;
    let named = Some(with_phone("10000000002"));
    let request = ComplainCaseRequest { person: named, ..hotline.clone() };
    let second = complain(&intake, &desk, request).await.unwrap().number;
    let quality = somebody(Role::QualityOfficer);
    let caller = intake.get(&quality, &first).await.unwrap().caller.unwrap();
    assert_eq!(caller.id, person.to_string());
    let caller = intake.get(&quality, &second).await.unwrap().caller.unwrap();
    assert_eq!(caller.phone, "10000000002");

    let stranger = Some(with_phone("10000000009"));
    let refused =
        complain(&intake, &desk, ComplainCaseRequest { person: stranger, ..hotline }).await;
    assert_eq!(refusal(refused), ("complaint-invalid".to_owned(), vec!["person".to_owned()]));
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_did_not_report_it_complains_of_nothing_and_learns_nothing() {
    let campus = Campus::new().await;
    let intake = campus.open().await;
    let (number, person) = reported(&intake).await;
    let other = requester(PersonId::from_uuid(id()));
    assert_eq!(reason(complain(&intake, &other, of(&number)).await), "case-unknown");
    assert_eq!(reason(complain(&intake, &other, of("2026-01-000099")).await), "case-unknown");
    let auditor = somebody(Role::Auditor);
    assert_eq!(reason(complain(&intake, &auditor, of(&number)).await), "not-permitted");
    let hotline = ComplainCaseRequest { channel: Channel::Hotline.into(), ..of(&number) };
    let refused = complain(&intake, &requester(person), hotline).await;
    assert_eq!(refusal(refused), ("case-invalid".to_owned(), vec!["channel".to_owned()]));
    let silent = ComplainCaseRequest { text: " \n".to_owned(), ..of(&number) };
    let refused = complain(&intake, &requester(person), silent).await;
    assert_eq!(refusal(refused), ("complaint-invalid".to_owned(), vec!["text".to_owned()]));
    assert_eq!(campus.count("select count(*) from intake.cases").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_complaint_while_the_first_is_open_is_refused_with_its_number() {
    let campus = Campus::new().await;
    let intake = campus.open().await;
    let (number, person) = reported(&intake).await;
    let student = requester(person);
    let same = intake.tell(&student);
    let copies = (0..20).map(|_| complain_by(&intake, &same, of(&number)));
    let told = futures::future::join_all(copies).await;
    let first = told[0].as_ref().unwrap().clone();
    assert!(told.iter().all(|one| one.as_ref().unwrap() == &first), "one key, one complaint");

    let at_once = (0..20).map(|_| complain(&intake, &student, of(&number)));
    for refused in futures::future::join_all(at_once).await {
        let refused = refused.unwrap_err();
        assert_eq!(refused.reason(), "already-complained");
        assert!(refused.message().contains(&first.number), "{refused:?}");
    }
    assert_eq!(campus.count("select count(*) from intake.cases").await, 2);

    // What is about another case, or by another, or after the end of the first is another complaint.
    let (other, _) = reported(&intake).await;
    complain(&intake, &student, of(&other)).await.unwrap();
    joined(&intake, &number, "10000000002").await;
    let named = Some(with_phone("10000000002"));
    let request = ComplainCaseRequest { person: named, ..of(&number) };
    complain(&intake, &assistant(), request).await.unwrap();
    intake.withdraw(&student, &first.number).await.unwrap();
    complain(&intake, &student, of(&number)).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_complaints_at_once_by_one_person_about_one_case_one_is_opened() {
    let campus = Campus::new().await;
    let intake = campus.open().await;
    let (number, person) = reported(&intake).await;
    let student = requester(person);
    let case = intake.get(&student, &number).await.unwrap().summary.unwrap().id;
    // By number and by id: they are the same case.
    let at_once = (0..20).map(|n| {
        let request = of(if n % 2 == 0 { &number } else { &case });
        complain(&intake, &student, request)
    });
    let told = futures::future::join_all(at_once).await;
    assert_eq!(told.iter().filter(|one| one.is_ok()).count(), 1, "{told:?}");
    assert_eq!(campus.count("select count(*) from intake.cases").await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_followed_a_link_complains_by_a_service_and_only_as_a_reporter() {
    let campus = Campus::new().await;
    let intake = campus.open().await;
    let (number, person) = reported(&intake).await;
    let by_service = || Call::new().idempotent(id().to_string().parse().unwrap());
    let nobody = complain_by(&intake, &by_service(), of(&number)).await;
    assert_eq!(refusal(nobody), ("complaint-invalid".to_owned(), vec!["person".to_owned()]));
    let stranger = Some(with_id(PersonId::from_uuid(id())));
    let request = ComplainCaseRequest { person: stranger, ..of(&number) };
    let stranger = complain_by(&intake, &by_service(), request).await;
    assert_eq!(refusal(stranger), ("complaint-invalid".to_owned(), vec!["person".to_owned()]));

    let request = ComplainCaseRequest { person: Some(with_id(person)), ..of(&number) };
    let told = complain_by(&intake, &by_service(), request).await.unwrap();
    let complaint = intake.get(&requester(person), &told.number).await.unwrap();
    assert_eq!(complaint.caller.unwrap().id, person.to_string());
    let desk = assistant();
    let Principal::Account(account) = desk.principal else { panic!("{desk:?}") };
    assert_ne!(complaint.first_receiver, account.to_string(), "nobody of the desk received it");
    let by_link = "select count(*) from delivery.audit where actor like 'person:%'";
    assert!(campus.count(by_link).await > 0, "it is the person's deed, not the service's");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_complaint_that_tells_of_a_person_at_risk_is_heard_whoever_brings_it() {
    let campus = Campus::new().await;
    let intake = campus.open().await;
    let (number, person) = reported(&intake).await;
    let call = Call::new().idempotent(id().to_string().parse().unwrap());
    let text = "没人管,我室友说不想活了".to_owned();
    let request = ComplainCaseRequest { person: Some(with_id(person)), text, ..of(&number) };
    let told = complain_by(&intake, &call, request).await.unwrap();
    assert_eq!(told.person_at_risk, None, "whose screen it is, nobody knows");
    let hidden = "select count(*) from intake.cases where level = 'hidden'";
    assert_eq!(campus.count(hidden).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_was_unjoined_and_a_campus_that_names_no_item_have_no_complaints() {
    let campus = Campus::new().await;
    let intake = campus.open().await;
    let (number, _) = reported(&intake).await;
    joined(&intake, &number, "10000000002").await;
    let shown = intake.get(&assistant(), &number).await.unwrap();
    let second: PersonId = shown.co_reporters[0].id.parse().unwrap();
    let request = UnjoinCaseRequest {
        case: number.clone(),
        person: Some(with_id(second)),
        ..UnjoinCaseRequest::default()
    };
    intake.client().unjoin_case(intake.tell(&assistant()).request(request)).await.unwrap();
    assert_eq!(reason(complain(&intake, &requester(second), of(&number)).await), "case-unknown");

    let mut without = crate::campus::example();
    for file in &mut without {
        file.text = file.text.replace("  complaint: service-complaint\n", "");
    }
    intake.apply(&without).await.unwrap();
    let refused = complain(&intake, &assistant(), of(&number)).await;
    assert_eq!(reason(refused), "no-complaints");
}
