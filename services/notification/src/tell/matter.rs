use std::collections::{BTreeMap, BTreeSet};

use clock::{AccountId, OfferId, PersonId, QuestionId, TimerId, WorkOrderId};
use events::{
    dispatch::{WorkOrderAskedV1, WorkOrderOfferedV1},
    escalation::{ArmedV1, PromiseMovedV1},
    intake::{self, CaseAcceptedV1, CaseReopenedV1, Promise},
    words::{
        Asked, CaseNumber, Commitment, Cycle, DepartmentId, ItemId, Level, PlaceId, PostId,
        Revision, Subject, Urgency,
    },
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// What messages say of a case.
///
/// Stored as JSON; a later release adds only optional fields, so that this one reads its rows. An
/// earlier release leaves out what it does not know: while both run, a case that was split may be known by
/// the work order alone that was offered last.
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
    /// The post that it was offered to last, of whichever work order: all that an earlier release knows.
    pub(crate) post: Option<PostId>,
    /// The work orders of that cycle that are not done; none are known of what an earlier release wrote.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) orders: Option<BTreeMap<WorkOrderId, Order>>,
    /// The questions of that cycle that nobody has answered.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) questions: BTreeMap<QuestionId, Question>,
    /// The department that has promised the next answer to its reporters; absent if none has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) answers: Option<DepartmentId>,
    /// Its reporters were told in that cycle that they are safe.
    #[serde(default)]
    pub(crate) is_said_safe: bool,
    /// How often it was offered in that cycle.
    #[serde(default)]
    pub(crate) offers: u16,
    /// Its work orders that were completed with a word on what comes next.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) next_steps: Vec<WorkOrderId>,
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

/// A work order that is not done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Order {
    /// The post that it was offered to last: it has it, or nobody does.
    pub(crate) post: PostId,
    /// By which offer, if that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) offer: Option<OfferId>,
    /// Who is to do it, if somebody is; nobody is known of what an earlier release wrote.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) worker: Option<AccountId>,
    /// The head was told that nobody took that offer, or came.
    #[serde(default)]
    pub(crate) is_head_told: bool,
    /// It was refused twice, and nobody has decided since whose it is.
    #[serde(default)]
    pub(crate) is_disputed: bool,
    /// Its danger is over.
    #[serde(default)]
    pub(crate) is_safe: bool,
}

/// A question that nobody has answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Question {
    /// Who is asked.
    pub(crate) of: Asked,
    /// Who asks.
    pub(crate) by: AccountId,
    /// In which work order.
    pub(crate) work_order: WorkOrderId,
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
            orders: None,
            questions: BTreeMap::new(),
            answers: None,
            offers: 0,
            is_said_safe: false,
            next_steps: Vec::new(),
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
        (self.orders, self.questions, self.answers) = (None, BTreeMap::new(), None);
        self.is_said_safe = false;
        self.next_steps = Vec::new();
        if let Some(incident) = &mut self.incident {
            incident.over_at = None;
        }
    }

    /// The posts that have work of it, each once.
    pub(crate) fn posts(&self) -> BTreeSet<&PostId> {
        match &self.orders {
            Some(orders) => orders.values().map(|order| &order.post).collect(),
            None => self.post.iter().collect(),
        }
    }

    /// Those of a department.
    pub(crate) fn posts_in(&self, department: &DepartmentId) -> impl Iterator<Item = &PostId> {
        self.posts().into_iter().filter(move |post| post.department() == department)
    }

    /// The department that owes its reporters the next answer, for it promised that and has work of it; if
    /// there is none, the desk does.
    pub(super) fn answering(&self) -> Option<&DepartmentId> {
        self.answers.as_ref().filter(|department| self.posts_in(department).next().is_some())
    }

    /// The post that has a work order.
    pub(crate) fn post_of(&self, id: WorkOrderId) -> Option<&PostId> {
        match &self.orders {
            Some(orders) => orders.get(&id).map(|order| &order.post),
            None => self.post.as_ref(),
        }
    }

    /// The post that an offer was made to.
    pub(super) fn post_offered(&self, offer: OfferId) -> Option<&PostId> {
        match &self.orders {
            Some(orders) => {
                let mut orders = orders.values();
                orders.find(|order| order.is_by(offer)).map(|order| &order.post)
            }
            None => self.post.as_ref(),
        }
    }

    /// The work order that an offer is of, if that offer is its last.
    pub(super) fn offered_by(&mut self, offer: OfferId) -> Option<&mut Order> {
        self.orders.as_mut()?.values_mut().find(|order| order.is_by(offer))
    }

    /// A work order is offered; says which post had it before.
    pub(super) fn offer(&mut self, offered: &WorkOrderOfferedV1) -> Option<PostId> {
        // An earlier release kept what it is a part of without its name.
        if let Some(split) = offered.split {
            self.order(split.from);
        }
        self.post = Some(offered.post.clone());
        self.offers = self.offers.saturating_add(1);
        let (post, offer) = (offered.post.clone(), Some(offered.offer));
        let order = Order { offer, ..Order::at(post) };
        let before = self.orders.get_or_insert_default().insert(offered.work_order, order);
        before.map(|order| order.post)
    }

    /// The work order that a fact is about. The one that an earlier release kept without its name is
    /// the first that is named.
    pub(super) fn order(&mut self, id: WorkOrderId) -> Option<&mut Order> {
        if self.orders.is_none()
            && let Some(post) = self.post.clone()
        {
            self.orders = Some([(id, Order::at(post))].into());
        }
        self.orders.as_mut()?.get_mut(&id)
    }

    /// A fact names a work order and its last offer.
    pub(super) fn name(&mut self, id: WorkOrderId, offer: OfferId) {
        if let Some(order) = self.order(id) {
            order.offer.get_or_insert(offer);
        }
    }

    /// Whether work that is not done is not safe yet, as far as it is known.
    pub(super) fn has_danger(&self) -> bool {
        self.orders.iter().flatten().any(|(_, order)| !order.is_safe)
    }

    /// Whether it is this work order of which somebody was to decide whose it is.
    pub(crate) fn is_disputed(&self, id: WorkOrderId) -> bool {
        match &self.orders {
            Some(orders) => orders.get(&id).is_some_and(|order| order.is_disputed),
            None => true,
        }
    }

    /// Nobody has this work order any more.
    pub(super) fn done_with(&mut self, id: WorkOrderId) {
        self.order(id);
        if let Some(orders) = &mut self.orders {
            orders.remove(&id);
        }
    }

    /// Somebody is asked something.
    pub(super) fn ask(&mut self, asked: &WorkOrderAskedV1) {
        let WorkOrderAskedV1 { question, of, by, work_order, .. } = *asked;
        self.questions.insert(question, Question { of, by, work_order });
    }

    /// A clock is watched, or has its next promise. If that is another one than its requester was told,
    /// the next fact says so, and why.
    pub(super) fn arm(&mut self, armed: &ArmedV1) {
        self.dues.insert(armed.timer, armed.due);
        let told = self.told(armed.subject, armed.commitment, armed.cycle);
        if let Some(promise) = told.filter(|promise| promise.due == armed.due) {
            promise.provisional = armed.provisional;
        }
    }

    /// A clock is due at another time; says what was promised before, if that is what the requester was
    /// told.
    pub(super) fn shift(&mut self, moved: &PromiseMovedV1) -> Option<Timestamp> {
        self.dues.insert(moved.timer, moved.new);
        let promise = self.told(moved.subject, moved.commitment, moved.cycle)?;
        let before = promise.due;
        (promise.due, promise.provisional) = (moved.new, moved.provisional);
        (before != moved.new).then_some(before)
    }

    /// What its requester was promised, if it is this.
    fn told(&mut self, subject: Subject, what: Commitment, cycle: Cycle) -> Option<&mut Promise> {
        let runs = (subject, cycle) == (Subject::Case, self.cycle);
        self.promise.as_mut().filter(|promise| runs && promise.commitment == what)
    }
}

impl Order {
    /// One that this post has, of which nothing else is known.
    pub(super) const fn at(post: PostId) -> Self {
        Self {
            post,
            offer: None,
            worker: None,
            is_head_told: false,
            is_disputed: false,
            is_safe: false,
        }
    }

    fn is_by(&self, offer: OfferId) -> bool {
        self.offer.is_none_or(|known| known == offer)
    }
}

/// The promise that the requester was told.
pub(super) fn promised(promises: &[Promise]) -> Option<Promise> {
    let of = |commitment| promises.iter().find(|promise| promise.commitment == commitment);
    of(Commitment::Complete).or_else(|| of(Commitment::Answer)).cloned()
}
