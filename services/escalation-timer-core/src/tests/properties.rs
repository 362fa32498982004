//! Whatever comes, in whatever order, and whenever we wake.

use std::collections::{BTreeMap, BTreeSet};

use events::words::{Commitment, End, HoldReason, Subject, Urgency};
use jiff::{SignedDuration, Timestamp};
use proptest::{collection::vec, prelude::*};

use super::case::{
    Case, accept_risk, accepted, answered, approve_extension, approve_pause, arrived,
    ask_extension, ask_pause, assigned, at, attempted, claimed, closed, completed, completed_at,
    contained, disputed, extend, held, held_at, judged, offer, offered, order, refuse_extension,
    refuse_pause, released, reopened, reported, resumed, resumed_at, rungs, take_over,
};
use crate::{Command, Event, Fact, Fired, State, Watch, apply, next_at};

const RECEIVED: &str = "1T09:00";
/// Three offers of each of two work orders.
const OFFERS: [u64; 6] = [1, 11, 21, 2, 12, 22];

fn urgency() -> impl Strategy<Value = Urgency> {
    prop::sample::select(Urgency::ALL)
}

fn fresh(urgency: Urgency) -> Case {
    let mut case = Case::new();
    let both = [Commitment::Arrive, Commitment::Complete];
    case.hears(RECEIVED, &accepted(urgency, &both, RECEIVED));
    case
}

/// How far to look: long enough for some rounds at the top.
fn horizon(urgency: Urgency) -> SignedDuration {
    SignedDuration::from_hours(24)
        * match urgency {
            Urgency::Critical => 2,
            Urgency::Urgent => 6,
            Urgency::Normal => 40,
        }
}

/// An instant in this part of the horizon; never a whole minute, as plans are.
fn instant(urgency: Urgency, permille: i32) -> Timestamp {
    at(RECEIVED) + horizon(urgency) * permille / 1_000 + SignedDuration::from_millis(1)
}

fn wakes() -> impl Strategy<Value = (Urgency, Vec<Timestamp>)> {
    (urgency(), vec(0..1_000, 1..12)).prop_map(|(urgency, mut parts)| {
        parts.sort_unstable();
        (urgency, parts.into_iter().map(|part| instant(urgency, part)).collect())
    })
}

/// Wakes until nothing is due any more.
fn wake_fully(case: &mut Case, now: Timestamp) {
    while next_at(&case.state).is_some_and(|next| next <= now) {
        case.wakes_at(now);
    }
}

fn unique(fired: &[Fired]) -> bool {
    let steps: BTreeSet<_> = fired.iter().map(|one| (one.promise, one.rung, one.round)).collect();
    steps.len() == fired.len()
}

fn fact() -> impl Strategy<Value = Fact> {
    let time = || (1u8..5, 0u8..24).prop_map(|(day, hour)| format!("{day}T{hour:02}:07"));
    let cycle = || 1u16..4;
    let offer = || prop::sample::select(&OFFERS[..]);
    prop_oneof![
        urgency().prop_map(|urgency| {
            accepted(urgency, &[Commitment::Arrive, Commitment::Complete], RECEIVED)
        }),
        (offer(), cycle(), time()).prop_map(|(number, cycle, at)| offered(number, cycle, &at)),
        (offer(), cycle(), time()).prop_map(|(number, cycle, at)| claimed(number, cycle, &at)),
        (offer(), cycle(), time()).prop_map(|(number, cycle, at)| assigned(number, cycle, &at)),
        (offer(), cycle(), time()).prop_map(|(number, cycle, at)| released(number, cycle, &at)),
        (offer(), cycle(), time()).prop_map(|(number, cycle, at)| disputed(number, cycle, &at)),
        (offer(), cycle(), time()).prop_map(|(number, cycle, at)| arrived(number, cycle, &at)),
        (offer(), cycle(), time()).prop_map(|(number, cycle, at)| contained(number, cycle, &at)),
        (offer(), reason(), time()).prop_map(|(number, reason, at)| held(number, reason, &at)),
        (offer(), time()).prop_map(|(number, at)| resumed(number, &at)),
        (cycle(), time()).prop_map(|(cycle, at)| completed(cycle, &at)),
        (cycle(), time()).prop_map(|(cycle, at)| attempted(cycle, &at)),
        (cycle(), time()).prop_map(|(cycle, at)| answered(cycle, &at)),
        (cycle(), time()).prop_map(|(cycle, at)| judged(cycle, &at)),
        (cycle(), time()).prop_map(|(cycle, at)| reopened(cycle, &at)),
        (cycle(), time(), prop::option::of(time())).prop_map(|(cycle, at, next)| reported(
            cycle,
            &at,
            next.as_deref()
        )),
        (cycle(), prop::sample::select(End::ALL), time())
            .prop_map(|(cycle, end, at)| closed(cycle, end, &at)),
    ]
}

fn reason() -> impl Strategy<Value = HoldReason> {
    prop::sample::select(HoldReason::ALL)
}

fn command() -> impl Strategy<Value = Command> {
    let until = || (1u8..9, 7u8..24).prop_map(|(day, hour)| format!("{day}T{hour:02}:00"));
    let leader = || prop::sample::select(&["leader", "chief", "head"][..]);
    prop_oneof![
        until().prop_map(|until| ask_extension(&until)),
        Just(approve_extension("head")),
        Just(refuse_extension("head")),
        any::<bool>().prop_map(ask_pause),
        Just(approve_pause("head")),
        Just(refuse_pause("head")),
        (leader(), until()).prop_map(|(post, until)| extend(post, &until)),
        leader().prop_map(take_over),
        leader().prop_map(order),
        (leader(), until()).prop_map(|(post, until)| accept_risk(post, &until)),
    ]
}

/// What happens at some time.
#[derive(Debug, Clone)]
enum Moment {
    Heard(Fact),
    Told(Command),
    /// Just an hour to wake.
    Woken,
}

type Story = Vec<(Timestamp, Moment)>;

fn story() -> impl Strategy<Value = Story> {
    let now = (0..1_000).prop_map(|part| instant(Urgency::Urgent, part));
    let moment = prop_oneof![
        5 => fact().prop_map(Moment::Heard),
        3 => command().prop_map(Moment::Told),
        2 => Just(Moment::Woken),
    ];
    vec((now, moment), 0..40).prop_map(|mut story| {
        story.sort_by_key(|(now, _)| *now);
        story
    })
}

fn tell(story: &Story) -> Case {
    let mut case = Case::new();
    for (now, moment) in story {
        let before = case.state.clone();
        let fact = match moment {
            Moment::Heard(fact) => fact,
            Moment::Told(command) => {
                if case.is_told_at(*now, command).is_err() {
                    assert_eq!(case.state, before, "what is refused changes nothing");
                }
                continue;
            }
            Moment::Woken => {
                wake_fully(&mut case, *now);
                continue;
            }
        };
        let events = case.hears_at(*now, fact);
        assert!(!events.is_empty(), "a fact is never passed over");
        if let [Event::Noted { .. }] = &events[..] {
            assert_eq!(case.state, before, "what is noted changes nothing");
        }
        assert_one_accept_clock_per_work_order(&case);
    }
    case
}

fn assert_one_accept_clock_per_work_order(case: &Case) {
    let running = case.state.watch().into_iter().flat_map(Watch::running);
    let offers = running.filter(|timer| timer.commitment == Commitment::Accept).map(|timer| {
        let of = |number: &&u64| timer.subject == Subject::Offer(offer(**number).0);
        offer(*OFFERS.iter().find(of).unwrap()).1
    });
    let mut waiting = BTreeSet::new();
    assert!(offers.into_iter().all(|work_order| waiting.insert(work_order)), "two clocks run");
}

proptest! {
    #[test]
    fn whatever_is_heard_at_most_one_accept_clock_runs_per_work_order(story in story()) {
        assert_one_accept_clock_per_work_order(&tell(&story));
    }

    #[test]
    fn no_promise_that_is_made_anew_loses_a_rung_or_counts_from_earlier(story in story()) {
        for timer in tell(&story).state.watch().into_iter().flat_map(|watch| &watch.timers) {
            let promises: Vec<_> = [&timer.first].into_iter().chain(&timer.later).collect();
            for pair in promises.windows(2) {
                prop_assert_eq!(pair[1].number, pair[0].number + 1);
                prop_assert!(pair[1].since >= timer.first.since);
                prop_assert!(pair[1].first_rung >= pair[0].first_rung);
            }
        }
    }

    #[test]
    fn a_promise_is_told_to_have_moved_whenever_it_is_due_at_another_time(story in story()) {
        let case = tell(&story);
        for timer in case.state.watch().into_iter().flat_map(|watch| &watch.timers) {
            let mut due = None;
            for event in &case.log {
                if let Event::Armed { armed, .. } = event
                    && (armed.timer, armed.promise) == (timer.id, 1)
                {
                    due = Some(armed.due);
                }
                if let Event::PromiseMoved(moved) = event
                    && moved.timer == timer.id
                {
                    prop_assert_eq!(due, Some(moved.old));
                    prop_assert!(moved.old != moved.new);
                    due = Some(moved.new);
                }
            }
            prop_assert_eq!(due, Some(timer.promise().due));
        }
    }

    #[test]
    fn a_pause_wholly_outside_counted_time_changes_nothing(
        day in 1u8..3, from in 0i64..479, length in 0i64..479, urgency in urgency()
    ) {
        prop_assume!(urgency != Urgency::Critical);
        // Duty time ends at 23:00 and begins at 07:00; working hours lie within it.
        let night = at(&format!("{day}T23:00"));
        let [from, to] = [from.min(length), from.max(length)]
            .map(|minute| night + SignedDuration::from_mins(minute));
        let mut case = fresh(urgency);
        // What is to be done by that night is over.
        case.hears(RECEIVED, &arrived(1, 1, RECEIVED));
        let before = case.timer(Commitment::Complete).clone();
        prop_assume!(before.promise().due > from);
        case.hears_at(from, &held_at(1, HoldReason::NoAccess, from));
        case.hears_at(to, &resumed_at(1, to));
        prop_assert_eq!(&before, case.timer(Commitment::Complete));
    }

    #[test]
    fn a_pause_moves_a_due_by_the_counted_time_that_it_takes_away_and_never_back(
        from in 1i64..700, length in 0i64..2_000
    ) {
        let mut case = Case::promised(Commitment::Complete);
        let before = case.timer(Commitment::Complete).promise().due;
        let from = at(RECEIVED) + SignedDuration::from_mins(from);
        let to = from + SignedDuration::from_mins(length);
        case.hears_at(from, &held_at(1, HoldReason::NoAccess, from));
        case.hears_at(to, &resumed_at(1, to));
        let after = case.timer(Commitment::Complete).promise().due;
        prop_assert_eq!(after, before + SignedDuration::from_mins(length));
    }

    #[test]
    fn the_same_rungs_fire_with_the_same_plans_whenever_we_wake(
        (urgency, wakes) in wakes()
    ) {
        let (mut dozing, mut awake) = (fresh(urgency), fresh(urgency));
        for &now in &wakes {
            wake_fully(&mut dozing, now);
        }
        awake.is_awake_until(wakes[wakes.len() - 1]);
        let in_order = |case: &Case| {
            let mut rungs = rungs(&case.log);
            rungs.sort();
            rungs
        };
        prop_assert_eq!(in_order(&dozing), in_order(&awake));
        for timer in &dozing.state.watch().unwrap().timers {
            prop_assert!(unique(&timer.fired));
            prop_assert!(timer.fired.is_sorted_by_key(|fired| fired.planned));
            prop_assert!(timer.fired.iter().all(|fired| fired.planned <= fired.at));
        }
    }

    #[test]
    fn a_completion_heard_late_leaves_the_rungs_that_it_would_have_left_at_once(
        urgency in urgency(), done in 0i32..1_000, heard in 0i32..1_000
    ) {
        let done = instant(urgency, done.min(heard));
        let heard = instant(urgency, heard);
        let standing = |heard: Timestamp| {
            let mut case = fresh(urgency);
            case.is_awake_until(heard);
            case.hears_at(heard, &completed_at(1, done));
            (case.standing(), case.timer(Commitment::Complete).run)
        };
        prop_assert_eq!(standing(heard), standing(done));
    }

    #[test]
    fn whatever_is_heard_every_rung_fires_once_and_none_of_a_stopped_clock(story in story()) {
        let case = tell(&story);
        let mut stopped = BTreeMap::new();
        for event in &case.log {
            match event {
                Event::Stopped(fact) => {
                    let before = stopped.insert(fact.timer, fact.at);
                    prop_assert!(before.is_none_or(|at| fact.at < at), "stopped twice");
                }
                Event::RungFired { fired, .. } => {
                    prop_assert!(!stopped.contains_key(&fired.timer));
                }
                Event::Watched(_)
            | Event::UrgencyChanged { .. }
                | Event::Armed { .. }
                | Event::Rested { .. }
                | Event::WarningPlanned { .. }
                | Event::AtRisk(_)
                | Event::RungRetracted(_)
                | Event::RungTold(_)
                | Event::PromiseMoved(_)
                | Event::Counted { .. }
                | Event::Confirmed { .. }
                | Event::PausesCarried(_)
                | Event::ExtensionAsked(_)
                | Event::ExtensionRefused(_)
                | Event::Held(_)
                | Event::HoldEnded { .. }
                | Event::PauseAsked(_)
                | Event::EvidenceGiven { .. }
                | Event::PauseGranted { .. }
                | Event::PauseRefused(_)
                | Event::Ordered(_)
                | Event::TakenOver { .. }
                | Event::RiskAccepted { .. }
                | Event::Ended { .. }
                | Event::Noted { .. } => {}
            }
        }
        let timers = case.state.watch().map(|watch| &watch.timers[..]).unwrap_or_default();
        prop_assert!(timers.iter().all(|timer| unique(&timer.fired)));
        if let State::Ended(watch) = &case.state {
            prop_assert_eq!(watch.running().count(), 0);
        }
    }

    #[test]
    fn no_rung_that_fired_after_it_was_done_stands(story in story()) {
        let case = tell(&story);
        for timer in case.state.watch().into_iter().flat_map(|watch| &watch.timers) {
            if let crate::Run::Stopped { at: done, on_time } = timer.run {
                let standing: Vec<_> =
                    timer.fired.iter().filter(|fired| !fired.retracted).collect();
                prop_assert!(standing.iter().all(|fired| fired.at <= done));
                prop_assert!(on_time != Some(true) || standing.is_empty());
            }
        }
    }

    #[test]
    fn the_start_rung_never_falls_and_never_passes_the_top(story in story()) {
        let mut start = 0;
        for event in tell(&story).log {
            if let Event::Watched(watched) = event {
                prop_assert!((start.max(1)..=3).contains(&watched.start_rung));
                prop_assert!(watched.start_rung > start || start == 3);
                start = watched.start_rung;
            }
        }
    }

    #[test]
    fn the_events_alone_bring_back_the_state_and_a_seed_gives_them_again(story in story()) {
        let case = tell(&story);
        let mut replayed = State::New;
        for event in &case.log {
            apply(&mut replayed, event);
        }
        prop_assert_eq!(&replayed, &case.state);
        prop_assert_eq!(&tell(&story).log, &case.log);
    }
}
