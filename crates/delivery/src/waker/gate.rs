//! Facts before clocks.

use std::{collections::BTreeMap, time::Duration};

use events::words::Stream;
use tokio::time::Instant;

use crate::settled::Progress;

/// A fact that is not applied for longer closes the gate.
const TOO_OLD: Duration = Duration::from_secs(2);
/// The longest time for which clocks wait for facts.
pub(super) const LONGEST_WAIT: Duration = Duration::from_mins(1);
/// Between two looks while the gate is open, and while it is closed.
const LOOKS: (Duration, Duration) = (Duration::from_secs(1), Duration::from_millis(100));

/// Whether wake-ups may go through.
///
/// ```text
///           all facts of the last look are in
///        ┌──────────────────────────────────────┐
///        v                                      │
///   Open(confirmed) ── a fact waits 2 s ──> Closed ── 60 s ──> Open(unconfirmed)
///        ^                                      ^                     │
///        │                                    start                   │
///        └────────── all facts of the last look are in ───────────────┘
/// ```
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Door {
    Closed,
    Open { unconfirmed: bool },
}

/// Watches how far the inbox is behind what the streams held a moment ago.
#[derive(Debug)]
pub(super) struct Gate {
    state: State,
    looked: Option<Instant>,
    /// The streams' last sequences at an instant that the inbox has not reached yet.
    mark: Option<(Instant, BTreeMap<Stream, u64>)>,
}

#[derive(Debug, Clone, Copy)]
enum State {
    Confirmed,
    Waiting { since: Instant },
    Unconfirmed,
}

impl Gate {
    /// A gate that is closed until it has seen that all facts are in.
    pub(super) fn new(now: Instant) -> Self {
        Self { state: State::Waiting { since: now }, looked: None, mark: None }
    }

    pub(super) fn door(&self) -> Door {
        match self.state {
            State::Confirmed => Door::Open { unconfirmed: false },
            State::Waiting { .. } => Door::Closed,
            State::Unconfirmed => Door::Open { unconfirmed: true },
        }
    }

    pub(super) fn wants_a_look(&self, now: Instant) -> bool {
        let (open, closed) = LOOKS;
        let pause = if self.door() == Door::Closed { closed } else { open };
        self.looked.is_none_or(|looked| now.duration_since(looked) >= pause)
    }

    /// Takes in what the broker says; `None` if it does not answer.
    pub(super) fn look(&mut self, now: Instant, seen: Option<&BTreeMap<Stream, Progress>>) {
        self.looked = Some(now);
        if let (None, Some(seen)) = (&self.mark, seen) {
            self.mark = Some((now, last_of(seen)));
        }
        if let (Some((_, targets)), Some(seen)) = (&self.mark, seen)
            && reached(targets, seen)
        {
            self.mark = Some((now, last_of(seen)));
            self.state = State::Confirmed;
            return;
        }
        let marked = self.mark.as_ref().map(|(at, _)| *at);
        self.state = match self.state {
            State::Confirmed if marked.is_some_and(|at| now.duration_since(at) > TOO_OLD) => {
                State::Waiting { since: now }
            }
            State::Waiting { since } if now.duration_since(since) >= LONGEST_WAIT => {
                State::Unconfirmed
            }
            same @ (State::Confirmed | State::Waiting { .. } | State::Unconfirmed) => same,
        };
    }
}

fn last_of(seen: &BTreeMap<Stream, Progress>) -> BTreeMap<Stream, u64> {
    seen.iter().map(|(stream, progress)| (*stream, progress.last)).collect()
}

/// A reader with nothing left has reached everything, also a stream that was made anew and is
/// shorter than it was; but not one that is gone.
fn reached(targets: &BTreeMap<Stream, u64>, seen: &BTreeMap<Stream, Progress>) -> bool {
    targets.iter().all(|(stream, target)| match seen.get(stream) {
        Some(progress) => progress.is_idle() || progress.floor >= *target,
        None => *target == 0,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(floor: u64, last: u64) -> BTreeMap<Stream, Progress> {
        let progress = Progress { last, floor, pending: last - floor, unacked: 0 };
        BTreeMap::from([(Stream::Intake, progress)])
    }

    const OPEN: Door = Door::Open { unconfirmed: false };

    #[test]
    fn at_the_start_clocks_wait_for_what_the_streams_hold_at_that_moment() {
        let start = Instant::now();
        let mut gate = Gate::new(start);
        assert_eq!(gate.door(), Door::Closed);
        gate.look(start, Some(&seen(3, 10)));
        assert_eq!(gate.door(), Door::Closed);
        gate.look(start, Some(&seen(10, 40)));
        assert_eq!(gate.door(), OPEN, "not for what came later");
    }

    #[test]
    fn a_fact_that_waits_for_two_seconds_closes_the_gate_and_its_effect_opens_it() {
        let start = Instant::now();
        let mut gate = Gate::new(start);
        gate.look(start, Some(&seen(10, 10)));
        gate.look(start + Duration::from_secs(1), Some(&seen(10, 12)));
        assert_eq!(gate.door(), OPEN);
        gate.look(start + Duration::from_secs(2), Some(&seen(10, 12)));
        gate.look(start + Duration::from_secs(4), Some(&seen(10, 12)));
        assert_eq!(gate.door(), Door::Closed);
        gate.look(start + Duration::from_secs(5), Some(&seen(12, 12)));
        assert_eq!(gate.door(), OPEN);
    }

    #[test]
    fn without_a_broker_clocks_wait_a_minute_and_then_fire_unconfirmed_until_it_is_back() {
        let start = Instant::now();
        let mut gate = Gate::new(start);
        gate.look(start + Duration::from_secs(59), None);
        assert_eq!(gate.door(), Door::Closed);
        gate.look(start + Duration::from_mins(1), None);
        assert_eq!(gate.door(), Door::Open { unconfirmed: true });
        gate.look(start + Duration::from_secs(70), Some(&seen(0, 5)));
        assert_eq!(gate.door(), Door::Open { unconfirmed: true });
        gate.look(start + Duration::from_secs(71), Some(&seen(5, 5)));
        assert_eq!(gate.door(), OPEN);
    }

    #[test]
    fn a_stream_that_was_made_anew_is_reached_when_nothing_of_it_is_left() {
        let start = Instant::now();
        let mut gate = Gate::new(start);
        gate.look(start, Some(&seen(50, 100)));
        gate.look(start + Duration::from_secs(1), Some(&seen(3, 3)));
        assert_eq!(gate.door(), OPEN);
    }

    #[test]
    fn a_stream_that_is_gone_is_waited_for_and_one_that_was_never_made_is_not() {
        let start = Instant::now();
        let mut gate = Gate::new(start);
        gate.look(start, Some(&seen(10, 10)));
        gate.look(start + Duration::from_secs(1), Some(&BTreeMap::new()));
        gate.look(start + Duration::from_secs(4), Some(&BTreeMap::new()));
        assert_eq!(gate.door(), Door::Closed, "it had facts, and may have more when it is back");
        gate.look(start + Duration::from_secs(5), Some(&seen(12, 12)));
        assert_eq!(gate.door(), OPEN);
    }

    #[test]
    fn who_reads_nothing_waits_for_nothing() {
        let mut gate = Gate::new(Instant::now());
        gate.look(Instant::now(), Some(&BTreeMap::new()));
        assert_eq!(gate.door(), OPEN);
    }
}
