//! What people said in their own words, and what was noted of it: sealed, with a key per callback.

use clock::CallbackId;
use delivery::Fault;
use ring::rand::SystemRandom;
use sealing::{Masters, Place};
use sqlx::PgConnection;

use crate::{
    keys,
    store::words::{self as store, Kind, Sealed},
};

/// Keeps what came with an answer, the `answer`th of its callback; not of who was erased.
pub(crate) async fn keep(
    connection: &mut PgConnection,
    masters: &Masters,
    callback: CallbackId,
    answer: usize,
    (kind, words): (Kind, &str),
) -> Result<(), Fault> {
    if words.is_empty() {
        return Ok(());
    }
    let Some(key) = keys::of(connection, masters, callback).await? else { return Ok(()) };
    let sealed =
        key.seal(place(callback, kind), words, &SystemRandom::new()).map_err(Fault::own)?;
    Ok(store::insert(connection, callback, answer, kind, &sealed).await?)
}

/// What was said, of words as they are stored.
pub(crate) fn open(
    masters: &Masters,
    callback: CallbackId,
    kind: Kind,
    words: &Sealed,
) -> Result<String, Fault> {
    let place = place(callback, kind);
    let key = masters.open_key(place.owner, &words.key).map_err(Fault::own)?;
    key.open(place, &words.sealed).map_err(Fault::own)
}

const fn place(callback: CallbackId, kind: Kind) -> Place<'static> {
    Place { field: kind.field(), owner: callback.uuid().into_bytes() }
}
