//! What others are told of the roster: of each post who is at work there, when that has changed, and once a
//! week the classes of another week.

use std::{slice, sync::Arc};

use definitions::{Post, Rules};
use delivery::{Fault, Locked, Stamp, Tx, save, traceparent};
use delivery_rpc::Failure;
use dispatch_core::roster::{Roster, deputies};
use events::dispatch::{RosterChangedV1, Stay};
use jiff::Timestamp;
use rpc::{Code, Error};

use crate::{Dispatch, store};

/// Tells others of each post at which others are at work than they were told, and saves the roster's
/// aggregate.
pub(crate) async fn tell(
    tx: &mut Tx<'_>,
    dispatch: &Dispatch,
    locked: &mut Locked,
    (rules, roster): (&Rules, &Roster),
    now: Timestamp,
) -> Result<(), Fault> {
    say(tx, dispatch, locked, (rules, roster), now).await?;
    Ok(save(tx, slice::from_mut(locked), dispatch.clock().machine()).await?)
}

/// Another week has begun, the classes of which others have not heard yet.
pub(crate) async fn wake(
    dispatch: &Dispatch,
    tx: &mut Tx<'_>,
    locked: &mut Locked,
    now: Timestamp,
) -> Result<(), Fault> {
    let Some(rules) = dispatch.revisions.newest(tx).await? else {
        locked.wake_at(None);
        return Ok(());
    };
    let roster = store::rosters::load(tx, &rules, now).await?;
    say(tx, dispatch, locked, (&rules, &roster), now).await
}

async fn say(
    tx: &mut Tx<'_>,
    dispatch: &Dispatch,
    locked: &mut Locked,
    (rules, roster): (&Rules, &Roster),
    now: Timestamp,
) -> Result<(), Fault> {
    let told = store::rosters::told(tx).await?;
    let (producer, mut ids) = (dispatch.delivery.producer(), dispatch.ids());
    for post in posts(rules) {
        let stays = stays(rules, roster, post, now);
        let told = told.get(&post.id.to_string());
        if told.is_some_and(|told| to_come(told, now) == stays) {
            continue;
        }
        let changed = RosterChangedV1 { post: post.id.clone(), stays };
        store::rosters::tell(tx, &changed).await?;
        let (revision, traceparent) = (rules.revision(), traceparent());
        let stamp = Stamp { happened: now, recorded: now, revision, traceparent };
        locked.append(producer, &changed.into(), &stamp, &mut ids).map_err(Fault::own)?;
    }
    locked.wake_at(roster.tells_classes_at(now));
    Ok(())
}

/// What is still to come of what others were told.
fn to_come(told: &[Stay], now: Timestamp) -> Vec<Stay> {
    let to_come = told.iter().filter(|stay| stay.until.is_none_or(|until| until > now));
    let to_come = to_come.map(|stay| Stay { from: stay.from.filter(|from| *from > now), ..*stay });
    to_come.collect()
}

/// The newest definitions, by which posts are known.
pub(crate) async fn newest_rules(
    dispatch: &Dispatch,
    tx: &mut Tx<'_>,
) -> Result<Arc<Rules>, Failure> {
    let rules = dispatch.revisions.newest(tx).await.map_err(Fault::from)?;
    let unknown = || {
        let message = "no definitions have arrived at dispatch yet; try again in a moment";
        Error::new(Code::Unavailable, "definitions-unknown", message)
    };
    Ok(rules.ok_or_else(unknown)?)
}

/// Every post of the definitions.
pub(crate) fn posts(rules: &Rules) -> impl Iterator<Item = &Post> {
    rules.departments().flat_map(|department| department.posts.values())
}

/// Who is at work at a post from now on.
pub(crate) fn stays(rules: &Rules, roster: &Roster, post: &Post, now: Timestamp) -> Vec<Stay> {
    roster.stays(&post.id, &deputies(rules, &post.id), now)
}
