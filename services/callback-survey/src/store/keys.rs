use clock::CallbackId;
use sealing::{KeyId, WrappedKey};
use sqlx::PgConnection;

/// The key of a callback; none once who was asked is erased.
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

/// Keeps the key of a callback.
pub(crate) async fn insert(
    connection: &mut PgConnection,
    callback: CallbackId,
    key: &WrappedKey,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into callback_survey.data_key (callback, key_id, wrapped) values ($1, $2, $3)",
        callback.uuid(),
        key.by.bytes(),
        key.wrapped,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// A key as its columns have it.
pub(super) fn wrapped(key_id: &[u8], wrapped: Vec<u8>) -> Result<WrappedKey, sqlx::Error> {
    let by = KeyId::try_from(key_id).map_err(|error| sqlx::Error::Decode(error.into()))?;
    Ok(WrappedKey { by, wrapped })
}
