//! A reader's group transaction, performed as `delivery_core::judge` says.

use delivery_core::{REDELIVER_AFTER, Verdict, Wait, judge, missing};
use events::words::Service;
use jiff::Timestamp;

use crate::{
    Bug, Trouble,
    dice::Dice,
    store::{Event, Store},
};

/// Takes a group of messages in one transaction; the ones to acknowledge, or nothing if the
/// process died or the store was away.
pub(crate) fn take(
    store: &mut Store,
    group: &[(u64, Event)],
    now: Timestamp,
    dice: &mut Dice,
    bug: Option<Bug>,
) -> Vec<u64> {
    if group.is_empty() {
        return Vec::new();
    }
    let all = || group.iter().map(|(sequence, _)| *sequence).collect();
    let fails =
        dice.strikes(Trouble::KilledBeforeCommit, 20) || dice.strikes(Trouble::StoreAway, 20);
    let mut transaction = store.clone();
    for (_, event) in group {
        if fails && dice.percent(30) {
            break;
        }
        let place = (event.key, event.source, event.sequence);
        transaction.waiting.entry(place).or_insert_with(|| (event.clone(), now));
        drain(&mut transaction, event, now, dice, bug);
    }
    match (fails, bug) {
        (false, _) => *store = transaction,
        (true, Some(Bug::AckBeforeCommit)) => return all(),
        (true, Some(Bug::HeadBeforeEffect)) => {
            store.heads = transaction.heads;
            return Vec::new();
        }
        (true, _) => return Vec::new(),
    }
    if dice.strikes(Trouble::Redelivered, 50) { Vec::new() } else { all() }
}

/// Applies what waits for the key of `arrived` until nothing more is ready.
fn drain(store: &mut Store, arrived: &Event, now: Timestamp, dice: &mut Dice, bug: Option<Bug>) {
    loop {
        let known = store.known(arrived.key);
        let waiting = store.waiting.values().filter(|(event, _)| event.key == arrived.key);
        let ready = waiting
            .map(|(event, _)| (event.clone(), verdict(event, &known, bug)))
            .find(|(_, verdict)| !matches!(verdict, Verdict::Keep(_)));
        let Some((event, verdict)) = ready else { return };
        store.waiting.remove(&(event.key, event.source, event.sequence));
        if verdict != Verdict::Duplicate {
            apply(store, event, now, dice);
        }
    }
}

fn verdict(event: &Event, known: &delivery_core::Known, bug: Option<Bug>) -> Verdict {
    match (judge(&event.header(), known), bug) {
        (Verdict::Keep(Wait::Gap), Some(Bug::ApplyPastGap))
        | (Verdict::Keep(Wait::After { .. }), Some(Bug::IgnoreAfter)) => Verdict::Apply,
        (verdict, _) => verdict,
    }
}

fn apply(store: &mut Store, event: Event, now: Timestamp, dice: &mut Dice) {
    store.move_head(&event);
    if store.service == Service::Dispatch {
        store.append(dice.uuid(), event.key, now);
    }
    store.effects.push(event);
}

/// Whom the events that have waited too long ask for what is missing.
pub(crate) fn overdue(store: &Store, now: Timestamp) -> Vec<delivery_core::Missing> {
    let late =
        store.waiting.values().filter(|(_, since)| now.duration_since(*since) > REDELIVER_AFTER);
    let asked = late.filter_map(|(event, _)| {
        let known = store.known(event.key);
        match judge(&event.header(), &known) {
            Verdict::Keep(wait) => missing(&event.header(), &known, wait),
            Verdict::Apply | Verdict::Pass | Verdict::Duplicate => None,
        }
    });
    asked.collect()
}
