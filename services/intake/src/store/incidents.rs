use authz::{Relation, Scope};
use clock::CaseId;
use delivery::Tx;
use events::words::{ItemId, PlaceId};
use intake_core::State;
use sqlx::{PgConnection, types::Json};
use uuid::Uuid;

/// Writes which places an incident touches.
pub(crate) async fn save(
    tx: &mut Tx<'_>,
    case: CaseId,
    places: &[PlaceId],
) -> Result<(), sqlx::Error> {
    let places: Vec<_> = places.iter().map(ToString::to_string).collect();
    sqlx::query!(
        "insert into intake.incidents (case_id, places) values ($1, $2)
         on conflict (case_id) do update set places = excluded.places",
        case.uuid(),
        &places,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Which incidents; each that is given narrows.
#[derive(Debug, Clone)]
pub(crate) struct Filter {
    /// The word of the state.
    pub(crate) status: &'static str,
    /// What is asked for.
    pub(crate) item: Option<ItemId>,
    /// Touching one of these places.
    pub(crate) places: Option<Vec<PlaceId>>,
    /// Recorded before this one: where the previous page ended.
    pub(crate) before: Option<CaseId>,
    /// At most so many.
    pub(crate) limit: u32,
}

/// The incidents that `scope` reaches, whoever reported them, the newest first.
pub(crate) async fn list(
    connection: &mut PgConnection,
    scope: &Scope,
    filter: &Filter,
) -> Result<Vec<(CaseId, State)>, sqlx::Error> {
    let places = filter.places.as_ref();
    let places: Option<Vec<_>> = places.map(|ids| ids.iter().map(ToString::to_string).collect());
    let rows = sqlx::query!(
        r#"select c.id, c.state as "state: Json<State>"
           from intake.incidents i join intake.cases c on c.id = i.case_id
           where c.level = any($1)
             and c.status = $2
             and ($3::text[] is null or i.places && $3)
             and ($4::uuid is null or c.id < $4)
             and ($6::text is null or c.item = $6)
           order by c.id desc limit $5"#,
        &scope.levels(Relation::Unrelated),
        filter.status,
        places.as_deref(),
        filter.before.map(CaseId::uuid) as Option<Uuid>,
        i64::from(filter.limit),
        filter.item.as_ref().map(ItemId::as_str),
    )
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|row| (CaseId::from_uuid(row.id), row.state.0)).collect())
}
