//! Claims without an arrival, which the hour alone ends.

use events::{DispatchFact, Fact, words::ReleaseCause};
use jiff::SignedDuration;
use service_kit::account;
use testkit::eventually;

use crate::case::{Running, leak, plumber};

#[tokio::test(flavor = "multi_thread")]
async fn a_claim_without_an_arrival_goes_back_to_its_post_with_the_name_on_record() {
    let dispatch = Running::start().await;
    let (late, colleague) = (plumber(), plumber());
    let (case, order) = dispatch.offered(leak()).await;
    let (kept, there) = dispatch.offered(leak()).await;
    for order in [&order, &there] {
        dispatch.claim(&late, order).await.unwrap();
    }
    dispatch.arrive(&late, &there).await.unwrap();

    // Of duty time an urgent one has two hours.
    dispatch.jump(SignedDuration::from_hours(24));
    let released = ["workorder.offered", "workorder.claimed", "workorder.released"];
    let offered_again = [&released[..], &["workorder.offered"]].concat();
    eventually("it is offered again", async || dispatch.said(case).await == offered_again).await;
    let arrived = ["workorder.offered", "workorder.claimed", "workorder.arrived"];
    assert_eq!(dispatch.said(kept).await, arrived);
    let Fact::Dispatch(DispatchFact::WorkOrderReleased(fact)) = &dispatch.facts(case).await[2]
    else {
        panic!("no release")
    };
    assert_eq!(fact.cause, ReleaseCause::Expired);
    assert_eq!((fact.by, fact.worker), (None, Some(account(&late))));
    let actor: String = sqlx::query_scalar(
        "select actor from delivery.audit where key = $1 and action = 'work-order.released'",
    )
    .bind(case)
    .fetch_one(dispatch.pool())
    .await
    .unwrap();
    assert_eq!(actor, "service:dispatch");

    assert_eq!(dispatch.arrive(&late, &order).await.unwrap_err().reason(), "not-claimed");
    dispatch.claim(&colleague, &order).await.unwrap();
    dispatch.complete(&colleague, &order).await.unwrap();
    let facts = dispatch.facts(case).await;
    let Some(Fact::Dispatch(DispatchFact::CaseCompleted(completed))) = facts.last() else {
        panic!("{facts:?}")
    };
    let mut workers = [account(&late), account(&colleague)];
    workers.sort_unstable();
    assert_eq!(completed.workers, workers);
}
