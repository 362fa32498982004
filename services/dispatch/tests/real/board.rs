//! What a list shows of a case besides its work: number, promise, rung.

use clock::TimerId;
use events::{
    EscalationFact,
    escalation::{ArmedV1, RungToldV1},
    words::{Commitment, Cycle, Service, Subject},
};
use proto::dispatch::v1::WorkOrder;
use service_kit::id;

use crate::case::{Running, at, leak, plumber, reopened, rung_fired};

fn shown(order: &WorkOrder) -> (u32, Option<i64>, u32) {
    let due = order.promise.as_ref().map(|promise| promise.due.as_ref().unwrap().seconds);
    (order.cycle, due, order.rung)
}

fn due(text: &str) -> i64 {
    at(text).as_second()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_work_order_shows_what_was_promised_and_how_high_it_was_escalated() {
    let dispatch = Running::start().await;
    let (case, order) = dispatch.offered(leak()).await;
    let plumber = plumber();
    let first = &dispatch.list(&plumber).await[0];
    assert_eq!((&*first.id, &*first.case_number), (&*order, "2026-11-000007"));
    assert_eq!((&*first.department, &*first.post), ("logistics", "logistics/plumbing"));
    assert_eq!(shown(first), (1, Some(due("2026-11-26T09:00:00+08:00")), 0));

    dispatch.say(case, rung_fired(2, "logistics/section-chief")).await;
    dispatch.say(case, rung_fired(1, "logistics/repair-leader")).await;
    dispatch.say(case, armed("2026-11-27T09:00:00+08:00")).await;
    dispatch.has_heard(Service::EscalationTimer, case, 3).await;
    let late = &dispatch.list(&plumber).await[0];
    assert_eq!(shown(late), (1, Some(due("2026-11-27T09:00:00+08:00")), 2));

    dispatch.say(case, reopened(2)).await;
    dispatch.has_heard(Service::Intake, case, 2).await;
    dispatch.say(case, told_again()).await;
    dispatch.say(case, rung_fired(3, "logistics/head")).await; // of the cycle before
    dispatch.has_heard(Service::EscalationTimer, case, 5).await;
    let mut both: Vec<_> = dispatch.list_of(&plumber, case).await.iter().map(shown).collect();
    both.sort_unstable();
    assert_eq!(both, [(1, None, 0), (2, Some(due("2026-11-27T21:00:00+08:00")), 1)]);
}

/// The promise to complete, extended.
fn armed(due: &str) -> EscalationFact {
    ArmedV1 {
        timer: TimerId::from_uuid(id()),
        subject: Subject::Case,
        commitment: Commitment::Complete,
        cycle: Cycle::FIRST,
        promise: 2,
        due: at(due),
        provisional: false,
        first_rung: 1,
    }
    .into()
}

fn told_again() -> EscalationFact {
    RungToldV1 {
        cycle: Cycle::FIRST.next(),
        rung: 1,
        post: "logistics/repair-leader".parse().unwrap(),
        at: at("2026-11-27T09:00:00+08:00"),
        skipped: Vec::new(),
    }
    .into()
}
