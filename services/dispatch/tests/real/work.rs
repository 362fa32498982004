//! Claiming, arriving and completing: what it leads to, and what is refused.

use authz::Role;
use events::words::{End, Service};
use proto::dispatch::v1::{ClaimRequest, CompleteRequest, FindNextStepsRequest};
use rpc::{Code, Error};
use sealing::{KeyId, MasterKey, Masters, Place, WrappedKey};
use service_kit::{Site, id, somebody};
use uuid::Uuid;

use crate::case::{Running, closed, leak, lock, plumber, reopened};

fn refusal<T: std::fmt::Debug>(answer: Result<T, Error>) -> (Code, String) {
    let error = answer.unwrap_err();
    (error.code(), error.reason().to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_work_order_is_claimed_arrived_at_and_completed_and_its_case_with_it() {
    let dispatch = Running::start().await;
    let (case, order) = dispatch.offered(leak()).await;
    let plumber = plumber();
    for (number, head) in [
        (2, dispatch.claim(&plumber, &order).await.unwrap()),
        (3, dispatch.arrive(&plumber, &order).await.unwrap()),
        (5, dispatch.complete(&plumber, &order).await.unwrap()),
    ] {
        assert_eq!((head.key, head.sequence), (case.to_string(), number));
    }
    assert_eq!(
        dispatch.said(case).await,
        [
            "workorder.offered",
            "workorder.claimed",
            "workorder.arrived",
            "workorder.completed",
            "case.completed"
        ]
    );
    let actors: Vec<(String, String)> =
        sqlx::query_as("select actor, action from delivery.audit where key = $1 order by seq")
            .bind(case)
            .fetch_all(dispatch.pool())
            .await
            .unwrap();
    let (by_intake, by_plumber) = ("service:intake".to_owned(), plumber.principal.to_string());
    assert_eq!(
        actors,
        [
            (by_intake.clone(), "work-order.offered".to_owned()),
            (by_intake, "case.reporters-changed".to_owned()),
            (by_plumber.clone(), "work-order.claimed".to_owned()),
            (by_plumber.clone(), "work-order.arrived".to_owned()),
            (by_plumber.clone(), "work-order.completed".to_owned()),
            (by_plumber, "case.completed".to_owned()),
        ]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn only_who_claimed_it_completes_it_and_a_colleague_hears_why() {
    let dispatch = Running::start().await;
    let (_, order) = dispatch.offered(leak()).await;
    let (claimant, colleague) = (plumber(), plumber());
    let too_early = dispatch.complete(&claimant, &order).await;
    assert_eq!(refusal(too_early), (Code::FailedPrecondition, "not-claimed".to_owned()));
    dispatch.claim(&claimant, &order).await.unwrap();
    for refused in
        [dispatch.arrive(&colleague, &order).await, dispatch.complete(&colleague, &order).await]
    {
        assert_eq!(refusal(refused), (Code::Conflict, "not-yours".to_owned()));
    }
    let again = dispatch.claim(&colleague, &order).await;
    assert_eq!(refusal(again), (Code::Conflict, "already-claimed".to_owned()));
    dispatch.complete(&claimant, &order).await.unwrap();
    let twice = dispatch.complete(&claimant, &order).await;
    assert_eq!(refusal(twice), (Code::FailedPrecondition, "already-completed".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stranger_may_do_nothing_and_does_not_learn_that_it_is_there() {
    let dispatch = Running::start().await;
    let (case, order) = dispatch.offered(leak()).await;
    let (plumber, stranger) = (plumber(), somebody(Role::DepartmentHandler, Some("housing")));
    dispatch.claim(&plumber, &order).await.unwrap();
    for refused in [
        dispatch.claim(&stranger, &order).await,
        dispatch.arrive(&stranger, &order).await,
        dispatch.complete(&stranger, &order).await,
    ] {
        assert_eq!(refusal(refused), (Code::NotFound, "no-such-work-order".to_owned()));
    }
    assert_eq!(dispatch.said(case).await, ["workorder.offered", "workorder.claimed"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_only_sees_a_work_order_may_not_claim_it() {
    let dispatch = Running::start().await;
    let (case, order) = dispatch.offered(leak()).await;
    let assistant = somebody(Role::DeskAssistant, None);
    assert_eq!(dispatch.list(&assistant).await[0].id, order);
    let refused = dispatch.claim(&assistant, &order).await;
    assert_eq!(refusal(refused), (Code::PermissionDenied, "not-permitted".to_owned()));
    assert_eq!(dispatch.said(case).await, ["workorder.offered"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_case_that_has_ended_is_worked_on_no_more() {
    let dispatch = Running::start().await;
    let (case, order) = dispatch.offered(leak()).await;
    let plumber = plumber();
    dispatch.claim(&plumber, &order).await.unwrap();
    dispatch.say(case, closed(End::Withdrawn)).await;
    dispatch.has_heard(Service::Intake, case, 2).await;
    assert_eq!(
        dispatch.list_of(&plumber, case).await[0].state().as_str_name(),
        "WORK_ORDER_STATE_CANCELLED"
    );
    for refused in [
        dispatch.claim(&plumber, &order).await,
        dispatch.arrive(&plumber, &order).await,
        dispatch.complete(&plumber, &order).await,
    ] {
        let error = refused.unwrap_err();
        assert_eq!((error.code(), error.reason()), (Code::FailedPrecondition, "case-closed"));
        assert!(error.message().contains("withdrawn"), "{error}");
    }
    dispatch.say(case, reopened(2)).await;
    dispatch.has_heard(Service::Intake, case, 3).await;
    let anew = dispatch.list(&plumber).await.into_iter().find(|order| order.cycle == 2).unwrap();
    dispatch.claim(&plumber, &anew.id).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_work_order_that_is_not_there_is_not_found_and_a_wrong_id_is_named() {
    let dispatch = Running::start().await;
    let unknown = dispatch.claim(&plumber(), &id().to_string()).await;
    assert_eq!(refusal(unknown), (Code::NotFound, "no-such-work-order".to_owned()));
    let wrong = dispatch.claim(&plumber(), "2026-11-000007").await.unwrap_err();
    assert_eq!(wrong.reason(), "work-order-malformed");
    assert_eq!(wrong.violations()[0].field, "work_order");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_that_is_sent_twice_is_done_once() {
    let dispatch = Running::start().await;
    let (case, order) = dispatch.offered(leak()).await;
    let plumber = plumber();
    let claim = |order: &str| {
        let request = ClaimRequest { work_order: order.to_owned() };
        dispatch.asks_under("once", &plumber, request)
    };
    let first = dispatch.client().claim(claim(&order)).await.unwrap().into_inner();
    let second = dispatch.client().claim(claim(&order)).await.unwrap().into_inner();
    assert_eq!(first, second);
    assert_eq!(dispatch.said(case).await, ["workorder.offered", "workorder.claimed"]);

    let other = claim(&id().to_string());
    let refused = Error::from(dispatch.client().claim(other).await.unwrap_err());
    assert_eq!((refused.code(), refused.reason()), (Code::Conflict, "idempotency-key-reused"));
    let mut keyless = claim(&order);
    keyless.metadata_mut().remove("idempotency-key");
    let refused = Error::from(dispatch.client().claim(keyless).await.unwrap_err());
    assert_eq!(refused.reason(), "idempotency-key-missing");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_worker_writes_is_sealed_shown_with_the_work_order_and_goes_nowhere_else() {
    const WORDS: &str = "换了三通,住户王同学在场";
    let dispatch = Running::start().await;
    let (case, order) = dispatch.offered(leak()).await;
    let worker = plumber();
    dispatch.claim(&worker, &order).await.unwrap();
    let request = |note: String| {
        let request =
            CompleteRequest { work_order: order.clone(), note, ..CompleteRequest::default() };
        dispatch.asks(&worker, request)
    };
    let long = request("水".repeat(2_001));
    let refused = Error::from(dispatch.client().complete(long).await.unwrap_err());
    assert_eq!(refused.violations()[0].field, "note");
    dispatch.client().complete(request(WORDS.to_owned())).await.unwrap();

    let (owner, by, wrapped, sealed): (Uuid, Vec<u8>, Vec<u8>, Vec<u8>) =
        sqlx::query_as("select work_order, key_id, wrapped, sealed from dispatch.note")
            .fetch_one(dispatch.pool())
            .await
            .unwrap();
    let masters = Masters::new(Site::MASTER.parse::<MasterKey>().unwrap(), Vec::new());
    let wrapped = WrappedKey { by: KeyId::try_from(&by[..]).unwrap(), wrapped };
    let key = masters.open_key(owner.into_bytes(), &wrapped).unwrap();
    let place = Place { field: "note", owner: owner.into_bytes() };
    assert_eq!(key.open(place, &sealed).unwrap(), WORDS);
    let shown = dispatch.list_of(&plumber(), case).await;
    assert_eq!(shown[0].note, WORDS, "a colleague sees the work order, and so its note");
    for everything in [
        "select count(*) from delivery.outbox where position('王' in convert_from(payload, 'UTF8')) > 0",
        "select count(*) from delivery.audit where detail::text like '%王%'",
        "select count(*) from dispatch.work where state::text like '%王%'",
    ] {
        assert_eq!(dispatch.count(everything).await, 0, "{everything}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_comes_next_is_sealed_and_told_to_services_and_the_event_says_only_that_there_is_something()
 {
    const WORDS: &str = "周一来补漆,住户王同学留门";
    let dispatch = Running::start().await;
    let (case, order) = dispatch.offered(leak()).await;
    let (_, silent) = dispatch.offered(lock()).await;
    let worker = plumber();
    dispatch.claim(&worker, &order).await.unwrap();
    let complete = |next_steps: String| {
        let work_order = order.clone();
        dispatch.asks(&worker, CompleteRequest { work_order, next_steps, ..Default::default() })
    };
    let long = complete("水".repeat(2_001));
    let refused = Error::from(dispatch.client().complete(long).await.unwrap_err());
    assert_eq!(refused.reason(), "next-steps-too-long");
    assert_eq!(refused.violations()[0].field, "next_steps");
    dispatch.client().complete(complete(format!(" {WORDS} "))).await.unwrap();

    let find = |work_orders: Vec<String>| FindNextStepsRequest { work_orders };
    let asked = find(vec![order.clone(), silent, id().to_string()]);
    let asked = rpc::Call::new().request(asked);
    let found = dispatch.client().find_next_steps(asked).await.unwrap().into_inner().next_steps;
    let found: Vec<_> = found.into_iter().map(|one| (one.work_order, one.text)).collect();
    assert_eq!(found, [(order.clone(), WORDS.to_owned())]);
    assert_eq!(dispatch.list_of(&plumber(), case).await[0].next_steps, WORDS);
    let many = rpc::Call::new().request(find(vec![order.clone(); 201]));
    let refused = Error::from(dispatch.client().find_next_steps(many).await.unwrap_err());
    assert_eq!(
        (refused.reason(), &*refused.violations()[0].field),
        ("list-invalid", "work_orders")
    );
    let nobodys = dispatch.asks(&worker, find(vec![order]));
    let refused = Error::from(dispatch.client().find_next_steps(nobodys).await.unwrap_err());
    assert_eq!(refused.reason(), "not-permitted");

    let told = "select count(*) from delivery.outbox
                where convert_from(payload, 'UTF8') like '%\"next_steps\":true%'";
    assert_eq!(dispatch.count(told).await, 1);
    for everything in [
        "select count(*) from delivery.outbox where position('王' in convert_from(payload, 'UTF8')) > 0",
        "select count(*) from delivery.audit where detail::text like '%王%'",
        "select count(*) from dispatch.work where state::text like '%王%'",
    ] {
        assert_eq!(dispatch.count(everything).await, 0, "{everything}");
    }
}
