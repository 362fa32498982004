use delivery::audit;
use rpc::Code;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::json;

use crate::{
    authenticate::Identity,
    password::{LONGEST, SHORTEST},
    portal::Portal,
    refusal::Refusal,
    store::{accounts, sessions},
};

/// Gives the asker another password, and ends all their other sessions.
pub(crate) async fn change_password(
    portal: &Portal,
    asker: &Identity,
    current: SecretString,
    new: SecretString,
) -> Result<(), Refusal> {
    let (Some(account), Some(session)) = (asker.subject.principal.account(), asker.session) else {
        let message = "only who has logged in by password can change it";
        return Err(Refusal::new(Code::FailedPrecondition, "no-session", message));
    };
    check("new", &new)?;
    let stored = accounts::password(portal.pool(), account).await?;
    if !portal.passwords.verify(current, stored).await? {
        let message = "the current password is wrong";
        return Err(Refusal::new(Code::PermissionDenied, "password-wrong", message));
    }
    let hash = portal.passwords.hash(new).await?;

    let mut tx = portal.pool().begin().await?;
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
    tx.commit().await?;
    Ok(())
}

/// Refuses a password that is too short to be one, or too long to be hashed.
pub(crate) fn check(field: &str, password: &SecretString) -> Result<(), Refusal> {
    let length = password.expose_secret().chars().count();
    if (SHORTEST..=LONGEST).contains(&length) {
        return Ok(());
    }
    Err(Refusal::field(field, format!("must have {SHORTEST} to {LONGEST} characters")))
}
