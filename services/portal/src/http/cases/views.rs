use clock::AccountId;
use events::words::{self, Commitment, End};
use jiff::Timestamp;
use proto::{intake::v1 as intake, words::v1 as wire_words};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    http::{
        schema,
        wire::{instant, lower, some, word},
    },
    portal::Portal,
    refusal::Refusal,
    store::{accounts, boards::BoardCase, work_orders::BoardOrder},
};

/// A promise as told to the requester.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::http) struct Promise {
    #[schema(schema_with = schema::commitment_or_none)]
    commitment: Option<Commitment>,
    /// The instant by which it is kept.
    due: Option<Timestamp>,
    /// The calendar of that time is not announced yet: it may be told again.
    provisional: bool,
}

impl From<wire_words::Promise> for Promise {
    fn from(promise: wire_words::Promise) -> Self {
        Self {
            commitment: word::<wire_words::Commitment, _>(promise.commitment),
            due: instant(promise.due),
            provisional: promise.provisional,
        }
    }
}

/// A case as lists show it.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::http) struct Case {
    pub(super) id: Uuid,
    /// The number that people use.
    #[schema(example = "2026-09-000123")]
    pub(super) number: String,
    #[schema(schema_with = schema::kind)]
    pub(super) kind: String,
    pub(super) item: String,
    pub(super) place: String,
    #[schema(schema_with = schema::urgency)]
    pub(super) urgency: String,
    #[schema(schema_with = schema::level)]
    pub(super) level: String,
    /// `open`, `resolved` (completed, not judged by its requester) or `closed`.
    pub(super) state: String,
    /// How it was closed.
    #[schema(schema_with = schema::end_or_none)]
    pub(super) end: Option<String>,
    /// From 1, and 1 more for each reopening.
    pub(super) cycle: u32,
    pub(super) received_at: Option<Timestamp>,
    /// When it was entered, of one that was received before: written on paper during an outage, and
    /// entered late. Null of all others.
    pub(super) entered_late_at: Option<Timestamp>,
    /// The promise to the requester, of the running cycle.
    pub(super) due: Option<Timestamp>,
    pub(super) provisional: bool,
    /// Until when whoever reported it was promised another answer; null where nobody waits for one.
    pub(super) follow_up_due: Option<Timestamp>,
    /// Where the work lies, and who has it: of several open work orders the first. A requester reads who
    /// has it where their department publishes that.
    pub(super) department: Option<String>,
    pub(super) post: Option<String>,
    pub(super) holder: Option<Account>,
    /// How far the work is: `offered`, `claimed`, `assigned`, `in-progress`, `contained`, `disputed`,
    /// `completed` or `cancelled`.
    pub(super) work: Option<String>,
    /// What it waits for; null if it does not.
    #[schema(schema_with = schema::hold_reason_or_none)]
    pub(super) held_for: Option<String>,
    /// All open work orders, where more than one post works on it: the first is the one above.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) parts: Vec<Part>,
    /// The highest rung of leaders that was told in the running cycle; 0 for none, and absent for
    /// its requester.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) rung: Option<u32>,
}

/// What one post does of a case.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CasePart)]
pub(in crate::http) struct Part {
    pub(super) department: String,
    post: String,
    pub(super) holder: Option<Account>,
    work: String,
    #[schema(schema_with = schema::hold_reason_or_none)]
    held_for: Option<String>,
}

impl From<BoardOrder> for Part {
    /// Its holder is named by whoever looks names up.
    fn from(order: BoardOrder) -> Self {
        let BoardOrder { key: _, department, post, holder, work, held_for } = order;
        let holder = holder.map(|id| Account { id: AccountId::from_uuid(id), name: None });
        Self { department, post, holder, work, held_for }
    }
}

/// Somebody of the staff, or a program.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(in crate::http) struct Account {
    #[schema(value_type = Uuid)]
    pub(in crate::http) id: AccountId,
    /// Absent for one that was erased.
    pub(in crate::http) name: Option<String>,
}

impl Account {
    /// Somebody whose name is looked up later.
    pub(in crate::http) fn nameless(id: &str) -> Option<Self> {
        Some(Self { id: id.parse().ok()?, name: None })
    }
}

/// Says what these are called.
pub(in crate::http) async fn with_names(
    portal: &Portal,
    people: impl Iterator<Item = &mut Account>,
) -> Result<(), Refusal> {
    let mut people: Vec<_> = people.collect();
    let ids: Vec<_> = people.iter().map(|one| one.id).collect();
    let names = accounts::names(portal.pool(), &portal.masters(), &ids).await?;
    for one in &mut people {
        one.name = names.get(&one.id).cloned();
    }
    Ok(())
}

impl Case {
    /// As the board has it, with its open work orders; who has them is named by whoever looks names up.
    pub(super) fn of_board(case: BoardCase, open: Vec<BoardOrder>) -> Self {
        let holder = case.holder.map(|id| Account { id: AccountId::from_uuid(id), name: None });
        let parts = if open.len() > 1 { open } else { Vec::new() };
        Self {
            id: case.key,
            number: case.number,
            kind: case.kind,
            item: case.item,
            place: case.place,
            urgency: case.urgency,
            level: case.level,
            state: case.state,
            end: case.ending,
            cycle: u32::try_from(case.cycle).unwrap_or_default(),
            received_at: Some(case.received_at.to_jiff()),
            entered_late_at: case.entered_late_at.map(jiff_sqlx::Timestamp::to_jiff),
            due: case.due.map(jiff_sqlx::Timestamp::to_jiff),
            provisional: case.provisional,
            follow_up_due: case.follow_up_due.map(jiff_sqlx::Timestamp::to_jiff),
            department: case.department,
            post: case.post,
            holder,
            work: case.work,
            held_for: case.held_for,
            parts: parts.into_iter().map(Part::from).collect(),
            rung: u32::try_from(case.rung).ok(),
        }
    }

    /// Everybody who has a part of it.
    pub(super) fn holders(&mut self) -> impl Iterator<Item = &mut Account> {
        let parts = self.parts.iter_mut().filter_map(|part| part.holder.as_mut());
        self.holder.iter_mut().chain(parts)
    }

    /// As its owner has it, before the board has heard of it.
    pub(in crate::http) fn of_owner(case: intake::CaseSummary) -> Option<Self> {
        let spoken = |text: Option<&'static str>| text.unwrap_or_default().to_owned();
        let kind = word::<wire_words::CaseKind, _>(case.kind).map(words::CaseKind::word);
        let urgency = word::<wire_words::Urgency, _>(case.urgency).map(words::Urgency::word);
        let level = word::<wire_words::Level, _>(case.level).map(words::Level::word);
        let end = word::<wire_words::End, _>(case.end).map(End::word);
        let state = lower(case.state().as_str_name(), "CASE_STATE_").unwrap_or_default();
        Some(Self {
            id: case.id.parse().ok()?,
            number: case.number,
            kind: spoken(kind),
            item: case.item,
            place: case.place,
            urgency: spoken(urgency),
            level: spoken(level),
            state,
            end: end.map(ToOwned::to_owned),
            cycle: case.cycle,
            received_at: instant(case.received_at),
            entered_late_at: instant(case.entered_late_at),
            due: case.promise.and_then(|promise| instant(promise.due)),
            provisional: case.promise.is_some_and(|promise| promise.provisional),
            follow_up_due: None,
            department: None,
            post: None,
            holder: None,
            work: None,
            held_for: None,
            parts: Vec::new(),
            rung: None,
        })
    }
}

/// A human being as far as a case needs one; every field may be missing.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub(in crate::http) struct Person {
    /// Of a person known already.
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    /// Digits with an optional leading `+`, 3 to 20.
    #[serde(skip_serializing_if = "Option::is_none")]
    phone: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mail: Option<String>,
    /// Student or staff number.
    #[serde(skip_serializing_if = "Option::is_none")]
    number: Option<String>,
}

impl Person {
    /// Who is known by this id already; nobody if it is none.
    pub(in crate::http) fn known(id: &str) -> Option<Self> {
        let id = id.parse().ok()?;
        Some(Self { id: Some(id), ..Self::default() })
    }
}

impl From<Person> for intake::Person {
    fn from(person: Person) -> Self {
        Self {
            id: person.id.map(|id| id.to_string()).unwrap_or_default(),
            name: person.name.unwrap_or_default(),
            phone: person.phone.unwrap_or_default(),
            mail: person.mail.unwrap_or_default(),
            number: person.number.unwrap_or_default(),
        }
    }
}

impl From<intake::Person> for Person {
    fn from(person: intake::Person) -> Self {
        Self {
            id: person.id.parse().ok(),
            name: some(person.name),
            phone: some(person.phone),
            mail: some(person.mail),
            number: some(person.number),
        }
    }
}
