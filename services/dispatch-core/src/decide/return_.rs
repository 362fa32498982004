use clock::Ids;
use events::words::ReleaseCause;
use jiff::Timestamp;

use super::{find, may_leave};
use crate::{
    command::Return,
    event::Event,
    offer::{self, Terms, dispute, release},
    rejected::Rejected,
    state::State,
};

pub(super) fn decide(
    state: &State,
    asked: Return,
    now: Timestamp,
    ids: &mut impl Ids,
) -> Result<Vec<Event>, Rejected> {
    let command = Return::WORD;
    let (work, order) = find(state, command, asked.work_order)?;
    may_leave(order, command)?;
    let then = match (order.refusals, &order.from) {
        (0, None) => return Err(Rejected::NotTransferred { command }),
        (0, Some(from)) => offer::again(work, order, Terms::to(from), now, ids),
        (1.., _) => dispute(order, now),
    };
    Ok(vec![release(order, ReleaseCause::Returned, Some(asked.by), now), then])
}
