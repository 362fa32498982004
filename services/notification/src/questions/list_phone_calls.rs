use authz::{Action, Subject};
use clock::MessageId;
use delivery::Fault;
use delivery_rpc::{Failure, note_reads};
use proto::notification::v1::ListPhoneCallsResponse;
use rpc::{PageSize, scope};

use crate::{
    Notification,
    api::write,
    commands::names_case,
    store::{self, phone_calls::Wanted},
};

impl Notification {
    /// Whom the desk is to phone, as far as the caller may know.
    pub(crate) async fn list_phone_calls(
        &self,
        subject: &Subject,
        page_size: PageSize,
        after: Option<MessageId>,
    ) -> Result<ListPhoneCallsResponse, Failure> {
        let action = Action::ListPhoneCalls;
        let scope = scope(subject, action)?;
        let mut tx = self.pool().begin().await?;
        let wanted = Wanted { free_to: None, after, limit: page_size.limit() };
        let mut found = store::phone_calls::list(&mut tx, &scope, wanted).await?;
        let next_page_token = page_size.cut(&mut found, |last| last.message.to_string());
        let cases = found.iter().map(|call| (call.case, call.level));
        note_reads(&mut tx, self.clock().now(), subject, action, cases).await?;
        let mut calls = Vec::with_capacity(found.len());
        for call in &found {
            let rules = self.revisions.rules(&mut tx, call.matter.revision).await;
            let (rules, is_open) = (rules.map_err(Fault::from)?, names_case(subject, call.level));
            calls.push(write::phone_call(&rules, call, is_open));
        }
        tx.commit().await?;
        Ok(ListPhoneCallsResponse { calls, next_page_token })
    }
}
