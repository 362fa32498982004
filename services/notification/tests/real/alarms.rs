//! An alarm rings at once, whatever the broker does, and until somebody has it.

use std::{collections::BTreeMap, time::Duration};

use authz::{Role, Subject};
use events::{
    DispatchFact, Envelope, Fact, NotifyFact,
    dispatch::{ROSTER_KEY, RosterChangedV1},
    encode,
    intake::{CaseAcceptedV1, CaseClosedV1},
    words::{CaseKind, Cycle, End, Level, Service, Stream},
};
use jiff::SignedDuration;
use proto::notification::v1::{
    AcknowledgeAlarmRequest, AcknowledgeAlarmResponse, AcknowledgeMessagesRequest,
    ListMessagesRequest, ListPhoneCallsRequest, PhoneCall, RaiseAlarmRequest,
    SettlePhoneCallRequest, TakePhoneCallRequest, notification_client::NotificationClient,
};
use rpc::{Call, Channel, Code, Error};
use service_kit::{Replica, account, id, somebody};
use testkit::{Proxy, eventually};
use uuid::Uuid;

use crate::case::{Told, fired, leak, offered};

const NUMBER: &str = "2026-11-000007";
/// Who is alerted at once, and one minute later each.
const AT_ONCE: [&str; 2] = ["post/hall/duty-counsellor", "post/security/guard-post"];
const FIRST: &str = "post/security/guard-leader";
const SECOND: &str = "post/hall/director";

/// From then on wake-ups wait for facts, for up to a minute.
const NEWS_ARE_OLD: Duration = Duration::from_secs(4);

fn fire() -> CaseAcceptedV1 {
    let (kind, level) = (CaseKind::Alarm, Level::Restricted);
    CaseAcceptedV1 { kind, level, item: "alarm-fire".parse().unwrap(), ..leak() }
}

fn person_at_risk() -> CaseAcceptedV1 {
    CaseAcceptedV1 { level: Level::Hidden, item: "person-at-risk".parse().unwrap(), ..fire() }
}

/// Who holds a post, with a role.
fn holder(role: Role, post: &str) -> Subject {
    let department = post.split('/').next();
    Subject { posts: [post.parse().unwrap()].into(), ..somebody(role, department) }
}

fn guard() -> Subject {
    holder(Role::GuardPost, "security/guard-post")
}

fn counsellor() -> Subject {
    holder(Role::DutyCounsellor, "hall/duty-counsellor")
}

/// An alarm of notification's, and those who hear of it.
struct Alarm {
    told: Told,
    replica: Replica,
    case: Uuid,
    event: (Envelope, Fact),
}

impl Alarm {
    async fn of(accepted: CaseAcceptedV1) -> Self {
        let told = Told::starting_at("02:00").await;
        let (replica, case) = (told.start().await, id());
        let event = (told.envelope(Service::Intake, case), Fact::from(accepted));
        Self { told, replica, case, event }
    }

    fn client(&self) -> NotificationClient<Channel> {
        NotificationClient::new(self.replica.channel())
    }

    /// Intake hands it over itself.
    async fn is_raised(&self) -> Result<(), Error> {
        let event = encode(&self.event.0, &self.event.1).unwrap();
        self.client().raise_alarm(Call::new().request(RaiseAlarmRequest { event })).await?;
        Ok(())
    }

    /// The broker brings it.
    async fn is_heard(&self) {
        let (envelope, fact) = &self.event;
        self.told.put(envelope, fact).await;
        self.told.has_heard(Service::Intake, self.case, envelope.sequence).await;
    }

    async fn has(&self, who: &Subject) -> Result<AcknowledgeAlarmResponse, Error> {
        let request = AcknowledgeAlarmRequest { case: NUMBER.to_owned() };
        Ok(self.client().acknowledge_alarm(self.told.asks(who, request)).await?.into_inner())
    }

    /// How often each was alerted by something that went out.
    async fn alerted(&self) -> BTreeMap<String, i64> {
        let counts = "select recipient, count(*) from notification.message
                      where case_id = $1 and template = 'alarm' and state = 'sent' group by 1";
        let rows = sqlx::query_as(counts).bind(self.case).fetch_all(self.told.pool()).await;
        rows.unwrap().into_iter().collect()
    }

    /// Waits until so much has gone out.
    async fn alerts(&self, expected: &[(&str, i64)]) {
        let expected: BTreeMap<_, _> =
            expected.iter().map(|(post, times)| ((*post).to_owned(), *times)).collect();
        eventually(&format!("{expected:?} are alerted"), async || self.alerted().await == expected)
            .await;
    }

    async fn calls(&self, who: &Subject) -> Vec<PhoneCall> {
        let request = self.told.asks(who, ListPhoneCallsRequest::default());
        self.client().list_phone_calls(request).await.unwrap().into_inner().calls
    }

    async fn a_minute_passes(&self) {
        self.told.jump(SignedDuration::from_mins(1));
    }
}

fn desk() -> Subject {
    somebody(Role::DeskAssistant, None)
}

#[tokio::test]
async fn without_the_broker_guard_and_counsellor_are_alerted_at_once_and_the_next_each_minute() {
    let told = Told::starting_at("02:00").await;
    let proxy = Proxy::to(told.nats().port()).await;
    let url = format!("nats://127.0.0.1:{}", proxy.port());
    let replica = told.start_with(|config| config.broker.url = url).await;
    let case = id();
    let event = (told.envelope(Service::Intake, case), Fact::from(fire()));
    let alarm = Alarm { told, replica, case, event };
    proxy.refuse();
    tokio::time::sleep(NEWS_ARE_OLD).await;

    alarm.is_raised().await.unwrap();
    assert_eq!(alarm.alerted().await.len(), 2, "before intake is answered");
    alarm.alerts(&AT_ONCE.map(|post| (post, 1))).await;
    alarm.a_minute_passes().await;
    alarm.alerts(&[(AT_ONCE[0], 1), (AT_ONCE[1], 1), (FIRST, 1)]).await;
    alarm.a_minute_passes().await;
    alarm.alerts(&[(AT_ONCE[0], 1), (AT_ONCE[1], 1), (FIRST, 1), (SECOND, 1)]).await;
    alarm.a_minute_passes().await;
    alarm.alerts(&[(AT_ONCE[0], 2), (AT_ONCE[1], 2), (FIRST, 1), (SECOND, 1)]).await;

    let (guard, counsellor) = (guard(), counsellor());
    let first = alarm.has(&guard).await.unwrap();
    assert!(!first.repeated);
    let again = alarm.has(&counsellor).await.unwrap();
    assert!(again.repeated, "and is told who was first");
    assert_eq!((again.by, again.at), (account(&guard).to_string(), first.at));
    let sent = alarm.alerted().await;
    alarm.told.jump(SignedDuration::from_mins(10));
    let ringing = "select count(*) from notification.alarm where next_at is not null";
    assert_eq!(alarm.told.count(ringing).await, 0);
    assert_eq!(alarm.alerted().await, sent);
    alarm.replica.stop().await;
}

#[tokio::test]
async fn whichever_way_it_comes_first_and_however_often_it_rings_once() {
    for straight_first in [true, false] {
        let alarm = Alarm::of(fire()).await;
        if straight_first {
            alarm.is_raised().await.unwrap();
            alarm.is_heard().await;
        } else {
            alarm.is_heard().await;
        }
        alarm.is_raised().await.unwrap();
        alarm.is_raised().await.unwrap();
        alarm.alerts(&AT_ONCE.map(|post| (post, 1))).await;
        alarm.a_minute_passes().await;
        alarm.alerts(&[(AT_ONCE[0], 1), (AT_ONCE[1], 1), (FIRST, 1)]).await;
        alarm.told.tells(alarm.case, 3).await;
        assert_eq!(alarm.told.count("select count(*) from notification.message").await, 3);
        alarm.replica.stop().await;
    }
}

#[tokio::test]
async fn who_does_not_say_in_a_minute_that_they_have_it_is_phoned_and_whoever_is_reached_has_it() {
    let alarm = Alarm::of(fire()).await;
    alarm.is_raised().await.unwrap();
    alarm.alerts(&AT_ONCE.map(|post| (post, 1))).await;
    let desk = desk();
    assert!(alarm.calls(&desk).await.is_empty());
    alarm.a_minute_passes().await;
    let calls = eventually("two are to be phoned", async || {
        Some(alarm.calls(&desk).await).filter(|calls| calls.len() == 2)
    })
    .await;
    assert!(calls.iter().all(|call| call.template == "alarm" && !call.phone.is_empty()));

    let taken =
        alarm.client().take_phone_call(alarm.told.asks(&desk, TakePhoneCallRequest {})).await;
    let call = taken.unwrap().into_inner().call.unwrap().id;
    let request = alarm.told.asks(&desk, SettlePhoneCallRequest { call, reached: true });
    alarm.client().settle_phone_call(request).await.unwrap();
    assert!(alarm.calls(&desk).await.is_empty(), "nobody else is phoned");
    let known = alarm.has(&guard()).await.unwrap();
    assert_eq!((known.repeated, known.by), (true, account(&desk).to_string()));
    let said = eventually("it is said", async || {
        let facts = alarm.told.published(Stream::Notify, alarm.case).await.into_iter();
        facts.into_iter().find_map(|fact| match fact {
            Fact::Notify(NotifyFact::AlarmAcknowledged(said)) => Some(said),
            _ => None,
        })
    })
    .await;
    assert_eq!((said.by, said.steps), (account(&desk), 2));
    alarm.replica.stop().await;
}

#[tokio::test]
async fn whoever_acknowledges_the_message_has_the_alarm() {
    let alarm = Alarm::of(fire()).await;
    alarm.is_raised().await.unwrap();
    let guard = guard();
    let request = AcknowledgeMessagesRequest { case: NUMBER.to_owned() };
    alarm.client().acknowledge_messages(alarm.told.asks(&guard, request)).await.unwrap();
    let known = alarm.has(&counsellor()).await.unwrap();
    assert_eq!((known.repeated, known.by), (true, account(&guard).to_string()));
    alarm.replica.stop().await;
}

#[tokio::test]
async fn a_post_at_which_nobody_is_passes_its_turn_on() {
    let alarm = Alarm::of(fire()).await;
    let post = "security/guard-leader".parse().unwrap();
    let empty = DispatchFact::from(RosterChangedV1 { post, stays: Vec::new() });
    alarm.told.tell(ROSTER_KEY, empty).await;
    alarm.is_raised().await.unwrap();
    alarm.a_minute_passes().await;
    alarm.alerts(&[(AT_ONCE[0], 1), (AT_ONCE[1], 1), (SECOND, 1)]).await;
    alarm.replica.stop().await;
}

#[tokio::test]
async fn an_alarm_whose_case_ended_is_over() {
    let alarm = Alarm::of(fire()).await;
    alarm.is_heard().await;
    let closed =
        CaseClosedV1 { cycle: Cycle::FIRST, end: End::Test, closed_at: alarm.told.now(), by: None };
    alarm.told.tell(alarm.case, events::IntakeFact::from(closed)).await;
    let refused = alarm.has(&guard()).await.unwrap_err();
    assert_eq!((refused.code(), refused.reason()), (Code::FailedPrecondition, "alarm-over"));
    alarm.replica.stop().await;
}

#[tokio::test]
async fn of_an_alarm_its_reporters_are_told_nothing_and_guards_are_not_offered_it_besides() {
    let alarm = Alarm::of(fire()).await;
    alarm.is_heard().await;
    let DispatchFact::WorkOrderOffered(offer) = offered() else { panic!("an offer") };
    let to_guards = events::dispatch::WorkOrderOfferedV1 {
        department: "security".parse().unwrap(),
        post: "security/guard-post".parse().unwrap(),
        ..offer.clone()
    };
    alarm.told.tell(alarm.case, DispatchFact::from(to_guards)).await;
    // Somebody else would have to be told.
    alarm.told.tell(alarm.case, DispatchFact::from(offer)).await;
    let mut told = alarm.told.tells(alarm.case, 3).await;
    told.sort();
    let alerted = AT_ONCE.map(|post| format!("{post}: alarm"));
    let offered = "post/logistics/plumbing: offered".to_owned();
    assert_eq!(told, [alerted[0].clone(), offered, alerted[1].clone()]);
    alarm.replica.stop().await;
}

#[tokio::test]
async fn of_a_person_at_risk_nobody_hears_anything_but_who_handles_it() {
    let alarm = Alarm::of(person_at_risk()).await;
    alarm.is_heard().await;
    alarm.told.tell(alarm.case, offered()).await;
    alarm.told.tell(alarm.case, fired()).await;
    alarm.a_minute_passes().await;
    let next = "post/hall/counsellor-standby";
    alarm.alerts(&[(AT_ONCE[0], 1), (AT_ONCE[1], 1), (next, 1)]).await;
    alarm.told.tells(alarm.case, 3).await;
    assert_eq!(alarm.told.count("select count(*) from notification.message").await, 3);

    let unknown = AcknowledgeAlarmRequest { case: "2026-11-000099".to_owned() };
    let unknown = alarm.client().acknowledge_alarm(alarm.told.asks(&desk(), unknown)).await;
    let unknown = Error::from(unknown.unwrap_err());
    let others = [
        desk(),
        somebody(Role::Auditor, None),
        somebody(Role::QualityOfficer, None),
        holder(Role::HallDirector, "hall/director"),
        holder(Role::DepartmentHead, "security/head"),
        holder(Role::DepartmentHandler, "logistics/plumbing"),
        holder(Role::Leader, "logistics/repair-leader"),
        Subject { person: leak().reporters.first().copied(), ..somebody(Role::Requester, None) },
    ];
    for other in others {
        let role = other.roles.first().unwrap().to_string();
        let page = alarm.told.page(&alarm.replica, &other, ListMessagesRequest::default()).await;
        // Who may list none at all is refused.
        let listed = page.map(|page| page.messages).unwrap_or_default();
        assert!(listed.is_empty(), "{role}: {listed:?}");
        let refused = alarm.has(&other).await.unwrap_err();
        let same = (unknown.code(), unknown.reason(), unknown.message());
        assert_eq!((refused.code(), refused.reason(), refused.message()), same, "{role}");
        let request = AcknowledgeMessagesRequest { case: NUMBER.to_owned() };
        let refused = alarm.client().acknowledge_messages(alarm.told.asks(&other, request)).await;
        assert_eq!(Error::from(refused.unwrap_err()).reason(), "case-unknown", "{role}");
    }
    let calls = alarm.calls(&desk()).await;
    assert_eq!(calls.len(), 2, "whom to phone, and nothing of it: {calls:?}");
    assert!(calls.iter().all(|call| call.case_id.is_empty() && call.case_number.is_empty()));
    assert_eq!(alarm.calls(&counsellor()).await.len(), 2);
    assert_eq!(alarm.told.list(&alarm.replica, &counsellor()).await.len(), 3);
    assert_eq!(
        alarm.told.list(&alarm.replica, &guard()).await.len(),
        1,
        "what their post was told"
    );
    alarm.has(&guard()).await.unwrap();
    alarm.replica.stop().await;
}

#[tokio::test]
async fn what_is_no_alarm_is_neither_raised_nor_acknowledged() {
    let alarm = Alarm::of(leak()).await;
    let refused = alarm.is_raised().await.unwrap_err();
    assert_eq!((refused.code(), refused.reason()), (Code::InvalidArgument, "not-an-alarm"));
    alarm.is_heard().await;
    let refused = alarm.has(&counsellor()).await.unwrap_err();
    assert_eq!((refused.code(), refused.reason()), (Code::FailedPrecondition, "case-not-an-alarm"));

    let event = encode(&alarm.event.0, &Fact::from(fire())).unwrap();
    let request = alarm.told.asks(&counsellor(), RaiseAlarmRequest { event });
    let refused = Error::from(alarm.client().raise_alarm(request).await.unwrap_err());
    assert_eq!(refused.reason(), "not-permitted", "services raise alarms");
    alarm.replica.stop().await;
}
