//! How much haste a case has, and what is promised when that changes.
//!
//! ```text
//!          receipt        the change
//!  raised     ├──── before ────┼──────────────────▶ due
//!             │                ├──── now ────▶ due      counted from the change, for nobody knew
//!             │                                         before; never later than it was
//!  lowered    ├──── before ──▶ due
//!             ├──── now ───────┼──────────────────▶ due counted from the receipt; never earlier
//! ```

use definitions::{Circumstances, Rules};
use events::{
    intake::{CaseUrgencyChangedV1, Promise},
    words::{Commitment, ItemId, PlaceId, Urgency, UrgencyCause},
};
use jiff::Timestamp;

use crate::{
    command::Actor,
    cycle::promises,
    event::Event,
    state::{Case, Ground},
};

/// What the item's rules say of such circumstances.
pub(crate) fn judge(
    rules: &Rules,
    item: &ItemId,
    place: &PlaceId,
    circumstances: Circumstances<'_>,
) -> (Urgency, Ground) {
    let judged = rules.urgency(item, place, circumstances);
    match judged.and_then(|judged| judged.rule) {
        Some(rule) => (rule.urgency, Ground::Rule(rule.reason.clone())),
        None => (Urgency::Normal, Ground::Usual),
    }
}

/// Another urgency of an open case, with its next promises.
pub(crate) fn change(
    case: &Case,
    rules: &Rules,
    (urgency, ground): (Urgency, Ground),
    at: Timestamp,
    by: Actor,
) -> Event {
    let raised = urgency > case.urgency;
    let since = if raised { at } else { case.began_at() };
    let next = |promise: Promise| {
        let before = case.promises.iter().find(|one| one.commitment == promise.commitment);
        let keeps = before.filter(|before| {
            // When somebody has an answer does not hang on how urgent it is.
            promise.commitment == Commitment::FollowUp
                || if raised { before.due < promise.due } else { before.due > promise.due }
        });
        keeps.cloned().unwrap_or(promise)
    };
    let changed = CaseUrgencyChangedV1 {
        cycle: case.cycle,
        before: case.urgency,
        urgency,
        cause: match ground {
            Ground::Usual | Ground::Rule(_) | Ground::Alarm => UrgencyCause::CoReporter,
            Ground::Authority => UrgencyCause::Decision,
        },
        promises: promises(rules, &case.item, urgency, since).into_iter().map(next).collect(),
        by: by.account(),
        at,
    };
    Event::UrgencyChanged { changed, ground }
}
