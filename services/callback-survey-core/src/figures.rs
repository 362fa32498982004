//! What the callbacks of many cycles came to.
//!
//! ```text
//!                 ┌ open         nobody has an answer or a verdict yet
//!  completed ─────┼ not called   the case went on without it
//!  (to be called) ├ unreachable  tried enough; in the reach, and never in satisfaction
//!                 └ reached      somebody answered ──┬─ satisfied
//!                                                    └─ gave a mark
//! ```

use events::words::{Cycle, Score, Verdict};

use crate::state::{Answered, Call, Fate};

/// The least mark for the whole of who is satisfied: 4 is "good", 3 is "fair".
const LEAST_SATISFIED: u8 = 4;

/// How many cycles came to what, of those that were counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Figures {
    /// Cycles that were completed and of which a requester was to be called.
    pub completed: u32,
    /// Those judged by what somebody answered.
    pub reached: u32,
    /// Those of which nobody could be reached.
    pub unreachable: u32,
    /// Those of which nobody need be asked any more: the case went on without it.
    pub not_called: u32,
    /// Those still to be called.
    pub open: u32,
    /// Of those reached: who says that it is solved, gave no mark under 4, and does not complain.
    pub satisfied: u32,
    /// Of those reached: who gave a mark.
    pub marked: u32,
    /// The sum of these marks.
    pub marks: u32,
    /// Those after which the case was taken up again.
    pub reopened: u32,
    /// Those of cases that were entered late: received before, and written on paper meanwhile.
    pub entered_late: u32,
}

impl Figures {
    /// These with the callback of one cycle; `cycle` is the one in which its case is now, which was
    /// entered late or not.
    pub fn count(&mut self, call: &Call, fate: Option<Fate>, cycle: Cycle, entered_late: bool) {
        self.completed += 1;
        self.entered_late += u32::from(entered_late);
        let not_solved = fate == Some(Fate::Judged(Verdict::NotSolved));
        self.reopened += u32::from(not_solved || call.cycle < cycle);
        match fate {
            None => self.open += 1,
            Some(Fate::Withdrawn) => self.not_called += 1,
            Some(Fate::Judged(Verdict::Unreachable)) => self.unreachable += 1,
            Some(Fate::Judged(verdict @ (Verdict::Solved | Verdict::NotSolved))) => {
                self.reached += 1;
                let answer = counted(call, verdict);
                let mark = answer.and_then(|answer| answer.score).map(Score::get);
                // Whoever complains by their link may say in a call that it is solved.
                let complains = call.answers.iter().any(|answer| answer.complains);
                let is_content = answer.is_some()
                    && !complains
                    && mark.is_none_or(|mark| mark >= LEAST_SATISFIED);
                self.satisfied += u32::from(verdict == Verdict::Solved && is_content);
                self.marked += u32::from(mark.is_some());
                self.marks += mark.map_or(0, u32::from);
            }
        }
    }

    /// How many of 100 whom somebody sought were reached; none if nobody was sought.
    pub fn reach_percent(&self) -> Option<f64> {
        percent(self.reached, self.reached + self.unreachable)
    }

    /// How many of 100 who answered are satisfied; none if nobody did.
    pub fn satisfied_percent(&self) -> Option<f64> {
        percent(self.satisfied, self.reached)
    }

    /// The mean of all marks, 1 to 5; none if nobody gave one.
    pub fn mean_mark(&self) -> Option<f64> {
        (self.marked > 0).then(|| f64::from(self.marks) / f64::from(self.marked))
    }

    /// How many of 100 completed cycles were taken up again; none if none was completed.
    pub fn reopened_percent(&self) -> Option<f64> {
        percent(self.reopened, self.completed)
    }
}

/// One answer for each cycle: of those that say "not solved", if it was judged so, what was heard last in
/// a call, or else what came last by a link.
fn counted(call: &Call, verdict: Verdict) -> Option<&Answered> {
    let judges = |answer: &&Answered| verdict != Verdict::NotSolved || !answer.solved;
    let judging = || call.answers.iter().rev().filter(judges);
    judging().find(|answer| answer.by.is_some()).or_else(|| judging().next())
}

fn percent(part: u32, whole: u32) -> Option<f64> {
    (whole > 0).then(|| 100.0 * f64::from(part) / f64::from(whole))
}
