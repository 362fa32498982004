use events::words::{CaseNumber, Commitment, Cycle, End, ItemId, ReopenCause, Verdict};
use jiff::SignedDuration;

use super::{
    campus::RULES,
    case::{Case, Step, completed, judged, leak, question},
};
use crate::{Accept, Event, Reason, State};

fn accept() -> Step {
    Step::accept(leak())
}

/// A case that ended so, a minute ago.
fn ended(verdict: Verdict) -> Vec<Step> {
    vec![accept(), Step::Completed(1), Step::Judged(1, verdict)]
}

fn end(case: &Case) -> End {
    let State::Closed { closing, .. } = &case.state else { panic!("{:?}", case.state) };
    closing.end
}

#[test]
fn a_completed_case_waits_for_its_requester_and_ends_as_they_say() {
    let resolved = Case::after(&[accept(), Step::Completed(1)]);
    assert_eq!(resolved.state.resolution().unwrap().at, resolved.now);
    for (verdict, how) in [(Verdict::Solved, End::Solved), (Verdict::Unreachable, End::Unreachable)]
    {
        assert_eq!(end(&Case::after(&ended(verdict))), how);
    }
}

#[test]
fn a_case_that_nobody_is_called_back_for_ends_with_its_completion() {
    let mut case = Case::after(&[Step::accept(question())]);
    let events = case.step(&Step::Completed(1)).unwrap();
    assert!(matches!(&events[..], [Event::Resolved(_), Event::Closed { .. }]), "{events:?}");
    assert_eq!(end(&case), End::Uncalled);
}

#[test]
fn of_an_item_with_a_share_those_cases_end_with_their_completion_that_are_not_in_it() {
    let item: ItemId = "water-pressure".parse().unwrap();
    let numbers = (1..=10).map(|serial| CaseNumber::new(2026, 9, serial).unwrap());
    let called: Vec<_> = numbers
        .filter(|number| {
            let report = Accept { number: *number, item: item.clone(), ..leak() };
            let case = Case::after(&[Step::accept(report), Step::Completed(1)]);
            let is_called = RULES.is_called_back(&item, *number).unwrap();
            assert_eq!(matches!(case.state, State::Closed { .. }), !is_called, "{number}");
            is_called
        })
        .collect();
    assert!((3..=5).contains(&called.len()), "{called:?}");
}

#[test]
fn not_solved_is_the_next_cycle_of_the_same_case_with_new_promises() {
    let case = Case::after(&ended(Verdict::NotSolved));
    let State::Open(again) = &case.state else { panic!("{:?}", case.state) };
    assert_eq!((again.cycle, again.reopened_at), (Cycle::FIRST.next(), Some(case.now)));
    let first = Case::after(&[accept()]);
    assert_eq!(again.number, first.case().number);
    // The same working day, so the same close of business: counted anew, not from the receipt.
    assert_eq!(case.due(Commitment::Complete), first.due(Commitment::Complete));
    let tomorrow = [&ended(Verdict::Solved)[..], &[Step::Waits(1), Step::Reopen]].concat();
    let tomorrow = Case::after(&tomorrow);
    assert!(tomorrow.due(Commitment::Complete) > first.due(Commitment::Complete));
}

#[test]
fn a_closed_case_is_reopened_within_seven_days_and_one_of_an_unreachable_person_within_thirty() {
    for (verdict, days) in [(Verdict::Solved, 7), (Verdict::Unreachable, 30)] {
        let closed = Case::after(&ended(verdict));
        let until = closed.now + SignedDuration::from_hours(24 * days);
        for (late, reopens) in
            [(SignedDuration::ZERO, true), (SignedDuration::from_micros(1), false)]
        {
            let mut case = Case::after(&ended(verdict));
            case.now = until + late - SignedDuration::from_mins(1);
            match case.step(&Step::Reopen) {
                Ok(events) => assert!(reopens, "{events:?}"),
                Err(refusal) => {
                    assert_eq!((refusal.reason(), reopens), ("reopen-window-over", false));
                    assert!(refusal.to_string().contains(&until.to_string()), "{refusal}");
                }
            }
        }
    }
}

#[test]
fn what_was_left_undone_is_not_taken_up_again_whatever_the_policy_says() {
    let mut case = Case::after(&[accept(), Step::Withdraw]);
    assert_eq!(case.step(&Step::Reopen).unwrap_err().reason(), "end-is-final");
}

#[test]
fn a_first_not_solved_after_the_end_reopens_like_the_requester_would() {
    for verdict in [Verdict::Solved, Verdict::Unreachable] {
        let steps = [&ended(verdict)[..], &[Step::Waits(6)]].concat();
        let mut case = Case::after(&steps);
        let events = case.step(&Step::Judged(1, Verdict::NotSolved)).unwrap();
        let [Event::Reopened { reopened, by: None }] = &events[..] else { panic!("{events:?}") };
        assert_eq!(reopened.cause, ReopenCause::NotSolved);
    }
}

#[test]
fn an_outage_of_ours_takes_nobodys_right_to_reopen_away() {
    let mut case = Case::after(&ended(Verdict::Solved));
    let said = case.now + SignedDuration::from_hours(24 * 7);
    let not_solved = judged(1, Verdict::NotSolved, said);
    case.now = said + SignedDuration::from_hours(48);
    let events = case.hear(&not_solved);
    let [Event::Reopened { reopened, .. }] = &events[..] else { panic!("{events:?}") };
    assert_eq!(reopened.reopened_at, said, "the new clocks run from when the person spoke");

    let too_late = judged(1, Verdict::NotSolved, said + SignedDuration::from_micros(1));
    let events = case.hear(&too_late);
    assert!(matches!(&events[..], [Event::Noted { reason: Reason::TooLate, .. }]), "{events:?}");
}

#[test]
fn of_withdrawing_and_completing_the_first_wins() {
    let mut withdrawn = Case::after(&[accept(), Step::Withdraw]);
    let events = withdrawn.step(&Step::Completed(1)).unwrap();
    assert!(matches!(&events[..], [Event::Noted { reason: Reason::CaseEnded, .. }]), "{events:?}");
    assert_eq!(end(&withdrawn), End::Withdrawn);

    let mut completed = Case::after(&[accept(), Step::Completed(1)]);
    assert_eq!(completed.step(&Step::Withdraw).unwrap_err().reason(), "case-completed");
}

#[test]
fn a_completion_happened_when_dispatch_says_so_however_late_we_hear() {
    let mut case = Case::after(&[Step::accept(question())]);
    let done = case.now;
    case.now += SignedDuration::from_hours(6);
    let events = case.hear(&completed(1, done));
    let [Event::Resolved(resolved), Event::Closed { closed, .. }] = &events[..] else {
        panic!("{events:?}")
    };
    assert_eq!((resolved.resolved_at, closed.closed_at), (done, done));
}

#[test]
fn who_withdraws_or_reopens_is_on_record() {
    let mut case = Case::after(&[accept()]);
    let events = case.step(&Step::Withdraw).unwrap();
    assert!(matches!(&events[..], [Event::Closed { by: Some(_), .. }]), "{events:?}");

    let mut case = Case::after(&ended(Verdict::Solved));
    let events = case.step(&Step::Reopen).unwrap();
    let [Event::Reopened { reopened, by: Some(_) }] = &events[..] else { panic!("{events:?}") };
    assert_eq!(reopened.cause, ReopenCause::Requester);
}

#[test]
fn a_chase_is_counted_over_all_cycles_and_the_second_within_a_day_is_for_the_head() {
    let mut case = Case::after(&[accept()]);
    let mut chase = |steps: &[Step]| {
        for step in steps {
            case.step(step).unwrap();
        }
        let events = case.step(&Step::Chase).unwrap();
        let [Event::Chased(chased)] = &events[..] else { panic!("{events:?}") };
        (chased.chases, chased.to_head, chased.cycle.get())
    };
    assert_eq!(chase(&[]), (1, false, 1));
    assert_eq!(chase(&[]), (2, true, 1));
    // The steps themselves take two minutes more.
    assert_eq!(chase(&[Step::Waits(1)]), (3, false, 1));
    let again = [Step::Completed(1), Step::Judged(1, Verdict::NotSolved)];
    assert_eq!(chase(&again), (4, true, 2));
}

#[test]
fn a_day_between_two_chases_is_24_hours_to_the_last_instant() {
    for (later, to_head) in [(SignedDuration::ZERO, true), (SignedDuration::from_micros(1), false)]
    {
        let mut case = Case::after(&[accept(), Step::Chase]);
        // A step takes a minute.
        case.now += SignedDuration::from_mins(24 * 60 - 1) + later;
        let events = case.step(&Step::Chase).unwrap();
        let [Event::Chased(chased)] = &events[..] else { panic!("{events:?}") };
        assert_eq!(chased.to_head, to_head, "{later:?}");
    }
}

#[test]
fn what_is_done_is_not_chased_but_told_what_to_do_instead() {
    let mut resolved = Case::after(&[accept(), Step::Completed(1)]);
    let refusal = resolved.step(&Step::Chase).unwrap_err();
    assert_eq!(refusal.reason(), "case-completed");
    assert!(refusal.to_string().ends_with("answer the callback with \"not solved\""), "{refusal}");
    let refusal = Case::after(&ended(Verdict::Solved)).step(&Step::Chase).unwrap_err();
    assert_eq!(refusal.reason(), "case-closed");
    assert!(refusal.to_string().contains("reopen it"), "{refusal}");
}
