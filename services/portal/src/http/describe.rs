//! The description of the API, and where it is served.

use axum::{Json, Router, routing::get};
use utoipa::{
    OpenApi,
    openapi::{
        Components, OpenApi as Document,
        security::{HttpAuthScheme, HttpBuilder, SecurityScheme},
    },
};

use super::schema::{ProblemShape, ViolationShape};

/// What is said of the whole.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Yizhan 一站",
        description = "Cases, work orders, callbacks and definitions of one university's service \
                       centre.\n\nLog in for a token and send it as `Authorization: Bearer`; \
                       programs send an API key the same way. A command (`POST`, `PUT`, `DELETE`), \
                       but for logging in, needs an `Idempotency-Key`: sent again with the same \
                       key it is done once and answered the same. What \
                       changes a case answers a `head`: given to the next list or case, that waits \
                       until the change is shown, for at most 500 ms. Times are RFC 3339 with an \
                       offset. A refusal is `application/problem+json` with a stable `reason`.",
        license(name = "Apache-2.0", identifier = "Apache-2.0"),
    ),
    components(schemas(ProblemShape, ViolationShape)),
    security(("bearer" = [])),
)]
struct Whole;

/// The description before the routes are added.
pub(super) fn document() -> Document {
    let mut document = Whole::openapi();
    let bearer = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .description(Some("The token of a login, or an API key"))
        .build();
    let components = document.components.get_or_insert_with(Components::default);
    components.add_security_scheme("bearer", SecurityScheme::Http(bearer));
    document
}

/// Serves the description to everybody.
pub(super) fn routes(document: &Document) -> Router {
    let document = document.clone();
    let described = get(async move || Json(document.clone()));
    Router::new().route("/openapi.json", described.clone()).route("/api/v1/openapi.json", described)
}
