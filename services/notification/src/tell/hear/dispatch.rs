use std::mem;

use clock::{AccountId, WorkOrderId};
use definitions::Occasion;
use events::{
    DispatchFact,
    dispatch::{
        CaseCompletedV1, WorkOrderAnsweredV1, WorkOrderAskedV1, WorkOrderAssignedV1,
        WorkOrderCancelledV1, WorkOrderCompletedV1, WorkOrderDisputedV1, WorkOrderHeldV1,
        WorkOrderOfferedV1, WorkOrderReleasedV1,
    },
    words::{Asked, Level, ReleaseCause},
};

use super::{Notice, Particulars, Why, to_account, to_desk, to_head, to_post};
use crate::tell::{Addressee, Matter};

impl Matter {
    pub(super) fn hear_dispatch(&mut self, fact: &DispatchFact) -> Vec<Notice> {
        match fact {
            DispatchFact::WorkOrderOffered(offered) if offered.cycle == self.cycle => {
                self.offered(offered)
            }
            DispatchFact::WorkOrderClaimed(claimed) if claimed.cycle == self.cycle => {
                self.taken(claimed.work_order, claimed.by)
            }
            DispatchFact::WorkOrderAssigned(assigned) if assigned.cycle == self.cycle => {
                self.assigned(assigned)
            }
            DispatchFact::WorkOrderHeld(held) if held.cycle == self.cycle => self.held(held),
            DispatchFact::WorkOrderContained(contained) if contained.cycle == self.cycle => {
                self.contained(contained.work_order)
            }
            DispatchFact::WorkOrderReleased(released) if released.cycle == self.cycle => {
                self.released(released)
            }
            DispatchFact::WorkOrderDisputed(disputed) if disputed.cycle == self.cycle => {
                self.disputed(disputed)
            }
            DispatchFact::WorkOrderAsked(asked) if asked.cycle == self.cycle => self.asked(asked),
            DispatchFact::WorkOrderAnswered(answered) if answered.cycle == self.cycle => {
                self.answered(answered)
            }
            DispatchFact::WorkOrderCompleted(completed) if completed.cycle == self.cycle => {
                self.done(completed)
            }
            DispatchFact::WorkOrderCancelled(cancelled) if cancelled.cycle == self.cycle => {
                self.cancelled(cancelled)
            }
            DispatchFact::CaseCompleted(completed) if completed.cycle == self.cycle => {
                self.completed(completed)
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

    /// Who waits for it hears why it does not go on, or when somebody comes, as they agreed.
    fn held(&mut self, held: &WorkOrderHeldV1) -> Vec<Notice> {
        let occasion = held.visit_at.map_or(Occasion::Held, |_| Occasion::Appointment);
        let (reason, visit) = (Some(held.reason), held.visit_at);
        let particulars = Particulars { reason, visit, ..self.of_order(held.work_order) };
        self.to_waiting(occasion, &particulars)
    }

    /// The post hears that there is work, and, if another department had it, what that was asked and
    /// nobody has answered: it is asked now.
    fn offered(&mut self, offered: &WorkOrderOfferedV1) -> Vec<Notice> {
        let before = self.offer(offered);
        let particulars = Particulars::default().of(Some(&offered.post));
        let work = to_post(&offered.post, Occasion::Offered, particulars.clone());
        let moved = before.is_some_and(|post| post.department() != offered.post.department());
        let open = self.questions.iter().filter(|(_, question)| {
            moved && question.of == Asked::Department && question.work_order == offered.work_order
        });
        let asked = open.map(|(id, _)| {
            let asked = to_post(&offered.post, Occasion::AskedInside, particulars.clone());
            Notice { question: Some(*id), ..asked }
        });
        [work].into_iter().chain(asked).collect()
    }

    /// Who waits for it hears who comes.
    fn taken(&mut self, id: WorkOrderId, by: AccountId) -> Vec<Notice> {
        let particulars = Particulars { handler: Some(by), ..self.of_order(id) };
        if let Some(order) = self.order(id) {
            order.worker = Some(by);
        }
        self.to_waiting(Occasion::Claimed, &particulars)
    }

    /// Who is to do it hears so, unless they said so themselves, and so does who was to do it before.
    fn assigned(&mut self, assigned: &WorkOrderAssignedV1) -> Vec<Notice> {
        let WorkOrderAssignedV1 { work_order, to, by, .. } = *assigned;
        let particulars = self.of_order(work_order);
        let before = self.order(work_order).and_then(|order| order.worker);
        let told = (to != by).then(|| to_account(to, Occasion::Assigned, particulars));
        if before == Some(to) {
            return told.into_iter().collect();
        }
        let relieved = self.relieved(work_order, before, Some(by));
        told.into_iter().chain(relieved).chain(self.taken(work_order, to)).collect()
    }

    /// The head hears that nobody came, and who had it that they need not, unless they gave it back
    /// themselves. The post has it until another does: whoever asks after it meanwhile asks there.
    fn released(&mut self, released: &WorkOrderReleasedV1) -> Vec<Notice> {
        self.name(released.work_order, released.offer);
        let mut told = match released.cause {
            ReleaseCause::Expired => {
                self.unclaimed(released.offer, Why::Unattended).into_iter().collect()
            }
            ReleaseCause::Transferred | ReleaseCause::Returned | ReleaseCause::Reassigned => {
                Vec::new()
            }
        };
        told.extend(self.relieved(released.work_order, released.worker, released.by));
        if let Some(order) = self.order(released.work_order) {
            order.worker = None;
        }
        told
    }

    /// Whoever was to do it hears that they need not, unless they said so themselves.
    fn relieved(
        &mut self,
        id: WorkOrderId,
        worker: Option<AccountId>,
        by: Option<AccountId>,
    ) -> Option<Notice> {
        let particulars = self.of_order(id);
        let worker = worker.filter(|worker| Some(*worker) != by)?;
        Some(to_account(worker, Occasion::Relieved, particulars))
    }

    /// Who reported it hears once that they are safe, when no part of it is dangerous any more.
    fn contained(&mut self, id: WorkOrderId) -> Vec<Notice> {
        let particulars = self.of_order(id);
        if let Some(order) = self.order(id) {
            order.is_safe = true;
        }
        self.made_safe(&particulars)
    }

    /// What was dangerous and is done may leave nothing that is.
    fn done(&mut self, completed: &WorkOrderCompletedV1) -> Vec<Notice> {
        let id = completed.work_order;
        self.next_steps.extend(completed.next_steps.then_some(id));
        let was_danger = self.order(id).is_some_and(|order| !order.is_safe);
        self.done_with(id);
        let is_left = self.orders.as_ref().is_some_and(|orders| !orders.is_empty());
        if was_danger && is_left { self.made_safe(&Particulars::default()) } else { Vec::new() }
    }

    fn made_safe(&mut self, particulars: &Particulars) -> Vec<Notice> {
        if self.has_danger() || mem::replace(&mut self.is_said_safe, true) {
            return Vec::new();
        }
        self.to_waiting(Occasion::MadeSafe, particulars)
    }

    /// Of what went into another work order, both posts hear: the one has more to do, and the other may
    /// be on its way. Its danger goes with it.
    fn cancelled(&mut self, cancelled: &WorkOrderCancelledV1) -> Vec<Notice> {
        let part = self.post_of(cancelled.work_order).cloned();
        let is_safe = self.order(cancelled.work_order).is_none_or(|order| order.is_safe);
        let worker = self.order(cancelled.work_order).and_then(|order| order.worker);
        let particulars = self.of_order(cancelled.work_order);
        self.done_with(cancelled.work_order);
        let Some(merged) = cancelled.merged else {
            // Of what its requester no longer wants, or is closed as another's.
            let to_worker =
                worker.map(|worker| to_account(worker, Occasion::Relieved, particulars.clone()));
            let to_post = part.map(|part| to_post(&part, Occasion::Relieved, particulars));
            return to_worker.or(to_post).into_iter().collect();
        };
        if let Some(rest) = self.order(merged.into) {
            rest.is_safe &= is_safe;
        }
        let rest = self.post_of(merged.into).cloned();
        let (Some(part), Some(rest)) = (part, rest) else { return Vec::new() };
        if part == rest {
            return Vec::new();
        }
        let of = |post| Particulars::default().of(Some(post));
        let given = to_post(&rest, Occasion::PartGiven, of(&part));
        vec![given, to_post(&part, Occasion::PartTaken, of(&rest))]
    }

    fn disputed(&mut self, disputed: &WorkOrderDisputedV1) -> Vec<Notice> {
        if let Some(order) = self.order(disputed.work_order) {
            order.is_disputed = true;
        }
        let (occasion, particulars) = (Occasion::ReturnedTwice, self.of_order(disputed.work_order));
        vec![
            to_head(&disputed.department, occasion, particulars.clone()),
            Notice::new(Addressee::Adjudicator, occasion, particulars),
        ]
    }

    /// Whoever is asked hears that they are.
    fn asked(&mut self, asked: &WorkOrderAskedV1) -> Vec<Notice> {
        let particulars = self.of_order(asked.work_order);
        let inside = Occasion::AskedInside;
        self.ask(asked);
        match asked.of {
            Asked::Requester => match self.to_waiting(Occasion::Asked, &particulars) {
                // Whoever left no name is asked by the desk, and so is who waits for an incident's end.
                none if none.is_empty() => vec![to_desk(inside, particulars)],
                told => told,
            },
            Asked::Desk => vec![to_desk(inside, particulars)],
            Asked::Department => self.to_post_of(asked.work_order, inside, particulars),
            Asked::Head => vec![to_head(&asked.department, inside, particulars)],
        }
    }

    /// The post or the desk that asked hears that there is an answer, and by name who asked for it, unless
    /// they found it themselves.
    fn answered(&mut self, answered: &WorkOrderAnsweredV1) -> Vec<Notice> {
        let particulars = self.of_order(answered.work_order);
        let occasion = Occasion::Answered;
        let mut told = match answered.of {
            Asked::Requester | Asked::Desk | Asked::Head => {
                self.to_post_of(answered.work_order, occasion, particulars.clone())
            }
            Asked::Department => vec![to_desk(occasion, particulars.clone())],
        };
        // One that an earlier release heard of has no name here.
        let asked_by = self.questions.remove(&answered.question).map(|question| question.by);
        let by = asked_by.filter(|by| *by != answered.by);
        told.extend(by.map(|by| to_account(by, occasion, particulars)));
        told
    }

    fn completed(&mut self, completed: &CaseCompletedV1) -> Vec<Notice> {
        self.completed_at = Some(completed.completed_at);
        match self.incident {
            Some(_) => self.ends(completed.completed_at),
            None if self.level == Level::Hidden => vec![alarm_ended()],
            None => {
                let next_steps = self.next_steps.clone();
                let particulars = Particulars { next_steps, ..Particulars::default() };
                self.to_reporters_of(Occasion::Completed, &particulars)
            }
        }
    }

    /// What is said of a work order: who has it.
    pub(super) fn of_order(&mut self, id: WorkOrderId) -> Particulars {
        self.order(id);
        Particulars::default().of(self.post_of(id))
    }
}

/// What is hidden may end by one of those who handle it, and no list or ladder shows it to the others.
fn alarm_ended() -> Notice {
    Notice::new(Addressee::Alerted, Occasion::AlarmEnded, Particulars::default())
}
