use authz::Action;
use clock::AccountId;
use delivery::audit;
use rpc::Code;
use serde_json::json;

use crate::{authenticate::Identity, portal::Portal, refusal::Refusal, store::api_keys};

/// Revokes a key from now on; again, it changes nothing.
pub(crate) async fn revoke_api_key(
    portal: &Portal,
    asker: &Identity,
    id: AccountId,
) -> Result<(), Refusal> {
    asker.permit(Action::ManageApiKeys)?;
    let mut tx = portal.pool().begin().await?;
    if !api_keys::revoke(&mut tx, id, portal.clock().machine()).await? {
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
    tx.commit().await?;
    Ok(())
}
