use authz::{Action, Relations, Subject};
use delivery_rpc::{Failure, timestamp};
use events::words::{Level, Revision};
use proto::intake::v1::{Document, GetDefinitionsResponse};
use rpc::{Code, Error, authorize};
use serde_json::Value;

use crate::{Intake, store};

/// All documents of a revision; of the newest, if none is named.
pub(crate) async fn get_definitions(
    intake: &Intake,
    subject: &Subject,
    revision: Option<Revision>,
) -> Result<GetDefinitionsResponse, Failure> {
    authorize(subject, Action::GetDefinitions, Relations::NONE, Level::Public)?;
    let mut connection = intake.pool().acquire().await?;
    let revision = match revision {
        Some(revision) => revision,
        None => revisions::newest(&mut connection).await?,
    };
    let applied_at = store::revisions::applied_at(&mut connection, revision).await?;
    let applied_at = applied_at.ok_or_else(|| {
        let message = "there is no such revision of the definitions";
        Error::new(Code::NotFound, "revision-unknown", message)
    })?;
    let documents = revisions::documents(&mut connection, revision).await?;
    let document = |document: definitions::Document| Document {
        kind: document.kind.to_string(),
        id: document.id.to_string(),
        content: Value::Object(document.value).to_string(),
    };
    Ok(GetDefinitionsResponse {
        revision: revision.0,
        applied_at: Some(timestamp(applied_at)),
        documents: documents.into_iter().map(document).collect(),
    })
}
