use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use delivery::Schema;
use sqlx::PgPool;
use tokio::time::{Instant, MissedTickBehavior, interval, timeout};
use tokio_util::sync::CancellationToken;

/// A store that did not answer for this long makes its service not ready.
const ANSWER_WITHIN: Duration = Duration::from_secs(10);

/// How often it is asked, and how long each time.
const ASK_EACH: Duration = Duration::from_secs(3);

/// Whether a service can do its work; clones are the same one.
///
/// The broker and other services never count: what is accepted without them goes out later.
#[derive(Debug, Clone, Default)]
pub struct Health(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    started: bool,
    draining: bool,
    /// When the store last answered and its schemas were what this binary can run on.
    answered: Option<Instant>,
}

impl Health {
    /// Not started.
    pub fn new() -> Self {
        Self::default()
    }

    /// Everything runs.
    pub fn started(&self) {
        self.change(|state| state.started = true);
    }

    /// It is going to stop: send nothing any more.
    pub fn draining(&self) {
        self.change(|state| state.draining = true);
    }

    /// The store has just answered.
    pub fn store_answered(&self) {
        self.change(|state| state.answered = Some(Instant::now()));
    }

    /// What is lacking to be ready: of `start`, `store` and `stay`; nothing if it is.
    pub fn lacks(&self) -> Vec<&'static str> {
        let state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let answered = state.answered.is_some_and(|at| at.elapsed() < ANSWER_WITHIN);
        [("start", !state.started), ("store", !answered), ("stay", state.draining)]
            .into_iter()
            .filter_map(|(what, lacking)| lacking.then_some(what))
            .collect()
    }

    /// Asks the store again and again until `stop`.
    pub(crate) async fn watch(self, pool: PgPool, schemas: Vec<Schema>, stop: CancellationToken) {
        let mut each = interval(ASK_EACH);
        each.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                _ = each.tick() => {}
            }
            match timeout(ASK_EACH, ask(&pool, &schemas)).await {
                Ok(Ok(())) => self.store_answered(),
                Ok(Err(error)) => tracing::warn!(%error, "the store is not as it should be"),
                Err(_) => tracing::warn!("the store does not answer"),
            }
        }
    }

    fn change(&self, change: impl FnOnce(&mut State)) {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

async fn ask(pool: &PgPool, schemas: &[Schema]) -> Result<(), delivery::SchemaError> {
    let mut connection = pool.acquire().await?;
    for schema in schemas {
        schema.check(&mut connection).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_store_that_is_silent_for_ten_seconds_makes_its_service_not_ready() {
        let health = Health::new();
        health.started();
        health.store_answered();
        tokio::time::advance(Duration::from_millis(9_999)).await;
        assert!(health.lacks().is_empty());
        tokio::time::advance(Duration::from_millis(1)).await;
        assert_eq!(health.lacks(), ["store"]);
        health.store_answered();
        assert!(health.lacks().is_empty());
    }
}
