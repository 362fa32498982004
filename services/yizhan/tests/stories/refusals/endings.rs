//! What is not done to a case that has ended.

use super::NOT_NOW;
use crate::campus::Campus;

#[test]
fn nothing_is_done_to_a_closed_case_but_to_reopen_it_within_seven_days() {
    let campus = Campus::open();
    let [desk, plumber, quality] = ["desk-1", "plumber-1", "quality"].map(|a| campus.account(a));

    let withdrawn = desk.opens("water-leak --place dorm-7-402");
    let order = withdrawn.work_order()["id"].as_str().unwrap().to_owned();
    desk.does(&format!("case withdraw {withdrawn}"));
    for step in ["claim", "arrive", "complete"] {
        plumber.is_refused(&format!("work {step} {order}")).says(NOT_NOW, &["case-closed"]);
    }
    desk.is_refused(&format!("case withdraw {withdrawn}")).says(NOT_NOW, &["case-closed"]);
    desk.is_refused(&format!("case reply {withdrawn} hello")).says(NOT_NOW, &["case-closed"]);
    desk.is_refused(&format!("case reopen {withdrawn}")).says(NOT_NOW, &["end-is-final"]);

    let leak = "water-leak --place dorm-7-402";
    let [early, late] = [desk.reports(leak), desk.opens(leak)];
    for case in [&early, &late] {
        desk.is_refused(&format!("case reopen {case}")).says(NOT_NOW, &["case-open"]);
        plumber.repairs(case);
        desk.is_refused(&format!("case withdraw {case}")).says(NOT_NOW, &["case-completed"]);
        quality.does(&format!("callback record {case} --solved"));
    }
    campus.advance("167h");
    desk.does(&format!("case reopen {early}"));
    assert_eq!(early.state(), ("open".into(), 2));
    campus.advance("2h");
    let open = format!("case open water-leak --place dorm-7-402 --linked-to {late}");
    let over = ["reopen-window-over", &format!("`yizhan {open}`")];
    desk.is_refused(&format!("case reopen {late}")).says(NOT_NOW, &over);
    let not_solved = format!("callback record {late} --not-solved");
    quality.is_refused(&not_solved).says(NOT_NOW, &over);
    assert!(desk.does(&open)["number"].is_string(), "it can be copied as it is");
    assert_eq!(late.state(), ("closed-solved".into(), 1));
}
