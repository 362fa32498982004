use clock::CallbackId;
use sealing::{KeyId, WrappedKey};
use sqlx::PgConnection;

/// The key of a callback; none once who was asked is erased, and before there is anything to seal.
pub(crate) async fn find(
    connection: &mut PgConnection,
    callback: CallbackId,
) -> Result<Option<WrappedKey>, sqlx::Error> {
    let row = sqlx::query!(
        "select key_id, wrapped from callback_survey.data_key where callback = $1",
        callback.uuid()
    )
    .fetch_optional(connection)
    .await?;
    row.map(|row| wrapped(&row.key_id, row.wrapped)).transpose()
}

/// Keeps the key of a callback, unless it had one that is erased: then there is something made with it.
pub(crate) async fn insert(
    connection: &mut PgConnection,
    callback: CallbackId,
    key: &WrappedKey,
) -> Result<bool, sqlx::Error> {
    let inserted = sqlx::query!(
        "insert into callback_survey.data_key (callback, key_id, wrapped)
         select $1::uuid, $2::bytea, $3::bytea
         where not exists (select from callback_survey.words where callback = $1)
             and not exists (select from callback_survey.quality_note where callback = $1)
             and not exists (select from callback_survey.link where callback = $1)",
        callback.uuid(),
        key.by.bytes(),
        key.wrapped,
    )
    .execute(connection)
    .await?;
    Ok(inserted.rows_affected() == 1)
}

/// A key as its columns have it.
pub(super) fn wrapped(key_id: &[u8], wrapped: Vec<u8>) -> Result<WrappedKey, sqlx::Error> {
    let by = KeyId::try_from(key_id).map_err(|error| sqlx::Error::Decode(error.into()))?;
    Ok(WrappedKey { by, wrapped })
}
