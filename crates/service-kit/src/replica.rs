use clock::Clock;
use rpc::Channel;
use runtime::Process;
use tokio::task::JoinHandle;

/// A replica of a service that runs.
pub struct Replica {
    pub(crate) process: Process,
    pub(crate) running: JoinHandle<anyhow::Result<()>>,
    pub(crate) channel: Channel,
    pub(crate) clock: Clock,
}

impl Replica {
    /// The channel for a generated client.
    pub fn channel(&self) -> Channel {
        self.channel.clone()
    }

    /// The replica's own clock.
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// Stops it as SIGTERM does.
    pub async fn stop(self) {
        self.process.shutdown.begin();
        self.running.await.unwrap().unwrap();
    }

    /// Ends it as SIGKILL does: each loop where it waits.
    pub async fn kill(self) {
        self.running.abort();
        assert!(self.running.await.unwrap_err().is_cancelled(), "it had ended by itself");
    }
}
