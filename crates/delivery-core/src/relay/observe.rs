//! From what the stream says to a store that agrees with it.

use super::{Act, Found, Gaps, Lost, Observed, Recorded, Relay, Settlement, State};

/// A stream that is not as recorded.
#[derive(Debug, Clone)]
pub(super) struct Unlike {
    observed: Observed,
    lost: Lost,
}

impl Relay {
    pub(super) fn observed(&mut self, observed: Observed) -> Act {
        let lost = self.lost(&observed);
        let same = self.recorded.is_some_and(|recorded| {
            recorded.created == observed.created && recorded.last == observed.last
        });
        if same && lost.at.is_empty() && lost.below <= self.settled.below {
            return self.load();
        }
        let from = self.first_unread(&observed);
        let to = observed.last;
        let unlike = Unlike { observed, lost };
        if from > to {
            return self.settle(unlike, Vec::new());
        }
        self.state = State::Reading(unlike);
        Act::Read { from, to }
    }

    /// What is recorded and no longer in the stream.
    fn lost(&self, observed: &Observed) -> Lost {
        let Some(recorded) = self.recorded.filter(|r| r.created == observed.created) else {
            return Lost { of_other_streams: true, ..Lost::default() };
        };
        let new_holes = observed.deleted.iter().filter(|hole| !self.settled.holes.contains(hole));
        Lost {
            of_other_streams: false,
            above: (recorded.last > observed.last).then_some(observed.last),
            below: observed.first,
            at: new_holes.copied().collect(),
        }
    }

    /// The first sequence that may hold something we sent and did not record.
    fn first_unread(&self, observed: &Observed) -> u64 {
        match self.recorded {
            Some(recorded) if recorded.created == observed.created => {
                observed.first.max(recorded.last + 1)
            }
            Some(_) | None => observed.first.max(1),
        }
    }

    pub(super) fn settle(&mut self, unlike: Unlike, found: Vec<Found>) -> Act {
        let Unlike { observed, lost } = unlike;
        self.state = State::Settling(observed.clone());
        Act::Settle(Settlement { expected: self.recorded, observed, lost, found })
    }

    pub(super) fn settled(&mut self, observed: Observed) -> Act {
        self.recorded = Some(Recorded { created: observed.created, last: observed.last });
        self.settled = Gaps { below: observed.first, holes: observed.deleted };
        self.load()
    }
}
