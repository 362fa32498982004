use clock::{Ids, MessageId};
use jiff::{SignedDuration, Timestamp};

use super::{Next, Outgoing, Sending, Step, Waiting, Way, Weight};
use crate::tell::Says;

/// When another sending is at the same budget.
pub(crate) const SOON: SignedDuration = SignedDuration::from_millis(50);
/// A budget is for so long.
pub(crate) const MINUTE: SignedDuration = SignedDuration::from_mins(1);

impl Outgoing {
    /// What is to be done now: what was begun is performed, and what is due begins. `has` says
    /// whether this installation has a way.
    pub(crate) fn on_wake(
        &self,
        now: Timestamp,
        has: impl Fn(&Way) -> bool,
        ids: &mut impl Ids,
    ) -> Vec<Step> {
        let within = self.under_way.iter().filter(|sending| sending.is_within());
        let mut steps: Vec<_> = within.map(|sending| Step::Perform(sending.id)).collect();
        let ways = |one: &Waiting| -> Vec<Way> {
            one.ways.iter().filter(|way| has(way)).cloned().collect()
        };
        let (alarms, others): (Vec<_>, Vec<_>) = self.waiting.iter().partition(|one| one.is_alarm);
        steps.extend(alarms.into_iter().map(|alarm| {
            let (id, ways, messages) = (ids.id(), ways(alarm), vec![alarm.message]);
            let (critical, is_alarm) = (true, true);
            Step::Begin(Sending { id, ways, critical, is_alarm, tries: 0, messages })
        }));
        let stays = |one: &&Waiting| ways(one).iter().all(Way::is_mailbox);
        let (stay, leave): (Vec<_>, Vec<_>) = others.into_iter().partition(stays);
        let called_off = self.called_off();
        let mut is_due = false;
        for (together, leaves) in [(leave, true), (stay, false)] {
            if !together.iter().any(|one| one.goes_at <= now) {
                continue;
            }
            is_due = true;
            let go = together.into_iter().filter(|one| !called_off.contains(&one.message));
            let go: Vec<&Waiting> = go.collect();
            // Of equally heavy ones the one with most ways, and of those the first.
            let heaviest = go.iter().rev().max_by_key(|one| (one.weight, ways(one).len()));
            let Some(heaviest) = heaviest else { continue };
            let its_ways = ways(heaviest);
            // What waits for room on its way holds up nothing that leaves by another.
            let joined = its_ways.first().filter(|_| leaves).and_then(|way| self.untried(way));
            let (critical, is_alarm) = (heaviest.weight == Weight::Critical, false);
            let messages = go.iter().map(|one| one.message).collect();
            steps.push(if let Some(sending) = joined {
                Step::Join { sending: sending.id, critical, messages }
            } else {
                let (id, ways) = (ids.id(), its_ways);
                Step::Begin(Sending { id, ways, critical, is_alarm, tries: 0, messages })
            });
        }
        if is_due && !called_off.is_empty() {
            steps.push(Step::Withdraw(called_off));
        }
        steps
    }

    /// When the next message goes out; what is under way is the next step's or the courier's.
    pub(crate) fn next_at(&self) -> Option<Timestamp> {
        self.waiting.iter().map(|one| one.goes_at).min()
    }

    /// One that waits for its turn, and may go this way: what comes meanwhile goes with it, so that a
    /// crowded way carries a digest.
    fn untried(&self, way: &Way) -> Option<&Sending> {
        let waits = |one: &&Sending| !one.is_alarm && !one.is_within() && one.tries == 0;
        self.under_way.iter().filter(waits).find(|one| one.ways.contains(way))
    }

    /// What says that a rung fired, and what says that this is no longer so, if nobody heard either.
    fn called_off(&self) -> Vec<MessageId> {
        let waits = |says: &Says| self.waiting.iter().any(|one| one.says == *says);
        let unsaid = self.waiting.iter().filter(|one| match one.says {
            Says::Raised(rung) => waits(&Says::CalledOff(rung)),
            Says::CalledOff(rung) => waits(&Says::Raised(rung)),
            Says::Other => false,
        });
        unsaid.map(|one| one.message).collect()
    }
}

/// What its way carries in the last minute and is to carry.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Budget<'a> {
    /// How much it may carry a minute.
    pub(crate) most: usize,
    /// What it carried, the oldest first.
    pub(crate) tried: &'a [Timestamp],
    /// How much is due that weighs more.
    pub(crate) ahead: usize,
}

impl Sending {
    /// What follows in place of an attempt at `machine`; none if there is room for it, which what
    /// weighs more does not need.
    pub(crate) fn on_budget(&self, budget: Budget<'_>, machine: Timestamp) -> Option<Next> {
        let Budget { most, tried, ahead } = budget;
        if let Some(beyond) = tried.len().checked_sub(most) {
            let leaves = tried.get(beyond).map_or(machine, |first| *first);
            return Some(self.on_no_room(leaves + MINUTE));
        }
        (most - tried.len() <= ahead).then_some(Next::Again(machine + SOON))
    }

    /// What follows when its way has carried as much as it may until `room_at`: an alarm does not
    /// wait for that, as long as there is another way.
    fn on_no_room(&self, room_at: Timestamp) -> Next {
        match self.ways.get(1..) {
            Some(left @ [_, ..]) if self.is_alarm => Next::Take(left.to_vec()),
            Some(_) | None => Next::Again(room_at),
        }
    }

    /// Whether it is done with the transaction of the wake-up.
    pub(crate) fn is_within(&self) -> bool {
        self.ways.first().is_none_or(Way::is_within)
    }
}
