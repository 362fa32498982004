//! The boards: what all other services tell, as people see it.
//!
//! ```text
//!  INTAKE DISPATCH ESCALATION SURVEY NOTIFY ── a step of the timeline, each
//!                     └───────────────────── and what it changes of the case in lists
//!  DISPATCH, of its roster ── kept: who stands in at which post
//!  DEFINITION ── kept: where a place lies, which posts there are
//! ```

use clock::AccountId;
use definitions::Alert;
use delivery::{Facts, Fault, Locked, Received, Tx};
use events::{
    Envelope, Fact,
    definition::DefinitionFact,
    dispatch::DispatchFact,
    escalation::EscalationFact,
    intake::{CaseJoinedV1, CaseUnjoinedV1, IntakeFact},
    notify::NotifyFact,
    survey::SurveyFact,
    words::{Commitment, Cycle, ItemId, PlaceId, Subject},
};
use jiff::Timestamp;
use revisions::{RevisionError, Revisions};
use uuid::Uuid;

use crate::store::{boards, stand_ins, timeline, work_orders};

/// Projects the facts of others onto the boards.
#[derive(Debug)]
pub(crate) struct Projection {
    pub(crate) revisions: Revisions,
}

impl Facts for Projection {
    async fn apply(
        &self,
        tx: &mut Tx<'_>,
        _: &mut Locked,
        received: Received<'_>,
        _: Timestamp,
    ) -> Result<(), Fault> {
        let Received { envelope, fact } = received;
        match fact {
            Fact::Definition(DefinitionFact::DocumentChanged(change)) => {
                return Ok(revisions::keep(tx, change).await?);
            }
            // No steps of a case: of a contact, its cases speak for themselves; of the desk, dispatch.
            Fact::Intake(IntakeFact::ContactRecorded(_))
            | Fact::Dispatch(DispatchFact::HandoverUntaken(_))
            | Fact::Audit(_) => return Ok(()),
            Fact::Dispatch(DispatchFact::RosterChanged(changed)) => {
                return Ok(stand_ins::keep(tx, changed).await?);
            }
            Fact::Intake(fact) => self.intake(tx, envelope, fact).await?,
            Fact::Dispatch(fact) => dispatch(tx, envelope, fact).await?,
            Fact::Escalation(fact) => escalation(tx, envelope, fact).await?,
            Fact::Survey(_) | Fact::Notify(_) => {}
        }
        let event_type = fact.event_type();
        let what = format!("{}.{}", event_type.aggregate, event_type.what);
        timeline::insert(tx, envelope, &what, actor(fact), &fact.data()?).await?;
        Ok(())
    }
}

impl Projection {
    async fn intake(
        &self,
        tx: &mut Tx<'_>,
        envelope: &Envelope,
        fact: &IntakeFact,
    ) -> Result<(), Fault> {
        let key = envelope.key;
        match fact {
            IntakeFact::ContactRecorded(_)
            | IntakeFact::CaseChased(_)
            | IntakeFact::CaseNoted(_)
            | IntakeFact::CaseReplied(_)
            | IntakeFact::CaseIncidentUpdated(_) => {}
            IntakeFact::CaseAccepted(fact) => {
                let places = self.places(tx, envelope, &fact.place).await?;
                boards::accepted(tx, key, fact, envelope.happened, &places).await?;
                let posts = self.alerted(tx, envelope, &fact.item).await?;
                boards::alerted(tx, key, &posts).await?;
            }
            IntakeFact::CaseReopened(fact) => {
                let places = self.places(tx, envelope, &fact.place).await?;
                boards::reopened(tx, key, fact, &places).await?;
            }
            IntakeFact::CaseJoined(CaseJoinedV1 { reporters, .. })
            | IntakeFact::CaseUnjoined(CaseUnjoinedV1 { reporters, .. }) => {
                boards::reported(tx, key, reporters).await?;
            }
            IntakeFact::CaseUrgencyChanged(fact) => boards::hurried(tx, key, fact).await?,
            IntakeFact::CaseResolved(fact) => boards::resolved(tx, key, fact).await?,
            IntakeFact::CaseClosed(fact) => boards::closed(tx, key, fact).await?,
        }
        Ok(())
    }

    /// Who handles a case if it is an alarm, as of its definitions; nobody, for a release that does not
    /// understand them.
    async fn alerted(
        &self,
        tx: &mut Tx<'_>,
        envelope: &Envelope,
        item: &ItemId,
    ) -> Result<Vec<String>, Fault> {
        match self.revisions.rules(tx, envelope.revision).await {
            Ok(rules) => {
                let posts = rules.alert(item).into_iter().flat_map(Alert::posts);
                Ok(posts.map(ToString::to_string).collect())
            }
            Err(error @ RevisionError::Database(_)) => Err(error.into()),
            Err(RevisionError::Unknown(_) | RevisionError::NotUnderstood { .. }) => Ok(Vec::new()),
        }
    }

    /// The place and each one that it lies in, as of the case's definitions. A release that does
    /// not understand them shows the case at its place alone.
    async fn places(
        &self,
        tx: &mut Tx<'_>,
        envelope: &Envelope,
        place: &PlaceId,
    ) -> Result<Vec<String>, Fault> {
        let path: Vec<_> = match self.revisions.rules(tx, envelope.revision).await {
            Ok(rules) => rules.path(place).map(|place| place.id.to_string()).collect(),
            Err(error @ RevisionError::Database(_)) => return Err(error.into()),
            Err(RevisionError::Unknown(_) | RevisionError::NotUnderstood { .. }) => Vec::new(),
        };
        Ok(if path.is_empty() { vec![place.to_string()] } else { path })
    }
}

async fn dispatch(
    tx: &mut Tx<'_>,
    envelope: &Envelope,
    fact: &DispatchFact,
) -> Result<(), sqlx::Error> {
    let key = envelope.key;
    match fact {
        DispatchFact::WorkOrderOffered(fact) => work_orders::offered(tx, key, fact).await,
        DispatchFact::WorkOrderClaimed(fact) => {
            work_orders::taken(tx, (key, fact.work_order), fact.by, "claimed").await
        }
        DispatchFact::WorkOrderAssigned(fact) => {
            work_orders::taken(tx, (key, fact.work_order), fact.to, "assigned").await
        }
        DispatchFact::WorkOrderArrived(fact) => {
            work_orders::works(tx, (key, fact.work_order), "in-progress").await
        }
        DispatchFact::WorkOrderContained(fact) => {
            work_orders::works(tx, (key, fact.work_order), "contained").await
        }
        DispatchFact::WorkOrderHeld(fact) => {
            work_orders::held(tx, (key, fact.work_order), Some(fact.reason)).await
        }
        DispatchFact::WorkOrderResumed(fact) => {
            work_orders::held(tx, (key, fact.work_order), None).await
        }
        DispatchFact::WorkOrderDisputed(fact) => {
            work_orders::disputed(tx, (key, fact.work_order)).await
        }
        DispatchFact::WorkOrderCompleted(fact) => {
            work_orders::works(tx, (key, fact.work_order), "completed").await
        }
        DispatchFact::WorkOrderCancelled(fact) => {
            work_orders::works(tx, (key, fact.work_order), "cancelled").await
        }
        // What comes right after a release says who has it: an offer, or a dispute.
        DispatchFact::WorkOrderReleased(_)
        | DispatchFact::WorkOrderAsked(_)
        | DispatchFact::WorkOrderAnswered(_)
        | DispatchFact::CaseCompleted(_)
        | DispatchFact::RosterChanged(_)
        | DispatchFact::HandoverUntaken(_) => Ok(()),
    }
}

async fn escalation(
    tx: &mut Tx<'_>,
    envelope: &Envelope,
    fact: &EscalationFact,
) -> Result<(), sqlx::Error> {
    let key = envelope.key;
    match fact {
        EscalationFact::Armed(fact) => {
            let of = (fact.subject, fact.commitment, fact.cycle);
            promised(tx, key, of, fact.due, fact.provisional).await
        }
        EscalationFact::RungFired(fact) => {
            boards::rung_told(tx, key, fact.cycle, fact.rung, &fact.post).await
        }
        EscalationFact::RungTold(fact) => {
            boards::rung_told(tx, key, fact.cycle, fact.rung, &fact.post).await
        }
        EscalationFact::PromiseMoved(fact) => {
            let of = (fact.subject, fact.commitment, fact.cycle);
            promised(tx, key, of, fact.new, fact.provisional).await
        }
        EscalationFact::ClockStopped(fact) => match (fact.subject, fact.commitment) {
            (Subject::Case, Commitment::FollowUp) => {
                boards::follows_up(tx, key, fact.cycle, None).await
            }
            (
                Subject::Case | Subject::Offer(_) | Subject::WorkOrder(_) | Subject::Question(_),
                _,
            ) => Ok(()),
        },
        // Whoever is to decide may see what they decide on.
        EscalationFact::ExtensionAsked(fact) => {
            boards::rung_told(tx, key, fact.cycle, 0, &fact.approver).await
        }
        EscalationFact::PauseAsked(fact) => {
            boards::rung_told(tx, key, fact.cycle, 0, &fact.approver).await
        }
        EscalationFact::AtRisk(_)
        | EscalationFact::RungRetracted(_)
        | EscalationFact::ExtensionRefused(_)
        | EscalationFact::PauseGranted(_)
        | EscalationFact::PauseRefused(_)
        | EscalationFact::Ordered(_)
        | EscalationFact::TakenOver(_)
        | EscalationFact::RiskAccepted(_) => Ok(()),
    }
}

/// What whoever reported a case waits for has a time, or another.
async fn promised(
    tx: &mut Tx<'_>,
    key: Uuid,
    (subject, commitment, cycle): (Subject, Commitment, Cycle),
    due: Timestamp,
    provisional: bool,
) -> Result<(), sqlx::Error> {
    match (subject, commitment) {
        (Subject::Case, Commitment::Complete | Commitment::Answer) => {
            boards::promised(tx, key, cycle, due, provisional).await
        }
        (Subject::Case, Commitment::FollowUp) => {
            boards::follows_up(tx, key, cycle, Some(due)).await
        }
        (Subject::Case | Subject::Offer(_) | Subject::WorkOrder(_) | Subject::Question(_), _) => {
            Ok(())
        }
    }
}

/// The account that did it; services and clocks are none.
fn actor(fact: &Fact) -> Option<AccountId> {
    match fact {
        Fact::Intake(IntakeFact::CaseAccepted(fact)) => Some(fact.first_receiver),
        Fact::Intake(IntakeFact::ContactRecorded(fact)) => Some(fact.first_receiver),
        Fact::Intake(IntakeFact::CaseChased(fact)) => fact.by,
        Fact::Intake(IntakeFact::CaseNoted(fact)) => fact.by,
        Fact::Intake(IntakeFact::CaseReplied(fact)) => Some(fact.by),
        Fact::Intake(IntakeFact::CaseJoined(fact)) => fact.by,
        Fact::Intake(IntakeFact::CaseUnjoined(fact)) => fact.by,
        Fact::Intake(IntakeFact::CaseUrgencyChanged(fact)) => fact.by,
        Fact::Intake(IntakeFact::CaseIncidentUpdated(fact)) => fact.by,
        Fact::Dispatch(fact) => worker(fact),
        Fact::Escalation(EscalationFact::PromiseMoved(fact)) => fact.by,
        Fact::Escalation(EscalationFact::ExtensionAsked(fact)) => Some(fact.by),
        Fact::Escalation(EscalationFact::ExtensionRefused(fact)) => Some(fact.by),
        Fact::Escalation(EscalationFact::PauseGranted(fact)) => fact.by,
        Fact::Escalation(EscalationFact::PauseRefused(fact)) => fact.by,
        Fact::Escalation(EscalationFact::Ordered(fact)) => Some(fact.by),
        Fact::Escalation(EscalationFact::TakenOver(fact)) => Some(fact.by),
        Fact::Escalation(EscalationFact::RiskAccepted(fact)) => Some(fact.by),
        Fact::Survey(SurveyFact::CallbackAttempted(fact)) => Some(fact.by),
        Fact::Survey(SurveyFact::CaseAnswered(fact)) => fact.by,
        Fact::Notify(NotifyFact::Acknowledged(fact)) => Some(fact.by),
        Fact::Notify(NotifyFact::Phoned(fact)) => Some(fact.by),
        Fact::Notify(NotifyFact::AlarmAcknowledged(fact)) => Some(fact.by),
        Fact::Intake(IntakeFact::CaseReopened(fact)) => fact.by,
        Fact::Intake(IntakeFact::CaseClosed(fact)) => fact.by,
        Fact::Intake(IntakeFact::CaseResolved(_))
        | Fact::Escalation(
            EscalationFact::Armed(_)
            | EscalationFact::RungFired(_)
            | EscalationFact::AtRisk(_)
            | EscalationFact::RungRetracted(_)
            | EscalationFact::RungTold(_)
            | EscalationFact::ClockStopped(_)
            | EscalationFact::PauseAsked(_),
        )
        | Fact::Survey(
            SurveyFact::CallbackDue(_)
            | SurveyFact::CallbackWithdrawn(_)
            | SurveyFact::CaseJudged(_),
        )
        | Fact::Notify(NotifyFact::CaseTold(_) | NotifyFact::Unheard(_))
        | Fact::Definition(_)
        | Fact::Audit(_) => None,
    }
}

fn worker(fact: &DispatchFact) -> Option<AccountId> {
    match fact {
        DispatchFact::WorkOrderClaimed(fact) => Some(fact.by),
        DispatchFact::WorkOrderArrived(fact) => Some(fact.by),
        DispatchFact::WorkOrderAssigned(fact) => Some(fact.by),
        DispatchFact::WorkOrderContained(fact) => Some(fact.by),
        DispatchFact::WorkOrderHeld(fact) => Some(fact.by),
        DispatchFact::WorkOrderResumed(fact) => Some(fact.by),
        DispatchFact::WorkOrderReleased(fact) => fact.by,
        DispatchFact::WorkOrderAsked(fact) => Some(fact.by),
        DispatchFact::WorkOrderAnswered(fact) => Some(fact.by),
        DispatchFact::WorkOrderCompleted(fact) => Some(fact.by),
        DispatchFact::WorkOrderOffered(fact) => fact.split.map(|split| split.by),
        DispatchFact::WorkOrderCancelled(fact) => fact.merged.map(|merged| merged.by),
        DispatchFact::WorkOrderDisputed(_)
        | DispatchFact::CaseCompleted(_)
        | DispatchFact::RosterChanged(_)
        | DispatchFact::HandoverUntaken(_) => None,
    }
}
