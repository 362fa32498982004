//! What personal data is sealed with, changed while everything runs: `docs/keys.md`.

use std::{
    thread,
    time::{Duration, Instant},
};

use events::words::Service;
use serde_json::Value;

use crate::campus::Campus;

/// Those that seal: portal, intake, dispatch, escalation-timer, callback-survey.
const SEALING: usize = 5;

#[test]
fn a_rotated_master_key_is_used_at_once_and_what_was_sealed_before_is_found_and_read() {
    let campus = Campus::open();
    let desk = campus.account("desk-1");
    let leak = "water-leak --place dorm-7-402";
    let before = desk.opens(&format!("{leak} --phone 10000001111 --text 'a pipe burst'"));
    let shown = before.shown();

    let new = "6b".repeat(32);
    campus.change_master_keys(|keys| format!("{new}\n{keys}"));
    let keys = "select count(distinct key_id) from intake.data_keys";
    patiently("the new key is used", || {
        desk.opens(&format!("{leak} --text 'somebody else'"));
        campus.count(Service::Intake, keys) == 2
    });

    assert_eq!(before.shown(), shown);
    let after = desk.opens(&format!("{leak} --phone 10000001111 --text 'and again'"));
    let caller = |shown: &Value| shown["details"]["caller"].clone();
    assert!(caller(&shown)["id"].is_string(), "{shown}");
    assert_eq!(caller(&after.shown()), caller(&shown));

    let lost = "a changed file is not used; the old value stays";
    campus.change_master_keys(|_| new.clone());
    patiently(lost, || campus.said().matches(lost).count() == SEALING);
    assert_eq!(before.shown(), shown);
    assert_eq!(caller(&after.shown()), caller(&shown));
}

fn patiently(what: &str, mut is_so: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < Duration::from_secs(30), "not within 30 s: {what}");
        thread::sleep(Duration::from_millis(10));
    }
}
