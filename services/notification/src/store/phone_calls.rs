//! Whom the desk is to phone.

use authz::{Relation, Scope};
use clock::{AccountId, CaseId, MessageId};
use events::words::{Level, Recipient};
use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use sqlx::{PgConnection, types::Json};

use super::{acknowledgements::Columns, messages::undecodable};
use crate::{acknowledgement::Acknowledgement, tell::Matter};

/// Somebody to phone.
#[derive(Debug)]
pub(crate) struct PhoneCall {
    /// The message that nobody has acknowledged: what the call is named by.
    pub(crate) message: MessageId,
    pub(crate) case: CaseId,
    pub(crate) level: Level,
    pub(crate) matter: Matter,
    pub(crate) to: Recipient,
    /// The template that was filled in.
    pub(crate) template: String,
    pub(crate) known: Acknowledgement,
}

/// Which of those that somebody may see.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wanted {
    /// Only those that this one may take at this time, their own first.
    pub(crate) free_to: Option<(AccountId, Timestamp)>,
    /// After this one in the order of the list.
    pub(crate) after: Option<MessageId>,
    /// At most so many.
    pub(crate) limit: u32,
}

/// The calls within `scope`: those that nobody tried first, and of them the oldest.
///
/// The rows show no relation: whoever phones may phone anybody.
pub(crate) async fn list(
    connection: &mut PgConnection,
    scope: &Scope,
    wanted: Wanted,
) -> Result<Vec<PhoneCall>, sqlx::Error> {
    let (account, at) = wanted.free_to.unzip();
    let rows = sqlx::query!(
        r#"select a.message_id, a.case_id, a.state, a.at, a.why, a.tries, a.taken_by,
                  a.taken_until, a.said_by, m.recipient, m.template, c.level,
                  c.state as "matter: Json<Matter>"
           from notification.acknowledgement a
           join notification.message m on m.id = a.message_id
           join notification.matter c on c.case_id = a.case_id
           where a.state = 'to-phone' and c.level = any($1)
             and ($2::uuid is null or a.taken_by is null or a.taken_by = $2 or a.taken_until <= $3)
             and ($4::uuid is null or (a.tries, a.at, a.message_id) >
                      (select tries, at, message_id from notification.acknowledgement
                       where message_id = $4))
           order by a.taken_by = $2 desc nulls last, a.tries, a.at, a.message_id
           limit $5"#,
        &scope.levels(Relation::Unrelated),
        account.map(AccountId::uuid),
        at.map(Timestamp::to_sqlx) as _,
        wanted.after.map(MessageId::uuid),
        i64::from(wanted.limit),
    )
    .fetch_all(connection)
    .await?;
    let call = rows.into_iter().map(|row| {
        let known = Columns {
            state: row.state,
            at: row.at,
            why: row.why,
            tries: row.tries,
            taken_by: row.taken_by,
            taken_until: row.taken_until,
            said_by: row.said_by,
        };
        Ok(PhoneCall {
            message: MessageId::from_uuid(row.message_id),
            case: CaseId::from_uuid(row.case_id),
            level: row.level.parse().map_err(undecodable)?,
            matter: row.matter.0,
            to: row.recipient.parse().map_err(undecodable)?,
            template: row.template,
            known: known.try_into()?,
        })
    });
    call.collect()
}
