use std::{future::Future, panic::AssertUnwindSafe, time::Duration};

use futures::FutureExt as _;
use tokio::{task::JoinSet, time::timeout};
use tokio_util::sync::CancellationToken;
use tracing::Instrument as _;

use crate::{BoxError, Shutdown, Stage};

/// The loops of one service, each with a name and a stage of the drain.
pub struct Tasks {
    shutdown: Shutdown,
    work: Running,
    relay: Running,
    last: Running,
}

#[derive(Default)]
struct Running {
    stop: CancellationToken,
    tasks: JoinSet<(&'static str, Result<(), BoxError>)>,
}

/// A loop ended that should have gone on, or did not end in time.
#[derive(Debug, thiserror::Error)]
#[error("the task `{name}` ended")]
pub struct TaskFailed {
    /// Which.
    pub name: &'static str,
    /// Why.
    #[source]
    pub cause: BoxError,
}

impl Tasks {
    /// None yet.
    pub fn new(shutdown: Shutdown) -> Self {
        let (work, relay, last) = <(Running, Running, Running)>::default();
        Self { shutdown, work, relay, last }
    }

    /// Spawns `task`, which ends when its token is cancelled, and not before.
    pub fn spawn<F>(
        &mut self,
        stage: Stage,
        name: &'static str,
        task: impl FnOnce(CancellationToken) -> F,
    ) where
        F: Future<Output: Ended> + Send + 'static,
    {
        let running = match stage {
            Stage::Work => &mut self.work,
            Stage::Relay => &mut self.relay,
            Stage::Last => &mut self.last,
        };
        let task = AssertUnwindSafe(task(running.stop.clone())).catch_unwind();
        let named = async move {
            let ended = task.await.map(Ended::result);
            (name, ended.unwrap_or_else(|_| Err("it panicked".into())))
        };
        running.tasks.spawn(named.in_current_span());
    }

    /// Until the shutdown begins, or a task ends by itself, which begins it; then drains the
    /// stages in their order.
    ///
    /// The error is the first task that failed, if any did.
    pub async fn run(mut self, drain: Drain) -> Result<(), TaskFailed> {
        let mut failed = self.until_begun().await;
        self.shutdown.begin();
        (drain.begin)();
        failed = failed.or(self.work.drain(drain.work).await);
        failed = failed.or(self.relay.drain(drain.relay).await);
        failed = failed.or(self.last.drain(drain.last).await);
        failed.map_or(Ok(()), Err)
    }

    async fn until_begun(&mut self) -> Option<TaskFailed> {
        let Self { shutdown, work, relay, last } = self;
        let ended = tokio::select! {
            () = shutdown.begun() => return None,
            Some(ended) = work.tasks.join_next() => ended,
            Some(ended) = relay.tasks.join_next() => ended,
            Some(ended) = last.tasks.join_next() => ended,
        };
        let (name, result) = ended.ok()?;
        let cause = result.err().unwrap_or_else(|| "it should go on until the shutdown".into());
        tracing::error!(task = name, %cause, "a task ended, and with it this process");
        Some(TaskFailed { name, cause })
    }
}

/// How a loop may end: with nothing to say, or with a result.
pub trait Ended: Send {
    /// The same as a result.
    fn result(self) -> Result<(), BoxError>;
}

impl Ended for () {
    fn result(self) -> Result<(), BoxError> {
        Ok(())
    }
}

impl<E: Into<BoxError> + Send> Ended for Result<(), E> {
    fn result(self) -> Result<(), BoxError> {
        self.map_err(Into::into)
    }
}

impl Running {
    async fn drain(&mut self, limit: Duration) -> Option<TaskFailed> {
        self.stop.cancel();
        let mut failed = None;
        let all_ended = timeout(limit, async {
            while let Some(ended) = self.tasks.join_next().await {
                if let Ok((name, Err(cause))) = ended {
                    failed.get_or_insert(TaskFailed { name, cause });
                }
            }
        });
        if all_ended.await.is_err() {
            let left = self.tasks.len();
            tracing::warn!(left, "tasks did not end in time and are aborted");
            self.tasks.shutdown().await;
        }
        failed
    }
}

/// How long each stage may take, and what is done before the first.
pub struct Drain {
    /// For the calls that run.
    pub work: Duration,
    /// For what was committed and not yet published.
    pub relay: Duration,
    /// For the rest.
    pub last: Duration,
    /// Called when the drain begins.
    pub begin: Box<dyn FnOnce() + Send>,
}

impl Drain {
    /// 15 s, 5 s and 1 s.
    pub fn new(begin: impl FnOnce() + Send + 'static) -> Self {
        Self {
            work: Duration::from_secs(15),
            relay: Duration::from_secs(5),
            last: Duration::from_secs(1),
            begin: Box::new(begin),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;

    #[derive(Clone, Default)]
    struct Order(Arc<Mutex<Vec<&'static str>>>);

    impl Order {
        fn note(&self, what: &'static str) {
            self.0.lock().unwrap().push(what);
        }

        /// A loop that notes its end.
        async fn until(self, name: &'static str, stop: CancellationToken) -> Result<(), BoxError> {
            stop.cancelled().await;
            self.note(name);
            Ok(())
        }
    }

    #[tokio::test]
    async fn the_drain_stops_work_then_relays_then_the_rest() {
        let (shutdown, order) = (Shutdown::new(), Order::default());
        let mut tasks = Tasks::new(shutdown.clone());
        for (stage, name) in
            [(Stage::Last, "admin"), (Stage::Relay, "relay"), (Stage::Work, "inbox")]
        {
            tasks.spawn(stage, name, |stop| order.clone().until(name, stop));
        }
        shutdown.begin();
        let begin = order.clone();
        tasks.run(Drain::new(move || begin.note("not ready"))).await.unwrap();
        assert_eq!(*order.0.lock().unwrap(), ["not ready", "inbox", "relay", "admin"]);
    }

    #[tokio::test]
    async fn a_task_that_ends_by_itself_ends_all_of_them_by_its_name() {
        for (expected, cause) in [("gave up", Err("gave up")), ("it should go on", Ok(()))] {
            let (shutdown, order) = (Shutdown::new(), Order::default());
            let mut tasks = Tasks::new(shutdown.clone());
            tasks.spawn(Stage::Relay, "relay", |stop| order.clone().until("relay", stop));
            tasks.spawn(Stage::Work, "inbox", |_| async move { cause });
            let failed = tasks.run(Drain::new(|| ())).await.unwrap_err();
            assert_eq!(failed.to_string(), "the task `inbox` ended");
            assert!(failed.cause.to_string().starts_with(expected), "{}", failed.cause);
            assert_eq!(*order.0.lock().unwrap(), ["relay"]);
            assert!(shutdown.has_begun());
        }
    }

    #[tokio::test]
    async fn a_task_that_panics_is_a_task_that_ended() {
        let mut tasks = Tasks::new(Shutdown::new());
        tasks.spawn(Stage::Work, "waker", |stop| async move {
            assert!(stop.is_cancelled(), "told to");
            Ok::<_, BoxError>(())
        });
        let failed = tasks.run(Drain::new(|| ())).await.unwrap_err();
        assert_eq!((failed.name, failed.cause.to_string().as_str()), ("waker", "it panicked"));
    }

    #[tokio::test(start_paused = true)]
    async fn a_task_that_does_not_stop_is_waited_for_only_so_long() {
        let (shutdown, order) = (Shutdown::new(), Order::default());
        let mut tasks = Tasks::new(shutdown.clone());
        tasks.spawn(Stage::Work, "stuck", |_| std::future::pending::<Result<(), BoxError>>());
        tasks.spawn(Stage::Relay, "relay", |stop| order.clone().until("relay", stop));
        shutdown.begin();
        let before = tokio::time::Instant::now();
        tasks.run(Drain::new(|| ())).await.unwrap();
        assert_eq!(before.elapsed().as_secs(), 15);
        assert_eq!(*order.0.lock().unwrap(), ["relay"]);
    }
}
