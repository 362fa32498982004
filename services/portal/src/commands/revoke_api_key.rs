use authz::Action;
use clock::AccountId;
use delivery::audit;
use rpc::{Code, IdempotencyKey};
use serde_json::json;

use super::Intent;
use crate::{authenticate::Identity, portal::Portal, refusal::Refusal, store::api_keys};

/// Revokes a key from now on; under another idempotency key it is audited again, and changes nothing.
pub(crate) async fn revoke_api_key(
    portal: &Portal,
    asker: &Identity,
    key: &IdempotencyKey,
    id: AccountId,
) -> Result<(), Refusal> {
    asker.permit(Action::ManageApiKeys)?;
    let machine = portal.clock().machine();
    let intent = Intent::of("Portal/RevokeApiKey", &asker.subject, key, &id)?;

    let mut tx = portal.pool().begin().await?;
    if let Some(before) = intent.begin(&mut tx, machine).await? {
        return Ok(before);
    }
    if !api_keys::revoke(&mut tx, id, machine).await? {
        return Err(Refusal::new(Code::NotFound, "api-key-unknown", "there is no such API key"));
    }
    let entry = audit::Entry {
        at: portal.clock().now(),
        actor: &asker.subject.principal.to_string(),
        action: "api-key.revoke",
        key: None,
        detail: json!({ "id": id }),
    };
    audit::record(&mut tx, &entry).await?;
    intent.finish(&mut tx, &()).await?;
    tx.commit().await?;
    Ok(())
}
