//! From what the stream says to a store that agrees with it.
//!
//! Sequences alone say little after a crash of the broker: a tail that was lost may have been
//! written again, by the late publish of a former leader, up to the very same sequence. So each look
//! compares events with what is recorded, backwards from the last sequence that both know, until all
//! of a window agree. What lies before is the same: a stream only grows, and each publish names what
//! it follows.

use std::collections::BTreeSet;

use super::{
    ATOMIC_BATCH, Act, Found, Gaps, Lost, ONE_BY_ONE, Observed, Recorded, Relay, Settlement, State,
};

/// How many sequences are compared first; twice as many when one of them differs. More than are sent
/// one by one before the stream is looked at again.
const WINDOW: u64 = 2 * ONE_BY_ONE as u64;
const LARGEST_WINDOW: u64 = ATOMIC_BATCH as u64;

/// A look at the stream that is being compared with what is recorded.
#[derive(Debug, Clone)]
pub(super) struct Comparison {
    observed: Observed,
    /// Above it they do not agree.
    to: u64,
    window: u64,
}

/// A stream that is not as recorded.
#[derive(Debug, Clone)]
pub(super) struct Unlike {
    observed: Observed,
    lost: Lost,
}

impl Relay {
    pub(super) fn observed(&mut self, observed: Observed) -> Act {
        let known = self.recorded_of(&observed).map_or(0, |recorded| recorded.last);
        let to = known.min(observed.last);
        self.compare(Comparison { observed, to, window: WINDOW })
    }

    fn compare(&mut self, comparison: Comparison) -> Act {
        let Comparison { ref observed, to, window } = comparison;
        if to < observed.first.max(1) {
            return self.agreed(comparison.observed, to);
        }
        let from = observed.first.max(1).max((to + 1).saturating_sub(window));
        self.state = State::Comparing(comparison);
        Act::Compare { from, to }
    }

    pub(super) fn compared(&mut self, comparison: Comparison, differ: &BTreeSet<u64>) -> Act {
        let Comparison { observed, to, window } = comparison;
        let Some(first) = differ.first() else {
            return self.agreed(observed, to);
        };
        let to = to.min(*first).saturating_sub(1);
        self.compare(Comparison { observed, to, window: LARGEST_WINDOW.min(2 * window) })
    }

    fn agreed(&mut self, observed: Observed, agreed: u64) -> Act {
        let lost = self.lost(&observed, agreed);
        let same = self.recorded_of(&observed).is_some_and(|r| r.last == observed.last);
        if same && lost.above.is_none() && lost.at.is_empty() && lost.below <= self.settled.below {
            self.readers_looked = false;
            return self.load();
        }
        if lost.above.is_some() && !self.readers_looked {
            self.readers_looked = true;
            self.state = State::Pausing;
            return Act::LetReadersLook;
        }
        let (from, to) = (observed.first.max(agreed + 1), observed.last);
        let unlike = Unlike { observed, lost };
        if from > to {
            return self.settle(unlike, Vec::new());
        }
        self.state = State::Reading(unlike);
        Act::Read { from, to }
    }

    /// What is recorded and no longer in the stream.
    fn lost(&self, observed: &Observed, agreed: u64) -> Lost {
        let Some(recorded) = self.recorded_of(observed) else {
            return Lost { of_other_streams: true, ..Lost::default() };
        };
        Lost {
            of_other_streams: false,
            above: (recorded.last > agreed).then_some(agreed),
            below: observed.first,
            at: observed.deleted.difference(&self.settled.holes).copied().collect(),
        }
    }

    /// What is recorded, if it is of this stream and not of one before it.
    fn recorded_of(&self, observed: &Observed) -> Option<Recorded> {
        self.recorded.filter(|recorded| recorded.created == observed.created)
    }

    pub(super) fn settle(&mut self, unlike: Unlike, found: Vec<Found>) -> Act {
        let Unlike { observed, lost } = unlike;
        self.state = State::Settling(observed.clone());
        Act::Settle(Settlement { expected: self.recorded, observed, lost, found })
    }

    pub(super) fn settled(&mut self, observed: Observed) -> Act {
        self.readers_looked = false;
        self.recorded = Some(Recorded { created: observed.created, last: observed.last });
        self.settled = Gaps { below: observed.first, holes: observed.deleted };
        self.load()
    }
}
