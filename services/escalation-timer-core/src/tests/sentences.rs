use std::collections::BTreeSet;

use clock::SeededIds;
use events::{
    survey::CaseAnsweredV1,
    words::{CaseNumber, Commitment, End, ItemId, PostId, Urgency},
};

use super::{
    campus::RULES,
    case::{
        Case, accepted, answered, arrived, at, attempted, claimed, closed, completed, cycle,
        judged, offered, reopened, rungs,
    },
};
use crate::{Event, Fact, Run, State, Wake, next_at, on_wake, posts_above};

#[test]
fn the_first_leader_hears_when_the_limit_passes_and_each_next_an_interval_later() {
    let mut case = Case::promised(Commitment::Complete);
    assert_eq!(rungs(&case.is_awake_until(at("1T20:59"))), [""; 0]);
    assert_eq!(
        rungs(&case.is_awake_until(at("1T22:10"))),
        ["complete 1.0 1T21:00", "complete 2.0 1T21:30", "complete 3.0 1T22:00"]
    );
    case.hears("1T22:10", &completed(1, "1T22:10"));
    assert_eq!(case.timer(Commitment::Complete).fired.len(), 3);
    assert!(!case.timer(Commitment::Complete).run.is_on());
}

#[test]
fn at_the_top_the_ladder_repeats_until_it_is_done() {
    let mut case = Case::promised(Commitment::Complete);
    case.is_awake_until(at("1T21:30"));
    assert_eq!(
        rungs(&case.is_awake_until(at("2T05:00"))),
        [
            "complete 3.0 1T22:00",
            "complete 3.1 2T00:00",
            "complete 3.2 2T02:00",
            "complete 3.3 2T04:00"
        ]
    );
    case.hears("2T05:00", &completed(1, "2T05:00"));
    assert_eq!(rungs(&case.is_awake_until(at("2T16:59"))), [""; 0]);
}

#[test]
fn a_ladder_is_climbed_in_the_time_that_its_urgency_counts() {
    let climb = |urgency, until| {
        let mut case = Case::new();
        case.hears("3T22:00", &accepted(urgency, &[Commitment::Complete], "3T22:00"));
        rungs(&case.is_awake_until(at(until)))
    };
    // Duty time ends at 23:00 and begins at 07:00.
    assert_eq!(
        climb(Urgency::Urgent, "5T16:00"),
        ["complete 1.0 4T22:00", "complete 2.0 5T10:00", "complete 3.0 5T14:00"]
    );
    // From Thursday night three working days end on Tuesday; a week of five ends on the Thursday.
    assert_eq!(
        climb(Urgency::Normal, "17T18:00"),
        [
            "complete 1.0 8T17:30",
            "complete 2.0 9T17:30",
            "complete 3.0 10T17:30",
            "complete 3.1 17T17:30"
        ]
    );
}

#[test]
fn after_six_hours_away_the_rungs_of_all_clocks_fire_in_the_order_of_their_plans() {
    let mut case = Case::new();
    let both = [Commitment::Complete, Commitment::Arrive];
    case.hears("1T09:00", &accepted(Urgency::Critical, &both, "1T09:00"));
    let events = case.wakes("1T21:31");
    assert_eq!(
        rungs(&events),
        [
            "arrive 1.0 1T09:30",
            "arrive 2.0 1T10:00",
            "arrive 3.0 1T10:30",
            "arrive 3.1 1T12:30",
            "arrive 3.2 1T14:30",
            "arrive 3.3 1T16:30",
            "arrive 3.4 1T18:30",
            "arrive 3.5 1T20:30",
            "complete 1.0 1T21:00",
            "complete 2.0 1T21:30"
        ]
    );
    assert!(case.standing().iter().all(|fired| fired.at == at("1T21:31")));
    assert_eq!(next_at(&case.state), Some(at("1T22:00")));
}

/// Nobody is at work at these posts.
fn unattended<const N: usize>(posts: [&str; N]) -> BTreeSet<PostId> {
    posts.map(|post| format!("logistics/{post}").parse().unwrap()).into()
}

#[test]
fn a_rung_at_which_nobody_is_at_work_is_skipped_at_once_to_the_next_that_is_filled() {
    let mut case = Case::promised(Commitment::Complete);
    case.unattended = unattended(["chief"]);
    assert_eq!(
        rungs(&case.is_awake_until(at("1T22:00"))),
        ["complete 1.0 1T21:00", "complete 3.0 1T21:30"]
    );
    let fired = case.standing().last().unwrap().clone();
    assert_eq!(
        (fired.post.name(), fired.skipped),
        ("head", unattended(["chief"]).into_iter().collect())
    );
    // The head was told, and is told again at the plan of the top; nobody below is told after.
    case.unattended = unattended([]);
    assert_eq!(rungs(&case.is_awake_until(at("2T00:00"))), ["complete 3.1 2T00:00"]);
}

#[test]
fn where_nobody_is_at_work_up_to_the_top_each_rung_is_told_at_its_own_post() {
    let mut case = Case::promised(Commitment::Complete);
    case.unattended = unattended(["leader", "chief", "head"]);
    assert_eq!(
        rungs(&case.is_awake_until(at("1T22:00"))),
        ["complete 1.0 1T21:00", "complete 2.0 1T21:30", "complete 3.0 1T22:00"]
    );
    assert!(case.standing().iter().all(|fired| fired.skipped.is_empty()));
}

#[test]
fn it_matters_only_who_is_at_work_above_what_was_told() {
    let mut case = Case::promised(Commitment::Complete);
    assert_eq!(posts_above(&case.state, &RULES), unattended(["leader", "chief", "head"]));
    case.is_awake_until(at("1T21:00"));
    assert_eq!(posts_above(&case.state, &RULES), unattended(["chief", "head"]));
    assert_eq!(posts_above(&State::New, &RULES), unattended([]));
}

#[test]
fn what_was_due_before_the_case_was_heard_of_fires_at_once_as_planned() {
    let mut case = Case::new();
    case.hears("2T03:00", &accepted(Urgency::Critical, &[Commitment::Complete], "1T09:00"));
    assert_eq!(case.timer(Commitment::Complete).next().unwrap().at, at("1T21:00"));
    assert_eq!(rungs(&case.wakes("2T03:00")).first().unwrap(), "complete 1.0 1T21:00");
}

#[test]
fn no_rung_is_told_for_what_was_repaired_during_an_outage() {
    let mut case = Case::promised(Commitment::Complete);
    // Away from 20:00 to 02:00; the facts of that time come before its clocks.
    case.hears("2T02:00", &completed(1, "1T23:00"));
    assert_eq!(rungs(&case.wakes("2T02:00")), [""; 0]);
    let run = case.timer(Commitment::Complete).run;
    assert_eq!(run, Run::Stopped { at: at("1T23:00"), on_time: Some(false) });
}

#[test]
fn a_rung_that_fired_after_the_repair_is_retracted_when_the_repair_is_heard_of() {
    let mut case = Case::promised(Commitment::Complete);
    case.is_awake_until(at("1T21:30"));
    let events = case.hears("1T21:40", &completed(1, "1T21:10"));
    let [Event::RungRetracted(retracted), Event::Stopped(stopped), Event::Armed { .. }] =
        &events[..]
    else {
        panic!("{events:?}")
    };
    assert_eq!((retracted.rung, retracted.done_at), (2, at("1T21:10")));
    assert_eq!(retracted.post.to_string(), "logistics/chief");
    assert_eq!(stopped.on_time, Some(false));
    assert_eq!(case.standing().iter().map(|fired| fired.rung).collect::<Vec<_>>(), [1]);
}

#[test]
fn the_last_instant_of_a_promise_keeps_it() {
    let mut case = Case::promised(Commitment::Complete);
    assert_eq!(case.wakes("1T21:00").len(), 1);
    case.hears("1T21:00", &completed(1, "1T21:00"));
    let run = case.timer(Commitment::Complete).run;
    assert_eq!(run, Run::Stopped { at: at("1T21:00"), on_time: Some(true) });
    assert!(case.standing().is_empty());
}

#[test]
fn a_rung_that_fires_without_the_newest_facts_says_so() {
    let case = Case::promised(Commitment::Complete);
    for confirmed in [true, false] {
        let wake = Wake { now: at("1T21:00"), confirmed, unattended: &BTreeSet::new() };
        let events = on_wake(&case.state, &RULES, wake, &mut SeededIds::new(1));
        let [Event::RungFired { fired, .. }] = &events[..] else { panic!("{events:?}") };
        assert_eq!(fired.unconfirmed, !confirmed);
    }
}

#[test]
fn each_offer_has_a_clock_of_its_own_which_its_claim_stops() {
    let mut case = Case::promised(Commitment::Complete);
    case.hears("1T09:01", &offered(1, 1, "1T09:01"));
    case.hears("1T09:02", &offered(2, 1, "1T09:02"));
    assert_eq!(case.timer(Commitment::Accept).first.due, at("1T09:12"));
    case.hears("1T09:05", &claimed(1, 1, "1T09:05"));
    assert_eq!(
        rungs(&case.is_awake_until(at("1T09:45"))),
        ["accept 1.0 1T09:12", "accept 2.0 1T09:42"]
    );
    case.hears("1T09:45", &claimed(2, 1, "1T09:45"));
    assert_eq!(rungs(&case.is_awake_until(at("1T21:00"))), ["complete 1.0 1T21:00"]);
}

#[test]
fn the_first_arrival_keeps_the_promise_to_arrive() {
    let mut case = Case::promised(Commitment::Arrive);
    case.hears("1T09:20", &arrived(1, 1, "1T09:20"));
    let run = case.timer(Commitment::Arrive).run;
    assert_eq!(run, Run::Stopped { at: at("1T09:20"), on_time: Some(true) });
    let second = case.hears("1T10:20", &arrived(2, 1, "1T10:20"));
    assert!(matches!(&second[..], [Event::Noted { .. }]), "{second:?}");
}

#[test]
fn a_completion_ends_every_other_promise_and_begins_the_one_to_call_back() {
    let mut case = Case::new();
    let both = [Commitment::Complete, Commitment::Arrive];
    case.hears("1T09:00", &accepted(Urgency::Critical, &both, "1T09:00"));
    case.hears("1T09:01", &offered(1, 1, "1T09:01"));
    case.hears("1T09:20", &completed(1, "1T09:20"));
    let running: Vec<_> = case.state.watch().unwrap().running().collect();
    let [callback] = &running[..] else { panic!("{running:?}") };
    assert_eq!((callback.commitment, callback.first.due), (Commitment::CallBack, at("1T21:20")));
}

/// A completed case of an item of which a share is called back, of the first number that is, or is not.
fn lamp(is_called_back: bool, then: impl FnOnce(&mut Case)) -> Case {
    let item: ItemId = "lamp".parse().unwrap();
    let mut numbers = (1..=100).map(|serial| CaseNumber::new(2026, 9, serial).unwrap());
    let is_it = |number: &CaseNumber| RULES.is_called_back(&item, *number) == Some(is_called_back);
    let number = numbers.find(is_it).unwrap();
    let mut fact = accepted(Urgency::Urgent, &[Commitment::Complete], "1T09:00");
    let Fact::Accepted(accepted) = &mut fact else { panic!("{fact:?}") };
    (accepted.item, accepted.number) = (item, number);
    let mut case = Case::new();
    case.hears("1T09:00", &fact);
    then(&mut case);
    case.hears("1T10:00", &completed(1, "1T10:00"));
    case
}

fn waits_for_a_callback(case: &Case) -> bool {
    let mut running = case.state.watch().unwrap().running();
    running.any(|timer| timer.commitment == Commitment::CallBack)
}

#[test]
fn of_a_share_that_is_called_back_only_those_that_are_taken_have_a_clock_for_it() {
    assert!(waits_for_a_callback(&lamp(true, |_| {})));
    let mut case = lamp(false, |_| {});
    assert!(!waits_for_a_callback(&case), "{:?}", case.state);
    let again = case.hears("1T10:01", &completed(1, "1T10:00"));
    assert!(matches!(&again[..], [Event::Noted { .. }]), "{again:?}");
    // The number stays the case's in its next cycle.
    for is_called_back in [true, false] {
        let mut case = lamp(is_called_back, |_| {});
        let mut fact = reopened(2, "1T12:00");
        let Fact::Reopened(reopened) = &mut fact else { panic!("{fact:?}") };
        reopened.item = "lamp".parse().unwrap();
        case.hears("1T12:00", &fact);
        case.hears("1T13:00", &completed(2, "1T13:00"));
        assert_eq!(waits_for_a_callback(&case), is_called_back);
    }
}

#[test]
fn what_an_earlier_release_accepted_has_no_number_and_is_watched_as_before() {
    let as_before = |case: &mut Case| {
        let mut row = serde_json::to_value(&case.state).unwrap();
        row["watching"].as_object_mut().unwrap().remove("number").unwrap();
        case.state = serde_json::from_value(row).unwrap();
    };
    assert!(waits_for_a_callback(&lamp(false, as_before)));
}

#[test]
fn the_first_attempt_keeps_the_promise_to_call_back_as_an_answer_or_a_judgement_does() {
    let at = "1T15:00";
    for kept in [attempted(1, at), answered(1, at), judged(1, at)] {
        let mut case = Case::promised(Commitment::Complete);
        case.hears("1T09:20", &completed(1, "1T09:20"));
        case.hears(at, &kept);
        assert_eq!(next_at(&case.state), None);
        assert!(matches!(case.state, State::Watching(_)));
    }
}

#[test]
fn an_answer_by_a_link_is_no_call_back() {
    let Fact::Answered(heard) = answered(1, "1T15:00") else { panic!() };
    assert_eq!(Fact::read(heard.clone().into()), Some(Fact::Answered(heard.clone())));
    assert_eq!(Fact::read(CaseAnsweredV1 { by: None, ..heard }.into()), None);
}

#[test]
fn no_call_back_is_promised_for_an_item_without_one() {
    let mut case = Case::new();
    let mut fact = accepted(Urgency::Critical, &[Commitment::Complete], "1T09:00");
    let Fact::Accepted(accepted) = &mut fact else { panic!("{fact:?}") };
    accepted.item = "street-sign".parse().unwrap();
    case.hears("1T09:00", &fact);
    case.hears("1T10:00", &completed(1, "1T10:00"));
    assert_eq!(next_at(&case.state), None);
}

#[test]
fn a_clock_for_which_the_definitions_have_no_ladder_rests_at_its_due() {
    let mut fact = accepted(Urgency::Critical, &[Commitment::Complete], "1T09:00");
    let Fact::Accepted(accepted) = &mut fact else { panic!("{fact:?}") };
    accepted.promises[0].commitment = Commitment::FollowUp;
    let mut case = Case::new();
    case.hears("1T09:00", &fact);
    let events = case.wakes("1T21:00");
    assert!(matches!(&events[..], [Event::Rested { .. }]), "{events:?}");
    assert_eq!(next_at(&case.state), None);
    assert!(case.timer(Commitment::FollowUp).run.is_on());
}

#[test]
fn the_end_of_a_case_ends_every_clock() {
    let mut case = Case::promised(Commitment::Complete);
    case.hears("1T09:01", &offered(1, 1, "1T09:01"));
    case.hears("1T09:30", &closed(1, End::Withdrawn, "1T09:30"));
    assert!(matches!(case.state, State::Ended(_)));
    let timers = &case.state.watch().unwrap().timers;
    let kept = timers.iter().map(|timer| match timer.run {
        Run::Stopped { on_time, .. } => (timer.commitment, on_time),
        Run::Running { .. } => panic!("it runs: {timer:?}"),
    });
    // Nobody waited for the repair any more; the offer was late by then.
    let expected = [(Commitment::Complete, None), (Commitment::Accept, Some(false))];
    assert_eq!(kept.collect::<Vec<_>>(), expected);
    assert_eq!(next_at(&case.state), None);
    assert_eq!(case.wakes("9T09:00"), []);
}

#[test]
fn what_was_done_in_time_and_is_heard_of_after_the_end_takes_the_rungs_back() {
    let late = [
        ("arrived", Commitment::Arrive, arrived(1, 1, "1T09:20")),
        ("completed", Commitment::Arrive, completed(1, "1T09:20")),
        ("completed", Commitment::Complete, completed(1, "1T20:00")),
        ("claimed", Commitment::Accept, claimed(1, 1, "1T09:05")),
    ];
    for (what, commitment, fact) in late {
        let mut case = Case::promised(commitment);
        case.hears("1T09:00", &offered(1, 1, "1T09:00"));
        case.is_awake_until(at("1T21:40"));
        case.hears("1T22:00", &closed(1, End::Withdrawn, "1T21:50"));
        assert!(!case.timer(commitment).fired.is_empty(), "{what}");
        case.hears("1T22:10", &fact);
        assert!(case.timer(commitment).fired.iter().all(|fired| fired.retracted), "{what}");
        let run = case.timer(commitment).run;
        assert!(matches!(run, Run::Stopped { on_time: Some(true), .. }), "{what}: {run:?}");
    }
}

#[test]
fn of_two_ends_of_a_clock_the_earlier_one_counts() {
    let mut case = Case::promised(Commitment::Arrive);
    case.is_awake_until(at("1T09:30"));
    case.hears("1T09:40", &arrived(1, 1, "1T09:40"));
    assert_eq!(case.standing().len(), 1);
    // It was withdrawn before the rung was planned; who came did not know.
    case.hears("1T09:50", &closed(1, End::Withdrawn, "1T09:10"));
    assert_eq!(case.standing(), []);
    let run = case.timer(Commitment::Arrive).run;
    assert_eq!(run, Run::Stopped { at: at("1T09:10"), on_time: None });
    let ends = case.log.iter().filter_map(|event| {
        if let Event::Stopped(end) = event { Some((end.at, end.corrects)) } else { None }
    });
    let came = at("1T09:40");
    assert!(ends.eq([(came, None), (at("1T09:10"), Some(came))]));
}

#[test]
fn a_late_fact_of_a_cycle_that_is_over_is_noted() {
    let mut case = Case::promised(Commitment::Complete);
    case.hears("1T10:00", &completed(1, "1T10:00"));
    case.hears("2T10:00", &super::case::reopened(2, "2T10:00"));
    for late in [completed(1, "1T10:00"), offered(1, 1, "1T09:01")] {
        let events = case.hears("2T10:01", &late);
        assert!(matches!(&events[..], [Event::Noted { .. }]), "{events:?}");
    }
    assert_eq!(case.state.watch().unwrap().cycle, cycle(2));
}

#[test]
fn a_case_forgotten_for_weeks_fires_in_pieces_and_misses_nothing() {
    let (mut away, mut awake) =
        (Case::promised(Commitment::Complete), Case::promised(Commitment::Complete));
    let end = at("28T09:00");
    let mut pieces = 0;
    while next_at(&away.state).is_some_and(|next| next <= end) {
        assert!(away.wakes_at(end).len() <= 100);
        pieces += 1;
    }
    awake.is_awake_until(end);
    assert_eq!(rungs(&away.log), rungs(&awake.log));
    assert!(pieces > 2, "{pieces}");
}
