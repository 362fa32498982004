//! Who claims a work order comes in time or says why not.

use events::words::{ReleaseCause, Urgency};
use jiff::{SignedDuration, Timestamp};

use super::case::{Case, Step, Verb, Who, accepted, accepted_as, danger};
use crate::{Event, Status, next_at};

/// Of an urgent one, within duty time.
const LIMIT: SignedDuration = SignedDuration::from_hours(2);

const fn wang(verb: Verb) -> Step {
    Step::Asks(Who::Wang, verb)
}

/// An urgent case, after these steps.
fn after(steps: &[Step]) -> Case {
    Case::after(&[&[accepted("dorm-7")], steps].concat())
}

/// Wakes it at exactly this instant.
fn wakes_at(case: &mut Case, at: Timestamp) -> Vec<Event> {
    let minute = SignedDuration::from_mins(1);
    let ahead = at.duration_since(case.now) - minute;
    case.step(&Step::Wakes(ahead)).unwrap()
}

#[test]
fn a_claim_without_an_arrival_goes_back_to_its_post_with_the_name_on_record() {
    for verb in [Verb::Claim, Verb::Assign] {
        let mut case = after(&[wang(verb)]);
        let (claimed, offer) = (case.now, case.order().offer.clone());
        assert_eq!(next_at(&case.state), Some(claimed + LIMIT));
        assert_eq!(wakes_at(&mut case, claimed + LIMIT - SignedDuration::from_secs(1)), []);

        let events = wakes_at(&mut case, claimed + LIMIT);
        let [Event::Released { released, refusals: 0 }, Event::Offered { offered, .. }] =
            &events[..]
        else {
            panic!("{events:?}")
        };
        assert_eq!((released.offer, released.cause), (offer.id, ReleaseCause::Expired));
        assert_eq!((released.by, released.worker), (None, Some(Who::Wang.account())));
        assert_eq!(offered.post, offer.post);
        assert_ne!(offered.offer, offer.id);
        assert_eq!((offered.offered_at, released.at), (case.now, case.now));
        assert_eq!(case.order().status, Status::Offered);
        assert_eq!(next_at(&case.state), None);
    }
}

#[test]
fn the_name_of_an_expired_claim_is_among_those_who_completed_it() {
    let mut case = after(&[wang(Verb::Claim), Step::Wakes(LIMIT)]);
    assert_eq!(case.step(&wang(Verb::Arrive)).unwrap_err().reason(), "not-claimed");
    case.step(&Step::Asks(Who::Li, Verb::Claim)).unwrap();
    let events = case.step(&Step::Asks(Who::Li, Verb::Complete)).unwrap();
    let [Event::Completed(_), Event::CycleCompleted(completed)] = &events[..] else {
        panic!("{events:?}")
    };
    assert_eq!(completed.workers, [Who::Wang, Who::Li].map(Who::account));
}

#[test]
fn whoever_came_or_said_why_not_keeps_it() {
    for verb in [Verb::Arrive, Verb::Hold] {
        let mut case = after(&[wang(Verb::Claim), wang(verb)]);
        assert_eq!(next_at(&case.state), None);
        assert_eq!(case.step(&Step::Wakes(LIMIT * 9)).unwrap(), []);
        assert_eq!(case.order().status.worker(), Some(Who::Wang.account()));
    }
}

#[test]
fn after_a_hold_the_limit_counts_anew() {
    for verb in [Verb::Claim, Verb::Assign] {
        let mut case = after(&[wang(verb), wang(Verb::Hold), Step::Wakes(LIMIT / 2)]);
        case.step(&wang(Verb::Resume)).unwrap();
        assert_eq!(next_at(&case.state), Some(case.now + LIMIT));
    }
    let arrived = [wang(Verb::Claim), wang(Verb::Arrive), wang(Verb::Hold), wang(Verb::Resume)];
    assert_eq!(next_at(&after(&arrived).state), None);
}

#[test]
fn another_assignment_counts_anew() {
    let mut case = after(&[wang(Verb::Claim), Step::Wakes(LIMIT / 2)]);
    case.step(&Step::Asks(Who::Li, Verb::Assign)).unwrap();
    assert_eq!(next_at(&case.state), Some(case.now + LIMIT));
}

#[test]
fn the_limit_is_counted_in_the_time_of_the_case() {
    let mut night = Case::after(&[accepted("dorm-7")]);
    night.now = "2026-09-01T22:00:00+08:00".parse().unwrap();
    night.step(&wang(Verb::Claim)).unwrap();
    // Duty time ends at 23:00 and begins at 07:00.
    assert_eq!(next_at(&night.state), Some("2026-09-02T08:01:00+08:00".parse().unwrap()));
    let critical = Case::after(&[danger(), wang(Verb::Claim)]);
    assert_eq!(next_at(&critical.state), Some(critical.now + SignedDuration::from_mins(30)));
}

#[test]
fn where_no_arrival_is_promised_a_claim_never_expires() {
    let drip = accepted_as("drip", "dorm-7", Urgency::Critical);
    let case = Case::after(&[drip, wang(Verb::Claim)]);
    assert_eq!(next_at(&case.state), None);
}

#[test]
fn an_arrival_before_the_wake_up_counts_however_late_it_is() {
    let mut case = after(&[wang(Verb::Claim)]);
    case.now += LIMIT * 3;
    case.step(&wang(Verb::Arrive)).unwrap();
    assert_eq!(case.step(&Step::Wakes(LIMIT)).unwrap(), []);
    assert_eq!(case.order().status.word(), "in-progress");
}
