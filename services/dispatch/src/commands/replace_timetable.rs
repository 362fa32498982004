use authz::Action;
use clock::AccountId;
use delivery::{audit, lock_one};
use delivery_rpc::{Asked, Failure};
use dispatch_core::roster::Class;
use events::{dispatch::ROSTER_KEY, words::Level};
use proto::dispatch::v1::ReplaceTimetableResponse;
use rpc::authorize;
use serde_json::json;

use super::{roster::refusal, train::relations};
use crate::{Dispatch, api::timetables as answers, rosters, store};

/// All classes of an assistant.
#[derive(Debug)]
pub(crate) struct ReplaceTimetable {
    pub(crate) who: AccountId,
    pub(crate) classes: Vec<Class>,
    /// Only say what would change.
    pub(crate) dry_run: bool,
}

/// An assistant is in these classes and in no other.
pub(crate) async fn replace_timetable(
    dispatch: &Dispatch,
    asked: Asked,
    ReplaceTimetable { who, classes, dry_run }: ReplaceTimetable,
) -> Result<ReplaceTimetableResponse, Failure> {
    let Asked { subject, intent, .. } = asked;
    let mut tx = dispatch.pool().begin().await?;
    if let Some(answered) = intent.begin(&mut tx, dispatch.clock().machine()).await? {
        return Ok(answered);
    }
    let mut locked = lock_one(&mut tx, ROSTER_KEY).await?;
    let now = dispatch.clock().now();
    let rules = rosters::newest_rules(dispatch, &mut tx).await?;
    let mut roster = store::rosters::load(&mut tx, &rules, now).await?;

    let relations = relations(&subject, &roster, who);
    authorize(&subject, Action::KeepRoster, relations, Level::Public)?;
    roster.has_timetable(&rules, who).map_err(|rejected| refusal(&rejected))?;
    let before = store::timetables::all(&mut tx).await?.remove(&who).unwrap_or_default();
    let only_in = |one: &[Class], other: &[Class]| {
        let only = one.iter().filter(|class| !other.contains(class));
        only.map(answers::class).collect()
    };
    let (added, removed) = (only_in(&classes, &before), only_in(&before, &classes));
    let answer = ReplaceTimetableResponse { added, removed };
    if dry_run {
        return Ok(answer);
    }
    store::timetables::replace(&mut tx, who, &classes).await?;
    let entry = audit::Entry {
        at: now,
        actor: &intent.id.principal,
        action: "timetable.replaced",
        key: Some(ROSTER_KEY),
        detail: json!({ "account": who, "classes": classes }),
    };
    audit::record(&mut tx, &entry).await?;
    roster.attend(&rules, who, &classes, now);
    rosters::tell(&mut tx, dispatch, &mut locked, (&rules, &roster), now).await?;
    intent.finish(&mut tx, &answer).await?;
    tx.commit().await?;
    dispatch.delivery.bell().ring();
    Ok(answer)
}
