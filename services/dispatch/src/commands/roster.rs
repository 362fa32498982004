use authz::{Action, Relation, Relations, Subject};
use clock::AccountId;
use definitions::Rules;
use delivery::{Fault, audit, lock};
use delivery_rpc::{Asked, Failure, head};
use dispatch_core::roster::{
    self, Arrangement, Command, Event, Rejected, Roster, Term, What, apply, uncovered,
};
use events::{
    dispatch::ROSTER_KEY,
    words::{DepartmentId, Level, PostId},
};
use jiff::Timestamp;
use proto::dispatch::v1::Arranged;
use rpc::{Code, Error, authorize, scope};

use crate::{Dispatch, api::rosters as answers, rosters, store};

/// The roster is changed: leave, a swap, a cover, or the end of one of them.
pub(crate) async fn arrange(
    dispatch: &Dispatch,
    asked: Asked,
    command: Command,
) -> Result<Arranged, Failure> {
    let Asked { subject, intent, .. } = asked;
    let mut tx = dispatch.pool().begin().await?;
    if let Some(answered) = intent.begin(&mut tx, dispatch.clock().machine()).await? {
        return Ok(answered);
    }
    let locked = lock(&mut tx, &[ROSTER_KEY]).await?.pop();
    let mut locked = locked.ok_or_else(|| Error::internal("the roster has no lock"))?;
    // Read under the lock, so that what comes later is later.
    let now = dispatch.clock().now();
    let rules = rosters::newest_rules(dispatch, &mut tx).await?;
    let mut roster = store::rosters::load(&mut tx, &rules, now).await?;
    if let Command::End { id } = command
        && let Some(over) = store::rosters::find(&mut tx, id).await?
    {
        roster.arrangements.insert(id, over);
    }

    permit(&subject, &roster, &command)?;
    let event = roster::on_command(&roster, &rules, &command, now, &mut dispatch.ids())
        .map_err(|rejected| refusal(&rejected))?;
    apply(&mut roster, &event);
    let (Event::Arranged(Arrangement { id, .. }) | Event::Ended { id, .. }) = &event;
    let arrangement = roster.arrangements.get(id);
    let arrangement =
        arrangement.ok_or_else(|| Error::internal("what became of it is not there"))?;
    store::rosters::save(&mut tx, arrangement).await?;
    let entry = audit::Entry {
        at: now,
        actor: &intent.id.principal,
        action: match event {
            Event::Arranged(_) => "roster.arranged",
            Event::Ended { .. } => "roster.ended",
        },
        key: Some(ROSTER_KEY),
        detail: serde_json::to_value(&event).map_err(Fault::from)?,
    };
    audit::record(&mut tx, &entry).await?;
    rosters::tell(&mut tx, dispatch, &mut locked, (&rules, &roster), now).await?;
    let left = left_uncovered(&rules, &roster, arrangement, now);
    let answer = answers::arranged(head(&locked), arrangement, &left);
    intent.finish(&mut tx, &answer).await?;
    tx.commit().await?;
    dispatch.delivery.bell().ring();
    Ok(answer)
}

/// Whoever it is about may ask for their own leave or swap; all else is for who stands above.
fn permit(subject: &Subject, roster: &Roster, command: &Command) -> Result<(), Error> {
    let holds_one_of = |who: AccountId, department: &DepartmentId| {
        roster.posts_of(who).any(|post| post.department() == department)
    };
    let about_leave = |who: AccountId| {
        let mine = subject.department.as_ref().is_some_and(|one| holds_one_of(who, one));
        (Some(who), mine)
    };
    let is_mine = |post: &PostId| subject.department.as_ref() == Some(post.department());
    let (own, in_my_department) = match command {
        Command::Leave(leave) => about_leave(leave.who),
        Command::Swap(swap) => (Some(swap.who), is_mine(&swap.post)),
        Command::Cover(cover) => (None, is_mine(&cover.post)),
        Command::End { id } => match roster.arrangements.get(id).map(|one| &one.what) {
            Some(What::Leave { who, .. }) => about_leave(*who),
            Some(What::Swap { post, who, .. }) => (Some(*who), is_mine(post)),
            Some(What::Cover { post, .. }) => (None, is_mine(post)),
            // That there is none is said to whoever may keep a roster at all.
            None => return scope(subject, Action::KeepRoster).map(|_| ()),
        },
    };
    let relations = Relations::NONE
        .with(Relation::Own, own.is_some() && own == subject.principal.account())
        .with(Relation::InMyDepartment, in_my_department);
    authorize(subject, Action::KeepRoster, relations, Level::Public)
}

/// The times of an arrangement in which nobody is at work at a post that it concerns.
fn left_uncovered(
    rules: &Rules,
    roster: &Roster,
    arrangement: &Arrangement,
    now: Timestamp,
) -> Vec<(PostId, Term)> {
    let concerned = roster.concerned(arrangement).into_iter();
    let posts = concerned.filter_map(|post| rules.post(post));
    let gaps = posts.flat_map(|post| {
        let stays = rosters::stays(rules, roster, post, now);
        let gaps = arrangement.terms().flat_map(move |term| uncovered(&stays, term));
        gaps.map(|gap| (post.id.clone(), gap)).collect::<Vec<_>>()
    });
    gaps.collect()
}

/// What is answered to whoever asked for what cannot be.
pub(super) fn refusal(rejected: &Rejected) -> Error {
    let code = match rejected {
        Rejected::NoSuchArrangement { .. } | Rejected::NoSuchTraining { .. } => Code::NotFound,
        Rejected::NoSuchPost { .. }
        | Rejected::InThePast { .. }
        | Rejected::EndsBeforeItBegins { .. }
        | Rejected::TurnsOverlap
        | Rejected::HoldsNoPost { .. }
        | Rejected::NotOfThePost { .. }
        | Rejected::HoldsIt { .. }
        | Rejected::Themselves { .. }
        | Rejected::NoSuchItem { .. }
        | Rejected::NoAssistant { .. } => Code::InvalidArgument,
        Rejected::AlreadyOver { .. }
        | Rejected::AlreadyAway { .. }
        | Rejected::AwayThen { .. }
        | Rejected::InClass { .. }
        | Rejected::StandsInThen { .. }
        | Rejected::TooLong { .. }
        | Rejected::AlreadyTrained { .. } => Code::FailedPrecondition,
    };
    let error = Error::new(code, rejected.reason(), rejected.to_string());
    match rejected.field() {
        Some(field) => error.violating(field, rejected.to_string()),
        None => error,
    }
}
