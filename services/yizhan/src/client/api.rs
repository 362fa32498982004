//! Calls of the portal's HTTP API.

use std::{
    fmt::{self, Write as _},
    process::ExitCode,
    time::Duration,
};

use anyhow::{Context as _, Result, bail};
use clock::{Clock, Ids as _, RandomIds};
use reqwest::{Method, RequestBuilder, StatusCode};
use rpc::Problem;
use serde_json::Value;

use super::{Options, output::Format, session::Session};
use crate::{embedded::Endpoints, home::Home};

/// The portal, as one account sees it.
#[derive(Debug, Clone)]
pub(crate) struct Api {
    client: reqwest::Client,
    url: String,
    token: Option<String>,
    idempotency_key: Option<String>,
    trace: String,
    pub(super) format: Format,
}

/// What the portal refused, as it said it.
#[derive(Debug)]
pub(crate) struct Refused {
    status: StatusCode,
    problem: Option<Problem>,
}

impl Api {
    /// With the session of the last login.
    pub(super) fn open(home: &Home, options: &Options) -> Result<Self> {
        let session = Session::read(home)?;
        let (url, token) = match (&options.url, session) {
            (Some(url), Some(session)) if session.url == *url => (url.clone(), Some(session.token)),
            (Some(url), _) => (url.clone(), None),
            (None, Some(session)) => (session.url, Some(session.token)),
            (None, None) => bail!("nobody is logged in: `yizhan login <account>`"),
        };
        let token = std::env::var("YIZHAN_TOKEN").ok().or(token);
        Ok(Self { token, ..Self::at(url, options)? })
    }

    /// Without a session: to log in.
    pub(super) fn anonymous(home: &Home, options: &Options) -> Result<Self> {
        let url = match &options.url {
            Some(url) => url.clone(),
            None => portal(home)?,
        };
        Self::at(url, options)
    }

    fn at(url: String, options: &Options) -> Result<Self> {
        let idempotency_key = options.idempotency_key.clone();
        Ok(Self { idempotency_key, format: options.output, ..Self::new(url)? })
    }

    /// The portal at `url`, for a caller that logs in by itself.
    pub(crate) fn new(url: String) -> Result<Self> {
        let client = reqwest::Client::builder()
            .timeout(Duration::from_secs(30))
            .build()
            .context("preparing HTTP")?;
        let (token, idempotency_key, trace) = (None, None, trace());
        Ok(Self { client, url, token, idempotency_key, trace, format: Format::Json })
    }

    /// The same, with a bearer token.
    pub(crate) fn with_token(self, token: String) -> Self {
        Self { token: Some(token), ..self }
    }

    pub(super) fn url(&self) -> &str {
        &self.url
    }

    /// Asks a question.
    pub(crate) async fn get(&self, path: &str, query: &[(&str, String)]) -> Result<Value> {
        self.send(self.request(Method::GET, path).query(query)).await
    }

    /// Gives a command, under a new key unless one was given.
    pub(crate) async fn post(&self, path: &str, body: &Value) -> Result<Value> {
        self.send(self.command(path, body)).await
    }

    /// The same with a whole campus, or all its people, which takes longer.
    pub(crate) async fn post_whole(&self, path: &str, body: &Value) -> Result<Value> {
        self.send(self.command(path, body).timeout(Duration::from_mins(5))).await
    }

    fn command(&self, path: &str, body: &Value) -> RequestBuilder {
        let key = self.idempotency_key.clone();
        let key = key.unwrap_or_else(|| RandomIds::new(Clock::system()).uuid().to_string());
        self.request(Method::POST, path).header("idempotency-key", key).json(body)
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.client.request(method, format!("{}/api/v1{path}", self.url));
        let request = request.header("traceparent", &self.trace);
        match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    async fn send(&self, request: RequestBuilder) -> Result<Value> {
        let answer = request.send().await.map_err(|error| Unanswered::by(&self.url, &error))?;
        let status = answer.status();
        let body = answer.bytes().await.context("reading the portal's answer")?;
        if !status.is_success() {
            return Err(Refused { status, problem: serde_json::from_slice(&body).ok() }.into());
        }
        if body.is_empty() {
            return Ok(Value::Null);
        }
        serde_json::from_slice(&body).context("reading the portal's answer")
    }
}

/// The trace that the caller is in, as scripts and CI hand it on, or a new one (W3C trace context).
fn trace() -> String {
    std::env::var("TRACEPARENT").unwrap_or_else(|_| {
        let mut ids = RandomIds::new(Clock::system());
        let (trace, span) = (ids.uuid().as_u128(), ids.uuid().as_u64_pair().1);
        format!("00-{trace:032x}-{span:016x}-01")
    })
}

/// The portal of this machine's installation.
fn portal(home: &Home) -> Result<String> {
    let endpoints = Endpoints::read(home)?;
    endpoints.portal().context("the installation has no portal: give --url")
}

/// Somebody did not answer: later, they may.
#[derive(Debug)]
pub(crate) struct Unanswered(pub(super) String);

impl Unanswered {
    /// As of a portal that says so by itself.
    pub(super) const EXIT_CODE: u8 = 7;

    fn by(url: &str, error: &reqwest::Error) -> Self {
        let mut said = format!("the portal does not answer at {url}: is it running?");
        let mut cause = Some(error as &dyn std::error::Error);
        while let Some(error) = cause {
            let _ = write!(said, ": {error}");
            cause = error.source();
        }
        Self(said)
    }
}

impl fmt::Display for Unanswered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Unanswered {}

impl Refused {
    pub(crate) const fn status(&self) -> StatusCode {
        self.status
    }

    /// 1 refused · 3 not logged in · 4 not permitted · 5 not there · 6 not in this state · 7 later.
    pub(super) fn exit_code(&self) -> ExitCode {
        ExitCode::from(match self.status {
            StatusCode::UNAUTHORIZED => 3,
            StatusCode::FORBIDDEN => 4,
            StatusCode::NOT_FOUND => 5,
            StatusCode::CONFLICT | StatusCode::PRECONDITION_FAILED => 6,
            StatusCode::TOO_MANY_REQUESTS
            | StatusCode::SERVICE_UNAVAILABLE
            | StatusCode::GATEWAY_TIMEOUT => Unanswered::EXIT_CODE,
            _ => 1,
        })
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(problem) = &self.problem else { return write!(f, "{}", self.status) };
        write!(f, "{} ({})", problem.detail, problem.reason)?;
        for violation in &problem.violations {
            write!(f, "\n  {}: {}", violation.field, violation.description)?;
        }
        if self.status == StatusCode::UNAUTHORIZED {
            write!(f, "\nlog in: `yizhan login <account>`")?;
        }
        Ok(())
    }
}

impl std::error::Error for Refused {}
