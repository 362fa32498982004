use clock::{AccountId, TimerId, WorkOrderId};
use events::words::{
    CaseNumber, Commitment, Cycle, HoldReason, ItemId, LadderId, MoveCause, PlaceId, PostId,
    Revision, Subject, Urgency,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::hold::Hold;

/// What is watched of a case.
///
/// Stored as JSON; a later release adds only optional fields, so that this one reads its rows.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// Nothing was promised yet, as far as this service knows.
    #[default]
    New,
    /// The case is open: its clocks run or wait for the next fact.
    Watching(Watch),
    /// The case ended, and every clock with it; it may be reopened.
    Ended(Watch),
}

impl State {
    /// What was promised, once something was.
    pub const fn watch(&self) -> Option<&Watch> {
        match self {
            Self::New => None,
            Self::Watching(watch) | Self::Ended(watch) => Some(watch),
        }
    }

    pub(crate) const fn watch_mut(&mut self) -> Option<&mut Watch> {
        match self {
            Self::New => None,
            Self::Watching(watch) | Self::Ended(watch) => Some(watch),
        }
    }

    /// Its word in columns.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Watching(_) => "watching",
            Self::Ended(_) => "ended",
        }
    }
}

/// The clocks of one case, over all its cycles.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Watch {
    /// The definitions by which the case was accepted, and by which it is watched.
    pub revision: Revision,
    /// The revision by whose calendars it is counted, if another year was announced since.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calendars: Option<Revision>,
    /// The case's number, by which it is called back or not; absent of what an earlier release accepted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<CaseNumber>,
    /// What was asked for.
    pub item: ItemId,
    /// Where.
    pub place: PlaceId,
    /// How much haste.
    pub urgency: Urgency,
    /// The cycle that is, or was last, watched.
    pub cycle: Cycle,
    /// The rung that the cycle began with: 1, and more for each reopening.
    pub start_rung: u8,
    /// The clocks of all cycles, the oldest first.
    pub timers: Vec<Timer>,
    /// The work that waited, or waits, the newest last.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub holds: Vec<Hold>,
}

impl Watch {
    /// The revision by whose calendars it is counted.
    pub fn counted_by(&self) -> Revision {
        self.calendars.unwrap_or(self.revision)
    }

    pub(crate) fn timer_mut(&mut self, id: TimerId) -> Option<&mut Timer> {
        self.timers.iter_mut().find(|timer| timer.id == id)
    }

    /// The hold of a work order that is still open.
    pub(crate) fn hold_mut(&mut self, work_order: WorkOrderId) -> Option<&mut Hold> {
        let mut holds = self.holds.iter_mut().rev();
        holds.find(|hold| hold.work_order == work_order && hold.is_open())
    }

    /// The clocks that run.
    pub fn running(&self) -> impl Iterator<Item = &Timer> {
        self.timers.iter().filter(|timer| timer.run.is_on())
    }

    /// The highest rung of this ladder that fired in any cycle and was right to; 0 for none.
    pub fn highest_rung(&self, ladder: &LadderId) -> u8 {
        let fired = self.timers.iter().flat_map(|timer| &timer.fired);
        let stands = fired.filter(|fired| fired.ladder == *ladder && !fired.retracted);
        stands.map(|fired| fired.rung).max().unwrap_or_default()
    }
}

/// One clock: what was promised for one subject in one cycle, and what came of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Timer {
    /// Which one.
    pub id: TimerId,
    /// What it runs for.
    pub subject: Subject,
    /// What is promised.
    pub commitment: Commitment,
    /// In which cycle.
    pub cycle: Cycle,
    /// The work order that is offered, of a clock to accept: a later offer of it takes its place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offered: Option<WorkOrderId>,
    /// The work order that somebody is asked about, of a clock to reply: it ends with the work.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked: Option<WorkOrderId>,
    /// The promise that statistics count.
    pub first: Promise,
    /// The promises that took its place since, the newest last.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub later: Vec<Promise>,
    /// Whether it runs.
    pub run: Run,
    /// The rungs that fired, in the order of their planned times.
    pub fired: Vec<Fired>,
    /// When who has the work is told that little time is left.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub warning: Option<Warning>,
    /// More time that somebody is to grant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extension: Option<Extension>,
    /// The highest leader who made it their own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub taken_over: Option<TakenOver>,
    /// Until when a leader answers for its lateness.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub risk: Option<Rest>,
}

impl Timer {
    /// The promise that holds.
    pub fn promise(&self) -> &Promise {
        self.later.last().unwrap_or(&self.first)
    }

    /// The promise of this number.
    pub fn numbered(&self, number: u16) -> Option<&Promise> {
        [&self.first].into_iter().chain(&self.later).find(|promise| promise.number == number)
    }

    /// The rest of the promise that holds: with the next one it is over.
    pub fn rest(&self) -> Option<Rest> {
        self.risk.filter(|rest| rest.promise == self.promise().number)
    }

    /// The firing that is planned next.
    pub const fn next(&self) -> Option<Planned> {
        match self.run {
            Run::Running { next } => next,
            Run::Stopped { .. } => None,
        }
    }

    /// Whether nobody was told that the promise that holds is late.
    pub(crate) fn has_fired_none(&self) -> bool {
        let holds = self.promise().number;
        !self.fired.iter().any(|fired| fired.promise == holds)
    }

    /// The end that is known so far.
    pub(crate) const fn stopped_at(&self) -> Option<Timestamp> {
        match self.run {
            Run::Running { .. } => None,
            Run::Stopped { at, .. } => Some(at),
        }
    }
}

/// Until when something is promised.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Promise {
    /// Its number within the clock, from 1.
    pub number: u16,
    /// What it counts from: the receipt, the offer, the containment, the completion.
    pub since: Timestamp,
    /// The last instant at which it is kept.
    pub due: Timestamp,
    /// It lies beyond what the calendar has decided.
    pub provisional: bool,
    /// The rung that is planned at the due.
    pub first_rung: u8,
    /// The urgency by which its ladder climbs, if that is not the case's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub urgency: Option<Urgency>,
    /// Why it was made for another time than the one before; absent of the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub moved: Option<Moved>,
    /// The pauses that made it later than it was made for, if any did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paused: Option<Paused>,
}

impl Promise {
    /// Why it is for another time than was promised before, as it was said last; `None` where it is not.
    pub const fn why_moved(&self) -> Option<Moved> {
        match self.paused {
            Some(Paused { reason, .. }) => Some(Moved { why: MoveCause::Pause, reason }),
            None => self.moved,
        }
    }
}

/// By how much pauses moved a promise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Paused {
    /// The due without them.
    pub from: Timestamp,
    /// What the work waited for, the last time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<HoldReason>,
}

/// Why a promise is for another time than before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moved {
    /// Why.
    pub why: MoveCause,
    /// What the work waits for, of an extension or a pause.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<HoldReason>,
}

/// Whether a clock runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Run {
    /// The promise is not kept yet.
    Running {
        /// What happens if it is not until then; nothing if the calendar has no such day.
        next: Option<Planned>,
    },
    /// It was kept, or there is nothing to keep any more.
    Stopped {
        /// When that happened, which may be before it was heard.
        at: Timestamp,
        /// Not later than the first promise; absent where nobody wanted it kept any more before
        /// it was late.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        on_time: Option<bool>,
    },
}

impl Run {
    /// Whether it runs.
    pub const fn is_on(self) -> bool {
        match self {
            Self::Running { .. } => true,
            Self::Stopped { .. } => false,
        }
    }
}

/// A step of a ladder and when it is to be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Planned {
    /// The rung, from 1.
    pub rung: u8,
    /// 0, and 1 more for each repeat at the top.
    pub round: u16,
    /// When: counted from the due, never from the moment of waking.
    pub at: Timestamp,
}

/// A step of a ladder that was taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fired {
    /// The number of the promise that was not kept.
    pub promise: u16,
    /// The rung, from 1.
    pub rung: u8,
    /// 0, and 1 more for each repeat at the top.
    pub round: u16,
    /// When it was planned.
    pub planned: Timestamp,
    /// When it was taken; the difference is the lag.
    pub at: Timestamp,
    /// Which ladder.
    pub ladder: LadderId,
    /// Who was told.
    pub post: PostId,
    /// It was taken without knowing the newest facts.
    pub unconfirmed: bool,
    /// It turned out that all was done before.
    pub retracted: bool,
    /// The posts below that nobody was at work at, so that this one was told instead.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub skipped: Vec<PostId>,
}

/// That a promise is at risk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Warning {
    /// The number of the promise.
    pub promise: u16,
    /// Until when it was promised when this was planned.
    pub due: Timestamp,
    /// When it is to be said.
    pub at: Timestamp,
    /// It was.
    pub said: bool,
}

/// More time that was asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Extension {
    /// Until when.
    pub until: Timestamp,
    /// What the work waits for.
    pub reason: HoldReason,
    /// The post that decides.
    pub approver: PostId,
    /// Who asked.
    pub by: AccountId,
    /// When.
    pub at: Timestamp,
}

/// A leader who made it their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct TakenOver {
    /// Their rung.
    pub rung: u8,
    /// The rung that is told from then on: the one above, or the top.
    pub above: u8,
    /// Who.
    pub by: AccountId,
    /// When.
    pub at: Timestamp,
}

/// A lateness for which a leader answers: the ladder rests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rest {
    /// The number of the promise that was not kept.
    pub promise: u16,
    /// Until when.
    pub until: Timestamp,
    /// The step that comes then, from which all later ones are counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resumes: Option<Planned>,
    /// Who.
    pub by: AccountId,
    /// When.
    pub at: Timestamp,
}
