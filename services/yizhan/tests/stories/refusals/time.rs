//! What gives no more time, and what no leader can do.

use super::{INVALID, NOT_NOW, NOT_PERMITTED, NOT_THERE};
use crate::campus::Campus;

#[test]
fn time_is_given_by_who_may_while_there_is_some_and_as_the_policy_says() {
    let campus = Campus::open();
    let names = ["desk-1", "plumber-1", "head-logistics", "section-chief"];
    let [desk, plumber, head, chief] = names.map(|name| campus.account(name));
    campus.clock_to("10:00");
    let case = desk.opens("water-leak --place dorm-7-402");
    plumber.asks(&format!("work claim {case}"));
    let due = case.due(1);

    let slips: [(_, &str, i32, &[&str]); 10] = [
        (
            &plumber,
            "extension ask 2026-11-999999 --until 2030-01-07T10:00:00+08:00 --reason parts",
            NOT_THERE,
            &[],
        ),
        (
            &plumber,
            "extension ask CASE --until 2020-01-07T10:00:00+08:00 --reason parts",
            INVALID,
            &["until"],
        ),
        (&plumber, "extension ask CASE --until soon --reason parts", INVALID, &["until: "]),
        (
            &desk,
            "extension ask CASE --until 2030-01-07T10:00:00+08:00 --reason parts",
            NOT_PERMITTED,
            &[],
        ),
        (&head, "extension approve CASE", NOT_NOW, &["extension-not-asked"]),
        (&plumber, "pause ask CASE", NOT_NOW, &["not-on-hold"]),
        (&head, "pause approve CASE", NOT_NOW, &["not-on-hold"]),
        (&chief, "ladder takeover CASE", NOT_THERE, &["case-unknown"]),
        (&chief, "ladder order CASE --text hurry", NOT_THERE, &["case-unknown"]),
        (
            &chief,
            "ladder accept-risk CASE --until 2030-01-07T10:00:00+08:00",
            NOT_THERE,
            &["case-unknown"],
        ),
    ];
    for (who, line, code, parts) in slips {
        let line = line.replace("CASE", &case.to_string());
        who.is_refused(&line).says(code, parts);
    }
    assert_eq!(case.due(1), due);
}
