use std::slice;

use authz::{Action, Relations};
use definitions::{Change, Problem, Set, diff};
use delivery::{Locked, Stamp, Tx, audit, lock_one, save};
use delivery_rpc::{Asked, Failure, head};
use events::{
    DEFINITION_KEY, Fact,
    definition::DocumentChangedV1,
    words::{Level, Revision},
};
use jiff::Timestamp;
use proto::intake::v1::ApplyDefinitionsResponse;
use rpc::{Code, Error, authorize};
use serde_json::json;

use crate::{Intake, api::answers, store};

/// A whole set of documents, as their authors wrote them.
#[derive(Debug, Clone)]
pub(crate) struct ApplyDefinitions {
    pub(crate) asked: Asked,
    /// Name and text of each file.
    pub(crate) files: Vec<(String, String)>,
    /// Only say what would change.
    pub(crate) dry_run: bool,
}

/// Makes a set of documents the next revision, or changes nothing.
pub(crate) async fn apply_definitions(
    intake: &Intake,
    ApplyDefinitions { asked, files, dry_run }: ApplyDefinitions,
) -> Result<ApplyDefinitionsResponse, Failure> {
    authorize(&asked.subject, Action::ApplyDefinitions, Relations::NONE, Level::Public)?;
    let files = files.iter().map(|(name, text)| (name.as_str(), text.as_str()));
    let set = Set::parse(files).map_err(|problems| invalid(&problems))?;

    let (now, machine) = (intake.clock().now(), intake.clock().machine());
    let mut tx = intake.pool().begin().await?;
    if let Some(answered) = asked.intent.begin(&mut tx, machine).await? {
        return Ok(answered);
    }
    let mut locked = lock_one(&mut tx, DEFINITION_KEY).await?;
    let before = revisions::newest(&mut tx).await?;
    let old = revisions::documents(&mut tx, before).await?;
    let changes = diff(&old, set.documents());
    let revision = if changes.is_empty() { before } else { before.next() };
    let told = changes.iter().map(|change| answers::document_change(change, &old)).collect();
    let mut answer = ApplyDefinitionsResponse { head: None, revision: revision.0, changes: told };
    if dry_run {
        return Ok(answer);
    }
    if !changes.is_empty() {
        revisions::write(&mut tx, revision, &changes).await?;
        store::revisions::insert(&mut tx, revision, now, &asked.intent.id.principal).await?;
        note(&mut tx, &asked, revision, now).await?;
        // By the one before: whoever does not know the new one yet must be able to read this.
        let traceparent = asked.traceparent.clone();
        let stamp = Stamp { happened: now, recorded: now, revision: before, traceparent };
        publish(intake, &mut locked, revision, changes, &stamp)?;
        answer.head = Some(head(&locked));
    }
    save(&mut tx, slice::from_mut(&mut locked), machine).await?;
    asked.intent.finish(&mut tx, &answer).await?;
    tx.commit().await?;
    intake.delivery.bell().ring();
    Ok(answer)
}

/// One event per document; the last one says so.
fn publish(
    intake: &Intake,
    locked: &mut Locked,
    revision: Revision,
    changes: Vec<Change>,
    stamp: &Stamp,
) -> Result<(), Failure> {
    let mut left = changes.len();
    for Change { kind, id, document } in changes {
        left -= 1;
        let changed = DocumentChangedV1 { revision, kind, id, document, last: left == 0 };
        let producer = intake.delivery.producer();
        locked.append(producer, &Fact::from(changed), stamp, &mut intake.ids())?;
    }
    Ok(())
}

async fn note(
    tx: &mut Tx<'_>,
    asked: &Asked,
    revision: Revision,
    at: Timestamp,
) -> Result<(), sqlx::Error> {
    let entry = audit::Entry {
        at,
        actor: &asked.intent.id.principal,
        action: "definitions.applied",
        key: Some(DEFINITION_KEY),
        detail: json!({ "revision": revision }),
    };
    audit::record(tx, &entry).await
}

/// Every finding by its file, line, column and field.
fn invalid(problems: &[Problem]) -> Error {
    let message = match problems {
        [one] => one.to_string(),
        [first, others @ ..] => format!("{first} (and {} more)", others.len()),
        [] => "the documents are not a set".to_owned(),
    };
    let error = Error::new(Code::InvalidArgument, "definitions-invalid", message);
    problems.iter().fold(error, |error, problem| {
        let Problem { file, line, column, field, message } = problem;
        let place = format!("{file}:{line}:{column} {field}");
        error.violating(place.trim_end(), message.as_str())
    })
}
