use crate::Due;

/// What becomes of a promise when its due is computed again, because another year was announced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recomputed {
    /// It is as it was: a promise that was not provisional always, a provisional one where nothing
    /// changed.
    Stands,
    /// Its due is the same and no longer provisional. Nobody was promised anything else.
    Confirmed,
    /// It has another due; whoever was promised the old one is told both.
    Moved(Due),
}

impl Recomputed {
    /// Whether the requester is told.
    pub fn is_told(self) -> bool {
        match self {
            Self::Moved(_) => true,
            Self::Stands | Self::Confirmed => false,
        }
    }
}

impl Due {
    /// What becomes of this promise, if the calendar as it is now gives `again` for it.
    ///
    /// Only what was provisional moves, earlier or later: a promise that was not is kept even if the
    /// state moved its holidays afterwards.
    pub fn recomputed(self, again: Self) -> Recomputed {
        match (self.provisional, again.at == self.at, again.provisional) {
            (false, _, _) | (true, true, true) => Recomputed::Stands,
            (true, true, false) => Recomputed::Confirmed,
            (true, false, _) => Recomputed::Moved(again),
        }
    }

    /// This promise after [`recomputed`](Self::recomputed).
    #[must_use]
    pub fn after(self, recomputed: Recomputed) -> Self {
        match recomputed {
            Recomputed::Stands => self,
            Recomputed::Confirmed => Self { provisional: false, ..self },
            Recomputed::Moved(due) => due,
        }
    }
}
