//! Callback-survey with cases, as a test speaks of them.

use std::ops::Deref;

use authz::{Role, Subject};
use clock::{AccountId, ContactId, PersonId};
use events::{
    Fact, IntakeFact, SurveyFact,
    intake::{CaseAcceptedV1, CaseClosedV1, CaseReopenedV1, CaseResolvedV1},
    words::{CaseKind, CaseNumber, Channel, Cycle, End, Level, ReopenCause, Service, Urgency},
};
use jiff::{Timestamp, ToSpan as _, civil::Time, tz::TimeZone};
use proto::callback_survey::v1::{
    Answer, Callback, ListCallbacksRequest, ListCallbacksResponse, NextCallbackRequest,
    RecordAttemptRequest, RecordAttemptResponse, callback_survey_client::CallbackSurveyClient,
};
use rpc::{Channel as Connection, Error};
use testkit::eventually;
use uuid::Uuid;

use service_kit::{Door, Replica, World, id, somebody};

/// A running callback-survey.
pub(crate) struct Running {
    world: World,
    replica: Replica,
}

impl Deref for Running {
    type Target = World;

    fn deref(&self) -> &World {
        &self.world
    }
}

impl Running {
    /// Starts it, and it is tomorrow morning at nine: people may be called.
    pub(crate) async fn start() -> Self {
        let door: Door = |host, serving| Box::pin(callback_survey::run(host, serving));
        let schemas = &callback_survey::SCHEMAS;
        let world = World::new(Service::CallbackSurvey, schemas, door).await;
        let replica = world.start().await;
        world.jump_to(day(1, "09:00"));
        Self { world, replica }
    }

    pub(crate) fn client(&self) -> CallbackSurveyClient<Connection> {
        CallbackSurveyClient::new(self.replica.channel())
    }

    /// A completed case that is to be asked after; answers its key and its callback.
    pub(crate) async fn completed(&self, resolved: CaseResolvedV1) -> (Uuid, String) {
        let case = id();
        let accepted = CaseAcceptedV1 { level: resolved.level, ..accepted() };
        self.say(case, IntakeFact::from(accepted)).await;
        self.say(case, IntakeFact::from(resolved)).await;
        (case, self.callback(case, 1).await)
    }

    /// The callback that was opened for a cycle of a case.
    pub(crate) async fn callback(&self, case: Uuid, cycle: u16) -> String {
        let opened = async || {
            self.facts(case).await.into_iter().find_map(|fact| {
                let Fact::Survey(SurveyFact::CallbackDue(due)) = fact else { return None };
                (due.cycle.get() == cycle).then_some(due.callback)
            })
        };
        eventually("the callback is due", opened).await.to_string()
    }

    pub(crate) async fn next(&self, who: &Subject) -> Option<Callback> {
        let request = self.asks(who, NextCallbackRequest {});
        self.client().next_callback(request).await.unwrap().into_inner().callback
    }

    pub(crate) async fn record(
        &self,
        who: &Subject,
        request: RecordAttemptRequest,
    ) -> Result<RecordAttemptResponse, Error> {
        Ok(self.client().record_attempt(self.asks(who, request)).await?.into_inner())
    }

    /// Nobody was reached.
    pub(crate) async fn tries(
        &self,
        who: &Subject,
        callback: &str,
    ) -> Result<RecordAttemptResponse, Error> {
        let callback = callback.to_owned();
        self.record(who, RecordAttemptRequest { callback, reached: false, answer: None }).await
    }

    /// Somebody was reached, and said this.
    pub(crate) async fn hears(
        &self,
        who: &Subject,
        callback: &str,
        answer: Answer,
    ) -> Result<RecordAttemptResponse, Error> {
        let (callback, answer) = (callback.to_owned(), Some(answer));
        self.record(who, RecordAttemptRequest { callback, reached: true, answer }).await
    }

    pub(crate) async fn page(
        &self,
        who: &Subject,
        request: ListCallbacksRequest,
    ) -> Result<ListCallbacksResponse, Error> {
        Ok(self.client().list_callbacks(self.asks(who, request)).await?.into_inner())
    }

    /// All that somebody sees.
    pub(crate) async fn list(&self, who: &Subject) -> Vec<Callback> {
        self.page(who, ListCallbacksRequest::default()).await.unwrap().callbacks
    }
}

/// A time of the `n`th day from today, where the campus is.
pub(crate) fn day(n: i64, time: &str) -> Timestamp {
    let campus = TimeZone::get("Asia/Shanghai").unwrap();
    let today = clock::Clock::system().machine().to_zoned(campus.clone()).date();
    let time: Time = time.parse().unwrap();
    let at = today.checked_add(n.days()).unwrap().to_datetime(time);
    at.to_zoned(campus).unwrap().timestamp()
}

/// A leaking pipe, accepted.
pub(crate) fn accepted() -> CaseAcceptedV1 {
    CaseAcceptedV1 {
        number: CaseNumber::new(2026, 11, 7).unwrap(),
        kind: CaseKind::Repair,
        channel: Channel::Hotline,
        contact: ContactId::from_uuid(id()),
        item: "water-leak".parse().unwrap(),
        place: "dorm-7-304".parse().unwrap(),
        urgency: Urgency::Urgent,
        level: Level::Internal,
        received_at: day(-1, "09:00"),
        cycle: Cycle::FIRST,
        first_receiver: AccountId::from_uuid(id()),
        reporters: vec![PersonId::from_uuid(id())],
        promises: Vec::new(),
        incident: None,
        complains_of: None,
    }
}

/// It is repaired, by somebody.
pub(crate) fn resolved() -> CaseResolvedV1 {
    CaseResolvedV1 {
        cycle: Cycle::FIRST,
        resolved_at: day(0, "15:00"),
        item: "water-leak".parse().unwrap(),
        urgency: Urgency::Urgent,
        level: Level::Internal,
        reporters: vec![PersonId::from_uuid(id())],
        workers: vec![AccountId::from_uuid(id())],
    }
}

pub(crate) fn reopened(cycle: u16) -> IntakeFact {
    CaseReopenedV1 {
        cycle: Cycle::new(cycle).unwrap(),
        cause: ReopenCause::NotSolved,
        by: None,
        reopened_at: day(1, "10:00"),
        kind: CaseKind::Repair,
        item: "water-leak".parse().unwrap(),
        place: "dorm-7-304".parse().unwrap(),
        urgency: Urgency::Urgent,
        level: Level::Internal,
        reporters: Vec::new(),
        promises: Vec::new(),
    }
    .into()
}

pub(crate) fn closed(end: End) -> IntakeFact {
    CaseClosedV1 { cycle: Cycle::FIRST, end, closed_at: day(1, "10:00"), by: None }.into()
}

pub(crate) fn solved() -> Answer {
    Answer { solved: true, on_time: Some(true), score: Some(5), ..Answer::default() }
}

pub(crate) fn not_solved() -> Answer {
    Answer { solved: false, attitude: Some(4), ..Answer::default() }
}

/// A student assistant at the desk.
pub(crate) fn assistant() -> Subject {
    somebody(Role::DeskAssistant, None)
}
