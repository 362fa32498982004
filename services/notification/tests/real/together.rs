//! What goes out together, and when.

use clock::TimerId;
use events::{
    EscalationFact, IntakeFact,
    dispatch::CaseCompletedV1,
    escalation::{RungFiredV1, RungRetractedV1},
    intake::CaseAcceptedV1,
    words::{CaseNumber, Cycle, Urgency},
};
use jiff::{SignedDuration, Timestamp};
use service_kit::id;
use sqlx::Executor as _;
use testkit::eventually;
use uuid::Uuid;

use crate::case::{Told, accepted, fired, leak, retracted};

/// A leak that can wait, of whom nobody is told.
fn drip(serial: u32) -> IntakeFact {
    let number = CaseNumber::new(2026, 11, serial).unwrap();
    let (urgency, reporters) = (Urgency::Normal, Vec::new());
    CaseAcceptedV1 { number, urgency, reporters, ..leak() }.into()
}

/// A first rung that fired just now, for a clock of its own.
fn late(now: Timestamp) -> EscalationFact {
    let EscalationFact::RungFired(fired) = fired() else { unreachable!() };
    let timer = TimerId::from_uuid(id());
    RungFiredV1 { timer, planned: now, fired: now, ..fired }.into()
}

/// What was due before now has begun: so has what is due only now.
async fn is_awake(told: &Told) {
    let case = id();
    told.tell(case, accepted()).await;
    told.tells(case, 1).await;
}

#[tokio::test]
async fn thirty_rungs_after_an_outage_are_one_sending() {
    let told = Told::starting_at("10:00").await;
    let replica = told.start().await;
    let cases: Vec<Uuid> = (0..30).map(|_| id()).collect();
    told.jump(SignedDuration::from_hours(6));
    for (serial, case) in (1..).zip(&cases) {
        told.say(*case, drip(serial)).await;
        told.say(*case, late(told.now())).await;
    }
    let queued = "select count(*) from notification.message where state = 'queued'";
    eventually("all are queued", async || told.count(queued).await == 30).await;
    told.jump(SignedDuration::from_mins(1));
    for case in &cases {
        assert_eq!(told.tells(*case, 1).await, ["post/logistics/repair-leader: rung"]);
    }
    assert_eq!(told.count("select count(*) from notification.sending").await, 1);
    let together = "select count(distinct sending_id) from notification.message";
    assert_eq!(told.count(together).await, 1);
    replica.stop().await;
}

#[tokio::test]
async fn at_night_a_rung_waits_for_the_morning_and_keeps_its_time() {
    let told = Told::starting_at("23:00").await;
    let replica = told.start().await;
    let case = id();
    told.tell(case, drip(1)).await;
    told.tell(case, late(told.now())).await;
    told.jump_to(told.next("06:59"));
    is_awake(&told).await;
    assert_eq!(told.states(case).await, ["queued"]);
    told.jump_to(told.next("07:00"));
    told.tells(case, 1).await;
    let sent = told.told(case).await.remove(0).at;
    assert_eq!(sent.strftime("%H:%M").to_string(), "23:00", "seven in Shanghai");
    replica.stop().await;
}

#[tokio::test]
async fn what_is_critical_goes_at_three_at_night_and_takes_along_what_waits() {
    let told = Told::starting_at("23:00").await;
    let replica = told.start().await;
    let (drips, leaks) = (id(), id());
    told.tell(drips, drip(1)).await;
    told.tell(drips, late(told.now())).await;
    told.jump_to(told.next("03:00"));
    is_awake(&told).await;
    assert_eq!(told.states(drips).await, ["queued"]);
    told.tell(leaks, accepted()).await;
    told.tell(leaks, fired()).await;
    told.tells(leaks, 2).await;
    told.tells(drips, 1).await;
    let of_leader = "select count(distinct sending_id) from notification.message
        where recipient = 'post/logistics/repair-leader'";
    assert_eq!(told.count(of_leader).await, 1);
    replica.stop().await;
}

#[tokio::test]
async fn who_sleeps_is_not_told_of_a_rung_that_was_taken_back_meanwhile() {
    let told = Told::starting_at("23:00").await;
    let replica = told.start().await;
    let (case, other) = (id(), id());
    told.tell(other, drip(1)).await;
    told.tell(other, late(told.now())).await;
    told.tell(case, drip(2)).await;
    told.tell(case, fired()).await;
    let done = told.now();
    let (cycle, workers) = (Cycle::FIRST, Vec::new());
    told.tell(
        case,
        events::DispatchFact::from(CaseCompletedV1 { cycle, completed_at: done, workers }),
    )
    .await;
    let EscalationFact::RungRetracted(retracted) = retracted() else { unreachable!() };
    told.tell(case, EscalationFact::from(RungRetractedV1 { done_at: done, ..retracted })).await;
    told.jump_to(told.next("07:00"));
    assert_eq!(told.tells(other, 1).await, ["post/logistics/repair-leader: rung"]);
    assert_eq!(told.states(case).await, ["withdrawn", "withdrawn"]);
    assert_eq!(told.told(case).await, []);
    replica.stop().await;
}

#[tokio::test]
async fn what_an_earlier_release_queued_and_began_is_sent() {
    let told = Told::starting_at("10:00").await;
    let replica = told.start().await;
    let case = id();
    told.tell(case, drip(1)).await;
    for (state, post) in [("queued", "plumbing"), ("sending", "electrical")] {
        sqlx::query(
            "insert into notification.message
                 (id, case_id, recipient, department, template, cause, channel, state, title, text,
                  queued_at)
             values ($1, $2, $3, 'logistics', 'offered', $1, 'log', $4, 'title', 'text', $5)",
        )
        .bind(id())
        .bind(case)
        .bind(format!("post/logistics/{post}"))
        .bind(state)
        .bind(jiff_sqlx::Timestamp::from(told.now()))
        .execute(told.pool())
        .await
        .unwrap();
    }
    let wake = sqlx::query("update delivery.aggregate set next_at = $2 where key = $1");
    let wake = wake.bind(case).bind(jiff_sqlx::Timestamp::from(told.now()));
    told.pool().execute(wake).await.unwrap();
    let mut tells = told.tells(case, 2).await;
    tells.sort();
    let offered = |post: &str| format!("post/logistics/{post}: offered");
    assert_eq!(tells, [offered("electrical"), offered("plumbing")]);
    assert_eq!(told.states(case).await, ["sent", "sent"]);
    replica.stop().await;
}
