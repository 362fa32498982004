use proptest::prelude::*;

use super::*;

fn header(sequence: u64) -> Header {
    Header {
        source: Service::Intake,
        key: Uuid::from_u128(1),
        sequence,
        after: BTreeMap::new(),
        revision: Revision::NONE,
        readable: Readable::Yes,
    }
}

fn known(head: u64) -> Known {
    Known {
        reads: vec![Service::Intake, Service::Dispatch],
        heads: BTreeMap::from([(Service::Intake, head)]),
        ..Known::default()
    }
}

#[test]
fn the_next_event_of_a_key_is_applied_and_an_earlier_one_is_a_duplicate() {
    assert_eq!(judge(&header(3), &known(2)), Verdict::Apply);
    assert_eq!(judge(&header(2), &known(2)), Verdict::Duplicate);
    assert_eq!(judge(&header(1), &known(2)), Verdict::Duplicate);
    assert_eq!(judge(&header(1), &Known::default()), Verdict::Apply);
}

#[test]
fn an_event_behind_a_gap_is_kept_and_the_missing_one_is_asked_of_its_source() {
    assert_eq!(judge(&header(5), &known(2)), Verdict::Keep(Wait::Gap));
    let ask = missing(&header(5), &known(2), Wait::Gap);
    let key = header(5).key;
    assert_eq!(ask, Some(Missing { service: Service::Intake, key, from: 3 }));
}

#[test]
fn an_event_waits_for_what_its_producer_had_seen() {
    let mut event = header(3);
    event.after.insert(Service::Dispatch, 4);
    let wait = Wait::After { service: Service::Dispatch };
    assert_eq!(judge(&event, &known(2)), Verdict::Keep(wait));
    let ask = missing(&event, &known(2), wait);
    assert_eq!(ask, Some(Missing { service: Service::Dispatch, key: event.key, from: 1 }));

    let mut reached = known(2);
    reached.heads.insert(Service::Dispatch, 4);
    assert_eq!(judge(&event, &reached), Verdict::Apply);
}

#[test]
fn an_entry_of_a_service_that_is_not_read_is_ignored() {
    let mut event = header(3);
    event.after.insert(Service::CallbackSurvey, 9);
    assert_eq!(judge(&event, &known(2)), Verdict::Apply);
}

#[test]
fn an_event_waits_for_its_definitions() {
    let mut event = header(3);
    event.revision = Revision(7);
    assert_eq!(judge(&event, &known(2)), Verdict::Keep(Wait::Revision));
    let newer = Known { revision: Revision(8), ..known(2) };
    assert_eq!(judge(&event, &newer), Verdict::Apply);
    assert_eq!(missing(&event, &known(2), Wait::Revision), None);
}

#[test]
fn a_newer_version_waits_and_an_unknown_type_only_moves_the_head() {
    let newer = Header { readable: Readable::NewerVersion, ..header(3) };
    assert_eq!(judge(&newer, &known(2)), Verdict::Keep(Wait::Version));
    let unknown = Header { readable: Readable::UnknownType, ..header(3) };
    assert_eq!(judge(&unknown, &known(2)), Verdict::Pass);
    assert_eq!(judge(&unknown, &known(1)), Verdict::Keep(Wait::Gap), "but not past a gap");
}

#[test]
fn a_copy_of_a_dead_event_does_not_revive_it_and_later_ones_wait_behind_it() {
    let mut dead = known(2);
    dead.dead.insert(Service::Intake, 3);
    assert_eq!(judge(&header(3), &dead), Verdict::Keep(Wait::Dead));
    assert_eq!(judge(&header(4), &dead), Verdict::Keep(Wait::Gap));
}

#[test]
fn what_waits_behind_a_stuck_event_is_stuck_as_it_is_and_nothing_is_missing() {
    let mut behind = header(5);
    let mut after = Header { source: Service::Dispatch, ..header(1) };
    after.after.insert(Service::Intake, 4);
    let awaits = Wait::After { service: Service::Intake };
    for (wait, stuck) in [(Wait::Version, Stuck::Version), (Wait::Dead, Stuck::Dead)] {
        let mut known = known(2);
        known.kept.insert(Service::Intake, Kept { sequence: 3, stuck: Some(stuck) });
        assert_eq!(judge(&behind, &known), Verdict::Keep(Wait::Gap));
        assert_eq!(in_the_end(&behind, &known, Wait::Gap), wait);
        assert_eq!(missing(&behind, &known, Wait::Gap), None);
        assert_eq!(judge(&after, &known), Verdict::Keep(awaits));
        assert_eq!(in_the_end(&after, &known, awaits), wait);
        assert_eq!(missing(&after, &known, awaits), None);
    }
    let mut dead = known(2);
    dead.dead.insert(Service::Intake, 3);
    assert_eq!(in_the_end(&behind, &dead, Wait::Gap), Wait::Dead);
    assert_eq!(missing(&behind, &dead, Wait::Gap), None);
    behind.revision = Revision(1);
    assert_eq!(in_the_end(&behind, &dead, Wait::Revision), Wait::Revision);
}

#[test]
fn what_waits_behind_one_that_will_be_applied_waits_for_that_and_nobody_is_asked() {
    let mut known = known(2);
    known.kept.insert(Service::Intake, Kept { sequence: 3, stuck: None });
    assert_eq!(in_the_end(&header(5), &known, Wait::Gap), Wait::Gap);
    assert_eq!(missing(&header(5), &known, Wait::Gap), None);
}

#[test]
fn a_stuck_event_further_on_does_not_hide_what_is_missing_before_it() {
    let mut known = known(2);
    known.kept.insert(Service::Intake, Kept { sequence: 4, stuck: Some(Stuck::Version) });
    assert_eq!(in_the_end(&header(5), &known, Wait::Gap), Wait::Gap);
    let ask = missing(&header(5), &known, Wait::Gap).map(|ask| ask.from);
    assert_eq!(ask, Some(3));
}

/// Delivers `arrivals` (numbers of events of one key) as an inbox does and returns what took effect.
fn deliver(arrivals: &[u64]) -> Vec<u64> {
    let mut known = known(0);
    let mut waiting = std::collections::BTreeSet::new();
    let mut effects = Vec::new();
    for arrival in arrivals {
        waiting.insert(*arrival);
        while let Some(next) = waiting
            .iter()
            .copied()
            .find(|n| !matches!(judge(&header(*n), &known), Verdict::Keep(_)))
        {
            if judge(&header(next), &known) == Verdict::Apply {
                effects.push(next);
                known.heads.insert(Service::Intake, next);
            }
            waiting.remove(&next);
        }
    }
    effects
}

proptest! {
    #[test]
    fn each_event_takes_effect_once_and_in_order_however_often_and_in_whatever_order_it_arrives(
        arrivals in Just((1..=12_u64).flat_map(|n| [n, n, n]).collect::<Vec<_>>()).prop_shuffle()
    ) {
        prop_assert_eq!(deliver(&arrivals), (1..=12).collect::<Vec<_>>());
    }

    #[test]
    fn nothing_takes_effect_beyond_a_lost_event(
        arrivals in Just((1..=12_u64).filter(|n| *n != 7).collect::<Vec<_>>()).prop_shuffle()
    ) {
        prop_assert_eq!(deliver(&arrivals), (1..7).collect::<Vec<_>>());
    }
}
