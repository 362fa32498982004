//! What is not done to a work order.

use super::{INVALID, NOT_NOW, NOT_PERMITTED, NOT_THERE};
use crate::campus::Campus;

const NOWHERE: &str = "00000000-0000-7000-8000-000000000000";

#[test]
fn what_is_wrong_with_a_command_on_a_work_order_is_named_and_nothing_is_done() {
    let campus = Campus::open();
    let names = ["desk-1", "head-logistics", "dispatcher", "director", "plumber-1"];
    let [desk, head, dispatcher, director, plumber] = names.map(|name| campus.account(name));
    let case = desk.opens("water-leak --place dorm-7-402");

    // Of all: a work order that is not there.
    for (who, line) in [
        (&dispatcher, "assign NOWHERE plumber-1"),
        (&plumber, "contain NOWHERE"),
        (&plumber, "hold NOWHERE --reason parts"),
        (&plumber, "resume NOWHERE"),
        (&plumber, "return NOWHERE --reason no"),
        (&head, "transfer NOWHERE housing/caretakers --reason no"),
        (&dispatcher, "reassign NOWHERE housing/caretakers"),
        (&director, "adjudicate NOWHERE housing/caretakers --reason so"),
    ] {
        let line = format!("work {}", line.replace("NOWHERE", NOWHERE));
        who.is_refused(&line).says(NOT_THERE, &["no-such-work-order"]);
    }
    let slips: [(_, &str, i32, &[&str]); 20] = [
        (&dispatcher, "assign CASE nobody", INVALID, &["no-such-worker", "to: "]),
        (&dispatcher, "assign CASE caretaker", INVALID, &["no-such-worker", "logistics"]),
        (&dispatcher, "assign CASE ''", INVALID, &["assignment-invalid", "to: "]),
        (&desk, "assign CASE plumber-1", NOT_PERMITTED, &["not-permitted"]),
        (&plumber, "contain CASE", NOT_NOW, &["not-claimed"]),
        (&plumber, "hold CASE --reason tea", INVALID, &["reason: must be one of no-access, "]),
        (
            &plumber,
            "hold CASE --reason no-access --visit 2026-11-03T14:00:00",
            INVALID,
            &["visit_at: ", "write `2026-11-03T14:00:00+08:00`"],
        ),
        (&plumber, "resume CASE", NOT_NOW, &["not-claimed"]),
        (&plumber, "return CASE --reason no", NOT_NOW, &["not-transferred"]),
        (&plumber, "return CASE --reason ''", INVALID, &["return-invalid", "reason: is missing"]),
        (&head, "transfer CASE housing/caretakers --reason ' '", INVALID, &["reason: is missing"]),
        (&head, "transfer CASE gardening/nobody --reason no", INVALID, &["no-such-post", "to: "]),
        (&head, "transfer CASE caretakers --reason no", INVALID, &["transfer-invalid", "to: "]),
        (&head, "transfer CASE housing/head --reason no", INVALID, &["not-accepting", "to: "]),
        (&head, "transfer CASE logistics/plumbing --reason no", NOT_NOW, &["same-post"]),
        (&desk, "transfer CASE housing/caretakers --reason no", NOT_PERMITTED, &["not-permitted"]),
        (&dispatcher, "reassign CASE gardening/nobody", INVALID, &["no-such-post", "to: "]),
        (&head, "reassign CASE housing/caretakers", NOT_PERMITTED, &["other-department"]),
        (&director, "adjudicate CASE housing/caretakers --reason so", NOT_NOW, &["not-disputed"]),
        (
            &director,
            "adjudicate CASE housing/caretakers --reason ''",
            INVALID,
            &["reason: is missing"],
        ),
    ];
    for (who, line, code, parts) in slips {
        let line = format!("work {}", line.replace("CASE", &case.to_string()));
        who.is_refused(&line).says(code, parts);
    }
    assert_eq!(case.steps(), ["case.accepted", "workorder.offered"]);
}

#[test]
fn what_is_wrong_with_a_split_or_a_merge_is_named_and_nothing_is_done() {
    let campus = Campus::open();
    let [desk, dispatcher] = ["desk-1", "dispatcher"].map(|name| campus.account(name));
    let case = desk.opens("water-leak --place dorm-7-402");
    let slips: [(_, &str, i32, &[&str]); 8] = [
        (
            &dispatcher,
            "split NOWHERE logistics/electrical --task it",
            NOT_THERE,
            &["no-such-work-order"],
        ),
        (&dispatcher, "split CASE logistics/plumbing --task it", NOT_NOW, &["post-has-one"]),
        (&dispatcher, "split CASE gardening/nobody --task it", INVALID, &["no-such-post", "to: "]),
        (&dispatcher, "split CASE logistics/electrical --task ' '", INVALID, &["task: is missing"]),
        (&desk, "split CASE logistics/electrical --task it", NOT_PERMITTED, &["not-permitted"]),
        (&dispatcher, "merge NOWHERE --into NOWHERE", NOT_THERE, &["no-such-work-order"]),
        (&dispatcher, "merge CASE --into x", INVALID, &["merge-invalid", "into: "]),
        (&desk, "merge CASE --into NOWHERE", NOT_NOW, &["not-in-this-case"]),
    ];
    for (who, line, code, parts) in slips {
        let line = line.replace("CASE", &case.to_string()).replace("NOWHERE", NOWHERE);
        who.is_refused(&format!("work {line}")).says(code, parts);
    }
    assert_eq!(case.steps(), ["case.accepted", "workorder.offered"]);
}

#[test]
fn what_has_begun_is_not_assigned_and_what_is_disputed_is_decided_by_who_may() {
    let campus = Campus::open();
    let names = ["desk-1", "head-logistics", "dispatcher", "counsellor", "plumber-1", "caretaker"];
    let [desk, head, dispatcher, counsellor, plumber, caretaker] =
        names.map(|name| campus.account(name));
    let case = desk.opens("water-leak --place dorm-7-402");
    plumber.asks(&format!("work claim {case}"));
    let to_plumber = format!("work assign {case} plumber-1");
    dispatcher.is_refused(&to_plumber).says(NOT_NOW, &["already-theirs"]);
    plumber.is_refused(&format!("work contain {case}")).says(NOT_NOW, &["not-critical"]);
    plumber.is_refused(&format!("work resume {case}")).says(NOT_NOW, &["not-on-hold"]);
    plumber.asks(&format!("work arrive {case}"));
    dispatcher
        .is_refused(&format!("work assign {case} plumber-2"))
        .says(NOT_NOW, &["already-begun"]);

    let transfer = format!("work transfer {case} housing/caretakers --reason theirs");
    head.does(&transfer);
    caretaker
        .is_refused(&format!("work transfer {case} logistics/plumbing --reason theirs"))
        .says(NOT_NOW, &["came-from-there"]);
    caretaker.does(&format!("work return {case} --reason theirs"));
    head.does(&transfer);
    let adjudicate = format!("work adjudicate {case} housing/caretakers --reason so");
    counsellor.is_refused(&adjudicate).says(NOT_NOW, &["not-critical"]);
    for who in [&dispatcher, &desk] {
        who.is_refused(&adjudicate).says(NOT_PERMITTED, &["not-permitted"]);
    }
    dispatcher
        .is_refused(&format!("work reassign {case} logistics/plumbing"))
        .says(NOT_NOW, &["disputed"]);
}

#[test]
fn a_command_on_a_work_order_is_done_once_and_its_key_does_for_no_other_body() {
    let campus = Campus::open();
    let [desk, plumber] = ["desk-1", "plumber-1"].map(|name| campus.account(name));
    let [head, dispatcher] = ["head-logistics", "dispatcher"].map(|name| campus.account(name));
    let case = desk.opens("water-leak --place dorm-7-402");
    for (who, first, other) in [
        (&dispatcher, "assign CASE plumber-1", "assign CASE plumber-2"),
        (&plumber, "hold CASE --reason parts", "hold CASE --reason staff"),
        (
            &head,
            "transfer CASE housing/caretakers --reason theirs",
            "transfer CASE housing/caretakers --reason 'not ours'",
        ),
    ] {
        let order = case.work_order()["id"].as_str().unwrap().to_owned();
        let line =
            |line: &str| format!("work {} --idempotency-key 4711", line.replace("CASE", &order));
        who.does(&line(first));
        let steps = case.steps();
        who.does(&line(first));
        who.is_refused(&line(other)).says(NOT_NOW, &["idempotency-key-reused"]);
        assert_eq!(case.steps(), steps, "{first}");
    }
}
