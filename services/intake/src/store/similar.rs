use authz::{Relation, Scope};
use clock::CaseId;
use events::words::{ItemId, Level, PlaceId};
use intake_core::State;
use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use sqlx::{PgConnection, types::Json};
use uuid::Uuid;

/// Which open cases.
#[derive(Debug, Clone)]
pub(crate) struct Filter<'a> {
    /// What is asked for.
    pub(crate) item: &'a ItemId,
    /// One of these places.
    pub(crate) places: &'a [PlaceId],
    /// Received then or later.
    pub(crate) since: Timestamp,
    /// Recorded before this one, if one is given.
    pub(crate) before: Option<CaseId>,
    /// At most so many.
    pub(crate) limit: u32,
}

/// The open cases within `scope`, but for those that are hidden, the one that was received last first.
pub(crate) async fn cases(
    connection: &mut PgConnection,
    scope: &Scope,
    filter: &Filter<'_>,
) -> Result<Vec<(CaseId, State)>, sqlx::Error> {
    let places: Vec<_> = filter.places.iter().map(ToString::to_string).collect();
    let rows = sqlx::query!(
        r#"select c.id, c.state as "state: Json<State>" from intake.cases c
           where c.status = 'open' and c.item = $1 and c.received_at >= $2
             and c.place = any($3) and c.level <> $4
             and ($5::uuid is null or c.id < $5)
             and (c.level = any($6)
               or exists (select from intake.relations r where r.case_id = c.id and (
                      r.relation = 'own' and r.who = $7 and c.level = any($8)
                   or r.relation = 'first-receiver' and r.who = $9 and c.level = any($10)
                   or r.relation = 'assigned' and r.who = $9 and c.level = any($11)
                   or r.relation = 'in-my-department' and r.who = $12 and c.level = any($13)
                   or r.relation = 'escalated-to-me' and r.who = any($14) and c.level = any($15))))
           order by c.received_at desc, c.id desc limit $16"#,
        filter.item.as_str(),
        filter.since.to_sqlx() as _,
        &places,
        Level::Hidden.word(),
        filter.before.map(CaseId::uuid) as Option<Uuid>,
        &scope.levels(Relation::Unrelated),
        scope.person().map(|person| person.to_string()),
        &scope.levels(Relation::Own),
        scope.account().map(|account| account.to_string()),
        &scope.levels(Relation::FirstReceiver),
        &scope.levels(Relation::Assigned),
        scope.department().map(ToString::to_string),
        &scope.levels(Relation::InMyDepartment),
        &scope.posts(),
        &scope.levels(Relation::EscalatedToMe),
        i64::from(filter.limit),
    )
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|row| (CaseId::from_uuid(row.id), row.state.0)).collect())
}
