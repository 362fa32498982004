use delivery::audit;
use rpc::{Code, IdempotencyKey};
use serde_json::json;

use super::Intent;
use crate::{
    authenticate::Identity, portal::Portal, refusal::Refusal, secret::hex, store::sessions,
};

/// Ends the session that the asker came by.
///
/// The answer is kept for a second copy that is in flight with the first. A copy that comes later
/// has a token that opens nothing any more: it is told so before anything is asked, by
/// `session-unknown`, which is what the first one wanted.
pub(crate) async fn logout(
    portal: &Portal,
    asker: &Identity,
    key: &IdempotencyKey,
) -> Result<(), Refusal> {
    let Some(session) = asker.session else {
        let message = "an API key has no session: revoke the key instead";
        return Err(Refusal::new(Code::FailedPrecondition, "no-session", message));
    };
    // The same key in another session is another command.
    let ended = hex(session.bytes());
    let intent = Intent::of("Portal/LogOut", &asker.subject, key, &ended)?;

    let mut tx = portal.pool().begin().await?;
    if let Some(before) = intent.begin(&mut tx, portal.clock().machine()).await? {
        return Ok(before);
    }
    sessions::delete(&mut tx, &session).await?;
    let entry = audit::Entry {
        at: portal.clock().now(),
        actor: &asker.subject.principal.to_string(),
        action: "session.close",
        key: None,
        detail: json!({}),
    };
    audit::record(&mut tx, &entry).await?;
    intent.finish(&mut tx, &()).await?;
    tx.commit().await?;
    Ok(())
}
