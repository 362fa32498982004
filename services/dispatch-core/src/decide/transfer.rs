use clock::Ids;
use definitions::Rules;
use events::words::ReleaseCause;
use jiff::Timestamp;

use super::{find, may_accept, may_leave};
use crate::{
    command::Transfer,
    event::Event,
    offer::{self, Terms, dispute, release},
    rejected::Rejected,
    state::State,
};

pub(super) fn decide(
    state: &State,
    rules: &Rules,
    transfer: &Transfer,
    now: Timestamp,
    ids: &mut impl Ids,
) -> Result<Vec<Event>, Rejected> {
    let command = Transfer::WORD;
    let Transfer { work_order, to, by } = transfer;
    let (work, order) = find(state, command, *work_order)?;
    may_leave(order, command)?;
    may_accept(rules, command, to)?;
    if order.offer.post == *to {
        return Err(Rejected::SamePost { command, post: to.clone() });
    }
    if order.from.as_ref() == Some(to) {
        return Err(Rejected::CameFrom { command, post: to.clone() });
    }
    let released = release(order, ReleaseCause::Transferred, Some(*by), now);
    let then = if order.refusals == 0 {
        let from = Some(&order.offer.post);
        offer::again(work, order, Terms { to, from, is_final: false }, now, ids)
    } else {
        dispute(order, now)
    };
    Ok(vec![released, then])
}
