use authz::{Action, Subject};
use delivery_rpc::{Failure, note_reads};
use rpc::scope;

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
    /// Where the next one begins; empty on the last.
    pub(crate) next_page_token: String,
}

impl Notification {
    /// The messages that the caller may see, with the links that are the caller's.
    pub(crate) async fn list_messages(
        &self,
        subject: &Subject,
        wanted: Wanted,
    ) -> Result<Page, Failure> {
        let action = Action::ListMessages;
        let scope = scope(subject, action)?;
        let mut tx = self.pool().begin().await?;
        let mut found = store::list::list(&mut tx, &scope, &wanted).await?;
        let next_page_token = wanted.page_size.cut(&mut found, |last| last.message.id.to_string());
        let cases = found.iter().filter_map(|found| Some((found.message.case?, found.level)));
        note_reads(&mut tx, self.clock().now(), subject, action, cases).await?;
        tx.commit().await?;
        self.links.show(subject, &mut found).await;
        let words = found.iter_mut().map(|found| &mut found.message.words).collect();
        self.inserts.fill(words, usize::MAX).await;
        Ok(Page { found, next_page_token })
    }
}
