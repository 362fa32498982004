//! Sendings on their ways out of the installation. Whoever writes one has locked its recipient.

use clock::SendingId;
use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use sqlx::{PgConnection, types::Json};
use uuid::Uuid;

use crate::outgoing::{Sending, Way};

/// A sending that is due.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ToTry {
    pub(crate) id: SendingId,
    pub(crate) recipient: Uuid,
    /// Where it ends is to be looked up.
    pub(crate) is_personal: bool,
}

/// How many more may be under way.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Room {
    pub(crate) all: usize,
    /// Of those, to persons.
    pub(crate) to_persons: usize,
}

/// What is to be tried now, and is not `carried`: alarms first, then what is critical.
pub(crate) async fn to_try(
    connection: &mut PgConnection,
    machine: Timestamp,
    carried: &[SendingId],
    room: Room,
) -> Result<Vec<ToTry>, sqlx::Error> {
    let carried: Vec<_> = carried.iter().map(|id| id.uuid()).collect();
    let rows = sqlx::query!(
        r#"with due as (
               select id, recipient_key, address is null as is_personal, alarm, critical, try_at
               from notification.sending
               where state = 'sending' and try_at <= $1 and id <> all($2)
           ), fits as (
               (select * from due where not is_personal
                order by alarm desc, critical desc, try_at limit $3)
               union all
               (select * from due where is_personal
                order by alarm desc, critical desc, try_at limit $4)
           )
           select id as "id!", recipient_key as "recipient_key!", is_personal as "is_personal!"
           from fits order by alarm desc, critical desc, try_at limit $3"#,
        machine.to_sqlx() as _,
        &carried,
        i64::try_from(room.all).unwrap_or(i64::MAX),
        i64::try_from(room.to_persons).unwrap_or(i64::MAX),
    )
    .fetch_all(connection)
    .await?;
    let row = rows.into_iter().map(|row| ToTry {
        id: SendingId::from_uuid(row.id),
        recipient: row.recipient_key,
        is_personal: row.is_personal,
    });
    Ok(row.collect())
}

/// Nothing went out by the attempt that was noted last: its way has the room again.
pub(crate) async fn took_no_room(
    connection: &mut PgConnection,
    id: SendingId,
) -> Result<(), sqlx::Error> {
    sqlx::query!("update notification.sending set tried_at = null where id = $1", id.uuid())
        .execute(&mut *connection)
        .await?;
    sqlx::query!(
        "delete from notification.attempt
         where id = (select max(id) from notification.attempt where sending_id = $1)",
        id.uuid(),
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// A sending, if it is still to be tried at this time.
pub(crate) async fn still_to_try(
    connection: &mut PgConnection,
    id: SendingId,
    machine: Timestamp,
) -> Result<Option<Sending>, sqlx::Error> {
    let row = sqlx::query!(
        r#"select ways as "ways!: Json<Vec<Way>>", critical, alarm, tries
           from notification.sending where id = $1 and state = 'sending' and try_at <= $2"#,
        id.uuid(),
        machine.to_sqlx() as _,
    )
    .fetch_optional(connection)
    .await?;
    Ok(row.map(|row| Sending {
        id,
        ways: row.ways.0,
        critical: row.critical,
        is_alarm: row.alarm,
        tries: row.tries.unsigned_abs(),
        messages: Vec::new(),
    }))
}

/// Whether no other transaction looks whether this way has room; none does until this one ends. Nobody
/// waits for that with a connection in hand.
pub(crate) async fn take_turns(
    connection: &mut PgConnection,
    way: &Way,
) -> Result<bool, sqlx::Error> {
    let address = way.address.as_ref().map(|address| format!(" {address}"));
    sqlx::query_scalar!(
        r#"select pg_try_advisory_xact_lock(hashtextextended('notification.way ' || $1, 0))
               as "is_free!""#,
        [way.channel.word(), address.as_deref().unwrap_or_default()].concat(),
    )
    .fetch_one(connection)
    .await
}

/// When this way was tried since then, the oldest first, each attempt of a sending for itself; to persons,
/// whose addresses nobody keeps, all go the same way.
pub(crate) async fn tried_since(
    connection: &mut PgConnection,
    way: &Way,
    since: Timestamp,
) -> Result<Vec<Timestamp>, sqlx::Error> {
    let rows = sqlx::query_scalar!(
        "select at from notification.attempt
         where channel = $1 and at > $3
           and (address = $2 or $2::text is null and address is null)
         order by at",
        way.channel.word(),
        way.address.as_deref(),
        since.to_sqlx() as _,
    )
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(jiff_sqlx::Timestamp::to_jiff).collect())
}

/// How many that weigh more than this one are due by the same way until then.
pub(crate) async fn weightier(
    connection: &mut PgConnection,
    sending: &Sending,
    way: &Way,
    until: Timestamp,
) -> Result<usize, sqlx::Error> {
    let count = sqlx::query_scalar!(
        r#"select count(*) as "count!" from notification.sending
           where state = 'sending' and try_at <= $3 and channel = $1
             and (address = $2 or $2::text is null and address is null)
             and (alarm, critical) > ($4::boolean, $5::boolean)"#,
        way.channel.word(),
        way.address.as_deref(),
        until.to_sqlx() as _,
        sending.is_alarm,
        sending.critical,
    )
    .fetch_one(connection)
    .await?;
    Ok(usize::try_from(count).unwrap_or_default())
}

/// An attempt is made now; if nothing is heard of it, another follows at `again`. Those that were made up
/// to `over` count for no budget any more.
pub(crate) async fn attempt(
    connection: &mut PgConnection,
    id: SendingId,
    machine: Timestamp,
    (again, over): (Timestamp, Timestamp),
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update notification.sending set tries = tries + 1, tried_at = $2, try_at = $3
         where id = $1",
        id.uuid(),
        machine.to_sqlx() as _,
        again.to_sqlx() as _,
    )
    .execute(&mut *connection)
    .await?;
    sqlx::query!(
        "insert into notification.attempt (sending_id, channel, address, at)
         select id, channel, address, $2 from notification.sending where id = $1",
        id.uuid(),
        machine.to_sqlx() as _,
    )
    .execute(&mut *connection)
    .await?;
    sqlx::query!(
        "delete from notification.attempt where id in (
             select id from notification.attempt where at <= $1 for update skip locked)",
        over.to_sqlx() as _,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// It is tried at `at`, not before.
pub(crate) async fn try_at(
    connection: &mut PgConnection,
    id: SendingId,
    at: Timestamp,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update notification.sending set try_at = $2 where id = $1",
        id.uuid(),
        at.to_sqlx() as _,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// The first of these ways is taken; one within the installation is its recipient's next step.
pub(crate) async fn take(
    connection: &mut PgConnection,
    id: SendingId,
    ways: &[Way],
    try_at: Option<Timestamp>,
) -> Result<(), sqlx::Error> {
    let Some(way) = ways.first() else { return Ok(()) };
    sqlx::query!(
        "update notification.sending
         set ways = $2, channel = $3, address = $4, tries = 0, tried_at = null, try_at = $5
         where id = $1",
        id.uuid(),
        Json(ways) as _,
        way.channel.word(),
        way.address,
        try_at.map(ToSqlx::to_sqlx) as _,
    )
    .execute(&mut *connection)
    .await?;
    sqlx::query!(
        "update notification.message set channel = $2 where sending_id = $1",
        id.uuid(),
        way.channel.word(),
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// No way is left.
pub(crate) async fn give_up(
    connection: &mut PgConnection,
    id: SendingId,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update notification.sending set state = 'failed', try_at = null where id = $1",
        id.uuid(),
    )
    .execute(&mut *connection)
    .await?;
    sqlx::query!(
        "update notification.message set state = 'failed' where sending_id = $1",
        id.uuid(),
    )
    .execute(connection)
    .await?;
    Ok(())
}
