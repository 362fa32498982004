use std::fmt::Write as _;

use clock::{AccountId, Ids, SeededIds};
use jiff::{SignedDuration, Timestamp};

use crate::handover::{Command, Event, Rejected, Shift, Untaken, apply, on_command, on_wake, tell};

fn an() -> AccountId {
    SeededIds::new(1).id()
}

fn bai() -> AccountId {
    SeededIds::new(2).id()
}

/// Who stands above them.
fn counsellor() -> AccountId {
    SeededIds::new(3).id()
}

fn at(minute: i64) -> Timestamp {
    let morning: Timestamp = "2026-09-01T08:00:00+08:00".parse().unwrap();
    morning + SignedDuration::from_mins(minute)
}

fn leaves(who: AccountId) -> Command {
    Command::Leave { who, by: who }
}

/// The counsellor signs for who went without a word.
fn went(who: AccountId) -> Command {
    Command::Leave { who, by: counsellor() }
}

fn takes_over(by: AccountId) -> Command {
    Command::TakeOver { by }
}

/// A shift after these signatures, all of which were given.
fn after(commands: &[Command]) -> Shift {
    let mut shift = Shift::default();
    for (minute, command) in (0..).zip(commands) {
        let mut ids = SeededIds::new(10);
        let event = on_command(shift, *command, at(minute), &mut ids).unwrap();
        apply(&mut shift, event);
    }
    shift
}

#[test]
fn every_shift_answers_every_signature() {
    let mut table = String::new();
    for (name, before) in [
        ("nobody signed yet", vec![]),
        ("left by An", vec![leaves(an())]),
        ("had by Bai", vec![leaves(an()), takes_over(bai())]),
        ("had by the counsellor", vec![leaves(an()), takes_over(counsellor())]),
        (
            "left by Bai, as the counsellor signed",
            vec![leaves(an()), takes_over(bai()), went(bai())],
        ),
    ] {
        let _ = writeln!(table, "{name}");
        for (who, by) in [("An", an()), ("Bai", bai()), ("the counsellor", counsellor())] {
            for (what, command) in [
                ("leaves", leaves(by)),
                ("leaves, as the counsellor signs", went(by)),
                ("takes over", takes_over(by)),
            ] {
                // Before anybody is missed: each shift here was signed for within three minutes.
                let answer = on_command(after(&before), command, at(14), &mut SeededIds::new(10));
                let answer = match answer {
                    Ok(Event::Left { by: left_by, .. }) if left_by == by => "left".to_owned(),
                    Ok(other @ Event::Left { .. }) => panic!("{other:?}"),
                    Ok(Event::TakenOver { .. }) => "taken over".to_owned(),
                    Err(rejected) => format!("rejected {}: {rejected}", rejected.reason()),
                };
                let _ = writeln!(table, "  {:<46} {answer}", format!("{who} {what}"));
            }
        }
    }
    insta::assert_snapshot!(table);
}

#[test]
fn both_signatures_are_of_one_handover_and_the_next_is_another() {
    let mut ids = SeededIds::new(10);
    let mut shift = Shift::default();
    let mut handovers = Vec::new();
    for command in [leaves(an()), takes_over(bai()), leaves(bai()), takes_over(an())] {
        let event = on_command(shift, command, at(0), &mut ids).unwrap();
        let (Event::Left { handover, .. } | Event::TakenOver { handover, .. }) = event;
        handovers.push(handover);
        apply(&mut shift, event);
    }
    let [first, second, third, fourth] = handovers[..] else { panic!("{handovers:?}") };
    assert!(first == second && third == fourth && second != third);
}

#[test]
fn after_a_quarter_of_an_hour_it_is_the_counsellors_until_somebody_signs() {
    let left = after(&[leaves(an())]);
    assert_eq!(left.falls_to_counsellor_at(), Some(at(15)));
    for by in [bai(), counsellor()] {
        let mut shift = left;
        let event = on_command(shift, takes_over(by), at(40), &mut SeededIds::new(10)).unwrap();
        apply(&mut shift, event);
        assert_eq!((shift, shift.falls_to_counsellor_at()), (Shift::Had { by }, None));
    }
}

#[test]
fn who_left_has_it_again_only_once_nobody_else_came_for_a_quarter_of_an_hour() {
    for (before, who) in
        [(vec![leaves(an())], an()), (vec![leaves(an()), takes_over(bai()), went(bai())], bai())]
    {
        let left = after(&before);
        let since = left.falls_to_counsellor_at().unwrap();
        let takes =
            |now| on_command(left, takes_over(who), now, &mut SeededIds::new(10)).map(|_| ());
        let second = SignedDuration::from_secs(1);
        for (now, answer) in [
            (since - second, Err(Rejected::SamePerson)),
            (since, Ok(())),
            (since + SignedDuration::from_hours(8), Ok(())),
        ] {
            assert_eq!(takes(now), answer, "{who} at {now}");
        }
    }
}

#[test]
fn that_nobody_came_is_said_once_and_not_before_its_time() {
    let mut shift = after(&[leaves(an())]);
    assert_eq!((shift.next_at(), on_wake(shift, at(14))), (Some(at(15)), None));
    let Untaken { left_at, at: since, .. } = on_wake(shift, at(20)).unwrap();
    assert_eq!((left_at, since), (at(0), at(15)));
    tell(&mut shift);
    assert_eq!((shift.next_at(), on_wake(shift, at(40))), (None, None));
    // It is shown all the same, until somebody signs.
    assert_eq!(shift.falls_to_counsellor_at(), Some(at(15)));
    for shift in [Shift::Unsigned, after(&[leaves(an()), takes_over(bai())])] {
        assert_eq!((shift.next_at(), on_wake(shift, at(40))), (None, None));
    }
}

#[test]
fn who_went_without_a_word_is_signed_for_by_name_and_nobody_else_by_mistake() {
    let had = after(&[leaves(an()), takes_over(bai())]);
    let mut ids = SeededIds::new(10);
    for mistaken in [leaves(an()), leaves(counsellor()), went(an())] {
        assert_eq!(on_command(had, mistaken, at(9), &mut ids), Err(Rejected::NotOnShift));
    }
    let event = on_command(had, went(bai()), at(9), &mut ids).unwrap();
    let Event::Left { by, signed_by, .. } = event else { panic!("{event:?}") };
    assert_eq!((by, signed_by), (bai(), counsellor()));
    // There may be nobody else to take it over.
    let mut shift = had;
    apply(&mut shift, event);
    let event = on_command(shift, takes_over(counsellor()), at(30), &mut ids).unwrap();
    apply(&mut shift, event);
    assert_eq!(shift, Shift::Had { by: counsellor() });
}
