//! Where the ladder of a reopened case begins.

use clock::SeededIds;
use events::words::{Commitment, End, ItemId, Urgency};

use super::{
    campus::RULES,
    case::{Case, accepted, at, closed, completed, offered, reopened, rungs},
};
use crate::{Event, Fact, on_fact_among, posts_told};

/// The rung that is told at once, and the one that is planned at the new due.
fn told_and_first(events: &[Event]) -> (u8, u8) {
    let told = events.iter().find_map(|event| match event {
        Event::RungTold(told) => Some(told.rung),
        Event::Watched(_)
        | Event::UrgencyChanged { .. }
        | Event::Armed { .. }
        | Event::RungFired { .. }
        | Event::Rested { .. }
        | Event::WarningPlanned { .. }
        | Event::AtRisk(_)
        | Event::RungRetracted(_)
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
        | Event::Stopped(_)
        | Event::Ended { .. }
        | Event::Noted { .. } => None,
    });
    let Some(Event::Armed { armed, .. }) = events.last() else { panic!("{events:?}") };
    (told.unwrap(), armed.first_rung)
}

#[test]
fn each_cycle_begins_one_rung_higher_up_to_the_top() {
    let mut case = Case::promised(Commitment::Complete);
    for (number, begins) in [(2, (2, 3)), (3, (3, 3)), (4, (3, 3))] {
        let day = number.to_string();
        let (done, again) = (format!("{day}T09:00"), format!("{day}T10:00"));
        case.hears(&done, &completed(number - 1, &done));
        let events = case.hears(&again, &reopened(number, &again));
        assert_eq!(told_and_first(&events), begins, "cycle {number}");
    }
}

#[test]
fn at_the_new_due_the_ladder_goes_on_above_the_rung_that_was_told() {
    let mut case = Case::promised(Commitment::Complete);
    case.hears("1T12:00", &completed(1, "1T12:00"));
    case.hears("2T09:00", &reopened(2, "2T09:00"));
    assert_eq!(
        rungs(&case.is_awake_until(at("3T00:00"))),
        ["complete 3.0 2T21:00", "complete 3.1 2T23:00"]
    );
}

#[test]
fn a_rung_at_which_nobody_is_is_passed_over_for_the_next_and_named() {
    let mut case = Case::promised(Commitment::Complete);
    case.hears("1T12:00", &completed(1, "1T12:00"));
    let again = reopened(2, "2T09:00");
    let ladder: Vec<_> = posts_told(&RULES, &again).into_iter().collect();
    let second = RULES.ladder(&case.state.watch().unwrap().item, Commitment::Complete);
    let second = second.unwrap().rung(2).unwrap().clone();
    assert!(ladder.contains(&second));
    let away = [second.clone()].into();
    let now = at("2T09:00");
    let events = on_fact_among(&case.state, &RULES, &again, (now, &away), &mut SeededIds::new(7));
    let told = events.iter().find_map(|event| {
        if let Event::RungTold(told) = event {
            Some((told.rung, told.skipped.clone()))
        } else {
            None
        }
    });
    assert_eq!(told, Some((3, vec![second])));
}

#[test]
fn it_begins_with_the_highest_rung_that_fired_in_any_cycle() {
    let mut case = Case::promised(Commitment::Complete);
    case.is_awake_until(at("1T22:00"));
    case.hears("1T22:10", &completed(1, "1T22:10"));
    case.hears("2T08:00", &closed(1, End::Solved, "2T08:00"));
    let events = case.hears("2T09:00", &reopened(2, "2T09:00"));
    assert_eq!(told_and_first(&events), (3, 3));
}

#[test]
fn a_rung_that_was_retracted_does_not_count() {
    let mut case = Case::promised(Commitment::Complete);
    case.is_awake_until(at("1T22:00"));
    case.hears("1T22:10", &completed(1, "1T20:00"));
    let events = case.hears("2T09:00", &reopened(2, "2T09:00"));
    assert_eq!(told_and_first(&events), (2, 3));
}

#[test]
fn a_rung_of_another_ladder_does_not_count() {
    let mut case = Case::promised(Commitment::Complete);
    case.hears("1T09:00", &offered(1, 1, "1T09:00"));
    assert!(rungs(&case.is_awake_until(at("1T15:00"))).len() > 2);
    case.hears("1T15:00", &completed(1, "1T15:00"));
    assert!(rungs(&case.is_awake_until(at("2T08:00"))).len() > 2);
    assert!(case.standing().iter().any(|fired| fired.rung == 3));
    let events = case.hears("2T09:00", &reopened(2, "2T09:00"));
    assert_eq!(told_and_first(&events), (2, 3));
}

/// The rungs with which the clock to accept begins, in the first cycle and in the second.
fn first_rungs_of_offers(of: &str) -> (u8, u8) {
    let item: ItemId = of.parse().unwrap();
    let mut case = Case::new();
    let mut begins = accepted(Urgency::Critical, &[Commitment::Complete], "1T09:00");
    let Fact::Accepted(fact) = &mut begins else { panic!("{begins:?}") };
    fact.item = item.clone();
    case.hears("1T09:00", &begins);
    case.hears("1T09:00", &offered(1, 1, "1T09:00"));
    let first = case.timer(Commitment::Accept).first.first_rung;
    case.hears("1T12:00", &completed(1, "1T12:00"));
    let mut again = reopened(2, "2T09:00");
    let Fact::Reopened(fact) = &mut again else { panic!("{again:?}") };
    fact.item = item;
    case.hears("2T09:00", &again);
    case.hears("2T09:00", &offered(2, 2, "2T09:00"));
    (first, case.timer(Commitment::Accept).first.first_rung)
}

#[test]
fn an_offer_goes_on_above_the_rung_that_was_told_of_the_reopening_on_its_ladder_alone() {
    assert_eq!(first_rungs_of_offers("broken-door"), (1, 3));
    assert_eq!(first_rungs_of_offers("water-leak"), (1, 1));
}

#[test]
fn an_open_call_back_ends_with_the_reopening() {
    let mut case = Case::promised(Commitment::Complete);
    case.hears("1T12:00", &completed(1, "1T12:00"));
    case.hears("1T13:00", &reopened(2, "1T13:00"));
    let running: Vec<_> = case.state.watch().unwrap().running().collect();
    let [complete] = &running[..] else { panic!("{running:?}") };
    assert_eq!((complete.commitment, complete.first.due), (Commitment::Complete, at("2T01:00")));
}
