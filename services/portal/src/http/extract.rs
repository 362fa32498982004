//! What a request must bring, each with its own refusal.

use std::ops::Deref;

use axum::{
    Json,
    body::Bytes,
    extract::{FromRequest, FromRequestParts, Query, Request, rejection::BytesRejection},
    http::{StatusCode, header::AUTHORIZATION, request::Parts},
};
use rpc::{Code, Error, FieldViolation, IdempotencyKey};
use serde::de::DeserializeOwned;

use crate::{
    authenticate::{self, Identity},
    portal::Portal,
    refusal::Refusal,
};

/// Who asks.
#[derive(Debug)]
pub(super) struct Caller(Identity);

impl Deref for Caller {
    type Target = Identity;

    fn deref(&self) -> &Identity {
        &self.0
    }
}

impl FromRequestParts<Portal> for Caller {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, portal: &Portal) -> Result<Self, Refusal> {
        let refused = |reason, message: &str| Refusal::new(Code::Unauthenticated, reason, message);
        let Some(value) = parts.headers.get(AUTHORIZATION) else {
            return Err(refused(
                "token-missing",
                "log in, and send `Authorization: Bearer <token>`",
            ));
        };
        let token = value.to_str().ok().and_then(|value| value.strip_prefix("Bearer "));
        let token = token
            .ok_or_else(|| refused("token-malformed", "send `Authorization: Bearer <token>`"))?;
        authenticate::bearer(&portal.delivery, token).await.map(Self)
    }
}

/// The Idempotency-Key of a command.
#[derive(Debug)]
pub(super) struct Key(pub(super) IdempotencyKey);

impl<S: Sync> FromRequestParts<S> for Key {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refusal> {
        let refused =
            |reason, message: String| Refusal::new(Code::InvalidArgument, reason, message);
        let Some(value) = parts.headers.get("idempotency-key") else {
            let message = "a command needs the header Idempotency-Key: a new UUID for each \
                           intention, the same one when it is sent again";
            return Err(refused("idempotency-key-missing", message.to_owned()));
        };
        let malformed = || {
            let message = "an Idempotency-Key is 1 to 128 visible ASCII characters, such as a UUID";
            refused("idempotency-key-malformed", message.to_owned())
        };
        let text = value.to_str().map_err(|_| malformed())?;
        text.parse().map(Self).map_err(|_| malformed())
    }
}

/// The parameters behind `?`.
#[derive(Debug)]
pub(super) struct Params<T>(pub(super) T);

impl<T: DeserializeOwned, S: Sync> FromRequestParts<S> for Params<T> {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refusal> {
        let Query(params) = Query::try_from_uri(&parts.uri).map_err(|rejection| {
            let text = rejection.body_text();
            let text = text.strip_prefix("Failed to deserialize query string: ").unwrap_or(&text);
            let (path, message) = text.split_once(": ").unwrap_or(("", text));
            invalid(path, number(path, message).unwrap_or(message))
        })?;
        Ok(Self(params))
    }
}

/// The JSON in the body; a request without a body is an empty object.
#[derive(Debug)]
pub(super) struct Body<T>(pub(super) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refusal> {
        let bytes =
            Bytes::from_request(request, state).await.map_err(|rejection| unread(&rejection))?;
        let text = if bytes.is_empty() { b"{}" } else { &*bytes };
        let mut deserializer = serde_json::Deserializer::from_slice(text);
        let read = serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
            let path = error.path().to_string();
            match error.into_inner() {
                error if error.is_data() => invalid(&path, &error.to_string()),
                error => Refusal::new(
                    Code::InvalidArgument,
                    "json-malformed",
                    format!("the body is no JSON: {error}"),
                ),
            }
        })?;
        deserializer.end().map_err(|error| {
            let message = format!("the body is more than one JSON value: {error}");
            Refusal::new(Code::InvalidArgument, "json-malformed", message)
        })?;
        Ok(Self(read))
    }
}

/// A body that could not be read: it is too large, or its sender went away.
fn unread(rejection: &BytesRejection) -> Refusal {
    if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
        let message = "a request may have 1 MB, and 32 MB with all definitions or all people";
        return Refusal::new(Code::InvalidArgument, "body-too-large", message)
            .with_status(StatusCode::PAYLOAD_TOO_LARGE);
    }
    Refusal::new(Code::InvalidArgument, "body-unreadable", rejection.body_text())
}

/// What is said of a number that is none, which Rust says in words of its own.
fn number(field: &str, message: &str) -> Option<&'static str> {
    let unread = [
        "invalid digit found in string",
        "cannot parse integer from empty string",
        "number too large to fit in target type",
    ];
    unread.contains(&message).then_some(match field {
        "limit" => "must be a whole number, 1 to 200",
        _ => "must be a whole number",
    })
}

/// A value that does not fit, as a violation of its field.
fn invalid(path: &str, message: &str) -> Refusal {
    let FieldViolation { field, description } = violation(path, message);
    Refusal::field(field, description)
}

/// serde names the object in the path and a field that is unknown or missing only in its message.
fn violation(path: &str, message: &str) -> FieldViolation {
    let message = message.rsplit_once(" at line ").map_or(message, |(message, _)| message);
    let named = |prefix| {
        let rest: &str = message.strip_prefix(prefix)?;
        rest.split('`').next()
    };
    let path = if path == "." || path == "?" { "" } else { path };
    if let Some(missing) = named("missing field `") {
        let field = if path.is_empty() { missing.to_owned() } else { format!("{path}.{missing}") };
        return FieldViolation { field, description: "is missing".to_owned() };
    }
    let field = match named("unknown field `") {
        Some(unknown) if path.is_empty() => unknown,
        Some(_) | None => path,
    };
    FieldViolation { field: field.to_owned(), description: message.to_owned() }
}

/// JSON with a status of its own.
pub(super) type Answer<T> = Result<Json<T>, Refusal>;

/// An id in a path; one that is none names nothing.
pub(super) fn id<T: std::str::FromStr>(
    text: &str,
    reason: &'static str,
    what: &str,
) -> Result<T, Refusal> {
    text.parse().map_err(|_| {
        let message = format!("there is no such {what}: its id is a UUID");
        Error::new(Code::NotFound, reason, message).into()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_that_is_missing_or_unknown_is_named_with_its_path() {
        let cases = [
            (".", "missing field `item` at line 1 column 22", "item", "is missing"),
            ("caller", "missing field `phone` at line 1 column 2", "caller.phone", "is missing"),
            (
                "foo",
                "unknown field `foo`, expected `item` at line 1 column 17",
                "foo",
                "unknown field `foo`, expected `item`",
            ),
            (
                "",
                "unknown field `foo`, expected `item`",
                "foo",
                "unknown field `foo`, expected `item`",
            ),
            (
                "caller.phone",
                "invalid type: integer `1`, expected a string",
                "caller.phone",
                "invalid type: integer `1`, expected a string",
            ),
        ];
        for (path, message, field, description) in cases {
            let violation = violation(path, message);
            assert_eq!((&*violation.field, &*violation.description), (field, description));
        }
    }
}
