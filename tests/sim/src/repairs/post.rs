//! The post office between the services: late, twice, in any order, and now and then not at all.

use std::{collections::BTreeMap, rc::Rc};

use events::words::Service;
use jiff::{SignedDuration, Timestamp};

use super::{Dice, Trouble, office::Letter};

/// What is on its way, by when it arrives.
#[derive(Default)]
pub(super) struct Post {
    bags: BTreeMap<(Timestamp, u64), (Service, Rc<Letter>)>,
    count: u64,
    /// Until when nothing goes from one service to another.
    down: BTreeMap<(Service, Service), Timestamp>,
}

impl Post {
    /// Sends a letter to one reader.
    pub(super) fn send(
        &mut self,
        letter: &Rc<Letter>,
        to: Service,
        now: Timestamp,
        dice: &mut Dice,
    ) {
        let free = self.down.get(&(letter.source, to)).copied().unwrap_or(now).max(now);
        let usual = SignedDuration::from_secs(seconds(dice, 1, 5));
        let late = if dice.strikes(Trouble::PutBackLater, 8) {
            SignedDuration::from_mins(seconds(dice, 600, 4_000))
        } else if dice.strikes(Trouble::Delayed, 120) {
            let most = if dice.percent(80) { 60 } else { 2_000 };
            SignedDuration::from_mins(seconds(dice, 1, most))
        } else {
            usual
        };
        self.put(letter, to, free + late);
        if dice.strikes(Trouble::Doubled, 50) {
            self.put(letter, to, free + late + SignedDuration::from_mins(seconds(dice, 0, 600)));
        }
    }

    /// Has a letter arrive at this time.
    pub(super) fn put(&mut self, letter: &Rc<Letter>, to: Service, at: Timestamp) {
        self.count += 1;
        self.bags.insert((at, self.count), (to, letter.clone()));
    }

    /// Stops what goes from one service to another.
    pub(super) fn stop(&mut self, from: Service, to: Service, until: Timestamp) {
        self.down.insert((from, to), until);
    }

    /// All goes again.
    pub(super) fn mend(&mut self) {
        self.down.clear();
    }

    /// Whether something is stopped on its way to this service.
    pub(super) fn is_down_to(&self, to: Service, now: Timestamp) -> bool {
        self.down.iter().any(|((_, reader), until)| *reader == to && *until > now)
    }

    pub(super) fn next_at(&self) -> Option<Timestamp> {
        self.bags.keys().next().map(|(at, _)| *at)
    }

    /// The next letter that has arrived by now.
    pub(super) fn arrived(&mut self, now: Timestamp) -> Option<(Service, Rc<Letter>)> {
        let first = self.bags.first_entry().filter(|first| first.key().0 <= now)?;
        Some(first.remove())
    }

    pub(super) fn is_empty(&self) -> bool {
        self.bags.is_empty()
    }
}

/// A whole number from `least` to just below `most`.
pub(super) fn seconds(dice: &mut Dice, least: u64, most: u64) -> i64 {
    i64::try_from(least + dice.below(most.saturating_sub(least))).unwrap_or(0)
}
