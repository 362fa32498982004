use clock::{MessageId, SendingId};
use definitions::Occasion;
use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use sqlx::{PgConnection, types::Json};
use uuid::Uuid;

use super::messages::undecodable;
use crate::{
    outgoing::{Outgoing, Sending, Waiting, Way, Weight},
    tell::Says,
};

/// What waits for a recipient or is under way. Whoever calls this has locked its aggregate.
pub(crate) async fn load(
    connection: &mut PgConnection,
    key: Uuid,
) -> Result<Outgoing, sqlx::Error> {
    let waiting = sqlx::query!(
        r#"select id, template, channel, weight, ways as "ways: Json<Vec<Way>>",
                  goes_at as "goes_at!", rung as "says: Json<Says>"
           from notification.message where recipient_key = $1 and state = 'queued' order by id"#,
        key,
    )
    .fetch_all(&mut *connection)
    .await?;
    let waiting = waiting.into_iter().map(|row| {
        Ok(Waiting {
            message: MessageId::from_uuid(row.id),
            weight: Weight::read(&row.weight),
            is_alarm: row.template == Occasion::Alarm.word(),
            ways: ways(row.ways, &row.channel)?,
            goes_at: row.goes_at.to_jiff(),
            says: row.says.map_or(Says::Other, |Json(says)| says),
        })
    });
    let waiting = waiting.collect::<Result<_, sqlx::Error>>()?;
    let under_way = sqlx::query!(
        r#"select s.id, s.channel, s.critical, s.alarm, s.tries, s.ways as "ways: Json<Vec<Way>>",
                  array(select m.id from notification.message m where m.sending_id = s.id
                        order by m.id) as "messages!"
           from notification.sending s
           where s.recipient_key = $1 and s.state = 'sending' order by s.id"#,
        key,
    )
    .fetch_all(connection)
    .await?;
    let under_way = under_way.into_iter().map(|row| {
        Ok(Sending {
            id: SendingId::from_uuid(row.id),
            ways: ways(row.ways, &row.channel)?,
            critical: row.critical,
            is_alarm: row.alarm,
            tries: row.tries.unsigned_abs(),
            messages: row.messages.into_iter().map(MessageId::from_uuid).collect(),
        })
    });
    Ok(Outgoing { waiting, under_way: under_way.collect::<Result<_, sqlx::Error>>()? })
}

/// The ways of a row; an earlier release wrote its channel alone.
fn ways(ways: Option<Json<Vec<Way>>>, channel: &str) -> Result<Vec<Way>, sqlx::Error> {
    match ways {
        Some(Json(ways)) => Ok(ways),
        None => Ok(vec![Way::within(channel.parse().map_err(undecodable)?)]),
    }
}

/// From now on these messages may have gone out, together. The courier tries it from `try_at` on, in
/// machine time; never one that ends in the installation.
pub(crate) async fn begin(
    connection: &mut PgConnection,
    key: Uuid,
    sending: &Sending,
    now: Timestamp,
    try_at: Option<Timestamp>,
) -> Result<(), sqlx::Error> {
    let Sending { id, ways, critical, is_alarm, messages, .. } = sending;
    let way = ways.first().ok_or_else(|| undecodable("a sending has no way"))?;
    sqlx::query!(
        "insert into notification.sending
             (id, recipient_key, channel, state, begun_at, ways, address, critical, try_at, alarm)
         values ($1, $2, $3, 'sending', $4, $5, $6, $7, $8, $9)",
        id.uuid(),
        key,
        way.channel.word(),
        now.to_sqlx() as _,
        Json(ways) as _,
        way.address,
        critical,
        try_at.map(ToSqlx::to_sqlx) as _,
        is_alarm,
    )
    .execute(&mut *connection)
    .await?;
    join(connection, *id, *critical, messages).await
}

/// A sending that nobody has tried carries these messages too.
pub(crate) async fn join(
    connection: &mut PgConnection,
    id: SendingId,
    critical: bool,
    messages: &[MessageId],
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update notification.message m
         set state = 'sending', sending_id = s.id, channel = s.channel
         from notification.sending s where s.id = $1 and m.id = any($2)",
        id.uuid(),
        &uuids(messages),
    )
    .execute(&mut *connection)
    .await?;
    sqlx::query!(
        "update notification.sending set critical = true where id = $1 and $2 and not critical",
        id.uuid(),
        critical,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// A sending was performed: all that it carried is sent, and not told yet.
pub(crate) async fn sent(
    connection: &mut PgConnection,
    id: SendingId,
    at: Timestamp,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update notification.sending set state = 'sent', sent_at = $2, try_at = null where id = $1",
        id.uuid(),
        at.to_sqlx() as _,
    )
    .execute(&mut *connection)
    .await?;
    sqlx::query!(
        "update notification.message set state = 'sent', sent_at = $2, told = false
         where sending_id = $1",
        id.uuid(),
        at.to_sqlx() as _,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// These will not be said.
pub(crate) async fn withdraw(
    connection: &mut PgConnection,
    messages: &[MessageId],
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update notification.message set state = 'withdrawn' where id = any($1)",
        &uuids(messages),
    )
    .execute(connection)
    .await?;
    Ok(())
}

fn uuids(messages: &[MessageId]) -> Vec<Uuid> {
    messages.iter().map(|message| message.uuid()).collect()
}
