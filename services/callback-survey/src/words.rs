//! What people said in their own words: sealed, with a key per callback.

use clock::CallbackId;
use delivery::Fault;
use ring::rand::SystemRandom;
use sealing::{Masters, Place};
use sqlx::PgConnection;

use crate::store::words::{self as store, Sealed};

/// Keeps what came with an answer, the `answer`th of its callback.
pub(crate) async fn keep(
    connection: &mut PgConnection,
    masters: &Masters,
    callback: CallbackId,
    answer: usize,
    words: &str,
) -> Result<(), Fault> {
    let random = SystemRandom::new();
    let place = place(callback);
    let key = if let Some(known) = store::key(connection, callback).await? {
        masters.open_key(place.owner, &known).map_err(Fault::own)?
    } else {
        let (key, new) = masters.new_key(place.owner, &random).map_err(Fault::own)?;
        store::insert_key(connection, callback, &new).await?;
        key
    };
    let sealed = key.seal(place, words, &random).map_err(Fault::own)?;
    Ok(store::insert(connection, callback, answer, &sealed).await?)
}

/// What was said, of words as they are stored.
pub(crate) fn open(
    masters: &Masters,
    callback: CallbackId,
    words: &Sealed,
) -> Result<String, Fault> {
    let place = place(callback);
    let key = masters.open_key(place.owner, &words.key).map_err(Fault::own)?;
    key.open(place, &words.sealed).map_err(Fault::own)
}

const fn place(callback: CallbackId) -> Place<'static> {
    Place { field: "words", owner: callback.uuid().into_bytes() }
}
