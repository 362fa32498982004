use std::collections::BTreeSet;

use authz::{Action, Subject, is_traced, scope};
use clock::{CaseId, MessageId};
use delivery::audit;
use delivery_rpc::Failure;
use rpc::{Code, Error};
use serde_json::json;

use crate::{
    Notification,
    store::{
        self,
        list::{Found, Wanted},
    },
};

/// One page of a list.
#[derive(Debug)]
pub(crate) struct Page {
    pub(crate) found: Vec<Found>,
    /// The last one, if there are more after it.
    pub(crate) more_after: Option<MessageId>,
}

impl Notification {
    /// The messages that the caller may see.
    pub(crate) async fn list_messages(
        &self,
        subject: &Subject,
        wanted: Wanted,
    ) -> Result<Page, Failure> {
        let action = Action::ListMessages;
        let scope = scope(subject, action).ok_or_else(|| not_permitted(action))?;
        let page = usize::from(wanted.limit);
        let one_more = Wanted { limit: wanted.limit.saturating_add(1), ..wanted };

        let mut tx = self.pool().begin().await?;
        let mut found = store::list::list(&mut tx, &scope, &one_more).await?;
        let more = found.len() > page;
        found.truncate(page);
        for case in traced(&found) {
            let entry = audit::Entry {
                at: self.clock().now(),
                actor: &subject.principal.to_string(),
                action: action.word(),
                key: Some(case.uuid()),
                detail: json!({}),
            };
            audit::record(&mut tx, &entry).await?;
        }
        tx.commit().await?;
        let more_after = found.last().filter(|_| more).map(|last| last.message.id);
        Ok(Page { found, more_after })
    }
}

/// The cases whose reading leaves an audit row, each once.
fn traced(found: &[Found]) -> BTreeSet<CaseId> {
    let traced = found.iter().filter(|found| is_traced(found.level));
    traced.map(|found| found.message.case).collect()
}

fn not_permitted(action: Action) -> Error {
    let message = format!("you may not do this: {action}");
    Error::new(Code::PermissionDenied, "not-permitted", message)
}
