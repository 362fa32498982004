//! Who sees which callbacks, and in which order.

use authz::Role;
use events::{intake::CaseResolvedV1, words::Level};
use proto::callback_survey::v1::{CallbackState, ListCallbacksRequest, NextCallbackRequest};
use rpc::Error;
use service_kit::{id, somebody};

use crate::case::{Running, assistant, day, resolved, solved};

#[tokio::test(flavor = "multi_thread")]
async fn a_list_shows_what_the_scope_allows_and_no_more() {
    let survey = Running::start().await;
    let mut ids = Vec::new();
    for level in [Level::Internal, Level::Restricted, Level::Confidential] {
        ids.push(survey.completed(CaseResolvedV1 { level, ..resolved() }).await.1);
    }
    for (role, seen) in [
        (Role::DeskAssistant, 1),
        (Role::DutyCounsellor, 2),
        (Role::HallDirector, 2),
        (Role::QualityOfficer, 2),
        (Role::Auditor, 3),
    ] {
        let list = survey.list(&somebody(role, None)).await;
        let shown: Vec<_> = list.into_iter().map(|callback| callback.id).collect();
        assert_eq!(shown.len(), seen, "{role}");
        assert!(ids[..seen].iter().all(|id| shown.contains(id)), "{role}");
    }
    for role in [Role::Requester, Role::DepartmentHandler, Role::SystemAdministrator] {
        let refused = survey.page(&somebody(role, None), ListCallbacksRequest::default()).await;
        assert_eq!(refused.unwrap_err().reason(), "not-permitted", "{role}");
    }
    for role in [Role::Requester, Role::HallDirector, Role::Auditor] {
        let request = survey.asks(&somebody(role, None), NextCallbackRequest {});
        let refused = Error::from(survey.client().next_callback(request).await.unwrap_err());
        assert_eq!(refused.reason(), "not-permitted", "{role}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_due_come_first_page_by_page() {
    let survey = Running::start().await;
    let mut expected = Vec::new();
    for time in ["12:00", "08:00", "16:00", "10:00", "14:00"] {
        let resolved = CaseResolvedV1 { resolved_at: day(0, time), ..resolved() };
        expected.push((time, survey.completed(resolved).await.1));
    }
    expected.sort();
    let mut request = ListCallbacksRequest { page_size: 2, ..ListCallbacksRequest::default() };
    let mut pages = Vec::new();
    loop {
        let page = survey.page(&assistant(), request.clone()).await.unwrap();
        pages.push(page.callbacks.into_iter().map(|callback| callback.id).collect::<Vec<_>>());
        if page.next_page_token.is_empty() {
            break;
        }
        request.page_token = page.next_page_token;
    }
    assert_eq!(pages.iter().map(Vec::len).collect::<Vec<_>>(), [2, 2, 1]);
    let expected: Vec<_> = expected.into_iter().map(|(_, id)| id).collect();
    assert_eq!(pages.concat(), expected);
    request.page_token = "2".to_owned();
    let refused = survey.page(&assistant(), request).await.unwrap_err();
    assert_eq!((refused.reason(), &*refused.violations()[0].field), ("list-invalid", "page_token"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_is_narrowed_by_state_and_case() {
    let survey = Running::start().await;
    let assistant = assistant();
    let (case, answered) = survey.completed(resolved()).await;
    let (_, open) = survey.completed(resolved()).await;
    survey.hears(&assistant, &answered, solved()).await.unwrap();
    let asked = ListCallbacksRequest::default;
    let state = |state: CallbackState| ListCallbacksRequest { state: state.into(), ..asked() };
    for (request, expected) in [
        (state(CallbackState::Due), vec![open.clone()]),
        (state(CallbackState::Answered), vec![answered.clone()]),
        (state(CallbackState::Unreachable), vec![]),
        (ListCallbacksRequest { case_id: case.to_string(), ..asked() }, vec![answered]),
        (ListCallbacksRequest { case_id: id().to_string(), ..asked() }, vec![]),
    ] {
        let page = survey.page(&assistant, request.clone()).await.unwrap();
        let ids: Vec<_> = page.callbacks.into_iter().map(|callback| callback.id).collect();
        assert_eq!(ids, expected, "{request:?}");
    }
}
