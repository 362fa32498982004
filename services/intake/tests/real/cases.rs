//! Cases that are there: who sees them, and how their requester ends them.

use authz::{Role, Subject};
use clock::PersonId;
use events::words::Level;
use proto::intake::v1::{
    AcceptCaseRequest, CaseState, ListCasesRequest, Person, ReopenCaseRequest,
};
use proto::words::v1::{End, Urgency};
use rpc::{Code, Error};
use service_kit::id;

use crate::campus::{Campus, Running, assistant, example, leak, reason, requester, somebody};

/// A case of a caller with this phone, and the caller.
async fn of_caller(intake: &Running, phone: &str) -> (String, Subject) {
    let caller = Person { phone: phone.to_owned(), ..Person::default() };
    let request = AcceptCaseRequest { caller: Some(caller), ..leak() };
    let told = intake.accept(&assistant(), request).await.unwrap();
    let case = intake.get(&assistant(), &told.case_id).await.unwrap();
    let person: PersonId = case.caller.unwrap().id.parse().unwrap();
    (told.number, requester(person))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_shows_what_its_reader_may_see_and_nothing_else() {
    let campus = Campus::new().await;
    let intake = campus.open().await;
    let (mine, me) = of_caller(&intake, "10000000001").await;
    let (hers, she) = of_caller(&intake, "10000000002").await;
    assert_eq!(intake.list(&me).await.unwrap(), [&*mine]);
    assert_eq!(intake.list(&she).await.unwrap(), [&*hers]);
    assert_eq!(intake.list(&assistant()).await.unwrap(), [&*hers, &*mine]);
    assert!(intake.list(&somebody(Role::DepartmentHandler)).await.unwrap().is_empty());
    let nothing_but_public = Subject { highest: Level::Public, ..assistant() };
    assert!(intake.list(&nothing_but_public).await.unwrap().is_empty());
    assert_eq!(reason(intake.list(&somebody(Role::SystemAdministrator)).await), "not-permitted");

    let unseen = intake.get(&me, &hers).await.unwrap_err();
    let missing = intake.get(&me, &id().to_string()).await.unwrap_err();
    assert_eq!(unseen, missing);
    assert_eq!((unseen.code(), unseen.reason()), (Code::NotFound, "case-unknown"));
    assert_eq!(reason(intake.withdraw(&me, &hers).await), "case-unknown");
    assert_eq!(reason(intake.withdraw(&somebody(Role::Auditor), &hers).await), "not-permitted");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_is_narrowed_and_comes_in_pages() {
    let campus = Campus::new().await;
    let intake = campus.open().await;
    let desk = assistant();
    for (place, text) in [("dorm-7-304", ""), ("dorm-7-102", ""), ("library-101", "burst")] {
        let (place, text) = (place.to_owned(), text.to_owned());
        intake.accept(&desk, AcceptCaseRequest { place, text, ..leak() }).await.unwrap();
    }
    let ask = async |request: ListCasesRequest| {
        let call = intake.ask(&desk).request(request);
        Ok::<_, Error>(intake.client().list_cases(call).await?.into_inner())
    };
    let narrowed = ListCasesRequest { place: "dorm-7".to_owned(), ..ListCasesRequest::default() };
    assert_eq!(ask(narrowed).await.unwrap().cases.len(), 2);
    let critical =
        ListCasesRequest { urgency: Urgency::Critical.into(), ..ListCasesRequest::default() };
    assert_eq!(ask(critical).await.unwrap().cases.len(), 2);
    let closed =
        ListCasesRequest { state: CaseState::Closed.into(), ..ListCasesRequest::default() };
    assert!(ask(closed).await.unwrap().cases.is_empty());
    let nowhere = ListCasesRequest { place: "dorm-9".to_owned(), ..ListCasesRequest::default() };
    assert_eq!(reason(ask(nowhere).await), "list-invalid");

    let first = ListCasesRequest { page_size: 2, ..ListCasesRequest::default() };
    let first = ask(first).await.unwrap();
    assert_eq!(first.cases.len(), 2);
    let page_token = first.next_page_token;
    let second = ListCasesRequest { page_size: 2, page_token, ..ListCasesRequest::default() };
    let second = ask(second).await.unwrap();
    assert_eq!((second.cases.len(), &*second.next_page_token), (1, ""));
    assert!(second.cases[0].number < first.cases[1].number);
}

#[tokio::test(flavor = "multi_thread")]
async fn its_requester_withdraws_a_case_once_and_for_good() {
    let campus = Campus::new().await;
    let intake = campus.open().await;
    let (number, me) = of_caller(&intake, "10000000001").await;
    let call = intake.tell(&me);
    let request = proto::intake::v1::WithdrawCaseRequest {
        case: number.clone(),
        reason: "自己修好了".to_owned(),
    };
    let withdraw = async || {
        let answer = intake.client().withdraw_case(call.request(request.clone())).await;
        answer.map(tonic::Response::into_inner).map_err(Error::from)
    };
    let first = withdraw().await.unwrap();
    assert_eq!(first.head.as_ref().unwrap().sequence, 2);
    assert_eq!(withdraw().await.unwrap(), first);
    let case = intake.get(&me, &number).await.unwrap();
    let summary = case.summary.unwrap();
    assert_eq!((summary.state(), summary.end()), (CaseState::Closed, End::Withdrawn));
    assert_eq!((summary.promise, case.closed_at.is_some()), (None, true));

    assert_eq!(reason(intake.withdraw(&me, &number).await), "case-closed");
    let reopen = ReopenCaseRequest { case: number, reason: String::new() };
    let refused = intake.client().reopen_case(intake.tell(&me).request(reopen)).await;
    assert_eq!(reason(refused.map_err(Error::from)), "end-is-final");
    assert_eq!(campus.count("select count(*) from intake.remarks").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_look_at_a_restricted_case_leaves_an_audit_row_in_a_list_too() {
    let campus = Campus::new().await;
    let intake = campus.start().await;
    let mut files = example();
    for file in &mut files {
        file.text = file.text.replace("level: internal", "level: restricted");
    }
    intake.apply(&files).await.unwrap();
    let desk = assistant();
    let told = intake.accept(&desk, leak()).await.unwrap();
    assert_eq!(reason(intake.get(&desk, &told.number).await), "case-unknown");
    let looks = "select count(*) from delivery.audit where action = 'case.read'";
    assert_eq!(campus.count(looks).await, 0);
    let counsellor = somebody(Role::DutyCounsellor);
    intake.get(&counsellor, &told.number).await.unwrap();
    assert_eq!(campus.count(looks).await, 1);
    assert!(intake.list(&desk).await.unwrap().is_empty());
    assert_eq!(campus.count(looks).await, 1);
    assert_eq!(intake.list(&counsellor).await.unwrap(), [told.number]);
    assert_eq!(campus.count(looks).await, 2);
}
