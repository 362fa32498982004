use clock::{Ids, SeededIds};
use events::{
    escalation::PauseRefusedV1,
    words::{Cycle, End, PauseRefusal, Urgency},
};
use jiff::SignedDuration;

use super::case::{
    Case, Move, Step, Verb, Who, accepted, accepted_as, closed, danger, reopened, rung_fired,
    rung_told,
};
use crate::{Event, Fact, Pause, State, Status};

const WANG_CLAIMS: Step = Step::Asks(Who::Wang, Verb::Claim);
const WANG_ARRIVES: Step = Step::Asks(Who::Wang, Verb::Arrive);
const WANG_HOLDS: Step = Step::Asks(Who::Wang, Verb::Hold);
const WANG_RESUMES: Step = Step::Asks(Who::Wang, Verb::Resume);
const WANG_COMPLETES: Step = Step::Asks(Who::Wang, Verb::Complete);

#[test]
fn an_accepted_case_is_offered_to_the_post_of_the_most_specific_route() {
    for (place, post) in [("dorm-7", "housing/caretakers"), ("east", "logistics/plumbing")] {
        let case = Case::after(&[accepted(place)]);
        assert_eq!(case.order().offer.post.to_string(), post);
        assert_eq!(case.order().offer.at, case.now);
    }
}

#[test]
fn an_item_without_a_route_is_noted_and_offered_to_nobody() {
    let mut case = Case::new();
    let events = case.step(&accepted("moon")).unwrap();
    assert!(matches!(&events[..], [Event::Noted { .. }]), "{events:?}");
}

#[test]
fn of_two_who_claim_at_once_one_has_it_and_the_other_hears_no_name() {
    let mut case = Case::after(&[accepted("dorm-7"), WANG_CLAIMS]);
    let refusal = case.step(&Step::Asks(Who::Li, Verb::Claim)).unwrap_err();
    assert_eq!(refusal.reason(), "already-claimed");
    assert!(!refusal.to_string().contains(&Who::Wang.account().to_string()));
    assert_eq!(case.order().status.worker(), Some(Who::Wang.account()));
}

#[test]
fn only_who_claimed_a_work_order_arrives_and_completes() {
    let mut case = Case::after(&[accepted("dorm-7"), WANG_CLAIMS]);
    for verb in [Verb::Arrive, Verb::Complete] {
        assert_eq!(case.step(&Step::Asks(Who::Li, verb)).unwrap_err().reason(), "not-yours");
        case.step(&Step::Asks(Who::Wang, verb)).unwrap();
    }
    assert!(matches!(case.state, State::Done(_)));
}

#[test]
fn work_waits_for_a_visit_that_is_agreed_and_none_is_agreed_for_what_is_past() {
    let mut case = Case::after(&[accepted("dorm-7"), WANG_CLAIMS]);
    let agreed = case.now + SignedDuration::from_hours(26);
    let refusal = case.step(&Step::Moves(Move::Visit(case.now))).unwrap_err();
    assert_eq!(refusal.reason(), "visit-past");
    case.step(&Step::Moves(Move::Visit(agreed))).unwrap();
    assert_eq!(case.order().status.visit_at(), Some(agreed));
    case.step(&WANG_RESUMES).unwrap();
    assert_eq!(case.order().status.visit_at(), None);
}

#[test]
fn a_completion_without_an_arrival_is_allowed_and_seen() {
    let with = [accepted("dorm-7"), WANG_CLAIMS, WANG_ARRIVES, WANG_COMPLETES];
    let without = [accepted("dorm-7"), WANG_CLAIMS, WANG_COMPLETES];
    for (steps, arrived) in [(&with[..], true), (&without[..], false)] {
        let status = Case::after(steps).order().status;
        assert!(matches!(status, Status::Completed { .. }));
        assert_eq!(status.arrived_at().is_some(), arrived);
    }
}

#[test]
fn a_worker_who_waits_may_complete_without_saying_that_they_went_on() {
    for verb in [Verb::Claim, Verb::Assign] {
        let steps = [accepted("dorm-7"), Step::Asks(Who::Wang, verb), WANG_ARRIVES, WANG_HOLDS];
        let mut case = Case::after(&steps);
        case.step(&WANG_COMPLETES).unwrap();
        assert!(matches!(case.state, State::Done(_)));
        assert!(case.order().status.arrived_at().is_some());
    }
}

#[test]
fn a_resumption_brings_back_the_state_before_the_hold() {
    let arrives = [danger(), WANG_CLAIMS, WANG_ARRIVES];
    let contains = [&arrives[..], &[Step::Asks(Who::Wang, Verb::Contain)]].concat();
    for steps in [&arrives[..], &contains] {
        let mut case = Case::after(steps);
        let before = case.order().status;
        case.step(&WANG_HOLDS).unwrap();
        assert_eq!(case.order().status.word(), "on-hold");
        assert_eq!(case.order().status.worker(), before.worker());
        case.step(&WANG_RESUMES).unwrap();
        assert_eq!(case.order().status, before);
    }
}

#[test]
fn only_a_critical_work_order_is_contained_and_only_on_site() {
    for (first, reason) in [(accepted("dorm-7"), "not-critical"), (danger(), "not-arrived")] {
        let mut case = Case::after(&[first, WANG_CLAIMS]);
        let refusal = case.step(&Step::Asks(Who::Wang, Verb::Contain)).unwrap_err();
        assert_eq!(refusal.reason(), reason);
    }
}

#[test]
fn an_assignment_takes_a_work_order_from_who_had_only_claimed_it() {
    let mut case = Case::after(&[accepted("dorm-7"), WANG_CLAIMS]);
    let again = case.step(&Step::Asks(Who::Wang, Verb::Assign)).unwrap_err();
    assert_eq!(again.reason(), "already-theirs");
    case.step(&Step::Asks(Who::Li, Verb::Assign)).unwrap();
    assert_eq!(case.order().status.worker(), Some(Who::Li.account()));
    assert_eq!(case.step(&WANG_ARRIVES).unwrap_err().reason(), "not-yours");
    case.step(&Step::Asks(Who::Li, Verb::Arrive)).unwrap();
    let begun = case.step(&Step::Asks(Who::Wang, Verb::Assign)).unwrap_err();
    assert_eq!(begun.reason(), "already-begun");
}

#[test]
fn a_state_that_was_stored_before_there_were_so_many_is_read() {
    let mut case = Case::after(&[accepted_as("drip", "dorm-7", Urgency::Urgent), WANG_CLAIMS]);
    let mut json = serde_json::to_value(&case.state).unwrap();
    let order = json["working"]["orders"][0].as_object_mut().unwrap();
    assert!(order["status"]["claimed"]["by"].is_string(), "{order:?}");
    for later in ["workers", "from", "refusals", "is_final"] {
        order.remove(later);
    }
    case.state = serde_json::from_value(json).unwrap();
    let events = case.step(&WANG_COMPLETES).unwrap();
    let [Event::Completed(_), Event::CycleCompleted(completed)] = &events[..] else {
        panic!("{events:?}")
    };
    assert_eq!(completed.workers, [Who::Wang.account()]);
}

#[test]
fn the_last_work_order_completes_the_cycle_with_all_who_worked_on_it() {
    let mut case = Case::after(&[accepted("dorm-7")]);
    let State::Working(work) = &mut case.state else { panic!("{:?}", case.state) };
    let mut electrician = work.orders[0].clone();
    electrician.id = SeededIds::new(9).id();
    work.orders.insert(0, electrician.clone());
    case.step(&WANG_CLAIMS).unwrap();
    let first = case.step(&WANG_COMPLETES).unwrap();
    assert!(matches!(&first[..], [Event::Completed(_)]), "{first:?}");

    let State::Working(work) = &mut case.state else { panic!("{:?}", case.state) };
    work.orders.rotate_left(1);
    case.step(&Step::Asks(Who::Li, Verb::Claim)).unwrap();
    let last = case.step(&Step::Asks(Who::Li, Verb::Complete)).unwrap();
    let [Event::Completed(_), Event::CycleCompleted(completed)] = &last[..] else {
        panic!("{last:?}")
    };
    assert_eq!(completed.completed_at, case.now);
    assert_eq!(completed.workers, [Who::Wang, Who::Li].map(Who::account));
}

#[test]
fn who_worked_in_an_earlier_cycle_is_not_among_the_workers_of_this_one() {
    let first = [accepted("dorm-7"), WANG_CLAIMS, WANG_COMPLETES, reopened(2)];
    let mut case = Case::after(&first);
    case.step(&Step::Asks(Who::Li, Verb::Claim)).unwrap();
    let events = case.step(&Step::Asks(Who::Li, Verb::Complete)).unwrap();
    let [Event::Completed(_), Event::CycleCompleted(completed)] = &events[..] else {
        panic!("{events:?}")
    };
    assert_eq!(completed.workers, [Who::Li.account()]);
}

#[test]
fn whoever_withdraws_before_the_completion_wins() {
    let steps = [accepted("dorm-7"), WANG_CLAIMS, closed(1, End::Withdrawn)];
    let mut case = Case::after(&steps);
    assert!(matches!(case.order().status, Status::Cancelled { .. }));
    assert_eq!(case.step(&WANG_COMPLETES).unwrap_err().reason(), "case-closed");
}

#[test]
fn a_completion_before_the_end_stays_on_record() {
    let steps = [accepted("dorm-7"), WANG_CLAIMS, WANG_COMPLETES, closed(1, End::Withdrawn)];
    let case = Case::after(&steps);
    assert!(matches!(case.order().status, Status::Completed { .. }));
    assert!(matches!(case.state, State::Ended { end: End::Withdrawn, .. }));
}

#[test]
fn a_reopened_case_is_offered_anew_and_keeps_what_was_done() {
    let done = [accepted("dorm-7"), WANG_CLAIMS, WANG_COMPLETES];
    for ended in [vec![], vec![closed(1, End::Solved)]] {
        let steps = [&done[..], &ended, &[reopened(2)]].concat();
        let case = Case::after(&steps);
        let State::Working(work) = &case.state else { panic!("{:?}", case.state) };
        assert_eq!((work.cycle, work.urgency), (Cycle::FIRST.next(), Urgency::Critical));
        let statuses: Vec<_> = work.orders.iter().map(|order| order.status.word()).collect();
        assert_eq!(statuses, ["completed", "offered"]);
    }
}

#[test]
fn what_is_still_open_when_a_later_cycle_begins_is_cancelled() {
    let mut case = Case::after(&[accepted("dorm-7"), WANG_CLAIMS, reopened(2)]);
    let State::Working(work) = &mut case.state else { panic!("{:?}", case.state) };
    work.orders.rotate_left(1);
    let moves = [
        Move::Transfer("logistics/electric"),
        Move::Return,
        Move::Reassign("logistics/electric"),
        Move::Adjudicate("logistics/electric"),
    ];
    let asks = Verb::ALL.map(|verb| Step::Asks(Who::Wang, verb));
    for step in asks.into_iter().chain(moves.map(Step::Moves)) {
        let refusal = case.step(&step).unwrap_err();
        assert_eq!(refusal.reason(), "work-order-cancelled");
    }
}

#[test]
fn a_leader_who_was_told_may_see_the_case_from_then_on() {
    let (chief, head) = ("logistics/head", "housing/caretakers");
    let steps = [accepted("dorm-7"), rung_fired(chief), rung_told(head), rung_fired(chief)];
    let case = Case::after(&steps);
    let told: Vec<_> = case.state.work().unwrap().escalated_to.iter().collect();
    assert_eq!(told, [&head.parse().unwrap(), &chief.parse().unwrap()]);
}

#[test]
fn a_work_order_on_hold_shows_whether_its_clocks_wait_too_until_it_goes_on() {
    let wang = |verb| Step::Asks(Who::Wang, verb);
    let mut case = Case::after(&[accepted("dorm-7"), wang(Verb::Claim), wang(Verb::Hold)]);
    assert_eq!(case.order().status.pause(), None);
    case.step(&Step::PausesNot).unwrap();
    let refused = Pause::Refused { cause: PauseRefusal::Denied };
    assert_eq!(case.order().status.pause(), Some(refused));
    case.step(&Step::Pauses).unwrap();
    assert!(matches!(case.order().status.pause(), Some(Pause::Granted { .. })));
    case.step(&wang(Verb::Resume)).unwrap();
    assert_eq!(case.order().status.pause(), None);
    let late = case.step(&Step::Pauses).unwrap();
    assert!(matches!(&late[..], [Event::Noted { .. }]), "{late:?}");
}

#[test]
fn what_is_said_of_an_earlier_hold_is_nothing_about_the_one_that_runs() {
    let wang = |verb| Step::Asks(Who::Wang, verb);
    let held_again = |granted| {
        let mut case = Case::after(&[accepted("dorm-7"), wang(Verb::Claim), wang(Verb::Hold)]);
        let said = case.answer(granted);
        case.step(&wang(Verb::Resume)).unwrap();
        case.step(&wang(Verb::Hold)).unwrap();
        (case, said)
    };
    for granted in [true, false] {
        let (mut case, said) = held_again(granted);
        let late = case.step(&Step::Hears(said)).unwrap();
        assert!(matches!(&late[..], [Event::Noted { .. }]), "{late:?}");
        assert_eq!(case.order().status.pause(), None);
    }
    // An earlier release does not say which hold it refuses.
    let (mut case, said) = held_again(false);
    let Fact::PauseRefused(refused) = said else { panic!("{said:?}") };
    case.step(&Step::Hears(Fact::PauseRefused(PauseRefusedV1 { from: None, ..refused }))).unwrap();
    let refused = Pause::Refused { cause: PauseRefusal::Denied };
    assert_eq!(case.order().status.pause(), Some(refused));
}
