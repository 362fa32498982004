//! Whatever the seed, every case of the repair desk comes to one right end; and every planted bug is
//! found.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::{collections::BTreeMap, num::NonZero, ops::Range, thread};

use events::words::Stream;
use sim::repairs::{Bug, DEEDS, PARTINGS, Report, Trouble, run, story};

/// As many as a test may take that is run with all others.
const SEEDS: u64 = 500;
/// Within so many seeds each bug is found.
const FOUND_WITHIN: u64 = 100;

fn seeds() -> Range<u64> {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    match number("SIM_SEED") {
        Some(seed) => seed..seed + 1,
        None => 0..number("SIM_SEEDS").unwrap_or(SEEDS),
    }
}

fn fail(report: &Report, alone: bool) -> String {
    let Report { seed, cases, troubles, violations, .. } = report;
    let story = if alone { story(*seed).join("\n") } else { String::new() };
    format!(
        "{story}\nseed {seed}: {cases} cases, {troubles:?}\n{}\nagain, with all that was decided: \
         SIM_SEED={seed} cargo test --package sim --test repairs whatever",
        violations.join("\n")
    )
}

/// A report for each seed, by as many threads as there are processors.
fn reports(seeds: &Range<u64>) -> Vec<Report> {
    let threads = thread::available_parallelism().map_or(1, NonZero::get);
    let share = |first| seeds.clone().skip(first).step_by(threads).map(|seed| run(seed, None));
    thread::scope(|scope| {
        let running: Vec<_> = (0..threads)
            .map(|first| scope.spawn(move || share(first).collect::<Vec<_>>()))
            .collect();
        let mut all: Vec<_> = running.into_iter().flat_map(|one| one.join().unwrap()).collect();
        all.sort_by_key(|report| report.seed);
        all
    })
}

/// The sum of counts over many runs.
fn add<K: Ord + Clone>(all: &mut BTreeMap<K, u32>, counts: &BTreeMap<K, u32>) {
    for (what, count) in counts {
        *all.entry(what.clone()).or_default() += count;
    }
}

#[test]
fn whatever_the_seed_every_case_comes_to_one_end_on_which_all_agree() {
    let range = seeds();
    let alone = range.end - range.start == 1;
    let (mut troubles, mut done) = (BTreeMap::new(), BTreeMap::new());
    let (mut refused, mut facts) = (BTreeMap::new(), BTreeMap::new());
    let mut partings = BTreeMap::new();
    let mut cases = 0;
    for report in reports(&range) {
        assert!(report.violations.is_empty(), "{}", fail(&report, alone));
        cases += report.cases;
        add(&mut troubles, &report.troubles);
        add(&mut done, &report.done);
        add(&mut partings, &report.partings);
        add(&mut refused, &report.refused);
        add(&mut facts, &report.facts);
    }
    println!("{cases} cases\ntroubles: {troubles:?}\ndone: {done:?}");
    println!("parts: {partings:?}\nrefused: {refused:?}\nsaid: {facts:?}");
    if alone {
        return;
    }
    assert!(troubles.keys().copied().eq(Trouble::ALL), "a trouble never hit: {troubles:?}");
    let undone: Vec<_> = DEEDS.iter().filter(|deed| !done.contains_key(*deed)).collect();
    assert!(undone.is_empty(), "nobody ever did {undone:?}");
    let unparted: Vec<_> = PARTINGS.iter().filter(|one| !partings.contains_key(*one)).collect();
    assert!(unparted.is_empty(), "no case ever came to {unparted:?}");
    let unsaid: Vec<_> = sayable().filter(|name| !facts.contains_key(name)).collect();
    assert!(unsaid.is_empty(), "nobody ever said {unsaid:?}");
}

/// All that the four services say of a case.
fn sayable() -> impl Iterator<Item = String> {
    let streams = [Stream::Intake, Stream::Dispatch, Stream::Escalation, Stream::Survey];
    let types = events::registry().map(|one| one.event_type);
    let said = types.filter(move |one| streams.contains(&one.stream)).map(events::EventType::name);
    let others = [".contact.", ".audit.", ".roster.", ".handover."];
    said.filter(move |name| !others.iter().any(|other| name.contains(other)))
}

#[test]
fn a_seed_gives_the_same_run_again() {
    assert_eq!(run(7, None), run(7, None));
    assert_eq!(story(7), story(7));
}

#[test]
fn every_planted_bug_is_found() {
    for bug in Bug::ALL {
        let mut reports = (0..FOUND_WITHIN).map(|seed| run(seed, Some(bug)));
        let found = reports.find(|report| !report.violations.is_empty());
        let Some(Report { seed, violations, .. }) = found else {
            panic!("{FOUND_WITHIN} seeds did not find {bug:?}")
        };
        println!("{bug:?} found by seed {seed}: {}", violations.first().unwrap());
    }
}
