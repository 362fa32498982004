use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use jiff::{SignedDuration, Timestamp};

/// The service's clock: cheap to clone, the same time in every clone.
///
/// ```text
///  process clock (or a fixed instant) + correction (to the service's Postgres) = machine()
///                                     + manual offset (never smaller than before) = now()
/// ```
///
/// Both are cut to microseconds, which is what `timestamptz` keeps, and never go backwards.
#[derive(Debug, Clone)]
pub struct Clock(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    source: Source,
    /// Microseconds to add to the process clock.
    correction: AtomicI64,
    /// Microseconds that a person moved the service's time ahead, or began it behind.
    offset: AtomicI64,
    /// The latest machine time given.
    latest: AtomicI64,
}

#[derive(Debug)]
enum Source {
    Process,
    Fixed(AtomicI64),
}

impl Clock {
    /// The process clock.
    pub fn system() -> Self {
        Self::from_source(Source::Process)
    }

    /// A clock that stands at `at` until it is [advanced](Self::advance_to): for tests.
    pub fn fixed(at: Timestamp) -> Self {
        Self::from_source(Source::Fixed(AtomicI64::new(at.as_microsecond())))
    }

    fn from_source(source: Source) -> Self {
        Self(Arc::new(Inner {
            source,
            correction: AtomicI64::new(0),
            offset: AtomicI64::new(0),
            latest: AtomicI64::new(i64::MIN),
        }))
    }

    /// The service's time: for all that a person was promised.
    pub fn now(&self) -> Timestamp {
        timestamp(self.machine_micros().saturating_add(self.0.offset.load(Ordering::SeqCst)))
    }

    /// Machine time: for tokens, sessions, back-off, locks, waiting, redelivery and partitions.
    pub fn machine(&self) -> Timestamp {
        timestamp(self.machine_micros())
    }

    /// Sets what must be added to the process clock to agree with the service's Postgres.
    pub fn correct(&self, correction: SignedDuration) {
        self.0.correction.store(micros(correction), Ordering::SeqCst);
    }

    /// How far the service's time is ahead of the machine's.
    pub fn offset(&self) -> SignedDuration {
        SignedDuration::from_micros(self.0.offset.load(Ordering::SeqCst))
    }

    /// Begins with an offset, also one into the past: before anybody has asked for the time.
    pub fn begin(&self, offset: SignedDuration) {
        self.0.offset.store(micros(offset), Ordering::SeqCst);
    }

    /// Moves the service's time ahead of the machine's by `offset` in all.
    ///
    /// A smaller offset than before is ignored: time never goes backwards.
    pub fn set_offset(&self, offset: SignedDuration) {
        self.0.offset.fetch_max(micros(offset), Ordering::SeqCst);
    }

    /// Moves the service's time to `at`, or not at all if it is later already.
    pub fn advance_to(&self, at: Timestamp) {
        self.set_offset(at.duration_since(self.machine()));
    }

    /// The process clock as it stands, also where it was set back: to measure its correction by, and
    /// for nothing else.
    pub fn uncorrected(&self) -> Timestamp {
        timestamp(self.source_micros())
    }

    fn source_micros(&self) -> i64 {
        match &self.0.source {
            Source::Process => process_micros(),
            Source::Fixed(at) => at.load(Ordering::SeqCst),
        }
    }

    fn machine_micros(&self) -> i64 {
        let correction = self.0.correction.load(Ordering::SeqCst);
        let now = self.source_micros().saturating_add(correction);
        self.0.latest.fetch_max(now, Ordering::SeqCst).max(now)
    }
}

#[expect(clippy::disallowed_methods, reason = "the one place that reads the wall clock")]
fn process_micros() -> i64 {
    Timestamp::now().as_microsecond()
}

fn micros(duration: SignedDuration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)
}

fn timestamp(micros: i64) -> Timestamp {
    Timestamp::from_microsecond(micros).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn the_service_is_ahead_of_the_machine_by_the_manual_offset() {
        let clock = Clock::fixed(at("2026-09-01T08:00:00Z"));
        clock.set_offset(SignedDuration::from_hours(4));
        assert_eq!(clock.now(), at("2026-09-01T12:00:00Z"));
        assert_eq!(clock.machine(), at("2026-09-01T08:00:00Z"));
    }

    #[test]
    fn it_may_begin_behind_the_machine_and_goes_ahead_from_there() {
        let clock = Clock::fixed(at("2026-09-01T08:00:00Z"));
        clock.begin(SignedDuration::from_hours(-48));
        assert_eq!(clock.now(), at("2026-08-30T08:00:00Z"));
        clock.set_offset(SignedDuration::from_hours(-40));
        assert_eq!(clock.now(), at("2026-08-30T16:00:00Z"));
    }

    #[test]
    fn neither_a_smaller_offset_nor_a_correction_turns_time_back() {
        let clock = Clock::fixed(at("2026-09-01T08:00:00Z"));
        clock.set_offset(SignedDuration::from_hours(4));
        let before = clock.now();
        clock.set_offset(SignedDuration::from_hours(1));
        clock.correct(SignedDuration::from_secs(-30));
        assert_eq!(clock.now(), before);
        clock.correct(SignedDuration::from_secs(2));
        assert_eq!(clock.now(), before + SignedDuration::from_secs(2));
    }

    #[test]
    fn time_runs_on_once_a_machine_that_was_set_right_is_measured_again() {
        let clock = Clock::fixed(at("2026-09-01T09:00:00Z"));
        let Source::Fixed(source) = &clock.0.source else { panic!("it is fixed") };
        let set = |to: &str| source.store(at(to).as_microsecond(), Ordering::SeqCst);
        clock.correct(SignedDuration::from_hours(-1));
        assert_eq!(clock.now(), at("2026-09-01T08:00:00Z"));
        set("2026-09-01T08:00:01Z");
        assert_eq!(clock.now(), at("2026-09-01T08:00:00Z"), "never backwards");
        assert_eq!(clock.uncorrected(), at("2026-09-01T08:00:01Z"), "as it is");
        clock.correct(SignedDuration::ZERO);
        assert_eq!(clock.now(), at("2026-09-01T08:00:01Z"));
    }

    #[test]
    fn clones_share_their_time() {
        let clock = Clock::fixed(at("2026-09-01T08:00:00Z"));
        let other = clock.clone();
        clock.advance_to(at("2026-09-02T08:00:00Z"));
        assert_eq!(other.now(), at("2026-09-02T08:00:00Z"));
    }

    #[test]
    fn times_are_cut_to_microseconds() {
        let clock = Clock::fixed(at("2026-09-01T08:00:00.123456789Z"));
        assert_eq!(clock.now(), at("2026-09-01T08:00:00.123456Z"));
    }
}
