use uuid::{NoContext, Uuid};

use crate::{Clock, Id};

/// Where new ids come from.
pub trait Ids {
    /// A UUIDv7 that this source has not given before.
    fn uuid(&mut self) -> Uuid;

    /// The same, typed.
    fn id<K>(&mut self) -> Id<K>
    where
        Self: Sized,
    {
        Id::from_uuid(self.uuid())
    }
}

/// Ids in production: machine time in milliseconds, then 74 random bits (RFC 9562, section 5.7).
///
/// The machine's time and not the service's: ids of a story that leaps a month ahead still sort in
/// the order in which they were made.
#[derive(Debug, Clone)]
pub struct RandomIds {
    clock: Clock,
}

impl RandomIds {
    /// Ids that carry the machine time of `clock`.
    pub fn new(clock: Clock) -> Self {
        Self { clock }
    }
}

impl Ids for RandomIds {
    fn uuid(&mut self) -> Uuid {
        let machine = self.clock.machine();
        let seconds = u64::try_from(machine.as_second()).unwrap_or_default();
        let nanos = u32::try_from(machine.subsec_nanosecond()).unwrap_or_default();
        Uuid::new_v7(uuid::Timestamp::from_unix(NoContext, seconds, nanos))
    }
}

/// Ids that follow from a seed, for tests and simulation.
#[derive(Debug, Clone)]
pub struct SeededIds {
    state: u64,
    count: u64,
}

impl SeededIds {
    /// A source whose ids are the same for the same seed.
    pub fn new(seed: u64) -> Self {
        Self { state: seed, count: 0 }
    }

    /// `SplitMix64` (Steele, Lea, Flood 2014): short, and good enough to tell ids apart.
    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}

impl Ids for SeededIds {
    fn uuid(&mut self) -> Uuid {
        self.count += 1;
        let (high, low) = (self.next(), self.next());
        layout(self.count, high, low)
    }
}

fn layout(millis: u64, high: u64, low: u64) -> Uuid {
    let mut random = [0; 10];
    for (to, from) in random.iter_mut().zip(high.to_be_bytes().into_iter().chain(low.to_be_bytes()))
    {
        *to = from;
    }
    uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_gives_the_same_ids_again_and_another_seed_gives_others() {
        let take = |seed| {
            let mut ids = SeededIds::new(seed);
            [ids.uuid(), ids.uuid(), ids.uuid()]
        };
        assert_eq!(take(1), take(1));
        assert_ne!(take(1), take(2));
    }

    #[test]
    fn ids_sort_in_the_order_in_which_they_were_made() {
        let mut ids = SeededIds::new(7);
        let made: Vec<_> = (0..100).map(|_| ids.uuid()).collect();
        assert!(made.is_sorted());
    }

    #[test]
    fn random_ids_are_version_7_and_differ() {
        let mut ids = RandomIds::new(Clock::system());
        let made: std::collections::BTreeSet<_> = (0..10_000).map(|_| ids.uuid()).collect();
        assert_eq!(made.len(), 10_000);
        assert!(made.iter().all(|id| id.get_version_num() == 7));
    }
}
