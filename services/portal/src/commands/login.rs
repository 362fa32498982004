use clock::AccountId;
use delivery::{Tx, audit};
use jiff::{SignedDuration, Timestamp};
use revisions::RevisionError;
use rpc::Code;
use secrecy::SecretString;
use serde_json::json;

use crate::{
    portal::Portal,
    refusal::Refusal,
    secret::{self, Kind},
    store::{accounts, sessions},
};

/// How long a session lasts: a working day, and no longer however much it is used.
const LIFETIME: SignedDuration = SignedDuration::from_hours(12);
/// How long a bearer is told that a session is over, and not that there never was one.
const REMEMBERED: SignedDuration = SignedDuration::from_hours(24);

/// A session that was opened.
pub(crate) struct Opened {
    /// Known to its bearer alone.
    pub(crate) token: String,
    pub(crate) expires_at: Timestamp,
    /// Where the campus's clocks are, by its IANA name.
    pub(crate) zone: Option<String>,
}

/// Opens a session. Whether the account or the password is wrong is not told, nor shown by the
/// time that it takes.
pub(crate) async fn login(
    portal: &Portal,
    name: &str,
    password: SecretString,
) -> Result<Opened, Refusal> {
    let found = accounts::by_login(portal.pool(), name).await?;
    let stored = found.as_ref().and_then(|login| login.password.clone());
    let right = portal.passwords.verify(password, stored).await?;
    let Some(login) = found.filter(|login| right && !login.is_closed) else {
        let message = "the account or the password is wrong";
        return Err(Refusal::new(Code::Unauthenticated, "login-refused", message));
    };
    let proven = Proven {
        account: login.account,
        authenticated_at: portal.clock().machine(),
        by: "password",
    };
    let mut tx = portal.pool().begin().await?;
    let opened = open(portal, &mut tx, &proven).await?;
    tx.commit().await?;
    Ok(opened)
}

/// Who somebody is, beyond doubt.
pub(super) struct Proven<'a> {
    pub(super) account: AccountId,
    /// In machine time.
    pub(super) authenticated_at: Timestamp,
    /// By what.
    pub(super) by: &'a str,
}

/// Opens a session of who was proven.
pub(super) async fn open(
    portal: &Portal,
    tx: &mut Tx<'_>,
    proven: &Proven<'_>,
) -> Result<Opened, Refusal> {
    let zone = zone(portal, tx).await?;
    let (token, hash) = secret::random(Kind::Session)?;
    let machine = portal.clock().machine();
    let expires_at = machine + LIFETIME;
    let Proven { account, authenticated_at, by } = *proven;
    sessions::delete_expired(tx, machine - REMEMBERED).await?;
    sessions::insert(tx, &hash, account, authenticated_at, expires_at).await?;
    let entry = audit::Entry {
        at: portal.clock().now(),
        actor: &format!("account:{account}"),
        action: "session.open",
        key: None,
        detail: json!({ "by": by, "expires_at": expires_at }),
    };
    audit::record(tx, &entry).await?;
    Ok(Opened { token, expires_at, zone })
}

/// None before there are definitions, or for a release that does not understand them.
async fn zone(portal: &Portal, tx: &mut Tx<'_>) -> Result<Option<String>, Refusal> {
    match portal.revisions.newest(tx).await {
        Ok(rules) => Ok(rules.and_then(|rules| Some(rules.zone().iana_name()?.to_owned()))),
        Err(RevisionError::Database(error)) => Err(error.into()),
        Err(RevisionError::Unknown(_) | RevisionError::NotUnderstood { .. }) => Ok(None),
    }
}
