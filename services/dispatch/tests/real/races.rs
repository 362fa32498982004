//! What happens at once, twice, or in the wrong order.

use std::time::Duration;

use events::{
    IntakeFact,
    words::{End, Service},
};
use futures::future::join_all;
use rpc::Code;
use service_kit::id;

use crate::case::{Running, closed, leak, plumber, reopened};

#[tokio::test(flavor = "multi_thread")]
async fn of_many_who_claim_at_once_one_does() {
    let dispatch = Running::start().await;
    for _ in 0..5 {
        let (case, order) = dispatch.offered(leak()).await;
        let plumbers = [plumber(), plumber(), plumber(), plumber()];
        let answers = join_all(plumbers.iter().map(|who| dispatch.claim(who, &order))).await;
        let (claimed, refused): (Vec<_>, Vec<_>) = answers.into_iter().partition(Result::is_ok);
        assert_eq!((claimed.len(), refused.len()), (1, 3));
        for error in refused.into_iter().map(Result::unwrap_err) {
            assert_eq!((error.code(), error.reason()), (Code::Conflict, "already-claimed"));
        }
        assert_eq!(dispatch.said(case).await, ["workorder.offered", "workorder.claimed"]);
    }
}

const COMPLETED: [&str; 4] =
    ["workorder.offered", "workorder.claimed", "workorder.completed", "case.completed"];
const WITHDRAWN: [&str; 3] = ["workorder.offered", "workorder.claimed", "workorder.cancelled"];

#[tokio::test(flavor = "multi_thread")]
async fn a_case_withdrawn_while_it_is_completed_is_one_or_the_other() {
    let dispatch = Running::start().await;
    let plumber = plumber();
    let (mut completions, mut withdrawals) = (0, 0);
    // The withdrawal comes by the broker and so takes longer than a call: each completion lets the
    // next call wait a little more, until the two meet.
    let mut head_start = Duration::ZERO;
    for _ in 0..100 {
        let (case, order) = dispatch.offered(leak()).await;
        dispatch.claim(&plumber, &order).await.unwrap();
        let complete = async {
            tokio::time::sleep(head_start).await;
            dispatch.complete(&plumber, &order).await
        };
        let (_, completed) = tokio::join!(dispatch.say(case, closed(End::Withdrawn)), complete);
        dispatch.has_heard(Service::Intake, case, 2).await;
        match completed {
            Ok(_) => {
                completions += 1;
                head_start += Duration::from_millis(4);
                assert_eq!(dispatch.said(case).await, COMPLETED);
            }
            Err(error) => {
                withdrawals += 1;
                head_start = head_start.saturating_sub(Duration::from_millis(6));
                assert_eq!(error.reason(), "case-closed");
                assert_eq!(dispatch.said(case).await, WITHDRAWN);
            }
        }
        if completions.min(withdrawals) == 5 {
            return;
        }
    }
    panic!("they did not meet: {completions} completions, {withdrawals} withdrawals");
}

#[tokio::test(flavor = "multi_thread")]
async fn facts_that_come_three_times_and_shuffled_take_effect_once_and_in_order() {
    let dispatch = Running::start().await;
    let case = id();
    let facts = [IntakeFact::from(leak()), closed(End::Solved), reopened(2), reopened(3)];
    let mut messages: Vec<_> = facts
        .into_iter()
        .map(|fact| (dispatch.envelope(Service::Intake, case), events::Fact::from(fact)))
        .collect();
    messages = [messages.clone(), messages.clone(), messages].concat();
    // A fixed shuffle: 7 and 12 have no common divisor.
    for place in 0..messages.len() {
        let (envelope, fact) = &messages[(place * 7 + 5) % messages.len()];
        dispatch.put(envelope, fact).await;
    }
    dispatch.has_heard(Service::Intake, case, 4).await;
    assert_eq!(
        dispatch.said(case).await,
        [
            "workorder.offered",
            "workorder.cancelled", // the case ended before anybody claimed it
            "workorder.offered",
            "workorder.cancelled", // a later cycle began
            "workorder.offered",
        ]
    );
    assert_eq!(dispatch.count("select count(*) from delivery.inbox_waiting").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fact_that_comes_too_late_is_noted_with_its_reason() {
    let dispatch = Running::start().await;
    let unknown = id();
    dispatch.say(unknown, closed(End::Withdrawn)).await;
    dispatch.has_heard(Service::Intake, unknown, 1).await;
    let (case, _) = dispatch.offered(leak()).await;
    dispatch.say(case, IntakeFact::from(leak())).await;
    dispatch.has_heard(Service::Intake, case, 2).await;
    for (case, reason) in [(unknown, "unknown-case"), (case, "already-known")] {
        let noted: String = sqlx::query_scalar(
            "select detail->'noted'->>'reason' from delivery.audit
             where key = $1 and action = 'case.noted' and actor = 'service:intake'",
        )
        .bind(case)
        .fetch_one(dispatch.pool())
        .await
        .unwrap();
        assert_eq!(noted, reason);
    }
    assert_eq!(dispatch.count("select count(*) from dispatch.work").await, 1);
}
