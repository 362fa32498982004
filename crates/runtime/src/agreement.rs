use std::time::Duration;

use clock::Clock;
use jiff::SignedDuration;
use opentelemetry::metrics::{Gauge, Meter};
use sqlx::PgPool;
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

const MEASURE_EACH: Duration = Duration::from_mins(1);

/// Of several readings the quickest is the most exact.
const READINGS: usize = 5;

/// More than this is a fault of the machine's clock.
const ALERT: SignedDuration = SignedDuration::from_secs(2);

/// Keeps a service's clock by its Postgres, so that all replicas have one time.
pub(crate) struct Agreement {
    clock: Clock,
    pool: PgPool,
    skew: Gauge<f64>,
}

impl Agreement {
    /// Measures `clock` once, and corrects it.
    pub(crate) async fn reach(
        clock: Clock,
        pool: PgPool,
        meter: &Meter,
    ) -> Result<Self, sqlx::Error> {
        let skew = meter
            .f64_gauge("yizhan.clock.skew")
            .with_unit("s")
            .with_description("How far the process clock is behind the service's Postgres")
            .build();
        let agreement = Self { clock, pool, skew };
        agreement.measure().await?;
        Ok(agreement)
    }

    /// Again each minute until `stop`; while Postgres does not answer, the last measure holds.
    pub(crate) async fn run(self, stop: CancellationToken) {
        let mut each = interval(MEASURE_EACH);
        each.set_missed_tick_behavior(MissedTickBehavior::Delay);
        each.tick().await;
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                _ = each.tick() => {}
            }
            if let Err(error) = self.measure().await {
                tracing::debug!(%error, "the clock could not be compared with Postgres's");
            }
        }
    }

    async fn measure(&self) -> Result<(), sqlx::Error> {
        let mut connection = self.pool.acquire().await?;
        let mut best: Option<(SignedDuration, SignedDuration)> = None;
        for _ in 0..READINGS {
            let before = self.clock.uncorrected();
            let store = sqlx::query_scalar!(r#"select clock_timestamp() as "at!""#)
                .fetch_one(&mut *connection)
                .await?
                .to_jiff();
            let took = self.clock.uncorrected().duration_since(before);
            let skew = store.duration_since(before + took / 2);
            if best.is_none_or(|(shortest, _)| took < shortest) {
                best = Some((took, skew));
            }
        }
        if let Some((_, skew)) = best {
            self.clock.correct(skew);
            self.skew.record(skew.as_secs_f64(), &[]);
            if skew.abs() > ALERT {
                let skew_s = skew.as_secs_f64();
                tracing::warn!(skew_s, "the machine's clock is not Postgres's: check its NTP");
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::{
        io,
        sync::{Arc, Mutex},
    };

    use telemetry::{Metrics, exposition};
    use testkit::Database;

    use super::*;

    #[tokio::test]
    async fn a_machine_whose_clock_is_wrong_by_years_keeps_the_time_of_its_store() {
        let database = Database::prepared(async |_, _| Ok(())).await;
        let clock = Clock::fixed("2020-01-01T00:00:00Z".parse().unwrap());
        let meter = opentelemetry::global::meter("tests");
        Agreement::reach(clock.clone(), database.pool(), &meter).await.unwrap();
        // The store runs on this machine, whose clock is right.
        let apart = clock.machine().duration_since(Clock::system().machine()).abs();
        assert!(apart < SignedDuration::from_secs(1), "{apart}");
    }

    /// What is logged.
    #[derive(Default)]
    struct Log(Mutex<Vec<u8>>);

    impl io::Write for &Log {
        fn write(&mut self, line: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(line)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[tokio::test]
    async fn a_machine_that_is_wrong_by_more_than_two_seconds_is_told_of_and_measured() {
        let database = Database::prepared(async |_, _| Ok(())).await;
        let metrics = Metrics::new("tests", "intake", None).unwrap();
        let log = Arc::new(Log::default());
        let subscriber = tracing_subscriber::fmt().with_writer(log.clone()).finish();
        let _guard = tracing::subscriber::set_default(subscriber);
        let told = || String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
        for (behind, lines) in [(1, 0), (3, 1)] {
            let late = Clock::system().machine() - SignedDuration::from_secs(behind);
            let (clock, meter) = (Clock::fixed(late), metrics.meter());
            Agreement::reach(clock, database.pool(), &meter).await.unwrap();
            assert_eq!(told().matches("check its NTP").count(), lines, "{}", told());
            let page = exposition([&metrics]).unwrap();
            let skew = page.lines().find(|line| line.starts_with("yizhan_clock_skew_seconds"));
            assert!(skew.unwrap().contains(&format!("}} {behind}.")), "{page}");
        }
    }
}
