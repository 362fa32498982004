use clock::{CallbackId, PersonId, TimerId};
use definitions::Occasion;
use events::{
    DispatchFact, EscalationFact, Fact, IntakeFact,
    escalation::{OrderedV1, RungFiredV1, RungRetractedV1, RungToldV1},
    intake::{self, CaseAcceptedV1, CaseChasedV1, CaseReopenedV1},
    survey::SurveyFact,
    words::{Asked, Commitment, End, HoldReason, Level, PostId, Recipient, Revision},
};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{Addressee, Matter, matter::Incident};

/// What follows from a fact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Heard {
    /// What is known from now on; still nothing until the case was accepted.
    pub(crate) matter: Option<Matter>,
    /// Who is told.
    pub(crate) notices: Vec<Notice>,
}

/// Somebody is to be told something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Notice {
    /// Who.
    pub(crate) to: Addressee,
    /// Of what.
    pub(crate) occasion: Occasion,
    /// What only this fact says.
    pub(crate) particulars: Particulars,
    /// What it says of a rung.
    pub(crate) says: Says,
}

impl Notice {
    /// A post is to be told something of which the case says all.
    pub(crate) fn to_post(post: &PostId, occasion: Occasion) -> Self {
        to_post(post, occasion, Particulars::default())
    }
}

/// What a message says of a rung, so that what nobody heard yet can be called off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Says {
    /// That it fired.
    Raised(Rung),
    /// That it is no longer true.
    CalledOff(Rung),
    /// Something else.
    Other,
}

/// One rung of a clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Rung {
    pub(crate) timer: TimerId,
    pub(crate) promise: u16,
    pub(crate) number: u8,
    pub(crate) round: u16,
}

/// What a fact says that the case does not.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Particulars {
    /// Which promise is late.
    pub(crate) commitment: Option<Commitment>,
    /// When that fell due.
    pub(crate) due: Option<Timestamp>,
    /// By how much it is late.
    pub(crate) late: Option<SignedDuration>,
    /// Which rung is told.
    pub(crate) rung: Option<u8>,
    /// What was promised before.
    pub(crate) before: Option<Timestamp>,
    /// What the work waits for.
    pub(crate) reason: Option<HoldReason>,
    /// How often its requester asked again.
    pub(crate) chases: Option<u16>,
    /// When an incident is expected to be over, if that is still to come.
    pub(crate) expected: Option<Timestamp>,
    /// The callback that a link leads to.
    pub(crate) callback: Option<CallbackId>,
}

/// Takes in a fact, which was decided under `revision`.
pub(crate) fn hear(known: Option<Matter>, fact: &Fact, revision: Revision) -> Heard {
    match (known, fact) {
        (Some(mut matter), fact) => {
            let notices = matter.hear(fact, revision);
            Heard { matter: Some(matter), notices }
        }
        (None, Fact::Intake(IntakeFact::CaseAccepted(accepted))) => {
            let matter = Matter::begin(accepted, revision);
            let notices = matter.taken_in(&matter.reporters, accepted.received_at);
            Heard { matter: Some(matter), notices }
        }
        (None, _) => Heard { matter: None, notices: Vec::new() },
    }
}

impl Matter {
    fn hear(&mut self, fact: &Fact, revision: Revision) -> Vec<Notice> {
        match fact {
            Fact::Intake(fact) => self.hear_intake(fact, revision),
            Fact::Dispatch(fact) => self.hear_dispatch(fact),
            Fact::Escalation(fact) => self.hear_escalation(fact),
            Fact::Survey(fact) => self.hear_survey(fact),
            Fact::Notify(_) | Fact::Definition(_) | Fact::Audit(_) => Vec::new(),
        }
    }

    fn hear_intake(&mut self, fact: &IntakeFact, revision: Revision) -> Vec<Notice> {
        match fact {
            IntakeFact::CaseReopened(reopened) if reopened.cycle > self.cycle => {
                self.reopen(reopened, revision);
                self.to_reporters(Occasion::Reopened)
            }
            // An alarm may have come before the definitions that it was decided by.
            IntakeFact::CaseReopened(CaseReopenedV1 { cycle, .. })
            | IntakeFact::CaseAccepted(CaseAcceptedV1 { cycle, .. })
                if *cycle == self.cycle =>
            {
                self.revision = self.revision.max(revision);
                Vec::new()
            }
            IntakeFact::CaseJoined(joined) => {
                self.reporters.clone_from(&joined.reporters);
                self.taken_in(&joined.joined, joined.at)
            }
            IntakeFact::CaseIncidentUpdated(updated) if updated.cycle == self.cycle => {
                self.learn(&updated.incident, updated.at)
            }
            IntakeFact::CaseClosed(closed) if closed.cycle == self.cycle => match closed.end {
                End::Solved | End::Unreachable | End::Uncalled => self.ends(closed.closed_at),
                // Of these the desk tells who asked.
                End::Withdrawn | End::Duplicate | End::NotOurs | End::Refused | End::Test => {
                    Vec::new()
                }
            },
            IntakeFact::CaseUnjoined(unjoined) => {
                self.reporters.clone_from(&unjoined.reporters);
                Vec::new()
            }
            IntakeFact::CaseUrgencyChanged(changed) if changed.cycle == self.cycle => {
                self.urgency = changed.urgency;
                Vec::new()
            }
            IntakeFact::CaseChased(chased) if chased.cycle == self.cycle => self.chased(chased),
            IntakeFact::CaseReopened(_)
            | IntakeFact::CaseUrgencyChanged(_)
            | IntakeFact::CaseIncidentUpdated(_)
            | IntakeFact::ContactRecorded(_)
            | IntakeFact::CaseAccepted(_)
            | IntakeFact::CaseResolved(_)
            | IntakeFact::CaseClosed(_)
            | IntakeFact::CaseChased(_)
            | IntakeFact::CaseNoted(_) => Vec::new(),
        }
    }

    fn hear_dispatch(&mut self, fact: &DispatchFact) -> Vec<Notice> {
        match fact {
            DispatchFact::WorkOrderOffered(offered) if offered.cycle == self.cycle => {
                self.post = Some(offered.post.clone());
                self.offers = self.offers.saturating_add(1);
                vec![to_post(&offered.post, Occasion::Offered, Particulars::default())]
            }
            DispatchFact::WorkOrderClaimed(claimed) if claimed.cycle == self.cycle => {
                self.to_waiting(Occasion::Claimed, Particulars::default())
            }
            DispatchFact::WorkOrderHeld(held) if held.cycle == self.cycle => {
                let particulars =
                    Particulars { reason: Some(held.reason), ..Particulars::default() };
                self.to_waiting(Occasion::Held, particulars)
            }
            DispatchFact::WorkOrderContained(contained) if contained.cycle == self.cycle => {
                self.to_waiting(Occasion::MadeSafe, Particulars::default())
            }
            DispatchFact::WorkOrderDisputed(disputed) if disputed.cycle == self.cycle => {
                let head = Addressee::HeadOf(disputed.department.clone());
                let (occasion, particulars) = (Occasion::ReturnedTwice, Particulars::default());
                let told = [head, Addressee::Adjudicator];
                told.map(|to| Notice { to, occasion, particulars, says: Says::Other }).to_vec()
            }
            DispatchFact::WorkOrderAsked(asked) if asked.cycle == self.cycle => {
                self.asked(asked.of)
            }
            DispatchFact::WorkOrderAnswered(answered) if answered.cycle == self.cycle => {
                self.answered(answered.of)
            }
            DispatchFact::CaseCompleted(completed) if completed.cycle == self.cycle => {
                self.completed_at = Some(completed.completed_at);
                match self.incident {
                    Some(_) => self.ends(completed.completed_at),
                    None if self.level == Level::Hidden => vec![alarm_ended()],
                    None => self.to_reporters(Occasion::Completed),
                }
            }
            DispatchFact::WorkOrderOffered(_)
            | DispatchFact::WorkOrderAsked(_)
            | DispatchFact::WorkOrderAnswered(_)
            | DispatchFact::WorkOrderClaimed(_)
            | DispatchFact::WorkOrderAssigned(_)
            | DispatchFact::WorkOrderArrived(_)
            | DispatchFact::WorkOrderContained(_)
            | DispatchFact::WorkOrderHeld(_)
            | DispatchFact::WorkOrderResumed(_)
            | DispatchFact::WorkOrderReleased(_)
            | DispatchFact::WorkOrderDisputed(_)
            | DispatchFact::WorkOrderCompleted(_)
            | DispatchFact::WorkOrderCancelled(_)
            | DispatchFact::CaseCompleted(_)
            | DispatchFact::RosterChanged(_)
            | DispatchFact::HandoverUntaken(_) => Vec::new(),
        }
    }

    fn hear_escalation(&mut self, fact: &EscalationFact) -> Vec<Notice> {
        match fact {
            EscalationFact::Armed(armed) => {
                let before = self.arm(armed);
                self.promised_anew(before)
            }
            EscalationFact::PromiseMoved(moved) => {
                let before = self.shift(moved);
                self.promised_anew(before)
            }
            EscalationFact::ClockStopped(stopped) => {
                self.dues.remove(&stopped.timer);
                Vec::new()
            }
            EscalationFact::AtRisk(risk) if risk.cycle == self.cycle => {
                let (commitment, due) = (Some(risk.commitment), Some(risk.due));
                let particulars = Particulars { commitment, due, ..Particulars::default() };
                self.to_holder(Occasion::AtRisk, particulars)
            }
            EscalationFact::RungFired(fired) => {
                [self.late(fired)].into_iter().chain(self.overdue(fired)).collect()
            }
            EscalationFact::RungTold(RungToldV1 { rung, post, cycle, .. })
                if *cycle == self.cycle =>
            {
                let particulars = Particulars { rung: Some(*rung), ..Particulars::default() };
                vec![to_post(post, Occasion::NotSolved, particulars)]
            }
            EscalationFact::Ordered(ordered) if ordered.cycle == self.cycle => {
                self.ordered(ordered)
            }
            EscalationFact::RungRetracted(retracted) if self.is_repaired(retracted) => {
                let RungRetractedV1 { timer, promise, rung, round, .. } = *retracted;
                let particulars = Particulars { rung: Some(rung), ..Particulars::default() };
                let says = Says::CalledOff(Rung { timer, promise, number: rung, round });
                vec![Notice { says, ..to_post(&retracted.post, Occasion::Repaired, particulars) }]
            }
            EscalationFact::AtRisk(_)
            | EscalationFact::RungTold(_)
            | EscalationFact::RungRetracted(_)
            | EscalationFact::ExtensionAsked(_)
            | EscalationFact::ExtensionRefused(_)
            | EscalationFact::PauseAsked(_)
            | EscalationFact::PauseGranted(_)
            | EscalationFact::PauseRefused(_)
            | EscalationFact::Ordered(_)
            | EscalationFact::TakenOver(_)
            | EscalationFact::RiskAccepted(_) => Vec::new(),
        }
    }

    fn hear_survey(&self, fact: &SurveyFact) -> Vec<Notice> {
        match fact {
            SurveyFact::CallbackDue(due) if due.cycle == self.cycle => {
                let callback = Some(due.callback);
                let particulars = Particulars { callback, ..Particulars::default() };
                let notice = |person: &PersonId| to_person(*person, Occasion::Survey, particulars);
                due.linked.iter().map(notice).collect()
            }
            SurveyFact::CallbackDue(_)
            | SurveyFact::CallbackAttempted(_)
            | SurveyFact::CaseAnswered(_)
            | SurveyFact::CallbackWithdrawn(_)
            | SurveyFact::CaseJudged(_) => Vec::new(),
        }
    }

    /// The requester is told that what they were told has moved, until it is done.
    fn promised_anew(&self, before: Option<Timestamp>) -> Vec<Notice> {
        if before.is_none() || self.completed_at.is_some() {
            return Vec::new();
        }
        self.to_waiting(Occasion::Promised, Particulars { before, ..Particulars::default() })
    }

    fn late(&self, fired: &RungFiredV1) -> Notice {
        let rung = Some(fired.rung);
        let particulars = Particulars { rung, ..self.lateness(fired) };
        let RungFiredV1 { timer, promise, rung, round, .. } = *fired;
        let says = Says::Raised(Rung { timer, promise, number: rung, round });
        Notice { says, ..to_post(&fired.post, Occasion::Rung, particulars) }
    }

    /// Who has it hears with the first rung that they are late; their leaders hear of the others.
    fn overdue(&self, fired: &RungFiredV1) -> Vec<Notice> {
        let is_theirs = match fired.commitment {
            Commitment::Accept
            | Commitment::Arrive
            | Commitment::Contain
            | Commitment::Complete
            | Commitment::Answer => fired.cycle == self.cycle,
            Commitment::Reply
            | Commitment::Adjudicate
            | Commitment::FollowUp
            | Commitment::CallBack => false,
        };
        if is_theirs && self.dues.get(&fired.timer) == Some(&fired.planned) {
            self.to_holder(Occasion::Overdue, self.lateness(fired))
        } else {
            Vec::new()
        }
    }

    /// What is late, and by how much.
    fn lateness(&self, fired: &RungFiredV1) -> Particulars {
        // A clock that was armed unheard was due with its first rung, at the latest.
        let due = self.dues.get(&fired.timer).copied().unwrap_or(fired.planned);
        Particulars {
            commitment: Some(fired.commitment),
            due: Some(due),
            late: Some(fired.fired.duration_since(due)),
            ..Particulars::default()
        }
    }

    /// Whoever is asked hears that they are.
    fn asked(&self, of: Asked) -> Vec<Notice> {
        match of {
            Asked::Requester => match &self.to_waiting(Occasion::Asked, Particulars::default())[..]
            {
                // Whoever left no name is asked by the desk, and so is who waits for an incident's end.
                [] => vec![to_desk(Occasion::AskedInside)],
                told => told.to_vec(),
            },
            Asked::Desk => vec![to_desk(Occasion::AskedInside)],
            Asked::Department => self.to_holder(Occasion::AskedInside, Particulars::default()),
        }
    }

    /// Whoever asked hears that there is an answer.
    fn answered(&self, of: Asked) -> Vec<Notice> {
        match of {
            Asked::Requester | Asked::Desk => {
                self.to_holder(Occasion::Answered, Particulars::default())
            }
            Asked::Department => vec![to_desk(Occasion::Answered)],
        }
    }

    /// Who has it hears that its requester asks again, and the second time within a day the head.
    fn chased(&self, chased: &CaseChasedV1) -> Vec<Notice> {
        let particulars = Particulars { chases: Some(chased.chases), ..Particulars::default() };
        let mut notices = self.to_holder(Occasion::Chased, particulars);
        if chased.to_head
            && let Some(post) = &self.post
        {
            let (to, occasion) =
                (Addressee::HeadOf(post.department().clone()), Occasion::ChasedAgain);
            notices.push(Notice { to, occasion, particulars, says: Says::Other });
        }
        notices
    }

    fn ordered(&self, ordered: &OrderedV1) -> Vec<Notice> {
        let particulars = Particulars {
            commitment: Some(ordered.commitment),
            rung: Some(ordered.rung),
            due: self.dues.get(&ordered.timer).copied(),
            ..Particulars::default()
        };
        self.to_holder(Occasion::Ordered, particulars)
    }

    /// Whether a rung is taken back because all is done. A claim or an arrival that was heard late
    /// takes rungs back too, of which nobody may say that it is repaired.
    fn is_repaired(&self, retracted: &RungRetractedV1) -> bool {
        retracted.cycle == self.cycle && self.completed_at == Some(retracted.done_at)
    }

    /// The post that has it; nobody while none does.
    fn to_holder(&self, occasion: Occasion, particulars: Particulars) -> Vec<Notice> {
        self.post.iter().map(|post| to_post(post, occasion, particulars)).collect()
    }

    /// Who reports it, or reports it too, is told that it is accepted; an incident, that it is known,
    /// or over already.
    fn taken_in(&self, reporters: &[PersonId], at: Timestamp) -> Vec<Notice> {
        let (occasion, particulars) = match &self.incident {
            Some(Incident { over_at: Some(_), .. }) => {
                (Occasion::IncidentEnded, Particulars::default())
            }
            Some(Incident { over_at: None, .. }) => (Occasion::IncidentJoined, self.expects(at)),
            None => (Occasion::Accepted, Particulars::default()),
        };
        let notice = |person: &PersonId| to_person(*person, occasion, particulars);
        reporters.iter().map(notice).collect()
    }

    /// When an incident is expected to be over, as far as that is to come.
    fn expects(&self, at: Timestamp) -> Particulars {
        let expected = self.incident.as_ref().and_then(|incident| incident.known.expected_end);
        Particulars { expected: expected.filter(|end| *end > at), ..Particulars::default() }
    }

    /// What is known of an incident has changed; of one that is over nobody is told.
    fn learn(&mut self, known: &intake::Incident, at: Timestamp) -> Vec<Notice> {
        let over_at = self.incident.as_ref().and_then(|incident| incident.over_at);
        self.incident = Some(Incident { known: known.clone(), over_at });
        match over_at {
            Some(_) => Vec::new(),
            None => self.to_reporters_of(Occasion::IncidentChanged, self.expects(at)),
        }
    }

    /// An incident is over, whoever says so first: its work is completed, or it is closed.
    fn ends(&mut self, at: Timestamp) -> Vec<Notice> {
        match &mut self.incident {
            Some(incident) if incident.over_at.is_none() => {
                incident.over_at = Some(at);
                self.to_reporters(Occasion::IncidentEnded)
            }
            Some(_) | None => Vec::new(),
        }
    }

    /// What moves on the way is told to who waits for it; of an incident they wait for the end alone.
    fn to_waiting(&self, occasion: Occasion, particulars: Particulars) -> Vec<Notice> {
        match self.incident {
            Some(_) => Vec::new(),
            None => self.to_reporters_of(occasion, particulars),
        }
    }

    fn to_reporters(&self, occasion: Occasion) -> Vec<Notice> {
        self.to_reporters_of(occasion, Particulars::default())
    }

    fn to_reporters_of(&self, occasion: Occasion, particulars: Particulars) -> Vec<Notice> {
        let notice = |person: &PersonId| to_person(*person, occasion, particulars);
        self.reporters.iter().map(notice).collect()
    }
}

/// What is hidden may end by one of those who handle it, and no list or ladder shows it to the others.
fn alarm_ended() -> Notice {
    let (to, occasion) = (Addressee::Alerted, Occasion::AlarmEnded);
    Notice { to, occasion, particulars: Particulars::default(), says: Says::Other }
}

fn to_person(person: PersonId, occasion: Occasion, particulars: Particulars) -> Notice {
    let to = Addressee::Named(Recipient::Person(person));
    Notice { to, occasion, particulars, says: Says::Other }
}

pub(super) fn to_desk(occasion: Occasion) -> Notice {
    let particulars = Particulars::default();
    Notice { to: Addressee::Desk, occasion, particulars, says: Says::Other }
}

fn to_post(post: &PostId, occasion: Occasion, particulars: Particulars) -> Notice {
    let to = Addressee::Named(Recipient::Post(post.clone()));
    Notice { to, occasion, particulars, says: Says::Other }
}
