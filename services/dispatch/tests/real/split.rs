//! What more than one post does for a case: parts are split off, merged again, and done one by one.

use std::collections::BTreeSet;

use authz::{Role, Subject};
use events::{
    DispatchFact, Fact,
    dispatch::{Merged, Split},
    words::Cycle,
};
use proto::{
    dispatch::v1::{
        AskRequest, MergeRequest, ReassignRequest, ReturnRequest, SplitRequest, WorkOrder,
        WorkOrderState,
    },
    words::v1::Asked,
};
use rpc::{Code, Error};
use service_kit::{account, id, somebody};
use uuid::Uuid;

use crate::case::{Running, holding, leak, plumber, rung_fired};

const ELECTRICAL: &str = "logistics/electrical";
const CARETAKERS: &str = "housing/caretakers";

impl Running {
    async fn split(&self, by: &Subject, order: &str, to: &str, task: &str) -> Result<(), Error> {
        let (work_order, to, task) = (order.to_owned(), to.to_owned(), task.to_owned());
        let request = SplitRequest { work_order, to, task };
        self.client().split(self.asks(by, request)).await?;
        Ok(())
    }

    async fn merge(&self, by: &Subject, order: &str, into: &str) -> Result<(), Error> {
        let (work_order, into) = (order.to_owned(), into.to_owned());
        self.client().merge(self.asks(by, MergeRequest { work_order, into })).await?;
        Ok(())
    }

    /// The one that is a part of another.
    async fn part(&self, case: Uuid) -> WorkOrder {
        let all = self.list_of(&somebody(Role::Auditor, None), case).await;
        all.into_iter().find(|order| !order.split_from.is_empty()).unwrap()
    }
}

fn refusal<T: std::fmt::Debug>(answer: Result<T, Error>) -> (Code, String) {
    let error = answer.unwrap_err();
    (error.code(), error.reason().to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_part_has_its_words_which_are_sealed_and_its_case_is_done_with_the_last_of_them() {
    let dispatch = Running::start().await;
    let (case, order) = dispatch.offered(leak()).await;
    let (plumber, electrician) = (plumber(), holding(&[ELECTRICAL]));
    dispatch.claim(&plumber, &order).await.unwrap();
    dispatch.split(&plumber, &order, ELECTRICAL, " 王师傅要先断电 ").await.unwrap();

    let part = dispatch.part(case).await;
    assert_eq!((&*part.split_from, &*part.task), (&*order, "王师傅要先断电"));
    assert_eq!((part.state(), &*part.post, part.cycle), (WorkOrderState::Offered, ELECTRICAL, 1));
    let facts = dispatch.facts(case).await;
    let Some(Fact::Dispatch(DispatchFact::WorkOrderOffered(offered))) = facts.last() else {
        panic!("{facts:?}")
    };
    let split = Split { from: order.parse().unwrap(), by: account(&plumber) };
    assert_eq!((offered.split, offered.cycle), (Some(split), Cycle::FIRST));
    for everything in [
        "select count(*) from delivery.outbox where position('王' in convert_from(payload, 'UTF8')) > 0",
        "select count(*) from delivery.audit where detail::text like '%王%'",
        "select count(*) from dispatch.work where state::text like '%王%'",
    ] {
        assert_eq!(dispatch.count(everything).await, 0, "{everything}");
    }
    assert_eq!(dispatch.count("select count(*) from dispatch.task").await, 1);

    dispatch.complete(&plumber, &order).await.unwrap();
    assert!(!dispatch.said(case).await.contains(&"case.completed".to_owned()));
    dispatch.claim(&electrician, &part.id).await.unwrap();
    dispatch.complete(&electrician, &part.id).await.unwrap();
    let facts = dispatch.facts(case).await;
    let Some(Fact::Dispatch(DispatchFact::CaseCompleted(completed))) = facts.last() else {
        panic!("{facts:?}")
    };
    let workers: BTreeSet<_> = completed.workers.iter().copied().collect();
    assert_eq!(workers, [account(&plumber), account(&electrician)].into());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_merged_nobody_claims_or_answers_and_who_worked_on_it_does_not_call_back() {
    let dispatch = Running::start().await;
    let (case, order) = dispatch.offered(leak()).await;
    let dispatcher = somebody(Role::Dispatcher, None);
    let (plumber, electrician) = (plumber(), holding(&[ELECTRICAL]));
    dispatch.split(&dispatcher, &order, ELECTRICAL, "the socket").await.unwrap();
    let part = dispatch.part(case).await.id;
    dispatch.claim(&electrician, &part).await.unwrap();
    let (work_order, of) = (part.clone(), Asked::Desk.into());
    let asked = AskRequest { work_order, of, text: "who has the key?".to_owned() };
    dispatch.client().ask(dispatch.asks(&electrician, asked)).await.unwrap();
    dispatch.merge(&dispatcher, &part, &order).await.unwrap();

    let merged = dispatch.part(case).await;
    assert_eq!((merged.state(), &*merged.merged_into), (WorkOrderState::Cancelled, &*order));
    let facts = dispatch.facts(case).await;
    let Some(Fact::Dispatch(DispatchFact::WorkOrderCancelled(cancelled))) = facts.last() else {
        panic!("{facts:?}")
    };
    let into = order.parse().unwrap();
    assert_eq!(cancelled.merged, Some(Merged { into, by: account(&dispatcher) }));
    let cancelled = (Code::FailedPrecondition, "work-order-cancelled".to_owned());
    assert_eq!(refusal(dispatch.arrive(&electrician, &part).await), cancelled);
    let open =
        "select count(*) from dispatch.question q join dispatch.work_order o on o.id = q.work_order
                where q.answered_at is null and o.status not in ('completed', 'cancelled')";
    assert_eq!(dispatch.count(open).await, 0);

    dispatch.claim(&plumber, &order).await.unwrap();
    dispatch.complete(&plumber, &order).await.unwrap();
    let facts = dispatch.facts(case).await;
    let Some(Fact::Dispatch(DispatchFact::CaseCompleted(completed))) = facts.last() else {
        panic!("{facts:?}")
    };
    assert!(completed.workers.contains(&account(&electrician)), "{completed:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_has_it_or_decides_splits_it_and_a_department_merges_what_it_has_alone() {
    let dispatch = Running::start().await;
    let (case, order) = dispatch.offered(leak()).await;
    let (assistant, decider) = (plumber(), holding(&["logistics/plumbing"]));
    let denied = |reason: &str| (Code::PermissionDenied, reason.to_owned());
    let stranger = dispatch.split(&holding(&[CARETAKERS]), &order, CARETAKERS, "the tap").await;
    assert_eq!(refusal(stranger), (Code::NotFound, "no-such-work-order".to_owned()));
    let accepts = dispatch.split(&assistant, &order, CARETAKERS, "the tap").await;
    assert_eq!(refusal(accepts), denied("not-deciding"));
    dispatch.claim(&assistant, &order).await.unwrap();
    dispatch.split(&assistant, &order, CARETAKERS, "the tap").await.unwrap();
    let part = dispatch.part(case).await.id;

    let theirs = dispatch.merge(&decider, &order, &part).await;
    assert_eq!(refusal(theirs), denied("other-department"));
    let desk = somebody(Role::DeskAssistant, None);
    assert_eq!(refusal(dispatch.merge(&desk, &part, &order).await).0, Code::PermissionDenied);
    // It comes back to where it was split off, where it can go into the rest.
    let request = ReturnRequest { work_order: part.clone(), reason: "it is the pipe".to_owned() };
    let caretaker = holding(&[CARETAKERS]);
    dispatch.client().r#return(dispatch.asks(&caretaker, request)).await.unwrap();
    assert_eq!(dispatch.part(case).await.post, "logistics/plumbing");
    dispatch.merge(&decider, &part, &order).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn each_slip_is_refused_with_its_field_and_changes_nothing() {
    let dispatch = Running::start().await;
    let (case, order) = dispatch.offered(leak()).await;
    let (_, of_another) = dispatch.offered(leak()).await;
    let dispatcher = somebody(Role::Dispatcher, None);
    for (to, task, code, reason, field) in [
        (ELECTRICAL, " ", Code::InvalidArgument, "split-invalid", "task"),
        ("plumbing", "the socket", Code::InvalidArgument, "split-invalid", "to"),
        ("logistics/nobody", "the socket", Code::InvalidArgument, "no-such-post", "to"),
        ("logistics/head", "the socket", Code::InvalidArgument, "not-accepting", "to"),
    ] {
        let error = dispatch.split(&dispatcher, &order, to, task).await.unwrap_err();
        assert_eq!((error.code(), error.reason()), (code, reason));
        assert_eq!(error.violations()[0].field, field);
    }
    let not_now = |reason: &str| (Code::FailedPrecondition, reason.to_owned());
    let there = dispatch.split(&dispatcher, &order, "logistics/plumbing", "the socket").await;
    assert_eq!(refusal(there), not_now("post-has-one"));
    assert_eq!(refusal(dispatch.merge(&dispatcher, &order, &order).await), not_now("into-itself"));
    let other = dispatch.merge(&dispatcher, &order, &of_another).await;
    assert_eq!(refusal(other), not_now("not-in-this-case"));
    let nothing = dispatch.merge(&dispatcher, &order, "").await;
    assert_eq!(refusal(nothing), (Code::InvalidArgument, "merge-invalid".to_owned()));
    assert_eq!(dispatch.said(case).await, ["workorder.offered"]);
    assert_eq!(dispatch.count("select count(*) from dispatch.task").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_split_that_is_sent_again_is_done_once() {
    let dispatch = Running::start().await;
    let (case, order) = dispatch.offered(leak()).await;
    let dispatcher = somebody(Role::Dispatcher, None);
    let (to, task) = (ELECTRICAL.to_owned(), "the socket".to_owned());
    let message = SplitRequest { work_order: order, to, task };
    let key = id().to_string();
    for _ in 0..2 {
        let request = dispatch.asks_under(&key, &dispatcher, message.clone());
        dispatch.client().split(request).await.unwrap();
    }
    assert_eq!(dispatch.said(case).await, ["workorder.offered", "workorder.offered"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_leader_who_was_told_gives_the_work_to_another_post_and_is_named_for_it() {
    let dispatch = Running::start().await;
    let (case, order) = dispatch.offered(leak()).await;
    let chief = "logistics/section-chief".parse().unwrap();
    let leader = Subject { posts: [chief].into(), ..somebody(Role::Leader, Some("logistics")) };
    let request = || ReassignRequest { work_order: order.clone(), to: ELECTRICAL.to_owned() };
    let before = dispatch.client().reassign(dispatch.asks(&leader, request())).await;
    assert_eq!(refusal(before.map_err(Error::from)).1, "no-such-work-order");
    dispatch.tell(case, rung_fired(2, "logistics/section-chief")).await;
    dispatch.client().reassign(dispatch.asks(&leader, request())).await.unwrap();
    let facts = dispatch.facts(case).await;
    let Some(Fact::Dispatch(DispatchFact::WorkOrderReleased(released))) = facts.get(1) else {
        panic!("{facts:?}")
    };
    assert_eq!(released.by, Some(account(&leader)));
    let acts: Vec<String> =
        sqlx::query_scalar("select actor from delivery.audit where action = 'work-order.released'")
            .fetch_all(dispatch.pool())
            .await
            .unwrap();
    assert_eq!(acts, [leader.principal.to_string()]);
}
