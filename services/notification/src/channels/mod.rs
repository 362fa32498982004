//! The ways out.
//!
//! ```text
//!  log, mailbox                in the installation: done with the transaction of the wake-up
//!  wecom, sms, webhook, mail   out of it: the courier posts them, with no transaction open
//! ```
//!
//! `per_minute` is of what is at the end of a way: a robot, a system, a post's number or address; and of
//! all persons together, of whose addresses no row knows which are the same.

mod mail;
mod post;

use std::{collections::BTreeMap, time::Duration};

use events::words::MessageChannel;
use jiff::SignedDuration;
use runtime::{FileError, Files, Secret, config};

use crate::{
    message::Message,
    outgoing::{Outcome, Way},
};
use mail::Mail;
pub(crate) use post::Letter;

/// The target of the log channel's lines, by which a filter lets them through.
pub const LOG: &str = "notification::log";

/// How long an attempt may take.
pub(crate) const PATIENCE: Duration = Duration::from_secs(10);
/// When nobody believes any more that it still goes on.
pub(crate) const LEASE: SignedDuration = SignedDuration::from_secs(30);

/// The ways that this installation has.
#[derive(Debug)]
pub(crate) struct Channels {
    client: reqwest::Client,
    sms: Option<Endpoint>,
    wecom: BTreeMap<String, Endpoint>,
    webhook: BTreeMap<String, Endpoint>,
    mail: Option<Mail>,
}

/// Where messages are posted to.
#[derive(Debug)]
struct Endpoint {
    url: Secret,
    token: Option<Secret>,
    /// So many sendings a minute.
    per_minute: u32,
}

impl Channels {
    /// Those that are configured; their secrets are read again when they change.
    pub(crate) fn open(config: &config::Channels, files: &mut Files) -> anyhow::Result<Self> {
        let mut open = |endpoint: &config::Endpoint| -> Result<Endpoint, FileError> {
            let url = files.secret(endpoint.url_file.clone())?;
            let token = endpoint.token_file.clone().map(|file| files.secret(file)).transpose()?;
            Ok(Endpoint { url, token, per_minute: endpoint.per_minute })
        };
        let mut all = |endpoints: &BTreeMap<String, config::Endpoint>| {
            let opened = endpoints.iter().map(|(name, one)| Ok((name.clone(), open(one)?)));
            opened.collect::<Result<BTreeMap<_, _>, FileError>>()
        };
        let (wecom, webhook) = (all(&config.wecom)?, all(&config.webhook)?);
        let sms = config.sms.as_ref().map(open).transpose()?;
        let redirected = reqwest::redirect::Policy::none();
        let client = reqwest::Client::builder().timeout(PATIENCE).redirect(redirected).build()?;
        let mail = config.mail.as_ref().map(|mail| Mail::open(mail, files)).transpose()?;
        Ok(Self { client, sms, wecom, webhook, mail })
    }

    /// Whether this installation has this way.
    pub(crate) fn has(&self, way: &Way) -> bool {
        way.is_within() || self.per_minute(way).is_some()
    }

    /// How many sendings it carries a minute; none if it is off, or ends in the installation.
    pub(crate) fn per_minute(&self, way: &Way) -> Option<u32> {
        if way.channel == MessageChannel::Mail {
            return self.mail.as_ref().map(|mail| mail.per_minute);
        }
        Some(self.endpoint(way)?.per_minute)
    }

    /// Where it is posted to; none if nothing is.
    fn endpoint(&self, way: &Way) -> Option<&Endpoint> {
        match way.channel {
            MessageChannel::Wecom => self.wecom.get(way.address.as_deref()?),
            MessageChannel::Webhook => self.webhook.get(way.address.as_deref()?),
            MessageChannel::Sms => self.sms.as_ref(),
            MessageChannel::Log | MessageChannel::Mailbox | MessageChannel::Mail => None,
        }
    }

    /// Posts a letter, maybe not for the first time.
    pub(crate) async fn post(&self, way: &Way, letter: &Letter<'_>) -> Outcome {
        if way.channel == MessageChannel::Mail {
            return match &self.mail {
                Some(mail) => mail.send(letter).await,
                None => Outcome::Refused,
            };
        }
        match self.endpoint(way) {
            Some(endpoint) => post::post(&self.client, endpoint, way, letter).await,
            None => Outcome::Refused,
        }
    }
}

/// Says a message within the installation, maybe not for the first time.
///
/// The words stay in the mailbox: a log may be read by who may not see the case.
pub(crate) fn say(message: &Message) {
    let Message { id, case, to, template, .. } = message;
    if message.channel == MessageChannel::Log {
        let case = case.map(tracing::field::display);
        tracing::info!(target: LOG, %id, case, %to, %template, "a post is told");
    }
}
