use std::{
    collections::{BTreeMap, BTreeSet},
    error::Error,
};

use clock::{CaseId, MessageId, SendingId};
use delivery::{Tx, nudge};
use events::words::{CaseNumber, Level, Recipient};
use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use sqlx::{PgConnection, types::Json};
use uuid::Uuid;

use crate::{
    message::{Message, Status},
    outgoing::{self, Way, Weight},
    tell::{Says, Words},
};

/// The row of one message.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) id: Uuid,
    pub(super) case_id: Option<Uuid>,
    pub(super) recipient: String,
    pub(super) template: String,
    pub(super) cause: Uuid,
    pub(super) channel: String,
    pub(super) state: String,
    pub(super) title: String,
    pub(super) text: String,
    pub(super) full_text: Option<String>,
    pub(super) queued_at: jiff_sqlx::Timestamp,
    pub(super) sent_at: Option<jiff_sqlx::Timestamp>,
    pub(super) weight: String,
    pub(super) goes_at: Option<jiff_sqlx::Timestamp>,
    pub(super) says: Option<Json<Says>>,
    pub(super) sending_id: Option<Uuid>,
}

impl TryFrom<Row> for Message {
    type Error = sqlx::Error;

    fn try_from(row: Row) -> Result<Self, sqlx::Error> {
        let sent_at = row.sent_at.map(jiff_sqlx::Timestamp::to_jiff);
        Ok(Self {
            id: MessageId::from_uuid(row.id),
            case: row.case_id.map(CaseId::from_uuid),
            to: row.recipient.parse().map_err(undecodable)?,
            template: row.template.parse().map_err(undecodable)?,
            cause: row.cause,
            channel: row.channel.parse().map_err(undecodable)?,
            words: Words { title: row.title, text: row.text, full: row.full_text },
            weight: Weight::read(&row.weight),
            says: row.says.map_or(Says::Other, |Json(says)| says),
            queued_at: row.queued_at.to_jiff(),
            // What an earlier release queued goes at once.
            goes_at: row.goes_at.unwrap_or(row.queued_at).to_jiff(),
            sending: row.sending_id.map(SendingId::from_uuid),
            status: Status::read(&row.state, sent_at).map_err(undecodable)?,
        })
    }
}

pub(super) fn undecodable(cause: impl Into<Box<dyn Error + Send + Sync>>) -> sqlx::Error {
    sqlx::Error::Decode(cause.into())
}

/// Queues a message, unless its recipient was told of its cause; says whether it was not.
pub(crate) async fn queue(
    connection: &mut PgConnection,
    message: &Message,
    ways: &[Way],
) -> Result<bool, sqlx::Error> {
    let Message { id, case, to, template, cause, channel, words, weight, says, .. } = message;
    let department = match to {
        Recipient::Post(post) => Some(post.department().as_str()),
        Recipient::Person(_) | Recipient::Account(_) => None,
    };
    let queued = sqlx::query!(
        "insert into notification.message
             (id, case_id, recipient, department, template, cause, channel, state, title, text,
              queued_at, recipient_key, weight, goes_at, rung, ways, full_text)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)
         on conflict (recipient, cause) do nothing",
        id.uuid(),
        case.map(CaseId::uuid),
        to.to_string(),
        department,
        template.as_str(),
        cause,
        channel.word(),
        message.status.word(),
        words.title,
        words.text,
        message.queued_at.to_sqlx() as _,
        outgoing::key(to),
        weight.word(),
        message.goes_at.to_sqlx() as _,
        Json(says) as _,
        Json(ways) as _,
        words.full,
    )
    .execute(connection)
    .await?;
    Ok(queued.rows_affected() > 0)
}

/// The messages that a sending carries: what is critical first, and of that the oldest.
pub(crate) async fn of_sending(
    connection: &mut PgConnection,
    sending: SendingId,
) -> Result<Vec<Message>, sqlx::Error> {
    let rows = sqlx::query_as!(
        Row,
        r#"select id, case_id, recipient, template, cause, channel, state, title, text, full_text,
                  queued_at, sent_at, weight, goes_at, rung as "says: Json<Says>", sending_id
           from notification.message where sending_id = $1
           order by weight = 'critical' desc, id"#,
        sending.uuid(),
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter().map(Message::try_from).collect()
}

/// Those of the messages that a sending carries whose case is hidden, with its number.
pub(crate) async fn hidden_of_sending(
    connection: &mut PgConnection,
    sending: SendingId,
) -> Result<BTreeMap<MessageId, CaseNumber>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"select m.id, c.state ->> 'number' as "number!"
           from notification.message m join notification.matter c on c.case_id = m.case_id
           where m.sending_id = $1 and c.level = $2"#,
        sending.uuid(),
        Level::Hidden.word(),
    )
    .fetch_all(connection)
    .await?;
    let row = rows.into_iter().map(|row| {
        let number = row.number.parse().map_err(undecodable)?;
        Ok((MessageId::from_uuid(row.id), number))
    });
    row.collect()
}

/// The levels of the cases that a sending tells of, as they are now.
pub(crate) async fn levels_of_sending(
    connection: &mut PgConnection,
    sending: SendingId,
) -> Result<Vec<Level>, sqlx::Error> {
    let levels = sqlx::query_scalar!(
        "select distinct c.level
         from notification.message m join notification.matter c on c.case_id = m.case_id
         where m.sending_id = $1",
        sending.uuid(),
    )
    .fetch_all(connection)
    .await?;
    levels.into_iter().map(|level| level.parse().map_err(undecodable)).collect()
}

/// The messages of a case that were sent and of which nobody has said so; from now on they are told.
pub(crate) async fn tell(
    connection: &mut PgConnection,
    case: CaseId,
) -> Result<Vec<Message>, sqlx::Error> {
    let rows = sqlx::query_as!(
        Row,
        r#"with told as (
               update notification.message set told = true where case_id = $1 and not told
               returning id, case_id, recipient, template, cause, channel, state, title, text,
                         full_text, queued_at, sent_at, weight, goes_at, rung, sending_id
           )
           select id as "id!", case_id, recipient as "recipient!",
                  template as "template!", cause as "cause!", channel as "channel!",
                  state as "state!", title as "title!", text as "text!", full_text,
                  queued_at as "queued_at!", sent_at, weight as "weight!", goes_at,
                  rung as "says: Json<Says>", sending_id
           from told order by sent_at, id"#,
        case.uuid(),
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter().map(Message::try_from).collect()
}

/// The messages of a case that an earlier release queued and has not sent, and for whom they are.
pub(crate) async fn of_earlier_release(
    connection: &mut PgConnection,
    case: CaseId,
) -> Result<Vec<(MessageId, Recipient)>, sqlx::Error> {
    let rows = sqlx::query!(
        "select id, recipient from notification.message
         where case_id = $1 and state in ('queued', 'sending') and recipient_key is null
         order by id",
        case.uuid(),
    )
    .fetch_all(connection)
    .await?;
    let rows = rows.into_iter();
    rows.map(|row| {
        let recipient = row.recipient.parse().map_err(undecodable)?;
        Ok((MessageId::from_uuid(row.id), recipient))
    })
    .collect()
}

/// A message waits for its recipient's next wake-up, though it may have been sent.
pub(crate) async fn hand_over(
    connection: &mut PgConnection,
    message: MessageId,
    key: Uuid,
    now: Timestamp,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update notification.message set state = 'queued', recipient_key = $2, goes_at = $3
         where id = $1",
        message.uuid(),
        key,
        now.to_sqlx() as _,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Each case of messages that were sent will say so.
pub(crate) async fn nudge_cases(
    tx: &mut Tx<'_>,
    sent: &[Message],
    now: Timestamp,
) -> Result<(), sqlx::Error> {
    let cases: BTreeSet<CaseId> = sent.iter().filter_map(|message| message.case).collect();
    for case in cases {
        nudge(tx, case.uuid(), now).await?;
    }
    Ok(())
}
