//! What is away, and comes back.

use events::words::Service;

use crate::campus::Campus;

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
fn cases_are_accepted_while_the_broker_is_away_and_reach_everybody_when_it_is_back() {
    let campus = Campus::open();
    let desk = campus.account("desk-1");
    let mut broker = campus.broker();

    broker.kill();
    let first = desk.reports("water-leak --place dorm-7-402");
    campus.jump("10m");
    let last = desk.reports("door-lock --place dorm-7-402");
    assert_eq!(first.state(), ("open".into(), 1));
    assert_eq!(first.steps(), [""; 0], "nobody else knows of it");

    broker.start();
    campus.settle();
    for case in [first, last] {
        assert_eq!(case.steps(), ["case.accepted", "workorder.offered"]);
    }
}
