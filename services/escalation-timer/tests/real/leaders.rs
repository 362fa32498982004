//! What leaders do who were told that it is late, over gRPC and in the store.

use authz::Role;
use delivery_rpc::timestamp;
use proto::{
    escalation_timer::v1::{
        AcceptRiskRequest, ExtendLateRequest, GiveOrderRequest, TakeOverRequest,
        escalation_timer_client::EscalationTimerClient,
    },
    words::v1::Commitment,
};
use rpc::{Code, Error};
use service_kit::somebody;

use crate::case::{Timer, completed, holder};

const WORDS: &str = "call the waterworks and wait there";

#[tokio::test]
async fn a_leader_who_was_told_extends_and_another_is_refused() {
    let timer = Timer::new().await;
    let replica = timer.start().await;
    let case = timer.accepted().await;
    timer.jump_to(case.late(30));
    timer.says(case.case, &["armed", "rung-fired", "rung-fired"]).await;
    let mut client = EscalationTimerClient::new(replica.channel());
    let until = case.late(600);
    let request = || ExtendLateRequest {
        case_id: case.case.to_string(),
        until: Some(timestamp(until)),
        commitment: Commitment::Unspecified.into(),
    };
    let [chief, deputy] = ["section-chief", "deputy-head"].map(|post| holder(Role::Leader, post));

    let refused = client.extend_late(timer.asks(&deputy, request())).await.unwrap_err();
    let refused = Error::from(refused);
    assert_eq!((refused.code(), refused.reason()), (Code::NotFound, "case-unknown"));
    let answered = client.extend_late(timer.asks_under("once", &chief, request())).await.unwrap();
    let again = client.extend_late(timer.asks_under("once", &chief, request())).await.unwrap();
    assert_eq!(answered.into_inner(), again.into_inner());

    timer.jump_to(case.late(600));
    let said = ["armed", "rung-fired", "rung-fired", "armed", "promise-moved", "rung-fired"];
    timer.says(case.case, &said).await;
    let last = timer.rungs(case.case).await.pop().unwrap();
    assert_eq!((last.promise, last.rung, last.planned), (2, 2, until));
    let audited = "select count(*) from delivery.audit where action = 'promise.moved'";
    assert_eq!(timer.count(audited).await, 1);
    replica.stop().await;
}

#[tokio::test]
async fn an_order_is_kept_sealed_and_shown_and_its_event_has_no_word_of_it() {
    let timer = Timer::new().await;
    let replica = timer.start().await;
    let case = timer.accepted().await;
    timer.jump_to(case.due());
    timer.says(case.case, &["armed", "rung-fired"]).await;
    let mut client = EscalationTimerClient::new(replica.channel());
    let leader = holder(Role::Leader, "repair-leader");
    let order = |text: &str| GiveOrderRequest {
        case_id: case.case.to_string(),
        text: text.to_owned(),
        commitment: Commitment::Complete.into(),
    };
    let refused = client.give_order(timer.asks(&leader, order(" "))).await.unwrap_err();
    let refused = Error::from(refused);
    assert_eq!((refused.code(), refused.reason()), (Code::InvalidArgument, "command-invalid"));
    client.give_order(timer.asks(&leader, order(WORDS))).await.unwrap();
    timer.says(case.case, &["armed", "rung-fired", "ordered"]).await;

    let told = format!("{:?}", timer.said(case.case).await);
    assert!(!told.contains("waterworks"), "{told}");
    let open = "select count(*) from escalation_timer.words
                where position('waterworks'::bytea in sealed) > 0";
    assert_eq!(timer.count(open).await, 0);
    let audited = "select count(*) from delivery.audit where detail::text like '%waterworks%'";
    assert_eq!(timer.count(audited).await, 0);
    let auditor = somebody(Role::Auditor, None);
    let answer = timer.clocks(&replica, &auditor, &case.case.to_string()).await.unwrap();
    let [order] = &answer.orders[..] else { panic!("{answer:?}") };
    assert_eq!((order.text.as_str(), order.post.as_str()), (WORDS, "logistics/repair-leader"));
    assert_eq!(order.clock, answer.clocks[0].id);
    replica.stop().await;
}

#[tokio::test]
async fn the_top_two_accept_a_risk_and_the_ladder_rests_till_then() {
    let timer = Timer::new().await;
    let replica = timer.start().await;
    let case = timer.accepted().await;
    timer.jump_to(case.late(90));
    let said = ["armed", "rung-fired", "rung-fired", "rung-fired", "rung-fired"];
    timer.says(case.case, &said).await;
    let mut client = EscalationTimerClient::new(replica.channel());
    let until = case.late(1_440);
    let accept = || AcceptRiskRequest {
        case_id: case.case.to_string(),
        until: Some(timestamp(until)),
        commitment: Commitment::Unspecified.into(),
    };
    let chief = holder(Role::Leader, "section-chief");
    let refused = client.accept_risk(timer.asks(&chief, accept())).await.unwrap_err();
    let refused = Error::from(refused);
    assert_eq!((refused.code(), refused.reason()), (Code::PermissionDenied, "rung-too-low"));
    let head = holder(Role::Leader, "head");
    client.accept_risk(timer.asks(&head, accept())).await.unwrap();
    let take = TakeOverRequest { case_id: case.case.to_string(), commitment: 0 };
    client.take_over(timer.asks(&head, take)).await.unwrap();

    let auditor = somebody(Role::Auditor, None);
    let answer = timer.clocks(&replica, &auditor, &case.case.to_string()).await.unwrap();
    let clock = &answer.clocks[0];
    assert_eq!(clock.risk_accepted_until, Some(timestamp(until)));
    assert_eq!(clock.taken_over_by_rung, 4);
    let planned = clock.rungs.iter().find(|rung| rung.fired.is_none()).unwrap();
    assert_eq!((planned.rung, planned.planned), (5, Some(timestamp(until))));
    timer.jump_to(until);
    let said = [&said[..], &["risk-accepted", "taken-over", "rung-fired"]].concat();
    timer.says(case.case, &said).await;

    timer.say(case.case, completed(1, timer.now())).await;
    let said = [&said[..], &["clock-stopped", "armed"]].concat();
    timer.says(case.case, &said).await;
    let take = TakeOverRequest { case_id: case.case.to_string(), commitment: 0 };
    let refused = Error::from(client.take_over(timer.asks(&head, take)).await.unwrap_err());
    assert_eq!(refused.reason(), "clock-not-running");
    replica.stop().await;
}
