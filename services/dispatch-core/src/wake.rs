use clock::Ids;
use definitions::Rules;
use events::words::ReleaseCause;
use jiff::Timestamp;

use crate::{
    event::Event,
    offer::{self, Terms, release},
    order::Order,
    state::{State, Work},
};

/// When this case must be woken next: when the first who claimed or was assigned should have come.
pub fn next_at(state: &State) -> Option<Timestamp> {
    working(state)?.open().filter_map(|order| order.status.arrive_by()).min()
}

/// What follows from the hour alone: whoever neither came nor said why until the limit to arrive
/// has it no longer, and their post is offered it anew.
///
/// An arrival or a hold that is recorded before this is asked for comes in time, however late it
/// is: what counts then is that somebody does the work.
pub fn on_wake(state: &State, _rules: &Rules, now: Timestamp, ids: &mut impl Ids) -> Vec<Event> {
    let Some(work) = working(state) else { return Vec::new() };
    let late = work.open().filter(|order| order.status.arrive_by().is_some_and(|by| by <= now));
    late.flat_map(|order| expire(work, order, now, ids)).collect()
}

const fn working(state: &State) -> Option<&Work> {
    match state {
        State::Working(work) => Some(work),
        State::New | State::Done(_) | State::Ended { .. } => None,
    }
}

/// Back to its post, as it was offered there before.
fn expire(work: &Work, order: &Order, now: Timestamp, ids: &mut impl Ids) -> [Event; 2] {
    let (to, from, is_final) = (&order.offer.post, order.from.as_ref(), order.is_final);
    let released = release(order, ReleaseCause::Expired, None, now);
    [released, offer::again(work, order, Terms { to, from, is_final }, now, ids)]
}
