//! Whatever comes, in whatever order, twice or too late.

use std::collections::{BTreeMap, BTreeSet};

use clock::{AccountId, OfferId, WorkOrderId};
use events::words::{Cycle, End};
use jiff::SignedDuration;
use proptest::{collection::vec, prelude::*};

use super::case::{
    Case, Move, Step, Verb, Who, accepted, closed, danger, reopened, rung_fired, rung_told,
};
use crate::{Event, State, apply};

const CARETAKERS: &str = "housing/caretakers";

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let who = prop_oneof![Just(Who::Wang), Just(Who::Li)];
    let asks =
        (who, prop::sample::select(&Verb::ALL[..])).prop_map(|(who, verb)| Step::Asks(who, verb));
    let post = prop::sample::select(&["logistics/plumbing", "logistics/electric", CARETAKERS][..]);
    let moves = prop_oneof![
        post.clone().prop_map(Move::Transfer),
        Just(Move::Return),
        post.clone().prop_map(Move::Reassign),
        post.clone().prop_map(Move::Split),
        Just(Move::Merge),
        Just(Move::MergeBefore),
        Just(Move::MergeIntoItself),
        post.prop_map(Move::Adjudicate),
        Just(Move::AskDepartment),
        Just(Move::Answer),
    ];
    let end = prop::sample::select(End::ALL);
    let facts = prop_oneof![
        Just(accepted("dorm-7")),
        Just(danger()),
        Just(accepted("moon")),
        (1u16..4).prop_map(reopened),
        (1u16..4, end).prop_map(|(cycle, end)| closed(cycle, end)),
        Just(rung_fired("logistics/head")),
        Just(rung_told("logistics/head")),
    ];
    let wakes = (0i64..4).prop_map(|hours| Step::Wakes(SignedDuration::from_hours(hours)));
    let steps = prop_oneof![6 => asks, 3 => moves.prop_map(Step::Moves), 2 => facts, 1 => wakes];
    // Most stories are about a case that was accepted.
    (prop::option::weighted(0.9, Just(danger())), vec(steps, 0..40))
        .prop_map(|(first, steps)| first.into_iter().chain(steps).collect())
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
        assert_nobody_is_forgotten(&before, &case.state);
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

fn assert_nobody_is_forgotten(before: &State, after: &State) {
    for order in before.work().into_iter().flat_map(|work| &work.orders) {
        let after = after.work().unwrap().order(order.id).unwrap();
        assert!(after.workers.is_superset(&order.workers), "workers never shrink");
        assert!(after.refusals >= order.refusals && after.refusals <= 2);
        assert!(after.is_final || !order.is_final, "what was adjudicated stays so");
        assert!(after.status.worker().is_none_or(|one| after.workers.contains(&one)));
    }
}

/// What happened to a work order, and under which offer if the event names one.
type Happened = (WorkOrderId, char, Option<OfferId>);

fn happened(event: &Event) -> Option<Happened> {
    Some(match event {
        Event::Offered { offered, .. } => (offered.work_order, 'o', Some(offered.offer)),
        Event::Claimed { claimed, .. } => (claimed.work_order, 'c', Some(claimed.offer)),
        Event::Assigned { assigned, .. } => (assigned.work_order, 's', Some(assigned.offer)),
        Event::Arrived(fact) => (fact.work_order, 'a', Some(fact.offer)),
        Event::Contained(fact) => (fact.work_order, 'n', Some(fact.offer)),
        Event::Held(fact) => (fact.work_order, 'h', Some(fact.offer)),
        Event::Resumed { resumed, .. } => (resumed.work_order, 'r', Some(resumed.offer)),
        Event::Released { released, .. } => (released.work_order, 'l', Some(released.offer)),
        Event::Disputed(fact) => (fact.work_order, 'p', None),
        Event::Completed(fact) => (fact.work_order, 'd', Some(fact.offer)),
        Event::Cancelled(fact) => (fact.work_order, 'x', None),
        Event::CycleCompleted(_)
        | Event::Asked(_)
        | Event::Answered(_)
        | Event::ReportersChanged { .. }
        | Event::Complains { .. }
        | Event::PauseAnswered { .. }
        | Event::Escalated { .. }
        | Event::UrgencyChanged { .. }
        | Event::Ended { .. }
        | Event::Noted { .. } => return None,
    })
}

/// What may come before each step of a work order; `^` is its beginning.
fn may_follow(before: char, step: char) -> bool {
    let allowed = match step {
        'o' => "^lp",
        'c' => "o",
        's' => "ocsr",
        'a' => "csr",
        'n' => "ar",
        'h' => "csanr",
        'r' => "h",
        'l' => "ocsanhr",
        'p' => "l",
        'd' => "csanhr",
        'x' => "ocsanhrp",
        _ => "",
    };
    allowed.contains(before)
}

proptest! {
    #[test]
    fn a_work_order_goes_its_way_under_one_offer_at_a_time(steps in steps()) {
        let mut last = BTreeMap::<WorkOrderId, (char, OfferId)>::new();
        let mut offers = BTreeSet::new();
        for (order, step, offer) in run(&steps).0.iter().filter_map(happened) {
            let (before, current) = last.get(&order).map_or(('^', None), |one| (one.0, Some(one.1)));
            prop_assert!(may_follow(before, step), "{step} after {before}");
            let under = if step == 'o' {
                prop_assert!(offers.insert(offer), "an offer is made once");
                offer
            } else {
                prop_assert!(offer.is_none_or(|one| Some(one) == current), "of an old offer: {step}");
                current
            };
            last.insert(order, (step, under.unwrap()));
        }
    }

    #[test]
    fn whoever_had_it_in_a_cycle_is_among_those_who_completed_it(steps in steps()) {
        let mut had = BTreeMap::<Cycle, BTreeSet<AccountId>>::new();
        for event in run(&steps).0 {
            match event {
                Event::Claimed { claimed, .. } => {
                    had.entry(claimed.cycle).or_default().insert(claimed.by);
                }
                Event::Assigned { assigned, .. } => {
                    had.entry(assigned.cycle).or_default().insert(assigned.to);
                }
                Event::CycleCompleted(fact) => {
                    let workers: BTreeSet<_> = fact.workers.iter().copied().collect();
                    prop_assert_eq!(Some(&workers), had.get(&fact.cycle));
                }
                Event::Offered { .. }
                | Event::Arrived(_)
                | Event::Contained(_)
                | Event::Held(_)
                | Event::Resumed { .. }
                | Event::Released { .. }
                | Event::Disputed(_)
                | Event::Completed(_)
                | Event::Cancelled(_)
                | Event::Asked(_)
                | Event::Answered(_)
                | Event::ReportersChanged { .. }
                | Event::Complains { .. }
                | Event::PauseAnswered { .. }
                | Event::Escalated { .. }
                | Event::UrgencyChanged { .. }
                | Event::Ended { .. }
                | Event::Noted { .. } => {}
            }
        }
    }

    #[test]
    fn what_was_asked_is_answered_once_at_most_and_stays(steps in steps()) {
        let (events, state) = run(&steps);
        let (mut asked, mut answered) = (Vec::new(), BTreeSet::new());
        for event in &events {
            if let Event::Asked(fact) = event {
                asked.push(fact.question);
            } else if let Event::Answered(fact) = event {
                prop_assert!(asked.contains(&fact.question), "nobody asked that");
                prop_assert!(answered.insert(fact.question), "answered twice");
            }
        }
        let orders = state.work().into_iter().flat_map(|work| &work.orders);
        let mut kept: Vec<_> = orders.flat_map(|order| &order.questions).collect();
        kept.sort_by_key(|question| question.at);
        prop_assert_eq!(kept.iter().map(|question| question.id).collect::<Vec<_>>(), asked);
        for question in kept {
            prop_assert_eq!(question.answered.is_some(), answered.contains(&question.id));
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
