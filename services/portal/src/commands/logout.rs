use delivery::audit;
use rpc::Code;
use serde_json::json;

use crate::{authenticate::Identity, portal::Portal, refusal::Refusal, store::sessions};

/// Ends the session that the asker came by.
pub(crate) async fn logout(portal: &Portal, asker: &Identity) -> Result<(), Refusal> {
    let Some(session) = asker.session else {
        let message = "an API key has no session: revoke the key instead";
        return Err(Refusal::new(Code::FailedPrecondition, "no-session", message));
    };
    let mut tx = portal.pool().begin().await?;
    sessions::delete(&mut tx, &session).await?;
    let entry = audit::Entry {
        at: portal.clock().now(),
        actor: &asker.subject.principal.to_string(),
        action: "session.close",
        key: None,
        detail: json!({}),
    };
    audit::record(&mut tx, &entry).await?;
    tx.commit().await?;
    Ok(())
}
