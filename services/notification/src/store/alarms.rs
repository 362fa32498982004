//! Whether anybody has an alarm. Whoever writes one has locked its case.

use clock::{AccountId, CaseId};
use events::words::Cycle;
use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use sqlx::PgConnection;
use uuid::Uuid;

use super::messages::undecodable;
use crate::alarm::Alarm;

/// That of a case in a cycle, if it is one and was raised.
pub(crate) async fn load(
    connection: &mut PgConnection,
    case: CaseId,
    cycle: Cycle,
) -> Result<Option<Alarm>, sqlx::Error> {
    let row = sqlx::query!(
        "select state, at, steps, turn, said_by from notification.alarm
         where case_id = $1 and cycle = $2",
        case.uuid(),
        i32::from(cycle.get()),
    )
    .fetch_optional(connection)
    .await?;
    let alarm = row.map(|row| {
        let (at, steps) = (row.at.to_jiff(), row.steps.unsigned_abs());
        match (row.state.as_str(), row.turn, row.said_by.map(AccountId::from_uuid)) {
            ("ringing", Some(turn), _) => {
                Ok(Alarm::Ringing { raised_at: at, steps, turn: turn.unsigned_abs() })
            }
            ("acknowledged", _, Some(by)) => Ok(Alarm::Acknowledged { steps, by, at }),
            ("over", _, _) => Ok(Alarm::Over { steps, at }),
            (state, _, _) => Err(undecodable(format!("`{state}` is no alarm"))),
        }
    });
    alarm.transpose()
}

/// The cycles of a case in which its alarm rings.
pub(crate) async fn ringing(
    connection: &mut PgConnection,
    case: CaseId,
) -> Result<Vec<Cycle>, sqlx::Error> {
    let rows = sqlx::query_scalar!(
        "select cycle from notification.alarm where case_id = $1 and state = 'ringing'",
        case.uuid(),
    )
    .fetch_all(connection)
    .await?;
    let cycle = |cycle: i32| u16::try_from(cycle).ok().and_then(Cycle::new);
    let cycles = rows.into_iter().map(cycle).collect::<Option<_>>();
    cycles.ok_or_else(|| undecodable("an alarm has no such cycle"))
}

/// Writes what is known now, and when somebody is alerted next.
pub(crate) async fn save(
    connection: &mut PgConnection,
    case: CaseId,
    cycle: Cycle,
    alarm: Alarm,
    next_at: Option<Timestamp>,
) -> Result<(), sqlx::Error> {
    let (at, turn, said_by) = match alarm {
        Alarm::Ringing { raised_at, turn, .. } => {
            (raised_at, Some(i32::try_from(turn).unwrap_or(i32::MAX)), None)
        }
        Alarm::Acknowledged { by, at, .. } => (at, None, Some(by.uuid())),
        Alarm::Over { at, .. } => (at, None, None),
    };
    sqlx::query!(
        "insert into notification.alarm (case_id, cycle, state, at, steps, turn, next_at, said_by)
         values ($1, $2, $3, $4, $5, $6, $7, $8)
         on conflict (case_id, cycle) do update
         set state = excluded.state, at = excluded.at, steps = excluded.steps,
             turn = excluded.turn, next_at = excluded.next_at, said_by = excluded.said_by",
        case.uuid(),
        i32::from(cycle.get()),
        alarm.word(),
        at.to_sqlx() as _,
        i32::try_from(alarm.steps()).unwrap_or(i32::MAX),
        turn,
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
