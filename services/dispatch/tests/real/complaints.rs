//! A complaint about work goes to nobody who had a part in it.

use authz::{Role, Subject};
use clock::CaseId;
use events::{
    intake::CaseAcceptedV1,
    words::{CaseKind, Level},
};
use proto::dispatch::v1::{AssignRequest, ReassignRequest, SplitRequest, TransferRequest};
use rpc::Error;
use service_kit::{account, somebody};
use uuid::Uuid;

use crate::case::{Running, holding, leak, lock};

const PLUMBERS: &str = "logistics/plumbing";
const CARETAKERS: &str = "housing/caretakers";

/// A complaint, which begins with the caretakers of dormitory 7.
fn complaint(of: Uuid) -> CaseAcceptedV1 {
    let (kind, level) = (CaseKind::Complaint, Level::Restricted);
    CaseAcceptedV1 { kind, level, complains_of: Some(CaseId::from_uuid(of)), ..lock() }
}

impl Running {
    async fn reassigns(&self, by: &Subject, order: &str, to: &str) -> Result<(), Error> {
        let (work_order, to) = (order.to_owned(), to.to_owned());
        self.client().reassign(self.asks(by, ReassignRequest { work_order, to })).await?;
        Ok(())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_complaint_is_given_to_nobody_who_had_the_work_that_it_is_about() {
    let dispatch = Running::start().await;
    let plumber = holding(&[PLUMBERS]);
    let (leaking, order) = dispatch.offered(leak()).await;
    dispatch.claim(&plumber, &order).await.unwrap();
    let (_, order) = dispatch.offered(complaint(leaking)).await;

    let refused = |answer: Result<(), Error>| {
        assert_eq!(answer.unwrap_err().reason(), "concerned-by-the-complaint");
    };
    let dispatcher = somebody(Role::Dispatcher, None);
    refused(dispatch.reassigns(&dispatcher, &order, PLUMBERS).await);
    let head = somebody(Role::DepartmentHead, Some("housing"));
    let (work_order, to) = (order.clone(), PLUMBERS.to_owned());
    let request = TransferRequest { work_order, to, reason: "theirs".to_owned() };
    let answer = dispatch.client().transfer(dispatch.asks(&head, request)).await;
    refused(answer.map(drop).map_err(Error::from));
    let (work_order, to) = (order.clone(), PLUMBERS.to_owned());
    let request = SplitRequest { work_order, to, task: "ask them".to_owned() };
    let answer = dispatch.client().split(dispatch.asks(&dispatcher, request)).await;
    refused(answer.map(drop).map_err(Error::from));

    // Whoever did the work may have come to that post since.
    let moved = Subject { posts: holding(&[CARETAKERS]).posts, ..plumber };
    let moved = Subject { department: "housing".parse().ok(), ..moved };
    dispatch.holds(&[&moved]).await;
    let request = AssignRequest { work_order: order.clone(), to: account(&moved).to_string() };
    let answer = dispatch.client().assign(dispatch.asks(&head, request)).await;
    refused(answer.map(drop).map_err(Error::from));
    refused(dispatch.claim(&moved, &order).await.map(drop));
    dispatch.claim(&holding(&[CARETAKERS]), &order).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_complaint_about_other_work_may_go_to_a_post_that_it_does_not_concern() {
    let dispatch = Running::start().await;
    let (locked, _) = dispatch.offered(lock()).await;
    let (_, order) = dispatch.offered(complaint(locked)).await;
    let refused = dispatch.claim(&holding(&[CARETAKERS]), &order).await.unwrap_err();
    assert_eq!(refused.reason(), "concerned-by-the-complaint", "the work is theirs");
    let dispatcher = somebody(Role::Dispatcher, None);
    dispatch.reassigns(&dispatcher, &order, PLUMBERS).await.unwrap();
    let refused = dispatch.reassigns(&dispatcher, &order, CARETAKERS).await.unwrap_err();
    assert_eq!(refused.reason(), "concerned-by-the-complaint");
}
