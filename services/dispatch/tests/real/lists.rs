//! Who sees which work orders, and in which order.

use authz::{Role, Subject};
use events::{
    intake::CaseAcceptedV1,
    words::{CaseNumber, Level, Urgency},
};
use proto::dispatch::v1::{ListWorkOrdersRequest, WorkOrder, WorkOrderState};
use service_kit::{id, somebody};

use crate::case::{Running, leak, lock, plumber};

fn numbered(serial: u32, urgency: Urgency, level: Level) -> CaseAcceptedV1 {
    let number = CaseNumber::new(2026, 11, serial).unwrap();
    CaseAcceptedV1 { number, urgency, level, ..leak() }
}

fn serials(orders: &[WorkOrder]) -> Vec<u32> {
    let serial = |order: &WorkOrder| order.case_number.parse::<CaseNumber>().unwrap().serial();
    orders.iter().map(serial).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_shows_what_the_scope_allows_and_no_more() {
    let dispatch = Running::start().await;
    for (serial, level) in [(1, Level::Internal), (2, Level::Restricted), (3, Level::Confidential)]
    {
        dispatch.offered(numbered(serial, Urgency::Normal, level)).await;
    }
    dispatch.offered(lock()).await; // 8, of housing
    let uncleared = Subject { highest: Level::Internal, ..plumber() };
    for (who, expected) in [
        (plumber(), vec![1, 2]),
        (uncleared, vec![1]),
        (somebody(Role::Repairer, Some("logistics")), vec![1]),
        (somebody(Role::DepartmentHead, Some("logistics")), vec![1, 2, 3]),
        (somebody(Role::DepartmentHandler, Some("housing")), vec![8]),
        (somebody(Role::DepartmentHandler, None), vec![]),
        (somebody(Role::DeskAssistant, None), vec![1, 8]),
        (somebody(Role::Dispatcher, None), vec![1, 2, 8]),
        (somebody(Role::Auditor, None), vec![1, 2, 3, 8]),
        (somebody(Role::Leader, None), vec![]),
    ] {
        let mut seen = serials(&dispatch.list(&who).await);
        seen.sort_unstable();
        assert_eq!(seen, expected, "{:?}", who.roles);
    }
    for role in [Role::Requester, Role::SystemAdministrator] {
        let refused = dispatch.page(&somebody(role, None), ListWorkOrdersRequest::default()).await;
        assert_eq!(refused.unwrap_err().reason(), "not-permitted", "{role}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repairer_keeps_sight_of_what_they_claimed() {
    let dispatch = Running::start().await;
    let (_, order) = dispatch.offered(leak()).await;
    let repairer = somebody(Role::Repairer, Some("logistics"));
    dispatch.claim(&repairer, &order).await.unwrap();
    let moved = Subject { department: Some("housing".parse().unwrap()), ..repairer };
    assert_eq!(dispatch.list(&moved).await[0].id, order);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_completed_is_listed_by_its_state_or_its_case() {
    let dispatch = Running::start().await;
    let (case, order) = dispatch.offered(leak()).await;
    let who = plumber();
    dispatch.claim(&who, &order).await.unwrap();
    assert_eq!(dispatch.list(&who).await.len(), 1);
    dispatch.complete(&who, &order).await.unwrap();
    assert!(dispatch.list(&who).await.is_empty());
    for request in [
        ListWorkOrdersRequest { state: WorkOrderState::Completed.into(), ..Default::default() },
        ListWorkOrdersRequest { case: case.to_string(), ..Default::default() },
        ListWorkOrdersRequest { case: "2026-11-000007".to_owned(), ..Default::default() },
        ListWorkOrdersRequest { work_order: order.clone(), ..Default::default() },
    ] {
        let found = dispatch.page(&who, request.clone()).await.unwrap().work_orders;
        assert_eq!(found.len(), 1, "{request:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_most_urgent_and_then_the_oldest_come_first_page_by_page() {
    let dispatch = Running::start().await;
    for (serial, urgency) in [
        (1, Urgency::Normal),
        (2, Urgency::Critical),
        (3, Urgency::Urgent),
        (4, Urgency::Critical),
        (5, Urgency::Normal),
    ] {
        dispatch.offered(numbered(serial, urgency, Level::Internal)).await;
    }
    let (plumber, mut request) = (plumber(), ListWorkOrdersRequest::default());
    request.page_size = 2;
    let mut pages = Vec::new();
    loop {
        let page = dispatch.page(&plumber, request.clone()).await.unwrap();
        pages.push(serials(&page.work_orders));
        if page.next_page_token.is_empty() {
            break;
        }
        request.page_token = page.next_page_token;
    }
    assert_eq!(pages, [vec![2, 4], vec![3, 1], vec![5]]);
    request.page_token = "3".to_owned();
    let refused = dispatch.page(&plumber, request).await.unwrap_err();
    assert_eq!(refused.violations()[0].field, "page_token");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_is_narrowed_by_state_department_case_and_claimant() {
    let dispatch = Running::start().await;
    let (case, order) = dispatch.offered(leak()).await;
    dispatch.offered(lock()).await;
    let (plumber, auditor) = (plumber(), somebody(Role::Auditor, None));
    dispatch.claim(&plumber, &order).await.unwrap();
    let asked = ListWorkOrdersRequest::default;
    let claimed = WorkOrderState::Claimed.into();
    for (who, request, expected) in [
        (&auditor, asked(), vec![7, 8]),
        (&auditor, ListWorkOrdersRequest { state: claimed, ..asked() }, vec![7]),
        (&auditor, ListWorkOrdersRequest { state: 1, ..asked() }, vec![8]),
        (&auditor, ListWorkOrdersRequest { department: "housing".into(), ..asked() }, vec![8]),
        (&auditor, ListWorkOrdersRequest { case: case.to_string(), ..asked() }, vec![7]),
        (&auditor, ListWorkOrdersRequest { case: "2026-11-000008".into(), ..asked() }, vec![8]),
        (&auditor, ListWorkOrdersRequest { case: id().to_string(), ..asked() }, vec![]),
        (&auditor, ListWorkOrdersRequest { mine: true, ..asked() }, vec![]),
        (&plumber, ListWorkOrdersRequest { mine: true, ..asked() }, vec![7]),
    ] {
        let page = dispatch.page(who, request.clone()).await.unwrap();
        assert_eq!(serials(&page.work_orders), expected, "{request:?}");
    }
    let wrong = ListWorkOrdersRequest { case: "seven".into(), ..asked() };
    let refused = dispatch.page(&auditor, wrong).await.unwrap_err();
    assert_eq!(refused.violations()[0].field, "case");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_reads_a_restricted_case_leaves_a_trace() {
    let dispatch = Running::start().await;
    dispatch.offered(numbered(1, Urgency::Normal, Level::Internal)).await;
    let (case, _) = dispatch.offered(numbered(2, Urgency::Normal, Level::Restricted)).await;
    let plumber = plumber();
    assert_eq!(dispatch.list(&plumber).await.len(), 2);
    let reads: Vec<(String, uuid::Uuid)> =
        sqlx::query_as("select actor, key from delivery.audit where action = 'case.read'")
            .fetch_all(dispatch.pool())
            .await
            .unwrap();
    assert_eq!(reads, [(plumber.principal.to_string(), case)]);
}
