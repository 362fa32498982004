//! What is shown of cases in lists, kept by the events of all services.
//!
//! Reading takes a [`Scope`], for one case as for many: what somebody may not see is not found.

use authz::{Relation, Relations, Scope, Subject};
use clock::{AccountId, CaseId, PersonId};
use delivery::Tx;
use events::{
    intake::{
        CaseAcceptedV1, CaseClosedV1, CaseReopenedV1, CaseResolvedV1, CaseUrgencyChangedV1, Promise,
    },
    words::{CaseRef, Commitment, Cycle, DepartmentId, ItemId, Level, PlaceId, PostId, Urgency},
};
use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use sqlx::PgPool;
use uuid::Uuid;

/// A case as it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct BoardCase {
    pub(crate) key: Uuid,
    pub(crate) number: String,
    pub(crate) kind: String,
    pub(crate) item: String,
    pub(crate) place: String,
    pub(crate) urgency: String,
    pub(crate) level: String,
    pub(crate) state: String,
    pub(crate) ending: Option<String>,
    pub(crate) cycle: i32,
    pub(crate) received_at: jiff_sqlx::Timestamp,
    /// When it was entered, of one that was received before.
    pub(crate) entered_late_at: Option<jiff_sqlx::Timestamp>,
    pub(crate) due: Option<jiff_sqlx::Timestamp>,
    /// Until when whoever reported it was promised another answer.
    pub(crate) follow_up_due: Option<jiff_sqlx::Timestamp>,
    pub(crate) provisional: bool,
    pub(crate) department: Option<String>,
    pub(crate) post: Option<String>,
    pub(crate) holder: Option<Uuid>,
    pub(crate) work: Option<String>,
    pub(crate) held_for: Option<String>,
    pub(crate) rung: i16,
}

impl BoardCase {
    /// Its level; one that a newer release wrote counts as the highest.
    pub(crate) fn level(&self) -> Level {
        self.level.parse().unwrap_or(Level::Hidden)
    }
}

/// Which cases to list; what is `None` does not narrow.
#[derive(Debug, Clone, Default)]
pub(crate) struct Filter {
    pub(crate) case: Option<CaseRef>,
    pub(crate) state: Option<String>,
    pub(crate) urgency: Option<Urgency>,
    pub(crate) item: Option<ItemId>,
    /// This place and all inside it.
    pub(crate) place: Option<PlaceId>,
    pub(crate) department: Option<DepartmentId>,
    pub(crate) holder: Option<AccountId>,
    /// Only those after this one, in the order of the list.
    pub(crate) beyond: Option<(Timestamp, Uuid)>,
}

/// The one case that is called so, if it may be seen.
pub(crate) async fn find(
    pool: &PgPool,
    scope: &Scope,
    case: CaseRef,
) -> Result<Option<BoardCase>, sqlx::Error> {
    let filter = Filter { case: Some(case), ..Filter::default() };
    Ok(list(pool, scope, &filter, 1).await?.pop())
}

/// How somebody stands to a case.
pub(crate) async fn relations(
    pool: &PgPool,
    key: Uuid,
    subject: &Subject,
) -> Result<Relations, sqlx::Error> {
    let posts: Vec<_> = subject.posts.iter().map(ToString::to_string).collect();
    let row = sqlx::query!(
        r#"select $2 = any(reporters) as own, first_receiver = $3 as first_receiver,
                  $3 = any(workers) as assigned, $4 = any(departments) as in_my_department,
                  told && $5 as escalated_to_me
           from portal.board_case where key = $1"#,
        key,
        subject.person.map(clock::PersonId::uuid),
        subject.principal.account().map(AccountId::uuid),
        subject.department.as_ref().map(DepartmentId::as_str),
        &posts,
    )
    .fetch_one(pool)
    .await?;
    // What is compared with nothing is not so.
    let holds = |compared: Option<bool>| compared.unwrap_or(false);
    Ok(Relations::NONE
        .with(Relation::Own, holds(row.own))
        .with(Relation::FirstReceiver, holds(row.first_receiver))
        .with(Relation::Assigned, holds(row.assigned))
        .with(Relation::InMyDepartment, holds(row.in_my_department))
        .with(Relation::EscalatedToMe, holds(row.escalated_to_me)))
}

/// The newest of the cases that may be seen, by time of receipt.
pub(crate) async fn list(
    pool: &PgPool,
    scope: &Scope,
    filter: &Filter,
    limit: u32,
) -> Result<Vec<BoardCase>, sqlx::Error> {
    let id = filter.case.and_then(CaseRef::id).map(CaseId::uuid);
    let number = filter.case.and_then(CaseRef::number).map(|number| number.to_string());
    let levels = |relation| scope.levels(relation);
    let (beyond_at, beyond_key) = filter.beyond.unzip();
    sqlx::query_as!(
        BoardCase,
        "select key, number, kind, item, place, urgency, level, state, ending, cycle, received_at,
                entered_late_at, due, follow_up_due, provisional, department, post, holder, work,
                held_for, rung
         from portal.board_case c
         where (c.level = any($1)
                or c.level = any($2) and $3 = any(c.reporters)
                or c.level = any($4) and c.first_receiver = $5
                or c.level = any($6) and $5 = any(c.workers)
                or c.level = any($7) and $8 = any(c.departments)
                or c.level = any($9) and c.told && $21)
           and ($10::uuid is null or c.key = $10) and ($11::text is null or c.number = $11)
           and ($12::text is null or c.state = $12)
           and ($13::text is null or c.urgency = $13)
           and ($14::text is null or c.item = $14)
           and ($15::text is null or $15 = any(c.places))
           and ($16::text is null or c.department = $16
                or exists (select from portal.board_order o where (o.key, o.cycle) = (c.key, c.cycle)
                           and o.department = $16 and o.work not in ('completed', 'cancelled')))
           and ($17::uuid is null or c.holder = $17
                or exists (select from portal.board_order o where (o.key, o.cycle) = (c.key, c.cycle)
                           and o.holder = $17 and o.work not in ('completed', 'cancelled')))
           and ($18::timestamptz is null or (c.received_at, c.key) < ($18, $19::uuid))
         order by c.received_at desc, c.key desc limit $20",
        &levels(Relation::Unrelated),
        &levels(Relation::Own),
        scope.person().map(clock::PersonId::uuid),
        &levels(Relation::FirstReceiver),
        scope.account().map(AccountId::uuid),
        &levels(Relation::Assigned),
        &levels(Relation::InMyDepartment),
        scope.department().map(DepartmentId::as_str),
        &levels(Relation::EscalatedToMe),
        id,
        number,
        filter.state,
        filter.urgency.map(Urgency::word),
        filter.item.as_ref().map(ItemId::as_str),
        filter.place.as_ref().map(PlaceId::as_str),
        filter.department.as_ref().map(DepartmentId::as_str),
        filter.holder.map(AccountId::uuid),
        beyond_at.map(ToSqlx::to_sqlx) as _,
        beyond_key,
        i64::from(limit),
        &scope.posts(),
    )
    .fetch_all(pool)
    .await
}

/// Those of the cases that may be seen whose reporters were promised another answer, the next due first;
/// only those beyond this one, in that order.
pub(crate) async fn follow_ups(
    pool: &PgPool,
    scope: &Scope,
    beyond: Option<(Timestamp, Uuid)>,
    limit: u32,
) -> Result<Vec<BoardCase>, sqlx::Error> {
    let levels = |relation| scope.levels(relation);
    let (beyond_at, beyond_key) = beyond.unzip();
    sqlx::query_as!(
        BoardCase,
        "select key, number, kind, item, place, urgency, level, state, ending, cycle, received_at,
                entered_late_at, due, follow_up_due, provisional, department, post, holder, work,
                held_for, rung
         from portal.board_case c
         where (c.level = any($1)
                or c.level = any($2) and $3 = any(c.reporters)
                or c.level = any($4) and c.first_receiver = $5
                or c.level = any($6) and $5 = any(c.workers)
                or c.level = any($7) and $8 = any(c.departments)
                or c.level = any($9) and c.told && $10)
           and c.follow_up_due is not null and c.state <> 'closed'
           and ($11::timestamptz is null or (c.follow_up_due, c.key) > ($11, $12::uuid))
         order by c.follow_up_due, c.key limit $13",
        &levels(Relation::Unrelated),
        &levels(Relation::Own),
        scope.person().map(clock::PersonId::uuid),
        &levels(Relation::FirstReceiver),
        scope.account().map(AccountId::uuid),
        &levels(Relation::Assigned),
        &levels(Relation::InMyDepartment),
        scope.department().map(DepartmentId::as_str),
        &levels(Relation::EscalatedToMe),
        &scope.posts(),
        beyond_at.map(ToSqlx::to_sqlx) as _,
        beyond_key,
        i64::from(limit),
    )
    .fetch_all(pool)
    .await
}

/// A case was accepted; `places` are its place and each one that it lies in.
pub(crate) async fn accepted(
    tx: &mut Tx<'_>,
    key: Uuid,
    fact: &CaseAcceptedV1,
    entered_at: Timestamp,
    places: &[String],
) -> Result<(), sqlx::Error> {
    let promise = told(&fact.promises);
    let entered_late_at = (fact.received_at < entered_at).then(|| entered_at.to_sqlx());
    let reporters: Vec<_> = fact.reporters.iter().map(|person| person.uuid()).collect();
    sqlx::query!(
        "insert into portal.board_case
             (key, number, kind, item, place, places, urgency, level, state, cycle, received_at,
              due, provisional, first_receiver, reporters, entered_late_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, 'open', $9, $10, $11, $12, $13, $14, $15)",
        key,
        fact.number.to_string(),
        fact.kind.word(),
        fact.item.as_str(),
        fact.place.as_str(),
        places,
        fact.urgency.word(),
        fact.level.word(),
        cycle(fact.cycle),
        fact.received_at.to_sqlx() as _,
        promise.map(|promise| promise.due.to_sqlx()) as _,
        promise.is_some_and(|promise| promise.provisional),
        fact.first_receiver.uuid(),
        &reporters,
        entered_late_at as _,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// These posts handle an alarm: they may see it.
pub(crate) async fn alerted(
    tx: &mut Tx<'_>,
    key: Uuid,
    posts: &[String],
) -> Result<(), sqlx::Error> {
    sqlx::query!("update portal.board_case set told = $2 where key = $1", key, posts)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// A case was reopened: its next cycle begins without work order, holder or rung, and owes no answer that
/// the one before promised.
pub(crate) async fn reopened(
    tx: &mut Tx<'_>,
    key: Uuid,
    fact: &CaseReopenedV1,
    places: &[String],
) -> Result<(), sqlx::Error> {
    let promise = told(&fact.promises);
    let reporters: Vec<_> = fact.reporters.iter().map(|person| person.uuid()).collect();
    sqlx::query!(
        "update portal.board_case
         set state = 'open', ending = null, cycle = $2, kind = $3, item = $4, place = $5,
             places = $6, urgency = $7, level = $8, due = $9, provisional = $10, reporters = $11,
             department = null, post = null, holder = null, work = null, held_for = null, rung = 0,
             follow_up_due = null
         where key = $1",
        key,
        cycle(fact.cycle),
        fact.kind.word(),
        fact.item.as_str(),
        fact.place.as_str(),
        places,
        fact.urgency.word(),
        fact.level.word(),
        promise.map(|promise| promise.due.to_sqlx()) as _,
        promise.is_some_and(|promise| promise.provisional),
        &reporters,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Others reported it too, or do not any more.
pub(crate) async fn reported(
    tx: &mut Tx<'_>,
    key: Uuid,
    reporters: &[PersonId],
) -> Result<(), sqlx::Error> {
    let reporters: Vec<_> = reporters.iter().map(|person| person.uuid()).collect();
    sqlx::query!("update portal.board_case set reporters = $2 where key = $1", key, &reporters)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// It has another urgency; its clock tells the promise that follows.
pub(crate) async fn hurried(
    tx: &mut Tx<'_>,
    key: Uuid,
    fact: &CaseUrgencyChangedV1,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update portal.board_case set urgency = $3 where key = $1 and cycle = $2",
        key,
        cycle(fact.cycle),
        fact.urgency.word(),
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// A cycle was completed; its promise is no longer open.
pub(crate) async fn resolved(
    tx: &mut Tx<'_>,
    key: Uuid,
    fact: &CaseResolvedV1,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update portal.board_case set state = 'resolved', urgency = $2, level = $3, due = null
         where key = $1",
        key,
        fact.urgency.word(),
        fact.level.word(),
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// A case ended.
pub(crate) async fn closed(
    tx: &mut Tx<'_>,
    key: Uuid,
    fact: &CaseClosedV1,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update portal.board_case set state = 'closed', ending = $2, due = null where key = $1",
        key,
        fact.end.word(),
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// The promise to the requester has another time.
pub(crate) async fn promised(
    tx: &mut Tx<'_>,
    key: Uuid,
    of_cycle: Cycle,
    due: Timestamp,
    provisional: bool,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update portal.board_case set due = $3, provisional = $4
         where key = $1 and cycle = $2 and state = 'open'",
        key,
        cycle(of_cycle),
        due.to_sqlx() as _,
        provisional,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Whoever reported it is promised another answer, or has it.
pub(crate) async fn follows_up(
    tx: &mut Tx<'_>,
    key: Uuid,
    of_cycle: Cycle,
    due: Option<Timestamp>,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update portal.board_case set follow_up_due = $3 where key = $1 and cycle = $2",
        key,
        cycle(of_cycle),
        due.map(ToSqlx::to_sqlx) as _,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// A rung of leaders was told.
pub(crate) async fn rung_told(
    tx: &mut Tx<'_>,
    key: Uuid,
    of_cycle: Cycle,
    rung: u8,
    post: &PostId,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update portal.board_case
         set rung = case when cycle = $2 then greatest(rung, $3) else rung end,
             told = case when $4 = any(told) then told else told || $4 end
         where key = $1",
        key,
        cycle(of_cycle),
        i16::from(rung),
        post.to_string(),
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// The promise that the requester is told: to complete, else to answer.
pub(crate) fn told(promises: &[Promise]) -> Option<&Promise> {
    let of = |commitment| promises.iter().find(|promise| promise.commitment == commitment);
    of(Commitment::Complete).or_else(|| of(Commitment::Answer))
}

fn cycle(cycle: Cycle) -> i32 {
    i32::from(cycle.get())
}
