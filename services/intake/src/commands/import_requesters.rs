use authz::{Action, Relations};
use clock::{AccountId, PersonId};
use delivery::audit;
use delivery_rpc::{Asked, Failure};
use events::words::Level;
use proto::intake::v1::ImportRequestersResponse;
use rpc::authorize;
use serde_json::json;

use crate::{
    Intake,
    people::{Details, Directory, Imported, Known, Named},
};

/// A person whom the portal answers for.
#[derive(Clone)]
pub(crate) struct Requester {
    pub(crate) person: PersonId,
    pub(crate) account: AccountId,
    pub(crate) details: Details,
}

/// Brings persons to what the portal says of them: all or none.
pub(crate) async fn import_requesters(
    intake: &Intake,
    asked: &Asked,
    requesters: Vec<Requester>,
) -> Result<ImportRequestersResponse, Failure> {
    authorize(&asked.subject, Action::ImportPeople, Relations::NONE, Level::Public)?;
    let (now, machine) = (intake.clock().now(), intake.clock().machine());
    let mut tx = intake.pool().begin().await?;
    if let Some(answered) = asked.intent.begin(&mut tx, machine).await? {
        return Ok(answered);
    }
    let by_id = |requester: &Requester| Named { id: Some(requester.person), ..Named::default() };
    let named: Vec<_> = requesters.iter().map(by_id).collect();
    let named: Vec<_> = named.iter().collect();
    let mut directory = Directory::load(&mut tx, &intake.seals, &named).await?;
    let mut answer = ImportRequestersResponse::default();
    for Requester { person, account, details } in requesters {
        match directory.import(Known { id: person, account: Some(account), details }) {
            Imported::Added => answer.added += 1,
            Imported::Changed => answer.changed += 1,
            Imported::Same => {}
        }
    }
    directory.save(&mut tx).await?;
    let entry = audit::Entry {
        at: now,
        actor: &asked.intent.id.principal,
        action: "requesters.imported",
        key: None,
        detail: json!({ "added": answer.added, "changed": answer.changed }),
    };
    audit::record(&mut tx, &entry).await?;
    asked.intent.finish(&mut tx, &answer).await?;
    tx.commit().await?;
    Ok(answer)
}
