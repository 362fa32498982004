//! Each letter takes effect once at each reader, in order, and each command once.

use std::collections::{BTreeMap, BTreeSet};

use events::words::Service;
use uuid::Uuid;

use super::World;
use crate::repairs::{
    bugs::Spoil,
    office::{Cause, Letter, Office},
};

pub(super) fn check(world: &World) -> Vec<String> {
    let outboxes =
        [&world.intake.outbox, &world.dispatch.outbox, &world.timer.outbox, &world.survey.outbox];
    let said: Vec<&Letter> = outboxes.into_iter().flatten().map(|letter| &**letter).collect();
    let mut wrong = reader(&world.intake, &said);
    wrong.extend(reader(&world.dispatch, &said));
    wrong.extend(reader(&world.timer, &said));
    wrong.extend(reader(&world.survey, &said));
    let mut keys = BTreeSet::new();
    for done in world.ledger.iter().filter(|done| !keys.insert(done.key)) {
        wrong.push(format!("\"{}\" was sent twice and done twice", done.order.deed()));
    }
    wrong
}

fn reader<C: Spoil>(office: &Office<C>, said: &[&Letter]) -> Vec<String> {
    let service = C::SERVICE;
    let mut heads: BTreeMap<(Uuid, Service), u64> = BTreeMap::new();
    let mut wrong = office.faults.clone();
    for letter in &office.applied {
        let Letter { source, key, sequence, after, .. } = &**letter;
        let what = format!("{service}: {source} {sequence} of {key}");
        let head = heads.get(&(*key, *source)).copied().unwrap_or(0);
        if *sequence != head + 1 {
            wrong.push(format!("{what} took effect after {head}"));
        }
        for (other, needed) in after.iter().filter(|(other, _)| service.hears(**other)) {
            if heads.get(&(*key, *other)).copied().unwrap_or(0) < *needed {
                wrong.push(format!("{what} took effect before {other} {needed}"));
            }
        }
        heads.insert((*key, *source), *sequence);
    }
    for letter in said.iter().filter(|letter| service.hears(letter.source)) {
        let head = heads.get(&(letter.key, letter.source)).copied().unwrap_or(0);
        if head < letter.sequence {
            wrong.push(format!("{service} never heard {} of {}", letter.fact.name(), letter.key));
        }
    }
    wrong.extend(halves(office));
    wrong
}

/// A decision is kept as a whole, at once: nothing of another comes between.
fn halves<C: Spoil>(office: &Office<C>) -> Vec<String> {
    let mut seen: BTreeSet<(Uuid, Cause)> = BTreeSet::new();
    let mut last = None;
    let mut wrong = Vec::new();
    for entry in office.journal.iter().filter(|entry| entry.cause != Cause::Hour) {
        let this = (entry.case, entry.cause);
        if last != Some(this) && !seen.insert(this) {
            wrong.push(format!("{}: {:?} was decided twice", C::SERVICE, entry.cause));
        }
        last = Some(this);
    }
    wrong
}
