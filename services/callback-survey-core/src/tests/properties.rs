//! Whatever comes, in whatever order, twice or too late.

use std::collections::{BTreeMap, BTreeSet};

use events::words::{Cycle, End, Verdict};
use proptest::{collection::vec, prelude::*};

use super::case::{
    Case, Reporter, Step, Who, accepted, calling, closed, reopened, resolved, resolved_for,
    unjoined,
};
use crate::{Call, Event, Fate, State, apply};

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let who = || prop_oneof![4 => Just(Who::Zhao), 1 => Just(Who::Wang)];
    let end = prop::sample::select(End::ALL);
    let reporters = vec![Reporter::First, Reporter::Second, Reporter::Nobody];
    let reporter = prop::sample::select(reporters);
    let step = prop_oneof![
        1 => Just(accepted("water-leak")),
        1 => Just(accepted("water-hours")),
        2 => (1u16..4).prop_map(resolved),
        1 => Just(resolved_for("water-hours", 1)),
        1 => (1u16..4).prop_map(reopened),
        1 => (1u16..4, end).prop_map(|(cycle, end)| closed(cycle, end)),
        1 => Just(unjoined()),
        6 => (0i64..900).prop_map(Step::Waits),
        6 => (who(), 1u16..3).prop_map(|(who, cycle)| Step::Attempts(who, cycle)),
        2 => (who(), 1u16..3, any::<bool>())
            .prop_map(|(who, cycle, solved)| Step::Answers(who, cycle, solved)),
        2 => (reporter, 1u16..3, any::<bool>())
            .prop_map(|(reporter, cycle, solved)| Step::Links(reporter, cycle, solved)),
    ];
    let begin = prop_oneof![Just(Vec::new()), Just(calling())];
    (begin, vec(step, 0..40)).prop_map(|(begin, steps)| [begin, steps].concat())
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
        let open = case.state.callbacks().filter(|(_, fate)| fate.is_none()).count();
        let calling = matches!(case.state, State::Calling { .. });
        assert_eq!(open, usize::from(calling), "a callback is open while calling, and only then");
        all.extend(events);
    }
    (all, case.state)
}

fn verdicts(events: &[Event]) -> BTreeMap<Cycle, Vec<Verdict>> {
    let mut verdicts = BTreeMap::<_, Vec<_>>::new();
    for event in events {
        if let Event::Judged(judged) = event {
            verdicts.entry(judged.cycle).or_default().push(judged.verdict);
        }
    }
    verdicts
}

/// How many attempts, on how many days, at how many hours of the day.
fn spread(call: &Call) -> (usize, usize, usize) {
    let zone = calendar::zone("Asia/Shanghai").unwrap();
    let local = call.attempts.iter().map(|attempt| zone.to_datetime(attempt.at));
    let (days, hours): (BTreeSet<_>, BTreeSet<_>) =
        local.map(|local| (local.date(), local.hour())).unzip();
    (call.attempts.len(), days.len(), hours.len())
}

proptest! {
    #[test]
    fn a_cycle_is_judged_once_and_turned_once_to_not_solved(steps in steps()) {
        use Verdict::{NotSolved, Solved, Unreachable};
        for verdicts in verdicts(&run(&steps).0).values() {
            let right = [
                &[Solved][..],
                &[NotSolved],
                &[Unreachable],
                &[Solved, NotSolved],
                &[Unreachable, NotSolved],
            ];
            prop_assert!(right.contains(&&verdicts[..]), "{:?}", verdicts);
        }
    }

    #[test]
    fn whoever_is_unreachable_was_tried_on_two_days_at_two_hours(steps in steps()) {
        let (events, state) = run(&steps);
        for (cycle, verdicts) in verdicts(&events) {
            if verdicts.first() == Some(&Verdict::Unreachable) {
                let (call, _) = state.callbacks().find(|(call, _)| call.cycle == cycle).unwrap();
                let (attempts, days, hours) = spread(call);
                prop_assert!(attempts == 3 && days >= 2 && hours >= 2, "{:?}", call.attempts);
            }
        }
    }

    #[test]
    fn nobody_is_tried_in_vain_twice_in_an_hour_of_a_day(steps in steps()) {
        let zone = calendar::zone("Asia/Shanghai").unwrap();
        for (call, _) in run(&steps).1.callbacks() {
            let in_vain = call.attempts.iter().filter(|attempt| !attempt.reached);
            let hours = in_vain.map(|attempt| zone.to_datetime(attempt.at));
            let mut seen = BTreeSet::new();
            for local in hours {
                prop_assert!(seen.insert((local.date(), local.hour())), "{:?}", call.attempts);
            }
        }
    }

    #[test]
    fn nobody_ever_asks_after_their_own_work(steps in steps()) {
        for (call, _) in run(&steps).1.callbacks() {
            let asked = call.attempts.iter().map(|attempt| attempt.by);
            let mut asked = asked.chain(call.answers.iter().filter_map(|answer| answer.by));
            prop_assert!(asked.all(|by| !call.workers.contains(&by)));
        }
    }

    #[test]
    fn by_their_link_somebody_says_it_once_and_then_at_most_that_it_is_not_solved_after_all(
        steps in steps(),
    ) {
        for (call, _) in run(&steps).1.callbacks() {
            let mut said = BTreeMap::<_, Vec<bool>>::new();
            for answered in &call.answers {
                if let Some(person) = answered.person {
                    prop_assert_ne!(person, Reporter::Nobody.person());
                    said.entry(person).or_default().push(answered.solved);
                }
            }
            for said in said.values() {
                prop_assert!([&[true][..], &[false], &[true, false]].contains(&&said[..]));
            }
        }
    }

    #[test]
    fn that_it_is_solved_is_a_verdict_only_where_somebody_asked(steps in steps()) {
        for (call, fate) in run(&steps).1.callbacks() {
            if fate == Some(Fate::Judged(Verdict::Solved)) {
                let asked = call.answers.iter().any(|one| one.solved && one.by.is_some());
                prop_assert!(asked, "{:?}", call.answers);
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
