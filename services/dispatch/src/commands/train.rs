use authz::{Action, Relation, Relations, Role, Subject};
use clock::AccountId;
use definitions::{Post, Rules};
use delivery::{Fault, audit, lock_one};
use delivery_rpc::{Asked, Failure};
use dispatch_core::roster::{Roster, Train};
use events::{dispatch::ROSTER_KEY, words::Level};
use proto::dispatch::v1::RecordTrainingResponse;
use rpc::{Code, Error, authorize};
use serde_json::json;

use super::roster::refusal;
use crate::{
    Dispatch, rosters,
    store::{self, trainings::Training},
};

/// It is recorded that an assistant was trained for an item, or no more.
pub(crate) async fn train(
    dispatch: &Dispatch,
    asked: Asked,
    train: Train,
) -> Result<RecordTrainingResponse, Failure> {
    let Asked { subject, intent, .. } = asked;
    let mut tx = dispatch.pool().begin().await?;
    if let Some(answered) = intent.begin(&mut tx, dispatch.clock().machine()).await? {
        return Ok(answered);
    }
    // So that of two at once one is refused, and who holds which post stays meanwhile.
    let _locked = lock_one(&mut tx, ROSTER_KEY).await?;
    let now = dispatch.clock().now();
    let rules = rosters::newest_rules(dispatch, &mut tx).await?;
    let roster = store::rosters::load(&mut tx, &rules, now).await?;
    let Train { who, ref item, revoked } = train;
    let is_trained = store::trainings::is_recorded(&mut tx, who, item).await?;

    authorize(&subject, Action::TrainAssistants, relations(&subject, &roster, who), Level::Public)?;
    // What is recorded of an assistant is told to nobody who does not answer for them.
    is_accountable(&subject, &rules, &roster, who)?;
    roster.train(&rules, &train, is_trained).map_err(|rejected| refusal(&rejected))?;
    if revoked {
        store::trainings::revoke(&mut tx, who, item).await?;
    } else {
        let training = Training { account: who, item: item.clone(), recorded_at: now };
        store::trainings::record(&mut tx, &training).await?;
    }
    let entry = audit::Entry {
        at: now,
        actor: &intent.id.principal,
        action: if revoked { "training.revoked" } else { "training.recorded" },
        key: Some(ROSTER_KEY),
        detail: json!({ "account": who, "item": item }),
    };
    audit::record(&mut tx, &entry).await.map_err(Fault::from)?;
    let answer = RecordTrainingResponse {};
    intent.finish(&mut tx, &answer).await?;
    tx.commit().await?;
    dispatch.delivery.bell().ring();
    Ok(answer)
}

/// Whoever holds a post of a department is of it.
pub(super) fn relations(subject: &Subject, roster: &Roster, who: AccountId) -> Relations {
    let mut posts = roster.posts_of(who);
    let mine = posts.any(|post| subject.department.as_ref() == Some(post.department()));
    Relations::NONE.with(Relation::InMyDepartment, mine)
}

/// Refuses who does not answer for the assistant: who holds the A post of theirs does, the head of the
/// department in which they assist, and who is above both. For who assists nowhere a head of theirs does.
fn is_accountable(
    subject: &Subject,
    rules: &Rules,
    roster: &Roster,
    who: AccountId,
) -> Result<(), Error> {
    let is_head = subject.roles.contains(&Role::DepartmentHead);
    let answers = |post: &Post| {
        let heads = is_head && subject.department.as_ref() == Some(post.id.department());
        heads || post.answers_to.as_ref().is_some_and(|a| subject.posts.contains(a))
    };
    let mut assists_at = roster.assists_at(rules, who).peekable();
    let theirs = if assists_at.peek().is_none() { is_head } else { assists_at.any(answers) };
    if theirs || subject.roles.contains(&Role::HallDirector) {
        return Ok(());
    }
    let message =
        "you do not answer for this assistant: ask who holds the A post of theirs, or the head";
    Err(Error::new(Code::PermissionDenied, "not-accountable", message))
}
