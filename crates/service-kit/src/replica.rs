use clock::Clock;
use events::words::Service;
use rpc::{Channel, Target, client::Connector};
use runtime::Process;
use tokio::task::JoinHandle;

/// A replica of a service that runs.
pub struct Replica {
    pub(crate) process: Process,
    pub(crate) running: JoinHandle<anyhow::Result<()>>,
    pub(crate) service: Service,
    pub(crate) target: Target,
    pub(crate) channel: Channel,
    pub(crate) clock: Clock,
}

impl Replica {
    /// The channel for a generated client: the portal's.
    pub fn channel(&self) -> Channel {
        self.channel.clone()
    }

    /// The same of another service that asks it.
    pub fn channel_of(&self, asking: Service) -> Channel {
        Connector::new(asking, None).connect(self.service, &self.target).unwrap()
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
