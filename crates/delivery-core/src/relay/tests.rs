use super::*;

const AT: Timestamp = Timestamp::UNIX_EPOCH;

fn created(day: i64) -> Timestamp {
    AT + SignedDuration::from_hours(24 * day)
}

fn recorded(last: u64) -> Recorded {
    Recorded { created: created(1), last }
}

fn stream(last: u64) -> Observed {
    Observed { created: created(1), first: 1, last, deleted: vec![] }
}

fn pending(range: std::ops::RangeInclusive<i64>) -> Vec<Pending> {
    range.map(|seq| Pending { seq, event: Uuid::from_u128(seq.unsigned_abs().into()) }).collect()
}

/// A leader whose stream is as recorded and who has just loaded `events`.
fn publishing(last: u64, events: Vec<Pending>) -> (Relay, Act) {
    let (mut relay, act) = Relay::lead(Some(recorded(last)));
    assert_eq!(act, Act::Observe);
    assert_eq!(relay.step(Outcome::Observed(stream(last))), Act::Load);
    let act = relay.step(Outcome::Loaded(events));
    (relay, act)
}

fn settlement(act: Act) -> Settlement {
    let Act::Settle(settlement) = act else { panic!("expected a settlement, got {act:?}") };
    settlement
}

#[test]
fn few_events_go_one_by_one_each_behind_the_fence_of_the_one_before() {
    let (mut relay, act) = publishing(40, pending(1..=2));
    assert_eq!(act, Act::Publish { events: pending(1..=1), expected_last: 40 });
    let act = relay.step(Outcome::Acknowledged { last: 41 });
    assert_eq!(act, Act::Publish { events: pending(2..=2), expected_last: 41 });
    let act = relay.step(Outcome::Acknowledged { last: 42 });
    let expected = recorded(40);
    assert_eq!(act, Act::Record { expected, events: pending(1..=2), last: 42 });
    assert_eq!(relay.step(Outcome::Moved), Act::Load);
    assert_eq!(relay.step(Outcome::Loaded(vec![])), Act::Idle);
}

#[test]
fn many_events_go_as_one_atomic_batch() {
    let (mut relay, act) = publishing(0, pending(1..=17));
    assert_eq!(act, Act::Publish { events: pending(1..=17), expected_last: 0 });
    let act = relay.step(Outcome::Acknowledged { last: 17 });
    let expected = recorded(0);
    assert_eq!(act, Act::Record { expected, events: pending(1..=17), last: 17 });
}

#[test]
fn nothing_is_resent_blindly_after_a_lost_ack() {
    let (mut relay, _) = publishing(40, pending(1..=1));
    assert_eq!(relay.step(Outcome::Unclear), Act::Pause { failures: 1 });
    assert_eq!(relay.step(Outcome::Woken), Act::Observe);
    assert_eq!(relay.step(Outcome::Observed(stream(41))), Act::Read { from: 41, to: 41 });
    let found = vec![Found { sequence: 41, event: Some(Uuid::from_u128(1)) }];
    let settled = settlement(relay.step(Outcome::ReadBack(found.clone())));
    assert_eq!(settled.found, found);
    assert_eq!(settled.expected, Some(recorded(40)));
    assert!(!settled.lost.holds(publication(40), created(1), AT), "nothing was lost");
    assert_eq!(relay.step(Outcome::Moved), Act::Load);
}

#[test]
fn what_was_acknowledged_before_a_refusal_is_read_back_and_not_assumed() {
    let (mut relay, _) = publishing(40, pending(1..=2));
    relay.step(Outcome::Acknowledged { last: 41 });
    assert_eq!(relay.step(Outcome::WrongLast), Act::Observe);
    assert_eq!(relay.step(Outcome::Observed(stream(44))), Act::Read { from: 41, to: 44 });
}

#[test]
fn a_stream_that_keeps_refusing_is_given_time() {
    let (mut relay, _) = publishing(40, pending(1..=1));
    assert_eq!(relay.step(Outcome::WrongLast), Act::Observe);
    relay.step(Outcome::Observed(stream(40)));
    relay.step(Outcome::Loaded(pending(1..=1)));
    assert_eq!(relay.step(Outcome::WrongLast), Act::Pause { failures: 2 });
}

#[test]
fn a_leader_that_was_overtaken_stands_down_for_good() {
    let (mut relay, _) = publishing(40, pending(1..=1));
    relay.step(Outcome::Acknowledged { last: 41 });
    assert_eq!(relay.step(Outcome::Overtaken), Act::StandDown);
    assert_eq!(relay.step(Outcome::Woken), Act::StandDown);

    let (mut relay, _) = publishing(40, pending(1..=1));
    relay.step(Outcome::WrongLast);
    relay.step(Outcome::Observed(stream(41)));
    relay.step(Outcome::ReadBack(vec![]));
    assert_eq!(relay.step(Outcome::Overtaken), Act::StandDown);
}

#[test]
fn a_lost_lock_ends_the_leadership_in_every_state() {
    let (mut relay, _) = publishing(40, pending(1..=1));
    assert_eq!(relay.step(Outcome::LeadershipLost), Act::StandDown);
    let (mut relay, _) = Relay::lead(None);
    assert_eq!(relay.step(Outcome::LeadershipLost), Act::StandDown);
}

fn publication(sequence: u64) -> Publication {
    Publication { created: created(1), sequence, at: created(2) }
}

#[test]
fn a_stream_that_was_made_again_has_lost_all_that_was_recorded_for_the_old_one() {
    let (mut relay, _) = Relay::lead(Some(recorded(40)));
    let anew = Observed { created: created(9), first: 1, last: 0, deleted: vec![] };
    let settled = settlement(relay.step(Outcome::Observed(anew)));
    assert!(settled.lost.holds(publication(1), created(9), created(9)));
    assert!(settled.lost.holds(publication(40), created(9), created(9)));
    let of_the_new = Publication { created: created(9), ..publication(3) };
    assert!(!settled.lost.holds(of_the_new, created(9), created(9)));
    assert_eq!(relay.step(Outcome::Moved), Act::Load);
}

#[test]
fn a_stream_that_was_made_again_and_written_to_is_read_from_its_start() {
    let (mut relay, _) = Relay::lead(Some(recorded(40)));
    let anew = Observed { created: created(9), first: 1, last: 3, deleted: vec![] };
    assert_eq!(relay.step(Outcome::Observed(anew)), Act::Read { from: 1, to: 3 });
}

#[test]
fn a_stream_that_ends_earlier_has_lost_its_tail() {
    let (mut relay, _) = Relay::lead(Some(recorded(40)));
    let settled = settlement(relay.step(Outcome::Observed(stream(37))));
    let lost: Vec<u64> =
        (1..=40).filter(|n| settled.lost.holds(publication(*n), created(1), created(2))).collect();
    assert_eq!(lost, [38, 39, 40]);
    assert_eq!(relay.step(Outcome::Moved), Act::Load);
    let act = relay.step(Outcome::Loaded(pending(38..=38)));
    assert_eq!(act, Act::Publish { events: pending(38..=38), expected_last: 37 });
}

#[test]
fn holes_in_the_middle_are_lost_and_settled_once() {
    let (mut relay, _) = Relay::lead(Some(recorded(40)));
    let holed = Observed { deleted: vec![7, 9], ..stream(40) };
    let settled = settlement(relay.step(Outcome::Observed(holed.clone())));
    assert_eq!(settled.lost.at, [7, 9]);
    relay.step(Outcome::Moved);
    relay.step(Outcome::Loaded(vec![]));
    assert_eq!(relay.step(Outcome::CheckDue), Act::Observe);
    assert_eq!(relay.step(Outcome::Observed(holed)), Act::Load);
}

#[test]
fn a_start_that_moved_is_a_loss_only_where_the_stream_was_too_young_to_forget() {
    let (mut relay, _) = Relay::lead(Some(recorded(40)));
    let settled = settlement(relay.step(Outcome::Observed(Observed { first: 11, ..stream(40) })));
    let young = publication(10);
    let old = Publication { at: created(2) - MAX_AGE, ..publication(10) };
    let now = created(2) + SignedDuration::from_secs(1);
    assert!(settled.lost.holds(young, created(1), now));
    assert!(!settled.lost.holds(old, created(1), now));
    assert!(!settled.lost.holds(publication(11), created(1), now));
}

#[test]
fn an_event_that_is_refused_for_good_parks_its_key_and_the_others_go_on() {
    let (mut relay, _) = publishing(40, pending(1..=2));
    relay.step(Outcome::Acknowledged { last: 41 });
    let act = relay.step(Outcome::RefusedForGood);
    assert_eq!(act, Act::Record { expected: recorded(40), events: pending(1..=1), last: 41 });
    let culprit = pending(2..=2)[0];
    assert_eq!(relay.step(Outcome::Moved), Act::Park(culprit));
    assert_eq!(relay.step(Outcome::Woken), Act::Load);
}

#[test]
fn a_batch_with_a_refused_event_is_sent_again_one_by_one_to_find_it() {
    let (mut relay, _) = publishing(0, pending(1..=20));
    assert_eq!(relay.step(Outcome::RefusedForGood), Act::Load);
    let act = relay.step(Outcome::Loaded(pending(1..=20)));
    assert_eq!(act, Act::Publish { events: pending(1..=1), expected_last: 0 });
}

#[test]
fn an_ack_with_another_sequence_than_the_fence_promises_is_looked_into() {
    let (mut relay, _) = publishing(40, pending(1..=1));
    assert_eq!(relay.step(Outcome::Acknowledged { last: 43 }), Act::Pause { failures: 1 });
}

#[test]
fn events_that_are_older_than_two_days_follow_later() {
    assert_eq!(lane(created(3), created(4)), Lane::First);
    assert_eq!(lane(created(1), created(4)), Lane::Later);
}
