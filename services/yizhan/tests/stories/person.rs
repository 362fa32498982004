//! Somebody who asks the portal over HTTP, and again until there is an answer.

use std::{
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use clock::{Clock, Ids as _, RandomIds};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::campus::Campus;

/// Between two tries: who is away comes back within a second or two.
const PAUSE: Duration = Duration::from_millis(50);

pub(crate) struct Person {
    http: reqwest::Client,
    url: String,
    token: String,
    repeated: AtomicUsize,
}

impl Person {
    pub(crate) fn of(campus: &Campus, name: &str) -> Self {
        // Whoever installed it before did the same.
        drop(rustls::crypto::ring::default_provider().install_default());
        let token = campus.account(name).token().to_owned();
        let http = reqwest::Client::builder().timeout(Duration::from_secs(30)).build().unwrap();
        Self { http, url: campus.url(), token, repeated: AtomicUsize::new(0) }
    }

    /// How often there was no answer.
    pub(crate) fn repeated(&self) -> usize {
        self.repeated.load(Ordering::Relaxed)
    }

    /// A question's answer.
    pub(crate) async fn asks(&self, path: &str) -> Value {
        match self.until_answered(Method::GET, path, &Value::Null).await {
            Ok(answer) => answer,
            Err(reason) => panic!("{path}: {reason}"),
        }
    }

    /// A command's answer, or the reason why it was refused.
    pub(crate) async fn tells(&self, path: &str, body: &Value) -> Result<Value, String> {
        self.until_answered(Method::POST, path, body).await
    }

    /// All rows of a list.
    pub(crate) async fn all(&self, path: &str, rows: &str) -> Vec<Value> {
        let mut all = Vec::new();
        let mut page = String::new();
        loop {
            let mut answer = self.asks(&format!("{path}?limit=200{page}")).await;
            let Value::Array(some) = answer[rows].take() else { panic!("{path}: no {rows}") };
            all.extend(some);
            let Some(next) = answer["next"].as_str() else { return all };
            page = format!("&page={next}");
        }
    }

    /// Sent under one key each time, so that it is done once.
    async fn until_answered(
        &self,
        method: Method,
        path: &str,
        body: &Value,
    ) -> Result<Value, String> {
        let key = RandomIds::new(Clock::system()).uuid().to_string();
        loop {
            let request = self.http.request(method.clone(), format!("{}/api/v1{path}", self.url));
            let request = request.bearer_auth(&self.token).header("idempotency-key", &key);
            let request = if method == Method::POST { request.json(body) } else { request };
            if let Some(answer) = answered(request).await {
                return answer;
            }
            self.repeated.fetch_add(1, Ordering::Relaxed);
            tokio::time::sleep(PAUSE).await;
        }
    }
}

/// `None` where it is not known what became of it.
async fn answered(request: reqwest::RequestBuilder) -> Option<Result<Value, String>> {
    let response = request.send().await.ok()?;
    let status = response.status();
    let body = response.bytes().await.ok()?;
    let body = if body.is_empty() { json!(null) } else { serde_json::from_slice(&body).unwrap() };
    if status.is_success() {
        return Some(Ok(body));
    }
    let comes_back = [StatusCode::SERVICE_UNAVAILABLE, StatusCode::GATEWAY_TIMEOUT];
    let reason = body["reason"].as_str().unwrap_or_default().to_owned();
    (!comes_back.contains(&status)).then_some(Err(reason))
}
