use delivery::audit;
use jiff::SignedDuration;
use rpc::Code;
use serde_json::json;

use super::login::{Opened, Proven, open};
use crate::{
    portal::Portal,
    refusal::Refusal,
    secret::{self, Kind},
    sso::{Vouched, challenge},
    store::{
        accounts,
        login_codes::{self, Waiting},
    },
};

/// How long the command line has to come for its session.
const CODE_LIFETIME: SignedDuration = SignedDuration::from_secs(60);

/// Opens a session of whom somebody else vouches for.
pub(crate) async fn login_elsewhere(portal: &Portal, vouched: &Vouched) -> Result<Opened, Refusal> {
    let proven = proven(portal, vouched).await?;
    let mut tx = portal.pool().begin().await?;
    let opened = open(portal, &mut tx, &proven).await?;
    tx.commit().await?;
    Ok(opened)
}

/// A code that gives the session to who has the secret of `challenge`: once, within a minute.
pub(crate) async fn login_by_code(
    portal: &Portal,
    vouched: &Vouched,
    challenge: &str,
) -> Result<String, Refusal> {
    let proven = proven(portal, vouched).await?;
    let (code, hash) = secret::random(Kind::LoginCode)?;
    let machine = portal.clock().machine();
    let waiting = Waiting {
        account: proven.account,
        authenticated_at: proven.authenticated_at,
        by: proven.by.to_owned(),
        challenge: challenge.to_owned(),
        expires_at: machine + CODE_LIFETIME,
    };
    let mut tx = portal.pool().begin().await?;
    login_codes::delete_expired(&mut tx, machine).await?;
    login_codes::insert(&mut tx, &hash, &waiting).await?;
    tx.commit().await?;
    Ok(code)
}

/// Opens the session that a code stands for. A code that is tried once is gone, whoever tried it.
pub(crate) async fn redeem_code(
    portal: &Portal,
    code: &str,
    verifier: &str,
) -> Result<Opened, Refusal> {
    let refused = || {
        let message = "this code was used, is older than a minute, or belongs to another login";
        Refusal::new(Code::Unauthenticated, "login-code-refused", message)
    };
    let Some((Kind::LoginCode, hash)) = secret::read(code) else { return Err(refused()) };
    let mut tx = portal.pool().begin().await?;
    let Some(waiting) = login_codes::take(&mut tx, &hash).await? else { return Err(refused()) };
    let is_in_time = portal.clock().machine() < waiting.expires_at;
    if !is_in_time || challenge(verifier) != waiting.challenge {
        tx.commit().await?;
        return Err(refused());
    }
    let Waiting { account, authenticated_at, by, .. } = waiting;
    let opened = open(portal, &mut tx, &Proven { account, authenticated_at, by: &by }).await?;
    tx.commit().await?;
    Ok(opened)
}

/// The account of whom somebody else vouches for. People come from the file of people: nobody gets one
/// by logging in, and whoever is called there as the first administrator is here is not the
/// administrator.
async fn proven(portal: &Portal, vouched: &Vouched) -> Result<Proven<'static>, Refusal> {
    let by = vouched.way.word();
    let found = accounts::by_login(portal.pool(), &vouched.name).await?;
    match found.filter(|login| login.is_imported) {
        None => {
            note(portal, "service:portal", by, "sso-account-unknown").await?;
            let message = "unified login knows you, and there is no account of that name here: ask \
                           whoever imports the people of this installation";
            Err(Refusal::new(Code::PermissionDenied, "sso-account-unknown", message))
        }
        Some(login) if login.is_closed => {
            note(portal, &format!("account:{}", login.account), by, "account-closed").await?;
            let message =
                "this account is closed: ask whoever imports the people of this installation";
            Err(Refusal::new(Code::Unauthenticated, "account-closed", message))
        }
        Some(login) => {
            // The provider's clock may be ahead of ours.
            let authenticated_at = vouched.authenticated_at.min(portal.clock().machine());
            Ok(Proven { account: login.account, authenticated_at, by })
        }
    }
}

/// Notes who came and was not let in. What they are called elsewhere is not noted.
async fn note(portal: &Portal, actor: &str, by: &str, reason: &str) -> Result<(), Refusal> {
    let entry = audit::Entry {
        at: portal.clock().now(),
        actor,
        action: "session.refuse",
        key: None,
        detail: json!({ "by": by, "reason": reason }),
    };
    let mut tx = portal.pool().begin().await?;
    audit::record(&mut tx, &entry).await?;
    tx.commit().await?;
    Ok(())
}
