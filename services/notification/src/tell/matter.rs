use std::collections::BTreeMap;

use clock::{PersonId, TimerId};
use events::{
    escalation::{ArmedV1, PromiseMovedV1},
    intake::{self, CaseAcceptedV1, CaseReopenedV1, Promise},
    words::{
        CaseNumber, Commitment, Cycle, ItemId, Level, PlaceId, PostId, Revision, Subject, Urgency,
    },
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// What messages say of a case.
///
/// Stored as JSON; a later release adds only optional fields, so that this one reads its rows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Matter {
    /// The definitions whose names and templates are used.
    pub(crate) revision: Revision,
    /// The number that people say.
    pub(crate) number: CaseNumber,
    /// What is asked for.
    pub(crate) item: ItemId,
    /// Where.
    pub(crate) place: PlaceId,
    /// How much haste.
    pub(crate) urgency: Urgency,
    /// Who may see it.
    pub(crate) level: Level,
    /// When it was received.
    pub(crate) received_at: Timestamp,
    /// Who reported it.
    pub(crate) reporters: Vec<PersonId>,
    /// The cycle that runs, or ran last.
    pub(crate) cycle: Cycle,
    /// What its requester was promised for that cycle: to complete, or to answer.
    pub(crate) promise: Option<Promise>,
    /// The post that has it.
    pub(crate) post: Option<PostId>,
    /// How often it was offered in that cycle.
    #[serde(default)]
    pub(crate) offers: u16,
    /// When that cycle was completed.
    pub(crate) completed_at: Option<Timestamp>,
    /// Until when each running clock is promised.
    pub(crate) dues: BTreeMap<TimerId, Timestamp>,
    /// The incident that it is, if it is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) incident: Option<Incident>,
}

/// An incident: its reporters are told where and until when, and that it is over, and nothing between.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Incident {
    /// Where, and until when.
    pub(crate) known: intake::Incident,
    /// When it was over, in the cycle that runs.
    pub(crate) over_at: Option<Timestamp>,
}

impl Matter {
    pub(super) fn begin(accepted: &CaseAcceptedV1, revision: Revision) -> Self {
        Self {
            revision,
            number: accepted.number,
            item: accepted.item.clone(),
            place: accepted.place.clone(),
            urgency: accepted.urgency,
            level: accepted.level,
            received_at: accepted.received_at,
            reporters: accepted.reporters.clone(),
            cycle: accepted.cycle,
            promise: promised(&accepted.promises),
            post: None,
            offers: 0,
            completed_at: None,
            dues: BTreeMap::new(),
            incident: accepted.incident.clone().map(|known| Incident { known, over_at: None }),
        }
    }

    /// Begins another cycle; what was received, and when, stays.
    pub(super) fn reopen(&mut self, reopened: &CaseReopenedV1, revision: Revision) {
        self.revision = revision;
        self.item = reopened.item.clone();
        self.place = reopened.place.clone();
        (self.urgency, self.level) = (reopened.urgency, reopened.level);
        self.reporters.clone_from(&reopened.reporters);
        self.cycle = reopened.cycle;
        self.promise = promised(&reopened.promises);
        (self.post, self.offers, self.completed_at) = (None, 0, None);
        if let Some(incident) = &mut self.incident {
            incident.over_at = None;
        }
    }

    /// A clock is watched; says what was promised before, if that is what the requester was told.
    pub(super) fn arm(&mut self, armed: &ArmedV1) -> Option<Timestamp> {
        let ArmedV1 { timer, subject, commitment, cycle, due, provisional, .. } = *armed;
        self.promise_until(timer, (subject, commitment, cycle), (due, provisional))
    }

    /// The due of a clock has moved, by a pause or with its next promise; says the same.
    pub(super) fn shift(&mut self, moved: &PromiseMovedV1) -> Option<Timestamp> {
        let PromiseMovedV1 { timer, subject, commitment, cycle, new, provisional, .. } = *moved;
        self.promise_until(timer, (subject, commitment, cycle), (new, provisional))
    }

    fn promise_until(
        &mut self,
        timer: TimerId,
        (subject, commitment, cycle): (Subject, Commitment, Cycle),
        (due, provisional): (Timestamp, bool),
    ) -> Option<Timestamp> {
        self.dues.insert(timer, due);
        if let Some(promise) = &mut self.promise
            && (subject, commitment, cycle) == (Subject::Case, promise.commitment, self.cycle)
        {
            let before = promise.due;
            (promise.due, promise.provisional) = (due, provisional);
            return (before != due).then_some(before);
        }
        None
    }
}

/// The promise that the requester was told.
fn promised(promises: &[Promise]) -> Option<Promise> {
    let of = |commitment| promises.iter().find(|promise| promise.commitment == commitment);
    of(Commitment::Complete).or_else(|| of(Commitment::Answer)).cloned()
}
