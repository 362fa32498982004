//! An alarm as notification hears of it, and those who hear of it from there.

use std::collections::BTreeMap;

use authz::{Role, Subject};
use events::{
    DispatchFact, Envelope, Fact, IntakeFact,
    dispatch::WorkOrderOfferedV1,
    encode,
    intake::{CaseAcceptedV1, CaseClosedV1, CaseReopenedV1},
    words::{CaseKind, Cycle, End, Level, PostId, ReopenCause, Service},
};
use jiff::SignedDuration;
use proto::notification::v1::{
    AcknowledgeAlarmRequest, AcknowledgeAlarmResponse, ListPhoneCallsRequest, PhoneCall,
    RaiseAlarmRequest, notification_client::NotificationClient,
};
use rpc::{Call, Channel, Error};
use runtime::config::Channels;
use service_kit::{Gateway, Replica, id, somebody};
use testkit::eventually;
use uuid::Uuid;

use crate::case::{Told, leak, offered};

pub(crate) const NUMBER: &str = "2026-11-000007";
/// Who is alerted at once, and one minute later each.
pub(crate) const AT_ONCE: [&str; 2] = ["post/hall/duty-counsellor", "post/security/guard-post"];
pub(crate) const FIRST: &str = "post/security/guard-leader";
pub(crate) const SECOND: &str = "post/hall/director";

pub(crate) fn fire() -> CaseAcceptedV1 {
    let (kind, level) = (CaseKind::Alarm, Level::Restricted);
    CaseAcceptedV1 { kind, level, item: "alarm-fire".parse().unwrap(), ..leak() }
}

pub(crate) fn person_at_risk() -> CaseAcceptedV1 {
    CaseAcceptedV1 { level: Level::Hidden, item: "person-at-risk".parse().unwrap(), ..fire() }
}

/// Who holds a post, with a role.
pub(crate) fn holder(role: Role, post: &str) -> Subject {
    let department = post.split('/').next();
    Subject { posts: [post.parse().unwrap()].into(), ..somebody(role, department) }
}

pub(crate) fn guard() -> Subject {
    holder(Role::GuardPost, "security/guard-post")
}

pub(crate) fn counsellor() -> Subject {
    holder(Role::DutyCounsellor, "hall/duty-counsellor")
}

/// An alarm of notification's, and those who hear of it.
pub(crate) struct Alarm {
    pub(crate) told: Told,
    pub(crate) replica: Replica,
    pub(crate) case: Uuid,
    pub(crate) event: (Envelope, Fact),
}

impl Alarm {
    pub(crate) async fn of(accepted: CaseAcceptedV1) -> Self {
        Self::with(accepted, |_| Channels::default()).await
    }

    /// The same, with ways out of the installation.
    pub(crate) async fn with(
        accepted: CaseAcceptedV1,
        channels: impl FnOnce(&Told) -> Channels,
    ) -> Self {
        let told = Told::starting_at("02:00").await;
        let (channels, case) = (channels(&told), id());
        let replica = Box::pin(told.start_with(|config| config.channels = channels)).await;
        let event = (told.envelope(Service::Intake, case), Fact::from(accepted));
        Self { told, replica, case, event }
    }

    pub(crate) fn client(&self) -> NotificationClient<Channel> {
        NotificationClient::new(self.replica.channel())
    }

    /// Intake hands it over itself.
    pub(crate) async fn is_raised(&self) -> Result<(), Error> {
        self.is_raised_at(&self.replica).await
    }

    pub(crate) async fn is_raised_at(&self, replica: &Replica) -> Result<(), Error> {
        let event = encode(&self.event.0, &self.event.1).unwrap();
        let mut client = NotificationClient::new(replica.channel());
        client.raise_alarm(Call::new().request(RaiseAlarmRequest { event })).await?;
        Ok(())
    }

    /// The broker brings it.
    pub(crate) async fn is_heard(&self) {
        let (envelope, fact) = &self.event;
        self.told.put(envelope, fact).await;
        self.told.has_heard(Service::Intake, self.case, envelope.sequence).await;
    }

    /// It is opened again: the fact takes the place of the one that is raised and heard.
    pub(crate) fn is_reopened(&mut self, cycle: u16) {
        let Fact::Intake(IntakeFact::CaseAccepted(accepted)) = &self.event.1 else {
            panic!("an acceptance")
        };
        let CaseAcceptedV1 { kind, item, place, urgency, level, reporters, promises, .. } =
            accepted.clone();
        let fact = CaseReopenedV1 {
            cycle: Cycle::new(cycle).unwrap(),
            cause: ReopenCause::Requester,
            by: None,
            reopened_at: self.told.now(),
            kind,
            item,
            place,
            urgency,
            level,
            reporters,
            promises,
        };
        let envelope = self.told.envelope(Service::Intake, self.case);
        self.event = (envelope, IntakeFact::from(fact).into());
    }

    /// The work is offered to this post.
    pub(crate) async fn is_offered(&self, post: &str) {
        let DispatchFact::WorkOrderOffered(offer) = offered() else { panic!("an offer") };
        let post: PostId = post.parse().unwrap();
        let department = post.department().clone();
        let offer = WorkOrderOfferedV1 { department, post, ..offer };
        self.told.tell(self.case, DispatchFact::from(offer)).await;
    }

    /// Its case ends.
    pub(crate) async fn is_closed(&self) {
        let (cycle, end, closed_at) = (Cycle::FIRST, End::Test, self.told.now());
        let closed = CaseClosedV1 { cycle, end, closed_at, by: None };
        self.told.tell(self.case, IntakeFact::from(closed)).await;
    }

    /// How many rows of the audit say that somebody has it.
    pub(crate) async fn is_audited(&self) -> i64 {
        let rows = "select count(*) from delivery.audit where action = 'alarm.acknowledged'";
        self.told.count(rows).await
    }

    pub(crate) async fn has(&self, who: &Subject) -> Result<AcknowledgeAlarmResponse, Error> {
        let request = AcknowledgeAlarmRequest { case: NUMBER.to_owned() };
        Ok(self.client().acknowledge_alarm(self.told.asks(who, request)).await?.into_inner())
    }

    /// How often each was alerted by something that went out.
    pub(crate) async fn alerted(&self) -> BTreeMap<String, i64> {
        let counts = "select recipient, count(*) from notification.message
                      where case_id = $1 and template = 'alarm' and state = 'sent' group by 1";
        let rows = sqlx::query_as(counts).bind(self.case).fetch_all(self.told.pool()).await;
        rows.unwrap().into_iter().collect()
    }

    /// Waits until so much has gone out.
    pub(crate) async fn alerts(&self, expected: &[(&str, i64)]) {
        let expected: BTreeMap<_, _> =
            expected.iter().map(|(post, times)| ((*post).to_owned(), *times)).collect();
        eventually(&format!("{expected:?} are alerted"), async || self.alerted().await == expected)
            .await;
    }

    pub(crate) async fn calls(&self, who: &Subject) -> Vec<PhoneCall> {
        let request = self.told.asks(who, ListPhoneCallsRequest::default());
        self.client().list_phone_calls(request).await.unwrap().into_inner().calls
    }

    pub(crate) fn a_minute_passes(&self) {
        self.told.jump(SignedDuration::from_mins(1));
    }

    /// A minute passes, and the step that falls due is taken.
    pub(crate) async fn a_step_is_taken(&self) {
        let steps = "select steps::bigint from notification.alarm";
        let before = self.told.count(steps).await;
        self.a_minute_passes();
        eventually("a step is taken", async || self.told.count(steps).await > before).await;
    }
}

pub(crate) fn desk() -> Subject {
    somebody(Role::DeskAssistant, None)
}

/// A robot of the guards' chat with this budget, and a gateway for text messages.
pub(crate) fn of_guards(
    told: &Told,
    robot: &Gateway,
    sms: Option<&Gateway>,
    per_minute: u32,
) -> Channels {
    let robot = robot.endpoint(told.file("robot"), per_minute);
    Channels {
        wecom: [("security".to_owned(), robot)].into(),
        sms: sms.map(|sms| sms.endpoint(told.file("sms"), 20)),
        ..Channels::default()
    }
}
