mod server;

use std::time::Duration;

use anyhow::Context as _;
use lettre::{
    Message,
    message::{Mailbox, header::ContentType},
    transport::smtp::{Error, client::AsyncSmtpConnection},
};
use runtime::{Files, config};
use secrecy::ExposeSecret as _;
use server::Server;
use tokio::time::timeout;

use super::{Letter, PATIENCE};
use crate::outgoing::Outcome;

/// How long a server may take to say good-bye.
const FAREWELL: Duration = Duration::from_secs(1);

/// A server that takes mail for others (SMTP submission, RFC 6409).
#[derive(Debug)]
pub(super) struct Mail {
    server: Server,
    from: Mailbox,
    pub(super) per_minute: u32,
}

impl Mail {
    /// As it is configured.
    pub(super) fn open(config: &config::Mail, files: &mut Files) -> anyhow::Result<Self> {
        let from = &config.from;
        let from = from.parse().with_context(|| format!("`channels.mail.from`: `{from}`"))?;
        let server = Server::open(config, files)?;
        Ok(Self { server, from, per_minute: config.per_minute })
    }

    /// Hands a letter over, maybe not for the first time; its `Message-ID` is the same each time.
    pub(super) async fn send(&self, letter: &Letter<'_>) -> Outcome {
        let message = match self.message(letter) {
            Ok(message) => message,
            Err(why) => return failed(&why, Outcome::Refused),
        };
        // What the server says is kept out of the log: it may repeat the address.
        match timeout(PATIENCE, self.hand_over(&message)).await {
            Ok(Ok(mut connection)) => {
                // The letter is theirs, however the connection ends.
                drop(timeout(FAREWELL, connection.quit()).await);
                Outcome::Taken
            }
            Ok(Err(error)) => failed(&said(&error), outcome(&error)),
            Err(elapsed) => failed(&elapsed, Outcome::Away),
        }
    }

    async fn hand_over(&self, message: &Message) -> Result<AsyncSmtpConnection, Error> {
        let mut connection = self.server.connect().await?;
        connection.send(message.envelope(), &message.formatted()).await?;
        Ok(connection)
    }

    fn message(&self, letter: &Letter<'_>) -> anyhow::Result<Message> {
        let to = letter.to.expose_secret();
        let title = letter.messages.first().map(|one| one.words.title.as_str());
        let title = title.unwrap_or_default();
        let subject = match letter.messages.len() {
            0 | 1 => title.to_owned(),
            count => format!("{title} (+{})", count - 1),
        };
        let domain = self.from.email.domain();
        let message = Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, to.parse()?))
            .message_id(Some(format!("<{}@{domain}>", letter.id)))
            .subject(subject)
            .header(ContentType::TEXT_PLAIN)
            .body(letter.text(usize::MAX))?;
        Ok(message)
    }
}

/// 4yz may be taken later, 5yz never (RFC 5321, section 4.2.1); anything else is a connection that
/// did not last.
fn outcome(error: &Error) -> Outcome {
    if error.is_transient() {
        Outcome::Throttled
    } else if error.is_permanent() {
        Outcome::Refused
    } else {
        Outcome::Away
    }
}

/// The code alone, or what kind of failure it was.
fn said(error: &Error) -> String {
    error.status().map_or_else(
        || if error.is_tls() { "TLS" } else { "the connection" }.to_owned(),
        |code| code.to_string(),
    )
}

fn failed(why: &dyn std::fmt::Display, outcome: Outcome) -> Outcome {
    tracing::warn!(channel = "mail", %why, "a message was not taken");
    outcome
}
