use jiff::{SignedDuration, Timestamp};

use super::{Sending, Way};

/// How often one way is tried before the next is taken.
const TRIES: u32 = 3;
/// How often a way that is crowded is tried: for ten minutes, then it counts as broken.
const PATIENT_TRIES: u32 = 20;
/// The longest pause between two of them.
const LONGEST_PAUSE: SignedDuration = SignedDuration::from_secs(30);

/// What became of an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It was taken.
    Taken,
    /// It was refused, and would be again.
    Refused,
    /// Too much was sent this way.
    Throttled,
    /// Nobody answered, or not in time: it may have been taken.
    Away,
}

/// What follows from it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Next {
    /// It is sent.
    Sent,
    /// The same way again, at this time of the machine.
    Again(Timestamp),
    /// The next way.
    Take(Vec<Way>),
    /// There is no other.
    GiveUp,
}

impl Sending {
    /// What follows from an attempt that ended at `machine`.
    ///
    /// What is critical does not wait for a way that is crowded; the rest does, for a while.
    pub(crate) fn on_outcome(&self, outcome: Outcome, machine: Timestamp) -> Next {
        match outcome {
            Outcome::Taken => Next::Sent,
            Outcome::Throttled if self.critical || self.tries >= PATIENT_TRIES => self.next_way(),
            Outcome::Throttled => Next::Again(machine + LONGEST_PAUSE),
            Outcome::Away if self.tries < TRIES => {
                Next::Again(machine + delivery_core::pause(self.tries, LONGEST_PAUSE))
            }
            Outcome::Away | Outcome::Refused => self.next_way(),
        }
    }

    /// What follows when the case of something that it carries became one of which others may not read
    /// ([`may_be_overheard`](super::may_be_overheard)): it stays in the installation.
    pub(crate) fn on_secret(&self) -> Next {
        let within: Vec<_> = self.ways.iter().filter(|way| way.is_within()).cloned().collect();
        if within.is_empty() { Next::GiveUp } else { Next::Take(within) }
    }

    fn next_way(&self) -> Next {
        match self.ways.get(1..) {
            None | Some([]) => Next::GiveUp,
            Some(left) => Next::Take(left.to_vec()),
        }
    }
}
