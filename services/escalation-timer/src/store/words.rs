use clock::{AccountId, CaseId, TimerId, WorkOrderId};
use delivery::Fault;
use events::words::PostId;
use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use ring::rand::SystemRandom;
use sealing::{Masters, Place, Sealed};
use sqlx::PgConnection;
use uuid::Uuid;

/// What somebody wrote about the clocks of a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Words {
    /// What for.
    pub(crate) about: About,
    /// Who.
    pub(crate) account: AccountId,
    /// When.
    pub(crate) at: Timestamp,
    /// What.
    pub(crate) text: String,
}

/// What words are for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum About {
    /// An order of a leader.
    Order {
        /// The clock that is late.
        timer: TimerId,
        /// As what they ordered it.
        post: PostId,
    },
    /// Evidence for a pause of this work order.
    Evidence(WorkOrderId),
}

/// Keeps words, sealed with a key of their own.
pub(crate) async fn insert(
    connection: &mut PgConnection,
    masters: &Masters,
    (id, case): (Uuid, CaseId),
    words: &Words,
) -> Result<(), Fault> {
    let Words { about, account, at, text } = words;
    let (kind, about, post) = match about {
        About::Order { timer, post } => ("order", timer.uuid(), Some(post.to_string())),
        About::Evidence(work_order) => ("evidence", work_order.uuid(), None),
    };
    let sealed = Sealed::seal(masters, place(id), text, &SystemRandom::new());
    let Sealed { key, words } = sealed.map_err(Fault::own)?;
    sqlx::query!(
        "insert into escalation_timer.words
             (id, case_id, kind, about, account, post, at, key_id, wrapped, sealed)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        id,
        case.uuid(),
        kind,
        about,
        account.uuid(),
        post,
        at.to_sqlx() as _,
        key.by.bytes(),
        key.wrapped,
        words,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// All words of a case, the oldest first.
pub(crate) async fn load(
    connection: &mut PgConnection,
    masters: &Masters,
    case: CaseId,
) -> Result<Vec<Words>, Fault> {
    let rows = sqlx::query!(
        "select id, about, account, post, at, key_id, wrapped, sealed
         from escalation_timer.words where case_id = $1 order by at, id",
        case.uuid(),
    )
    .fetch_all(connection)
    .await?;
    let opened = rows.into_iter().map(|row| {
        let sealed = Sealed::of_row(&row.key_id, row.wrapped, row.sealed).map_err(Fault::own)?;
        let about = match row.post {
            Some(post) => About::Order {
                timer: TimerId::from_uuid(row.about),
                post: post.parse().map_err(Fault::own)?,
            },
            None => About::Evidence(WorkOrderId::from_uuid(row.about)),
        };
        Ok(Words {
            about,
            account: AccountId::from_uuid(row.account),
            at: row.at.to_jiff(),
            text: sealed.open(masters, place(row.id)).map_err(Fault::own)?,
        })
    });
    opened.collect()
}

const fn place(id: Uuid) -> Place<'static> {
    Place { field: "words", owner: id.into_bytes() }
}
