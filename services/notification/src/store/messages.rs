use std::error::Error;

use clock::{CaseId, MessageId};
use events::words::Recipient;
use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::{
    message::{Message, Status},
    tell::Words,
};

/// The row of one message.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) id: Uuid,
    pub(super) case_id: Uuid,
    pub(super) recipient: String,
    pub(super) template: String,
    pub(super) cause: Uuid,
    pub(super) channel: String,
    pub(super) state: String,
    pub(super) title: String,
    pub(super) text: String,
    pub(super) queued_at: jiff_sqlx::Timestamp,
    pub(super) sent_at: Option<jiff_sqlx::Timestamp>,
}

impl TryFrom<Row> for Message {
    type Error = sqlx::Error;

    fn try_from(row: Row) -> Result<Self, sqlx::Error> {
        let sent_at = row.sent_at.map(jiff_sqlx::Timestamp::to_jiff);
        Ok(Self {
            id: MessageId::from_uuid(row.id),
            case: CaseId::from_uuid(row.case_id),
            to: row.recipient.parse().map_err(undecodable)?,
            template: row.template.parse().map_err(undecodable)?,
            cause: row.cause,
            channel: row.channel.parse().map_err(undecodable)?,
            words: Words { title: row.title, text: row.text },
            queued_at: row.queued_at.to_jiff(),
            status: Status::read(&row.state, sent_at).map_err(undecodable)?,
        })
    }
}

pub(super) fn undecodable(cause: impl Into<Box<dyn Error + Send + Sync>>) -> sqlx::Error {
    sqlx::Error::Decode(cause.into())
}

/// Queues a message, unless its recipient was told of its cause.
pub(crate) async fn queue(
    connection: &mut PgConnection,
    message: &Message,
) -> Result<(), sqlx::Error> {
    let Message { id, case, to, template, cause, channel, words, queued_at, status } = message;
    let department = match to {
        Recipient::Post(post) => Some(post.department().as_str()),
        Recipient::Person(_) | Recipient::Account(_) => None,
    };
    sqlx::query!(
        "insert into notification.message
             (id, case_id, recipient, department, template, cause, channel, state, title, text,
              queued_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
         on conflict (recipient, cause) do nothing",
        id.uuid(),
        case.uuid(),
        to.to_string(),
        department,
        template.as_str(),
        cause,
        channel.word(),
        status.word(),
        words.title,
        words.text,
        queued_at.to_sqlx() as _,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// The messages of a case that are being sent, the oldest first.
pub(crate) async fn sending(
    connection: &mut PgConnection,
    case: CaseId,
) -> Result<Vec<Message>, sqlx::Error> {
    let rows = sqlx::query_as!(
        Row,
        "select id, case_id, recipient, template, cause, channel, state, title, text, queued_at,
                sent_at
         from notification.message where case_id = $1 and state = 'sending' order by id",
        case.uuid(),
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter().map(Message::try_from).collect()
}

/// From now on each queued message of a case may have been sent; answers how many there were.
pub(crate) async fn begin_sending(
    connection: &mut PgConnection,
    case: CaseId,
) -> Result<u64, sqlx::Error> {
    let begun = sqlx::query!(
        "update notification.message set state = 'sending'
         where case_id = $1 and state = 'queued'",
        case.uuid(),
    )
    .execute(connection)
    .await?;
    Ok(begun.rows_affected())
}

/// A message was sent.
pub(crate) async fn sent(
    connection: &mut PgConnection,
    id: MessageId,
    at: Timestamp,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update notification.message set state = 'sent', sent_at = $2 where id = $1",
        id.uuid(),
        at.to_sqlx() as _,
    )
    .execute(connection)
    .await?;
    Ok(())
}
