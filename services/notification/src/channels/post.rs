use std::fmt::Write as _;

use clock::SendingId;
use events::words::MessageChannel;
use reqwest::{Client, StatusCode};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use serde_json::{Value, json};

use super::Endpoint;
use crate::{
    message::Message,
    outgoing::{Outcome, Way},
};

/// What a robot (企业微信) says when it was given too much (open.work.weixin.qq.com, 全局错误码).
const TOO_OFTEN: i64 = 45_009;
/// The most bytes of a robot's text.
const MOST_BYTES: usize = 2_048;

/// What is sent at once to one recipient.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Letter<'a> {
    /// The same each time that it is tried, so that its reader can tell.
    pub(crate) id: SendingId,
    /// Where it is to arrive.
    pub(crate) to: &'a SecretString,
    pub(crate) messages: &'a [Message],
}

impl Letter<'_> {
    /// Its words, as many messages as fit into `most` bytes; the others are counted.
    pub(super) fn text(&self, most: usize) -> String {
        const REST: usize = 64;
        let mut text = String::new();
        for (told, message) in self.messages.iter().enumerate() {
            let gap = if told == 0 { "" } else { "\n\n" };
            if text.len() + gap.len() + message.words.text.len() + REST > most && told > 0 {
                let left = self.messages.len() - told;
                let _ = write!(text, "{gap}另有 {left} 条 · {left} more");
                break;
            }
            text.push_str(gap);
            text.push_str(&message.words.text);
        }
        text
    }

    /// What a channel wants to be given.
    fn body(&self, way: &Way) -> Value {
        match way.channel {
            MessageChannel::Wecom => {
                json!({ "msgtype": "text", "text": { "content": self.text(MOST_BYTES) } })
            }
            MessageChannel::Sms => {
                let to = self.to.expose_secret();
                json!({ "id": self.id, "to": to, "text": self.text(usize::MAX) })
            }
            MessageChannel::Webhook
            | MessageChannel::Log
            | MessageChannel::Mailbox
            | MessageChannel::Mail => {
                let message = |one: &Message| {
                    let Message { id, case, to, template, words, .. } = one;
                    json!({ "id": id, "case": case, "to": to, "template": template,
                            "title": words.title, "text": words.text })
                };
                let messages: Vec<Value> = self.messages.iter().map(message).collect();
                json!({ "id": self.id, "messages": messages })
            }
        }
    }
}

pub(super) async fn post(
    client: &Client,
    endpoint: &Endpoint,
    way: &Way,
    letter: &Letter<'_>,
) -> Outcome {
    let url = endpoint.url.borrow().expose_secret().to_owned();
    let mut request = client.post(url).json(&letter.body(way));
    if let Some(token) = &endpoint.token {
        request = request.bearer_auth(token.borrow().expose_secret());
    }
    let answer = match request.send().await {
        Ok(answer) => answer,
        // The address is a secret, so what failed is told without it.
        Err(error) => return failed(way, &error.without_url(), Outcome::Away),
    };
    let status = answer.status();
    if status == StatusCode::TOO_MANY_REQUESTS {
        return Outcome::Throttled;
    }
    if status.is_server_error() || status == StatusCode::REQUEST_TIMEOUT {
        return failed(way, &status, Outcome::Away);
    }
    if !status.is_success() {
        return failed(way, &status, Outcome::Refused);
    }
    if way.channel != MessageChannel::Wecom {
        return Outcome::Taken;
    }
    match answer.json::<Robot>().await {
        Ok(Robot { errcode: 0 }) => Outcome::Taken,
        Ok(Robot { errcode: TOO_OFTEN }) => Outcome::Throttled,
        Ok(Robot { errcode }) => failed(way, &errcode, Outcome::Refused),
        Err(error) => failed(way, &error.without_url(), Outcome::Away),
    }
}

/// A robot refuses with status 200 and says so in its answer.
#[derive(Debug, Deserialize)]
struct Robot {
    errcode: i64,
}

fn failed(way: &Way, why: &dyn std::fmt::Display, outcome: Outcome) -> Outcome {
    tracing::warn!(channel = %way.channel, %why, "a message was not taken");
    outcome
}
