//! Whatever comes, in whatever order, twice or too late.

use std::collections::BTreeMap;

use events::words::{Cycle, End, Urgency, Verdict};
use proptest::{collection::vec, prelude::*};

use super::case::{Case, Step, leak, outage, question, referral};
use crate::{Disposal, Event, State, apply};

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let verdict = prop::sample::select(Verdict::ALL);
    let urgency = prop::sample::select(Urgency::ALL);
    let said = prop::sample::select(vec!["", "水淹了"]);
    let step = prop_oneof![
        1 => Just(Step::accept(leak())),
        1 => Just(Step::accept(question())),
        1 => Just(Step::accept(referral())),
        1 => Just(Step::accept(outage())),
        1 => Just(Step::Withdraw),
        2 => Just(Step::Reopen),
        2 => Just(Step::Chase),
        2 => Just(Step::Call(&[4, 5], None, "")),
        1 => Just(Step::News { places: Vec::new(), expected_end: None, is_worded: true }),
        1 => Just(Step::Over),
        2 => (4u64..7, said).prop_map(|(person, said)| Step::Join(person, said)),
        1 => (4u64..7).prop_map(Step::Unjoin),
        1 => Just(Step::Note),
        2 => Just(Step::Reply(None)),
        1 => Just(Step::Reply(Some("2026-10-12T10:00:00+08:00"))),
        1 => Just(Step::CloseAs(Disposal::Test)),
        2 => (urgency, any::<bool>()).prop_map(|(urgency, why)| Step::Urgency(urgency, why)),
        4 => (1u16..5).prop_map(Step::Completed),
        4 => (1u16..5, verdict).prop_map(|(cycle, verdict)| Step::Judged(cycle, verdict)),
        1 => (0i64..20).prop_map(Step::Waits),
    ];
    vec(step, 0..40)
}

/// All that happened, and what the state was after it.
fn run(steps: &[Step]) -> (Vec<Event>, State) {
    let mut case = Case::new();
    let mut all = Vec::new();
    for step in steps {
        let before = case.state.clone();
        let events = case.step(step).unwrap_or_default();
        if let Step::Completed(_) | Step::Judged(..) = step {
            assert!(!events.is_empty(), "a fact is never passed over");
        }
        if matches!(&events[..], [] | [Event::Noted { .. }]) {
            assert_eq!(case.state, before, "what is refused or noted changes nothing");
        }
        all.extend(events);
    }
    (all, case.state)
}

/// What happened in each cycle, in short; the reopening belongs to the cycle that it begins.
fn stories(events: &[Event]) -> BTreeMap<Cycle, String> {
    let mut stories = BTreeMap::<_, String>::new();
    for event in events {
        let (cycle, what) = match event {
            Event::Accepted { accepted, .. } => (accepted.cycle, 'a'),
            Event::Resolved(resolved) => (resolved.cycle, 'r'),
            Event::Closed { closed, .. } => (closed.cycle, 'c'),
            Event::Reopened { reopened, .. } => (reopened.cycle, 'o'),
            Event::Chased(_)
            | Event::Joined(_)
            | Event::Unjoined(_)
            | Event::UrgencyChanged { .. }
            | Event::NoteLeft(_)
            | Event::Replied(_)
            | Event::Absorbed { .. }
            | Event::Called { .. }
            | Event::IncidentUpdated(_)
            | Event::Noted { .. } => continue,
        };
        stories.entry(cycle).or_default().push(what);
    }
    stories
}

proptest! {
    #[test]
    fn a_cycle_goes_one_way_and_has_one_end(steps in steps()) {
        let stories = stories(&run(&steps).0);
        for (number, (cycle, story)) in (1..).zip(&stories) {
            prop_assert_eq!(cycle.get(), number, "cycles follow one another");
            let begin = if number == 1 { 'a' } else { 'o' };
            let whole = [format!("{begin}rc"), format!("{begin}c")];
            prop_assert!(whole.iter().any(|whole| whole.starts_with(story)), "{}", story);
        }
    }

    #[test]
    fn no_case_of_which_nobody_asks_ends_by_itself_while_an_answer_is_owed(steps in steps()) {
        let mut state = State::New;
        for event in run(&steps).0 {
            apply(&mut state, &event);
            if let State::Closed { case, closing, .. } = &state
                && closing.end == End::Uncalled
            {
                prop_assert!(!case.owes_reply(), "{:?}", event);
            }
        }
    }

    #[test]
    fn what_an_accepted_case_is_called_and_who_answers_for_it_never_changes(steps in steps()) {
        let (events, state) = run(&steps);
        let accepted = events.iter().find_map(|event| match event {
            Event::Accepted { accepted, .. } => Some(accepted),
            Event::Resolved(_)
            | Event::Closed { .. }
            | Event::Reopened { .. }
            | Event::Chased(_)
            | Event::Joined(_)
            | Event::Unjoined(_)
            | Event::UrgencyChanged { .. }
            | Event::NoteLeft(_)
            | Event::Replied(_)
            | Event::Absorbed { .. }
            | Event::Called { .. }
            | Event::IncidentUpdated(_)
            | Event::Noted { .. } => None,
        });
        let named = accepted.map(|fact| (fact.number, fact.first_receiver, fact.received_at));
        let case = state.case();
        prop_assert_eq!(
            named,
            case.map(|case| (case.number, case.first_receiver, case.received_at))
        );
        prop_assert!(case.is_none_or(|case| case.told().is_some()), "a promise is always told");
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
