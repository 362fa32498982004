//! Unified login: somebody else says who somebody is, and an account of that name is theirs.
//!
//! ```text
//!  browser ── login/oidc ──> 302, and a cookie with the secret of this attempt
//!     └─ the provider ── login/oidc/back?state&code ──> is it this browser's attempt?
//!           portal ── code, verifier ──> the provider ──> ID token: signed, for us, of this attempt
//!  the same with login/cas ── ticket ──> p3/serviceValidate ──> XML
//!     └─ a session, or a code for the command line that waits on loopback
//! ```
//!
//! ID tokens are verified by what verifies our own, on the one provider of cryptography that all else
//! here stands on: a library for the whole of OpenID Connect would bring a second one.
//!
//! OpenID Connect Core 1.0 with a code and PKCE (RFC 7636); Apereo CAS protocol 3.0. What it takes to
//! go on is in the browser's cookie alone. Nobody is sent anywhere but to the provider of the
//! configuration, and back to `http.public_url` or to loopback.

mod attempt;
mod cas;
mod cas_answer;
mod id_token;
mod oidc;

use std::time::Duration;

use anyhow::Context as _;
use axum::http::{HeaderMap, StatusCode};
use clock::Clock;
use jiff::Timestamp;
use reqwest::{Client, RequestBuilder, redirect};
use rpc::{Code, Error, is_loopback};
use runtime::{BoxError, Files, config};
use url::Url;

use crate::refusal::Refusal;
use attempt::Jar;
pub(crate) use attempt::{Attempt, HandOff, challenge};
use cas::Cas;
pub(crate) use oidc::Back;
use oidc::Oidc;

/// How long a provider may take for one answer.
const PATIENCE: Duration = Duration::from_secs(5);
/// The largest answer that is read.
const LARGEST: usize = 1 << 20;

/// Who vouches for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    Oidc,
    Cas,
}

impl Way {
    /// As it stands in the audit.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Oidc => "oidc",
            Self::Cas => "cas",
        }
    }
}

/// Whom somebody else has recognised.
#[derive(Debug)]
pub(crate) struct Vouched {
    pub(crate) way: Way,
    /// What they call them: the login name of an account, if there is one.
    pub(crate) name: String,
    /// When they proved who they are.
    pub(crate) authenticated_at: Timestamp,
}

/// Why nobody is recognised.
#[derive(Debug)]
enum Failed {
    /// The provider does not answer, or not as one does: an operator should know.
    Away(BoxError),
    /// It does not vouch for whoever came.
    Refused(BoxError),
}

impl Failed {
    fn refused(why: impl Into<BoxError>) -> Self {
        Self::Refused(why.into())
    }

    fn away(why: impl Into<BoxError>) -> Self {
        Self::Away(why.into())
    }
}

impl From<reqwest::Error> for Failed {
    /// The address may hold a ticket, so what failed is told without it.
    fn from(error: reqwest::Error) -> Self {
        Self::away(error.without_url())
    }
}

impl From<Failed> for Refusal {
    fn from(failed: Failed) -> Self {
        match failed {
            Failed::Away(cause) => {
                let message = "unified login does not answer: try again, or log in with a local \
                               account and its password";
                Error::unavailable("sso-unavailable", message, cause).into()
            }
            Failed::Refused(why) => {
                tracing::info!(%why, "a unified login was refused");
                let message = "unified login does not vouch for this login: begin again";
                Self::new(Code::Unauthenticated, "sso-refused", message)
            }
        }
    }
}

/// Where a browser is led, and the cookie that it takes along.
#[derive(Debug)]
pub(crate) struct Begun {
    pub(crate) location: Url,
    pub(crate) cookie: String,
}

/// Unified login, as far as the installation has it.
#[derive(Debug)]
pub(crate) struct Sso {
    oidc: Option<Oidc>,
    cas: Option<Cas>,
    jar: Jar,
}

impl Sso {
    /// Reads what it takes. No provider is asked yet: the portal starts without it.
    pub(crate) fn open(
        config: &config::Config,
        files: &mut Files,
        clock: &Clock,
    ) -> anyhow::Result<Self> {
        let config::Portal { oidc, cas } = &config.portal;
        if oidc.is_none() && cas.is_none() {
            return Ok(Self { oidc: None, cas: None, jar: Jar { is_secure: true } });
        }
        let public = config.http.public_url.as_deref().context(
            "http.public_url is missing: unified login leads people back there, so set it to \
             where their browsers reach the portal",
        )?;
        let public = public.trim_end_matches('/');
        let client = Client::builder().timeout(PATIENCE).redirect(redirect::Policy::none());
        let client = client.build()?;
        let back = |way: Way| format!("{public}/api/v1/login/{}/back", way.word());
        let open = |oidc: &config::Oidc| -> anyhow::Result<Oidc> {
            let secret = files.secret(oidc.client_secret_file.clone());
            let secret = secret.context("portal.oidc.client_secret_file")?;
            Ok(Oidc::new(oidc.clone(), secret, back(Way::Oidc), client.clone(), clock.clone()))
        };
        let oidc = oidc.as_ref().map(open).transpose()?;
        let cas = cas
            .as_ref()
            .map(|cas| Cas::new(cas.clone(), back(Way::Cas), client.clone(), clock.clone()));
        Ok(Self { oidc, cas, jar: Jar { is_secure: public.starts_with("https://") } })
    }

    fn oidc(&self) -> Result<&Oidc, Refusal> {
        self.oidc.as_ref().ok_or_else(|| absent(Way::Oidc))
    }

    fn cas(&self) -> Result<&Cas, Refusal> {
        self.cas.as_ref().ok_or_else(|| absent(Way::Cas))
    }

    /// Leads somebody to where they log in. What they get goes to the command line if it waits for it.
    pub(crate) async fn begin(
        &self,
        way: Way,
        hand_off: Option<HandOff>,
    ) -> Result<Begun, Refusal> {
        let attempt = Attempt::new(hand_off)?;
        let location = match way {
            Way::Oidc => self.oidc()?.begin(&attempt).await?,
            Way::Cas => self.cas()?.begin(&attempt)?,
        };
        Ok(Begun { location, cookie: self.jar.keep(&attempt) })
    }

    /// The attempt of the browser that comes back, if it is the one whose `state` comes along: else
    /// somebody was led here to log in as another.
    pub(crate) fn attempt(
        &self,
        way: Way,
        headers: &HeaderMap,
        state: Option<&str>,
    ) -> Result<Attempt, Refusal> {
        let is_there = match way {
            Way::Oidc => self.oidc.is_some(),
            Way::Cas => self.cas.is_some(),
        };
        if !is_there {
            return Err(absent(way));
        }
        let found = self.jar.find(headers);
        found.filter(|attempt| state == Some(&attempt.state(way))).ok_or_else(|| {
            let message = "this browser has not begun this login, or more than 10 minutes ago, or \
                           has begun another since: begin again";
            Refusal::new(Code::Unauthenticated, "sso-state-wrong", message)
        })
    }

    /// Whom a provider vouches for by what it sent the browser back with.
    pub(crate) async fn by_oidc(&self, attempt: &Attempt, back: Back) -> Result<Vouched, Refusal> {
        Ok(self.oidc()?.end(attempt, back).await?)
    }

    /// Whom CAS gave a ticket.
    pub(crate) async fn by_cas(&self, attempt: &Attempt, ticket: &str) -> Result<Vouched, Refusal> {
        Ok(self.cas()?.end(attempt, ticket).await?)
    }

    /// The cookie that forgets an attempt.
    pub(crate) fn forget(&self) -> String {
        self.jar.forget()
    }
}

fn absent(way: Way) -> Refusal {
    let message = format!("this installation has no unified login by `{}`", way.word());
    Refusal::new(Code::NotFound, "sso-absent", message)
}

/// What a provider answered.
struct Answered {
    status: StatusCode,
    body: Vec<u8>,
}

async fn ask(request: RequestBuilder) -> Result<Answered, Failed> {
    let mut response = request.send().await?;
    let status = response.status();
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        body.extend_from_slice(&chunk);
        if body.len() > LARGEST {
            return Err(Failed::away("its answer has more than 1 MB"));
        }
    }
    Ok(Answered { status, body })
}

/// An address that nobody on the way can listen to.
fn safe(text: &str) -> Result<Url, Failed> {
    let url = Url::parse(text).map_err(Failed::away)?;
    let is_safe = match url.scheme() {
        "https" => true,
        "http" => url.host_str().is_some_and(is_loopback),
        _ => false,
    };
    if is_safe { Ok(url) } else { Err(Failed::away("one of its addresses is not `https://`")) }
}

#[cfg(test)]
mod tests {
    use runtime::Sources;

    use super::*;

    #[test]
    fn unified_login_that_cannot_lead_back_does_not_start() {
        let mut files = Files::new(&opentelemetry::global::meter("tests"));
        let sources = Sources::new().flag("installation", "campus");
        let mut config = sources.load(events::words::Service::Portal).unwrap();
        let mut open = |config: &_| Sso::open(config, &mut files, &Clock::system()).map(|_| ());
        assert!(open(&config).is_ok(), "without any there is nothing to lead back to");
        let url = "https://cas.example.edu".to_owned();
        config.portal.cas = Some(config::Cas { url, attribute: None });
        let refused = open(&config).unwrap_err().to_string();
        assert!(refused.starts_with("http.public_url is missing"), "{refused}");
        let nowhere = config::Oidc {
            issuer: "https://id.example.edu".to_owned(),
            client_id: "yizhan".to_owned(),
            client_secret_file: "/nowhere/secret".into(),
            claim: "preferred_username".to_owned(),
        };
        config.portal = config::Portal { oidc: Some(nowhere), cas: None };
        config.http.public_url = Some("https://yizhan.example.edu".to_owned());
        drop(rustls::crypto::ring::default_provider().install_default());
        let refused = format!("{:#}", open(&config).unwrap_err());
        let expected = "portal.oidc.client_secret_file: /nowhere/secret cannot be read";
        assert!(refused.starts_with(expected), "{refused}");
    }

    #[test]
    fn an_address_that_somebody_could_listen_to_is_not_asked() {
        for url in ["https://id.example.edu/x", "http://127.0.0.1:1/x", "http://[::1]/x"] {
            assert!(safe(url).is_ok(), "{url}");
        }
        for url in ["http://id.example.edu", "ftp://localhost/x", "//localhost", ""] {
            assert!(safe(url).is_err(), "{url}");
        }
    }
}
