//! Every seed ends with nothing lost, doubled or out of order, and every planted bug is found.

use std::collections::BTreeMap;

use sim::delivery::{Bug, Report, Trouble, run};

const SEEDS: u64 = 1_000;

fn seeds() -> std::ops::Range<u64> {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    match number("SIM_SEED") {
        Some(seed) => seed..seed + 1,
        None => 0..number("SIM_SEEDS").unwrap_or(SEEDS),
    }
}

fn fail(report: &Report) -> String {
    format!(
        "seed {}: {} events, {:?}\n{}\nagain: SIM_SEED={} cargo test --package sim --test delivery",
        report.seed,
        report.events,
        report.troubles,
        report.violations.join("\n"),
        report.seed
    )
}

#[test]
fn nothing_is_lost_doubled_or_out_of_order_whatever_the_seed() {
    let mut hits: BTreeMap<Trouble, u32> = BTreeMap::new();
    let mut effects = 0;
    let range = seeds();
    let all = range.end - range.start > 1;
    for seed in range {
        let report = run(seed, None);
        assert!(report.violations.is_empty(), "{}", fail(&report));
        effects += report.effects;
        for (trouble, count) in report.troubles {
            *hits.entry(trouble).or_default() += count;
        }
    }
    println!("{effects} effects; troubles that hit: {hits:?}");
    if all {
        assert!(hits.keys().copied().eq(Trouble::ALL), "a trouble never hit: {hits:?}");
    }
}

#[test]
fn a_seed_gives_the_same_run_again() {
    assert_eq!(run(7, None), run(7, None));
}

#[test]
fn every_planted_bug_is_found() {
    let bugs = [
        Bug::AckBeforeCommit,
        Bug::HeadBeforeEffect,
        Bug::ApplyPastGap,
        Bug::IgnoreAfter,
        Bug::IgnoreCreationTime,
        Bug::IgnoreHoles,
        Bug::TrustSequences,
        Bug::StayAhead,
        Bug::PassNewerVersion,
        Bug::ApplyWithoutDefinitions,
        Bug::CommitPart,
        Bug::DropInPlace,
    ];
    for bug in bugs {
        let found = (0..200).find(|seed| !run(*seed, Some(bug)).violations.is_empty());
        assert!(found.is_some(), "200 seeds did not find {bug:?}");
        println!("{bug:?} found by seed {found:?}");
    }
}
