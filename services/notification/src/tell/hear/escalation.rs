use std::mem;

use clock::OfferId;
use definitions::Occasion;
use events::{
    EscalationFact,
    escalation::{
        AtRiskV1, ExtensionAskedV1, OrderedV1, PauseAskedV1, PauseGrantedV1, PauseRefusedV1,
        PromiseMovedV1, RungFiredV1, RungRetractedV1, RungToldV1,
    },
    words::{Asked, Commitment, MoveCause, PostId, Subject},
};

use super::{Notice, Particulars, Rung, Says, Whose, Why, to_desk, to_head, to_post};
use crate::tell::Matter;

impl Matter {
    pub(super) fn hear_escalation(&mut self, fact: &EscalationFact) -> Vec<Notice> {
        match fact {
            EscalationFact::Armed(armed) => {
                self.arm(armed);
                Vec::new()
            }
            EscalationFact::PromiseMoved(moved) => self.moved(moved),
            EscalationFact::ClockStopped(stopped) => {
                self.dues.remove(&stopped.timer);
                Vec::new()
            }
            EscalationFact::AtRisk(risk) if risk.cycle == self.cycle => self.at_risk(risk),
            EscalationFact::RungFired(fired) => self.fired(fired),
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
            EscalationFact::PauseAsked(asked) if asked.cycle == self.cycle => {
                vec![self.pause_asked(asked)]
            }
            EscalationFact::PauseGranted(granted) if granted.cycle == self.cycle => {
                self.pause_granted(granted)
            }
            EscalationFact::PauseRefused(refused) if refused.cycle == self.cycle => {
                self.pause_refused(refused)
            }
            EscalationFact::ExtensionAsked(asked) if asked.cycle == self.cycle => {
                vec![extension_asked(asked)]
            }
            EscalationFact::ExtensionRefused(refused) if refused.cycle == self.cycle => {
                let (reason, due) = (refused.reason, Some(refused.due));
                let particulars = Particulars { due, reason, ..Particulars::default() };
                self.to_holders(Occasion::ExtensionRefused, &particulars)
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

    /// The requester is told that what they were told has moved, and why, until it is done; who asked
    /// for more time, that they have it.
    fn moved(&mut self, moved: &PromiseMovedV1) -> Vec<Notice> {
        let before = self.shift(moved);
        let (Some(before), None) = (before, self.completed_at) else { return Vec::new() };
        let PromiseMovedV1 { new, why: cause, reason, .. } = *moved;
        let why = Some(Why::Moved { cause, reason, is_sooner: new < before });
        let before = Some(before);
        let particulars = Particulars { before, reason, why, ..Particulars::default() };
        let mut notices = self.to_waiting(Occasion::Promised, &particulars);
        if cause == MoveCause::Extension {
            notices.extend(self.to_holders(Occasion::ExtensionGranted, &particulars));
        }
        notices
    }

    fn at_risk(&self, risk: &AtRiskV1) -> Vec<Notice> {
        let (commitment, due) = (Some(risk.commitment), Some(risk.due));
        let why = Some(Why::AtRisk(risk.commitment));
        let particulars = Particulars { commitment, due, why, ..Particulars::default() };
        self.to_owing((risk.subject, risk.commitment), Occasion::AtRisk, &particulars)
    }

    /// A leader hears that it is late; and with the first rung who has the work, and of what nobody took
    /// in time the head. Where that is the leader who was told, they are told once: by one event nobody
    /// is told twice.
    fn fired(&mut self, fired: &RungFiredV1) -> Vec<Notice> {
        let late = self.late(fired);
        if self.dues.get(&fired.timer) != Some(&fired.planned) {
            return vec![late];
        }
        let overdue = self.overdue(fired);
        let unclaimed = match fired.subject {
            Subject::Offer(offer) => self.unclaimed(offer, Why::Unclaimed),
            Subject::Case | Subject::WorkOrder(_) | Subject::Question(_) => None,
        };
        [late].into_iter().chain(overdue).chain(unclaimed).collect()
    }

    fn late(&self, fired: &RungFiredV1) -> Notice {
        let whose = if fired.commitment == Commitment::FollowUp {
            Some(self.answering().cloned().map_or(Whose::Desk, Whose::WorkIn))
        } else {
            self.whose(fired.subject)
        };
        let particulars = Particulars { rung: Some(fired.rung), whose, ..self.lateness(fired) };
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
            | Commitment::Answer
            | Commitment::FollowUp => fired.cycle == self.cycle,
            Commitment::Reply | Commitment::Adjudicate | Commitment::CallBack => false,
        };
        if is_theirs {
            let owed = (fired.subject, fired.commitment);
            self.to_owing(owed, Occasion::Overdue, &self.lateness(fired))
        } else {
            Vec::new()
        }
    }

    /// The head hears at once of an offer to a post where nobody is at work.
    pub(crate) fn uncovered(&mut self, offer: OfferId) -> Option<Notice> {
        self.unclaimed(offer, Why::Uncovered)
    }

    /// The head of whom it was offered to hears once of an offer that nobody took it, or came.
    pub(super) fn unclaimed(&mut self, offer: OfferId, why: Why) -> Option<Notice> {
        let order = self.offered_by(offer)?;
        if mem::replace(&mut order.is_head_told, true) {
            return None;
        }
        let particulars = Particulars { why: Some(why), ..Particulars::default() };
        let particulars = particulars.of(Some(&order.post));
        Some(to_head(order.post.department(), Occasion::Unclaimed, particulars))
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

    fn ordered(&self, ordered: &OrderedV1) -> Vec<Notice> {
        let particulars = Particulars {
            commitment: Some(ordered.commitment),
            rung: Some(ordered.rung),
            due: self.dues.get(&ordered.timer).copied(),
            ..Particulars::default()
        };
        self.to_holders(Occasion::Ordered, &particulars)
    }

    /// Whether a rung is taken back because all is done. A claim or an arrival that was heard late
    /// takes rungs back too, of which nobody may say that it is repaired.
    fn is_repaired(&self, retracted: &RungRetractedV1) -> bool {
        retracted.cycle == self.cycle && self.completed_at == Some(retracted.done_at)
    }

    /// Who decides hears that they are asked.
    fn pause_asked(&mut self, asked: &PauseAskedV1) -> Notice {
        let of_order = self.of_order(asked.work_order);
        let particulars = Particulars { reason: Some(asked.reason), ..of_order };
        to_post(&asked.approver, Occasion::PauseAsked, particulars)
    }

    /// The post whose work waits hears what became of its clocks, whoever decided it: a hold asks by
    /// itself.
    fn pause_granted(&mut self, granted: &PauseGrantedV1) -> Vec<Notice> {
        let (reason, until) = (Some(granted.reason), Some(granted.until));
        let of_order = self.of_order(granted.work_order);
        let particulars = Particulars { reason, until, ..of_order };
        self.to_post_of(granted.work_order, Occasion::PauseGranted, particulars)
    }

    fn pause_refused(&mut self, refused: &PauseRefusedV1) -> Vec<Notice> {
        let (reason, why) = (Some(refused.reason), Some(Why::Unpaused(refused.cause)));
        let of_order = self.of_order(refused.work_order);
        let particulars = Particulars { reason, why, ..of_order };
        self.to_post_of(refused.work_order, Occasion::PauseRefused, particulars)
    }

    /// Who is to do what a clock runs for: whoever has it. An answer is owed by who promised it.
    fn to_owing(
        &self,
        (subject, commitment): (Subject, Commitment),
        occasion: Occasion,
        with: &Particulars,
    ) -> Vec<Notice> {
        if commitment != Commitment::FollowUp {
            return self.to_whose(subject, occasion, with);
        }
        let Some(department) = self.answering() else {
            let particulars = Particulars { whose: Some(Whose::Desk), ..with.clone() };
            return vec![to_desk(occasion, particulars)];
        };
        let notice = |post: &PostId| to_post(post, occasion, with.clone().of(Some(post)));
        self.posts_in(department).map(notice).collect()
    }

    /// Who has what a clock runs for: of a case all who have work of it, and of a question nobody, for
    /// whoever is asked has a list of them.
    fn to_whose(&self, subject: Subject, occasion: Occasion, with: &Particulars) -> Vec<Notice> {
        let notice = |post: &PostId| to_post(post, occasion, with.clone().of(Some(post)));
        match subject {
            Subject::Case => self.to_holders(occasion, with),
            Subject::Offer(offer) => self.post_offered(offer).map(notice).into_iter().collect(),
            Subject::WorkOrder(order) => self.post_of(order).map(notice).into_iter().collect(),
            Subject::Question(_) => Vec::new(),
        }
    }

    /// Whose it is that something is late; of the case as a whole all who have work of it.
    fn whose(&self, subject: Subject) -> Option<Whose> {
        let post = |post: Option<&PostId>| post.cloned().map(Whose::Post);
        match subject {
            Subject::Case => None,
            Subject::Offer(offer) => post(self.post_offered(offer)),
            Subject::WorkOrder(order) => post(self.post_of(order)),
            // Whoever has the work may be who asked.
            Subject::Question(question) => {
                let owed = self.questions.get(&question).and_then(|question| match question.of {
                    Asked::Desk => Some(Whose::Desk),
                    Asked::Department => post(self.post_of(question.work_order)),
                    Asked::Head => {
                        let post = self.post_of(question.work_order);
                        post.map(|post| Whose::HeadOf(post.department().clone()))
                    }
                    Asked::Requester => None,
                });
                Some(owed.unwrap_or(Whose::Unknown))
            }
        }
    }
}

/// Who decides hears that they are asked.
fn extension_asked(asked: &ExtensionAskedV1) -> Notice {
    let particulars = Particulars {
        due: Some(asked.due),
        until: Some(asked.until),
        reason: Some(asked.reason),
        ..Particulars::default()
    };
    to_post(&asked.approver, Occasion::ExtensionAsked, particulars)
}
