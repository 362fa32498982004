use axum::{
    Json,
    extract::{Path, State},
};
use events::words::{End, Service};
use proto::{
    intake::v1::{self as intake, CloseCaseAsRequest},
    words::v1 as wire_words,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::reference;
use crate::{
    head::Head,
    http::{
        extract::{Answer, Body, Caller, Key},
        schema::{self, Refused},
        wire::some,
    },
    portal::Portal,
};

/// An end that somebody decides on.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct Ending {
    /// `duplicate`, `not-ours`, `refused` or `test`.
    #[schema(schema_with = schema::disposal)]
    end: End,
    /// Of a duplicate: the other case, by number or id.
    #[serde(default)]
    of: String,
    /// Of what is not ours.
    referral: Option<Referral>,
    /// In words, up to 500 characters; may be missing unless it is refused.
    #[serde(default)]
    reason: String,
}

/// Whose matter it is instead, as its requester is told.
#[derive(Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct Referral {
    /// A department.
    #[schema(example = "logistics")]
    department: String,
    /// Where there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    window: Option<String>,
    /// Whom to ask.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    person: Option<String>,
}

impl From<Referral> for intake::Referral {
    fn from(Referral { department, window, person }: Referral) -> Self {
        let (window, person) = (window.unwrap_or_default(), person.unwrap_or_default());
        Self { department, window, person }
    }
}

impl From<intake::Referral> for Referral {
    fn from(intake::Referral { department, window, person }: intake::Referral) -> Self {
        Self { department, window: some(window), person: some(person) }
    }
}

#[derive(Debug, Serialize, ToSchema)]
pub(in crate::http) struct Ended {
    /// For the next list or case, which then shows the change.
    #[schema(value_type = Option<String>)]
    head: Option<Head>,
}

/// Closes a case for another reason
///
/// Than that the work is done: a duplicate of another open case, which takes over its reporters and
/// its urgency; not ours, and whose; refused, with a reason; a trial run. Refused by `case-unknown`,
/// `close-invalid`, `reason-missing`, `case-completed`, `case-closed`, and `case-is-incident`: an
/// incident is closed as one, for its reporters to hear of it.
#[utoipa::path(
    post, path = "/cases/{case}/close-as", tag = "cases",
    operation_id = "closeCaseAs", request_body = Ending,
    params(("case" = String, Path, description = "Its number or id"),
           ("Idempotency-Key" = String, Header, description = "A new UUID for each intention")),
    responses((status = 200, description = "Closed", body = Ended), Refused),
)]
pub(in crate::http) async fn close_as(
    State(portal): State<Portal>,
    caller: Caller,
    Key(key): Key,
    Path(case): Path<String>,
    Body(Ending { end, of, referral, reason }): Body<Ending>,
) -> Answer<Ended> {
    reference(&case)?;
    let (end, referral) = (wire_words::End::from(end).into(), referral.map(Into::into));
    let call = portal.on_behalf(&caller)?.idempotent(key);
    let request = call.request(CloseCaseAsRequest { case, end, of, referral, reason });
    let answer = portal.peers.intake()?.close_case_as(request).await?.into_inner();
    Ok(Json(Ended { head: Head::answered(Service::Intake, answer.head) }))
}
