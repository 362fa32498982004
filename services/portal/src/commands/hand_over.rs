use clock::AccountId;
use events::words::Service;
use prost::Message;
use proto::{
    dispatch::v1::{Holder, ImportHoldersRequest},
    intake::v1::{ImportRequestersRequest, Requester},
};
use rpc::{Code, Error, IdempotencyKey};

use super::import_people::PEOPLE;
use crate::{
    authenticate::Identity,
    portal::Portal,
    refusal::Refusal,
    secret::{hex, sha256},
    store::people,
};

/// Requesters of one call to intake, far below the largest message.
const REQUESTERS_PER_CALL: usize = 2_000;

/// Tells intake who may ask for something, and dispatch who holds which post: all of both, as they
/// are in the store, so that it may be done again.
pub(super) async fn hand_over(
    portal: &Portal,
    asker: &Identity,
    key: &IdempotencyKey,
) -> Result<(), Refusal> {
    let mut tx = portal.pool().begin().await?;
    let requesters = people::requesters(&mut tx, &portal.masters()).await?;
    // Under the lock of whatever changes them, so that what has the greater number was read later.
    let _locked = delivery::lock(&mut tx, &[PEOPLE]).await?;
    let holders = people::holders(&mut tx).await?;
    let version = people::next_version(&mut tx, portal.clock().machine()).await?;
    tx.commit().await?;
    for requesters in requesters.chunks(REQUESTERS_PER_CALL) {
        let message = ImportRequestersRequest { requesters: requesters.iter().map(wire).collect() };
        let call = portal.on_behalf_at_length(asker)?.idempotent(derived(key, &message)?);
        let answer = portal.peers.intake()?.import_requesters(call.request(message)).await;
        answer.map_err(|status| not_handed_over(Service::Intake, status.into()))?;
    }
    let holder =
        |(account, post): (AccountId, String)| Holder { account: account.to_string(), post };
    let holders = holders.into_iter().map(holder).collect();
    let message = ImportHoldersRequest { holders, version: Some(version) };
    let call = portal.on_behalf_at_length(asker)?.idempotent(derived(key, &message)?);
    let answer = portal.peers.dispatch()?.import_holders(call.request(message)).await;
    answer.map_err(|status| not_handed_over(Service::Dispatch, status.into()))?;
    Ok(())
}

fn wire(requester: &people::Requester) -> Requester {
    let personal = requester.personal.clone();
    Requester {
        person: requester.person.to_string(),
        account: requester.account.to_string(),
        name: personal.name,
        phone: personal.phone.unwrap_or_default(),
        mail: personal.more.mail.unwrap_or_default(),
        number: personal.more.number.unwrap_or_default(),
    }
}

/// The key of a command that follows from another: the same for the same content.
fn derived(key: &IdempotencyKey, message: &impl Message) -> Result<IdempotencyKey, Error> {
    let bytes = [key.as_str().as_bytes(), &message.encode_to_vec()].concat();
    hex(&sha256(&bytes)).parse().map_err(Error::internal)
}

fn not_handed_over(to: Service, error: Error) -> Refusal {
    if error.code() != Code::Unavailable {
        return error.into();
    }
    let message = format!(
        "the accounts are changed, and {to} does not answer: send the same once more, under the same \
         Idempotency-Key"
    );
    Error::unavailable("people-not-handed-over", message, error).into()
}
