//! How long an assistant is at work. It is Tuesday, the 1st of September, 08:00; Wu is the assistant of
//! the hall, which is open for 35 hours a week and lets its assistants work for 40, and for 4 of a night
//! (23:00-07:00). Sun is electric, and studies nothing.

use std::{collections::BTreeSet, fmt::Write as _};

use clock::{AccountId, SeededIds};
use jiff::Timestamp;
use uuid::Uuid;

use super::campus::RULES;
use crate::roster::{
    Command, Cover, Event, Leave, Rejected, Roster, Span, Swap, Term, Wanted, apply, on_command,
};

const WU: u128 = 1;
const SUN: u128 = 2;
const HE: u128 = 3;

fn who(number: u128) -> AccountId {
    AccountId::from_uuid(Uuid::from_u128(number))
}

/// An hour of a day of September, as the campus's clock shows it.
fn at(day_and_hour: &str) -> Timestamp {
    let (day, hour) = day_and_hour.split_once(' ').unwrap();
    format!("2026-09-{day}T{hour}:00+08:00").parse().unwrap()
}

fn when(from: &str, until: &str) -> Wanted {
    Wanted { from: Some(at(from)), until: at(until) }
}

struct Hall {
    roster: Roster,
    ids: SeededIds,
}

impl Hall {
    fn open() -> Self {
        let held = [
            ("hall/window-b", [WU].as_slice()),
            ("logistics/electric", &[SUN]),
            ("logistics/plumbing", &[HE]),
        ];
        let holders = held.map(|(post, holders)| {
            (post.parse().unwrap(), holders.iter().copied().map(who).collect::<BTreeSet<_>>())
        });
        let roster = Roster { holders: holders.into(), ..Roster::default() };
        Self { roster, ids: SeededIds::new(5) }
    }

    fn asks(&mut self, command: &Command) -> Result<(), Rejected> {
        let event = on_command(&self.roster, &RULES, command, at("01 08:00"), &mut self.ids)?;
        apply(&mut self.roster, &event);
        Ok(())
    }

    /// The weeks and nights of September that are too long for somebody.
    fn too_long(&self, number: u128) -> Vec<(Span, String, String)> {
        let september = Term { from: at("01 00:00"), until: at("30 00:00") };
        let excesses = self.roster.excesses(&RULES, who(number), september).into_iter();
        excesses.map(|one| (one.span, one.of.to_string(), format!("{:#}", one.hours))).collect()
    }
}

fn covers(by: u128, from: &str, until: &str) -> Command {
    let post = "logistics/head".parse().unwrap();
    Command::Cover(Cover { post, by: who(by), when: when(from, until) })
}

fn leave(number: u128, cover: Option<u128>, from: &str, until: &str) -> Command {
    Command::Leave(Leave { who: who(number), when: when(from, until), cover: cover.map(who) })
}

#[test]
fn an_assistant_stands_in_up_to_the_hours_of_a_week_and_of_a_night_and_no_longer() {
    let evening = || covers(WU, "01 18:00", "01 22:00");
    let all_week = || leave(WU, None, "01 08:00", "06 00:00");
    let asked = [
        ("as long as it may be", vec![covers(WU, "01 18:00", "01 23:00")]),
        ("half an hour too long", vec![covers(WU, "01 18:00", "01 23:30")]),
        ("in working hours, which count anyway", vec![covers(WU, "02 08:00", "02 12:00")]),
        (
            "in the break at noon",
            vec![covers(WU, "02 12:00", "02 14:30"), covers(WU, "03 12:00", "03 14:30")],
        ),
        ("one evening and another", vec![evening(), covers(WU, "02 18:00", "02 20:00")]),
        (
            "an evening of this week and of the next",
            vec![evening(), covers(WU, "07 18:00", "07 20:00")],
        ),
        ("twice the same evening", vec![evening(), covers(WU, "01 18:00", "01 22:00")]),
        ("a night into the next week", vec![evening(), covers(WU, "06 23:00", "07 03:00")]),
        ("a night from its beginning", vec![covers(WU, "01 23:00", "02 03:30")]),
        (
            "a morning before duty",
            vec![covers(WU, "01 22:30", "02 02:00"), covers(WU, "02 06:00", "02 07:00")],
        ),
        (
            "for another's leave in the same hours",
            vec![leave(SUN, Some(WU), "01 08:00", "11 00:00")],
        ),
        ("evenings of a week of leave", vec![all_week(), covers(WU, "06 08:00", "06 22:00")]),
        ("somebody who is no assistant", vec![covers(SUN, "01 08:00", "11 00:00")]),
    ];
    let mut table = String::new();
    for (said, commands) in asked {
        let mut hall = Hall::open();
        let answers = commands.iter().map(|command| match hall.asks(command) {
            Ok(()) => "arranged".to_owned(),
            Err(rejected) => {
                let field = rejected.field().unwrap_or("nothing");
                format!("rejected {}: {field}, {rejected}", rejected.reason())
            }
        });
        let answers: Vec<_> = answers.collect();
        writeln!(table, "{said:<40} {}", answers.join("; ")).unwrap();
    }
    insta::assert_snapshot!(table);
}

#[test]
fn what_is_too_long_without_being_arranged_is_shown_and_holds_nothing_else_up() {
    let mut hall = Hall::open();
    hall.asks(&covers(WU, "01 18:00", "01 23:00")).unwrap();
    assert_eq!(hall.too_long(WU), []);
    // They were given more than they may: by an import, or by definitions that say less.
    hall.roster.holders.entry("logistics/head".parse().unwrap()).or_default().insert(who(WU));
    assert_eq!(hall.too_long(WU), [], "the same hours count once");
    let more = covers(WU, "05 08:00", "05 09:00");
    let without = Hall::open().roster;
    let event = on_command(&without, &RULES, &more, at("01 08:00"), &mut hall.ids).unwrap();
    let Event::Arranged(arrangement) = event else { panic!("{event:?}") };
    hall.roster.arrangements.insert(arrangement.id, arrangement);
    let week = (Span::Week, "2026-08-31".to_owned(), "41h".to_owned());
    assert_eq!(hall.too_long(WU), [week]);
    assert_eq!(hall.too_long(SUN), []);
    // In working hours it adds nothing to what is too long already.
    hall.roster.holders.remove(&"logistics/head".parse().unwrap());
    hall.asks(&covers(WU, "02 08:00", "02 09:00")).unwrap();
    assert_eq!(
        hall.asks(&covers(WU, "02 18:00", "02 19:00")).unwrap_err().reason(),
        "over-weekly-hours"
    );
}

#[test]
fn hours_of_a_turn_that_another_takes_count_no_more() {
    let mut hall = Hall::open();
    hall.roster.holders.entry("hall/window-b".parse().unwrap()).or_default().insert(who(SUN));
    let evenings = ["01 18:00", "01 23:00"];
    hall.asks(&covers(WU, evenings[0], evenings[1])).unwrap();
    let more = covers(WU, "04 18:00", "04 21:00");
    assert_eq!(hall.asks(&more).unwrap_err().reason(), "over-weekly-hours");
    let post = "hall/window-b".parse().unwrap();
    let (when, back) = (when("03 08:00", "03 12:00"), when("08 08:00", "08 12:00"));
    let swap = Command::Swap(Swap { post, who: who(WU), with: who(SUN), when, back });
    hall.asks(&swap).unwrap();
    hall.asks(&more).unwrap();
}
