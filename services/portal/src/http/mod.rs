//! The HTTP/JSON API under `/api/v1`: one file per resource, and in each nothing but mapping.
//!
//! ```text
//!  request ── observe (span, duration) ── at most 1 MB, a campus 32 ── caught panics
//!     └─ Caller (bearer token) ─ Key (Idempotency-Key) ─ Params, Body (unknown fields refused)
//!          └─ the handler ── a command of the portal, a board, or a call of another service
//!               └─ JSON, or Refusal as application/problem+json
//! ```
//!
//! One page is for people: `/s/<secret>`, by which a reporter answers whether it is solved ([`survey`]).
//!
//! The description (`OpenAPI` 3.1) is made from the handlers, served at `/openapi.json`, and checked
//! in as `services/portal/openapi.json`.

mod alarms;
mod api_keys;
mod callbacks;
mod cases;
mod contacts;
mod dead_letters;
mod definitions;
mod describe;
mod extract;
mod figures;
mod handovers;
mod incidents;
mod me;
mod messages;
mod observe;
mod people;
mod phone_calls;
mod questions;
mod roster;
mod schema;
mod sessions;
mod sso;
mod survey;
mod timetables;
mod when;
mod wire;
mod work_orders;

use std::time::Duration;

use axum::{
    Router,
    extract::{DefaultBodyLimit, Request},
    http::{HeaderValue, Method, StatusCode, Uri, header},
    middleware,
    response::{IntoResponse as _, Response},
};
use opentelemetry::metrics::Meter;
use rpc::{Code, Error};
use tower::ServiceBuilder;
use tower_http::{
    catch_panic::CatchPanicLayer, set_header::SetResponseHeaderLayer,
    timeout::RequestBodyTimeoutLayer,
};
use utoipa::openapi::OpenApi;
use utoipa_axum::{
    router::{OpenApiRouter, UtoipaMethodRouterExt as _},
    routes,
};

use crate::{portal::Portal, refusal::Refusal};

/// The largest body that is read.
const LARGEST_BODY: usize = 1 << 20;
/// The same of all definitions or all people, which come at once: 2,000 documents, 60,000 people.
const LARGEST_CAMPUS: usize = 32 << 20;
/// A body that stands still is given up.
const BODY_WITHIN: Duration = Duration::from_secs(30);

/// The whole HTTP interface.
pub(crate) fn router(portal: Portal, meter: &Meter) -> Router {
    let (routes, description) = api().split_for_parts();
    let described = describe::routes(&description);
    let layers = ServiceBuilder::new()
        .layer(middleware::from_fn_with_state(observe::Duration::new(meter), observe::observe))
        .layer(CatchPanicLayer::custom(|_| {
            Refusal::from(Error::internal("a handler panicked")).into_response()
        }))
        .layer(SetResponseHeaderLayer::overriding(
            header::X_CONTENT_TYPE_OPTIONS,
            HeaderValue::from_static("nosniff"),
        ))
        .layer(SetResponseHeaderLayer::if_not_present(
            header::CACHE_CONTROL,
            HeaderValue::from_static("no-store"),
        ))
        .layer(RequestBodyTimeoutLayer::new(BODY_WITHIN))
        .layer(DefaultBodyLimit::max(LARGEST_BODY));
    routes
        .merge(survey::routes())
        .with_state(portal)
        .merge(described)
        .fallback(nowhere)
        .method_not_allowed_fallback(not_so)
        .layer(layers)
}

/// The description alone, as it is served and checked in.
pub(crate) fn description() -> OpenApi {
    api().into_openapi()
}

fn api() -> OpenApiRouter<Portal> {
    let v1 = OpenApiRouter::new()
        .routes(routes!(sessions::login))
        .routes(routes!(sessions::logout))
        .merge(sso::routes())
        .routes(routes!(me::me))
        .routes(routes!(me::change_password))
        .routes(routes!(cases::list::list, cases::accept::accept))
        .routes(routes!(cases::similar::find))
        .routes(routes!(cases::show::show))
        .routes(routes!(cases::explain::explain))
        .routes(routes!(cases::more_time::ask_extension))
        .routes(routes!(cases::more_time::approve_extension))
        .routes(routes!(cases::more_time::refuse_extension))
        .routes(routes!(cases::more_time::ask_pause))
        .routes(routes!(cases::more_time::approve_pause))
        .routes(routes!(cases::more_time::refuse_pause))
        .merge(cases::ladder::routes())
        .routes(routes!(cases::end::withdraw))
        .routes(routes!(cases::end::reopen))
        .routes(routes!(cases::chase::chase))
        .routes(routes!(cases::complain::complain))
        .routes(routes!(cases::join::join))
        .routes(routes!(cases::join::unjoin))
        .routes(routes!(cases::urgency::change))
        .routes(routes!(cases::note::note))
        .routes(routes!(cases::reply::reply))
        .routes(routes!(cases::close_as::close_as))
        .routes(routes!(incidents::show::list, incidents::open::open))
        .routes(routes!(incidents::show::show))
        .routes(routes!(incidents::join::join))
        .routes(routes!(incidents::update::update))
        .routes(routes!(incidents::update::close))
        .routes(routes!(alarms::open))
        .routes(routes!(alarms::acknowledge))
        .routes(routes!(contacts::list, contacts::log))
        .merge(work_orders::routes())
        .merge(questions::routes())
        .merge(roster::routes())
        .merge(timetables::routes())
        .merge(handovers::routes())
        .routes(routes!(callbacks::list))
        .routes(routes!(callbacks::next))
        .routes(routes!(figures::figures))
        .routes(routes!(callbacks::record))
        .routes(routes!(messages::list))
        .routes(routes!(messages::acknowledge))
        .routes(routes!(phone_calls::list))
        .routes(routes!(phone_calls::take))
        .routes(routes!(phone_calls::settle))
        .routes(routes!(definitions::read, definitions::apply).layer(whole()))
        .routes(routes!(people::import).layer(whole()))
        .routes(routes!(people::undo))
        .routes(routes!(dead_letters::list))
        .routes(routes!(dead_letters::show))
        .routes(routes!(dead_letters::replay))
        .routes(routes!(dead_letters::drop))
        .merge(api_keys::routes());
    OpenApiRouter::with_openapi(describe::document()).nest("/api/v1", v1)
}

fn whole() -> DefaultBodyLimit {
    DefaultBodyLimit::max(LARGEST_CAMPUS)
}

async fn nowhere(uri: Uri) -> Response {
    let path = named(&uri);
    let message = format!("there is nothing at {path}: /openapi.json describes what there is");
    Refusal::new(Code::NotFound, "route-unknown", message).into_response()
}

async fn not_so(method: Method, request: Request) -> Response {
    let path = named(request.uri());
    let message = format!("{path} has no {method}: /openapi.json describes what it has");
    Refusal::new(Code::InvalidArgument, "method-not-allowed", message)
        .with_status(StatusCode::METHOD_NOT_ALLOWED)
        .into_response()
}

/// A path as it may be said and logged: without the secret that it may hold.
fn named(uri: &Uri) -> String {
    match uri.path().split_once(survey::BEFORE_SECRET) {
        Some((before, _)) => format!("{before}{}...", survey::BEFORE_SECRET),
        None => uri.path().chars().take(128).collect(),
    }
}
