//! "Not solved": the same case again, one rung higher.

use events::EscalationFact;

use crate::case::{LIMIT, MINUTE, Timer, attempted, completed, reopened};

#[tokio::test]
async fn a_reopened_case_tells_the_next_rung_at_once_and_goes_on_above_it() {
    let timer = Timer::new().await;
    let replica = timer.start().await;
    let case = timer.accepted().await;
    let (done, asked, again) =
        (case.received + MINUTE, case.received + MINUTE * 2, case.received + MINUTE * 3);
    timer.tell(case.case, completed(1, done)).await;
    timer.tell(case.case, attempted(1, asked)).await;
    timer.tell(case.case, reopened(2, again)).await;
    let first = ["armed", "clock-stopped", "armed", "clock-stopped"];
    let said = [&first[..], &["rung-told", "armed"]].concat();
    timer.says(case.case, &said).await;
    let facts = timer.said(case.case).await;
    let EscalationFact::RungTold(told) = &facts[4] else { panic!("{facts:?}") };
    assert_eq!((told.rung, told.post.name(), told.cycle.get()), (2, "section-chief", 2));

    let due = again + LIMIT;
    timer.jump_to(due + MINUTE);
    timer.says(case.case, &[&said[..], &["rung-fired"]].concat()).await;
    let rungs = timer.rungs(case.case).await;
    assert_eq!((rungs[0].rung, rungs[0].planned), (3, due), "the rung above the one that was told");
    replica.stop().await;
}
