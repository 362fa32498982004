//! Alarms, and a person at risk of whom nobody else learns.

use std::sync::{Arc, Mutex};

use authz::{Role, Subject};
use clock::PersonId;
use events::What;
use proto::{
    intake::v1::{
        AcceptCaseRequest, AcceptCaseResponse, AddNoteRequest, ChaseCaseRequest, ContactOutcome,
        ImportRequestersRequest, JoinCaseRequest, ListCasesRequest, ListContactsRequest,
        ListIncidentsRequest, LogContactRequest, OpenAlarmRequest, OpenIncidentRequest, Person,
        Requester,
    },
    notification::v1::{
        AcknowledgeAlarmRequest, AcknowledgeAlarmResponse, AcknowledgeMessagesRequest,
        AcknowledgeMessagesResponse, ListMessagesRequest, ListMessagesResponse,
        ListPhoneCallsRequest, ListPhoneCallsResponse, RaiseAlarmRequest, RaiseAlarmResponse,
        SettlePhoneCallRequest, SettlePhoneCallResponse, TakePhoneCallRequest,
        TakePhoneCallResponse,
        notification_server::{Notification, NotificationServer},
    },
    words::v1::{AlarmKind, CaseKind, Channel, Level, Urgency},
};
use rpc::Error;
use service_kit::id;
use testkit::eventually;
use tokio::net::TcpListener;
use tokio_stream::wrappers::TcpListenerStream;
use tonic::{Request, Response, Status, transport::Server};

use crate::campus::{
    Campus, Running, assistant, example, leak, reason, refusal, requester, somebody,
};

/// Notification, as far as intake asks it: it refuses so many times before it takes an alarm.
#[derive(Clone, Default)]
struct Ear {
    refusals: Arc<Mutex<u32>>,
    heard: Arc<Mutex<Vec<Vec<u8>>>>,
}

type Answer<M> = Result<Response<M>, Status>;

fn unasked<M>() -> Answer<M> {
    Err(Status::unimplemented("intake does not ask this"))
}

#[tonic::async_trait]
impl Notification for Ear {
    async fn raise_alarm(&self, request: Request<RaiseAlarmRequest>) -> Answer<RaiseAlarmResponse> {
        let mut refusals = self.refusals.lock().unwrap();
        if *refusals > 0 {
            *refusals -= 1;
            return Err(Status::unavailable("not yet"));
        }
        self.heard.lock().unwrap().push(request.into_inner().event);
        Ok(Response::new(RaiseAlarmResponse {}))
    }

    async fn list_messages(&self, _: Request<ListMessagesRequest>) -> Answer<ListMessagesResponse> {
        unasked()
    }

    async fn acknowledge_messages(
        &self,
        _: Request<AcknowledgeMessagesRequest>,
    ) -> Answer<AcknowledgeMessagesResponse> {
        unasked()
    }

    async fn list_phone_calls(
        &self,
        _: Request<ListPhoneCallsRequest>,
    ) -> Answer<ListPhoneCallsResponse> {
        unasked()
    }

    async fn take_phone_call(
        &self,
        _: Request<TakePhoneCallRequest>,
    ) -> Answer<TakePhoneCallResponse> {
        unasked()
    }

    async fn settle_phone_call(
        &self,
        _: Request<SettlePhoneCallRequest>,
    ) -> Answer<SettlePhoneCallResponse> {
        unasked()
    }

    async fn acknowledge_alarm(
        &self,
        _: Request<AcknowledgeAlarmRequest>,
    ) -> Answer<AcknowledgeAlarmResponse> {
        unasked()
    }
}

impl Ear {
    /// Listens at a port of its own, and refuses so often at first.
    async fn listening(refusals: u32) -> (Self, String) {
        let ear = Self { refusals: Arc::new(Mutex::new(refusals)), ..Self::default() };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let server = Server::builder().add_service(NotificationServer::new(ear.clone()));
        tokio::spawn(server.serve_with_incoming(TcpListenerStream::new(listener)));
        (ear, url)
    }

    /// The keys of what it heard.
    fn heard(&self) -> Vec<String> {
        let heard = self.heard.lock().unwrap();
        let key = |event: &Vec<u8>| {
            let received = events::decode(event).unwrap();
            let What::Known(fact) = received.what else { panic!("{received:?}") };
            assert_eq!(fact.name(), "intake.case.accepted");
            received.envelope.key.to_string()
        };
        heard.iter().map(key).collect()
    }
}

fn fire() -> OpenAlarmRequest {
    OpenAlarmRequest {
        kind: AlarmKind::Fire.into(),
        channel: Channel::Hotline.into(),
        place: "dorm-7-302".to_owned(),
        ..OpenAlarmRequest::default()
    }
}

async fn open(
    intake: &Running,
    by: &Subject,
    request: OpenAlarmRequest,
) -> Result<AcceptCaseResponse, Error> {
    let request = intake.tell(by).request(request);
    Ok(intake.client().open_alarm(request).await?.into_inner())
}

/// Who holds a post of a department, with a role.
fn holder(role: Role, post: &str) -> Subject {
    let department = post.split('/').next().unwrap().parse().ok();
    Subject { posts: [post.parse().unwrap()].into(), department, ..somebody(role) }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_alarm_is_handed_over_past_the_broker_as_often_as_it_takes_and_then_no_more() {
    let campus = Campus::new().await;
    let (ear, url) = Ear::listening(2).await;
    let intake = campus.start_with(|config| config.peers.notification = url.parse().unwrap()).await;
    intake.apply(&example()).await.unwrap();
    let alarm = open(&intake, &assistant(), fire()).await.unwrap();
    let leak = intake.accept(&assistant(), leak()).await.unwrap();
    eventually("it is handed over", async || !ear.heard().is_empty()).await;
    let waiting = "select count(*) from intake.alarm";
    eventually("nothing waits", async || campus.count(waiting).await == 0).await;
    assert_eq!(ear.heard(), [alarm.case_id], "{} is no alarm", leak.number);
    intake.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_not_handed_over_before_a_crash_is_handed_over_after_it() {
    let campus = Campus::new().await;
    let intake = campus.open().await;
    let alarm = open(&intake, &assistant(), fire()).await.unwrap();
    intake.kill().await;
    let (ear, url) = Ear::listening(0).await;
    let intake = campus.start_with(|config| config.peers.notification = url.parse().unwrap()).await;
    eventually("it is handed over", async || ear.heard() == [alarm.case_id.clone()]).await;
    intake.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_place_is_enough_and_the_answer_is_the_card_with_whom_to_phone() {
    let campus = Campus::new().await;
    let intake = campus.open().await;
    let opened = open(&intake, &assistant(), OpenAlarmRequest { kind: 0, ..fire() }).await.unwrap();
    assert_eq!((opened.urgency(), opened.level()), (Urgency::Critical, Level::Restricted));
    let alarm = opened.alarm.unwrap();
    assert_eq!(alarm.kind(), AlarmKind::Other, "nobody has said what it is");
    let opened = open(&intake, &assistant(), fire()).await.unwrap();
    let alarm = opened.alarm.clone().unwrap();
    assert!(alarm.card_zh.contains("119") && alarm.card_en.contains("119"));
    let posts: Vec<_> = alarm.alerted.iter().map(|one| (&*one.post, &*one.phone)).collect();
    assert_eq!(posts, [("security/guard-post", "8110"), ("hall/duty-counsellor", "8802")]);

    let shown = intake.get(&somebody(Role::DutyCounsellor), &opened.number).await.unwrap();
    assert_eq!(shown.alarm, opened.alarm);
    assert_eq!(shown.summary.unwrap().kind(), CaseKind::Alarm);
    let guard = holder(Role::GuardPost, "security/guard-post");
    assert!(intake.get(&guard, &opened.case_id).await.is_ok(), "before dispatch has heard of it");
    let refused = intake.get(&assistant(), &opened.number).await;
    assert_eq!(reason(refused), "case-unknown", "students do not see it once it is handed over");
    intake.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_with_an_alarm_is_said_by_field() {
    let campus = Campus::new().await;
    let intake = campus.open().await;
    let nowhere = OpenAlarmRequest { place: String::new(), ..fire() };
    for (request, field) in [
        (nowhere, "place"),
        (OpenAlarmRequest { place: "moon".to_owned(), ..fire() }, "place"),
        (OpenAlarmRequest { channel: 0, ..fire() }, "channel"),
        (OpenAlarmRequest { text: "火".repeat(4_001), ..fire() }, "text"),
    ] {
        let (reason, fields) = refusal(open(&intake, &assistant(), request).await);
        assert_eq!((reason.as_str(), fields), ("case-invalid", vec![field.to_owned()]));
    }
    intake.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_campus_without_alarms_takes_none() {
    let campus = Campus::new().await;
    let intake = campus.start().await;
    let mut files = example();
    files.retain(|file| file.name != "items-alarms.yaml");
    let routes = files.iter_mut().find(|file| file.name == "routes.yaml").unwrap();
    let others = routes.text.split("---\n").filter(|route| !route.contains("category: alarm\n"));
    routes.text = others.collect::<Vec<_>>().join("---\n");
    intake.apply(&files).await.unwrap();
    assert_eq!(reason(open(&intake, &assistant(), fire()).await), "no-alarms");
    intake.stop().await;
}

/// A student who calls, as the desk knows them.
fn caller() -> Person {
    Person { phone: "13800000042".to_owned(), ..Person::default() }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_learns_of_a_person_at_risk_but_those_who_handle_it() {
    let campus = Campus::new().await;
    let intake = campus.open().await;
    let first_receiver = assistant();
    let text = "水龙头坏了,室友说不想活了".to_owned();
    let report = AcceptCaseRequest { text, caller: Some(caller()), ..leak() };
    let other = intake.accept(&first_receiver, report).await.unwrap();
    assert_eq!((other.level(), other.alarm), (Level::Internal, None), "the tap drips as before");
    let opened = other.person_at_risk.unwrap();
    assert_eq!(opened.alarm.unwrap().kind(), AlarmKind::PersonAtRisk, "the desk has the card");
    let tap = intake.get(&first_receiver, &other.number).await.unwrap();
    assert_eq!((tap.text.as_str(), tap.linked_to.as_str()), ("", ""), "and knows nothing of it");

    let handlers = [
        first_receiver,
        somebody(Role::DutyCounsellor),
        holder(Role::DutyCounsellor, "hall/duty-counsellor"),
        holder(Role::GuardPost, "security/guard-post"),
    ];
    for handler in &handlers {
        let shown = intake.get(handler, &opened.number).await.unwrap();
        assert!(shown.text.contains("不想活"), "what was said is there");
        assert_eq!(shown.linked_to.is_empty(), handler.roles.contains(&Role::GuardPost));
        let numbers = numbers(&intake, handler).await;
        assert!(numbers.contains(&opened.number), "{:?}", handler.roles);
    }
    let mut others: Vec<_> = Role::ALL.map(somebody).into();
    others.retain(|other| !other.roles.contains(&Role::DutyCounsellor));
    others.push(holder(Role::HallDirector, "hall/director"));
    others.push(holder(Role::DepartmentHead, "security/head"));
    others.push(holder(Role::DepartmentHandler, "security/affairs-a"));
    others.push(holder(Role::Leader, "office/vice-president"));
    for other in &others {
        let roles = &other.roles;
        for case in [&opened.number, &opened.case_id] {
            let hidden = intake.get(other, case).await.unwrap_err();
            let unknown = intake.get(other, "2026-01-000001").await.unwrap_err();
            let told = |error: &Error| {
                (error.code(), error.reason().to_owned(), error.message().to_owned())
            };
            assert_eq!(told(&hidden), told(&unknown), "{roles:?}");
        }
        assert!(!numbers(&intake, other).await.contains(&opened.number), "{roles:?}");
    }
    // Who may see contacts sees that of the leak, and not that of the person.
    let auditor = somebody(Role::Auditor);
    assert_eq!(contacts(&intake, &auditor).await, 1);
    assert_eq!(contacts(&intake, &somebody(Role::DutyCounsellor)).await, 2);
    assert!(numbers(&intake, &auditor).await.contains(&other.number));
    intake.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_reports_a_person_at_risk_for_themselves_gets_a_number_and_no_more() {
    let campus = Campus::new().await;
    let intake = campus.open().await;
    let student = requester(imported(&intake).await);
    let text = "我不想活了".to_owned();
    let channel = Channel::Web.into();
    let report = AcceptCaseRequest { text, channel, ..leak() };
    let leak = intake.accept(&student, report).await.unwrap();
    assert_eq!((leak.level(), leak.person_at_risk), (Level::Internal, None));
    assert_eq!(numbers(&intake, &student).await, [leak.number]);
    assert_eq!(numbers(&intake, &somebody(Role::DutyCounsellor)).await.len(), 2);

    let kind = AlarmKind::PersonAtRisk.into();
    let request = OpenAlarmRequest { kind, channel, ..fire() };
    let opened = open(&intake, &student, request).await.unwrap();
    assert_eq!((opened.level(), opened.urgency()), (Level::Unspecified, Urgency::Unspecified));
    let alarm = opened.alarm.unwrap();
    assert_eq!((alarm.card_zh.as_str(), alarm.alerted.len()), ("", 2), "whom to phone, no more");
    assert_eq!(reason(intake.get(&student, &opened.number).await), "case-unknown");
    let alarm = OpenAlarmRequest { channel, ..fire() };
    let fire = open(&intake, &student, alarm).await.unwrap();
    assert!(fire.alarm.is_some(), "of a fire everybody has the card");
    assert!(intake.get(&student, &fire.number).await.is_ok());
    intake.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_incident_whose_cause_tells_of_a_person_at_risk_goes_on_without_that_cause() {
    let campus = Campus::new().await;
    let intake = campus.open().await;
    let request = OpenIncidentRequest {
        item: "no-water".to_owned(),
        places: vec!["dorm-7".to_owned()],
        cause: "有人站在水箱上要跳楼".to_owned(),
        channel: Channel::Hotline.into(),
        ..OpenIncidentRequest::default()
    };
    let request = intake.tell(&assistant()).request(request);
    let opened = intake.client().open_incident(request).await.unwrap().into_inner();
    assert!(!opened.read_out.is_empty() && opened.person_at_risk.is_some(), "{opened:?}");
    let request = intake.ask(&assistant()).request(ListIncidentsRequest::default());
    let listed = intake.client().list_incidents(request).await.unwrap().into_inner().incidents;
    let shown: Vec<_> = listed.iter().filter_map(|one| one.incident.clone()).collect();
    assert_eq!(shown.iter().map(|one| &*one.cause).collect::<Vec<_>>(), [""]);
    intake.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_is_said_later_tells_of_a_person_at_risk_too_and_is_kept_with_them_alone() {
    let campus = Campus::new().await;
    let intake = campus.open().await;
    let (desk, counsellor) = (assistant(), somebody(Role::DutyCounsellor));
    let leak = intake.accept(&desk, leak()).await.unwrap();
    let case = leak.number.clone();
    let words = "她刚才说想跳楼".to_owned();
    let mut client = intake.client();

    let note = AddNoteRequest { case: case.clone(), text: words.clone() };
    let call = intake.tell(&desk);
    let noted = client.add_note(call.request(note.clone())).await.unwrap().into_inner();
    let again = client.add_note(call.request(note)).await.unwrap().into_inner();
    let of_note = noted.person_at_risk.unwrap();
    assert_eq!(again.person_at_risk.unwrap().number, of_note.number, "once for each intention");
    let chase = ChaseCaseRequest { case: case.clone(), text: words.clone() };
    let chased = client.chase_case(intake.tell(&desk).request(chase)).await.unwrap().into_inner();
    let join = JoinCaseRequest {
        case: case.clone(),
        channel: Channel::Hotline.into(),
        caller: Some(caller()),
        text: words.clone(),
        ..JoinCaseRequest::default()
    };
    let joined = client.join_case(intake.tell(&desk).request(join)).await.unwrap().into_inner();
    let contact = LogContactRequest {
        channel: Channel::Hotline.into(),
        outcome: ContactOutcome::Answered.into(),
        text: words.clone(),
        ..LogContactRequest::default()
    };
    let logged = intake.tell(&desk).request(contact);
    let logged = client.log_contact(logged).await.unwrap().into_inner();

    let persons = [Some(of_note), chased.person_at_risk, joined.person_at_risk];
    for person in persons.into_iter().chain([logged.person_at_risk]) {
        let shown = intake.get(&counsellor, &person.unwrap().number).await.unwrap();
        assert_eq!(shown.text, words);
        assert_eq!(shown.summary.unwrap().level(), Level::Hidden);
    }
    let shown = intake.get(&desk, &case).await.unwrap();
    assert!(shown.remarks.is_empty() && shown.text.is_empty(), "{shown:?}");
    let request = intake.ask(&somebody(Role::Auditor)).request(ListContactsRequest::default());
    let contacts = client.list_contacts(request).await.unwrap().into_inner().contacts;
    assert!(contacts.iter().all(|contact| contact.text.is_empty()), "{contacts:?}");
    intake.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_sees_smoke_says_so_whatever_their_role_and_whatever_they_are_cleared_for() {
    let campus = Campus::new().await;
    let intake = campus.open().await;
    for role in [Role::Repairer, Role::Leader, Role::Auditor, Role::DeskAssistant, Role::GuardPost]
    {
        let who = Subject { highest: events::words::Level::Public, ..somebody(role) };
        for kind in [AlarmKind::Fire, AlarmKind::PersonAtRisk] {
            let request =
                OpenAlarmRequest { channel: Channel::Web.into(), kind: kind.into(), ..fire() };
            let opened = open(&intake, &who, request).await.unwrap();
            assert!(opened.alarm.is_some(), "{role} {kind:?}");
        }
    }
    let refused = open(&intake, &somebody(Role::Service), fire()).await;
    assert_eq!(reason(refused), "not-permitted");
    intake.stop().await;
}

/// A student whom the portal imported.
async fn imported(intake: &Running) -> PersonId {
    let (person, account) = (id().to_string(), id().to_string());
    let requester = Requester { person: person.clone(), account, ..Requester::default() };
    let call = intake.tell(&somebody(Role::SystemAdministrator));
    let request = ImportRequestersRequest { requesters: vec![requester] };
    intake.client().import_requesters(call.request(request)).await.unwrap();
    person.parse().unwrap()
}

/// The numbers of all cases that somebody may list, if they may list any.
async fn numbers(intake: &Running, who: &Subject) -> Vec<String> {
    let request = intake.ask(who).request(ListCasesRequest::default());
    let listed = intake.client().list_cases(request).await;
    let cases = listed.map(|listed| listed.into_inner().cases).unwrap_or_default();
    cases.into_iter().map(|case| case.number).collect()
}

async fn contacts(intake: &Running, who: &Subject) -> usize {
    let request = intake.ask(who).request(ListContactsRequest::default());
    intake.client().list_contacts(request).await.unwrap().into_inner().contacts.len()
}
