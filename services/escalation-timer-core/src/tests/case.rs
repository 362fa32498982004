//! One case, with what others say of it and the hours at which it is woken.

use std::collections::BTreeSet;

use clock::{AccountId, CallbackId, ContactId, Ids, OfferId, QuestionId, SeededIds, WorkOrderId};
use events::{
    dispatch::{
        CaseCompletedV1, Merged, WorkOrderAnsweredV1, WorkOrderArrivedV1, WorkOrderAskedV1,
        WorkOrderAssignedV1, WorkOrderCancelledV1, WorkOrderClaimedV1, WorkOrderCompletedV1,
        WorkOrderContainedV1, WorkOrderDisputedV1, WorkOrderHeldV1, WorkOrderOfferedV1,
        WorkOrderReleasedV1, WorkOrderResumedV1,
    },
    intake::{
        CaseAcceptedV1, CaseClosedV1, CaseReopenedV1, CaseRepliedV1, CaseUrgencyChangedV1, Promise,
    },
    survey::{CallbackAttemptedV1, CaseAnsweredV1, CaseJudgedV1},
    words::{
        Asked, CaseKind, CaseNumber, Channel, Commitment, Cycle, End, HoldReason, Level, PostId,
        ReleaseCause, ReopenCause, Urgency, UrgencyCause, Verdict,
    },
};
use jiff::Timestamp;

use super::campus::RULES;
use crate::{
    AcceptRisk, AskExtension, AskPause, Command, DecidePause, Event, Extend, Fact, Fired, OfLeader,
    Rejected, Speaker, State, Timer, Wake, apply, next_at, on_command, on_fact, on_wake,
};

/// An instant by its local time in September 2026, such as `1T09:00` for Tuesday the 1st.
pub(super) fn at(local: &str) -> Timestamp {
    let (day, time) = local.split_once('T').unwrap();
    format!("2026-09-{day:0>2}T{time}:00+08:00").parse().unwrap()
}

pub(super) struct Case {
    pub(super) state: State,
    /// All that happened.
    pub(super) log: Vec<Event>,
    /// The posts that nobody is at work at.
    pub(super) unattended: BTreeSet<PostId>,
    ids: SeededIds,
}

impl Case {
    pub(super) fn new() -> Self {
        let (log, unattended) = (Vec::new(), BTreeSet::new());
        Self { state: State::New, log, unattended, ids: SeededIds::new(7) }
    }

    /// A critical case of the 1st at 09:00 with this one promise.
    pub(super) fn promised(commitment: Commitment) -> Self {
        let mut case = Self::new();
        case.hears("1T09:00", &accepted(Urgency::Critical, &[commitment], "1T09:00"));
        case
    }

    /// What follows from a fact that is heard at `now`.
    pub(super) fn hears(&mut self, now: &str, fact: &Fact) -> Vec<Event> {
        self.hears_at(at(now), fact)
    }

    pub(super) fn hears_at(&mut self, now: Timestamp, fact: &Fact) -> Vec<Event> {
        let events = on_fact(&self.state, &RULES, fact, now, &mut self.ids);
        self.state = stored(&self.state);
        self.keep(stored(&events))
    }

    /// What follows from a command at `now`.
    pub(super) fn is_told(&mut self, now: &str, command: &Command) -> Result<Vec<Event>, Rejected> {
        self.is_told_at(at(now), command)
    }

    pub(super) fn is_told_at(
        &mut self,
        now: Timestamp,
        command: &Command,
    ) -> Result<Vec<Event>, Rejected> {
        let events = on_command(&self.state, &RULES, command, now, &mut self.ids)?;
        assert!(!events.is_empty(), "a command that is done does something");
        self.state = stored(&self.state);
        Ok(self.keep(stored(&events)))
    }

    /// What follows from waking at `now`.
    pub(super) fn wakes(&mut self, now: &str) -> Vec<Event> {
        self.wakes_at(at(now))
    }

    pub(super) fn wakes_at(&mut self, now: Timestamp) -> Vec<Event> {
        let wake = Wake { now, confirmed: true, unattended: &self.unattended };
        let (planned, events) =
            (next_at(&self.state), on_wake(&self.state, &RULES, wake, &mut self.ids));
        let events = self.keep(events);
        let was_due = planned.is_some_and(|planned| planned <= now);
        assert_eq!(next_at(&self.state) != planned, was_due, "what was due is not due again");
        events
    }

    /// What follows when it is woken at each planned instant, until `end`.
    pub(super) fn is_awake_until(&mut self, end: Timestamp) -> Vec<Event> {
        let before = self.log.len();
        while let Some(next) = next_at(&self.state).filter(|next| *next <= end) {
            self.wakes_at(next);
        }
        self.log[before..].to_vec()
    }

    /// All but the warnings that are planned by the way.
    fn keep(&mut self, mut events: Vec<Event>) -> Vec<Event> {
        for event in &events {
            apply(&mut self.state, event);
        }
        self.log.extend_from_slice(&events);
        events.retain(|event| !matches!(event, Event::WarningPlanned { .. }));
        events
    }

    /// The clock that was armed last for this commitment.
    pub(super) fn timer(&self, commitment: Commitment) -> &Timer {
        let timers = self.state.watch().unwrap().timers.iter();
        timers.rev().find(|timer| timer.commitment == commitment).unwrap()
    }

    /// Every rung that fired and was right to.
    pub(super) fn standing(&self) -> Vec<Fired> {
        let timers = self.state.watch().into_iter().flat_map(|watch| &watch.timers);
        timers.flat_map(|timer| &timer.fired).filter(|fired| !fired.retracted).cloned().collect()
    }
}

/// The same after it was written to a store and read again.
fn stored<T: serde::Serialize + serde::de::DeserializeOwned + PartialEq + std::fmt::Debug>(
    value: &T,
) -> T {
    let read = serde_json::from_value(serde_json::to_value(value).unwrap()).unwrap();
    assert_eq!(*value, read);
    read
}

/// The rungs that fired: commitment, rung, round and planned local time.
pub(super) fn rungs(events: &[Event]) -> Vec<String> {
    let zone = calendar::zone("Asia/Shanghai").unwrap();
    let rung = |event: &Event| match event {
        Event::RungFired { fired, .. } => {
            let planned = fired.planned.to_zoned(zone.clone()).strftime("%-dT%H:%M").to_string();
            Some(format!("{} {}.{} {planned}", fired.commitment, fired.rung, fired.round))
        }
        Event::Watched(_)
        | Event::UrgencyChanged { .. }
        | Event::Armed { .. }
        | Event::Rested { .. }
        | Event::WarningPlanned { .. }
        | Event::AtRisk(_)
        | Event::RungRetracted(_)
        | Event::RungTold(_)
        | Event::PromiseMoved(_)
        | Event::Counted { .. }
        | Event::Confirmed { .. }
        | Event::PausesCarried(_)
        | Event::ExtensionAsked(_)
        | Event::ExtensionRefused(_)
        | Event::Held(_)
        | Event::HoldEnded { .. }
        | Event::PauseAsked(_)
        | Event::EvidenceGiven { .. }
        | Event::PauseGranted { .. }
        | Event::PauseRefused(_)
        | Event::Ordered(_)
        | Event::TakenOver { .. }
        | Event::RiskAccepted { .. }
        | Event::Stopped(_)
        | Event::Ended { .. }
        | Event::Noted { .. } => None,
    };
    events.iter().filter_map(rung).collect()
}

pub(super) fn cycle(number: u16) -> Cycle {
    Cycle::new(number).unwrap()
}

fn promises(urgency: Urgency, commitments: &[Commitment], since: Timestamp) -> Vec<Promise> {
    let promise = |&commitment: &Commitment| {
        let due = RULES.due(&"water-leak".parse().unwrap(), commitment, urgency, since);
        let due = due.unwrap().unwrap();
        Promise { commitment, due: due.at, provisional: due.provisional }
    };
    commitments.iter().map(promise).collect()
}

pub(super) fn accepted(urgency: Urgency, commitments: &[Commitment], received: &str) -> Fact {
    let contact: ContactId = SeededIds::new(3).id();
    let received_at = at(received);
    Fact::Accepted(CaseAcceptedV1 {
        number: CaseNumber::new(2026, 9, 123).unwrap(),
        kind: CaseKind::Repair,
        channel: Channel::Hotline,
        contact,
        item: "water-leak".parse().unwrap(),
        place: "east".parse().unwrap(),
        urgency,
        level: Level::Internal,
        received_at,
        cycle: Cycle::FIRST,
        first_receiver: wang(),
        reporters: Vec::new(),
        promises: promises(urgency, commitments, received_at),
        incident: None,
        complains_of: None,
    })
}

/// Reopened as critical, with a promise to complete.
pub(super) fn reopened(number: u16, reopened: &str) -> Fact {
    let reopened_at = at(reopened);
    Fact::Reopened(CaseReopenedV1 {
        cycle: cycle(number),
        cause: ReopenCause::NotSolved,
        by: None,
        reopened_at,
        kind: CaseKind::Repair,
        item: "water-leak".parse().unwrap(),
        place: "east".parse().unwrap(),
        urgency: Urgency::Critical,
        level: Level::Internal,
        reporters: Vec::new(),
        promises: promises(Urgency::Critical, &[Commitment::Complete], reopened_at),
    })
}

/// Another urgency, whose promises count from `since`, as intake computes them.
pub(super) fn urgency_changed(
    number: u16,
    [before, urgency]: [Urgency; 2],
    commitments: &[Commitment],
    [since, changed]: [&str; 2],
) -> Fact {
    Fact::UrgencyChanged(CaseUrgencyChangedV1 {
        cycle: cycle(number),
        before,
        urgency,
        cause: UrgencyCause::Decision,
        promises: promises(urgency, commitments, at(since)),
        by: Some(wang()),
        at: at(changed),
    })
}

/// Whoever reported it has an answer, and is promised the next until then.
pub(super) fn reported(number: u16, reported: &str, next: Option<&str>) -> Fact {
    let promise = |due| {
        let (commitment, provisional) = (Commitment::FollowUp, false);
        Promise { commitment, due: at(due), provisional }
    };
    let (cycle, next, department) = (cycle(number), next.map(promise), None);
    Fact::Reported(CaseRepliedV1 { cycle, next, department, by: wang(), at: at(reported) })
}

pub(super) fn closed(number: u16, end: End, closed: &str) -> Fact {
    Fact::Closed(CaseClosedV1 { cycle: cycle(number), end, closed_at: at(closed), by: None })
}

/// The offer that this number stands for, and its work order: 1, 11 and 21 are offers of the first.
pub(super) fn offer(number: u64) -> (OfferId, WorkOrderId) {
    (SeededIds::new(1_000 + number).id(), SeededIds::new(2_000 + number % 10).id())
}

pub(super) fn offered(number: u64, in_cycle: u16, offered: &str) -> Fact {
    let (offer, work_order) = offer(number);
    Fact::Offered(WorkOrderOfferedV1 {
        work_order,
        offer,
        cycle: cycle(in_cycle),
        department: "logistics".parse().unwrap(),
        post: "logistics/plumbing".parse().unwrap(),
        item: "water-leak".parse().unwrap(),
        place: "east".parse().unwrap(),
        urgency: Urgency::Critical,
        level: Level::Internal,
        offered_at: at(offered),
        split: None,
    })
}

pub(super) fn claimed(number: u64, in_cycle: u16, claimed: &str) -> Fact {
    let (offer, work_order) = offer(number);
    let (cycle, department) = (cycle(in_cycle), "logistics".parse().unwrap());
    let (by, at) = (wang(), at(claimed));
    Fact::Claimed(WorkOrderClaimedV1 { work_order, offer, cycle, department, by, at })
}

pub(super) fn assigned(number: u64, in_cycle: u16, assigned: &str) -> Fact {
    let (offer, work_order) = offer(number);
    let (cycle, department) = (cycle(in_cycle), "logistics".parse().unwrap());
    let (by, to, at) = (wang(), wang(), at(assigned));
    Fact::Assigned(WorkOrderAssignedV1 { work_order, offer, cycle, department, by, to, at })
}

pub(super) fn released(number: u64, in_cycle: u16, released: &str) -> Fact {
    let (offer, work_order) = offer(number);
    Fact::Released(WorkOrderReleasedV1 {
        work_order,
        offer,
        cycle: cycle(in_cycle),
        department: "logistics".parse().unwrap(),
        cause: ReleaseCause::Returned,
        by: Some(wang()),
        worker: None,
        at: at(released),
    })
}

pub(super) fn disputed(number: u64, in_cycle: u16, disputed: &str) -> Fact {
    let (_, work_order) = offer(number);
    let (cycle, department) = (cycle(in_cycle), "logistics".parse().unwrap());
    Fact::Disputed(WorkOrderDisputedV1 { work_order, cycle, department, at: at(disputed) })
}

/// The work of this offer is done; others of the case may go on.
pub(super) fn done(number: u64, in_cycle: u16, done: &str) -> Fact {
    let (offer, work_order) = offer(number);
    let (cycle, department) = (cycle(in_cycle), "logistics".parse().unwrap());
    let (by, at) = (wang(), at(done));
    let next_steps = false;
    Fact::Done(WorkOrderCompletedV1 { work_order, offer, cycle, department, by, at, next_steps })
}

/// Another work order has the part of this one.
pub(super) fn merged([number, into]: [u64; 2], in_cycle: u16, merged: &str) -> Fact {
    let ((_, work_order), (_, into)) = (offer(number), offer(into));
    let (cycle, department) = (cycle(in_cycle), "logistics".parse().unwrap());
    let (at, merged) = (at(merged), Some(Merged { into, by: wang() }));
    Fact::Cancelled(WorkOrderCancelledV1 { work_order, cycle, department, at, merged })
}

pub(super) fn contained(number: u64, in_cycle: u16, contained: &str) -> Fact {
    let (offer, work_order) = offer(number);
    let (cycle, department) = (cycle(in_cycle), "logistics".parse().unwrap());
    let (by, at) = (wang(), at(contained));
    Fact::Contained(WorkOrderContainedV1 { work_order, offer, cycle, department, by, at })
}

pub(super) fn arrived(number: u64, in_cycle: u16, arrived: &str) -> Fact {
    let (offer, work_order) = offer(number);
    let (cycle, department) = (cycle(in_cycle), "logistics".parse().unwrap());
    let (by, at) = (wang(), at(arrived));
    Fact::Arrived(WorkOrderArrivedV1 { work_order, offer, cycle, department, by, at })
}

pub(super) fn completed(number: u16, completed: &str) -> Fact {
    completed_at(number, at(completed))
}

pub(super) fn completed_at(number: u16, completed_at: Timestamp) -> Fact {
    let workers = vec![wang()];
    Fact::Completed(CaseCompletedV1 { cycle: cycle(number), completed_at, workers })
}

pub(super) fn attempted(number: u16, attempted: &str) -> Fact {
    let callback: CallbackId = SeededIds::new(4).id();
    let (cycle, attempt, by, at, reached) = (cycle(number), 1, wang(), at(attempted), false);
    Fact::Attempted(CallbackAttemptedV1 { callback, cycle, attempt, by, at, reached })
}

pub(super) fn answered(number: u16, answered: &str) -> Fact {
    Fact::Answered(CaseAnsweredV1 {
        callback: SeededIds::new(4).id(),
        cycle: cycle(number),
        at: at(answered),
        by: Some(wang()),
        solved: true,
        on_time: None,
        attitude: None,
        score: None,
    })
}

fn question(number: u64) -> QuestionId {
    SeededIds::new(100 + number).id()
}

/// One is asked; each number is another question.
pub(super) fn asked(number: u64, of: Asked, asked: &str) -> Fact {
    Fact::Asked(WorkOrderAskedV1 {
        work_order: offer(1).1,
        question: question(number),
        cycle: Cycle::FIRST,
        department: "logistics".parse().unwrap(),
        of,
        by: wang(),
        at: at(asked),
    })
}

pub(super) fn replied(number: u64, replied: &str) -> Fact {
    Fact::Replied(WorkOrderAnsweredV1 {
        work_order: offer(1).1,
        question: question(number),
        cycle: Cycle::FIRST,
        department: "logistics".parse().unwrap(),
        of: Asked::Desk,
        by: wang(),
        at: at(replied),
    })
}

pub(super) fn judged(number: u16, judged: &str) -> Fact {
    let verdict = Verdict::NotSolved;
    Fact::Judged(CaseJudgedV1 { cycle: cycle(number), verdict, judged_at: at(judged) })
}

fn wang() -> AccountId {
    SeededIds::new(1).id()
}

pub(super) fn held(number: u64, reason: HoldReason, held: &str) -> Fact {
    held_at(number, reason, at(held))
}

pub(super) fn held_at(number: u64, reason: HoldReason, at: Timestamp) -> Fact {
    let (offer, work_order) = offer(number);
    let (cycle, department) = (Cycle::FIRST, "logistics".parse().unwrap());
    let (by, visit_at) = (wang(), None);
    Fact::Held(WorkOrderHeldV1 { work_order, offer, cycle, department, by, reason, visit_at, at })
}

pub(super) fn resumed(number: u64, resumed: &str) -> Fact {
    resumed_at(number, at(resumed))
}

pub(super) fn resumed_at(number: u64, at: Timestamp) -> Fact {
    let (offer, work_order) = offer(number);
    let (cycle, department) = (Cycle::FIRST, "logistics".parse().unwrap());
    let by = wang();
    Fact::Resumed(WorkOrderResumedV1 { work_order, offer, cycle, department, by, at })
}

/// Who holds this post of logistics.
pub(super) fn speaker(post: &str) -> Speaker {
    let posts = [format!("logistics/{post}").parse().unwrap()].into();
    Speaker { account: wang(), posts }
}

fn of_leader(post: &str) -> OfLeader {
    OfLeader { speaker: speaker(post), commitment: None }
}

pub(super) fn ask_extension(until: &str) -> Command {
    let (by, until, reason) = (wang(), at(until), HoldReason::Parts);
    Command::AskExtension(AskExtension { by, until, reason })
}

pub(super) fn approve_extension(post: &str) -> Command {
    Command::ApproveExtension(speaker(post))
}

pub(super) fn refuse_extension(post: &str) -> Command {
    Command::RefuseExtension(speaker(post))
}

pub(super) fn extend(post: &str, until: &str) -> Command {
    Command::Extend(Extend { of: of_leader(post), until: at(until) })
}

pub(super) fn take_over(post: &str) -> Command {
    Command::TakeOver(of_leader(post))
}

pub(super) fn order(post: &str) -> Command {
    Command::Order(of_leader(post))
}

pub(super) fn accept_risk(post: &str, until: &str) -> Command {
    Command::AcceptRisk(AcceptRisk { of: of_leader(post), until: at(until) })
}

pub(super) fn ask_pause(evidence: bool) -> Command {
    Command::AskPause(AskPause { by: wang(), work_order: None, evidence })
}

pub(super) fn approve_pause(post: &str) -> Command {
    Command::ApprovePause(DecidePause { speaker: speaker(post), work_order: None })
}

pub(super) fn refuse_pause(post: &str) -> Command {
    Command::RefusePause(DecidePause { speaker: speaker(post), work_order: None })
}
