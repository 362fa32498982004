use std::collections::BTreeMap;

use delivery::Tx;
use sealing::{KeyId, WrappedKey};
use sqlx::PgConnection;
use uuid::Uuid;

/// Keeps new keys by their owners.
pub(crate) async fn insert(
    tx: &mut Tx<'_>,
    keys: &BTreeMap<Uuid, WrappedKey>,
) -> Result<(), sqlx::Error> {
    let owners: Vec<_> = keys.keys().copied().collect();
    let ids: Vec<_> = keys.values().map(|key| key.by.bytes()).collect();
    let wrapped: Vec<_> = keys.values().map(|key| &*key.wrapped).collect();
    sqlx::query!(
        "insert into intake.data_keys (owner, key_id, wrapped)
         select * from unnest($1::uuid[], $2::bytea[], $3::bytea[])",
        &owners,
        &ids as _,
        &wrapped as _,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// The keys of these owners; an erased one has none.
pub(crate) async fn load(
    connection: &mut PgConnection,
    owners: &[Uuid],
) -> Result<BTreeMap<Uuid, WrappedKey>, sqlx::Error> {
    let rows = sqlx::query!(
        "select owner, key_id, wrapped from intake.data_keys where owner = any($1)",
        owners,
    )
    .fetch_all(connection)
    .await?;
    let key = |row: (Uuid, Vec<u8>, Vec<u8>)| {
        let (owner, id, wrapped) = row;
        let by = KeyId::try_from(&*id).map_err(|error| sqlx::Error::Decode(error.into()))?;
        Ok((owner, WrappedKey { by, wrapped }))
    };
    rows.into_iter().map(|row| key((row.owner, row.key_id, row.wrapped))).collect()
}
