use clock::CaseId;
use delivery::Tx;
use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;

/// What somebody said with a command.
pub(crate) struct Remark<'a> {
    pub(crate) case: CaseId,
    pub(crate) at: Timestamp,
    pub(crate) actor: &'a str,
    pub(crate) action: &'a str,
    /// Sealed as the case's own words are.
    pub(crate) words: Vec<u8>,
}

/// Keeps it.
pub(crate) async fn insert(tx: &mut Tx<'_>, remark: &Remark<'_>) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into intake.remarks (case_id, at, actor, action, words) values ($1, $2, $3, $4, $5)",
        remark.case.uuid(),
        remark.at.to_sqlx() as _,
        remark.actor,
        remark.action,
        remark.words,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}
