use authz::{Relation, Scope};
use clock::{AccountId, CaseId, PersonId, QuestionId, WorkOrderId};
use delivery::Fault;
use dispatch_core::State;
use events::{
    dispatch::{WorkOrderAnsweredV1, WorkOrderAskedV1},
    intake::Promise,
    words::{Asked, CaseRef, DepartmentId},
};
use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use ring::rand::SystemRandom;
use sealing::{Masters, Place, Sealed};
use sqlx::{PgConnection, types::Json};
use uuid::Uuid;

use super::work::Row;
use crate::record::Case;

/// Which of the questions that somebody may see; each that is given narrows.
#[derive(Debug, Clone, Default)]
pub(crate) struct Filter {
    /// Who is asked.
    pub(crate) of: Option<Asked>,
    /// The case in which it is asked.
    pub(crate) case: Option<CaseRef>,
    /// The work order of which it is asked.
    pub(crate) work_order: Option<WorkOrderId>,
    /// Only what can still be answered.
    pub(crate) open: bool,
    /// After this one: where the previous page ended.
    pub(crate) after: Option<QuestionId>,
    /// At most so many.
    pub(crate) limit: u32,
}

/// A question that was found, with its words and its case.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) id: QuestionId,
    pub(crate) work_order: WorkOrderId,
    pub(crate) case_id: CaseId,
    pub(crate) case: Case,
    /// When the answer is due, if that is promised.
    pub(crate) due: Option<Timestamp>,
    /// What is asked.
    pub(crate) text: String,
    /// What was answered; empty until then, and where it is another reporter's answer.
    pub(crate) answer: String,
    /// The answer, if there is one, is for them to see.
    pub(crate) is_answer_shown: bool,
}

/// Keeps a question, its words sealed with a key of its own.
pub(crate) async fn insert(
    connection: &mut PgConnection,
    masters: &Masters,
    asked: &WorkOrderAskedV1,
    words: &str,
) -> Result<(), Fault> {
    let sealed = Sealed::seal(masters, question(asked.question), words, &SystemRandom::new());
    let Sealed { key, words } = sealed.map_err(Fault::own)?;
    sqlx::query!(
        "insert into dispatch.question
             (id, work_order, asked, asked_by, asked_at, key_id, wrapped, sealed)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        asked.question.uuid(),
        asked.work_order.uuid(),
        asked.of.word(),
        asked.by.uuid(),
        asked.at.to_sqlx() as _,
        key.by.bytes(),
        key.wrapped,
        words,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Keeps its answer, with another key; `of` is the reporter whose answer it is, if it is known.
pub(crate) async fn answer(
    connection: &mut PgConnection,
    masters: &Masters,
    (answered, of): (&WorkOrderAnsweredV1, Option<PersonId>),
    words: &str,
) -> Result<(), Fault> {
    let sealed = Sealed::seal(masters, reply(answered.question), words, &SystemRandom::new());
    let Sealed { key, words } = sealed.map_err(Fault::own)?;
    sqlx::query!(
        "update dispatch.question
         set answered_by = $2, answered_at = $3, answer_key_id = $4, answer_wrapped = $5,
             answer_sealed = $6, answer_of = $7
         where id = $1",
        answered.question.uuid(),
        answered.by.uuid(),
        answered.at.to_sqlx() as _,
        key.by.bytes(),
        key.wrapped,
        words,
        of.map(PersonId::uuid),
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Notes when its answer is due.
pub(crate) async fn promised(
    connection: &mut PgConnection,
    question: QuestionId,
    due: Timestamp,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update dispatch.question set due = $2 where id = $1",
        question.uuid(),
        due.to_sqlx() as _,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// The questions within `scope`, the oldest first.
///
/// The rows show the relations assigned, in my department and escalated to me; and own, of what the
/// requester is asked and of nothing else. One reporter learns nothing about another: what is theirs
/// alone by that relation shows its answer only if they gave it.
pub(crate) async fn list(
    connection: &mut PgConnection,
    masters: &Masters,
    scope: &Scope,
    filter: &Filter,
) -> Result<Vec<Found>, Fault> {
    let rows = sqlx::query_as!(
        Read,
        r#"select q.id, q.work_order, o.case_id, q.key_id, q.wrapped, q.sealed,
                  q.answer_key_id, q.answer_wrapped, q.answer_sealed,
                  q.due as "due: jiff_sqlx::Timestamp",
                  w.state as "state: Json<State>", w.number, w.cycle,
                  w.promise as "promise: Json<Promise>", w.rung,
                  d.is_duty or coalesce(q.answer_of = $8, false) as "is_answer_shown!"
           from dispatch.question q
           join dispatch.work_order o on o.id = q.work_order
           join dispatch.work w on w.case_id = o.case_id
           cross join lateral (select coalesce(
                  o.level = any($1)
                  or o.level = any($2) and o.claimed_by = $3
                  or o.level = any($4) and o.department = $5
                  or o.level = any($6) and w.escalated_to
                      && array(select post from dispatch.holder where account = $3),
                  false) as is_duty) d
           where (d.is_duty
                  or o.level = any($7) and q.asked = 'requester' and $8 = any(w.reporters))
             and ($9::text is null or q.asked = $9)
             and ($10::uuid is null or o.case_id = $10)
             and ($11::text is null or w.number = $11)
             and (not $12 or q.answered_at is null
                             and o.status not in ('completed', 'cancelled'))
             and ($15::uuid is null or q.work_order = $15)
             and ($13::uuid is null or (q.asked_at, q.id) >
                      (select asked_at, id from dispatch.question where id = $13))
           order by q.asked_at, q.id
           limit $14"#,
        &scope.levels(Relation::Unrelated),
        &scope.levels(Relation::Assigned),
        scope.account().map(AccountId::uuid),
        &scope.levels(Relation::InMyDepartment),
        scope.department().map(DepartmentId::as_str),
        &scope.levels(Relation::EscalatedToMe),
        &scope.levels(Relation::Own),
        scope.person().map(PersonId::uuid),
        filter.of.map(Asked::word),
        filter.case.and_then(CaseRef::id).map(CaseId::uuid),
        filter.case.and_then(CaseRef::number).map(|number| number.to_string()),
        filter.open,
        filter.after.map(QuestionId::uuid),
        i64::from(filter.limit),
        filter.work_order.map(WorkOrderId::uuid),
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter().map(|row| row.opened(masters)).collect()
}

/// A row as it lies there, its words sealed.
struct Read {
    id: Uuid,
    work_order: Uuid,
    case_id: Uuid,
    due: Option<jiff_sqlx::Timestamp>,
    key_id: Vec<u8>,
    wrapped: Vec<u8>,
    sealed: Vec<u8>,
    answer_key_id: Option<Vec<u8>>,
    answer_wrapped: Option<Vec<u8>>,
    answer_sealed: Option<Vec<u8>>,
    state: Json<State>,
    number: String,
    cycle: i32,
    promise: Option<Json<Promise>>,
    rung: i16,
    is_answer_shown: bool,
}

impl Read {
    fn opened(self, masters: &Masters) -> Result<Found, Fault> {
        let id = QuestionId::from_uuid(self.id);
        let text = opened(masters, question(id), (self.key_id, self.wrapped, self.sealed))?;
        let answer = match (self.answer_key_id, self.answer_wrapped, self.answer_sealed) {
            (Some(key_id), Some(wrapped), Some(sealed)) if self.is_answer_shown => {
                opened(masters, reply(id), (key_id, wrapped, sealed))?
            }
            _ => String::new(),
        };
        let Self { state, number, cycle, promise, rung, is_answer_shown, .. } = self;
        Ok(Found {
            id,
            work_order: WorkOrderId::from_uuid(self.work_order),
            case_id: CaseId::from_uuid(self.case_id),
            case: Row { state, number, cycle, promise, rung }.try_into()?,
            due: self.due.map(jiff_sqlx::Timestamp::to_jiff),
            text,
            answer,
            is_answer_shown,
        })
    }
}

fn opened(
    masters: &Masters,
    place: Place<'_>,
    (key_id, wrapped, sealed): (Vec<u8>, Vec<u8>, Vec<u8>),
) -> Result<String, Fault> {
    let sealed = Sealed::of_row(&key_id, wrapped, sealed).map_err(Fault::own)?;
    sealed.open(masters, place).map_err(Fault::own)
}

const fn question(id: QuestionId) -> Place<'static> {
    Place { field: "question", owner: id.uuid().into_bytes() }
}

const fn reply(id: QuestionId) -> Place<'static> {
    Place { field: "answer", owner: id.uuid().into_bytes() }
}
