use std::collections::BTreeMap;

use authz::{Action, Relations, Subject};
use clock::AccountId;
use definitions::{Post, Rules};
use delivery_rpc::Failure;
use dispatch_core::roster::{Arrangement, Class, Excess, Roster, Term, What, uncovered};
use events::words::{DepartmentId, Level, PostId};
use jiff::{SignedDuration, Timestamp};
use proto::dispatch::v1::ShowRosterResponse;
use rpc::authorize;

use crate::{
    Dispatch,
    api::rosters as answers,
    rosters,
    store::{self, trainings::Training},
};

/// How far ahead uncovered times are shown.
const AHEAD: SignedDuration = SignedDuration::from_hours(14 * 24);

/// Which posts are asked about; each that is given narrows.
#[derive(Debug, Clone)]
pub(crate) struct ShowRoster {
    pub(crate) department: Option<DepartmentId>,
    pub(crate) post: Option<PostId>,
    /// Only those that are uncovered for some time.
    pub(crate) uncovered: bool,
}

/// What is known of one post's roster.
#[derive(Debug)]
pub(crate) struct OfPost<'a> {
    pub(crate) post: &'a PostId,
    pub(crate) holders: Vec<AccountId>,
    /// Who is at work there now.
    pub(crate) at_work: Vec<AccountId>,
    /// What is arranged, the next first.
    pub(crate) arrangements: Vec<&'a Arrangement>,
    /// When nobody is, within the next days.
    pub(crate) uncovered: Vec<Term>,
    /// When who of its assistants is at work for too long, within the next days.
    pub(crate) too_long: Vec<(AccountId, Excess)>,
    /// What its assistants were trained for.
    pub(crate) trainings: Vec<&'a Training>,
    /// In which classes its assistants are.
    pub(crate) classes: Vec<(AccountId, &'a Class)>,
}

/// What is recorded of assistants besides what they hold.
struct Recorded {
    trainings: Vec<Training>,
    timetables: BTreeMap<AccountId, Vec<Class>>,
}

/// Who holds which post, who is at work there, and when nobody is, or an assistant for too long.
pub(crate) async fn show_roster(
    dispatch: &Dispatch,
    subject: &Subject,
    asked: ShowRoster,
) -> Result<ShowRosterResponse, Failure> {
    authorize(subject, Action::ShowRoster, Relations::NONE, Level::Public)?;
    let now = dispatch.clock().now();
    let mut tx = dispatch.pool().begin().await?;
    let rules = rosters::newest_rules(dispatch, &mut tx).await?;
    let roster = store::rosters::load(&mut tx, &rules, now).await?;
    let recorded = Recorded {
        trainings: store::trainings::all(&mut tx).await?,
        timetables: store::timetables::all(&mut tx).await?,
    };
    tx.commit().await?;
    let is_asked_for = |post: &&Post| {
        asked.post.as_ref().is_none_or(|one| *one == post.id)
            && asked.department.as_ref().is_none_or(|one| one == post.id.department())
    };
    let posts = rosters::posts(&rules).filter(is_asked_for);
    let shown = posts.map(|post| of_post(&rules, (&roster, &recorded), post, now));
    let shown = shown.filter(|one| !asked.uncovered || !one.uncovered.is_empty());
    Ok(ShowRosterResponse { posts: shown.map(|one| answers::of_post(&one)).collect() })
}

fn of_post<'a>(
    rules: &Rules,
    (roster, recorded): (&'a Roster, &'a Recorded),
    post: &'a Post,
    now: Timestamp,
) -> OfPost<'a> {
    let stays = rosters::stays(rules, roster, post, now);
    let there = stays.iter().filter(|stay| stay.includes(now)).map(|stay| stay.account);
    let concerns = |one: &&Arrangement| match &one.what {
        What::Leave { who, .. } => roster.holders_of(&post.id).any(|holder| holder == *who),
        What::Swap { post: at, .. } | What::Cover { post: at, .. } => *at == post.id,
    };
    let arranged = roster.arrangements.values().filter(|one| one.over_at() > now);
    let mut arrangements: Vec<_> = arranged.filter(concerns).collect();
    arrangements.sort_by_key(|one| (one.term.from, one.id));
    let ahead = Term { from: now, until: now + AHEAD };
    let assistants: Vec<_> =
        roster.holders_of(&post.id).filter(|_| post.is_of_assistants()).collect();
    let too_long = assistants.iter().flat_map(|assistant| {
        let excesses = roster.excesses(rules, *assistant, ahead).into_iter();
        excesses.map(move |excess| (*assistant, excess))
    });
    let theirs = |one: &&Training| assistants.contains(&one.account);
    let trainings = recorded.trainings.iter().filter(theirs);
    let classes = assistants.iter().flat_map(|assistant| {
        let classes = recorded.timetables.get(assistant).into_iter().flatten();
        classes.map(move |class| (*assistant, class))
    });
    OfPost {
        post: &post.id,
        holders: roster.holders_of(&post.id).collect(),
        at_work: there.collect(),
        arrangements,
        uncovered: uncovered(&stays, ahead),
        too_long: too_long.collect(),
        trainings: trainings.collect(),
        classes: classes.collect(),
    }
}
