use std::collections::BTreeMap;

use clock::{Ids, MessageId};
use events::words::MessageChannel;
use jiff::Timestamp;

use super::{Outgoing, Sending, Step};
use crate::tell::Says;

impl Outgoing {
    /// What is to be done now: what was begun is performed, and what is due begins.
    pub(crate) fn on_wake(&self, now: Timestamp, ids: &mut impl Ids) -> Vec<Step> {
        let perform = self.under_way.iter().cloned().map(Step::Perform);
        let mut steps: Vec<_> = perform.collect();
        if !self.waiting.iter().any(|one| one.goes_at <= now) {
            return steps;
        }
        let called_off = self.called_off();
        let mut parts: BTreeMap<MessageChannel, Vec<MessageId>> = BTreeMap::new();
        for one in self.waiting.iter().filter(|one| !called_off.contains(&one.message)) {
            parts.entry(one.channel).or_default().push(one.message);
        }
        if !called_off.is_empty() {
            steps.push(Step::Withdraw(called_off));
        }
        let begin = |(channel, messages)| Step::Begin(Sending { id: ids.id(), channel, messages });
        steps.extend(parts.into_iter().map(begin));
        steps
    }

    /// When the next message goes out; what is under way is the next step's.
    pub(crate) fn next_at(&self) -> Option<Timestamp> {
        self.waiting.iter().map(|one| one.goes_at).min()
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
