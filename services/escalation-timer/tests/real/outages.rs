//! Away for a while, and facts that come late, doubled and shuffled.

use events::{Fact, words::Service};
use jiff::SignedDuration;

use crate::case::{MINUTE, Timer, claimed, completed, offered};

#[tokio::test]
async fn six_hours_away_with_the_repair_done_meanwhile_fire_no_rung() {
    let timer = Timer::new().await;
    let replica = timer.start().await;
    let case = timer.accepted().await;
    replica.stop().await;
    timer.jump_to(case.late(-60));

    timer.say(case.case, completed(1, case.late(-10))).await;
    timer.jump(SignedDuration::from_hours(6));
    let replica = timer.start().await;
    timer.says(case.case, &["armed", "clock-stopped", "armed"]).await;
    timer.has_heard_all(Service::Dispatch, case.case).await;
    assert_eq!(timer.rungs(case.case).await, []);
    replica.stop().await;
}

#[tokio::test]
async fn six_hours_away_and_nothing_done_fire_every_rung_with_its_planned_time() {
    let timer = Timer::new().await;
    let replica = timer.start().await;
    let case = timer.accepted().await;
    replica.stop().await;
    timer.jump_to(case.late(-60));

    timer.jump(SignedDuration::from_hours(6));
    let replica = timer.start().await;
    let fired = ["rung-fired"; 6];
    timer.says(case.case, &[["armed"].as_slice(), &fired].concat()).await;
    let rungs = timer.rungs(case.case).await;
    let planned: Vec<_> = rungs.iter().map(|rung| (rung.rung, rung.round, rung.planned)).collect();
    let expected = [(1, 0, 0), (2, 0, 30), (3, 0, 60), (4, 0, 90), (5, 0, 120), (5, 1, 240)];
    assert_eq!(planned, expected.map(|(rung, round, late)| (rung, round, case.late(late))));
    replica.stop().await;
}

#[tokio::test]
async fn facts_that_come_three_times_and_shuffled_take_effect_once_and_in_order() {
    let timer = Timer::new().await;
    let replica = timer.start().await;
    let case = timer.accepted().await;
    let now = case.received;
    let facts = [
        offered(now),
        claimed(now + MINUTE),
        completed(1, now + MINUTE * 2),
        completed(1, now + MINUTE * 3),
    ];
    let messages: Vec<_> = facts
        .into_iter()
        .map(|fact| (timer.envelope(Service::Dispatch, case.case), Fact::from(fact)))
        .collect();
    let messages = [messages.clone(), messages.clone(), messages].concat();
    // A fixed shuffle: 7 and 12 have no common divisor.
    for place in 0..messages.len() {
        let (envelope, fact) = &messages[(place * 7 + 5) % messages.len()];
        timer.put(envelope, fact).await;
    }
    timer.has_heard_all(Service::Dispatch, case.case).await;
    let said = ["armed", "armed", "clock-stopped", "clock-stopped", "armed"];
    timer.says(case.case, &said).await;
    assert_eq!(timer.count("select count(*) from delivery.inbox_waiting").await, 0);
    let noted = "select count(*) from delivery.audit where action = 'case.noted'";
    assert_eq!(timer.count(noted).await, 1, "the second completion");
    replica.stop().await;
}

#[tokio::test]
async fn of_a_case_that_was_never_accepted_only_the_reason_is_kept() {
    let timer = Timer::new().await;
    let replica = timer.start().await;
    let unknown = uuid::Uuid::from_u128(99);
    timer.tell(unknown, completed(1, timer.now())).await;
    let reason: String = sqlx::query_scalar(
        "select detail->'noted'->>'reason' from delivery.audit
         where key = $1 and action = 'case.noted' and actor = 'service:dispatch'",
    )
    .bind(unknown)
    .fetch_one(timer.pool())
    .await
    .unwrap();
    assert_eq!(reason, "unknown-case");
    assert_eq!(timer.count("select count(*) from escalation_timer.watch").await, 0);
    replica.stop().await;
}
