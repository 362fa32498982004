//! The key of a callback: it seals what people said of it, and gives the links to it.
//!
//! Whoever is erased, the keys of their callbacks are: what was sealed opens no more, no link that was
//! sent leads anywhere, and no key is made anew.

use clock::CallbackId;
use delivery::Fault;
use ring::rand::SystemRandom;
use sealing::{DataKey, Masters};
use sqlx::PgConnection;

use crate::store;

/// The key of a callback, a new one if it never had any; none if it was erased.
pub(crate) async fn of(
    connection: &mut PgConnection,
    masters: &Masters,
    callback: CallbackId,
) -> Result<Option<DataKey>, Fault> {
    if let Some(key) = known(connection, masters, callback).await? {
        return Ok(Some(key));
    }
    let owner = callback.uuid().into_bytes();
    let (key, new) = masters.new_key(owner, &SystemRandom::new()).map_err(Fault::own)?;
    let is_new = store::keys::insert(connection, callback, &new).await?;
    Ok(is_new.then_some(key))
}

/// The key of a callback, if it has one.
pub(crate) async fn known(
    connection: &mut PgConnection,
    masters: &Masters,
    callback: CallbackId,
) -> Result<Option<DataKey>, Fault> {
    let known = store::keys::find(connection, callback).await?;
    let open = |key| masters.open_key(callback.uuid().into_bytes(), &key);
    known.map(open).transpose().map_err(Fault::own)
}
