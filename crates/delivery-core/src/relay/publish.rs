//! From what is pending to what is recorded as sent.

use std::collections::VecDeque;

use super::{ATOMIC_BATCH, Act, ONE_BY_ONE, Pending, Recorded, Relay, State};

impl Relay {
    pub(super) fn loaded(&mut self, pending: Vec<Pending>) -> Act {
        let Some(recorded) = self.recorded else {
            return self.observe();
        };
        if pending.is_empty() {
            self.failures = 0;
            self.singly = 0;
            self.state = State::Idling;
            return Act::Idle;
        }
        let mut queue = VecDeque::from(pending);
        queue.truncate(ATOMIC_BATCH);
        if self.singly > 0 {
            queue.truncate(ONE_BY_ONE);
        }
        self.publish(Vec::new(), recorded.last, queue)
    }

    fn publish(&mut self, sent: Vec<Pending>, last: u64, mut queue: VecDeque<Pending>) -> Act {
        // Several plain publishes are never in flight: after a refused one the next may match again.
        let count = if sent.is_empty() && queue.len() > ONE_BY_ONE { queue.len() } else { 1 };
        let flight: Vec<_> = queue.drain(..count.min(queue.len())).collect();
        self.state = State::Publishing { sent, last, flight: flight.clone(), queue };
        Act::Publish { events: flight, expected_last: last }
    }

    pub(super) fn acknowledged(
        &mut self,
        mut sent: Vec<Pending>,
        last: u64,
        flight: Vec<Pending>,
        queue: VecDeque<Pending>,
        now: u64,
    ) -> Act {
        if now != last + flight.len() as u64 {
            // Not what the fence promises: look before another is sent.
            return self.unclear();
        }
        self.singly = self.singly.saturating_sub(flight.len());
        sent.extend(flight);
        if queue.is_empty() { self.record(sent, now, None) } else { self.publish(sent, now, queue) }
    }

    pub(super) fn refused(&mut self, sent: Vec<Pending>, last: u64, flight: &[Pending]) -> Act {
        match flight {
            [culprit] => self.record(sent, last, Some(*culprit)),
            several => {
                // One of them is refused, and a batch does not say which.
                self.singly = several.len();
                self.load()
            }
        }
    }

    fn record(&mut self, events: Vec<Pending>, last: u64, refused: Option<Pending>) -> Act {
        let Some(expected) = self.recorded else {
            return self.observe();
        };
        if events.is_empty() {
            return self.moved(last, refused);
        }
        self.state = State::Recording { last, refused };
        Act::Record { expected, events, last }
    }

    pub(super) fn moved(&mut self, last: u64, refused: Option<Pending>) -> Act {
        self.failures = 0;
        self.recorded = self.recorded.map(|recorded| Recorded { last, ..recorded });
        match refused {
            Some(culprit) => {
                self.singly = self.singly.saturating_sub(1);
                self.state = State::Parking;
                Act::Park(culprit)
            }
            None => self.load(),
        }
    }
}
