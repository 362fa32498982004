use super::*;

const AT: Timestamp = Timestamp::UNIX_EPOCH;

fn created(day: i64) -> Timestamp {
    AT + SignedDuration::from_hours(24 * day)
}

fn recorded(last: u64) -> Recorded {
    Recorded { created: created(1), last }
}

fn stream(last: u64) -> Observed {
    Observed { created: created(1), first: 1, last, deleted: BTreeSet::new() }
}

fn pending(range: std::ops::RangeInclusive<i64>) -> Vec<Pending> {
    range.map(|seq| Pending { seq, event: Uuid::from_u128(seq.unsigned_abs().into()) }).collect()
}

/// A leader whose stream is as recorded and who has just loaded `events`.
fn publishing(last: u64, events: Vec<Pending>) -> (Relay, Act) {
    let (mut relay, act) = Relay::lead(Some(recorded(last)));
    assert_eq!(act, Act::Observe);
    assert_eq!(look(&mut relay, stream(last)), Act::Load);
    let act = relay.step(Outcome::Loaded(events));
    (relay, act)
}

/// Looks at a stream that agrees, as far as it goes, with what is recorded.
fn look(relay: &mut Relay, observed: Observed) -> Act {
    look_at_other(relay, observed, &[])
}

/// Looks at a stream that holds other events at the sequences `differ`.
fn look_at_other(relay: &mut Relay, observed: Observed, differ: &[u64]) -> Act {
    let mut act = relay.step(Outcome::Observed(observed));
    while let Act::Compare { from, to } = act {
        let differ = differ.iter().copied().filter(|n| (from..=to).contains(n)).collect();
        act = relay.step(Outcome::Compared { differ });
    }
    act
}

/// The readers of a stream that lost its tail have looked at it; the relay looks once more.
fn readers_look(relay: &mut Relay, act: &Act) {
    assert_eq!(*act, Act::LetReadersLook);
    assert_eq!(relay.step(Outcome::Woken), Act::Observe);
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
    assert_eq!(look(&mut relay, stream(41)), Act::Read { from: 41, to: 41 });
    let found = vec![Found { sequence: 41, event: Some(Uuid::from_u128(1)), at: AT }];
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
    assert_eq!(look(&mut relay, stream(44)), Act::Read { from: 41, to: 44 });
}

#[test]
fn a_stream_that_keeps_refusing_is_given_time() {
    let (mut relay, _) = publishing(40, pending(1..=1));
    assert_eq!(relay.step(Outcome::WrongLast), Act::Observe);
    look(&mut relay, stream(40));
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
    look(&mut relay, stream(41));
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
    let anew = Observed { created: created(9), first: 1, last: 0, deleted: BTreeSet::new() };
    let settled = settlement(look(&mut relay, anew));
    assert!(settled.lost.holds(publication(1), created(9), created(9)));
    assert!(settled.lost.holds(publication(40), created(9), created(9)));
    let of_the_new = Publication { created: created(9), ..publication(3) };
    assert!(!settled.lost.holds(of_the_new, created(9), created(9)));
    assert_eq!(relay.step(Outcome::Moved), Act::Load);
}

#[test]
fn a_stream_that_was_made_again_and_written_to_is_read_from_its_start() {
    let (mut relay, _) = Relay::lead(Some(recorded(40)));
    let anew = Observed { created: created(9), first: 1, last: 3, deleted: BTreeSet::new() };
    assert_eq!(look(&mut relay, anew), Act::Read { from: 1, to: 3 });
}

#[test]
fn a_stream_that_ends_earlier_has_lost_its_tail() {
    let (mut relay, _) = Relay::lead(Some(recorded(40)));
    let act = look(&mut relay, stream(37));
    readers_look(&mut relay, &act);
    let settled = settlement(look(&mut relay, stream(37)));
    let lost: Vec<u64> =
        (1..=40).filter(|n| settled.lost.holds(publication(*n), created(1), created(2))).collect();
    assert_eq!(lost, [38, 39, 40]);
    assert_eq!(relay.step(Outcome::Moved), Act::Load);
    let act = relay.step(Outcome::Loaded(pending(38..=38)));
    assert_eq!(act, Act::Publish { events: pending(38..=38), expected_last: 37 });
}

#[test]
fn a_tail_that_was_written_again_is_told_from_the_old_one_by_its_events() {
    // 36 and 37 were lost, and a late publish came to be 36; or 36 and 37.
    for last in [36, 37] {
        let differ: Vec<u64> = (36..=last).collect();
        let (mut relay, _) = Relay::lead(Some(recorded(37)));
        let act = look_at_other(&mut relay, stream(last), &differ);
        readers_look(&mut relay, &act);
        let act = look_at_other(&mut relay, stream(last), &differ);
        assert_eq!(act, Act::Read { from: 36, to: last });
        let late = Found { sequence: 36, event: Some(Uuid::from_u128(2)), at: AT };
        let settled = settlement(relay.step(Outcome::ReadBack(vec![late])));
        assert_eq!((settled.lost.above, settled.found), (Some(35), vec![late]));
    }
}

#[test]
fn an_event_that_differs_below_one_that_agrees_is_seen() {
    let (mut relay, _) = Relay::lead(Some(recorded(40)));
    let act = look_at_other(&mut relay, stream(40), &[36]);
    readers_look(&mut relay, &act);
    let act = look_at_other(&mut relay, stream(40), &[36]);
    assert_eq!(act, Act::Read { from: 36, to: 40 });
}

#[test]
fn a_long_tail_is_compared_backwards_in_growing_windows_until_all_of_one_agree() {
    let (mut relay, _) = Relay::lead(Some(recorded(5_000)));
    let mut act = relay.step(Outcome::Observed(stream(5_000)));
    let mut windows = vec![];
    while let Act::Compare { from, to } = act {
        windows.push((from, to));
        act = relay.step(Outcome::Compared { differ: (from.max(4_900)..=to).collect() });
    }
    assert_eq!(windows, [(4_969, 5_000), (4_905, 4_968), (4_777, 4_904), (4_644, 4_899)]);
    assert_eq!(act, Act::LetReadersLook);
}

#[test]
fn a_stream_with_nothing_to_compare_is_not_asked_to() {
    let (mut relay, _) = Relay::lead(Some(recorded(40)));
    let empty = Observed { first: 41, ..stream(40) };
    let settled = settlement(relay.step(Outcome::Observed(empty)));
    assert_eq!((settled.lost.above, settled.lost.below), (None, 41));
}

#[test]
fn a_new_leader_lets_the_readers_look_again() {
    let (mut relay, _) = Relay::lead(Some(recorded(40)));
    let act = look(&mut relay, stream(37));
    readers_look(&mut relay, &act);
    let (mut heir, _) = Relay::lead(Some(recorded(40)));
    assert_eq!(look(&mut heir, stream(37)), Act::LetReadersLook);
}

#[test]
fn a_busy_relay_looks_at_its_stream_when_a_check_is_due() {
    let (mut relay, _) = publishing(40, pending(1..=1));
    relay.step(Outcome::Acknowledged { last: 41 });
    assert_eq!(relay.step(Outcome::Moved), Act::Load);
    assert_eq!(relay.step(Outcome::CheckDue), Act::Observe);
}

#[test]
fn two_hundred_thousand_holes_are_compared_in_no_time() {
    let (mut relay, _) = Relay::lead(Some(recorded(400_000)));
    let holed = Observed { deleted: (1..=200_000).map(|n| 2 * n - 1).collect(), ..stream(400_000) };
    settlement(look(&mut relay, holed.clone()));
    relay.step(Outcome::Moved);
    relay.step(Outcome::Loaded(vec![]));
    let start = std::time::Instant::now();
    assert_eq!(relay.step(Outcome::CheckDue), Act::Observe);
    assert_eq!(look(&mut relay, holed), Act::Load);
    assert!(start.elapsed() < std::time::Duration::from_secs(5));
}

#[test]
fn holes_in_the_middle_are_lost_and_settled_once() {
    let (mut relay, _) = Relay::lead(Some(recorded(40)));
    let holed = Observed { deleted: [7, 9].into(), ..stream(40) };
    let settled = settlement(look(&mut relay, holed.clone()));
    assert_eq!(settled.lost.at, [7, 9].into());
    relay.step(Outcome::Moved);
    relay.step(Outcome::Loaded(vec![]));
    assert_eq!(relay.step(Outcome::CheckDue), Act::Observe);
    assert_eq!(look(&mut relay, holed), Act::Load);
}

#[test]
fn a_start_that_moved_is_a_loss_only_where_the_stream_was_too_young_to_forget() {
    let (mut relay, _) = Relay::lead(Some(recorded(40)));
    let settled = settlement(look(&mut relay, Observed { first: 11, ..stream(40) }));
    let young = publication(10);
    let old = Publication { at: created(2) - AGED_OUT, ..publication(10) };
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
