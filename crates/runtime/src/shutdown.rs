use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

/// When a task stops in the drain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// First: what takes in work. gRPC, HTTP, inbox, wake-ups; calls that run are finished.
    Work,
    /// Then: what carries out what was committed. Relays.
    Relay,
    /// Last: what shows and keeps. The admin port, the watching of files.
    Last,
}

/// Tells a process to stop, once; every clone hears it.
#[derive(Debug, Clone, Default)]
pub struct Shutdown {
    begun: CancellationToken,
}

impl Shutdown {
    /// One that nothing has begun.
    pub fn new() -> Self {
        Self::default()
    }

    /// Begins the drain of everything in the process. Again, it does nothing.
    pub fn begin(&self) {
        self.begun.cancel();
    }

    /// Ends when the drain begins.
    pub async fn begun(&self) {
        self.begun.cancelled().await;
    }

    /// Whether it has begun.
    pub fn has_begun(&self) -> bool {
        self.begun.is_cancelled()
    }

    /// Begins also when the terminal is closed: for a program that somebody runs by hand.
    pub fn on_hang_up(&self) -> std::io::Result<()> {
        let mut hang_up = signal(SignalKind::hangup())?;
        let shutdown = self.clone();
        tokio::spawn(async move {
            hang_up.recv().await;
            tracing::info!(signal = "SIGHUP", "stopping");
            shutdown.begin();
        });
        Ok(())
    }

    /// Begins with SIGTERM or Ctrl-C; a second one ends the process at once, with exit code 130.
    pub fn on_signals(&self) -> std::io::Result<()> {
        let (mut terminate, mut interrupt) =
            (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
        let shutdown = self.clone();
        tokio::spawn(async move {
            let mut told = async || {
                tokio::select! {
                    _ = terminate.recv() => "SIGTERM",
                    _ = interrupt.recv() => "SIGINT",
                }
            };
            let first = told().await;
            tracing::info!(signal = first, "stopping");
            shutdown.begin();
            let second = told().await;
            tracing::warn!(signal = second, "stopping at once");
            std::process::exit(130);
        });
        Ok(())
    }
}
