//! Whom an alarm alerts, and when. No input or output.
//!
//! Nobody can wait for an answer that does not come while something burns. So an alarm alerts guards
//! and counsellor at once, and every minute the next, until somebody says that they have it.
//!
//! ```text
//!              │ ringing                        │ acknowledged         │ over
//! ─────────────┼────────────────────────────────┼──────────────────────┼────────────
//!  time is up  │ the next step                  │ as it is             │ as it is
//!  acknowledge │ acknowledged: who, and when    │ as it is: repeated   │ refused
//!  it is done  │ over                           │ as it is             │ as it is
//! ```
//!
//! Step 0 is taken as it is raised, step n is planned n times its interval later: from that anchor,
//! never from now. Of one that is heard of late, the steps that fell due before count as taken.
//!
//! ```text
//!  step     0          1        2        3          4
//!  alerts   at once    next 1   next 2   at once    next 1   ...
//!  turn     0          1        2        0          1
//! ```
//!
//! After an outage the steps that were missed are taken together, but nobody is alerted twice by them:
//! of an hour of silence no more is left than one round. A turn at which nobody is at work is passed
//! over for the next one that somebody has, unless nobody has any: then their phones ring all the
//! same. Turns are counted in the whole order of the policy, so that who comes and goes meanwhile
//! makes nobody miss one or have it twice. The first step rings at its posts whoever is there; if
//! nobody is, it rings at the next turn besides.

#[cfg(test)]
mod tests;

use clock::AccountId;
use definitions::Alert;
use events::words::PostId;
use jiff::{SignedDuration, Timestamp};

/// Where an alarm stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Alarm {
    /// Nobody has said that they have it.
    Ringing {
        /// The anchor of its steps.
        raised_at: Timestamp,
        /// How many were taken.
        steps: u32,
        /// Whose turn the last one was.
        turn: u32,
    },
    /// Somebody has it.
    Acknowledged {
        steps: u32,
        /// Who said so: who was alerted, or who reached them by phone.
        by: AccountId,
        at: Timestamp,
    },
    /// Its case ended, and nobody ever said so.
    Over { steps: u32, at: Timestamp },
}

/// Somebody is to be alerted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Step {
    /// From 0. With the case it is what makes an alert one and the same.
    pub(crate) number: u32,
    pub(crate) posts: Vec<PostId>,
}

/// What somebody is told who says that they have an alarm.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Taken {
    /// They have it.
    Now,
    /// Somebody had it before.
    Before,
    /// It ended before anybody had it.
    Over,
}

impl Alarm {
    /// An alarm that was raised at this time and is heard of now, and its first step. `is_there` says
    /// whether anybody is at work at a post.
    pub(crate) fn raise(
        alert: &Alert,
        is_there: impl Fn(&PostId) -> bool,
        raised_at: Timestamp,
        now: Timestamp,
    ) -> (Self, Step) {
        let (mut turn, mut posts) = (0, alert.at_once.clone());
        if let Some((first, besides)) = attended(alert, is_there).into_iter().next()
            && first > turn
        {
            turn = first;
            posts.extend(besides);
        }
        let steps = due(raised_at, alert.every, now);
        (Self::Ringing { raised_at, steps, turn }, Step { number: 0, posts })
    }

    /// What follows as time goes by. `is_there` says whether anybody is at work at a post.
    pub(crate) fn on_wake(
        self,
        alert: &Alert,
        is_there: impl Fn(&PostId) -> bool,
        now: Timestamp,
    ) -> (Self, Vec<Step>) {
        let Self::Ringing { raised_at, steps, turn } = self else { return (self, Vec::new()) };
        let due = due(raised_at, alert.every, now);
        if due <= steps {
            return (self, Vec::new());
        }
        let mut round = attended(alert, is_there);
        if round.is_empty() {
            round = turns(alert).collect();
        }
        let length = u32::try_from(round.len()).unwrap_or(u32::MAX);
        let missed = steps.max(due.saturating_sub(length))..due;
        let after = round.iter().take_while(|(one, _)| *one <= turn).count();
        let next = round.iter().cycle().skip(after);
        let taken: Vec<_> = missed.zip(next).collect();
        let turn = taken.last().map_or(turn, |(_, (last, _))| *last);
        let step = |(number, (_, posts)): (u32, &Turn)| Step { number, posts: posts.clone() };
        (Self::Ringing { raised_at, steps: due, turn }, taken.into_iter().map(step).collect())
    }

    /// Somebody says that they have it.
    pub(crate) const fn acknowledge(self, by: AccountId, at: Timestamp) -> (Self, Taken) {
        match self {
            Self::Ringing { steps, .. } => (Self::Acknowledged { steps, by, at }, Taken::Now),
            Self::Acknowledged { .. } => (self, Taken::Before),
            Self::Over { .. } => (self, Taken::Over),
        }
    }

    /// Its case ended.
    pub(crate) const fn on_end(self, at: Timestamp) -> Self {
        match self {
            Self::Ringing { steps, .. } => Self::Over { steps, at },
            Self::Acknowledged { .. } | Self::Over { .. } => self,
        }
    }

    /// When its next step is planned, if it has one.
    pub(crate) fn next_at(self, alert: &Alert) -> Option<Timestamp> {
        match self {
            Self::Ringing { raised_at, steps, .. } => {
                let after = alert.every.checked_mul(i32::try_from(steps).ok()?)?;
                raised_at.checked_add(after).ok()
            }
            Self::Acknowledged { .. } | Self::Over { .. } => None,
        }
    }

    /// How many times somebody was alerted.
    pub(crate) const fn steps(self) -> u32 {
        match self {
            Self::Ringing { steps, .. }
            | Self::Acknowledged { steps, .. }
            | Self::Over { steps, .. } => steps,
        }
    }

    /// Its word in columns.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Ringing { .. } => "ringing",
            Self::Acknowledged { .. } => "acknowledged",
            Self::Over { .. } => "over",
        }
    }
}

/// How many steps are planned up to now, the first one included.
fn due(raised_at: Timestamp, every: SignedDuration, now: Timestamp) -> u32 {
    let passed = now.duration_since(raised_at).as_secs();
    let later = passed.checked_div(every.as_secs()).unwrap_or_default();
    u32::try_from(later.max(0)).unwrap_or(u32::MAX).saturating_add(1)
}

/// A place in the order of a policy, from 0, and who is alerted when it comes.
type Turn = (u32, Vec<PostId>);

/// All turns, one after the other.
fn turns(alert: &Alert) -> impl Iterator<Item = Turn> {
    let next = alert.next.iter().map(|post| vec![post.clone()]);
    (0..).zip([alert.at_once.clone()].into_iter().chain(next))
}

/// Those at which somebody is.
fn attended(alert: &Alert, is_there: impl Fn(&PostId) -> bool) -> Vec<Turn> {
    turns(alert).filter(|(_, posts)| posts.iter().any(&is_there)).collect()
}
