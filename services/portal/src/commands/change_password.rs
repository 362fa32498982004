use delivery::audit;
use rpc::{Code, IdempotencyKey};
use sealing::Masters;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::json;

use super::Intent;
use crate::{
    authenticate::Identity,
    password::{LONGEST, SHORTEST},
    portal::Portal,
    refusal::Refusal,
    secret::hex,
    store::{accounts, sessions},
};

/// Gives the asker another password, and ends all their other sessions.
pub(crate) async fn change_password(
    portal: &Portal,
    asker: &Identity,
    key: &IdempotencyKey,
    current: SecretString,
    new: SecretString,
) -> Result<(), Refusal> {
    let (Some(account), Some(session)) = (asker.subject.principal.account(), asker.session) else {
        let message = "only who has logged in by password can change it";
        return Err(Refusal::new(Code::FailedPrecondition, "no-session", message));
    };
    check("new", &new)?;
    let intent = intent(asker, key, (&current, &new), &portal.masters())?;
    // Hashed before the transaction, which would wait for it; refused in it, for the current password
    // of a repeated command is the one before.
    let stored = accounts::password(portal.pool(), account).await?;
    let is_right = portal.passwords.verify(current, stored).await?;
    let hash = if is_right { Some(portal.passwords.hash(new).await?) } else { None };

    let mut tx = portal.pool().begin().await?;
    if let Some(before) = intent.begin(&mut tx, portal.clock().machine()).await? {
        return Ok(before);
    }
    let Some(hash) = hash else {
        let message = "the current password is wrong";
        return Err(Refusal::new(Code::PermissionDenied, "password-wrong", message));
    };
    accounts::set_password(&mut tx, account, &hash).await?;
    sessions::delete_others(&mut tx, account, &session).await?;
    let entry = audit::Entry {
        at: portal.clock().now(),
        actor: &asker.subject.principal.to_string(),
        action: "password.change",
        key: None,
        detail: json!({}),
    };
    audit::record(&mut tx, &entry).await?;
    intent.finish(&mut tx, &()).await?;
    tx.commit().await?;
    Ok(())
}

/// The intention to change the one for the other. It has keyed hashes of them, so that others are
/// another command, and nobody who reads the store can guess them.
fn intent(
    asker: &Identity,
    key: &IdempotencyKey,
    (current, new): (&SecretString, &SecretString),
    masters: &Masters,
) -> Result<Intent, Refusal> {
    let hashed =
        |field, password: &SecretString| hex(&masters.index(field, password.expose_secret()));
    let body = (hashed("current_password", current), hashed("new_password", new));
    Intent::of("Portal/ChangePassword", &asker.subject, key, &body)
}

/// Refuses a password that is too short to be one, or too long to be hashed.
pub(crate) fn check(field: &str, password: &SecretString) -> Result<(), Refusal> {
    let length = password.expose_secret().chars().count();
    if (SHORTEST..=LONGEST).contains(&length) {
        return Ok(());
    }
    Err(Refusal::field(field, format!("must have {SHORTEST} to {LONGEST} characters")))
}
