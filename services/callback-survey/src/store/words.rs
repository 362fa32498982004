use std::collections::BTreeMap;

use clock::CallbackId;
use sealing::WrappedKey;
use sqlx::PgConnection;
use uuid::Uuid;

use super::keys::wrapped;

/// Keeps what came with an answer, numbered from 1.
pub(crate) async fn insert(
    connection: &mut PgConnection,
    callback: CallbackId,
    answer: usize,
    sealed: &[u8],
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into callback_survey.words (callback, answer, sealed) values ($1, $2, $3)",
        callback.uuid(),
        i32::try_from(answer).unwrap_or(i32::MAX),
        sealed,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Words as they are stored, with the key that opens them.
#[derive(Debug)]
pub(crate) struct Sealed {
    pub(crate) key: WrappedKey,
    pub(crate) sealed: Vec<u8>,
}

/// The words of these callbacks, by callback and the number of the answer.
pub(crate) async fn load(
    connection: &mut PgConnection,
    callbacks: &[CallbackId],
) -> Result<BTreeMap<(CallbackId, usize), Sealed>, sqlx::Error> {
    let ids: Vec<Uuid> = callbacks.iter().copied().map(CallbackId::uuid).collect();
    let rows = sqlx::query!(
        "select w.callback, w.answer, w.sealed, k.key_id, k.wrapped
         from callback_survey.words w join callback_survey.data_key k on k.callback = w.callback
         where w.callback = any($1)",
        &ids,
    )
    .fetch_all(connection)
    .await?;
    let sealed = rows.into_iter().map(|row| {
        let answer = usize::try_from(row.answer).unwrap_or_default();
        let key = wrapped(&row.key_id, row.wrapped)?;
        Ok(((CallbackId::from_uuid(row.callback), answer), Sealed { key, sealed: row.sealed }))
    });
    sealed.collect()
}
