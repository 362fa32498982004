//! Who is at work: leave, swaps and cover. It is the 1st of September, 08:00; Zhou and Li hold
//! plumbing, Sun is electric, Tang is the head, and nobody holds caretakers.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
};

use clock::{AccountId, ArrangementId, Ids as _, SeededIds};
use events::{dispatch::Stay, words::PostId};
use jiff::Timestamp;
use proptest::prelude::*;
use uuid::Uuid;

use super::campus::RULES;
use crate::roster::{
    Command, Cover, Event, Leave, Presence, Rejected, Roster, Swap, Term, Wanted, What, apply,
    on_command, uncovered,
};

const PLUMBING: &str = "logistics/plumbing";
const ELECTRIC: &str = "logistics/electric";
const HEAD: &str = "logistics/head";

const NAMES: [&str; 5] = ["Zhou", "Li", "Sun", "Tang", "Nobody"];
const ZHOU: u128 = 1;
const LI: u128 = 2;
const SUN: u128 = 3;
const TANG: u128 = 4;
const NOBODY: u128 = 5;

fn who(number: u128) -> AccountId {
    AccountId::from_uuid(Uuid::from_u128(number))
}

fn post(name: &str) -> PostId {
    name.parse().unwrap()
}

/// An hour of the 1st; 24 is the next midnight.
fn hour(hour: i64) -> Timestamp {
    let midnight: Timestamp = "2026-09-01T00:00:00+08:00".parse().unwrap();
    midnight + jiff::SignedDuration::from_hours(hour)
}

fn when(from: i64, until: i64) -> Wanted {
    Wanted { from: Some(hour(from)), until: hour(until) }
}

/// The hour of the 1st that it is.
fn hours(at: Timestamp) -> i64 {
    (at.as_second() - hour(0).as_second()) / 3_600
}

struct Office {
    roster: Roster,
    ids: SeededIds,
    now: Timestamp,
}

impl Office {
    fn open() -> Self {
        let held = [(PLUMBING, ZHOU), (PLUMBING, LI), (ELECTRIC, SUN), (HEAD, TANG)];
        let mut holders = BTreeMap::<PostId, BTreeSet<AccountId>>::new();
        for (name, holder) in held {
            holders.entry(post(name)).or_default().insert(who(holder));
        }
        let roster = Roster { holders, ..Roster::default() };
        Self { roster, ids: SeededIds::new(3), now: hour(8) }
    }

    fn asks(&mut self, command: &Command) -> Result<ArrangementId, Rejected> {
        let event = on_command(&self.roster, &RULES, command, self.now, &mut self.ids)?;
        apply(&mut self.roster, &event);
        Ok(match event {
            Event::Arranged(arrangement) => arrangement.id,
            Event::Ended { id, .. } => id,
        })
    }

    fn leave(&mut self, account: u128, cover: Option<u128>, when: Wanted) -> ArrangementId {
        self.asks(&leave(account, cover, when)).unwrap()
    }

    fn stays(&self, name: &str) -> Vec<Stay> {
        self.roster.stays(&post(name), &BTreeSet::new(), self.now)
    }

    /// Who is at work at a post at an hour.
    fn there(&self, name: &str, at: i64) -> Vec<&'static str> {
        let stays = self.stays(name);
        let there = stays.iter().filter(|stay| stay.includes(hour(at)));
        there.map(|stay| self::name(stay.account)).collect()
    }
}

fn name(account: AccountId) -> &'static str {
    (1..).zip(NAMES).find(|(number, _)| who(*number) == account).unwrap().1
}

fn leave(account: u128, cover: Option<u128>, when: Wanted) -> Command {
    Command::Leave(Leave { who: who(account), when, cover: cover.map(who) })
}

fn swap(account: u128, with: u128, when: Wanted, back: Wanted) -> Command {
    Command::Swap(Swap { post: post(PLUMBING), who: who(account), with: who(with), when, back })
}

fn cover(name: &str, by: u128, when: Wanted) -> Command {
    Command::Cover(Cover { post: post(name), by: who(by), when })
}

/// A state of the roster, and what was arranged for it.
fn states() -> Vec<(&'static str, Vec<Command>, i64)> {
    let day = when(10, 12);
    vec![
        ("nothing arranged", vec![], 8),
        ("Zhou on leave 10-12, to come", vec![leave(ZHOU, None, day)], 8),
        ("Zhou on leave 10-12, at 11", vec![leave(ZHOU, None, day)], 11),
        ("Zhou on leave 10-12, over", vec![leave(ZHOU, None, day)], 12),
        ("Sun stands in for Zhou 10-12", vec![leave(ZHOU, Some(SUN), day)], 8),
        ("Zhou and Li swap 10-12 for 14-16", vec![swap(ZHOU, LI, day, when(14, 16))], 8),
        ("the same at 13", vec![swap(ZHOU, LI, day, when(14, 16))], 13),
        ("Sun covers plumbing 10-12", vec![cover(PLUMBING, SUN, day)], 8),
    ]
}

fn commands(arranged: ArrangementId) -> Vec<(&'static str, Command)> {
    let day = when(11, 15);
    vec![
        ("Zhou: leave 11-15", leave(ZHOU, None, day)),
        ("Zhou: leave from now to 9", leave(ZHOU, None, Wanted { from: None, until: hour(9) })),
        ("Zhou: leave 7-9", leave(ZHOU, None, when(7, 9))),
        ("Zhou: leave 15-15", leave(ZHOU, None, when(15, 15))),
        ("Li: leave 11-15 by Zhou", leave(LI, Some(ZHOU), day)),
        ("Li: leave 16-18 by Zhou", leave(LI, Some(ZHOU), when(16, 18))),
        ("Li: leave 11-15 by Li", leave(LI, Some(LI), day)),
        ("Li: leave 11-15 by nobody's", leave(LI, Some(NOBODY), day)),
        ("Sun: leave 11-15", leave(SUN, None, day)),
        ("nobody's: leave 11-15", leave(NOBODY, None, day)),
        ("Li and Zhou: swap 11-15, 20-22", swap(LI, ZHOU, day, when(20, 22))),
        ("Zhou and Li: swap 20-22, 11-15", swap(ZHOU, LI, when(20, 22), day)),
        ("Zhou and Li: swap 11-15, 14-18", swap(ZHOU, LI, day, when(14, 18))),
        ("Zhou and Sun: swap 11-15, 20-22", swap(ZHOU, SUN, day, when(20, 22))),
        ("Sun and Zhou: swap 11-15, 20-22", swap(SUN, ZHOU, day, when(20, 22))),
        ("Zhou and Zhou: swap", swap(ZHOU, ZHOU, day, when(20, 22))),
        ("electric covered by Zhou 11-15", cover(ELECTRIC, ZHOU, day)),
        ("plumbing covered by Zhou 11-15", cover(PLUMBING, ZHOU, day)),
        ("kitchen covered by Zhou 11-15", cover("logistics/kitchen", ZHOU, day)),
        ("electric covered by nobody's", cover(ELECTRIC, NOBODY, day)),
        ("end it", Command::End { id: arranged }),
    ]
}

#[test]
fn every_state_of_the_roster_answers_every_command() {
    let (mut table, mut refusals) = (String::new(), BTreeSet::new());
    for (state, before, now) in states() {
        writeln!(table, "{state}").unwrap();
        let mut office = Office::open();
        let mut arranged = office.ids.id();
        for command in &before {
            arranged = office.asks(command).unwrap();
        }
        office.now = hour(now);
        for (asked, command) in commands(arranged) {
            let event = on_command(&office.roster, &RULES, &command, office.now, &mut office.ids);
            let answer = match event {
                Ok(Event::Arranged(arrangement)) => arrangement.what.word().to_owned(),
                Ok(event @ Event::Ended { .. }) => {
                    let mut roster = office.roster.clone();
                    apply(&mut roster, &event);
                    let left: Vec<_> = roster.arrangements[&arranged]
                        .terms()
                        .map(|term| format!("{}-{}", hours(term.from), hours(term.until)))
                        .collect();
                    format!("ends, {}", left.join(" and "))
                }
                Err(rejected) => {
                    refusals.insert(rejected.to_string());
                    let field = rejected.field().unwrap_or("nothing");
                    format!("rejected {}: {field}", rejected.reason())
                }
            };
            writeln!(table, "  {asked:<33} {answer}").unwrap();
        }
    }
    for refusal in refusals {
        writeln!(table, "{refusal}").unwrap();
    }
    insta::assert_snapshot!(table);
}

#[test]
fn whoever_is_on_leave_is_away_from_all_their_posts_and_their_cover_is_there_instead() {
    let mut office = Office::open();
    office.roster.holders.entry(post(ELECTRIC)).or_default().insert(who(ZHOU));
    office.leave(ZHOU, Some(TANG), when(10, 12));
    assert_eq!(office.there(PLUMBING, 9), ["Zhou", "Li"]);
    assert_eq!(office.there(PLUMBING, 10), ["Li", "Tang"]);
    assert_eq!(office.there(ELECTRIC, 11), ["Sun", "Tang"]);
    assert_eq!(office.there(ELECTRIC, 12), ["Zhou", "Sun"]);
    let stands_in: Vec<_> = office
        .stays(PLUMBING)
        .iter()
        .filter(|stay| stay.stands_in)
        .map(|s| name(s.account))
        .collect();
    assert_eq!(stands_in, ["Tang"]);
}

#[test]
fn a_leave_without_cover_leaves_a_defect_that_says_from_when_until_when() {
    let mut office = Office::open();
    office.leave(TANG, None, when(10, 12));
    let within = Term { from: hour(8), until: hour(20) };
    let gaps = uncovered(&office.stays(HEAD), within);
    assert_eq!(gaps, [Term { from: hour(10), until: hour(12) }]);
    assert_eq!(uncovered(&office.stays("housing/caretakers"), within), [within]);
    office.asks(&cover(HEAD, SUN, when(11, 14))).unwrap();
    let gaps = uncovered(&office.stays(HEAD), within);
    assert_eq!(gaps, [Term { from: hour(10), until: hour(11) }]);
}

#[test]
fn two_who_swap_are_away_one_after_the_other() {
    let mut office = Office::open();
    office.asks(&swap(ZHOU, LI, when(10, 12), when(14, 16))).unwrap();
    let there = [9, 10, 13, 14, 16].map(|at| office.there(PLUMBING, at).join(" "));
    assert_eq!(there, ["Zhou Li", "Li", "Zhou Li", "Zhou", "Zhou Li"]);
}

#[test]
fn what_ends_early_is_as_though_it_had_been_arranged_so() {
    let mut office = Office::open();
    let id = office.leave(ZHOU, Some(SUN), when(10, 12));
    office.now = hour(11);
    office.asks(&Command::End { id }).unwrap();
    assert_eq!(office.there(PLUMBING, 11), ["Zhou", "Li"]);
    assert_eq!(office.asks(&Command::End { id }).unwrap_err().reason(), "already-over");
    let id = office.leave(ZHOU, None, when(13, 15));
    office.asks(&Command::End { id }).unwrap();
    assert_eq!(office.there(PLUMBING, 14), ["Zhou", "Li"]);
    office.leave(ZHOU, None, when(13, 15));
    let unknown = office.ids.id();
    let rejected = office.asks(&Command::End { id: unknown }).unwrap_err();
    assert_eq!(rejected, Rejected::NoSuchArrangement { id: unknown });
}

#[test]
fn a_deputy_stands_in_where_nobody_else_does() {
    let mut office = Office::open();
    office.leave(TANG, None, when(10, 12));
    let deputies = BTreeSet::from([post(ELECTRIC)]);
    let stays = office.roster.stays(&post(HEAD), &deputies, office.now);
    let there = |at| {
        let there = stays.iter().filter(|stay| stay.includes(hour(at)));
        there.map(|stay| (name(stay.account), stay.stands_in)).collect::<Vec<_>>()
    };
    assert_eq!((there(9), there(10)), (vec![("Tang", false)], vec![("Sun", true)]));
}

#[test]
fn work_is_for_who_is_there_and_for_nobody_on_leave() {
    let mut office = Office::open();
    office.leave(ZHOU, Some(TANG), when(10, 12));
    office.asks(&cover("housing/caretakers", LI, when(10, 12))).unwrap();
    let [logistics, housing] = ["logistics", "housing"].map(|id| id.parse().unwrap());
    let presence =
        |account, department, at| office.roster.presence(who(account), department, hour(at));
    assert_eq!(presence(ZHOU, &logistics, 9), Presence::AtWork);
    assert_eq!(presence(ZHOU, &logistics, 10), Presence::Away { until: hour(12) });
    assert_eq!(presence(LI, &housing, 9), Presence::Stranger);
    assert_eq!(presence(LI, &housing, 10), Presence::AtWork);
    assert_eq!(presence(NOBODY, &logistics, 9), Presence::Stranger);
}

proptest! {
    /// Whatever was arranged: nobody is told to be at a post at an hour at which they are away, and
    /// who stands in by a leave is never on one.
    #[test]
    fn whoever_stands_in_is_there(
        asked in proptest::collection::vec((0..3_u8, 1..5_u128, 1..5_u128, 8..40_i64, 1..8_i64), 1..24),
    ) {
        let mut office = Office::open();
        for (kind, one, other, from, hours) in asked {
            let (first, then) = (when(from, from + hours), when(from + hours, from + 2 * hours));
            drop(office.asks(&match kind {
                0 => leave(one, Some(other), first),
                1 => swap(one, other, first, then),
                _ => cover(ELECTRIC, one, first),
            }));
        }
        for arrangement in office.roster.arrangements.values() {
            for term in arrangement.terms() {
                let at = hours(term.from);
                let there: BTreeSet<_> =
                    office.there(PLUMBING, at).into_iter().chain(office.there(ELECTRIC, at)).chain(office.there(HEAD, at)).collect();
                match arrangement.what {
                    What::Leave { who, cover } => {
                        prop_assert!(!there.contains(name(who)));
                        prop_assert!(cover.is_none_or(|cover| there.contains(name(cover))));
                    }
                    What::Swap { who, with, back, .. } => {
                        let away = if term == back { with } else { who };
                        let here = if term == back { who } else { with };
                        prop_assert!(!office.there(PLUMBING, at).contains(&name(away)));
                        prop_assert!(there.contains(name(here)));
                    }
                    What::Cover { by, .. } => prop_assert!(there.contains(name(by))),
                }
            }
        }
    }
}
