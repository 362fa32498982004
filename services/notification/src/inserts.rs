//! What a message says that no row here may hold: what whoever has a case is called, and what comes next
//! in the words of who completed it.
//!
//! Both are sealed where they belong, with a key whose destruction erases them. So a message is queued
//! twice: as it is said without them, and with marks of where they go. They are looked up at the last
//! moment, and never waited for: where nobody answers, the message is said without them.
//!
//! ```text
//!  template  "... {post}{handler} ..."
//!  queued    "... Plumbing ..."     full  "... Plumbing ({name:<account>}) ..."
//!  shown     "... Plumbing (their name) ..."   and so it is sent
//! ```

use std::collections::{BTreeMap, BTreeSet};

use clock::{AccountId, WorkOrderId};
use proto::{
    dispatch::v1::{FindNextStepsRequest, dispatch_client::DispatchClient},
    portal::v1::{FindNamesRequest, portal_client::PortalClient},
};
use rpc::{Call, Channel, Error};

use crate::tell::Words;

/// How long the portal or dispatch may take; then the message is said without it.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(2);

/// As many as they are asked for at once.
const MOST: usize = 200;

const NAME: &str = "name:";
const NEXT_STEPS: &str = "next:";

/// The mark of what an account is called. No template can hold one: braces enclose a field there.
pub(crate) fn name(account: AccountId) -> String {
    format!("{{{NAME}{account}}}")
}

/// The mark of what comes next after a work order.
pub(crate) fn next_steps(work_order: WorkOrderId) -> String {
    format!("{{{NEXT_STEPS}{work_order}}}")
}

/// What is known, by its mark.
type Known = BTreeMap<String, String>;

/// Who knows what is put in.
#[derive(Debug, Clone)]
pub(crate) struct Inserts {
    portal: PortalClient<Channel>,
    dispatch: DispatchClient<Channel>,
}

impl Inserts {
    pub(crate) fn new(portal: Channel, dispatch: Channel) -> Self {
        Self { portal: PortalClient::new(portal), dispatch: DispatchClient::new(dispatch) }
    }

    /// Puts in what there is; what cannot be had is left out, and so is what would make a text longer
    /// than `most` characters.
    pub(crate) async fn fill(&self, all: Vec<&mut Words>, most: usize) {
        let full = || all.iter().filter_map(|words| words.full.as_deref());
        let accounts = marked(full(), NAME);
        let work_orders = marked(full(), NEXT_STEPS);
        let mut known = Known::new();
        let (names, next_steps) = tokio::join!(self.names(accounts), self.next_steps(work_orders));
        for found in [names, next_steps] {
            match found {
                Ok(found) => known.extend(found),
                Err(error) => tracing::warn!(%error, "messages are said without what is sealed"),
            }
        }
        for words in all {
            let full = words.full.as_deref().and_then(|full| filled(full, &known));
            if let Some(text) = full.filter(|text| text.chars().count() <= most) {
                words.text = text;
            }
        }
    }

    async fn names(&self, accounts: Vec<String>) -> Result<Known, Error> {
        if accounts.is_empty() {
            return Ok(Known::new());
        }
        let request = Call::within(PATIENCE).request(FindNamesRequest { accounts });
        let found = self.portal.clone().find_names(request).await?.into_inner().names;
        Ok(found.into_iter().map(|one| (format!("{NAME}{}", one.account), one.name)).collect())
    }

    async fn next_steps(&self, work_orders: Vec<String>) -> Result<Known, Error> {
        if work_orders.is_empty() {
            return Ok(Known::new());
        }
        let request = Call::within(PATIENCE).request(FindNextStepsRequest { work_orders });
        let found = self.dispatch.clone().find_next_steps(request).await?.into_inner().next_steps;
        let known =
            found.into_iter().map(|one| (format!("{NEXT_STEPS}{}", one.work_order), one.text));
        Ok(known.collect())
    }
}

/// Whose marks of one kind these texts have, each once.
fn marked<'a>(texts: impl Iterator<Item = &'a str>, kind: &str) -> Vec<String> {
    let marks = texts.flat_map(|text| text.split('{').skip(1));
    let ids = marks.filter_map(|mark| mark.strip_prefix(kind)?.split_once('}'));
    let ids: BTreeSet<_> = ids.map(|(id, _)| id.to_owned()).collect();
    ids.into_iter().take(MOST).collect()
}

/// A text with what its marks stand for; none if that is not known of each.
fn filled(full: &str, known: &Known) -> Option<String> {
    let mut pieces = full.split('{');
    let mut text = pieces.next()?.to_owned();
    for piece in pieces {
        let (mark, plain) = piece.split_once('}')?;
        text.push_str(known.get(mark)?);
        text.push_str(plain);
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    use clock::{Ids as _, SeededIds};

    use super::*;

    #[test]
    fn each_mark_is_asked_for_once_and_gives_way_to_what_it_stands_for() {
        let mut ids = SeededIds::new(1);
        let (account, order): (AccountId, WorkOrderId) = (ids.id(), ids.id());
        let full = format!("甲({})\nA ({}): {}", name(account), name(account), next_steps(order));
        assert_eq!(marked([&*full].into_iter(), NAME), [account.to_string()]);
        assert_eq!(marked([&*full, &*full].into_iter(), NEXT_STEPS), [order.to_string()]);
        let mut known = Known::from([(format!("{NAME}{account}"), "江水生".to_owned())]);
        assert_eq!(filled(&full, &known), None, "not half of it");
        // What somebody wrote is no mark.
        let words = name(account);
        known.insert(format!("{NEXT_STEPS}{order}"), words.clone());
        assert_eq!(filled(&full, &known), Some(format!("甲(江水生)\nA (江水生): {words}")));
    }
}
