//! Calls of the portal's HTTP API.

use std::{
    fmt::{self, Write as _},
    process::ExitCode,
    time::Duration,
};

use anyhow::{Context as _, Result};
use clock::{Clock, Ids as _, RandomIds};
use jiff::tz::TimeZone;
use reqwest::{Method, RequestBuilder, StatusCode};
use rpc::Problem;
use serde_json::Value;

use super::{Options, campus_time, output::Format, session::Session, visible::indented};
use crate::{embedded::Endpoints, home::Home};

/// The portal, as one account sees it.
#[derive(Debug, Clone)]
pub(crate) struct Api {
    client: reqwest::Client,
    url: String,
    token: Option<String>,
    idempotency_key: Option<String>,
    trace: String,
    /// In which people are shown times.
    zone: TimeZone,
    pub(super) format: Format,
}

/// What the portal refused, as it said it.
#[derive(Debug)]
pub(crate) struct Refused {
    status: StatusCode,
    problem: Option<Problem>,
    /// Under which a command that may have been done is sent again.
    key: Option<String>,
}

impl Api {
    /// With the session of the last login.
    pub(super) fn open(home: &Home, options: &Options) -> Result<Self> {
        let is_there =
            |session: &Session| options.url.as_ref().is_none_or(|url| session.url == *url);
        let session = Session::read(home)?.filter(is_there);
        let url = options.url.clone().or_else(|| Some(session.as_ref()?.url.clone()));
        let api = Self::at(url.ok_or(NobodyLoggedIn)?, options)?;
        let zone = session.as_ref().map_or(TimeZone::UTC, Session::time_zone);
        let token = std::env::var("YIZHAN_TOKEN").ok().or_else(|| Some(session?.token));
        Ok(Self { token, zone, ..api })
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
        Ok(Self {
            client,
            url,
            token: None,
            idempotency_key: None,
            trace: trace(),
            zone: TimeZone::UTC,
            format: Format::Json,
        })
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
        self.command(self.request(Method::POST, path).json(body)).await
    }

    /// The same with a whole campus, or all its people, which takes longer.
    pub(crate) async fn post_whole(&self, path: &str, body: &Value) -> Result<Value> {
        let request = self.request(Method::POST, path).json(body);
        self.command(request.timeout(Duration::from_mins(5))).await
    }

    /// Sends a command, and once more under the same key when its answer was lost on the way: it is
    /// done once. When that is lost too, whoever gave it is told the key.
    async fn command(&self, request: RequestBuilder) -> Result<Value> {
        let key = self.idempotency_key.clone();
        let key = key.unwrap_or_else(|| RandomIds::new(Clock::system()).uuid().to_string());
        let request = request.header("idempotency-key", &key);
        let again = request.try_clone();
        let answer = self.send(request).await;
        let was_lost = |answer: &Result<Value>| {
            let error = answer.as_ref().err().and_then(|error| error.downcast_ref::<Unanswered>());
            error.is_some_and(|error| error.may_be_done)
        };
        let (answer, may_be_done) = match again {
            Some(again) if was_lost(&answer) => (self.send(again).await, true),
            Some(_) | None => (answer, false),
        };
        answer.map_err(|mut error| {
            if let Some(unanswered) = error.downcast_mut::<Unanswered>() {
                unanswered.key = (may_be_done || unanswered.may_be_done).then_some(key);
            } else if let Some(refused) = error.downcast_mut::<Refused>() {
                refused.key = refused.may_be_done().then_some(key);
            }
            error
        })
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
        let unanswered = |error: reqwest::Error| Unanswered::by(&self.url, &error);
        let answer = request.send().await.map_err(unanswered)?;
        let status = answer.status();
        let body = answer.bytes().await.map_err(unanswered)?;
        if !status.is_success() {
            let problem = serde_json::from_slice(&body).ok();
            return Err(Refused { status, problem, key: None }.into());
        }
        if body.is_empty() {
            return Ok(Value::Null);
        }
        let mut answer = serde_json::from_slice(&body).context("reading the portal's answer")?;
        match self.format {
            Format::Table => campus_time::put_into(&self.zone, &mut answer),
            Format::Json => {}
        }
        Ok(answer)
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

/// There is no session, and so no portal to ask.
#[derive(Debug, thiserror::Error)]
#[error("nobody is logged in: `yizhan login <account>`")]
pub(super) struct NobodyLoggedIn;

impl NobodyLoggedIn {
    /// As of a portal that says so by itself.
    pub(super) const EXIT_CODE: u8 = 3;
}

/// Somebody did not answer: later, they may.
#[derive(Debug)]
pub(crate) struct Unanswered {
    said: String,
    /// The question was sent: a command may have been done.
    may_be_done: bool,
    /// Under which a command is sent again.
    key: Option<String>,
}

impl Unanswered {
    /// As of a portal that says so by itself.
    pub(super) const EXIT_CODE: u8 = 7;

    /// A question that not all have answered.
    pub(super) const fn in_part(said: String) -> Self {
        Self { said, may_be_done: false, key: None }
    }

    fn by(url: &str, error: &reqwest::Error) -> Self {
        let mut said = format!("the portal does not answer at {url}: is it running?");
        let mut cause = Some(error as &dyn std::error::Error);
        while let Some(error) = cause {
            let _ = write!(said, ": {error}");
            cause = error.source();
        }
        Self { said, may_be_done: !error.is_connect() && !error.is_builder(), key: None }
    }
}

impl fmt::Display for Unanswered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.said)?;
        again(self.key.as_deref(), f)
    }
}

/// How a command is sent again that may have been done.
fn again(key: Option<&str>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let Some(key) = key else { return Ok(()) };
    write!(
        f,
        "\nit may have been done: to have it done once, send it again with `--idempotency-key {key}`"
    )
}

impl std::error::Error for Unanswered {}

impl Refused {
    pub(crate) const fn status(&self) -> StatusCode {
        self.status
    }

    /// Its stable name, if the portal said one.
    pub(super) fn reason(&self) -> Option<&str> {
        self.problem.as_ref().map(|problem| &*problem.reason)
    }

    /// The refusal of a question that was asked for the sake of a command: whoever may not ask may not
    /// give it either, and is told so.
    pub(super) fn of(mut error: anyhow::Error, asked: &str, action: &str) -> anyhow::Error {
        let refused = error.downcast_mut::<Self>();
        if let Some(problem) = refused.and_then(|refused| refused.problem.as_mut()) {
            problem.detail = problem.detail.replace(asked, action);
        }
        error
    }

    /// The portal itself got no answer in time.
    const fn may_be_done(&self) -> bool {
        matches!(self.status, StatusCode::SERVICE_UNAVAILABLE | StatusCode::GATEWAY_TIMEOUT)
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
        // What was typed is repeated in it.
        let shown = |text: &str| indented(text, 2);
        match &problem.violations[..] {
            [one] if one.description == problem.detail => {
                write!(f, "{}: {} ({})", shown(&one.field), shown(&one.description), problem.reason)
            }
            several => {
                write!(f, "{} ({})", shown(&problem.detail), problem.reason)?;
                several.iter().try_for_each(|one| {
                    write!(f, "\n  {}: {}", shown(&one.field), shown(&one.description))
                })
            }
        }?;
        match &*problem.reason {
            "login-refused" => Ok(()),
            _ if self.status == StatusCode::UNAUTHORIZED => {
                write!(f, "\nlog in: `yizhan login <account>`")
            }
            _ => again(self.key.as_deref(), f),
        }
    }
}

impl std::error::Error for Refused {}

#[cfg(test)]
mod tests {
    use std::{
        io::{BufRead as _, BufReader, Read as _, Write as _},
        net::TcpListener,
        thread::{self, JoinHandle},
    };

    use serde_json::json;

    use super::*;

    /// A portal that loses its answers to the first commands; and the keys of all that it got.
    fn forgetful(loses: usize, answers: usize) -> (String, JoinHandle<Vec<String>>) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let served = thread::spawn(move || {
            let serve = |number| {
                let mut stream = BufReader::new(listener.accept().unwrap().0);
                let (mut key, mut length, mut line) = (String::new(), 0, String::new());
                while stream.read_line(&mut line).unwrap() > 2 {
                    let (name, value) = line.split_once(':').unwrap_or_default();
                    match name.to_ascii_lowercase().as_str() {
                        "idempotency-key" => key = value.trim().to_owned(),
                        "content-length" => length = value.trim().parse().unwrap(),
                        _ => {}
                    }
                    line.clear();
                }
                stream.read_exact(&mut vec![0; length]).unwrap();
                if number >= loses {
                    let answer =
                        b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}";
                    stream.get_mut().write_all(answer).unwrap();
                }
                key
            };
            (0..loses + answers).map(serve).collect()
        });
        (url, served)
    }

    fn api(url: String) -> Api {
        crate::cli::install_crypto();
        Api::new(url).unwrap()
    }

    #[tokio::test]
    async fn a_command_whose_answer_was_lost_is_sent_again_under_its_key() {
        let (url, served) = forgetful(1, 1);
        let answer = api(url).post("/cases", &json!({ "item": "leak" })).await;
        assert_eq!(answer.unwrap(), json!({}));
        let keys = served.join().unwrap();
        assert!(keys[0] == keys[1] && !keys[0].is_empty(), "{keys:?}");
    }

    #[tokio::test]
    async fn who_gets_no_answer_twice_is_told_the_key_to_send_it_again_with() {
        let (url, served) = forgetful(2, 0);
        let error = api(url).post("/cases", &json!({})).await.unwrap_err();
        let keys = served.join().unwrap();
        assert!(error.is::<Unanswered>());
        assert!(error.to_string().contains(&format!("--idempotency-key {}", keys[0])), "{error}");
        assert_eq!(keys[0], keys[1]);
    }

    #[tokio::test]
    async fn what_never_reached_a_portal_needs_no_key() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        drop(listener);
        let error = api(url).post("/cases", &json!({})).await.unwrap_err();
        assert!(error.is::<Unanswered>());
        assert!(!error.to_string().contains("--idempotency-key"), "{error}");
    }

    #[test]
    fn one_mistake_is_told_once() {
        let refused = |detail: &str, violations: Value| {
            let problem = json!({
                "type": "about:blank", "title": "Bad Request", "status": 400, "detail": detail,
                "reason": "case-invalid", "violations": violations,
            });
            let problem = Some(serde_json::from_value(problem).unwrap());
            Refused { status: StatusCode::BAD_REQUEST, problem, key: None }.to_string()
        };
        let one = json!([{ "field": "item", "description": "there is no `leek`" }]);
        let told = refused("there is no `leek`", one.clone());
        assert_eq!(told, "item: there is no `leek` (case-invalid)");
        assert_eq!(
            refused("the request has 1 mistake", one),
            "the request has 1 mistake (case-invalid)\n  item: there is no `leek`"
        );
        let forged = refused("no\u{1b}[2J\nOK", json!([]));
        assert_eq!(forged, "no\\u{1b}[2J\n  OK (case-invalid)");
    }
}
