use authz::{Relation, Scope};
use clock::{CaseId, MessageId};
use events::words::{DepartmentId, Level, Recipient};
use rpc::PageSize;
use sqlx::{PgConnection, types::Json};
use uuid::Uuid;

use super::{
    acknowledgements::Columns,
    messages::{Row, undecodable},
};
use crate::{acknowledgement::Acknowledgement, message::Message, tell::Says};

/// Which messages are asked for; what is `None` does not narrow.
#[derive(Debug, Clone)]
pub(crate) struct Wanted {
    /// About which case.
    pub(crate) case: Option<CaseId>,
    /// To whom.
    pub(crate) to: Option<Recipient>,
    /// The word of their status.
    pub(crate) state: Option<&'static str>,
    /// After this one in the order of the list.
    pub(crate) after: Option<MessageId>,
    /// How many of them.
    pub(crate) page_size: PageSize,
}

/// A message that was found, with the level of its case; of the desk's, of which no case is, the level of
/// what everybody at work may know.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) message: Message,
    /// Whether its recipient has said that they know, if they are asked to.
    pub(crate) acknowledgement: Option<Acknowledgement>,
    pub(crate) level: Level,
}

/// The row of a message, with what is known of its acknowledgement and its case's level.
#[derive(Debug)]
struct Listed {
    id: Uuid,
    case_id: Option<Uuid>,
    recipient: String,
    template: String,
    cause: Uuid,
    channel: String,
    state: String,
    title: String,
    text: String,
    full_text: Option<String>,
    queued_at: jiff_sqlx::Timestamp,
    sent_at: Option<jiff_sqlx::Timestamp>,
    weight: String,
    goes_at: Option<jiff_sqlx::Timestamp>,
    says: Option<Json<Says>>,
    sending_id: Option<Uuid>,
    level: String,
    known: Option<String>,
    known_at: Option<jiff_sqlx::Timestamp>,
    why: Option<String>,
    tries: Option<i32>,
    taken_by: Option<Uuid>,
    taken_until: Option<jiff_sqlx::Timestamp>,
    said_by: Option<Uuid>,
}

impl TryFrom<Listed> for Found {
    type Error = sqlx::Error;

    fn try_from(row: Listed) -> Result<Self, sqlx::Error> {
        let Listed { why, taken_by, taken_until, said_by, .. } = row;
        let tries = row.tries.unwrap_or_default();
        let known = row.known.zip(row.known_at).map(|(state, at)| Columns {
            state,
            at,
            why,
            tries,
            taken_by,
            taken_until,
            said_by,
        });
        let acknowledgement = known.map(Acknowledgement::try_from).transpose()?;
        let level = row.level.parse().map_err(undecodable)?;
        let row = Row {
            id: row.id,
            case_id: row.case_id,
            recipient: row.recipient,
            template: row.template,
            cause: row.cause,
            channel: row.channel,
            state: row.state,
            title: row.title,
            text: row.text,
            full_text: row.full_text,
            queued_at: row.queued_at,
            sent_at: row.sent_at,
            weight: row.weight,
            goes_at: row.goes_at,
            says: row.says,
            sending_id: row.sending_id,
        };
        Ok(Self { message: row.try_into()?, acknowledgement, level })
    }
}

/// The messages within `scope`, the newest first; one more than the page holds, if there is one.
///
/// The rows show the relations own, of who is told; in my department, of whose post is; and
/// escalated to me, of the very post.
pub(crate) async fn list(
    connection: &mut PgConnection,
    scope: &Scope,
    wanted: &Wanted,
) -> Result<Vec<Found>, sqlx::Error> {
    let (own, posts) = recipients(scope);
    let rows = sqlx::query_as!(
        Listed,
        r#"select m.id, m.case_id, m.recipient, m.template, m.cause, m.channel, m.state, m.title,
                m.text, m.full_text, m.queued_at, m.sent_at, m.weight, m.goes_at,
                m.rung as "says: Json<Says>", m.sending_id, l.level as "level!", a.state as "known?", a.at as "known_at?", a.why,
                a.tries as "tries?", a.taken_by, a.taken_until, a.said_by
         from notification.message m left join notification.matter c on c.case_id = m.case_id
         cross join lateral (select coalesce(c.level, 'internal') as level) l
         left join notification.acknowledgement a on a.message_id = m.id
         where (l.level = any($1)
                or l.level = any($2) and m.recipient = any($3)
                or l.level = any($4) and m.department = $5
                or l.level = any($11) and m.recipient = any($12))
           and ($6::uuid is null or m.case_id = $6)
           and ($7::text is null or m.recipient = $7)
           and ($8::text is null or m.state = $8)
           and ($9::uuid is null or (m.queued_at, m.id) <
                    (select queued_at, id from notification.message where id = $9))
         order by m.queued_at desc, m.id desc
         limit $10"#,
        &scope.levels(Relation::Unrelated),
        &scope.levels(Relation::Own),
        &own,
        &scope.levels(Relation::InMyDepartment),
        scope.department().map(DepartmentId::as_str),
        wanted.case.map(CaseId::uuid),
        wanted.to.as_ref().map(ToString::to_string),
        wanted.state,
        wanted.after.map(MessageId::uuid),
        i64::from(wanted.page_size.limit()),
        &scope.levels(Relation::EscalatedToMe),
        &posts,
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter().map(Found::try_from).collect()
}

/// As whom somebody is told themselves, and as whose holder.
fn recipients(scope: &Scope) -> (Vec<String>, Vec<String>) {
    let person = scope.person().map(Recipient::Person);
    let own = person.into_iter().chain(scope.account().map(Recipient::Account));
    let posts = scope.posts().into_iter().map(|post| format!("post/{post}"));
    (own.map(|recipient| recipient.to_string()).collect(), posts.collect())
}
