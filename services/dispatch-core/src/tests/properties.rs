//! Whatever comes, in whatever order, twice or too late.

use std::collections::BTreeMap;

use clock::WorkOrderId;
use events::words::{Cycle, End};
use proptest::{collection::vec, prelude::*};

use super::case::{Case, Step, Verb, Who, accepted, closed, reopened, rung_fired, rung_told};
use crate::{Event, State, apply};

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let asks = (prop_oneof![Just(Who::Wang), Just(Who::Li)], prop::sample::select(&Verb::ALL[..]))
        .prop_map(|(who, verb)| Step::Asks(who, verb));
    let end = prop::sample::select(End::ALL);
    let facts = prop_oneof![
        Just(accepted("dorm-7")),
        Just(accepted("moon")),
        (1u16..4).prop_map(reopened),
        (1u16..4, end).prop_map(|(cycle, end)| closed(cycle, end)),
        Just(rung_fired("logistics/head")),
        Just(rung_told("logistics/head")),
    ];
    vec(prop_oneof![3 => asks, 2 => facts], 0..40)
}

/// All that happened, and what the state was after it.
fn run(steps: &[Step]) -> (Vec<Event>, State) {
    let mut case = Case::new();
    let mut all = Vec::new();
    for step in steps {
        let before = case.state.clone();
        let events = case.step(step).unwrap_or_default();
        if let Step::Hears(_) = step {
            assert!(!events.is_empty(), "a fact is never passed over");
        }
        if matches!(&events[..], [] | [Event::Noted { .. }]) {
            assert_eq!(case.state, before, "what is refused or noted changes nothing");
        }
        assert_consistent(&case.state);
        all.extend(events);
    }
    (all, case.state)
}

fn assert_consistent(state: &State) {
    let Some(work) = state.work() else { return };
    let working = matches!(state, State::Working(_));
    assert_eq!(
        work.open().next().is_some(),
        working,
        "open work is in a working case, and only there"
    );
    assert!(work.open().all(|order| order.cycle == work.cycle), "nothing of an old cycle is open");
}

/// What happened to each work order, in short.
fn stories(events: &[Event]) -> BTreeMap<WorkOrderId, String> {
    let mut stories = BTreeMap::<_, String>::new();
    for event in events {
        let (order, what) = match event {
            Event::Offered { offered, .. } => (offered.work_order, 'o'),
            Event::Claimed(fact) => (fact.work_order, 'c'),
            Event::Arrived(fact) => (fact.work_order, 'a'),
            Event::Completed(fact) => (fact.work_order, 'd'),
            Event::Cancelled(fact) => (fact.work_order, 'x'),
            Event::CycleCompleted(_)
            | Event::Escalated { .. }
            | Event::Ended { .. }
            | Event::Noted { .. } => continue,
        };
        stories.entry(order).or_default().push(what);
    }
    stories
}

proptest! {
    #[test]
    fn a_work_order_goes_one_way(steps in steps()) {
        for story in stories(&run(&steps).0).values() {
            let whole = ["ocd", "ocad", "ox", "ocx", "ocax"];
            prop_assert!(whole.iter().any(|whole| whole.starts_with(story)), "{story}");
        }
    }

    #[test]
    fn a_cycle_is_completed_once(steps in steps()) {
        let mut completed = Vec::<Cycle>::new();
        for event in run(&steps).0 {
            if let Event::CycleCompleted(fact) = event {
                prop_assert!(!fact.workers.is_empty());
                prop_assert!(!completed.contains(&fact.cycle));
                completed.push(fact.cycle);
            }
        }
    }

    #[test]
    fn the_events_alone_bring_back_the_state_and_a_seed_gives_them_again(steps in steps()) {
        let (events, state) = run(&steps);
        let mut replayed = State::New;
        for event in &events {
            apply(&mut replayed, event);
        }
        prop_assert_eq!(&replayed, &state);
        prop_assert_eq!(run(&steps), (events, state));
    }
}
