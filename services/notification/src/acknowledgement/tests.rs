use std::fmt::Write as _;

use clock::{AccountId, Ids as _, SeededIds};
use definitions::Occasion;
use events::words::{Recipient, Unheard};
use jiff::{SignedDuration, Timestamp};

use super::{Acknowledgement, Command, Needless, Taken, is_asked_of};
use crate::outgoing::Weight;

fn at(minute: i64) -> Timestamp {
    let begin: Timestamp = "2026-11-25T02:00:00+08:00".parse().unwrap();
    begin + SignedDuration::from_mins(minute)
}

fn account(number: u64) -> AccountId {
    SeededIds::new(number).id()
}

const ME: u64 = 1;
const ANOTHER: u64 = 2;

fn to_phone(taken: Option<(u64, i64)>) -> Acknowledgement {
    let taken = taken.map(|(by, until)| Taken { by: account(by), until: at(until) });
    Acknowledgement::ToPhone { why: Unheard::Unacknowledged, since: at(5), tries: 0, taken }
}

/// What an acknowledgement is, in a word or two.
fn said(known: Acknowledgement) -> String {
    match known {
        Acknowledgement::ToPhone { tries, taken, .. } => {
            let taken = taken.map_or("", |taken| {
                if taken.by == account(ME) { ", taken by me" } else { ", taken by another" }
            });
            format!("to phone{taken}{}", if tries > 0 { ", once more" } else { "" })
        }
        Acknowledgement::Awaited { .. }
        | Acknowledgement::Acknowledged { .. }
        | Acknowledgement::Over { .. } => known.word().to_owned(),
    }
}

#[test]
fn each_state_answers_every_command_and_every_turn_of_time() {
    let states = [
        ("awaited", Acknowledgement::Awaited { until: at(5) }),
        ("to phone", to_phone(None)),
        ("mine", to_phone(Some((ME, 12)))),
        ("another's", to_phone(Some((ANOTHER, 12)))),
        ("another's, lapsed", to_phone(Some((ANOTHER, 9)))),
        ("acknowledged", Acknowledgement::Acknowledged { by: account(ANOTHER), at: at(3) }),
        ("over", Acknowledgement::Over { at: at(3) }),
    ];
    let commands = [
        ("acknowledge", Command::Acknowledge),
        ("take", Command::Take { until: at(15) }),
        ("reached", Command::Settle { reached: true }),
        ("not reached", Command::Settle { reached: false }),
    ];
    let mut table = String::new();
    for (state, known) in states {
        for (name, command) in commands {
            let answer = match known.on_command(command, account(ME), at(10)) {
                Ok(known) => said(known),
                Err(rejected) => rejected.reason().to_owned(),
            };
            let _ = writeln!(table, "{state} | {name} | {answer}");
        }
        for (name, now, is_undelivered) in
            [("too early", 4, false), ("time is up", 5, false), ("no way led", 1, true)]
        {
            let answer = said(known.on_wake(is_undelivered, at(now)));
            let _ = writeln!(table, "{state} | {name} | {answer}");
        }
        let _ = writeln!(table, "{state} | it is done | {}", said(known.on_end(at(10))));
    }
    assert_eq!(table, TABLE.trim_start());
}

const TABLE: &str = "
awaited | acknowledge | acknowledged
awaited | take | call-over
awaited | reached | call-over
awaited | not reached | call-over
awaited | too early | awaited
awaited | time is up | to phone
awaited | no way led | to phone
awaited | it is done | over
to phone | acknowledge | acknowledged
to phone | take | to phone, taken by me
to phone | reached | call-not-taken
to phone | not reached | call-not-taken
to phone | too early | to phone
to phone | time is up | to phone
to phone | no way led | to phone
to phone | it is done | over
mine | acknowledge | acknowledged
mine | take | to phone, taken by me
mine | reached | acknowledged
mine | not reached | to phone, once more
mine | too early | to phone, taken by me
mine | time is up | to phone, taken by me
mine | no way led | to phone, taken by me
mine | it is done | over
another's | acknowledge | acknowledged
another's | take | call-taken
another's | reached | call-taken
another's | not reached | call-taken
another's | too early | to phone, taken by another
another's | time is up | to phone, taken by another
another's | no way led | to phone, taken by another
another's | it is done | over
another's, lapsed | acknowledge | acknowledged
another's, lapsed | take | to phone, taken by me
another's, lapsed | reached | call-not-taken
another's, lapsed | not reached | call-not-taken
another's, lapsed | too early | to phone, taken by another
another's, lapsed | time is up | to phone, taken by another
another's, lapsed | no way led | to phone, taken by another
another's, lapsed | it is done | over
acknowledged | acknowledge | acknowledged
acknowledged | take | call-over
acknowledged | reached | call-over
acknowledged | not reached | call-over
acknowledged | too early | acknowledged
acknowledged | time is up | acknowledged
acknowledged | no way led | acknowledged
acknowledged | it is done | acknowledged
over | acknowledge | over
over | take | call-over
over | reached | call-over
over | not reached | call-over
over | too early | over
over | time is up | over
over | no way led | over
over | it is done | over
";

#[test]
fn who_knows_is_who_said_so_first_and_the_desk_phones_since_the_time_was_up() {
    let known = Acknowledgement::Acknowledged { by: account(ANOTHER), at: at(3) };
    assert_eq!(known.on_command(Command::Acknowledge, account(ME), at(10)), Ok(known));
    // However late anybody looked.
    let late = Acknowledgement::Awaited { until: at(5) }.on_wake(false, at(90));
    assert_eq!(late, to_phone(None));
    let Acknowledgement::ToPhone { why, since, .. } =
        Acknowledgement::Awaited { until: at(5) }.on_wake(true, at(1))
    else {
        panic!("nobody is phoned")
    };
    assert_eq!((why, since), (Unheard::Undelivered, at(1)));
    assert_eq!(Acknowledgement::Awaited { until: at(5) }.next_at(), Some(at(5)));
    assert_eq!(late.next_at(), None);
}

#[test]
fn only_staff_who_are_to_act_on_something_critical_are_asked() {
    let post = "post/logistics/plumbing".parse::<Recipient>().unwrap();
    let person = Recipient::Person(SeededIds::new(3).id());
    let asked: Vec<_> = Occasion::ALL
        .into_iter()
        .filter(|occasion| is_asked_of(&post, *occasion, Weight::Critical))
        .collect();
    assert_eq!(
        asked,
        [
            Occasion::Offered,
            Occasion::Ordered,
            Occasion::ReturnedTwice,
            Occasion::Raised,
            Occasion::Rung,
            Occasion::NotSolved,
            Occasion::Alarm
        ]
    );
    for occasion in Occasion::ALL {
        assert!(!is_asked_of(&post, occasion, Weight::Normal), "{occasion}");
        assert!(!is_asked_of(&person, occasion, Weight::Critical), "{occasion}");
    }
}

#[test]
fn what_somebody_did_about_it_need_not_be_acknowledged() {
    let needless = |needless: Needless| {
        let asked =
            [Occasion::Offered, Occasion::Rung, Occasion::ReturnedTwice, Occasion::NotSolved];
        asked.map(|occasion| needless.concerns(occasion))
    };
    assert_eq!(needless(Needless::Work), [true, false, false, false]);
    assert_eq!(needless(Needless::Lateness), [false, true, false, false]);
    assert_eq!(needless(Needless::Dispute), [false, false, true, false]);
    assert_eq!(needless(Needless::Everything), [true, true, true, true]);
}
