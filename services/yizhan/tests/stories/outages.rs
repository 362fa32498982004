//! What is away, and comes back.

use std::{thread, time::Duration};

use events::words::Service;

use crate::campus::Campus;

/// For two seconds, by the machine's time, clocks believe what they knew last.
const NEWS_ARE_OLD: Duration = Duration::from_secs(3);

#[test]
fn nobody_is_told_of_a_repair_that_was_done_while_the_clocks_were_away_for_six_hours() {
    let campus = Campus::in_processes();
    let [desk, plumber] = ["desk-1", "plumber-1"].map(|name| campus.account(name));
    campus.clock_to("10:00");
    let leak = "water-leak --place dorm-7-402 --text 'it drips through the ceiling'";
    let [done, late] = [desk.reports(leak), desk.opens(leak)];
    for case in [&done, &late] {
        plumber.asks(&format!("work claim {case}"));
        plumber.asks(&format!("work arrive {case}"));
    }
    campus.advance("23h");

    campus.kill(Service::EscalationTimer);
    campus.jump("30m");
    plumber.asks(&format!("work complete {done}"));
    campus.jump("5h30m");
    campus.serve(Service::EscalationTimer);
    campus.settle();

    assert!(done.rungs(1).is_empty());
    assert!(done.told("rung").is_empty());
    assert!(done.clocks().iter().all(|clock| clock["on_time"] != false));
    // The clocks do run: what is late is told in order, as planned.
    let due = late.due(1);
    let fired = late.rungs(1);
    let posts: Vec<_> = fired.iter().map(|rung| rung.post.as_str()).collect();
    assert_eq!(posts, ["repair-leader", "section-chief"]);
    assert_eq!(fired[0].planned, due);
    assert_eq!(late.told("rung").len(), 2);
}

#[test]
fn who_was_told_that_a_repair_is_late_hears_of_it_that_it_was_done_in_time() {
    let campus = Campus::in_processes();
    let [desk, plumber] = ["desk-1", "plumber-1"].map(|name| campus.account(name));
    campus.clock_to("10:00");
    let done = desk.opens("water-leak --place dorm-7-402 --text 'it drips through the ceiling'");
    plumber.asks(&format!("work claim {done}"));
    plumber.asks(&format!("work arrive {done}"));
    campus.advance("23h");
    let mut broker = campus.broker();

    broker.kill();
    campus.jump("30m");
    plumber.asks(&format!("work complete {done}"));
    thread::sleep(NEWS_ARE_OLD);
    campus.jump("1h30m");
    let rung = done.first_rung("complete");
    assert_eq!(rung["unconfirmed"], true);
    broker.start();
    campus.settle();

    assert!(!done.first_rung("complete")["retracted"].is_null());
    assert!(done.clocks().iter().all(|clock| clock["on_time"] != false));
    assert_eq!(done.told("repaired"), done.told("rung"));
}

#[test]
fn without_the_broker_cases_are_accepted_and_leaders_hear_what_is_late_after_a_minute() {
    let campus = Campus::in_processes();
    let desk = campus.account("desk-1");
    let late = desk.opens("water-leak --place dorm-7-402 --text 'a pipe burst'");
    let mut broker = campus.broker();

    broker.kill();
    let first = desk.reports("water-leak --place dorm-7-402");
    thread::sleep(NEWS_ARE_OLD);
    campus.jump("10m");
    let last = desk.reports("door-lock --place dorm-7-402");
    assert_eq!(first.state(), ("open".into(), 1));
    assert_eq!(first.steps(), [""; 0], "nobody else knows of it");
    // It may have been claimed, as far as the clocks know: they wait for the news, but not for ever.
    let rung = late.first_rung("accept");
    assert_eq!(rung["unconfirmed"], true);

    broker.start();
    campus.settle();
    for case in [first, last] {
        assert_eq!(case.steps(), ["case.accepted", "workorder.offered"]);
    }
    assert_eq!(late.told("rung").len(), 1);
}
