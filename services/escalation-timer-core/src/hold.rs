use calendar::Pause as Stretch;
use clock::{TimerId, WorkOrderId};
use events::words::{Cycle, HoldReason, PauseRefusal, PostId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A work order that waits, and what became of the pause that its clocks may have for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hold {
    /// Which work order.
    pub work_order: WorkOrderId,
    /// In which cycle.
    pub cycle: Cycle,
    /// What it waits for.
    pub reason: HoldReason,
    /// Since when.
    pub from: Timestamp,
    /// Until when, once the work went on or was over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<Timestamp>,
    /// Whether its clocks wait too.
    pub pause: Pause,
}

/// Whether the clocks wait with the work.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Pause {
    /// Nobody asked: the reason never pauses.
    Unasked,
    /// Somebody is to say.
    Asked {
        /// The post that decides.
        approver: PostId,
        /// Nothing is granted before evidence was given.
        evidence_needed: bool,
        /// It was.
        evidence: bool,
    },
    /// They do.
    Granted {
        /// The cap.
        until: Timestamp,
        /// Which ones.
        rested: Vec<Rested>,
    },
    /// They do not.
    Refused {
        /// Why.
        cause: PauseRefusal,
    },
}

/// A promise that a pause moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rested {
    /// The clock.
    pub timer: TimerId,
    /// The number of its promise.
    pub promise: u16,
    /// Its due before any pause: all that it has are counted anew when one of them ends.
    pub unpaused: Timestamp,
}

impl Hold {
    /// Whether the work still waits.
    pub const fn is_open(&self) -> bool {
        self.ended.is_none()
    }

    /// Whether somebody is to say whether its clocks wait too.
    pub const fn is_asked(&self) -> bool {
        match self.pause {
            Pause::Asked { .. } => true,
            Pause::Unasked | Pause::Granted { .. } | Pause::Refused { .. } => false,
        }
    }

    /// For how long clocks waited with it, or will at most.
    pub fn granted(&self) -> Option<Stretch> {
        match self.pause {
            Pause::Unasked | Pause::Asked { .. } | Pause::Refused { .. } => None,
            Pause::Granted { until, .. } => {
                let to = self.ended.map_or(until, |ended| ended.min(until));
                Some(Stretch { from: self.from, to })
            }
        }
    }

    /// For how long it rests a promise, with the due that this had before any pause.
    pub fn rests(&self, timer: TimerId, promise: u16) -> Option<(Stretch, Timestamp)> {
        match &self.pause {
            Pause::Unasked | Pause::Asked { .. } | Pause::Refused { .. } => None,
            Pause::Granted { rested, .. } => {
                let mut those = rested.iter();
                let this = those.find(|one| (one.timer, one.promise) == (timer, promise))?;
                Some((self.granted()?, this.unpaused))
            }
        }
    }
}
