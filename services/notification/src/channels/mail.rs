use std::net::IpAddr;

use anyhow::Context as _;
use lettre::{
    AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor,
    message::{Mailbox, header::ContentType},
    transport::smtp::{
        Error,
        authentication::Credentials,
        client::{Tls, TlsParameters},
    },
};
use runtime::{
    Files, Secret,
    config::{self, MailEncryption},
};
use secrecy::ExposeSecret as _;

use super::{Letter, PATIENCE};
use crate::outgoing::Outcome;

/// A server that takes mail for others (SMTP submission, RFC 6409).
#[derive(Debug)]
pub(super) struct Mail {
    host: String,
    port: u16,
    tls: Tls,
    from: Mailbox,
    user: Option<(String, Secret)>,
    pub(super) per_minute: u32,
}

impl Mail {
    /// As it is configured; its password is read again when it changes.
    pub(super) fn open(config: &config::Mail, files: &mut Files) -> anyhow::Result<Self> {
        let from = &config.from;
        let from = from.parse().with_context(|| format!("`channels.mail.from`: `{from}`"))?;
        let user = match (&config.user, &config.password_file) {
            (Some(user), Some(file)) => Some((user.clone(), files.secret(file.clone())?)),
            (None, None) => None,
            (Some(_), None) | (None, Some(_)) => {
                anyhow::bail!(
                    "`channels.mail` must have both `user` and `password_file`, or neither"
                )
            }
        };
        if user.is_some() && config.encryption == MailEncryption::None && !is_here(&config.host) {
            anyhow::bail!(
                "`channels.mail.encryption` is `none`, so `{}` would be told the password in the \
                 clear: use `starttls` or `tls`, or a server at 127.0.0.1",
                config.host
            );
        }
        let known_as = || TlsParameters::new(config.host.clone());
        let (port, tls) = match config.encryption {
            MailEncryption::Starttls => (587, Tls::Required(known_as()?)),
            MailEncryption::Tls => (465, Tls::Wrapper(known_as()?)),
            MailEncryption::None => (25, Tls::None),
        };
        let (host, port) = (config.host.clone(), config.port.unwrap_or(port));
        Ok(Self { host, port, tls, from, user, per_minute: config.per_minute })
    }

    /// Hands a letter over, maybe not for the first time; its `Message-ID` is the same each time.
    pub(super) async fn send(&self, to: &str, letter: &Letter<'_>) -> Outcome {
        let message = match self.message(to, letter) {
            Ok(message) => message,
            Err(why) => return failed(&why, Outcome::Refused),
        };
        let server = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&self.host)
            .port(self.port)
            .tls(self.tls.clone())
            .timeout(Some(PATIENCE));
        let server = match &self.user {
            Some((user, password)) => {
                let password = password.borrow().expose_secret().to_owned();
                server.credentials(Credentials::new(user.clone(), password))
            }
            None => server,
        };
        // What the server says is kept out of the log: it may repeat the address.
        match tokio::time::timeout(PATIENCE, server.build().send(message)).await {
            Ok(Ok(_)) => Outcome::Taken,
            Ok(Err(error)) => failed(&said(&error), outcome(&error)),
            Err(elapsed) => failed(&elapsed, Outcome::Away),
        }
    }

    fn message(&self, to: &str, letter: &Letter<'_>) -> anyhow::Result<Message> {
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

/// Whether a server is on this very machine.
fn is_here(host: &str) -> bool {
    host == "localhost" || host.parse().is_ok_and(|address: IpAddr| address.is_loopback())
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

#[cfg(test)]
mod tests {
    use super::is_here;

    #[test]
    fn only_a_server_on_this_machine_is_told_a_password_in_the_clear() {
        assert!(["localhost", "127.0.0.1", "::1"].into_iter().all(is_here));
        assert!(
            !["smtp.example.edu", "10.0.0.1", "localhost.example.edu"].into_iter().any(is_here)
        );
    }
}
