//! Late: rung by rung, until it is done.

use authz::Role;
use clock::AccountId;
use delivery_rpc::timestamp;
use events::{
    DispatchFact, EscalationFact,
    dispatch::{ROSTER_KEY, RosterChangedV1, Stay},
};
use service_kit::{id, somebody};
use testkit::eventually;

use crate::case::{Timer, completed};

#[tokio::test]
async fn three_rungs_fire_once_each_as_planned_and_the_next_ones_are_listed() {
    let timer = Timer::new().await;
    let replica = timer.start().await;
    let case = timer.accepted().await;
    timer.jump_to(case.late(-1));
    timer.says(case.case, &["armed", "at-risk"]).await;

    timer.jump_to(case.late(61));
    let said = ["armed", "at-risk", "rung-fired", "rung-fired", "rung-fired"];
    timer.says(case.case, &said).await;
    let rungs = timer.rungs(case.case).await;
    let fired = rungs.iter().map(|rung| (rung.rung, rung.round, rung.planned, rung.post.name()));
    assert_eq!(
        fired.collect::<Vec<_>>(),
        [
            (1, 0, case.late(0), "repair-leader"),
            (2, 0, case.late(30), "section-chief"),
            (3, 0, case.late(60), "deputy-head"),
        ]
    );
    assert!(rungs.iter().all(|rung| !rung.unconfirmed && rung.fired >= case.late(61)));

    let auditor = somebody(Role::Auditor, None);
    let answer = timer.clocks(&replica, &auditor, &case.case.to_string()).await.unwrap();
    let clock = &answer.clocks[0];
    let rungs: Vec<_> = clock
        .rungs
        .iter()
        .map(|rung| (rung.rung, rung.round, rung.planned.unwrap(), rung.fired.is_some()))
        .collect();
    assert_eq!(
        rungs,
        [
            (1, 1, timestamp(case.late(0)), true),
            (2, 1, timestamp(case.late(30)), true),
            (3, 1, timestamp(case.late(60)), true),
            (4, 1, timestamp(case.late(90)), false),
            (5, 1, timestamp(case.late(120)), false),
            (5, 2, timestamp(case.late(240)), false),
        ]
    );
    replica.stop().await;
}

#[tokio::test]
async fn a_rung_at_whose_post_nobody_is_at_work_goes_to_the_next_one_up() {
    let timer = Timer::new().await;
    let replica = timer.start().await;
    let case = timer.accepted().await;
    let away = |until| {
        let (account, stands_in) = (AccountId::from_uuid(id()), false);
        let stay = Stay { account, from: Some(until), until: None, stands_in };
        RosterChangedV1 { post: "logistics/section-chief".parse().unwrap(), stays: vec![stay] }
    };
    timer.tell(ROSTER_KEY, DispatchFact::from(away(case.late(-1)))).await;
    // What is said last counts.
    timer.tell(ROSTER_KEY, DispatchFact::from(away(case.late(45)))).await;
    timer.jump_to(case.late(1));
    timer.says(case.case, &["armed", "rung-fired"]).await;
    timer.jump_to(case.late(31));
    timer.says(case.case, &["armed", "rung-fired", "rung-fired"]).await;
    let rungs = timer.rungs(case.case).await;
    let told = rungs.iter().map(|rung| (rung.rung, rung.planned, rung.post.name()));
    assert_eq!(
        told.collect::<Vec<_>>(),
        [(1, case.late(0), "repair-leader"), (3, case.late(30), "deputy-head")]
    );
    assert_eq!(rungs[1].skipped, ["logistics/section-chief".parse().unwrap()]);
    replica.stop().await;
}

#[tokio::test]
async fn what_was_done_in_time_and_is_heard_late_takes_back_the_rung() {
    let timer = Timer::new().await;
    let replica = timer.start().await;
    let case = timer.accepted().await;
    timer.jump_to(case.late(1));
    timer.says(case.case, &["armed", "rung-fired"]).await;

    timer.say(case.case, completed(1, case.late(-5))).await;
    // The promise to call back begins with the completion.
    let said = ["armed", "rung-fired", "rung-retracted", "clock-stopped", "armed"];
    timer.says(case.case, &said).await;
    let said = timer.said(case.case).await;
    let EscalationFact::RungRetracted(retracted) = &said[2] else { panic!("{said:?}") };
    assert_eq!((retracted.rung, retracted.done_at), (1, case.late(-5)));
    let EscalationFact::ClockStopped(stopped) = &said[3] else { panic!("{said:?}") };
    assert_eq!(stopped.on_time, Some(true));
    replica.stop().await;
}

#[tokio::test]
async fn two_replicas_fire_each_rung_once() {
    let timer = Timer::new().await;
    let (one, other) = (timer.start().await, timer.start().await);
    let mut cases = Vec::new();
    for _ in 0..40 {
        cases.push(timer.accepted().await);
    }
    // In three leaps, so that both have a chance at each rung.
    for minutes in [1, 31, 61] {
        timer.jump_to(cases.last().unwrap().late(minutes));
        let due = "select count(*) from delivery.audit where action = 'rung.fired'";
        let expected = (minutes / 30 + 1) * 40;
        eventually("all have fired", async || timer.count(due).await >= expected).await;
    }
    for case in &cases {
        timer.says(case.case, &["armed", "rung-fired", "rung-fired", "rung-fired"]).await;
        let rungs = timer.rungs(case.case).await;
        assert_eq!(rungs.iter().map(|rung| rung.rung).collect::<Vec<_>>(), [1, 2, 3]);
    }
    one.stop().await;
    other.stop().await;
}
