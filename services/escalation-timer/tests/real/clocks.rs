//! Clocks as people are shown them, and who is.

use authz::{Principal, Role, Subject};
use events::words::Level;
use proto::{
    escalation_timer::v1::{ClockState, SegmentKind, SubjectKind},
    words::v1::Commitment,
};
use rpc::Code;
use service_kit::{id, somebody};

use crate::case::{
    Accepted, MINUTE, Timer, claimed, completed, offer, offered, receiver, reopened, reporter,
    worker,
};

#[tokio::test]
async fn a_case_is_explained_by_its_clocks_with_promises_rungs_and_segments() {
    let timer = Timer::new().await;
    let replica = timer.start().await;
    let case = timer.accepted().await;
    timer.tell(case.case, offered(case.received)).await;
    timer.jump_to(case.received + MINUTE * 12);
    timer.tell(case.case, claimed(case.received + MINUTE * 12)).await;

    let auditor = somebody(Role::Auditor, None);
    let answer = timer.clocks(&replica, &auditor, &case.case.to_string()).await.unwrap();
    let [complete, accept] = &answer.clocks[..] else { panic!("{answer:?}") };
    assert_eq!(
        (complete.commitment(), complete.subject()),
        (Commitment::Complete, SubjectKind::Case)
    );
    assert_eq!(complete.subject_id, case.case.to_string());
    assert_eq!((complete.state(), complete.on_time), (ClockState::Running, None));
    let planned: Vec<_> = complete.rungs.iter().map(|rung| (rung.rung, rung.round)).collect();
    assert_eq!(planned, [(1, 1), (2, 1), (3, 1), (4, 1), (5, 1), (5, 2)]);
    assert!(complete.rungs.iter().all(|rung| rung.fired.is_none()));
    assert_eq!(complete.rungs[0].post, "logistics/repair-leader");
    assert_eq!(complete.rungs[0].planned, complete.promises[0].due);
    assert_eq!(complete.segments.len(), 1);
    assert_eq!(complete.segments[0].to, answer.as_of);

    // Ten minutes were promised, and it took twelve.
    assert_eq!((accept.commitment(), accept.subject()), (Commitment::Accept, SubjectKind::Offer));
    assert_eq!(accept.subject_id, offer().to_string());
    assert_eq!((accept.state(), accept.on_time), (ClockState::Stopped, Some(false)));
    let segments = accept.segments.iter().map(|one| (one.kind(), one.to.unwrap().seconds));
    let [(first, due), (second, end)] = segments.collect::<Vec<_>>()[..] else {
        panic!("{accept:?}")
    };
    assert_eq!((first, second), (SegmentKind::Working, SegmentKind::Overdue));
    assert_eq!(end - due, 120);
    replica.stop().await;
}

#[tokio::test]
async fn who_stands_in_no_relation_to_a_case_does_not_see_its_clocks() {
    let timer = Timer::new().await;
    let replica = timer.start().await;
    let case = Accepted { case: id(), received: timer.now() };
    timer.tell(case.case, case.at_level(Level::Restricted)).await;
    timer.tell(case.case, offered(case.received)).await;
    timer.tell(case.case, claimed(case.received)).await;
    let named =
        |role, account| Subject { principal: Principal::Account(account), ..somebody(role, None) };
    let own = Subject { person: Some(reporter()), ..somebody(Role::Requester, None) };
    let uncleared = Subject { highest: Level::Internal, ..somebody(Role::Dispatcher, None) };
    for (who, sees) in [
        (own, true),
        (somebody(Role::Requester, None), false),
        (somebody(Role::DeskAssistant, None), false),
        (somebody(Role::Dispatcher, None), true),
        (uncleared, false),
        (named(Role::DutyCounsellor, receiver()), true),
        (named(Role::DepartmentHandler, worker()), true),
        (somebody(Role::DepartmentHandler, Some("logistics")), true),
        (somebody(Role::DepartmentHandler, Some("housing")), false),
        (somebody(Role::SystemAdministrator, None), false),
    ] {
        let answer = timer.clocks(&replica, &who, &case.case.to_string()).await;
        match answer {
            Ok(answer) => assert!(sees && answer.clocks.len() == 2, "{who:?}"),
            Err(error) => {
                assert!(!sees, "{who:?}: {error}");
                assert_eq!(error.reason(), "not-permitted");
            }
        }
    }
    let read = "select count(*) from delivery.audit where action = 'case.read'";
    assert_eq!(timer.count(read).await, 5, "a trace of each who has read it");
    replica.stop().await;
}

#[tokio::test]
async fn a_leader_sees_the_clocks_of_a_case_once_a_post_that_they_hold_was_told_of_it() {
    let timer = Timer::new().await;
    let replica = timer.start().await;
    let case = timer.accepted().await;
    let leader = |post: &str| {
        let posts = [format!("logistics/{post}").parse().unwrap()].into();
        Subject { posts, ..somebody(Role::Leader, Some("logistics")) }
    };
    let sees = async |post| {
        let answer = timer.clocks(&replica, &leader(post), &case.case.to_string()).await;
        answer.map(|answer| answer.clocks.len()).map_err(|error| error.reason().to_owned())
    };
    let refused = Err("not-permitted".to_owned());
    assert_eq!(sees("repair-leader").await, refused);
    timer.jump_to(case.due());
    timer.says(case.case, &["armed", "rung-fired"]).await;
    assert_eq!(sees("repair-leader").await, Ok(1));
    assert_eq!(sees("section-chief").await, refused);

    timer.tell(case.case, completed(1, timer.now())).await;
    timer.tell(case.case, reopened(2, timer.now())).await;
    assert_eq!(sees("section-chief").await, Ok(3), "they were told at once");
    assert_eq!(sees("head").await, refused);
    replica.stop().await;
}

#[tokio::test]
async fn a_case_that_nobody_heard_of_has_no_clocks_and_a_number_is_no_id() {
    let timer = Timer::new().await;
    let replica = timer.start().await;
    let auditor = somebody(Role::Auditor, None);
    let answer = timer.clocks(&replica, &auditor, &id().to_string()).await.unwrap();
    assert_eq!(answer.clocks, []);
    let refused = timer.clocks(&replica, &auditor, "2026-09-000123").await.unwrap_err();
    assert_eq!((refused.code(), refused.reason()), (Code::InvalidArgument, "case-malformed"));
    replica.stop().await;
}
