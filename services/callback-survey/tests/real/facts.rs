//! What intake says, and what follows.

use events::{
    Fact, IntakeFact,
    intake::CaseResolvedV1,
    words::{Cycle, End, Service},
};
use rpc::Code;
use service_kit::id;

use crate::case::{Running, accepted, assistant, closed, reopened, resolved, solved};

#[tokio::test(flavor = "multi_thread")]
async fn a_case_that_goes_on_without_it_withdraws_its_callback() {
    let survey = Running::start().await;
    let assistant = assistant();
    for goes_on in [reopened(2), closed(End::Withdrawn)] {
        let (case, callback) = survey.completed(resolved()).await;
        survey.say(case, goes_on).await;
        survey.has_heard(Service::Intake, case, 3).await;
        assert_eq!(survey.said(case).await, ["case.callback-due", "case.callback-withdrawn"]);
        assert_eq!(survey.next(&assistant).await, None);
        for refused in [
            survey.tries(&assistant, &callback).await,
            survey.hears(&assistant, &callback, solved()).await,
        ] {
            let error = refused.unwrap_err();
            let expected = (Code::FailedPrecondition, "callback-withdrawn");
            assert_eq!((error.code(), error.reason()), expected);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn facts_that_come_three_times_and_shuffled_take_effect_once_and_in_order() {
    let survey = Running::start().await;
    let case = id();
    let cycle = Cycle::new(2).unwrap();
    let again = CaseResolvedV1 { cycle, ..resolved() };
    let facts =
        [IntakeFact::from(accepted()), resolved().into(), reopened(2), again.into(), reopened(3)];
    let once: Vec<_> = facts
        .into_iter()
        .map(|fact| (survey.envelope(Service::Intake, case), Fact::from(fact)))
        .collect();
    let messages = [once.clone(), once.clone(), once].concat();
    // A fixed shuffle: 7 and 15 have no common divisor.
    for place in 0..messages.len() {
        let (envelope, fact) = &messages[(place * 7 + 4) % messages.len()];
        survey.put(envelope, fact).await;
    }
    survey.has_heard(Service::Intake, case, 5).await;
    assert_eq!(
        survey.said(case).await,
        [
            "case.callback-due",
            "case.callback-withdrawn",
            "case.callback-due",
            "case.callback-withdrawn",
        ]
    );
    assert_eq!(survey.count("select count(*) from delivery.inbox_waiting").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fact_that_changes_nothing_is_noted_with_its_reason() {
    let survey = Running::start().await;
    let unknown = id();
    survey.say(unknown, closed(End::Withdrawn)).await;
    survey.has_heard(Service::Intake, unknown, 1).await;
    let (case, callback) = survey.completed(resolved()).await;
    survey.hears(&assistant(), &callback, solved()).await.unwrap();
    survey.say(case, closed(End::Solved)).await;
    survey.has_heard(Service::Intake, case, 3).await;
    for (case, reason) in [(unknown, "unknown-case"), (case, "already-known")] {
        let noted: String = sqlx::query_scalar(
            "select detail->'noted'->>'reason' from delivery.audit
             where key = $1 and action = 'case.noted' and actor = 'service:intake'",
        )
        .bind(case)
        .fetch_one(survey.pool())
        .await
        .unwrap();
        assert_eq!(noted, reason);
    }
    assert_eq!(survey.count("select count(*) from callback_survey.survey").await, 1);
}
