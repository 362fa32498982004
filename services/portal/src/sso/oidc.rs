use std::sync::{Arc, PoisonError, RwLock};

use axum::http::StatusCode;
use clock::Clock;
use jiff::{SignedDuration, Timestamp};
use jsonwebtoken::jwk::Jwk;
use reqwest::Client;
use runtime::{Secret, config};
use secrecy::ExposeSecret as _;
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;
use tokio::sync::Mutex;
use url::{Url, form_urlencoded::byte_serialize};

use super::{
    Attempt, Failed, Vouched, Way, ask,
    id_token::{Claims, Expected, Unproven, keys, verify},
    safe,
};

/// For how long a provider that was there is not asked again before somebody is led to it.
const TRUSTED_TO_BE_THERE: SignedDuration = SignedDuration::from_secs(60);

/// For how long a provider that was away is not asked again: anybody may begin a login.
const TRUSTED_TO_BE_AWAY: SignedDuration = SignedDuration::from_secs(5);

/// What the provider sends the browser back with (RFC 6749, 4.1.2; RFC 9207).
#[derive(Debug, Default)]
pub(crate) struct Back {
    pub(crate) code: Option<String>,
    pub(crate) error: Option<String>,
    pub(crate) iss: Option<String>,
}

/// What it says of itself (OpenID Connect Discovery 1.0, 3).
#[derive(Debug, Deserialize)]
struct Description {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
    jwks_uri: String,
    token_endpoint_auth_methods_supported: Option<Vec<String>>,
}

impl Description {
    /// Whether the client's secret goes into a header, as it does unless something else is said.
    fn takes_basic(&self) -> bool {
        let methods = self.token_endpoint_auth_methods_supported.as_ref();
        methods.is_none_or(|all| all.iter().any(|one| one == "client_secret_basic"))
    }
}

#[derive(Debug, Deserialize)]
struct KeySet {
    keys: Vec<Value>,
}

#[derive(Debug, Deserialize)]
struct Tokens {
    id_token: String,
}

#[derive(Debug, Default, Deserialize)]
struct NoTokens {
    #[serde(default)]
    error: String,
}

/// What is known of a provider.
#[derive(Debug)]
struct Known {
    description: Description,
    keys: Vec<Jwk>,
    /// When it was asked, in machine time.
    at: Timestamp,
}

/// A provider of OpenID Connect.
#[derive(Debug)]
pub(super) struct Oidc {
    config: config::Oidc,
    secret: Secret,
    /// Where it leads people back to.
    back: String,
    client: Client,
    clock: Clock,
    known: RwLock<Option<Arc<Known>>>,
    /// Held by the one who asks it what it is; when that last failed, in machine time.
    asking: Mutex<Option<Timestamp>>,
}

impl Oidc {
    pub(super) fn new(
        config: config::Oidc,
        secret: Secret,
        back: String,
        client: Client,
        clock: Clock,
    ) -> Self {
        let (known, asking) = (RwLock::default(), Mutex::default());
        Self { config, secret, back, client, clock, known, asking }
    }

    /// Where somebody logs in.
    pub(super) async fn begin(&self, attempt: &Attempt) -> Result<Url, Failed> {
        let known = self.known(TRUSTED_TO_BE_THERE).await?;
        let mut url = safe(&known.description.authorization_endpoint)?;
        url.query_pairs_mut()
            .append_pair("response_type", "code")
            .append_pair("client_id", &self.config.client_id)
            .append_pair("redirect_uri", &self.back)
            .append_pair("scope", "openid profile")
            .append_pair("state", &attempt.state(Way::Oidc))
            .append_pair("nonce", &attempt.nonce())
            .append_pair("code_challenge", &attempt.challenge())
            .append_pair("code_challenge_method", "S256");
        if attempt.hand_off().is_some() {
            // With an age it must say when they logged in (OpenID Connect Core 1.0, 3.1.2.1).
            url.query_pairs_mut().append_pair("prompt", "login").append_pair("max_age", "0");
        }
        Ok(url)
    }

    /// Whom it vouches for.
    pub(super) async fn end(&self, attempt: &Attempt, back: Back) -> Result<Vouched, Failed> {
        if back.iss.is_some_and(|issuer| issuer != self.config.issuer) {
            return Err(Failed::refused("it was another provider that led back"));
        }
        let code = match (back.code, back.error.as_deref()) {
            (_, Some(error @ ("server_error" | "temporarily_unavailable"))) => {
                return Err(Failed::away(error));
            }
            (_, Some(error)) => return Err(Failed::refused(error)),
            (None, None) => return Err(Failed::refused("it led back without a code")),
            (Some(code), None) => code,
        };
        let known = self.known(SignedDuration::MAX).await?;
        let token = self.id_token(&known.description, attempt, &code).await?;
        let claims = self.believe(&known, attempt, &token).await?;
        let name = claims.text(&self.config.claim).ok_or_else(|| {
            let claim = &self.config.claim;
            Failed::away(format!("its ID token has no text or whole number as `{claim}`"))
        })?;
        Ok(Vouched { way: Way::Oidc, name, authenticated_at: claims.authenticated_at() })
    }

    /// What the token says. If it names a key that is not known, the keys may have changed.
    async fn believe(
        &self,
        known: &Known,
        attempt: &Attempt,
        token: &str,
    ) -> Result<Claims, Failed> {
        let nonce = attempt.nonce();
        let expected = Expected {
            issuer: &self.config.issuer,
            client: &self.config.client_id,
            nonce: &nonce,
            now: self.clock.machine(),
            anew_since: attempt.hand_off().map(|hand_off| hand_off.begun_at),
        };
        match verify(token, &known.keys, &expected) {
            Err(Unproven::UnknownKey) => {
                let known = self.known(SignedDuration::ZERO).await?;
                verify(token, &known.keys, &expected)
            }
            verified => verified,
        }
        .map_err(Failed::refused)
    }

    /// Changes the code (RFC 6749, 4.1.3).
    async fn id_token(
        &self,
        description: &Description,
        attempt: &Attempt,
        code: &str,
    ) -> Result<String, Failed> {
        let secret = self.secret.borrow().clone();
        let (id, secret) = (self.config.client_id.as_str(), secret.expose_secret());
        let verifier = attempt.verifier();
        let mut form = vec![
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", &self.back),
            ("code_verifier", &verifier),
        ];
        let mut request = self.client.post(safe(&description.token_endpoint)?);
        if description.takes_basic() {
            let encoded = |text: &str| byte_serialize(text.as_bytes()).collect::<String>();
            request = request.basic_auth(encoded(id), Some(encoded(secret)));
        } else {
            form.extend([("client_id", id), ("client_secret", secret)]);
        }
        let answered = ask(request.form(&form)).await?;
        if answered.status.is_success() {
            return Ok(read::<Tokens>(&answered.body)?.id_token);
        }
        let NoTokens { error } = serde_json::from_slice(&answered.body).unwrap_or_default();
        if answered.status == StatusCode::BAD_REQUEST && error == "invalid_grant" {
            return Err(Failed::refused(error));
        }
        // `invalid_client`, for example: the secret is not the one that it knows.
        let status = answered.status;
        Err(Failed::away(format!("its token endpoint answered {status} {error}")))
    }

    /// What is known of it, asked again if that is as old as `most`. One asks, and whoever else wants to
    /// know waits for what comes of it.
    async fn known(&self, most: SignedDuration) -> Result<Arc<Known>, Failed> {
        let since = self.clock.machine();
        let recent = || {
            let last = self.known.read().unwrap_or_else(PoisonError::into_inner).clone();
            last.filter(|known| since.duration_since(known.at) < most)
        };
        if let Some(known) = recent() {
            return Ok(known);
        }
        let mut failed_at = self.asking.lock().await;
        if let Some(known) = recent() {
            return Ok(known);
        }
        let now = self.clock.machine();
        if failed_at.is_some_and(|at| now.duration_since(at) < TRUSTED_TO_BE_AWAY) {
            return Err(Failed::away("it was away a moment ago, and is not asked again yet"));
        }
        let learned = self.learn(now).await;
        *failed_at = learned.is_err().then(|| self.clock.machine());
        learned
    }

    /// Asks it what it is.
    async fn learn(&self, at: Timestamp) -> Result<Arc<Known>, Failed> {
        let issuer = &self.config.issuer;
        let place = format!("{}/.well-known/openid-configuration", issuer.trim_end_matches('/'));
        let description: Description = self.read(&place).await?;
        if description.issuer != *issuer {
            let other = description.issuer;
            return Err(Failed::away(format!("it calls itself `{other}`: set portal.oidc.issuer")));
        }
        let KeySet { keys: set } = self.read(&description.jwks_uri).await?;
        let known = Arc::new(Known { description, keys: keys(&set), at });
        let mut last = self.known.write().unwrap_or_else(PoisonError::into_inner);
        *last = Some(Arc::clone(&known));
        Ok(known)
    }

    async fn read<T: DeserializeOwned>(&self, place: &str) -> Result<T, Failed> {
        let answered = ask(self.client.get(safe(place)?)).await?;
        if !answered.status.is_success() {
            return Err(Failed::away(format!("{place} answered {}", answered.status)));
        }
        read(&answered.body)
    }
}

fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Failed> {
    serde_json::from_slice(body).map_err(Failed::away)
}
