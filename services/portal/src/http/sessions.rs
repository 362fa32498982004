//! Logging in and out.

use axum::{Json, extract::State, http::StatusCode};
use jiff::Timestamp;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    extract::{Answer, Body, Caller, Key},
    schema::Refused,
};
use crate::{
    commands::{self, Opened},
    portal::Portal,
    refusal::Refusal,
};

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Login {
    /// The login name.
    #[schema(example = "desk-1")]
    account: String,
    #[schema(value_type = String, format = Password)]
    password: SecretString,
}

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Session {
    /// To be sent as `Authorization: Bearer <token>`; told only now.
    token: String,
    expires_at: Timestamp,
    /// The campus's time zone, by its IANA name: in which people there read times. None before its
    /// definitions are known.
    #[schema(example = "Asia/Shanghai")]
    zone: Option<String>,
}

impl From<Opened> for Session {
    fn from(Opened { token, expires_at, zone }: Opened) -> Self {
        Self { token, expires_at, zone }
    }
}

/// Logs in
///
/// Whether the account or the password is wrong is not told (`login-refused`).
#[utoipa::path(
    post, path = "/login", tag = "sessions", security(()),
    operation_id = "logIn", request_body = Login,
    responses((status = 200, description = "A session", body = Session), Refused),
)]
pub(super) async fn login(
    State(portal): State<Portal>,
    Body(login): Body<Login>,
) -> Answer<Session> {
    let opened = commands::login(&portal, &login.account, login.password).await?;
    Ok(Json(opened.into()))
}

/// Logs out
///
/// Ends the session whose token is sent. Sent again, it is told that the session has ended
/// (`session-unknown`).
#[utoipa::path(
    post, path = "/logout", tag = "sessions",
    operation_id = "logOut",
    params(("Idempotency-Key" = String, Header, description = "A new UUID for each intention")),
    responses((status = 204, description = "The session has ended"), Refused),
)]
pub(super) async fn logout(
    State(portal): State<Portal>,
    caller: Caller,
    Key(key): Key,
) -> Result<StatusCode, Refusal> {
    commands::logout(&portal, &caller, &key).await?;
    Ok(StatusCode::NO_CONTENT)
}
