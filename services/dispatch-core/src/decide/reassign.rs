use clock::Ids;
use definitions::Rules;
use events::words::ReleaseCause;
use jiff::Timestamp;

use super::{find, may_accept, may_leave, with_a_post};
use crate::{
    command::Reassign,
    event::Event,
    offer::{self, Terms, release},
    rejected::Rejected,
    state::State,
};

/// The dispatcher is above the posts but below who adjudicates, so neither takes what is disputed
/// out of their hands nor changes what they decided.
///
/// To the post that has it already it is reassigned if somebody there has it: they lose it, and a
/// colleague may claim it.
pub(super) fn decide(
    state: &State,
    rules: &Rules,
    reassign: &Reassign,
    now: Timestamp,
    ids: &mut impl Ids,
) -> Result<Vec<Event>, Rejected> {
    let command = Reassign::WORD;
    let Reassign { work_order, to, by } = reassign;
    let (work, order) = find(state, command, *work_order)?;
    with_a_post(order, command)?;
    may_accept(rules, command, to)?;
    let terms = if order.offer.post != *to {
        may_leave(order, command)?;
        Terms::to(to)
    } else if order.status.worker().is_some() {
        Terms { to, from: order.from.as_ref(), is_final: order.is_final }
    } else {
        return Err(Rejected::SamePost { command, post: to.clone() });
    };
    let released = release(order, ReleaseCause::Reassigned, Some(*by), now);
    Ok(vec![released, offer::again(work, order, terms, now, ids)])
}
