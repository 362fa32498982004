//! `yizhan login --sso`: a browser on this machine logs in, and the session comes here.
//!
//! ```text
//!  a free port, a secret ── address with port and challenge ──> the browser, unified login, the portal
//!        ^                                                          │
//!        └──── http://127.0.0.1:<port>/?code=... or ?error=... <────┘
//!  code and secret ──> the portal: the session (RFC 8252, RFC 7636)
//! ```
//!
//! Whoever else is on this machine may read the code, which is nothing without the secret. Any page in the
//! browser may send a code or an error of its own to the port: it is told of, and ends no login.

use std::{net::Ipv4Addr, time::Duration};

use anyhow::{Context as _, Result, bail};
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use clap::ValueEnum;
use ring::{
    digest::{SHA256, digest},
    rand::{SecureRandom as _, SystemRandom},
};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    time::timeout,
};

use super::{Api, Options, Refused, sessions};
use crate::{home::Home, print};

/// How long somebody may take to log in: as long as the portal waits.
const PATIENCE: Duration = Duration::from_mins(10);
/// How long a browser may take to say what it wants; some open connections that they never use.
const REQUEST_WITHIN: Duration = Duration::from_secs(2);
/// The longest head of a request that is read: a browser sends the cookies of all ports along.
const LONGEST_HEAD: usize = 65_536;

/// Who is asked who somebody is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Way {
    /// The provider of OpenID Connect.
    Oidc,
    /// Apereo CAS.
    Cas,
}

/// Logs in and keeps the session.
pub(super) async fn login(home: &Home, options: &Options, way: Way) -> Result<()> {
    let api = Api::anonymous(home, options)?;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.context("finding a port")?;
    let port = listener.local_addr()?.port();
    let verifier = secret()?;
    let challenge = BASE64_URL_SAFE_NO_PAD.encode(digest(&SHA256, verifier.as_bytes()));
    let by = match way {
        Way::Oidc => "oidc",
        Way::Cas => "cas",
    };
    let address = api.url();
    print::line("Open this address in a browser on this machine, and log in:")?;
    print::line(format_args!("{address}/api/v1/login/{by}?port={port}&challenge={challenge}"))?;
    let redeem = async |code| redeem(&api, code, &verifier).await;
    let Ok(answer) = timeout(PATIENCE, session(&listener, redeem)).await else {
        bail!("nobody has logged in within 10 minutes: begin again");
    };
    let answer = answer?;
    let token = sessions::token(&answer)?.to_owned();
    let me = api.clone().with_token(token).get("/me", &[]).await?;
    let account = me.get("account").and_then(Value::as_str).context("the answer has no account")?;
    sessions::keep(home, &api, account, &answer)
}

/// The session that a code is changed for, or why it is not.
async fn redeem(api: &Api, code: String, verifier: &str) -> Result<Result<Value, String>> {
    let answer = api.post("/login/code", &json!({ "code": code, "verifier": verifier })).await;
    answer.map(Ok).or_else(|error| match error.downcast_ref::<Refused>() {
        Some(refused) if refused.status().is_client_error() => {
            Ok(Err(refused.reason().unwrap_or("login-code-refused").to_owned()))
        }
        Some(_) | None => Err(error),
    })
}

/// 256 random bits, as a text that needs no escape.
fn secret() -> Result<String> {
    let mut bytes = [0; 32];
    SystemRandom::new().fill(&mut bytes).ok().context("this machine has no random bytes")?;
    Ok(BASE64_URL_SAFE_NO_PAD.encode(bytes))
}

/// What a browser brings from the portal.
#[derive(Debug, PartialEq, Eq)]
enum Brought {
    /// What the session is had for.
    Code(String),
    /// The reason why there is none.
    Error(String),
}

impl Brought {
    /// What the first line of a request has.
    fn parse(line: &str) -> Option<Self> {
        let query = line.strip_prefix("GET /?")?.strip_suffix(" HTTP/1.1")?;
        let (name, value) = query.split_once('=')?;
        let is_code = |value: &str| {
            let digits = value.strip_prefix("yzl_");
            digits.is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()))
        };
        let is_reason = |value: &str| {
            let is_of_words = |byte: u8| byte.is_ascii_lowercase() || byte == b'-';
            (1..=64).contains(&value.len()) && value.bytes().all(is_of_words)
        };
        match name {
            "code" if is_code(value) => Some(Self::Code(value.to_owned())),
            "error" if is_reason(value) => Some(Self::Error(value.to_owned())),
            _ => None,
        }
    }
}

/// The session that a browser brings the code of. What is refused is told, there and here, and the right
/// one is waited for still; what else a browser asks for is not here.
async fn session(
    listener: &TcpListener,
    redeem: impl AsyncFn(String) -> Result<Result<Value, String>>,
) -> Result<Value> {
    loop {
        let (mut browser, _) = listener.accept().await.context("waiting for the browser")?;
        let line = timeout(REQUEST_WITHIN, first_line(&mut browser)).await;
        let refused = match line.ok().and_then(|line| Brought::parse(&line.ok()?)) {
            None => {
                answer(&mut browser, "404 Not Found", "There is nothing here.\n").await;
                continue;
            }
            Some(Brought::Error(reason)) => reason,
            Some(Brought::Code(code)) => match redeem(code).await {
                Ok(Ok(session)) => {
                    let text = "Logged in. You can close this page.\n已登录，可以关闭此页。\n";
                    answer(&mut browser, "200 OK", text).await;
                    return Ok(session);
                }
                Ok(Err(reason)) => reason,
                Err(error) => {
                    let text =
                        "Not logged in: the portal does not answer.\n未能登录：系统没有应答。\n";
                    answer(&mut browser, "502 Bad Gateway", text).await;
                    return Err(error);
                }
            },
        };
        let text = format!("Not logged in: {refused}.\n未能登录：{refused}。\n");
        answer(&mut browser, "403 Forbidden", &text).await;
        eprintln!("Refused: {refused}. Log in by the address above, or end this with Ctrl-C.");
    }
}

/// Answers a browser. One that went away has left what it brought all the same.
async fn answer(browser: &mut TcpStream, status: &str, text: &str) {
    let answer = format!(
        "HTTP/1.1 {status}\r\ncontent-type: text/plain; charset=utf-8\r\n\
         content-length: {}\r\nconnection: close\r\n\r\n{text}",
        text.len()
    );
    drop(browser.write_all(answer.as_bytes()).await);
    drop(browser.shutdown().await);
}

/// The first line of a request whose whole head is read: from a connection that is closed with something
/// unread, a browser may lose the answer.
async fn first_line(browser: &mut TcpStream) -> Result<String> {
    let mut read = Vec::with_capacity(4_096);
    while !read.ends_with(b"\r\n\r\n") {
        if read.len() > LONGEST_HEAD || browser.read_buf(&mut read).await? == 0 {
            bail!("this is no request");
        }
    }
    let line = read.split(|byte| *byte == b'\r').next().unwrap_or_default();
    Ok(String::from_utf8(line.to_vec())?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(code: &str) -> Brought {
        Brought::Code(code.to_owned())
    }

    #[test]
    fn what_the_portal_says_is_read_from_the_request_that_has_it() {
        assert_eq!(Brought::parse("GET /?code=yzl_0aF HTTP/1.1"), Some(code("yzl_0aF")));
        let refused = Brought::Error("sso-account-unknown".to_owned());
        assert_eq!(Brought::parse("GET /?error=sso-account-unknown HTTP/1.1"), Some(refused));
        for line in [
            "",
            "GET / HTTP/1.1",
            "GET /favicon.ico HTTP/1.1",
            "POST /?code=yzl_0aF HTTP/1.1",
            "GET /?code=yzl_0aF&x=1 HTTP/1.1",
            "GET /?code=another HTTP/1.1",
            "GET /?error= HTTP/1.1",
            "GET /?error=%1b[31m HTTP/1.1",
            "GET /?error=no\u{1b}[31m HTTP/1.1",
        ] {
            assert_eq!(Brought::parse(line), None, "{line}");
        }
    }

    /// What each of these requests is answered, until one brings the session.
    async fn answers(paths: &[&str], redeems: &str) -> (Vec<String>, Value) {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let browser = async {
            let mut answers = Vec::new();
            for path in paths {
                let mut connection = TcpStream::connect(address).await.unwrap();
                let cookie = "x".repeat(10_000);
                let request = format!("GET {path} HTTP/1.1\r\nhost: x\r\ncookie: {cookie}\r\n\r\n");
                connection.write_all(request.as_bytes()).await.unwrap();
                let mut answer = String::new();
                connection.read_to_string(&mut answer).await.unwrap();
                answers.push(answer);
            }
            answers
        };
        let redeem = async |code| {
            let refused = || "login-code-refused".to_owned();
            Ok((code == redeems).then(|| json!({ "token": "t" })).ok_or_else(refused))
        };
        let (session, answers) = tokio::join!(session(&listener, redeem), browser);
        (answers, session.unwrap())
    }

    #[tokio::test]
    async fn what_a_browser_asks_for_besides_does_not_keep_the_code_away() {
        let (answers, session) = answers(&["/favicon.ico", "/?code=yzl_0a"], "yzl_0a").await;
        let statuses: Vec<_> = answers.iter().map(|answer| &answer[..12]).collect();
        assert_eq!(statuses, ["HTTP/1.1 404", "HTTP/1.1 200"]);
        assert_eq!(session["token"], "t");
    }

    #[tokio::test]
    async fn what_a_stranger_s_page_brings_is_refused_and_ends_nobody_s_login() {
        let paths = ["/?code=yzl_00", "/?error=sso-refused", "/?code=yzl_0a"];
        let (answers, session) = answers(&paths, "yzl_0a").await;
        let statuses: Vec<_> = answers.iter().map(|answer| &answer[..12]).collect();
        assert_eq!(statuses, ["HTTP/1.1 403", "HTTP/1.1 403", "HTTP/1.1 200"]);
        let told =
            ["login-code-refused", "sso-refused"].map(|why| format!("Not logged in: {why}."));
        assert!(
            told.iter().zip(&answers).all(|(told, answer)| answer.contains(told)),
            "{answers:?}"
        );
        assert_eq!(session["token"], "t");
    }

    #[tokio::test]
    async fn who_cannot_change_the_code_says_so_to_the_browser_too() {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let browser = async {
            let mut connection = TcpStream::connect(address).await.unwrap();
            connection.write_all(b"GET /?code=yzl_0a HTTP/1.1\r\n\r\n").await.unwrap();
            let mut answer = String::new();
            connection.read_to_string(&mut answer).await.unwrap();
            answer
        };
        let away = async |_| anyhow::bail!("the portal is away");
        let (session, answer) = tokio::join!(session(&listener, away), browser);
        assert_eq!(session.unwrap_err().to_string(), "the portal is away");
        assert!(answer.starts_with("HTTP/1.1 502"), "{answer}");
    }
}
