//! Who may not, and who is nobody.

use events::words::Service;

use super::{NOT_LOGGED_IN, NOT_NOW, NOT_PERMITTED, NOT_THERE};
use crate::campus::Campus;

/// Who logs in by this name is told what is wrong, and not to log in.
fn logs_in_in_vain(campus: &Campus, name: &str) {
    let output = campus.home().yizhan().args(["login", name]).output().unwrap();
    let error = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(NOT_LOGGED_IN), "{error}");
    assert!(error.contains("the account or the password is wrong"), "{error}");
    assert!(!error.contains("log in: "), "{error}");
}

#[test]
fn somebody_without_a_token_that_counts_is_told_to_log_in() {
    let campus = Campus::open();
    let desk = campus.account("desk-1");
    let hint = "yizhan login";
    logs_in_in_vain(&campus, "nobody");

    desk.without_token().is_refused("case list").says(NOT_LOGGED_IN, &["token-missing", hint]);
    let unknown = desk.token().chars().rev().collect::<String>();
    desk.with_token(&unknown).is_refused("case list").says(NOT_LOGGED_IN, &["token-malformed"]);
    let ended = desk.with_token(desk.token());
    campus.tamper(Service::Portal, "update portal.session set expires_at = authenticated_at");
    ended
        .is_refused("case open water-leak --place dorm-7-402")
        .says(NOT_LOGGED_IN, &["session-expired", hint]);
    ended.is_refused("case list").says(NOT_LOGGED_IN, &["session-expired"]);
}

#[test]
fn a_case_is_nothing_to_strangers_and_its_work_nobodys_but_its_posts() {
    let campus = Campus::open();
    let names = ["student-1", "student-2", "caretaker", "desk-1", "plumber-1", "plumber-2"];
    let [owner, stranger, caretaker, desk, plumber, colleague] =
        names.map(|name| campus.account(name));
    let case = owner.opens("water-leak --place dorm-7-402");
    assert_eq!(
        case.shown()["details"]["channel"],
        "web",
        "who reports for themselves says so here"
    );
    let order = case.work_order()["id"].as_str().unwrap().to_owned();
    let claim = format!("work claim {order}");
    let complete = format!("work complete {order}");

    for nobody in [&stranger, &caretaker, &campus.account("admin")] {
        nobody.is_refused(&format!("case show {case}")).says(NOT_THERE, &["case-unknown"]);
        assert!(nobody.asks("case list")["cases"].as_array().unwrap().is_empty());
    }
    stranger.is_refused(&format!("case withdraw {case}")).says(NOT_THERE, &["case-unknown"]);
    for nobody in [&stranger, &caretaker] {
        nobody.is_refused(&claim).says(NOT_THERE, &["no-such-work-order"]);
    }
    desk.is_refused(&claim).says(NOT_PERMITTED, &["not-permitted"]);
    plumber.does(&claim);
    colleague.is_refused(&complete).says(NOT_NOW, &["not-yours"]);
    plumber
        .is_refused(&format!("callback record {case} --solved"))
        .says(NOT_PERMITTED, &["record-attempt"]);
    for (who, line) in [
        (&desk, "apply -f examples/campus"),
        (&desk, "dlq ls"),
        (&plumber, "callback next"),
        (&stranger, "people -f examples/campus/people.csv"),
    ] {
        who.is_refused(line).says(NOT_PERMITTED, &[]);
    }
    assert_eq!(case.state(), ("open".into(), 1));
}
