use authz::{Action, Relations};
use definitions::Rules;
use delivery::{audit, lock};
use delivery_rpc::{Asked, Failure};
use events::{dispatch::ROSTER_KEY, words::Level};
use proto::dispatch::v1::ImportHoldersResponse;
use rpc::{Code, Error, authorize};
use serde_json::json;

use crate::{
    Dispatch,
    rosters::{newest_rules, tell},
    store::{
        holders::{Holder, Replaced, is_latest, replace},
        rosters,
    },
};

/// What the portal says of who holds which post.
#[derive(Debug)]
pub(crate) struct ImportHolders {
    pub(crate) holders: Vec<Holder>,
    /// Greater than that of whatever it said before; an earlier release of it gives none.
    pub(crate) version: Option<i64>,
}

/// The portal says who holds which post; what it said before is over, even where that comes later. All
/// or none.
pub(crate) async fn import_holders(
    dispatch: &Dispatch,
    asked: &Asked,
    ImportHolders { holders, version }: &ImportHolders,
) -> Result<ImportHoldersResponse, Failure> {
    authorize(&asked.subject, Action::ImportPeople, Relations::NONE, Level::Public)?;
    let machine = dispatch.clock().machine();
    let mut tx = dispatch.pool().begin().await?;
    if let Some(answered) = asked.intent.begin(&mut tx, machine).await? {
        return Ok(answered);
    }
    let rules = newest_rules(dispatch, &mut tx).await?;
    let locked = lock(&mut tx, &[ROSTER_KEY]).await?.pop();
    let mut locked = locked.ok_or_else(|| Error::internal("the roster has no lock"))?;
    if let Some(version) = *version
        && !is_latest(&mut tx, version).await?
    {
        let answer = ImportHoldersResponse::default();
        asked.intent.finish(&mut tx, &answer).await?;
        tx.commit().await?;
        return Ok(answer);
    }
    refuse_unknown_posts(&rules, holders)?;
    let now = dispatch.clock().now();
    let Replaced { added, removed } = replace(&mut tx, holders).await?;
    let roster = rosters::load(&mut tx, &rules, now).await?;
    tell(&mut tx, dispatch, &mut locked, (&rules, &roster), now).await?;
    let entry = audit::Entry {
        at: now,
        actor: &asked.intent.id.principal,
        action: "holders.imported",
        key: None,
        detail: json!({ "added": added, "removed": removed }),
    };
    audit::record(&mut tx, &entry).await?;
    let count = |number: u64| u32::try_from(number).unwrap_or(u32::MAX);
    let answer = ImportHoldersResponse { added: count(added), removed: count(removed) };
    asked.intent.finish(&mut tx, &answer).await?;
    tx.commit().await?;
    dispatch.delivery.bell().ring();
    Ok(answer)
}

/// A post that nobody defined is a typo, and whoever holds it would never hear of anything.
fn refuse_unknown_posts(rules: &Rules, holders: &[Holder]) -> Result<(), Error> {
    let revision = rules.revision();
    let unknown =
        holders.iter().enumerate().filter(|(_, holder)| rules.post(&holder.post).is_none());
    let refused = unknown.fold(None, |error: Option<Error>, (place, Holder { post, .. })| {
        let message = "a post is not in the definitions, so nothing was imported";
        let error =
            error.unwrap_or_else(|| Error::new(Code::InvalidArgument, "holders-invalid", message));
        let description = format!("there is no post `{post}` in revision {revision}");
        Some(error.violating(format!("holders[{place}].post"), description))
    });
    refused.map_or(Ok(()), Err)
}
