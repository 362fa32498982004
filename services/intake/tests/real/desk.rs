//! What the desk does with a case between its opening and its end.

use authz::{Role, Subject};
use proto::{
    intake::v1::{
        AcceptCaseRequest, ChangeUrgencyRequest, ChaseCaseRequest, ChaseCaseResponse,
        JoinCaseRequest, JoinCaseResponse, Person, UnjoinCaseRequest,
    },
    words::v1::{Channel, Urgency},
};
use rpc::Error;

use crate::campus::{Campus, Running, assistant, leak, reason, refusal, requester, somebody};

async fn chase(
    intake: &Running,
    by: &Subject,
    case: &str,
    text: &str,
) -> Result<ChaseCaseResponse, Error> {
    let request = ChaseCaseRequest { case: case.to_owned(), text: text.to_owned() };
    Ok(intake.client().chase_case(intake.tell(by).request(request)).await?.into_inner())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chase_is_counted_and_its_words_are_kept_sealed_and_told_to_nobody() {
    let campus = Campus::new().await;
    let intake = campus.open().await;
    let desk = assistant();
    let told = intake.accept(&desk, leak()).await.unwrap();
    let first = chase(&intake, &desk, &told.number, "还没人来").await.unwrap();
    assert_eq!((first.chases, first.to_head), (1, false));
    assert_eq!(first.promise.as_ref(), told.promises.first());
    let second = chase(&intake, &desk, &told.case_id, "").await.unwrap();
    assert_eq!((second.chases, second.to_head), (2, true));
    assert_eq!(second.head.unwrap().sequence, 3);

    assert_eq!(campus.count("select count(*) from intake.remarks").await, 1);
    let kept = "select count(*) from intake.remarks
                where position(convert_to('还没人来', 'UTF8') in words) > 0";
    let told = "select count(*) from delivery.outbox
                where position(convert_to('还没人来', 'UTF8') in payload) > 0";
    for legible in [kept, told] {
        assert_eq!(campus.count(legible).await, 0, "{legible}");
    }
    let audited = "select count(*) from delivery.audit where action = 'case.chased'";
    assert_eq!(campus.count(audited).await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_chased_is_refused_and_counts_nothing() {
    let campus = Campus::new().await;
    let intake = campus.open().await;
    let desk = assistant();
    let told = intake.accept(&desk, leak()).await.unwrap();
    let long = chase(&intake, &desk, &told.number, &"水".repeat(4_001)).await;
    assert_eq!(refusal(long), ("text-too-long".to_owned(), vec!["text".to_owned()]));
    let stranger = somebody(Role::DepartmentHandler);
    assert_eq!(reason(chase(&intake, &stranger, &told.number, "").await), "case-unknown");
    let auditor = somebody(Role::Auditor);
    assert_eq!(reason(chase(&intake, &auditor, &told.number, "").await), "not-permitted");
    intake.withdraw(&desk, &told.number).await.unwrap();
    let refused = chase(&intake, &desk, &told.number, "").await.unwrap_err();
    assert_eq!(refused.reason(), "case-closed");
    assert!(refused.message().contains("report it as a new case"), "{refused:?}");
    let chased = "select count(*) from delivery.audit where action = 'case.chased'";
    assert_eq!(campus.count(chased).await, 0);
}

fn with_phone(phone: &str) -> Person {
    Person { phone: phone.to_owned(), ..Person::default() }
}

/// A leak that somebody with a phone reported.
async fn reported(intake: &Running) -> String {
    let (caller, text) = (Some(with_phone("10000000001")), "在厨房".to_owned());
    let request = AcceptCaseRequest { caller, text, ..leak() };
    intake.accept(&assistant(), request).await.unwrap().number
}

async fn join(
    intake: &Running,
    by: &Subject,
    case: &str,
    caller: Person,
    text: &str,
) -> Result<JoinCaseResponse, Error> {
    let request = JoinCaseRequest {
        case: case.to_owned(),
        channel: Channel::Hotline.into(),
        caller: Some(caller),
        text: text.to_owned(),
        ..JoinCaseRequest::default()
    };
    Ok(intake.client().join_case(intake.tell(by).request(request)).await?.into_inner())
}

async fn unjoin(intake: &Running, by: &Subject, case: &str, person: Person) -> Result<(), Error> {
    let (case, person) = (case.to_owned(), Some(person));
    let request = UnjoinCaseRequest { case, person, reason: String::new() };
    intake.client().unjoin_case(intake.tell(by).request(request)).await?;
    Ok(())
}

async fn hurry(
    intake: &Running,
    by: &Subject,
    case: &str,
    urgency: Urgency,
    reason: &str,
) -> Result<(), Error> {
    let (case, reason) = (case.to_owned(), reason.to_owned());
    let request = ChangeUrgencyRequest { case, urgency: urgency.into(), reason };
    intake.client().change_urgency(intake.tell(by).request(request)).await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn who_joins_sees_the_case_as_theirs_until_it_is_undone_and_nobody_else_in_it() {
    let campus = Campus::new().await;
    let intake = campus.open().await;
    let (desk, case) = (assistant(), reported(&intake).await);
    let joined = join(&intake, &desk, &case, with_phone("10000000002"), "水淹了").await.unwrap();
    assert_eq!((&joined.number, joined.urgency(), joined.raised), (&case, Urgency::Critical, true));
    let shown = intake.get(&desk, &case).await.unwrap();
    assert_eq!(shown.promises, joined.promises);
    let [other] = &shown.co_reporters[..] else { panic!("{:?}", shown.co_reporters) };
    assert_eq!(other.phone, "10000000002");
    let she = requester(other.id.parse().unwrap());
    assert_eq!(intake.list(&she).await.unwrap(), [&*case]);
    let seen = intake.get(&she, &case).await.unwrap();
    assert_eq!((seen.caller, seen.co_reporters.len()), (None, 1));
    // What the first caller said is between them and who works on it.
    assert_eq!((seen.text.is_empty(), shown.text.is_empty()), (true, false));
    let he = requester(shown.caller.as_ref().unwrap().id.parse().unwrap());
    assert_eq!(intake.get(&he, &case).await.unwrap().text, shown.text);
    for one in [&she, &he] {
        assert_eq!(reason(intake.withdraw(one, &case).await), "others-reported");
    }
    let contacts = "select count(*) from intake.contacts where outcome = 'joined'";
    assert_eq!(campus.count(contacts).await, 1);

    let again = join(&intake, &desk, &case, with_phone("10000000002"), "").await;
    assert_eq!(reason(again), "already-joined");
    assert_eq!(campus.count(contacts).await, 1);
    assert_eq!(
        reason(unjoin(&intake, &desk, &case, with_phone("10000000001")).await),
        "not-joined"
    );
    unjoin(&intake, &desk, &case, with_phone("10000000002")).await.unwrap();
    assert!(intake.list(&she).await.unwrap().is_empty());
    assert_eq!(reason(intake.get(&she, &case).await), "case-unknown");
    assert_eq!(
        intake.get(&desk, &case).await.unwrap().summary.unwrap().urgency(),
        Urgency::Critical
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_with_a_joining_is_told_at_once() {
    let campus = Campus::new().await;
    let intake = campus.open().await;
    let (desk, case) = (assistant(), reported(&intake).await);
    let nobody = JoinCaseRequest { case: case.clone(), ..JoinCaseRequest::default() };
    let refused = intake.client().join_case(intake.tell(&desk).request(nobody)).await;
    let wrong = ["channel".to_owned(), "caller".to_owned()].to_vec();
    assert_eq!(refusal(refused.map_err(Error::from)), ("join-invalid".to_owned(), wrong));
    let unknown = Person { id: service_kit::id().to_string(), ..Person::default() };
    let refused = join(&intake, &desk, &case, unknown, "").await;
    assert_eq!(refusal(refused), ("join-invalid".to_owned(), vec!["caller.id".to_owned()]));
    let refused = unjoin(&intake, &desk, &case, Person::default()).await;
    assert_eq!(refusal(refused), ("unjoin-invalid".to_owned(), vec!["person".to_owned()]));
    intake.withdraw(&desk, &case).await.unwrap();
    let refused = join(&intake, &desk, &case, with_phone("10000000002"), "").await.unwrap_err();
    assert_eq!(refused.reason(), "case-closed");
    assert!(refused.message().ends_with("a new case that is linked to this one"), "{refused:?}");
    let strangers = "select count(*) from intake.details where field = 'phone'";
    assert_eq!(campus.count(strangers).await, 1, "who is not taken in is not kept");
}

#[tokio::test(flavor = "multi_thread")]
async fn urgency_is_lowered_by_authority_with_a_reason_and_raised_by_the_desk() {
    let campus = Campus::new().await;
    let intake = campus.open().await;
    let (desk, case) = (assistant(), reported(&intake).await);
    let counsellor = somebody(Role::DutyCounsellor);
    hurry(&intake, &desk, &case, Urgency::Critical, "").await.unwrap();
    let same = hurry(&intake, &desk, &case, Urgency::Critical, "").await;
    assert_eq!(reason(same), "urgency-unchanged");
    let lowered = hurry(&intake, &desk, &case, Urgency::Urgent, "误报").await;
    assert_eq!(reason(lowered), "not-permitted");
    let lowered = hurry(&intake, &counsellor, &case, Urgency::Urgent, " ").await;
    assert_eq!(refusal(lowered), ("reason-missing".to_owned(), vec!["reason".to_owned()]));
    hurry(&intake, &counsellor, &case, Urgency::Urgent, "误报").await.unwrap();
    let shown = intake.get(&desk, &case).await.unwrap();
    assert_eq!(shown.summary.unwrap().urgency(), Urgency::Urgent);
    assert_eq!(shown.urgency_reason, "由工作人员决定 decided by the staff");
    let none = hurry(&intake, &desk, &case, Urgency::Unspecified, "").await;
    assert_eq!(refusal(none), ("urgency-invalid".to_owned(), vec!["urgency".to_owned()]));
    let audited = "select count(*) from delivery.audit where action = 'case.urgency-changed'";
    assert_eq!(campus.count(audited).await, 2);
}
