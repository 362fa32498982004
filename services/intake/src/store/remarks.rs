use clock::CaseId;
use delivery::Tx;
use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use sqlx::PgConnection;
use uuid::Uuid;

/// What somebody said with a command.
pub(crate) struct Remark {
    pub(crate) case: CaseId,
    pub(crate) at: Timestamp,
    pub(crate) actor: String,
    pub(crate) action: String,
    /// Whose key sealed the words, if not the one that sealed the case's own.
    pub(crate) owner: Option<Uuid>,
    pub(crate) words: Vec<u8>,
}

/// Keeps it.
pub(crate) async fn insert(tx: &mut Tx<'_>, remark: &Remark) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into intake.remarks (case_id, at, actor, action, owner, words)
         values ($1, $2, $3, $4, $5, $6)",
        remark.case.uuid(),
        remark.at.to_sqlx() as _,
        remark.actor,
        remark.action,
        remark.owner,
        remark.words,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// What was said last with such a command, if anything ever was.
pub(crate) async fn last(
    connection: &mut PgConnection,
    case: CaseId,
    action: &str,
) -> Result<Option<Remark>, sqlx::Error> {
    let row = sqlx::query!(
        "select at, actor, action, owner, words from intake.remarks
         where case_id = $1 and action = $2 order by at desc, entry desc limit 1",
        case.uuid(),
        action,
    )
    .fetch_optional(connection)
    .await?;
    Ok(row.map(|row| Remark {
        case,
        at: row.at.to_jiff(),
        actor: row.actor,
        action: row.action,
        owner: row.owner,
        words: row.words,
    }))
}

/// All that was said about a case, the oldest first.
pub(crate) async fn of(
    connection: &mut PgConnection,
    case: CaseId,
) -> Result<Vec<Remark>, sqlx::Error> {
    let rows = sqlx::query!(
        "select at, actor, action, owner, words from intake.remarks
         where case_id = $1 order by at, entry",
        case.uuid(),
    )
    .fetch_all(connection)
    .await?;
    let remarks = rows.into_iter().map(|row| Remark {
        case,
        at: row.at.to_jiff(),
        actor: row.actor,
        action: row.action,
        owner: row.owner,
        words: row.words,
    });
    Ok(remarks.collect())
}
