use std::collections::BTreeSet;

use clock::PersonId;
use definitions::Occasion;
use events::{
    IntakeFact,
    intake::{
        self, CaseAcceptedV1, CaseChasedV1, CaseReopenedV1, CaseRepliedV1, CaseUrgencyChangedV1,
    },
    words::{DepartmentId, End, PostId, Revision},
};
use jiff::Timestamp;

use super::{Notice, Particulars, to_head, to_people};
use crate::tell::{
    Addressee, Matter,
    matter::{Incident, promised},
};

impl Matter {
    pub(super) fn hear_intake(&mut self, fact: &IntakeFact, revision: Revision) -> Vec<Notice> {
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
                self.hurry(changed)
            }
            IntakeFact::CaseChased(chased) if chased.cycle == self.cycle => self.chased(chased),
            IntakeFact::CaseReplied(replied) if replied.cycle == self.cycle => {
                self.replied(replied)
            }
            IntakeFact::CaseReopened(_)
            | IntakeFact::CaseUrgencyChanged(_)
            | IntakeFact::CaseIncidentUpdated(_)
            | IntakeFact::ContactRecorded(_)
            | IntakeFact::CaseAccepted(_)
            | IntakeFact::CaseResolved(_)
            | IntakeFact::CaseClosed(_)
            | IntakeFact::CaseChased(_)
            | IntakeFact::CaseReplied(_)
            | IntakeFact::CaseNoted(_) => Vec::new(),
        }
    }

    /// Who reported it hears that there is an answer, and when the next one comes; it is for their eyes
    /// alone, and so in the case and not in the message.
    fn replied(&mut self, replied: &CaseRepliedV1) -> Vec<Notice> {
        let due = replied.next.as_ref().map(|next| next.due);
        self.answers = replied.department.clone().filter(|_| due.is_some());
        let occasion = if due.is_some() { Occasion::RepliedForNow } else { Occasion::Replied };
        self.to_reporters_of(occasion, &Particulars { due, ..Particulars::default() })
    }

    /// Who has it hears that there is more haste, and who decides whose it is that they are to do so within
    /// minutes: another may be, the sooner it must be.
    fn hurry(&mut self, changed: &CaseUrgencyChangedV1) -> Vec<Notice> {
        self.urgency = changed.urgency;
        if changed.urgency <= changed.before {
            return Vec::new();
        }
        // The clocks follow; until when it is promised now is said here already.
        let due = promised(&changed.promises).map(|promise| promise.due);
        let particulars = Particulars { due, ..Particulars::default() };
        let mut notices = self.to_holders(Occasion::Raised, &particulars);
        let disputed = self.orders.iter().flatten().filter(|(_, order)| order.is_disputed);
        notices.extend(disputed.map(|(_, order)| {
            let particulars = particulars.clone().of(Some(&order.post));
            Notice::new(Addressee::Adjudicator, Occasion::ReturnedTwice, particulars)
        }));
        notices
    }

    /// Who has it hears that its requester asks again, and the second time within a day their heads.
    fn chased(&self, chased: &CaseChasedV1) -> Vec<Notice> {
        let particulars = Particulars { chases: Some(chased.chases), ..Particulars::default() };
        let mut notices = self.to_holders(Occasion::Chased, &particulars);
        if chased.to_head {
            let heads: BTreeSet<&DepartmentId> =
                self.posts().into_iter().map(PostId::department).collect();
            let again = |head| to_head(head, Occasion::ChasedAgain, particulars.clone());
            notices.extend(heads.into_iter().map(again));
        }
        notices
    }

    /// Who reports it, or reports it too, is told that it is accepted; an incident, that it is known,
    /// or over already.
    pub(super) fn taken_in(&self, reporters: &[PersonId], at: Timestamp) -> Vec<Notice> {
        let (occasion, particulars) = match &self.incident {
            Some(Incident { over_at: Some(_), .. }) => {
                (Occasion::IncidentEnded, Particulars::default())
            }
            Some(Incident { over_at: None, .. }) => (Occasion::IncidentJoined, self.expects(at)),
            None => (Occasion::Accepted, Particulars::default()),
        };
        to_people(reporters, occasion, &particulars)
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
            None => self.to_reporters_of(Occasion::IncidentChanged, &self.expects(at)),
        }
    }

    /// An incident is over, whoever says so first: its work is completed, or it is closed.
    pub(super) fn ends(&mut self, at: Timestamp) -> Vec<Notice> {
        match &mut self.incident {
            Some(incident) if incident.over_at.is_none() => {
                incident.over_at = Some(at);
                self.to_reporters(Occasion::IncidentEnded)
            }
            Some(_) | None => Vec::new(),
        }
    }
}
