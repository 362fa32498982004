use std::{
    cell::Cell,
    future::pending,
    time::{Duration, Instant},
};

use testkit::{eventually, within};

use crate::panic_of;

#[tokio::test]
async fn a_check_is_asked_until_it_is_met_and_its_value_handed_on() {
    let asked = Cell::new(0);
    let value = eventually("the third answer", async || {
        asked.set(asked.get() + 1);
        (asked.get() == 3).then_some("third")
    })
    .await;
    assert_eq!((value, asked.get()), ("third", 3));
}

#[test]
fn what_does_not_come_true_is_named() {
    let begun = Instant::now();
    let said = panic_of(|| within(Duration::from_millis(50), "pigs fly", async || false));
    assert!(said.starts_with("not within 50ms, asked "), "{said}");
    assert!(said.ends_with(" times: pigs fly"), "{said}");
    assert!(begun.elapsed() < Duration::from_secs(5));
}

#[test]
fn a_check_that_hangs_does_not_hang_the_test() {
    let said = panic_of(|| {
        within(Duration::from_millis(50), "an answer", async || pending::<bool>().await)
    });
    assert_eq!(said, "not within 50ms, asked 1 times: an answer");
}
