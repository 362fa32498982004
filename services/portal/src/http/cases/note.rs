use axum::{
    Json,
    extract::{Path, State},
};
use clock::AccountId;
use events::words::Service;
use jiff::Timestamp;
use proto::intake::v1::{AddNoteRequest, Remark as WireRemark};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{reference, views::Account};
use crate::{
    head::Head,
    http::{
        alarms::PersonAtRisk,
        extract::{Answer, Body, Caller, Key},
        schema::Refused,
        wire::instant,
    },
    portal::Portal,
    refusal::Refusal,
    store::accounts,
};

/// Something for the others who work on a case.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct Note {
    /// Up to 4,000 characters.
    text: String,
}

#[derive(Debug, Serialize, ToSchema)]
pub(in crate::http) struct Noted {
    /// Who is at risk by what was said; absent for who reports for themselves.
    #[serde(skip_serializing_if = "Option::is_none")]
    person_at_risk: Option<PersonAtRisk>,
    /// For the next list or case, which then shows the change.
    #[schema(value_type = Option<String>)]
    head: Option<Head>,
}

/// What somebody said with a command, or in a note.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Remark {
    at: Option<Timestamp>,
    /// Who; absent where it was no account.
    by: Option<Account>,
    /// What they did, such as `add-note` or `chase-case`.
    action: String,
    text: String,
}

/// Leaves a note on a case
///
/// For others who work on it; its requester is not told. Refused by `case-unknown` and
/// `note-invalid`.
#[utoipa::path(
    post, path = "/cases/{case}/note", tag = "cases",
    operation_id = "addNote", request_body = Note,
    params(("case" = String, Path, description = "Its number or id"),
           ("Idempotency-Key" = String, Header, description = "A new UUID for each intention")),
    responses((status = 200, description = "Kept", body = Noted), Refused),
)]
pub(in crate::http) async fn note(
    State(portal): State<Portal>,
    caller: Caller,
    Key(key): Key,
    Path(case): Path<String>,
    Body(Note { text }): Body<Note>,
) -> Answer<Noted> {
    reference(&case)?;
    let call = portal.on_behalf(&caller)?.idempotent(key);
    let request = call.request(AddNoteRequest { case, text });
    let answer = portal.peers.intake()?.add_note(request).await?.into_inner();
    Ok(Json(Noted {
        person_at_risk: PersonAtRisk::told(answer.person_at_risk)?,
        head: Head::answered(Service::Intake, answer.head),
    }))
}

/// Remarks with the names of who made them.
pub(super) async fn named_remarks(
    portal: &Portal,
    remarks: Vec<WireRemark>,
) -> Result<Vec<Remark>, Refusal> {
    let account = |remark: &WireRemark| remark.account.parse::<AccountId>().ok();
    let accounts: Vec<_> = remarks.iter().filter_map(account).collect();
    let names = accounts::names(portal.pool(), &portal.masters(), &accounts).await?;
    let named = remarks.into_iter().map(|remark| Remark {
        at: instant(remark.at),
        by: account(&remark).map(|id| Account { id, name: names.get(&id).cloned() }),
        action: remark.action,
        text: remark.text,
    });
    Ok(named.collect())
}
