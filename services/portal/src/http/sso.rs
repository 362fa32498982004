//! Logging in by unified login: where a browser is led, and what it brings back.

use axum::{
    Json,
    extract::State,
    http::{
        HeaderMap, StatusCode,
        header::{LOCATION, SET_COOKIE},
    },
    response::{IntoResponse as _, Response},
};
use jiff::Timestamp;
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    extract::{Answer, Body, Params},
    schema::Refused,
    sessions::Session,
};
use crate::{
    commands,
    portal::Portal,
    refusal::Refusal,
    sso::{Attempt, Back, HandOff, Vouched, Way},
};

/// All that is asked of them.
pub(super) fn routes() -> OpenApiRouter<Portal> {
    OpenApiRouter::new()
        .routes(routes!(begin_oidc))
        .routes(routes!(end_oidc))
        .routes(routes!(begin_cas))
        .routes(routes!(end_cas))
        .routes(routes!(redeem))
}

/// Whom the session is handed to; without both it is the answer. With them the provider is asked to
/// let nobody through who has logged in before, and a refusal is handed on by its reason (`error`).
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Begin {
    /// Where the command line waits on the loopback of the browser's machine.
    port: Option<u16>,
    /// The base64url of the SHA-256 of a secret of its own (RFC 7636, `S256`).
    challenge: Option<String>,
}

impl Begin {
    fn hand_off(self, begun_at: Timestamp) -> Result<Option<HandOff>, Refusal> {
        let (port, challenge) = match (self.port, self.challenge) {
            (None, None) => return Ok(None),
            (Some(port), Some(challenge)) => (port, challenge),
            (Some(_), None) => return Err(Refusal::field("challenge", "is missing")),
            (None, Some(_)) => return Err(Refusal::field("port", "is missing")),
        };
        if port == 0 {
            return Err(Refusal::field("port", "must be 1 to 65535"));
        }
        let hand_off = HandOff { port, challenge, begun_at };
        let valid = Some(hand_off).filter(HandOff::is_valid);
        let malformed = || Refusal::field("challenge", "must be 43 characters of base64url");
        valid.map(Some).ok_or_else(malformed)
    }
}

/// Leads to the provider (OpenID Connect)
///
/// Refused by `sso-absent` where the installation has none, and by `sso-unavailable` (503) while it does
/// not answer; local accounts log in all the same.
#[utoipa::path(
    get, path = "/login/oidc", tag = "sessions", security(()),
    operation_id = "beginOidcLogin", params(Begin),
    responses((status = 302, description = "To the provider, with a cookie for the way back"), Refused),
)]
pub(super) async fn begin_oidc(
    State(portal): State<Portal>,
    Params(begin): Params<Begin>,
) -> Result<Response, Refusal> {
    lead(&portal, Way::Oidc, begin).await
}

/// Leads to CAS
///
/// Refused by `sso-absent` where the installation has none.
#[utoipa::path(
    get, path = "/login/cas", tag = "sessions", security(()),
    operation_id = "beginCasLogin", params(Begin),
    responses((status = 302, description = "To CAS, with a cookie for the way back"), Refused),
)]
pub(super) async fn begin_cas(
    State(portal): State<Portal>,
    Params(begin): Params<Begin>,
) -> Result<Response, Refusal> {
    lead(&portal, Way::Cas, begin).await
}

async fn lead(portal: &Portal, way: Way, begin: Begin) -> Result<Response, Refusal> {
    let hand_off = begin.hand_off(portal.clock().machine())?;
    let begun = match portal.sso.begin(way, hand_off.clone()).await {
        Ok(begun) => begun,
        Err(refusal) => return Ok(refused(hand_off.as_ref(), refusal)),
    };
    let headers = [(LOCATION, begun.location.to_string()), (SET_COOKIE, begun.cookie)];
    Ok((StatusCode::FOUND, headers).into_response())
}

/// What a provider sends back. It may send more.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct OidcBack {
    state: Option<String>,
    code: Option<String>,
    /// Why there is no code.
    error: Option<String>,
    /// Who sends it (RFC 9207).
    iss: Option<String>,
}

/// Logs in whom the provider vouches for
///
/// Whoever comes needs the cookie of the way out. The session is that of a login by password, and knows
/// when the provider saw them prove who they are. Refused by `sso-state-wrong` (another browser, or too
/// late), `sso-refused` (the provider does not vouch for it), `sso-unavailable` (503: it does not
/// answer), `sso-account-unknown` (no account has that login name), `account-closed`, `sso-absent`.
#[utoipa::path(
    get, path = "/login/oidc/back", tag = "sessions", security(()),
    operation_id = "endOidcLogin", params(OidcBack),
    responses(
        (status = 200, description = "A session", body = Session),
        (status = 302, description = "To the command line that waits, with `code` or `error`"),
        Refused,
    ),
)]
pub(super) async fn end_oidc(
    State(portal): State<Portal>,
    headers: HeaderMap,
    Params(back): Params<OidcBack>,
) -> Result<Response, Refusal> {
    let OidcBack { state, code, error, iss } = back;
    let attempt = portal.sso.attempt(Way::Oidc, &headers, state.as_deref())?;
    let vouched = portal.sso.by_oidc(&attempt, Back { code, error, iss }).await;
    Ok(end(&portal, &attempt, vouched).await)
}

/// What CAS sends back.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct CasBack {
    state: Option<String>,
    ticket: Option<String>,
}

/// Logs in whom CAS gave a ticket
///
/// As with OpenID Connect, and refused by the same: `sso-state-wrong`, `sso-refused`,
/// `sso-unavailable`, `sso-account-unknown`, `account-closed`, `sso-absent`.
#[utoipa::path(
    get, path = "/login/cas/back", tag = "sessions", security(()),
    operation_id = "endCasLogin", params(CasBack),
    responses(
        (status = 200, description = "A session", body = Session),
        (status = 302, description = "To the command line that waits, with `code` or `error`"),
        Refused,
    ),
)]
pub(super) async fn end_cas(
    State(portal): State<Portal>,
    headers: HeaderMap,
    Params(back): Params<CasBack>,
) -> Result<Response, Refusal> {
    let attempt = portal.sso.attempt(Way::Cas, &headers, back.state.as_deref())?;
    let ticket = back.ticket.unwrap_or_default();
    let vouched = portal.sso.by_cas(&attempt, &ticket).await;
    Ok(end(&portal, &attempt, vouched).await)
}

/// The session, or the way to who waits for it. Whatever came of it, the attempt is over.
async fn end(portal: &Portal, attempt: &Attempt, vouched: Result<Vouched, Refusal>) -> Response {
    let forget = [(SET_COOKIE, portal.sso.forget())];
    let given = given(portal, attempt, vouched).await;
    let given = given.unwrap_or_else(|refusal| refused(attempt.hand_off(), refusal));
    (forget, given).into_response()
}

async fn given(
    portal: &Portal,
    attempt: &Attempt,
    vouched: Result<Vouched, Refusal>,
) -> Result<Response, Refusal> {
    let vouched = vouched?;
    let Some(HandOff { port, challenge, .. }) = attempt.hand_off() else {
        let opened = commands::login_elsewhere(portal, &vouched).await?;
        return Ok(Json(Session::from(opened)).into_response());
    };
    let code = commands::login_by_code(portal, &vouched, challenge).await?;
    Ok(handed(*port, "code", &code))
}

/// Why there is no session, to who waits for it.
fn refused(hand_off: Option<&HandOff>, refusal: Refusal) -> Response {
    let Some(HandOff { port, .. }) = hand_off else { return refusal.into_response() };
    refusal.log();
    handed(*port, "error", refusal.reason())
}

/// The way to the command line on the machine of the browser.
fn handed(port: u16, name: &str, value: &str) -> Response {
    let location = [(LOCATION, format!("http://127.0.0.1:{port}/?{name}={value}"))];
    (StatusCode::FOUND, location).into_response()
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct LoginCode {
    /// As it came to the port that was waited on.
    #[schema(value_type = String)]
    code: SecretString,
    /// The secret whose challenge the login began with.
    #[schema(value_type = String)]
    verifier: SecretString,
}

/// Changes the code of a login for its session
///
/// Once and within a minute (`login-code-refused`).
#[utoipa::path(
    post, path = "/login/code", tag = "sessions", security(()),
    operation_id = "redeemLoginCode", request_body = LoginCode,
    responses((status = 200, description = "A session", body = Session), Refused),
)]
pub(super) async fn redeem(
    State(portal): State<Portal>,
    Body(given): Body<LoginCode>,
) -> Answer<Session> {
    let LoginCode { code, verifier } = given;
    let opened = commands::redeem_code(&portal, code.expose_secret(), verifier.expose_secret());
    Ok(Json(opened.await?.into()))
}
