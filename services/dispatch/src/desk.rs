//! The desk: what a signature under its handover is for, and what the hour alone brings about.
//!
//! Nobody signs for what they did not see. What is shown has a name, a digest, and a signature repeats
//! it. Who leaves a busy desk may repeat what they were shown a little before: what came since is left
//! with the rest, and answered. Any other name is refused and nothing is signed.
//!
//! ```text
//!  who leaves     the open work orders and questions that they see, of whom they take it from
//!  who takes over the handover: what was left, with the words that who left wrote down and what of the
//!                 check list they found
//! ```
//!
//! What other services keep, callbacks that are due and calls to phone, is shown beside it and signed
//! for by nobody: it goes on whoever has the desk, and its own limits watch it.

use std::{collections::BTreeSet, fmt::Write as _};

use authz::{Action, Principal, Subject};
use clock::HandoverId;
use definitions::Check;
use delivery::{Fault, Locked, Stamp, Tx, audit, traceparent};
use delivery_rpc::Failure;
use dispatch_core::handover::{STILL_SEEN, Shift, on_wake, tell};
use events::{
    dispatch::HandoverUntakenV1,
    words::{Revision, Service},
};
use jiff::Timestamp;
use ring::digest::{Context, SHA256};
use rpc::scope;
use serde_json::json;
use uuid::Uuid;

use crate::{
    Dispatch,
    store::{
        handover_shown::{self, Shown},
        handovers::{self, Left, PassedOn},
    },
};

/// How many bytes of a digest name what is shown: enough that no two are the same, and still to be
/// read out.
const NAMED_BY: usize = 16;

/// What is left to be done now, as far as somebody sees it.
pub(crate) async fn left(tx: &mut Tx<'_>, subject: &Subject) -> Result<Left, Failure> {
    let work_orders = scope(subject, Action::ListWorkOrders)?;
    let questions = scope(subject, Action::ListQuestions)?;
    Ok(handovers::left(tx, &work_orders, &questions).await?)
}

/// What passes from hand to hand, as the campus lists it now.
pub(crate) async fn check_list(dispatch: &Dispatch, tx: &mut Tx<'_>) -> Result<Vec<Check>, Fault> {
    let rules = dispatch.revisions.newest(tx).await?;
    Ok(rules.and_then(|rules| Some(rules.desk()?.handover.clone())).unwrap_or_default())
}

/// Names what somebody would sign for as things stand, of which this much is left.
pub(crate) async fn shown(
    tx: &mut Tx<'_>,
    shift: Shift,
    left: &Left,
) -> Result<String, sqlx::Error> {
    match shift {
        Shift::Left { handover, .. } => handovers::version(tx, handover).await,
        Shift::Unsigned => Ok(version(None, left, &PassedOn::default())),
        Shift::Had { by } => Ok(version(Some(by.uuid()), left, &PassedOn::default())),
    }
}

/// What came since this was shown, of what is left now: nothing if it is what would be shown now, and
/// none if whoever signs was not shown it in this shift, or too long ago.
pub(crate) async fn since(
    tx: &mut Tx<'_>,
    shift: Shift,
    left: &Left,
    seen: Shown<'_>,
    now: Timestamp,
) -> Result<Option<Left>, Failure> {
    if shown(tx, shift, left).await? == seen.version {
        return Ok(Some(Left::default()));
    }
    let oldest = oldest(now)?;
    let before = match shift {
        // What was left is what it was.
        Shift::Left { .. } => None,
        Shift::Unsigned | Shift::Had { .. } => handover_shown::find(tx, seen, oldest).await?,
    };
    Ok(before.map(|before| came(&before, left)))
}

/// Before when nothing that was shown may still be signed for.
pub(crate) fn oldest(now: Timestamp) -> Result<Timestamp, Fault> {
    now.checked_sub(STILL_SEEN).map_err(Fault::own)
}

/// What is left now and was not before.
fn came(before: &Left, left: &Left) -> Left {
    let new = |before: &[Uuid], now: &[Uuid]| {
        let before: BTreeSet<_> = before.iter().collect();
        now.iter().filter(|id| !before.contains(id)).copied().collect()
    };
    Left {
        work_orders: new(&before.work_orders, &left.work_orders),
        questions: new(&before.questions, &left.questions),
    }
}

/// Names what was left by a handover, with what was passed on.
pub(crate) fn signed(handover: HandoverId, left: &Left, passed_on: &PassedOn) -> String {
    version(Some(handover.uuid()), left, passed_on)
}

fn version(of: Option<Uuid>, left: &Left, PassedOn { log, ticks }: &PassedOn) -> String {
    let mut named = Context::new(&SHA256);
    named.update(of.unwrap_or_default().as_bytes());
    for ids in [&left.work_orders, &left.questions] {
        named.update(&ids.len().to_be_bytes());
        // Whatever is hurried meanwhile is the same work.
        let mut ids: Vec<_> = ids.iter().collect();
        ids.sort_unstable();
        for id in ids {
            named.update(id.as_bytes());
        }
    }
    for codes in [&ticks.checked, &ticks.missing] {
        named.update(&codes.len().to_be_bytes());
        for code in codes {
            named.update(&code.as_str().len().to_be_bytes());
            named.update(code.as_str().as_bytes());
        }
    }
    named.update(log.as_bytes());
    let mut name = String::with_capacity(2 * NAMED_BY);
    for byte in named.finish().as_ref().iter().take(NAMED_BY) {
        let _ = write!(name, "{byte:02x}");
    }
    name
}

/// Says once that nobody took the desk over in time.
pub(crate) async fn wake(
    dispatch: &Dispatch,
    tx: &mut Tx<'_>,
    desk: &mut Locked,
    now: Timestamp,
) -> Result<(), Fault> {
    let mut shift = handovers::shift(tx).await?;
    if let Some(untaken) = on_wake(shift, now) {
        tell(&mut shift);
        handovers::untaken(tx, untaken).await?;
        let (actor, key) = (Principal::Service(Service::Dispatch).to_string(), untaken.handover);
        let (action, detail) = ("handover.untaken", json!({ "left_at": untaken.left_at }));
        let entry = audit::Entry { at: now, actor: &actor, action, key: Some(key.uuid()), detail };
        audit::record(tx, &entry).await?;
        let rules = dispatch.revisions.newest(tx).await?;
        let revision = rules.map_or(Revision::NONE, |rules| rules.revision());
        let (happened, traceparent) = (untaken.at, traceparent());
        let stamp = Stamp { happened, recorded: now, revision, traceparent };
        let (handover, left_at, at) = (untaken.handover, untaken.left_at, untaken.at);
        let fact = HandoverUntakenV1 { handover, left_at, at }.into();
        let (producer, mut ids) = (dispatch.delivery.producer(), dispatch.ids());
        desk.append(producer, &fact, &stamp, &mut ids).map_err(Fault::own)?;
    }
    desk.wake_at(shift.next_at());
    Ok(())
}

#[cfg(test)]
mod tests {
    use dispatch_core::checklist::Ticks;

    use super::*;

    fn left(work_orders: &[u128], questions: &[u128]) -> Left {
        let ids = |ids: &[u128]| ids.iter().copied().map(Uuid::from_u128).collect();
        Left { work_orders: ids(work_orders), questions: ids(questions) }
    }

    fn passed_on(log: &str, checked: &[&str], missing: &[&str]) -> PassedOn {
        let codes = |codes: &[&str]| codes.iter().map(|code| code.parse().unwrap()).collect();
        let ticks = Ticks { checked: codes(checked), missing: codes(missing) };
        PassedOn { log: log.to_owned(), ticks }
    }

    #[test]
    fn whatever_differs_has_another_name_and_an_order_is_no_difference() {
        let [an, bai] = [1, 2].map(|number| Some(Uuid::from_u128(number)));
        let nothing = &passed_on("", &[], &[]);
        let all = [
            version(None, &left(&[], &[]), nothing),
            version(an, &left(&[], &[]), nothing),
            version(bai, &left(&[], &[]), nothing),
            version(an, &left(&[3], &[]), nothing),
            version(an, &left(&[], &[3]), nothing),
            version(an, &left(&[3, 4], &[]), nothing),
            version(an, &left(&[3], &[4]), nothing),
            version(an, &left(&[3], &[4]), &passed_on("two keys", &[], &[])),
            version(an, &left(&[3], &[4]), &passed_on("", &["two", "keys"], &[])),
            version(an, &left(&[3], &[4]), &passed_on("", &["twokeys"], &[])),
            version(an, &left(&[3], &[4]), &passed_on("", &["two"], &["keys"])),
            version(an, &left(&[3], &[4]), &passed_on("", &[], &["two", "keys"])),
        ];
        let distinct: BTreeSet<_> = all.iter().collect();
        assert_eq!(distinct.len(), all.len(), "{all:?}");
        assert!(all.iter().all(|one| one.len() == 2 * NAMED_BY));
        let one_way = version(an, &left(&[4, 3], &[]), nothing);
        assert_eq!(one_way, version(an, &left(&[3, 4], &[]), nothing));
    }
    #[test]
    fn what_came_is_what_was_not_left_before_and_what_is_done_is_not_missed() {
        let ids = |left: Left| (left.work_orders, left.questions);
        for (before, now, since) in [
            (left(&[1, 2], &[7]), left(&[2, 1], &[7]), left(&[], &[])),
            (left(&[1, 2], &[7]), left(&[3, 2], &[]), left(&[3], &[])),
            (left(&[], &[]), left(&[5, 4], &[9, 8]), left(&[5, 4], &[9, 8])),
            // An id is of a work order or of a question.
            (left(&[1], &[]), left(&[1], &[1]), left(&[], &[1])),
            (left(&[1], &[7]), left(&[], &[]), left(&[], &[])),
        ] {
            assert_eq!(ids(came(&before, &now)), ids(since), "{before:?} then {now:?}");
        }
    }
}
