//! One cause, many places, and everybody calls.

use authz::{Role, Subject};
use delivery_rpc::timestamp;
use jiff::ToSpan as _;
use proto::{
    intake::v1::{
        AcceptCaseRequest, AcceptCaseResponse, CaseState, CloseIncidentRequest, GetIncidentRequest,
        GetIncidentResponse, IncidentCall, JoinIncidentRequest, JoinIncidentResponse,
        ListContactsRequest, ListIncidentsRequest, OpenIncidentRequest, Person,
        UpdateIncidentRequest, UpdateIncidentResponse, join_incident_request::Who,
    },
    words::v1::{Channel, End, Urgency},
};
use rpc::{Call, Error};

use crate::campus::{Campus, Running, assistant, leak, reason, refusal, somebody};

const CAUSE: &str = "总管爆裂";

fn outage() -> OpenIncidentRequest {
    OpenIncidentRequest {
        item: "no-water".to_owned(),
        places: vec!["dorm-7".to_owned(), "dorm-6".to_owned()],
        cause: CAUSE.to_owned(),
        channel: Channel::Hotline.into(),
        ..OpenIncidentRequest::default()
    }
}

async fn open(
    intake: &Running,
    by: &Subject,
    request: OpenIncidentRequest,
) -> Result<AcceptCaseResponse, Error> {
    let request = intake.tell(by).request(request);
    Ok(intake.client().open_incident(request).await?.into_inner())
}

fn calls(phone: &str, place: &str) -> Who {
    let caller =
        (!phone.is_empty()).then(|| Person { phone: phone.to_owned(), ..Person::default() });
    let (channel, place) = (Channel::Hotline.into(), place.to_owned());
    Who::Call(Box::new(IncidentCall { channel, place, caller, ..IncidentCall::default() }))
}

async fn join_by(
    intake: &Running,
    call: &Call,
    incident: &str,
    who: Who,
) -> Result<JoinIncidentResponse, Error> {
    let request = JoinIncidentRequest { incident: incident.to_owned(), who: Some(who) };
    Ok(intake.client().join_incident(call.request(request)).await?.into_inner())
}

async fn join(
    intake: &Running,
    by: &Subject,
    incident: &str,
    who: Who,
) -> Result<JoinIncidentResponse, Error> {
    join_by(intake, &intake.tell(by), incident, who).await
}

async fn update(
    intake: &Running,
    by: &Subject,
    request: UpdateIncidentRequest,
) -> Result<UpdateIncidentResponse, Error> {
    let request = intake.tell(by).request(request);
    Ok(intake.client().update_incident(request).await?.into_inner())
}

async fn close(intake: &Running, by: &Subject, incident: &str) -> Result<u32, Error> {
    let (incident, outcome) = (incident.to_owned(), "阀门已更换".to_owned());
    let request = intake.tell(by).request(CloseIncidentRequest { incident, outcome });
    Ok(intake.client().close_incident(request).await?.into_inner().reporters)
}

async fn get(intake: &Running, by: &Subject, incident: &str) -> Result<GetIncidentResponse, Error> {
    let request = GetIncidentRequest { incident: incident.to_owned() };
    Ok(intake.client().get_incident(intake.ask(by).request(request)).await?.into_inner())
}

async fn list(
    intake: &Running,
    by: &Subject,
    place: &str,
    state: CaseState,
) -> Result<Vec<String>, Error> {
    let (place, state) = (place.to_owned(), state.into());
    let request = ListIncidentsRequest { place, state, ..ListIncidentsRequest::default() };
    let request = intake.ask(by).request(request);
    let listed = intake.client().list_incidents(request).await?.into_inner().incidents;
    Ok(listed.into_iter().map(|one| one.summary.unwrap().number).collect())
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_one_case_that_all_who_call_join_and_what_was_said_of_it_is_told_to_nobody() {
    let campus = Campus::new().await;
    let intake = campus.open().await;
    let (desk, counsellor) = (assistant(), somebody(Role::DutyCounsellor));
    let opened = open(&intake, &desk, outage()).await.unwrap();
    assert_eq!((opened.place.as_str(), opened.promises.is_empty()), ("dorm-7", false));
    assert!(opened.read_out.contains("not known yet"), "{}", opened.read_out);

    let key = intake.tell(&desk);
    let first = join_by(&intake, &key, &opened.number, calls("10000000001", "dorm-7-302")).await;
    let first = first.unwrap();
    assert_eq!((first.joined, &*first.cause, &first.number), (true, CAUSE, &opened.number));
    let repeated = join_by(&intake, &key, &opened.number, calls("10000000001", "dorm-7-302"));
    assert_eq!(repeated.await.unwrap(), first, "one call, and two equal answers");
    let other = join(&intake, &desk, &opened.number, calls("10000000002", "dorm-6")).await.unwrap();
    assert_eq!(other.head.unwrap().sequence, 3, "a fact for each who is new");
    for phone in ["10000000001", ""] {
        let again = join(&intake, &desk, &opened.case_id, calls(phone, "")).await.unwrap();
        assert_eq!((again.joined, again.read_out), (false, first.read_out.clone()));
    }

    let later = intake.clock().now() + 3.hours();
    let news = UpdateIncidentRequest {
        incident: opened.number.clone(),
        places: vec!["dorm-5".to_owned()],
        expected_end: Some(timestamp(later)),
        cause: "还要等配件".to_owned(),
    };
    let updated = update(&intake, &desk, news).await.unwrap();
    let known = updated.incident.unwrap();
    assert_eq!(known.places, ["dorm-7", "dorm-6", "dorm-5"]);
    assert_eq!((known.calls, known.reporters, &*known.cause), (4, 2, "还要等配件"));
    assert!(!updated.read_out.contains("not known yet"), "{}", updated.read_out);
    assert_eq!(get(&intake, &desk, &opened.number).await.unwrap().incident, Some(known));

    assert_eq!(close(&intake, &counsellor, &opened.number).await.unwrap(), 2);
    let shown = intake.get(&desk, &opened.number).await.unwrap();
    assert_eq!(shown.summary.unwrap().end(), End::Uncalled);
    assert_eq!(shown.incident.unwrap().cause, "还要等配件");
    let audited = "select count(*) from delivery.audit
                   where action in ('incident.called', 'incident.updated', 'case.closed')";
    assert_eq!(campus.count(audited).await, 6);
    for legible in [
        "select count(*) from delivery.outbox
         where position(convert_to('总管爆裂', 'UTF8') in payload) > 0",
        "select count(*) from delivery.outbox
         where position(convert_to('还要等配件', 'UTF8') in payload) > 0",
        "select count(*) from intake.remarks
         where position(convert_to('阀门已更换', 'UTF8') in words) > 0",
        "select count(*) from delivery.audit where detail::text like '%总管爆裂%'",
    ] {
        assert_eq!(campus.count(legible).await, 0, "{legible}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_is_kept_with_where_it_came_from_and_found_with_its_incident_by_each_place() {
    let campus = Campus::new().await;
    let intake = campus.open().await;
    let desk = assistant();
    let incident = open(&intake, &desk, outage()).await.unwrap().number;
    let phone = IncidentCall {
        channel: Channel::CampusPhone.into(),
        campus_phone: "cp-703".to_owned(),
        ..IncidentCall::default()
    };
    join(&intake, &desk, &incident, Who::Call(Box::new(phone))).await.unwrap();
    join(&intake, &desk, &incident, calls("10000000002", "dorm-6-201")).await.unwrap();
    let request = intake.ask(&desk).request(ListContactsRequest::default());
    let contacts = intake.client().list_contacts(request).await.unwrap().into_inner().contacts;
    let places: Vec<_> = contacts.iter().map(|contact| &*contact.place).collect();
    assert_eq!(places, ["dorm-6-201", "dorm-7-f3", ""]);

    for (place, state, is_found) in [
        ("dorm-6-201", CaseState::Unspecified, true),
        ("east", CaseState::Open, true),
        ("", CaseState::Open, true),
        ("chemistry", CaseState::Open, false),
        ("dorm-7", CaseState::Closed, false),
    ] {
        let found = list(&intake, &desk, place, state).await.unwrap();
        assert_eq!(found == [&*incident], is_found, "{place} {state:?}: {found:?}");
    }
    let nowhere = list(&intake, &desk, "moon", CaseState::Open).await;
    assert_eq!(refusal(nowhere), ("list-invalid".to_owned(), vec!["place".to_owned()]));
    let repairer = somebody(Role::Repairer);
    assert_eq!(reason(list(&intake, &repairer, "", CaseState::Open).await), "not-permitted");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_case_that_was_one_all_along_ends_as_a_duplicate_and_its_haste_counts() {
    let campus = Campus::new().await;
    let intake = campus.open().await;
    let (desk, counsellor) = (assistant(), somebody(Role::DutyCounsellor));
    let incident = open(&intake, &desk, outage()).await.unwrap().number;
    let caller = Some(Person { phone: "10000000001".to_owned(), ..Person::default() });
    let flooded = AcceptCaseRequest { text: "水淹了".to_owned(), caller, ..leak() };
    let case = intake.accept(&desk, flooded).await.unwrap().number;
    let denied = join(&intake, &desk, &incident, Who::Case(case.clone())).await;
    assert_eq!(reason(denied), "not-permitted");
    let joined = join(&intake, &counsellor, &incident, Who::Case(case.clone())).await.unwrap();
    assert_eq!((joined.joined, joined.raised, joined.urgency()), (true, true, Urgency::Critical));
    let ended = intake.get(&desk, &case).await.unwrap();
    assert_eq!(
        (ended.summary.unwrap().end(), ended.duplicate_of),
        (End::Duplicate, incident.clone())
    );
    let again = join(&intake, &counsellor, &incident, Who::Case(case)).await;
    assert_eq!(reason(again), "case-closed");
    let itself = join(&intake, &counsellor, &incident, Who::Case(incident.clone())).await;
    assert_eq!(reason(itself), "close-invalid");
    let unknown = Who::Case("2026-01-000001".to_owned());
    let unknown = join(&intake, &counsellor, &incident, unknown).await;
    assert_eq!(refusal(unknown), ("join-invalid".to_owned(), vec!["case".to_owned()]));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_with_an_incident_is_told_at_once_and_by_field() {
    let campus = Campus::new().await;
    let intake = campus.open().await;
    let (desk, counsellor) = (assistant(), somebody(Role::DutyCounsellor));
    let past = Some(timestamp(intake.clock().now() - 1.hours()));
    let nothing = OpenIncidentRequest { places: Vec::new(), expected_end: past, ..outage() };
    let fields = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    assert_eq!(
        refusal(open(&intake, &desk, nothing).await),
        ("case-invalid".to_owned(), fields(&["places", "expected_end"]))
    );
    let unreadable = OpenIncidentRequest { channel: 0, places: vec!["7 楼".into()], ..outage() };
    assert_eq!(
        refusal(open(&intake, &desk, unreadable).await),
        ("case-invalid".to_owned(), fields(&["channel", "places"]))
    );
    let many = OpenIncidentRequest { places: vec!["dorm-7".to_owned(); 51], ..outage() };
    assert_eq!(refusal(open(&intake, &desk, many).await).1, fields(&["places"]));
    assert_eq!(campus.count("select count(*) from intake.incidents").await, 0);

    let incident = open(&intake, &desk, outage()).await.unwrap().number;
    let far = join(&intake, &desk, &incident, calls("10000000001", "chemistry-201")).await;
    assert_eq!(refusal(far), ("place-not-touched".to_owned(), fields(&["place"])));
    let nowhere = join(&intake, &desk, &incident, calls("10000000001", "moon")).await;
    assert_eq!(refusal(nowhere), ("join-invalid".to_owned(), fields(&["place"])));
    let strangers = "select count(*) from intake.details where field = 'phone'";
    assert_eq!(campus.count(strangers).await, 0, "who is not taken in is not kept");
    let nobody = JoinIncidentRequest { incident: incident.clone(), who: None };
    let nobody = intake.client().join_incident(intake.tell(&desk).request(nobody)).await;
    assert_eq!(refusal(nobody.map_err(Error::from)), ("join-invalid".to_owned(), fields(&["who"])));
    let news = |places: &[&str], expected_end| UpdateIncidentRequest {
        incident: incident.clone(),
        places: places.iter().map(ToString::to_string).collect(),
        expected_end,
        cause: " ".to_owned(),
    };
    assert_eq!(
        refusal(update(&intake, &desk, news(&["moon"], past)).await),
        ("incident-invalid".to_owned(), fields(&["places", "expected_end"]))
    );
    let known = update(&intake, &desk, news(&["dorm-6"], None)).await;
    assert_eq!(reason(known), "incident-unchanged");
    assert_eq!(reason(close(&intake, &desk, &incident).await), "not-permitted");
    let case = intake.accept(&desk, leak()).await.unwrap().number;
    assert_eq!(reason(close(&intake, &counsellor, &case).await), "not-an-incident");
    assert_eq!(reason(get(&intake, &desk, &case).await), "not-an-incident");
    assert_eq!(reason(intake.withdraw(&desk, &incident).await), "case-is-incident");
    close(&intake, &counsellor, &incident).await.unwrap();
    assert_eq!(reason(close(&intake, &counsellor, &incident).await), "case-closed");
    let late = join(&intake, &desk, &incident, calls("10000000001", "dorm-7")).await.unwrap_err();
    assert!(late.message().ends_with("a new case that is linked to this one"), "{late:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_calls_that_come_while_it_is_closed_each_is_joined_before_or_refused() {
    let campus = Campus::new().await;
    let intake = campus.open().await;
    let (desk, counsellor) = (assistant(), somebody(Role::DutyCounsellor));
    let incident = open(&intake, &desk, outage()).await.unwrap().number;
    let called = (0..20).map(|caller| {
        let phone = format!("100{caller:08}");
        let (intake, desk, incident) = (&intake, &desk, &incident);
        async move { join(intake, desk, incident, calls(&phone, "dorm-7")).await }
    });
    let (called, closed) =
        tokio::join!(futures::future::join_all(called), close(&intake, &counsellor, &incident));
    let joined = called.iter().filter(|answer| answer.is_ok()).count();
    for refused in called.into_iter().filter_map(Result::err) {
        assert_eq!(refused.reason(), "case-closed");
    }
    assert_eq!(usize::try_from(closed.unwrap()).unwrap(), joined, "who joined is told its end");
    let told = "select count(*) from delivery.audit where action = 'case.joined'";
    assert_eq!(usize::try_from(campus.count(told).await).unwrap(), joined);
    let open = "select count(*) from intake.cases where status <> 'closed'";
    assert_eq!(campus.count(open).await, 0);
}
