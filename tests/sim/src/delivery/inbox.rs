//! A reader: its group transactions, its sweeps and its person, performed as `delivery_core` says.

use std::collections::{BTreeMap, BTreeSet};

use delivery_core::{
    Fault, Missing, TryAgain, Verdict, Wait, after_own_fault, halves, in_the_end, judge, missing,
};
use events::words::Service;
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use crate::delivery::{
    Bug, Dice, Trouble,
    store::{Event, Store, Why},
};

/// Between two tries of an event that the surroundings alone refuse.
const UNCOUNTED: SignedDuration = SignedDuration::from_secs(5);

/// Why a group did not come through.
enum Failure {
    /// The process died or the store was away: all of it comes again.
    General,
    /// One event failed, and who else is in the transaction is tried without it.
    OfOne(Fault),
}

/// What makes single events fail at one service.
#[derive(Debug, Default)]
pub(crate) struct Hardships {
    /// Their own fault, until a person has seen to the cause.
    poisoned: BTreeSet<Uuid>,
    /// The surroundings, until then.
    locked: BTreeMap<Uuid, Timestamp>,
}

/// One service at its inbox.
pub(crate) struct Reader<'a> {
    pub(crate) store: &'a mut Store,
    pub(crate) hardships: &'a mut Hardships,
    pub(crate) now: Timestamp,
    pub(crate) dice: &'a mut Dice,
    pub(crate) bug: Option<Bug>,
}

impl Reader<'_> {
    /// Takes a group of messages; the ones to acknowledge.
    pub(crate) fn take(&mut self, group: &[(u64, Event)]) -> Vec<u64> {
        let events: Vec<_> = group.iter().map(|(_, event)| event.clone()).collect();
        let processed = self.apply_all(&events).and_then(|keys| self.drain(keys));
        let acks = processed.is_ok() || self.bug == Some(Bug::AckBeforeCommit);
        if !acks || (!group.is_empty() && self.dice.strikes(Trouble::Redelivered, 50)) {
            return Vec::new();
        }
        group.iter().map(|(sequence, _)| *sequence).collect()
    }

    /// Judges again what waits and is due, and says what is missing for too long. At the start of a
    /// release it is all that waits.
    pub(crate) fn sweep(&mut self, all: bool) -> Vec<Missing> {
        let keys = self.store.due(all, self.now);
        if keys.is_empty() || self.drain(keys.clone()).is_err() {
            return Vec::new();
        }
        let waiting = self.store.put_off(&keys, self.now);
        let asks = waiting.iter().filter_map(|event| {
            let (header, known) = (self.store.header(event), self.store.known(event.key));
            match judge(&header, &known) {
                Verdict::Keep(wait) => missing(&header, &known, wait),
                Verdict::Apply | Verdict::Pass | Verdict::Duplicate => None,
            }
        });
        asks.collect()
    }

    /// A person sees to the dead letters: drops some, and replays the others with or without having
    /// seen to their cause.
    pub(crate) fn see_to_letters(&mut self) {
        for event in self.store.dead.values().cloned().collect::<Vec<_>>() {
            if self.dice.percent(30) {
                self.dice.struck(Trouble::Dropped);
                let steps = self.bug != Some(Bug::DropInPlace);
                self.store.drop_letter(&event, steps, self.now);
                continue;
            }
            if !self.dice.troubled || self.dice.percent(70) {
                self.hardships.poisoned.remove(&event.id);
            }
            self.dice.struck(Trouble::Replayed);
            self.store.replay_letter(&event, self.now);
        }
    }

    /// Judges the kept events of these keys again, as long as that changes anything.
    fn drain(&mut self, mut keys: BTreeSet<Uuid>) -> Result<(), Failure> {
        while !keys.is_empty() {
            let kept = self.store.kept(&keys, self.now);
            keys = self.apply_all(&kept)?;
        }
        Ok(())
    }

    /// Halves what fails until the culprit is alone. The keys of which kept events are to be judged
    /// again.
    fn apply_all(&mut self, events: &[Event]) -> Result<BTreeSet<Uuid>, Failure> {
        let mut keys = BTreeSet::new();
        let mut parts = vec![events];
        while let Some(part) = parts.pop() {
            if part.is_empty() {
                continue;
            }
            match (self.transact(part), part) {
                (Ok(changed), _) => keys.extend(changed),
                (Err(Failure::General), _) => return Err(Failure::General),
                (Err(Failure::OfOne(whose)), [culprit]) => self.blame(culprit, whose),
                (Err(Failure::OfOne(_)), several) => {
                    parts.extend(halves(several).into_iter().flat_map(|(a, b)| [b, a]));
                }
            }
        }
        Ok(keys)
    }

    /// One transaction: all of it or nothing.
    fn transact(&mut self, part: &[Event]) -> Result<BTreeSet<Uuid>, Failure> {
        let mut transaction = self.store.clone();
        let mut keys = BTreeSet::new();
        for event in part {
            match self.one(&mut transaction, event) {
                Ok(true) => keys.extend([event.key]),
                Ok(false) => {}
                Err(failure) => {
                    if self.bug == Some(Bug::CommitPart) {
                        *self.store = transaction;
                    }
                    return Err(failure);
                }
            }
        }
        if self.dice.strikes(Trouble::KilledBeforeCommit, 10)
            || self.dice.strikes(Trouble::StoreAway, 10)
        {
            if self.bug == Some(Bug::HeadBeforeEffect) {
                self.store.heads = transaction.heads;
            }
            return Err(Failure::General);
        }
        *self.store = transaction;
        Ok(keys)
    }

    /// One event within a transaction; whether others of its key are to be judged again.
    fn one(&mut self, tx: &mut Store, event: &Event) -> Result<bool, Failure> {
        let (header, known) = (tx.header(event), tx.known(event.key));
        let verdict = match (judge(&header, &known), self.bug) {
            (Verdict::Keep(Wait::Gap), Some(Bug::ApplyPastGap))
            | (Verdict::Keep(Wait::After { .. }), Some(Bug::IgnoreAfter))
            | (Verdict::Keep(Wait::Revision), Some(Bug::ApplyWithoutDefinitions)) => Verdict::Apply,
            (Verdict::Keep(Wait::Version), Some(Bug::PassNewerVersion)) => Verdict::Pass,
            (verdict, _) => verdict,
        };
        match verdict {
            Verdict::Keep(Wait::Dead) => return Ok(false),
            Verdict::Keep(wait) => {
                match wait {
                    Wait::Version => self.dice.struck(Trouble::NewerVersion),
                    Wait::Revision => self.dice.struck(Trouble::UnknownRevision),
                    Wait::Gap | Wait::After { .. } | Wait::Dead => {}
                }
                let wait = in_the_end(&header, &known, wait);
                return Ok(tx.keep(event, wait, self.now));
            }
            Verdict::Duplicate => {}
            Verdict::Pass => tx.move_head(event),
            Verdict::Apply => {
                tx.move_head(event);
                self.hand_over(tx, event)?;
            }
        }
        tx.forget(event);
        Ok(verdict != Verdict::Duplicate)
    }

    /// The toy's handler: an effect, of which dispatch says so.
    fn hand_over(&mut self, tx: &mut Store, event: &Event) -> Result<(), Failure> {
        let Hardships { poisoned, locked } = &mut *self.hardships;
        if self.dice.strikes(Trouble::RowLocked, 5) {
            let seconds = i64::try_from(self.dice.below(20)).unwrap_or(0);
            locked.insert(event.id, self.now + SignedDuration::from_secs(1 + seconds));
        }
        if self.dice.strikes(Trouble::Poisoned, 3) {
            poisoned.insert(event.id);
        }
        if locked.get(&event.id).is_some_and(|until| self.now < *until) {
            return Err(Failure::OfOne(Fault::Surroundings));
        }
        if poisoned.contains(&event.id) {
            return Err(Failure::OfOne(Fault::Own));
        }
        if tx.service == Service::Dispatch {
            tx.append(self.dice.uuid(), event.key, self.now);
        }
        tx.effects.push((event.clone(), tx.revision));
        Ok(())
    }

    /// Counts a try of an event that failed alone by its own fault, and decides what follows.
    fn blame(&mut self, culprit: &Event, whose: Fault) {
        if self.store.known(culprit.key).head(culprit.source) >= culprit.sequence {
            return;
        }
        let so_far = self.store.tries(culprit);
        let (tries, next) = match whose {
            Fault::Own => (so_far + 1, after_own_fault(so_far + 1)),
            Fault::Surroundings => (so_far, TryAgain::After(UNCOUNTED)),
        };
        match next {
            TryAgain::After(pause) => {
                self.store.keep_for(culprit, Why::Fault { tries }, self.now + pause);
            }
            TryAgain::Dead => {
                self.dice.struck(Trouble::Died);
                self.store.bury(culprit, self.now);
            }
        }
    }
}
