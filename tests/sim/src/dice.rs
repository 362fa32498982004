//! Everything that a run leaves to chance.

use std::collections::BTreeMap;

use uuid::Uuid;

/// A seeded generator (`SplitMix64`), and the count of the troubles that it decided on.
#[derive(Debug)]
pub(crate) struct Dice<Trouble> {
    state: u64,
    /// Whether troubles may still happen.
    pub(crate) troubled: bool,
    pub(crate) troubles: BTreeMap<Trouble, u32>,
}

impl<Trouble: Ord> Dice<Trouble> {
    pub(crate) fn new(seed: u64) -> Self {
        Self { state: seed, troubled: true, troubles: BTreeMap::new() }
    }

    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `bound`, which is at least 1.
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound.max(1)
    }

    /// Whether something of this chance, in percent, happens.
    pub(crate) fn percent(&mut self, chance: u64) -> bool {
        self.below(100) < chance
    }

    /// Whether `trouble` strikes now, with a chance in a thousand; counted if it does.
    pub(crate) fn strikes(&mut self, trouble: Trouble, per_mille: u64) -> bool {
        let strikes = self.troubled && self.below(1_000) < per_mille;
        if strikes {
            self.struck(trouble);
        }
        strikes
    }

    /// Counts a trouble that came of another.
    pub(crate) fn struck(&mut self, trouble: Trouble) {
        *self.troubles.entry(trouble).or_default() += 1;
    }

    pub(crate) fn uuid(&mut self) -> Uuid {
        Uuid::from_u64_pair(self.next(), self.next())
    }

    /// Shuffles in place (Fisher and Yates).
    pub(crate) fn shuffle<T>(&mut self, items: &mut [T]) {
        for i in (1..items.len()).rev() {
            let j = usize::try_from(self.below(i as u64 + 1)).unwrap_or(0);
            items.swap(i, j);
        }
    }
}
