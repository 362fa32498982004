//! How fast something goes on by itself.

use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use tokio::time::sleep;

/// Between two looks: short beside the group of events that a look can be late by.
const LOOK: Duration = Duration::from_millis(5);
/// How long nothing may happen.
const PATIENCE: Duration = Duration::from_mins(1);

/// Waits until `all` is done, and says how many a second that were.
///
/// Counted from the first progress that is seen: what a service needs to start is not what is
/// measured. If all is done at the first sight, it counts from the beginning.
pub(crate) async fn pace(
    what: &str,
    all: u64,
    mut done: impl AsyncFnMut() -> Result<u64>,
) -> Result<f64> {
    let (mut since, mut before, mut seen) = (Instant::now(), 0, 0);
    let mut changed = since;
    loop {
        let now = done().await?;
        let at = Instant::now();
        if now >= all {
            return Ok(per_second(all - before, at - since));
        }
        if seen == 0 && now > 0 {
            (since, before) = (at, now);
        }
        if now != seen {
            (seen, changed) = (now, at);
        }
        if at - changed > PATIENCE {
            bail!("{what}: {now} of {all}, and none for {PATIENCE:?}");
        }
        sleep(LOOK).await;
    }
}

/// So many in such a time.
#[expect(clippy::cast_precision_loss, reason = "a rate of fewer than 2^52 things")]
pub(crate) fn per_second(number: u64, time: Duration) -> f64 {
    number as f64 / time.as_secs_f64()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_was_done_when_it_was_first_seen_does_not_count() {
        let mut looks = [0, 0, 400, 500, 600].into_iter();
        let pace = pace("events", 600, async || Ok(looks.next().unwrap())).await.unwrap();
        assert!(pace.is_finite() && pace > 0.0);
        assert_eq!(looks.next(), None, "it looks until all is done, and no more");
    }
}
