//! What is known of messages that want an acknowledgement. Whoever writes one has locked its case.

use clock::{AccountId, CaseId, MessageId, SendingId};
use definitions::Occasion;
use events::words::{Recipient, Unheard};
use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use sqlx::PgConnection;
use uuid::Uuid;

use super::messages::undecodable;
use crate::acknowledgement::{Acknowledgement, Taken};

/// A message that wants one, or wanted it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Asked {
    pub(crate) message: MessageId,
    pub(crate) case: CaseId,
    pub(crate) to: Recipient,
    /// What it tells of; none that only a later release knows.
    pub(crate) occasion: Option<Occasion>,
    /// No way led to its recipient.
    pub(crate) is_undelivered: bool,
    pub(crate) known: Acknowledgement,
}

/// The columns of an acknowledgement.
#[derive(Debug)]
pub(super) struct Columns {
    pub(super) state: String,
    pub(super) at: jiff_sqlx::Timestamp,
    pub(super) why: Option<String>,
    pub(super) tries: i32,
    pub(super) taken_by: Option<Uuid>,
    pub(super) taken_until: Option<jiff_sqlx::Timestamp>,
    pub(super) said_by: Option<Uuid>,
}

impl TryFrom<Columns> for Acknowledgement {
    type Error = sqlx::Error;

    fn try_from(row: Columns) -> Result<Self, sqlx::Error> {
        let at = row.at.to_jiff();
        let taken = row
            .taken_by
            .zip(row.taken_until)
            .map(|(by, until)| Taken { by: AccountId::from_uuid(by), until: until.to_jiff() });
        match (row.state.as_str(), row.why, row.said_by) {
            ("awaited", _, _) => Ok(Self::Awaited { until: at }),
            ("to-phone", Some(why), _) => Ok(Self::ToPhone {
                why: why.parse().map_err(undecodable)?,
                since: at,
                tries: u16::try_from(row.tries).unwrap_or(u16::MAX),
                taken,
            }),
            ("acknowledged", _, Some(by)) => {
                Ok(Self::Acknowledged { by: AccountId::from_uuid(by), at })
            }
            ("over", _, _) => Ok(Self::Over { at }),
            (state, _, _) => Err(undecodable(format!("`{state}` is no acknowledgement"))),
        }
    }
}

/// From now on an acknowledgement of this message is awaited.
pub(crate) async fn ask(
    connection: &mut PgConnection,
    message: MessageId,
    case: CaseId,
    until: Timestamp,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into notification.acknowledgement (message_id, case_id, state, at)
         values ($1, $2, 'awaited', $3)",
        message.uuid(),
        case.uuid(),
        until.to_sqlx() as _,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// The row of a message that wants one.
#[derive(Debug)]
struct Row {
    message_id: Uuid,
    case_id: Uuid,
    recipient: String,
    template: String,
    undelivered: bool,
    state: String,
    at: jiff_sqlx::Timestamp,
    why: Option<String>,
    tries: i32,
    taken_by: Option<Uuid>,
    taken_until: Option<jiff_sqlx::Timestamp>,
    said_by: Option<Uuid>,
}

impl TryFrom<Row> for Asked {
    type Error = sqlx::Error;

    fn try_from(row: Row) -> Result<Self, sqlx::Error> {
        let Row { state, at, why, tries, taken_by, taken_until, said_by, .. } = row;
        let known = Columns { state, at, why, tries, taken_by, taken_until, said_by };
        Ok(Self {
            message: MessageId::from_uuid(row.message_id),
            case: CaseId::from_uuid(row.case_id),
            to: row.recipient.parse().map_err(undecodable)?,
            occasion: row.template.parse().ok(),
            is_undelivered: row.undelivered,
            known: known.try_into()?,
        })
    }
}

/// Those of a case that are awaited or to be phoned, the oldest message first.
pub(crate) async fn open_of(
    connection: &mut PgConnection,
    case: CaseId,
) -> Result<Vec<Asked>, sqlx::Error> {
    let rows = sqlx::query_as!(
        Row,
        "select a.message_id, a.case_id, m.recipient, m.template, m.undelivered, a.state, a.at,
                a.why, a.tries, a.taken_by, a.taken_until, a.said_by
         from notification.acknowledgement a join notification.message m on m.id = a.message_id
         where a.case_id = $1 and a.state in ('awaited', 'to-phone') order by a.message_id",
        case.uuid(),
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter().map(Asked::try_from).collect()
}

/// That of a message, if it wants or wanted one.
pub(crate) async fn of_message(
    connection: &mut PgConnection,
    message: MessageId,
) -> Result<Option<Asked>, sqlx::Error> {
    let row = sqlx::query_as!(
        Row,
        "select a.message_id, a.case_id, m.recipient, m.template, m.undelivered, a.state, a.at,
                a.why, a.tries, a.taken_by, a.taken_until, a.said_by
         from notification.acknowledgement a join notification.message m on m.id = a.message_id
         where a.message_id = $1",
        message.uuid(),
    )
    .fetch_optional(connection)
    .await?;
    row.map(Asked::try_from).transpose()
}

/// Whom anybody told anything about a case.
pub(crate) async fn told_of(
    connection: &mut PgConnection,
    case: CaseId,
) -> Result<Vec<Recipient>, sqlx::Error> {
    let rows = sqlx::query_scalar!(
        "select distinct recipient from notification.message where case_id = $1",
        case.uuid(),
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter().map(|recipient| recipient.parse().map_err(undecodable)).collect()
}

/// Writes what is known now.
pub(crate) async fn save(
    connection: &mut PgConnection,
    message: MessageId,
    known: Acknowledgement,
) -> Result<(), sqlx::Error> {
    let (at, why, calls, taken, said_by): (_, Option<Unheard>, u16, Option<Taken>, _) = match known
    {
        Acknowledgement::Awaited { until } => (until, None, 0, None, None),
        Acknowledgement::ToPhone { why, since, tries, taken } => {
            (since, Some(why), tries, taken, None)
        }
        Acknowledgement::Acknowledged { by, at } => (at, None, 0, None, Some(by)),
        Acknowledgement::Over { at } => (at, None, 0, None, None),
    };
    sqlx::query!(
        "update notification.acknowledgement
         set state = $2, at = $3, why = $4, tries = $5, taken_by = $6, taken_until = $7,
             said_by = $8
         where message_id = $1",
        message.uuid(),
        known.word(),
        at.to_sqlx() as _,
        why.map(Unheard::word),
        i32::from(calls),
        taken.map(|taken| taken.by.uuid()),
        taken.map(|taken| taken.until.to_sqlx()) as _,
        said_by.map(AccountId::uuid),
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// No way led to the recipients of what a sending carries and is critical.
pub(crate) async fn undelivered(
    connection: &mut PgConnection,
    sending: SendingId,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update notification.message set undelivered = true
         where sending_id = $1 and weight = 'critical'",
        sending.uuid(),
    )
    .execute(connection)
    .await?;
    Ok(())
}
