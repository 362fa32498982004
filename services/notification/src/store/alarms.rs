//! Whether anybody has an alarm. Whoever writes one has locked its case.

use clock::{AccountId, CaseId};
use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use sqlx::PgConnection;
use uuid::Uuid;

use super::messages::undecodable;
use crate::alarm::Alarm;

/// That of a case, if it is one and was raised.
pub(crate) async fn load(
    connection: &mut PgConnection,
    case: CaseId,
) -> Result<Option<Alarm>, sqlx::Error> {
    let row = sqlx::query!(
        "select state, at, steps, said_by from notification.alarm where case_id = $1",
        case.uuid(),
    )
    .fetch_optional(connection)
    .await?;
    let alarm = row.map(|row| {
        let (at, steps) = (row.at.to_jiff(), row.steps.unsigned_abs());
        match (row.state.as_str(), row.said_by.map(AccountId::from_uuid)) {
            ("ringing", _) => Ok(Alarm::Ringing { raised_at: at, steps }),
            ("acknowledged", Some(by)) => Ok(Alarm::Acknowledged { steps, by, at }),
            ("over", _) => Ok(Alarm::Over { steps, at }),
            (state, _) => Err(undecodable(format!("`{state}` is no alarm"))),
        }
    });
    alarm.transpose()
}

/// Writes what is known now, and when somebody is alerted next.
pub(crate) async fn save(
    connection: &mut PgConnection,
    case: CaseId,
    alarm: Alarm,
    next_at: Option<Timestamp>,
) -> Result<(), sqlx::Error> {
    let (at, said_by) = match alarm {
        Alarm::Ringing { raised_at, .. } => (raised_at, None),
        Alarm::Acknowledged { by, at, .. } => (at, Some(by.uuid())),
        Alarm::Over { at, .. } => (at, None),
    };
    sqlx::query!(
        "insert into notification.alarm (case_id, state, at, steps, next_at, said_by)
         values ($1, $2, $3, $4, $5, $6)
         on conflict (case_id) do update
         set state = excluded.state, at = excluded.at, steps = excluded.steps,
             next_at = excluded.next_at, said_by = excluded.said_by",
        case.uuid(),
        alarm.word(),
        at.to_sqlx() as _,
        i32::try_from(alarm.steps()).unwrap_or(i32::MAX),
        next_at.map(ToSqlx::to_sqlx) as _,
        said_by,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// The cases of those that are to alert somebody by now, the longest overdue first.
pub(crate) async fn due(
    connection: &mut PgConnection,
    now: Timestamp,
    most: u32,
) -> Result<Vec<CaseId>, sqlx::Error> {
    let rows = sqlx::query_scalar!(
        "select case_id from notification.alarm
         where state = 'ringing' and next_at <= $1 order by next_at, case_id limit $2",
        now.to_sqlx() as _,
        i64::from(most),
    )
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(CaseId::from_uuid).collect())
}

/// The recipients of whom something about a case has not gone out, by their aggregates.
pub(crate) async fn recipients(
    connection: &mut PgConnection,
    case: CaseId,
) -> Result<Vec<Uuid>, sqlx::Error> {
    sqlx::query_scalar!(
        r#"select distinct recipient_key as "key!" from notification.message
           where case_id = $1 and state in ('queued', 'sending') and recipient_key is not null
           order by 1"#,
        case.uuid(),
    )
    .fetch_all(connection)
    .await
}
