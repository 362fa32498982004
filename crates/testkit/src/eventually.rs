use std::time::{Duration, Instant};

/// How long [`eventually`] waits: far longer than anything takes, for a busy machine.
const PATIENCE: Duration = Duration::from_secs(20);

/// What a check may answer: `bool`, or `Option` with what was waited for.
pub trait Outcome {
    /// What is handed on once it is there.
    type Value;

    /// The value, if it is so.
    fn met(self) -> Option<Self::Value>;
}

impl Outcome for bool {
    type Value = ();

    fn met(self) -> Option<()> {
        self.then_some(())
    }
}

impl<T> Outcome for Option<T> {
    type Value = T;

    fn met(self) -> Option<T> {
        self
    }
}

/// Asks again and again until `check` is met, within 20 s; panics with `what` if it is not.
///
/// ```no_run
/// # async fn example(outbox: impl AsyncFn() -> u32) {
/// testkit::eventually("the outbox is empty", async || outbox().await == 0).await;
/// # }
/// ```
pub async fn eventually<O: Outcome>(what: &str, check: impl AsyncFnMut() -> O) -> O::Value {
    within(PATIENCE, what, check).await
}

/// The same with another limit.
///
/// # Panics
/// With `what`, if the check is not met within the limit; one that hangs is cut off there too.
pub async fn within<O: Outcome>(
    limit: Duration,
    what: &str,
    mut check: impl AsyncFnMut() -> O,
) -> O::Value {
    let begun = Instant::now();
    let mut asked = 0_u32;
    let asking = async {
        loop {
            asked += 1;
            if let Some(value) = check().await.met() {
                return value;
            }
            // 1 ms at first, 50 ms at last: quick where it is quick, cheap where it is not.
            let pause = begun.elapsed() / 10;
            let pause = pause.clamp(Duration::from_millis(1), Duration::from_millis(50));
            tokio::time::sleep(pause).await;
        }
    };
    let Ok(value) = tokio::time::timeout(limit, asking).await else {
        panic!("not within {limit:?}, asked {asked} times: {what}")
    };
    value
}
