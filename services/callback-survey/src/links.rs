//! The links by which reporters answer, where nobody asks.
//!
//! ```text
//!  callback opened ── key of the callback ── HMAC with the person ──> token ── SHA-256 ──> row
//!  at sending: notification asks for the token again        followed: the row is found by its hash
//! ```
//!
//! A token is in no event, log, trace or row: whoever reads all of them can answer for nobody. Without
//! the key no link leads anywhere; that of who is no reporter any more is taken out, and put back, the
//! same, when they are one again.

use std::sync::Arc;

use callback_survey_core::State;
use clock::{CallbackId, PersonId};
use definitions::Rules;
use delivery::{Fault, Tx};
use events::survey::CallbackDueV1;
use ring::digest::{Digest, SHA256, digest};
use rpc::{Code, Error};
use sealing::{DataKey, Masters, Place};
use sqlx::PgConnection;

use crate::{CallbackSurvey, keys, store, store::links::Link};

/// Gives a link to each who may answer by one.
pub(crate) async fn give(
    connection: &mut PgConnection,
    masters: &Masters,
    due: &CallbackDueV1,
) -> Result<(), Fault> {
    if due.linked.is_empty() {
        return Ok(());
    }
    let key = keys::of(connection, masters, due.callback).await?;
    let Some(key) = key else { return Ok(()) };
    for person in &due.linked {
        let hash = hash(&token(&key, *person));
        store::links::insert(connection, hash.as_ref(), due.callback, *person).await?;
    }
    Ok(())
}

/// Gives the links to these callbacks to somebody who had them before; none to one whose key is erased.
pub(crate) async fn give_again(
    connection: &mut PgConnection,
    masters: &Masters,
    callbacks: &[CallbackId],
    person: PersonId,
) -> Result<(), Fault> {
    for callback in callbacks {
        if let Some(key) = keys::known(connection, masters, *callback).await? {
            let hash = hash(&token(&key, person));
            store::links::insert(connection, hash.as_ref(), *callback, person).await?;
        }
    }
    Ok(())
}

/// The tokens of those who have a link, with whose they are.
pub(crate) async fn tokens(
    connection: &mut PgConnection,
    masters: &Masters,
    asked: &[(CallbackId, PersonId)],
) -> Result<Vec<(CallbackId, PersonId, String)>, Fault> {
    let mut tokens = Vec::new();
    for (callback, person) in store::links::having(connection, asked).await? {
        // Who was erased is sent nothing.
        if let Some(key) = keys::known(connection, masters, callback).await? {
            tokens.push((callback, person, token(&key, person)));
        }
    }
    Ok(tokens)
}

/// The row of the link that this token is of.
pub(crate) async fn find(
    connection: &mut PgConnection,
    token: &str,
) -> Result<Option<Link>, sqlx::Error> {
    store::links::find(connection, hash(token).as_ref()).await
}

/// The case that a link is about, with its rules; none if it was never accepted.
pub(crate) async fn about(
    survey: &CallbackSurvey,
    tx: &mut Tx<'_>,
    link: Link,
) -> Result<Option<(State, Arc<Rules>)>, Fault> {
    let state = store::surveys::load(tx, link.case).await?;
    let Some(about) = state.survey() else { return Ok(None) };
    let rules = survey.revisions.rules(tx, about.matter.revision).await?;
    Ok(Some((state, rules)))
}

/// A link that leads nowhere: nobody learns whether it ever did.
pub(crate) fn over() -> Error {
    Error::new(Code::NotFound, "link-over", "this link leads nowhere, or nowhere any more")
}

fn token(key: &DataKey, person: PersonId) -> String {
    key.token(Place { field: "link", owner: person.uuid().into_bytes() })
}

fn hash(token: &str) -> Digest {
    digest(&SHA256, token.as_bytes())
}
