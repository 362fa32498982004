//! The campus's definitions, which intake owns.

use axum::{Json, extract::State};
use jiff::Timestamp;
use proto::intake::v1::{ApplyDefinitionsRequest, GetDefinitionsRequest, SourceFile};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use super::{
    extract::{Answer, Body, Caller, Key, Params},
    schema::Refused,
    wire::{instant, lower},
};
use crate::{portal::Portal, refusal::Refusal};

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Wanted {
    /// The newest if it is missing.
    #[serde(default)]
    revision: u32,
}

/// One state of all definitions.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Definitions {
    revision: u32,
    applied_at: Option<Timestamp>,
    documents: Vec<Document>,
}

#[derive(Debug, Serialize, ToSchema)]
struct Document {
    kind: String,
    id: String,
    #[schema(value_type = Object)]
    content: Value,
}

/// Reads the definitions
#[utoipa::path(
    get, path = "/definitions", tag = "definitions", params(Wanted),
    operation_id = "readDefinitions",
    responses((status = 200, description = "A revision", body = Definitions), Refused),
)]
pub(super) async fn read(
    State(portal): State<Portal>,
    caller: Caller,
    Params(Wanted { revision }): Params<Wanted>,
) -> Answer<Definitions> {
    let request = portal.on_behalf(&caller)?.request(GetDefinitionsRequest { revision });
    let answer = portal.peers.intake()?.get_definitions(request).await?.into_inner();
    let documents = answer.documents.into_iter().map(|one| {
        let content = serde_json::from_str(&one.content)?;
        Ok(Document { kind: one.kind, id: one.id, content })
    });
    Ok(Json(Definitions {
        revision: answer.revision,
        applied_at: instant(answer.applied_at),
        documents: documents.collect::<Result<_, Refusal>>()?,
    }))
}

/// The whole set: what is missing is removed.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = DefinitionFiles)]
#[serde(deny_unknown_fields)]
pub(super) struct Set {
    files: Vec<File>,
    /// Checks and compares, and changes nothing.
    #[serde(default)]
    dry_run: bool,
}

/// One file as its author wrote it.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = DefinitionFile)]
#[serde(deny_unknown_fields)]
struct File {
    /// As findings name it.
    #[schema(example = "items.yaml")]
    name: String,
    /// YAML, one or more documents.
    text: String,
}

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Applied {
    /// The revision in force now; of a dry run the one that would be.
    revision: u32,
    changes: Vec<DocumentChange>,
}

#[derive(Debug, Serialize, ToSchema)]
struct DocumentChange {
    /// `added`, `changed` or `removed`.
    change: Option<String>,
    kind: String,
    id: String,
}

/// Applies definitions
///
/// The whole set is checked and becomes the next revision, or nothing changes: `definitions-invalid`
/// has a violation for each finding, its field being `<file>:<line>:<column> <path>`.
#[utoipa::path(
    post, path = "/definitions", tag = "definitions",
    operation_id = "applyDefinitions", request_body = Set,
    params(("Idempotency-Key" = String, Header, description = "A new UUID for each intention")),
    responses((status = 200, description = "What changed", body = Applied), Refused),
)]
pub(super) async fn apply(
    State(portal): State<Portal>,
    caller: Caller,
    Key(key): Key,
    Body(Set { files, dry_run }): Body<Set>,
) -> Answer<Applied> {
    let files = files.into_iter().map(|File { name, text }| SourceFile { name, text }).collect();
    let call = portal.on_behalf_at_length(&caller)?.idempotent(key);
    let request = call.request(ApplyDefinitionsRequest { files, dry_run });
    let answer = portal.peers.intake()?.apply_definitions(request).await?.into_inner();
    let changes = answer.changes.into_iter().map(|one| DocumentChange {
        change: lower(one.change().as_str_name(), "CHANGE_KIND_"),
        kind: one.kind,
        id: one.id,
    });
    Ok(Json(Applied { revision: answer.revision, changes: changes.collect() }))
}
