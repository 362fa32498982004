use callback_survey_core::{Call, Fate, State, Survey};
use clock::{AccountId, CallbackId, CaseId};
use events::words::Verdict;
use jiff_sqlx::ToSqlx as _;
use sqlx::{PgConnection, types::Json};
use uuid::Uuid;

/// Where a case stands; [`State::New`] for one that was never accepted.
pub(crate) async fn load(
    connection: &mut PgConnection,
    case: CaseId,
) -> Result<State, sqlx::Error> {
    let state = sqlx::query_scalar!(
        r#"select state as "state: Json<State>" from callback_survey.survey where case_id = $1"#,
        case.uuid(),
    )
    .fetch_optional(connection)
    .await?;
    Ok(state.map_or(State::New, |Json(state)| state))
}

/// The case that a callback asks after.
pub(crate) async fn case_of(
    connection: &mut PgConnection,
    callback: CallbackId,
) -> Result<Option<CaseId>, sqlx::Error> {
    let case = sqlx::query_scalar!(
        "select case_id from callback_survey.callback where id = $1",
        callback.uuid()
    )
    .fetch_optional(connection)
    .await?;
    Ok(case.map(CaseId::from_uuid))
}

/// Writes where a case stands, with its callbacks; nothing of one that was never accepted.
pub(crate) async fn save(
    connection: &mut PgConnection,
    case: CaseId,
    state: &State,
) -> Result<(), sqlx::Error> {
    let Some(survey) = state.survey() else { return Ok(()) };
    sqlx::query!(
        "insert into callback_survey.survey (case_id, state) values ($1, $2)
         on conflict (case_id) do update set state = excluded.state",
        case.uuid(),
        Json(state) as _,
    )
    .execute(&mut *connection)
    .await?;
    for (call, fate) in state.callbacks() {
        save_callback(connection, case, survey, call, fate).await?;
    }
    Ok(())
}

/// A case was received before it was entered, by which figures tell it from others.
pub(crate) async fn entered_late(
    connection: &mut PgConnection,
    case: CaseId,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update callback_survey.survey set entered_late = true where case_id = $1",
        case.uuid(),
    )
    .execute(connection)
    .await?;
    Ok(())
}

async fn save_callback(
    connection: &mut PgConnection,
    case: CaseId,
    survey: &Survey,
    call: &Call,
    fate: Option<Fate>,
) -> Result<(), sqlx::Error> {
    let workers: Vec<Uuid> = call.workers.iter().copied().map(AccountId::uuid).collect();
    sqlx::query!(
        "insert into callback_survey.callback as before
             (id, case_id, level, status, due, not_before, workers, completed_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8)
         on conflict (id) do update
         set level = excluded.level, status = excluded.status, due = excluded.due,
             not_before = excluded.not_before, completed_at = excluded.completed_at
         where (before.level, before.status, before.due, before.not_before, before.completed_at)
             is distinct from
               (excluded.level, excluded.status, excluded.due, excluded.not_before,
                excluded.completed_at)",
        call.id.uuid(),
        case.uuid(),
        survey.matter.level.word(),
        status(fate),
        call.due().to_sqlx() as _,
        call.not_before.to_sqlx() as _,
        &workers,
        call.completed_at.to_sqlx() as _,
    )
    .execute(connection)
    .await?;
    Ok(())
}

const fn status(fate: Option<Fate>) -> &'static str {
    match fate {
        None => "due",
        Some(Fate::Judged(Verdict::Solved | Verdict::NotSolved)) => "answered",
        Some(Fate::Judged(Verdict::Unreachable)) => "unreachable",
        Some(Fate::Withdrawn) => "withdrawn",
    }
}
