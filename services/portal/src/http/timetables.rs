//! When assistants are in class.

use axum::{Json, extract::State};
use proto::dispatch::v1::{self as dispatch, ReplaceTimetableRequest};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    extract::{Answer, Body, Caller, Key},
    schema::Refused,
};
use crate::{portal::Portal, store::accounts};

/// All that is asked of them.
pub(super) fn routes() -> OpenApiRouter<Portal> {
    OpenApiRouter::new().routes(routes!(replace))
}

/// A class that is once a week. On a day of rest by notice there is none.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Class {
    /// The days of the term, the last included: `2026-08-31..2027-01-17`; of at most a year.
    #[serde(default)]
    dates: String,
    /// `monday` to `sunday`.
    #[serde(default)]
    weekday: String,
    /// `08:00-09:40`, by the clock of the campus.
    #[serde(default)]
    hours: String,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Timetable {
    /// Whose, by login name or id.
    account: String,
    /// At most 50, no two at once; none has them forgotten.
    classes: Vec<Class>,
    /// Says what would change, and changes nothing.
    #[serde(default)]
    dry_run: bool,
}

/// What changes, or would change.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct TimetableChanges {
    added: Vec<Class>,
    removed: Vec<Class>,
}

/// Replaces a timetable
///
/// These are all classes of an assistant, who is at work nowhere while they are in one, and is not arranged
/// to stand in then. All or nothing: `timetable-invalid` has a violation for each mistake, its field being
/// `classes[<from 0>].<column>`. By the head of their department, or who stands above. Refused by
/// `no-assistant`, `timetable-invalid` and `definitions-unknown`.
#[utoipa::path(
    post, path = "/roster/classes", tag = "roster",
    operation_id = "replaceTimetable", request_body = Timetable,
    params(("Idempotency-Key" = String, Header, description = "A new UUID for each intention")),
    responses((status = 200, description = "What changed", body = TimetableChanges), Refused),
)]
pub(super) async fn replace(
    State(portal): State<Portal>,
    caller: Caller,
    Key(key): Key,
    Body(Timetable { account, classes, dry_run }): Body<Timetable>,
) -> Answer<TimetableChanges> {
    let account = accounts::called(portal.pool(), account).await?;
    let classes = classes.into_iter().map(dispatch::Class::from).collect();
    let request = ReplaceTimetableRequest { account, classes, dry_run };
    let call = portal.on_behalf(&caller)?.idempotent(key);
    let answer = portal.peers.dispatch()?.replace_timetable(call.request(request)).await?;
    let dispatch::ReplaceTimetableResponse { added, removed } = answer.into_inner();
    let all = |classes: Vec<dispatch::Class>| classes.into_iter().map(Class::from).collect();
    Ok(Json(TimetableChanges { added: all(added), removed: all(removed) }))
}

impl From<Class> for dispatch::Class {
    fn from(Class { dates, weekday, hours }: Class) -> Self {
        Self { dates, weekday, hours }
    }
}

impl From<dispatch::Class> for Class {
    fn from(dispatch::Class { dates, weekday, hours }: dispatch::Class) -> Self {
        Self { dates, weekday, hours }
    }
}
