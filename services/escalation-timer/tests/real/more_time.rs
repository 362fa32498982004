//! Extensions and pauses, over gRPC and by what dispatch says.

use authz::Role;
use delivery_rpc::timestamp;
use events::words::HoldReason;
use proto::{
    escalation_timer::v1::{
        ApproveExtensionRequest, ApprovePauseRequest, AskExtensionRequest, AskPauseRequest,
        PauseState, RefuseExtensionRequest, SegmentKind,
        escalation_timer_client::EscalationTimerClient,
    },
    words::v1 as words,
};
use rpc::{Code, Error};
use service_kit::somebody;

use crate::case::{MINUTE, Timer, claimed, held, holder, offered, resumed};

#[tokio::test]
async fn the_department_asks_and_the_head_refuses_and_then_approves() {
    let timer = Timer::new().await;
    let replica = timer.start().await;
    let case = timer.accepted().await;
    timer.tell(case.case, offered(case.received)).await;
    let mut client = EscalationTimerClient::new(replica.channel());
    let [plumber, head] =
        [holder(Role::DepartmentHandler, "plumbing"), holder(Role::DepartmentHead, "head")];
    let case_id = case.case.to_string();
    let ask = || AskExtensionRequest {
        case_id: case_id.clone(),
        until: Some(timestamp(case.late(60))),
        reason: words::HoldReason::Parts.into(),
    };
    let refused = client.ask_extension(timer.asks(&plumber, AskExtensionRequest::default())).await;
    let refused = Error::from(refused.unwrap_err());
    let wrong: Vec<_> = refused.violations().iter().map(|one| one.field.as_str()).collect();
    assert_eq!(wrong, ["case_id", "until", "reason"]);
    client.ask_extension(timer.asks(&plumber, ask())).await.unwrap();
    let refuse = RefuseExtensionRequest { case_id: case_id.clone() };
    client.refuse_extension(timer.asks(&head, refuse)).await.unwrap();
    client.ask_extension(timer.asks(&plumber, ask())).await.unwrap();
    let approve = || ApproveExtensionRequest { case_id: case_id.clone() };
    let refused = client.approve_extension(timer.asks(&plumber, approve())).await.unwrap_err();
    let refused = Error::from(refused);
    assert_eq!((refused.code(), refused.reason()), (Code::PermissionDenied, "not-permitted"));
    client.approve_extension(timer.asks(&head, approve())).await.unwrap();
    let said = [
        "armed",
        "armed",
        "extension-asked",
        "extension-refused",
        "extension-asked",
        "armed",
        "promise-moved",
    ];
    timer.says(case.case, &said).await;
    let clocks = timer.clocks(&replica, &head, &case_id).await.unwrap().clocks;
    let dues: Vec<_> = clocks[0].promises.iter().map(|promise| promise.due).collect();
    assert_eq!(dues, [Some(timestamp(case.due())), Some(timestamp(case.late(60)))]);
    let [first, second] = &clocks[0].promises[..] else { panic!("{clocks:?}") };
    assert_eq!((first.number, first.counted, &*first.why), (1, true, ""));
    assert_eq!((second.number, second.counted, &*second.why), (2, false, "extension"));
    replica.stop().await;
}

#[tokio::test]
async fn a_granted_pause_is_shown_where_the_time_went_and_the_segments_have_no_gap() {
    let timer = Timer::new().await;
    let replica = timer.start().await;
    let case = timer.accepted().await;
    timer.tell(case.case, offered(case.received)).await;
    timer.tell(case.case, claimed(case.received)).await;
    let mut client = EscalationTimerClient::new(replica.channel());
    let [plumber, head] =
        [holder(Role::DepartmentHandler, "plumbing"), holder(Role::DepartmentHead, "head")];
    let hour = MINUTE * 60;
    let from = case.received + hour;
    timer.jump_to(from);
    timer.tell(case.case, held(HoldReason::OutsideAuthority, from)).await;
    let (case_id, work_order) = (case.case.to_string(), String::new());
    let approve =
        || ApprovePauseRequest { case_id: case_id.clone(), work_order: work_order.clone() };
    let refused = client.approve_pause(timer.asks(&head, approve())).await.unwrap_err();
    assert_eq!(Error::from(refused).reason(), "evidence-missing");
    let evidence = "the grid is off until noon".to_owned();
    let ask =
        AskPauseRequest { case_id: case_id.clone(), work_order: work_order.clone(), evidence };
    client.ask_pause(timer.asks(&plumber, ask)).await.unwrap();
    client.approve_pause(timer.asks(&head, approve())).await.unwrap();
    timer.jump_to(from + hour * 2);
    timer.tell(case.case, resumed(from + hour * 2)).await;
    timer.jump_to(from + hour * 3);

    let answer = timer.clocks(&replica, &head, &case_id).await.unwrap();
    let [hold] = &answer.holds[..] else { panic!("{answer:?}") };
    assert_eq!((hold.pause(), hold.ended), (PauseState::Granted, Some(timestamp(from + hour * 2))));
    assert_eq!(hold.evidence, "the grid is off until noon");
    let complete = &answer.clocks[0];
    assert_eq!(complete.promises.len(), 1, "the same promise");
    assert_eq!(complete.promises[0].due, Some(timestamp(case.due() + hour * 2)));
    let of = (&*complete.promises[0].why, complete.promises[0].reason());
    assert_eq!(of, ("pause", words::HoldReason::OutsideAuthority));
    assert!(complete.promises[0].counted);
    let kinds: Vec<_> = complete.segments.iter().map(|one| (one.kind(), &*one.reason)).collect();
    assert_eq!(
        kinds,
        [
            (SegmentKind::Working, ""),
            (SegmentKind::Paused, "outside-authority"),
            (SegmentKind::Working, "")
        ]
    );
    assert_eq!(complete.segments[0].from, Some(timestamp(case.received)));
    assert!(complete.segments.windows(2).all(|pair| pair[0].to == pair[1].from));
    assert_eq!(complete.segments[2].to, answer.as_of);
    let before = ["armed", "armed", "clock-stopped", "pause-asked", "pause-granted"];
    let said = [&before[..], &["promise-moved"; 2]].concat();
    timer.says(case.case, &said).await;
    replica.stop().await;
}

#[tokio::test]
async fn a_pause_that_nobody_grants_moves_nothing_and_ends_with_the_due() {
    let timer = Timer::new().await;
    let replica = timer.start().await;
    let case = timer.accepted().await;
    timer.tell(case.case, held(HoldReason::RequesterAnswer, case.received)).await;
    timer.jump_to(case.due());
    timer.says(case.case, &["armed", "pause-asked", "pause-refused", "rung-fired"]).await;
    let auditor = somebody(Role::Auditor, None);
    let answer = timer.clocks(&replica, &auditor, &case.case.to_string()).await.unwrap();
    assert_eq!(answer.holds[0].refused_by, "undecided");
    assert_eq!(answer.clocks[0].promises[0].due, Some(timestamp(case.due())));
    replica.stop().await;
}
