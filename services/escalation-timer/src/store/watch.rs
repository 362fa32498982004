use std::{collections::BTreeMap, error::Error};

use clock::{AccountId, CaseId, PersonId};
use escalation_timer_core::{State, is_provisional};
use events::words::{DepartmentId, PostId, Revision};
use serde_json::{Value, json};
use sqlx::{PgConnection, types::Json};
use uuid::Uuid;

use crate::{
    concern::Concerned,
    record::{Case, counted_by},
};

/// The row of one case.
#[derive(Debug)]
struct Row {
    case_id: Uuid,
    state: Json<State>,
    level: String,
    reporters: Vec<Uuid>,
    first_receiver: Uuid,
    departments: Vec<String>,
    workers: Vec<Uuid>,
    told: Vec<String>,
}

impl TryFrom<Row> for Case {
    type Error = sqlx::Error;

    fn try_from(row: Row) -> Result<Self, sqlx::Error> {
        let departments = row.departments.iter().map(|text| text.parse::<DepartmentId>());
        let told = row.told.iter().map(|text| text.parse::<PostId>());
        let concerned = Concerned {
            level: row.level.parse().map_err(undecodable)?,
            reporters: row.reporters.into_iter().map(PersonId::from_uuid).collect(),
            first_receiver: AccountId::from_uuid(row.first_receiver),
            departments: departments.collect::<Result<_, _>>().map_err(undecodable)?,
            workers: row.workers.into_iter().map(AccountId::from_uuid).collect(),
            told: told.collect::<Result<_, _>>().map_err(undecodable)?,
        };
        Ok(Self { state: row.state.0, concerned })
    }
}

fn undecodable(cause: impl Into<Box<dyn Error + Send + Sync>>) -> sqlx::Error {
    sqlx::Error::Decode(cause.into())
}

/// The case, if it was accepted. Whoever writes it has locked its aggregate.
pub(crate) async fn load(
    connection: &mut PgConnection,
    id: CaseId,
) -> Result<Option<Case>, sqlx::Error> {
    Ok(load_all(connection, &[id.uuid()]).await?.remove(&id.uuid()))
}

/// Those of these cases that were accepted.
pub(crate) async fn load_all(
    connection: &mut PgConnection,
    ids: &[Uuid],
) -> Result<BTreeMap<Uuid, Case>, sqlx::Error> {
    let rows = sqlx::query_as!(
        Row,
        r#"select case_id, state as "state: Json<State>", level, reporters, first_receiver,
                  departments, workers, told
           from escalation_timer.watch where case_id = any($1)"#,
        ids,
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter().map(|row| Ok((row.case_id, Case::try_from(row)?))).collect()
}

/// The cases that were promised something beyond what calendars before this revision had decided.
pub(crate) async fn provisional(
    connection: &mut PgConnection,
    calendars: Revision,
) -> Result<Vec<Uuid>, sqlx::Error> {
    sqlx::query_scalar!(
        "select case_id from escalation_timer.watch where provisional and counted_by < $1",
        i64::from(calendars.0),
    )
    .fetch_all(connection)
    .await
}

/// Writes these cases.
pub(crate) async fn save_all(
    connection: &mut PgConnection,
    cases: impl Iterator<Item = (CaseId, &Case)>,
) -> Result<(), sqlx::Error> {
    let rows: Vec<_> = cases.map(|(id, case)| row(id, case)).collect();
    sqlx::query!(
        "insert into escalation_timer.watch
             (case_id, state, level, reporters, first_receiver, departments, workers, told,
              provisional, counted_by)
         select w.case_id, w.state, w.level, w.reporters, w.first_receiver, w.departments,
                w.workers, w.told, w.provisional, w.counted_by
         from unnest($1::jsonb[]) as given(row),
              jsonb_populate_record(null::escalation_timer.watch, given.row) w
         on conflict (case_id) do update
         set state = excluded.state, level = excluded.level, reporters = excluded.reporters,
             departments = excluded.departments, workers = excluded.workers,
             told = excluded.told, provisional = excluded.provisional,
             counted_by = excluded.counted_by",
        &rows,
    )
    .execute(connection)
    .await?;
    Ok(())
}

fn row(id: CaseId, Case { state, concerned }: &Case) -> Value {
    json!({
        "case_id": id.uuid(),
        "state": state,
        "level": concerned.level.word(),
        "reporters": concerned.reporters,
        "first_receiver": concerned.first_receiver,
        "departments": concerned.departments,
        "workers": concerned.workers,
        "told": concerned.told,
        "provisional": is_provisional(state),
        "counted_by": counted_by(state),
    })
}
