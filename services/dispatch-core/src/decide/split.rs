use clock::Ids;
use definitions::Rules;
use events::words::PostId;
use jiff::Timestamp;

use super::{find, may_accept, with_a_post};
use crate::{
    command::Split,
    event::Event,
    offer::{self, Terms},
    order::Order,
    rejected::Rejected,
    state::{State, Work},
};

/// The most work orders of one case that may be open at once.
///
/// A repair is of a few trades; who needs more has another matter before them, which is a case of its
/// own.
pub(crate) const MOST_OPEN: usize = 8;

/// The post that is asked may give its part back to the one that asked, as what was transferred.
///
/// An adjudicated one may be split too: it stays where it is, and what is asked of another post was
/// not decided yet.
pub(super) fn decide(
    state: &State,
    rules: &Rules,
    split: &Split,
    now: Timestamp,
    ids: &mut impl Ids,
) -> Result<Vec<Event>, Rejected> {
    let command = Split::WORD;
    let Split { work_order, to, by } = split;
    let (work, order) = find(state, command, *work_order)?;
    with_a_post(order, command)?;
    may_accept(rules, command, to)?;
    if has_one(work, to) {
        return Err(Rejected::HasOne { command, post: to.clone() });
    }
    if work.open().count() >= MOST_OPEN {
        return Err(Rejected::TooMany { command, most: MOST_OPEN });
    }
    let terms = Terms { to, from: Some(&order.offer.post), is_final: false };
    Ok(vec![offer::part(work, order, terms, *by, now, ids)])
}

/// Whether the post has a part of the case already; what is disputed, none has.
fn has_one(work: &Work, post: &PostId) -> bool {
    let has_it = |order: &&Order| with_a_post(order, Split::WORD).is_ok();
    work.open().filter(has_it).any(|order| order.offer.post == *post)
}
