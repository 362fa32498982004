use std::error::Error;

use clock::{AccountId, CaseId, PersonId};
use escalation_timer_core::State;
use events::words::{DepartmentId, PostId};
use sqlx::{PgConnection, types::Json};
use uuid::Uuid;

use crate::{concern::Concerned, record::Case};

/// The row of one case.
#[derive(Debug)]
struct Row {
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
    let row = sqlx::query_as!(
        Row,
        r#"select state as "state: Json<State>", level, reporters, first_receiver, departments,
                  workers, told
           from escalation_timer.watch where case_id = $1"#,
        id.uuid(),
    )
    .fetch_optional(connection)
    .await?;
    row.map(Case::try_from).transpose()
}

/// Writes a case.
pub(crate) async fn save(
    connection: &mut PgConnection,
    id: CaseId,
    case: &Case,
) -> Result<(), sqlx::Error> {
    let Case { state, concerned } = case;
    let reporters: Vec<Uuid> = concerned.reporters.iter().map(|id| id.uuid()).collect();
    let departments: Vec<String> = concerned.departments.iter().map(ToString::to_string).collect();
    let workers: Vec<Uuid> = concerned.workers.iter().map(|id| id.uuid()).collect();
    let told: Vec<String> = concerned.told.iter().map(ToString::to_string).collect();
    sqlx::query!(
        "insert into escalation_timer.watch
             (case_id, state, level, reporters, first_receiver, departments, workers, told)
         values ($1, $2, $3, $4, $5, $6, $7, $8)
         on conflict (case_id) do update
         set state = excluded.state, level = excluded.level, reporters = excluded.reporters,
             departments = excluded.departments, workers = excluded.workers,
             told = excluded.told",
        id.uuid(),
        Json(state) as _,
        concerned.level.word(),
        &reporters,
        concerned.first_receiver.uuid(),
        &departments,
        &workers,
        &told,
    )
    .execute(connection)
    .await?;
    Ok(())
}
