//! Links by which a person answers, in what they are told.
//!
//! A link is a secret: whoever has it answers for its person. So no message is queued with one, but
//! with a mark of where it belongs, and its secret is looked up at callback-survey for the recipient
//! alone, at the last moment. Whoever else reads a message sees that there is one.
//!
//! ```text
//!  template  "... {link} ..."
//!  queued    "... {link:<callback>} ..."
//!  shown     "... https://.../s/<secret> ..."   and so it is sent
//! ```

use std::collections::BTreeMap;

use anyhow::Context as _;
use authz::Subject;
use clock::{CallbackId, PersonId};
use events::words::Recipient;
use proto::callback_survey::v1::{
    FindLinksRequest, Link, callback_survey_client::CallbackSurveyClient,
};
use rpc::{Call, Channel, Error};

use crate::{message::Message, store::list::Found};

/// How long callback-survey may take; then the message is shown without it, or sent later.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(2);

const MARK: &str = "{link:";
const END: char = '}';

/// What is shown in place of a link that somebody else may follow.
const OF_ANOTHER: &str = "(链接只给收信人 · a link for its recipient alone)";
/// What is shown in place of one that could not be looked up.
const LATER: &str = "(链接暂时查不到,请稍后再看 · the link cannot be had now; look again later)";
/// What is shown in place of one that there is not any more.
const NONE: &str = "(链接已失效 · the link is no longer valid)";

/// The mark of a link to a callback. No template can hold one: braces enclose a field there.
pub(crate) fn mark(callback: CallbackId) -> String {
    format!("{MARK}{callback}{END}")
}

/// The callback that a text has a link to.
fn marked(text: &str) -> Option<CallbackId> {
    let (_, rest) = text.split_once(MARK)?;
    let (id, _) = rest.split_once(END)?;
    id.parse().ok()
}

/// Where links come from, and where they lead.
#[derive(Debug, Clone)]
pub(crate) struct Links {
    survey: CallbackSurveyClient<Channel>,
    /// Where people reach the portal, if somebody said so.
    portal: Option<String>,
}

impl Links {
    /// Those that callback-survey answers on this channel, to the portal at this address.
    pub(crate) fn new(survey: Channel, portal: Option<&str>) -> Self {
        let portal = portal.map(|portal| portal.trim_end_matches('/').to_owned());
        Self { survey: CallbackSurveyClient::new(survey), portal }
    }

    /// Whether there is an address that they lead to: without one nobody is sent any.
    pub(crate) const fn lead_somewhere(&self) -> bool {
        self.portal.is_some()
    }

    /// Puts links where they belong in what `subject` is shown: their own, and of others a word.
    pub(crate) async fn show(&self, subject: &Subject, found: &mut [Found]) {
        let own: Vec<_> = found.iter().filter_map(|one| own(subject, one)).collect();
        let known = match own.as_slice() {
            [] => Ok(BTreeMap::new()),
            own => self.find(own).await,
        };
        if let Err(error) = &known {
            tracing::warn!(%error, "messages are shown without their links");
        }
        for one in found {
            let Some(callback) = marked(&one.message.words.text) else { continue };
            let shown = match (own_of(subject, one, callback), &self.portal, &known) {
                (None, ..) => OF_ANOTHER.to_owned(),
                (Some(_), None, _) | (Some(_), _, Err(_)) => LATER.to_owned(),
                (Some(own), Some(portal), Ok(known)) => match known.get(&own) {
                    Some(token) => format!("{portal}/s/{token}"),
                    None => NONE.to_owned(),
                },
            };
            let words = &mut one.message.words;
            words.text = words.text.replace(&mark(callback), &shown);
        }
    }

    /// Puts links where they belong in what is about to be sent; an error if one cannot be had now.
    pub(crate) async fn fill(&self, messages: &mut [Message]) -> anyhow::Result<()> {
        let own: Vec<_> = messages.iter().filter_map(to_person).collect();
        let known = match own.as_slice() {
            [] => BTreeMap::new(),
            own => self.find(own).await?,
        };
        for message in messages {
            let Some(callback) = marked(&message.words.text) else { continue };
            let link = match to_person(message) {
                None => OF_ANOTHER.to_owned(),
                Some(own) => match known.get(&own) {
                    None => NONE.to_owned(),
                    Some(token) => {
                        let portal = self.portal.as_ref().context("http.public_url is not set")?;
                        format!("{portal}/s/{token}")
                    }
                },
            };
            message.words.text = message.words.text.replace(&mark(callback), &link);
        }
        Ok(())
    }

    async fn find(
        &self,
        own: &[(CallbackId, PersonId)],
    ) -> Result<BTreeMap<(CallbackId, PersonId), String>, Error> {
        let link = |(callback, person): &(CallbackId, PersonId)| Link {
            callback: callback.to_string(),
            person: person.to_string(),
            token: String::new(),
        };
        let request = FindLinksRequest { links: own.iter().map(link).collect() };
        let request = Call::within(PATIENCE).request(request);
        let answer = self.survey.clone().find_links(request).await?.into_inner();
        let known = answer.links.into_iter().filter_map(|Link { callback, person, token }| {
            Some(((callback.parse().ok()?, person.parse().ok()?), token))
        });
        Ok(known.collect())
    }
}

/// The link in a message to a person.
fn to_person(message: &Message) -> Option<(CallbackId, PersonId)> {
    let callback = marked(&message.words.text)?;
    match message.to {
        Recipient::Person(person) => Some((callback, person)),
        Recipient::Account(_) | Recipient::Post(_) => None,
    }
}

/// The link in a message to who reads it.
fn own(subject: &Subject, found: &Found) -> Option<(CallbackId, PersonId)> {
    own_of(subject, found, marked(&found.message.words.text)?)
}

fn own_of(
    subject: &Subject,
    found: &Found,
    callback: CallbackId,
) -> Option<(CallbackId, PersonId)> {
    match found.message.to {
        Recipient::Person(person) if subject.person == Some(person) => Some((callback, person)),
        Recipient::Person(_) | Recipient::Account(_) | Recipient::Post(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use clock::{Ids as _, SeededIds};

    use super::*;

    #[test]
    fn a_mark_says_which_callback_and_a_text_without_one_is_left_alone() {
        let callback: CallbackId = SeededIds::new(1).id();
        assert_eq!(marked(&format!("修好了吗?{}", mark(callback))), Some(callback));
        for text in ["", "{link}", "{link:7}", "{link:", "solved?"] {
            assert_eq!(marked(text), None, "{text}");
        }
    }
}
