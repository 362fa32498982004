use authz::{Relation, Scope};
use clock::CaseId;
use events::words::{ItemId, PlaceId, Urgency};
use intake_core::State;
use sqlx::{PgConnection, types::Json};
use uuid::Uuid;

/// Which of the cases that somebody may see; each that is given narrows.
#[derive(Debug, Clone, Default)]
pub(crate) struct Filter {
    /// The word of the state.
    pub(crate) status: Option<&'static str>,
    /// How much haste.
    pub(crate) urgency: Option<Urgency>,
    /// What is asked for.
    pub(crate) item: Option<ItemId>,
    /// One of these places.
    pub(crate) places: Option<Vec<PlaceId>>,
    /// One of these cases.
    pub(crate) among: Option<Vec<CaseId>>,
    /// Recorded before this one: where the previous page ended.
    pub(crate) before: Option<CaseId>,
    /// At most so many.
    pub(crate) limit: u32,
}

/// The cases within `scope`, the newest first.
pub(crate) async fn cases(
    connection: &mut PgConnection,
    scope: &Scope,
    filter: &Filter,
) -> Result<Vec<(CaseId, State)>, sqlx::Error> {
    let places = filter.places.as_ref();
    let places: Option<Vec<_>> = places.map(|ids| ids.iter().map(ToString::to_string).collect());
    let among = filter.among.as_ref();
    let among: Option<Vec<_>> = among.map(|ids| ids.iter().map(|id| id.uuid()).collect());
    let rows = sqlx::query!(
        r#"select c.id, c.state as "state: Json<State>" from intake.cases c
           where (c.level = any($1)
               or exists (select from intake.relations r where r.case_id = c.id and (
                      r.relation = 'own' and r.who = $2 and c.level = any($3)
                   or r.relation = 'first-receiver' and r.who = $4 and c.level = any($5)
                   or r.relation = 'assigned' and r.who = $4 and c.level = any($6)
                   or r.relation = 'in-my-department' and r.who = $7 and c.level = any($8)
                   or r.relation = 'escalated-to-me' and r.who = any($15) and c.level = any($16))))
             and ($9::text is null or c.status = $9)
             and ($10::text is null or c.urgency = $10)
             and ($11::text is null or c.item = $11)
             and ($12::text[] is null or c.place = any($12))
             and ($13::uuid is null or c.id < $13)
             and ($17::uuid[] is null or c.id = any($17))
           order by c.id desc limit $14"#,
        &scope.levels(Relation::Unrelated),
        scope.person().map(|person| person.to_string()),
        &scope.levels(Relation::Own),
        scope.account().map(|account| account.to_string()),
        &scope.levels(Relation::FirstReceiver),
        &scope.levels(Relation::Assigned),
        scope.department().map(ToString::to_string),
        &scope.levels(Relation::InMyDepartment),
        filter.status,
        filter.urgency.map(Urgency::word),
        filter.item.as_ref().map(ItemId::as_str),
        places.as_deref(),
        filter.before.map(CaseId::uuid) as Option<Uuid>,
        i64::from(filter.limit),
        &scope.posts(),
        &scope.levels(Relation::EscalatedToMe),
        among.as_deref(),
    )
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|row| (CaseId::from_uuid(row.id), row.state.0)).collect())
}
