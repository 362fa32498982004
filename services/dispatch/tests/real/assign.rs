//! Who says who does the work, and of whom it may be said.

use authz::{Role, Subject};
use events::{DispatchFact, Fact};
use proto::dispatch::v1::{AssignRequest, WorkOrderState};
use rpc::{Code, Error};
use service_kit::{account, id, somebody};

use crate::case::{Running, holding, leak};

async fn assign(dispatch: &Running, by: &Subject, order: &str, to: &str) -> Result<(), Error> {
    let request = AssignRequest { work_order: order.to_owned(), to: to.to_owned() };
    dispatch.client().assign(dispatch.asks(by, request)).await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_dispatcher_tells_somebody_and_they_do_it() {
    let dispatch = Running::start().await;
    let (worker, dispatcher) = (holding(&["logistics/plumbing"]), somebody(Role::Dispatcher, None));
    dispatch.holds(&[&worker]).await;
    let (case, order) = dispatch.offered(leak()).await;
    assign(&dispatch, &dispatcher, &order, &account(&worker).to_string()).await.unwrap();
    let shown = dispatch.list(&worker).await.remove(0);
    assert_eq!(shown.state(), WorkOrderState::Assigned);
    assert_eq!(shown.claimed_by, account(&worker).to_string());
    assert!(shown.claimed_at.is_some());
    let facts = dispatch.facts(case).await;
    let Some(Fact::Dispatch(DispatchFact::WorkOrderAssigned(fact))) = facts.last() else {
        panic!("{facts:?}")
    };
    assert_eq!((fact.by, fact.to), (account(&dispatcher), account(&worker)));
    dispatch.arrive(&worker, &order).await.unwrap();
    dispatch.complete(&worker, &order).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn who_only_accepts_for_a_department_does_not_say_who_works() {
    let dispatch = Running::start().await;
    let [assistant, teacher, worker, elsewhere] = [
        &["logistics/dispatch-b"][..],
        &["logistics/dispatch-a"],
        &["logistics/plumbing"],
        &["housing/office-a", "logistics/dispatch-b"],
    ]
    .map(holding);
    dispatch.holds(&[&worker]).await;
    let (case, order) = dispatch.offered(leak()).await;
    let to = account(&worker).to_string();
    let of_both = Subject { department: assistant.department.clone(), ..elsewhere };
    for who in [&assistant, &of_both] {
        let refused = assign(&dispatch, who, &order, &to).await.unwrap_err();
        assert_eq!((refused.code(), refused.reason()), (Code::PermissionDenied, "not-deciding"));
    }
    assert_eq!(dispatch.said(case).await, ["workorder.offered"]);
    assign(&dispatch, &teacher, &order, &to).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_told_who_is_not_of_the_department_and_what_is_wrong_is_named() {
    let dispatch = Running::start().await;
    let (plumber, caretaker) = (holding(&["logistics/plumbing"]), holding(&["housing/caretakers"]));
    dispatch.holds(&[&plumber, &caretaker]).await;
    let dispatcher = somebody(Role::Dispatcher, None);
    let (case, order) = dispatch.offered(leak()).await;
    let (theirs, nobody) = (account(&plumber).to_string(), id().to_string());
    for (order, to, reason, fields) in [
        ("2026-11-000007", "plumber-1", "assignment-invalid", &["work_order", "to"][..]),
        (&*order, "", "assignment-invalid", &["to"]),
        (&*order, &*account(&caretaker).to_string(), "no-such-worker", &["to"]),
        (&*order, &*nobody, "no-such-worker", &["to"]),
        (&*id().to_string(), &*theirs, "no-such-work-order", &[]),
    ] {
        let refused = assign(&dispatch, &dispatcher, order, to).await.unwrap_err();
        assert_eq!(refused.reason(), reason, "{refused}");
        let named: Vec<_> = refused.violations().iter().map(|one| one.field.as_str()).collect();
        assert_eq!(named, fields, "{refused}");
    }
    assert_eq!(dispatch.said(case).await, ["workorder.offered"]);
}
