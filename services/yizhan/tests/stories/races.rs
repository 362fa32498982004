//! Two people, one moment.

use std::thread;

use serde_json::Value;

use crate::{
    account::{Account, Refusal},
    campus::Campus,
};

/// How often each pair meets: one of them alone is never first every time.
const MEETINGS: usize = 3;

#[test]
fn of_two_handlers_who_claim_at_once_one_has_it_and_the_other_is_told() {
    let campus = Campus::in_processes();
    let desk = campus.account("desk-1");
    let plumbers = ["plumber-1", "plumber-2"].map(|name| campus.account(name));
    for _ in 0..MEETINGS {
        let case = desk.opens("water-leak --place dorm-7-402");
        let order = case.work_order()["id"].as_str().unwrap().to_owned();
        let claim = format!("work claim {order}");
        let claimed = at_once([(&plumbers[0], &claim), (&plumbers[1], &claim)]);
        campus.settle();

        let refusals: Vec<_> = claimed.iter().filter_map(|one| one.as_ref().err()).collect();
        assert_eq!(refusals.len(), 1, "{claimed:?}");
        assert_eq!(refusals[0].code, 6, "{claimed:?}");
        assert!(refusals[0].message.contains("already-claimed"), "{claimed:?}");
        let claims = case.steps().into_iter().filter(|step| step == "workorder.claimed");
        assert_eq!(claims.count(), 1);
    }
}

#[test]
fn a_case_that_is_withdrawn_while_it_is_completed_ends_in_one_way_everywhere() {
    let campus = Campus::in_processes();
    let [student, plumber] = ["student-1", "plumber-1"].map(|name| campus.account(name));
    for _ in 0..MEETINGS {
        let case = student.opens("water-leak --place dorm-7-402 --channel web");
        plumber.does(&format!("work claim {case}"));
        let order = case.work_order()["id"].as_str().unwrap().to_owned();
        let (withdraw, complete) =
            (format!("case withdraw {case}"), format!("work complete {order}"));
        let [withdrawn, completed] = at_once([(&student, &withdraw), (&plumber, &complete)]);
        campus.settle();

        // The work may be done, withdrawn at intake, or cancelled by then: each is said in its words.
        if let Err(refusal) = &completed {
            let words = ["case-closed", "work-order-cancelled"];
            let is_told = words.iter().any(|word| refusal.message.contains(word));
            assert!(refusal.code == 6 && is_told, "{refusal:?}");
        }
        let running = case.clocks().into_iter().filter(|clock| clock["state"] == "running");
        let running: Vec<_> = running.map(|clock| clock["commitment"].clone()).collect();
        match case.state().0.as_str() {
            "withdrawn" => {
                assert!(withdrawn.is_ok(), "{withdrawn:?}");
                assert!(case.callbacks().is_empty());
                assert!(running.is_empty(), "{running:?}");
                assert!(!case.steps().contains(&"case.resolved".to_owned()));
            }
            "resolved" => {
                let refusal = withdrawn.unwrap_err();
                assert!(refusal.message.contains("case-completed"), "{refusal:?}");
                assert!(completed.is_ok(), "{completed:?}");
                assert_eq!(case.callbacks().len(), 1);
                assert_eq!(running, ["call-back"]);
            }
            other => panic!("it is {other}: {withdrawn:?}, {completed:?}"),
        }
    }
}

/// Commands that nobody gives before the others.
pub(crate) fn at_once<const N: usize>(
    commands: [(&Account<'_>, &String); N],
) -> [Result<Value, Refusal>; N] {
    thread::scope(|scope| {
        let given = commands.map(|(who, line)| scope.spawn(move || who.tries(line)));
        given.map(|given| given.join().unwrap())
    })
}
