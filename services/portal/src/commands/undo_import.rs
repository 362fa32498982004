use authz::Action;
use definitions::Rules;
use delivery::{Tx, audit};
use events::words::PostId;
use jiff::Timestamp;
use rpc::{Code, IdempotencyKey};
use sealing::Masters;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{
    Intent,
    hand_over::hand_over,
    import_people::{PEOPLE, rules},
};
use crate::{
    authenticate::Identity,
    people::{Difference, Touched, closing, undo},
    portal::Portal,
    refusal::Refusal,
    store::{people, people_import},
};

/// The import that is undone, and what that changes.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Undone {
    pub(crate) imported_at: Timestamp,
    pub(crate) difference: Difference,
}

/// Makes what the last import of people changed as it was before, all or none; then hands the
/// requesters to intake and the holders of posts to dispatch, as an import does.
///
/// There is one step back: what the import before it changed is kept no longer, and an undoing is
/// undone by importing again. Who was given a password or a person keeps them.
pub(crate) async fn undo_import(
    portal: &Portal,
    asker: &Identity,
    key: &IdempotencyKey,
    dry_run: bool,
) -> Result<Undone, Refusal> {
    asker.permit(Action::ImportPeople)?;
    let (masters, rules) = (portal.masters(), rules(portal, asker).await?);
    if dry_run {
        let mut tx = portal.pool().begin().await?;
        return Ok(undoing(&mut tx, &masters, &rules).await?.0);
    }
    let intent = Intent::of("Portal/UndoPeople", &asker.subject, key, &())?;
    let mut tx = portal.pool().begin().await?;
    if let Some(before) = intent.begin(&mut tx, portal.clock().machine()).await? {
        tx.rollback().await?;
        hand_over(portal, asker, key).await?;
        return Ok(before);
    }
    let _locked = delivery::lock(&mut tx, &[PEOPLE]).await?;
    let (undone, touched) = undoing(&mut tx, &masters, &rules).await?;
    let (closing, now) = (closing(&touched), portal.clock().now());
    people_import::restore(&mut tx).await?;
    people::close(&mut tx, &closing, now).await?;
    people_import::forget(&mut tx).await?;
    let entry = audit::Entry {
        at: now,
        actor: &asker.subject.principal.to_string(),
        action: "people.import-undone",
        key: None,
        detail: json!({ "imported_at": undone.imported_at,
                        "changed": undone.difference.changed.len(), "closed": closing }),
    };
    audit::record(&mut tx, &entry).await?;
    intent.finish(&mut tx, &undone).await?;
    tx.commit().await?;

    hand_over(portal, asker, key).await?;
    Ok(undone)
}

/// What there is to undo, if nothing stands in the way.
async fn undoing(
    tx: &mut Tx<'_>,
    masters: &Masters,
    rules: &Rules,
) -> Result<(Undone, Vec<Touched>), Refusal> {
    let Some(imported_at) = people_import::imported_at(tx).await? else {
        let message = "there is no import to undo: it was undone, or none has changed anything; \
                       import the file that you want";
        return Err(Refusal::new(Code::FailedPrecondition, "nothing-to-undo", message));
    };
    let changed = people_import::changed_since(tx).await?;
    if !changed.is_empty() {
        return Err(changed_since(changed));
    }
    let touched = people_import::touched(tx, masters).await?;
    posts_are_there(&touched, rules)?;
    let difference = undo(&people::known(tx, masters).await?, &touched)?;
    Ok((Undone { imported_at, difference }, touched))
}

/// Nobody is given a post again that is defined no longer: dispatch would take over nobody at all.
fn posts_are_there(touched: &[Touched], rules: &Rules) -> Result<(), Refusal> {
    let before = touched.iter().filter_map(|one| one.before.as_ref()).filter(|one| !one.is_closed);
    let posts = before.flat_map(|one| one.row.posts.iter().map(|post| (&one.row.login, post)));
    let gone: Vec<_> = posts.filter(|(_, post)| rules.post(post).is_none()).collect();
    if gone.is_empty() {
        return Ok(());
    }
    let message = "some held posts that are defined no longer; nothing was changed: import the file \
                   that you want instead";
    let refusal = rpc::Error::new(Code::FailedPrecondition, "posts-gone", message);
    let violating = |refusal: rpc::Error, (login, post): &(&String, &PostId)| {
        refusal.violating(login.as_str(), format!("held {post}, which is no post any more"))
    };
    Err(gone.iter().fold(refusal, violating).into())
}

fn changed_since(logins: Vec<String>) -> Refusal {
    let message = format!(
        "{} accounts have changed since the import by another way; nothing was changed: import the \
         file that you want instead",
        logins.len()
    );
    let refusal = rpc::Error::new(Code::Conflict, "people-changed-since", message);
    let what = "has changed since the import";
    logins.into_iter().fold(refusal, |refusal, login| refusal.violating(login, what)).into()
}
