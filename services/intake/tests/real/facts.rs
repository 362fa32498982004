//! What dispatch, escalation-timer and callback-survey say, and what becomes of the case.

use std::collections::BTreeMap;

use async_nats::jetstream;
use authz::{Role, Subject};
use clock::{AccountId, OfferId, TimerId, WorkOrderId};
use delivery::stream_settings;
use events::{
    Envelope, Fact, Source,
    dispatch::{CaseCompletedV1, WorkOrderOfferedV1},
    encode,
    escalation::{RungFiredV1, RungToldV1},
    survey::CaseJudgedV1,
    words::{Commitment, Cycle, Level, Revision, Service, Subject as Of, Urgency, Verdict},
};
use jiff::{SignedDuration, Timestamp};
use proto::{
    intake::v1::{CaseState, CaseSummary, ReopenCaseRequest, ReopenCaseResponse},
    words::v1::End,
};
use rpc::Error;
use service_kit::id;
use testkit::{Nats, eventually};
use uuid::Uuid;

use crate::campus::{Campus, Running, assistant, example, leak, reason, somebody};

/// An intake on a broker, and others who speak there.
struct Others {
    campus: Campus,
    intake: Running,
    jetstream: jetstream::Context,
    _nats: Nats,
}

impl Others {
    async fn new() -> Self {
        let nats = Nats::start("").await;
        let jetstream = nats.jetstream().await;
        let installation = "campus".parse().unwrap();
        for stream in Service::Intake.reads() {
            let settings = stream_settings(*stream, &installation, 1);
            jetstream.create_stream(settings).await.unwrap();
        }
        let campus = Campus::new().await;
        let intake = campus.start_on(&nats.url()).await;
        intake.apply(&example()).await.unwrap();
        Self { campus, intake, jetstream, _nats: nats }
    }

    /// A case that was just accepted.
    async fn case(&self) -> Uuid {
        let told = self.intake.accept(&assistant(), leak()).await.unwrap();
        told.case_id.parse().unwrap()
    }

    /// Another service says its first fact of a case.
    async fn say(&self, key: Uuid, fact: impl Into<Fact>) {
        let fact = fact.into();
        let (service, now) = (fact.stream().producer(), self.intake.clock().now());
        let envelope = Envelope {
            id: id(),
            source: Source { installation: "campus".parse().unwrap(), service },
            key,
            sequence: 1,
            epoch: 1,
            happened: now,
            recorded: now,
            after: BTreeMap::from([(Service::Intake, 1)]),
            revision: Revision(1),
            traceparent: None,
        };
        let payload = encode(&envelope, &fact).unwrap();
        self.jetstream.publish(fact.subject(), payload.into()).await.unwrap().await.unwrap();
    }

    /// Dispatch says that the first cycle is done.
    async fn completes(&self, case: Uuid) {
        let (completed_at, workers) = (self.intake.clock().now(), vec![AccountId::from_uuid(id())]);
        self.say(case, CaseCompletedV1 { cycle: Cycle::FIRST, completed_at, workers }).await;
    }

    /// Callback-survey says what the first cycle came to.
    async fn judges(&self, case: Uuid, verdict: Verdict) {
        let judged_at = self.intake.clock().now();
        self.say(case, CaseJudgedV1 { cycle: Cycle::FIRST, verdict, judged_at }).await;
    }

    async fn summary(&self, case: Uuid) -> CaseSummary {
        let case = self.intake.get(&assistant(), &case.to_string()).await.unwrap();
        case.summary.unwrap()
    }

    async fn reaches(&self, case: Uuid, state: CaseState, cycle: u32) -> CaseSummary {
        let what = format!("{case} is {state:?} in cycle {cycle}");
        let reached = async || {
            let now = self.summary(case).await;
            (now.state() == state && now.cycle == cycle).then_some(now)
        };
        eventually(&what, reached).await
    }

    async fn reopen(&self, case: Uuid) -> Result<ReopenCaseResponse, Error> {
        let request = ReopenCaseRequest { case: case.to_string(), reason: String::new() };
        let call = self.intake.tell(&assistant()).request(request);
        Ok(self.intake.client().reopen_case(call).await?.into_inner())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_completed_case_is_resolved_and_closed_by_its_judgement() {
    let others = Others::new().await;
    let case = others.case().await;
    others.completes(case).await;
    others.reaches(case, CaseState::Resolved, 1).await;
    others.judges(case, Verdict::Solved).await;
    let closed = others.reaches(case, CaseState::Closed, 1).await;
    assert_eq!(closed.end(), End::Solved);
}

#[tokio::test(flavor = "multi_thread")]
async fn not_solved_need_not_wait_for_the_callback() {
    let others = Others::new().await;
    let case = others.case().await;
    others.completes(case).await;
    others.reaches(case, CaseState::Resolved, 1).await;
    assert_eq!(others.reopen(case).await.unwrap().cycle, 2);
    others.reaches(case, CaseState::Open, 2).await;
    // Whoever was asked in the meantime spoke of the cycle before.
    others.judges(case, Verdict::Solved).await;
    others.judges(case, Verdict::NotSolved).await;
    assert_eq!(reason(others.reopen(case).await), "case-open");
    others.reaches(case, CaseState::Open, 2).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn not_solved_opens_the_next_cycle_of_the_same_case_with_new_promises() {
    let others = Others::new().await;
    let case = others.case().await;
    let promised = others.summary(case).await.promise;
    others.completes(case).await;
    others.reaches(case, CaseState::Resolved, 1).await;
    others.campus.jump(SignedDuration::from_hours(48));
    others.judges(case, Verdict::NotSolved).await;
    let reopened = others.reaches(case, CaseState::Open, 2).await;
    assert!(
        reopened.promise.unwrap().due.unwrap().seconds > promised.unwrap().due.unwrap().seconds
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_closed_case_is_reopened_within_its_seven_days_and_not_later() {
    let others = Others::new().await;
    let (first, second) = (others.case().await, others.case().await);
    for case in [first, second] {
        others.completes(case).await;
        others.reaches(case, CaseState::Resolved, 1).await;
        others.judges(case, Verdict::Solved).await;
        others.reaches(case, CaseState::Closed, 1).await;
    }
    others.campus.jump(SignedDuration::from_hours(6 * 24));
    let reopened = others.reopen(first).await.unwrap();
    assert_eq!((reopened.cycle, reopened.promises.len()), (2, 2));
    others.reaches(first, CaseState::Open, 2).await;
    assert_eq!(reason(others.reopen(first).await), "case-open");
    others.campus.jump(SignedDuration::from_hours(2 * 24));
    assert_eq!(reason(others.reopen(second).await), "reopen-window-over");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_case_is_judged_by_the_definitions_that_it_was_accepted_under() {
    let others = Others::new().await;
    let case = others.case().await;
    let mut stricter = example();
    let policies = stricter.iter_mut().find(|file| file.name == "policies.yaml").unwrap();
    policies.text = policies.text.replace("closed-solved: 7", "closed-solved: 1");
    assert_eq!(others.intake.apply(&stricter).await.unwrap().revision, 2);
    others.completes(case).await;
    others.reaches(case, CaseState::Resolved, 1).await;
    others.judges(case, Verdict::Solved).await;
    others.reaches(case, CaseState::Closed, 1).await;
    others.campus.jump(SignedDuration::from_hours(3 * 24));
    assert_eq!(others.reopen(case).await.unwrap().cycle, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_late_fact_changes_nothing_and_is_noted_with_its_reason() {
    let others = Others::new().await;
    let case = others.case().await;
    others.intake.withdraw(&assistant(), &case.to_string()).await.unwrap();
    others.completes(case).await;
    let noted = async || {
        let noted: Option<serde_json::Value> = sqlx::query_scalar(
            "select detail from delivery.audit where key = $1 and action = 'case.noted'",
        )
        .bind(case)
        .fetch_optional(others.campus.pool())
        .await
        .unwrap();
        noted
    };
    let noted = eventually("the fact is noted", noted).await;
    assert_eq!(noted["noted"]["reason"], "case-ended");
    assert_eq!(others.summary(case).await.end(), End::Withdrawn);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_department_sees_a_case_once_it_was_offered_to_it() {
    let others = Others::new().await;
    let case = others.case().await;
    let plumber = Subject {
        department: Some("logistics".parse().unwrap()),
        ..somebody(Role::DepartmentHandler)
    };
    let caretaker = Subject { department: Some("housing".parse().unwrap()), ..plumber.clone() };
    assert!(others.intake.list(&plumber).await.unwrap().is_empty());
    let offered = WorkOrderOfferedV1 {
        work_order: WorkOrderId::from_uuid(id()),
        offer: OfferId::from_uuid(id()),
        cycle: Cycle::FIRST,
        department: "logistics".parse().unwrap(),
        post: "logistics/plumbing".parse().unwrap(),
        item: "water-leak".parse().unwrap(),
        place: "dorm-7-304".parse().unwrap(),
        urgency: Urgency::Normal,
        level: Level::Internal,
        offered_at: others.intake.clock().now(),
        split: None,
    };
    others.say(case, offered).await;
    let seen = async || others.intake.list(&plumber).await.unwrap().len() == 1;
    eventually("the case is in the department's list", seen).await;
    others.intake.get(&plumber, &case.to_string()).await.unwrap();
    assert_eq!(reason(others.intake.get(&caretaker, &case.to_string()).await), "case-unknown");
}

/// A leader who holds this post.
fn leader(post: &str) -> Subject {
    Subject { posts: [post.parse().unwrap()].into(), ..somebody(Role::Leader) }
}

fn fired(post: &str, now: Timestamp) -> RungFiredV1 {
    RungFiredV1 {
        timer: TimerId::from_uuid(id()),
        subject: Of::Case,
        commitment: Commitment::Complete,
        cycle: Cycle::FIRST,
        promise: 1,
        rung: 2,
        round: 0,
        planned: now,
        fired: now,
        ladder: "leaders".parse().unwrap(),
        post: post.parse().unwrap(),
        unconfirmed: false,
        skipped: Vec::new(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_leader_sees_a_case_once_a_post_that_they_hold_was_told_of_it() {
    let others = Others::new().await;
    let (late, again) = (others.case().await, others.case().await);
    let (chief, head) = (leader("logistics/section-chief"), leader("logistics/head"));
    assert!(others.intake.list(&chief).await.unwrap().is_empty());
    let now = others.intake.clock().now();
    others.say(late, fired("logistics/section-chief", now)).await;
    let post = "logistics/section-chief".parse().unwrap();
    others
        .say(
            again,
            RungToldV1 { cycle: Cycle::FIRST.next(), rung: 2, post, at: now, skipped: Vec::new() },
        )
        .await;
    let seen = async || others.intake.list(&chief).await.unwrap().len() == 2;
    eventually("both cases are in the leader's list", seen).await;
    for case in [late, again] {
        others.intake.get(&chief, &case.to_string()).await.unwrap();
        assert_eq!(reason(others.intake.get(&head, &case.to_string()).await), "case-unknown");
    }
    assert!(others.intake.list(&head).await.unwrap().is_empty());
    assert!(others.intake.list(&somebody(Role::Leader)).await.unwrap().is_empty());
}
