use clock::Ids;
use definitions::Rules;
use jiff::Timestamp;

use super::{find, may_accept};
use crate::{
    command::Adjudicate,
    event::Event,
    offer::{self, Terms},
    order::Status,
    rejected::Rejected,
    state::State,
};

pub(super) fn decide(
    state: &State,
    rules: &Rules,
    adjudicate: &Adjudicate,
    now: Timestamp,
    ids: &mut impl Ids,
) -> Result<Vec<Event>, Rejected> {
    let command = Adjudicate::WORD;
    // An offer does not say who made it; the audit row of the command does.
    let Adjudicate { work_order, to, by: _ } = adjudicate;
    let (work, order) = find(state, command, *work_order)?;
    match order.status {
        Status::Disputed { .. } => {
            may_accept(rules, command, to)?;
            let terms = Terms { to, from: None, is_final: true };
            Ok(vec![offer::again(work, order, terms, now, ids)])
        }
        Status::Offered | Status::Taken(_) | Status::OnHold { .. } if order.is_final => {
            Err(Rejected::Final { command })
        }
        Status::Offered | Status::Taken(_) | Status::OnHold { .. } => {
            Err(Rejected::NotDisputed { command, state: order.status.word() })
        }
        Status::Completed { .. } => Err(Rejected::AlreadyCompleted { command }),
        Status::Cancelled { .. } => Err(Rejected::Cancelled { command }),
    }
}
