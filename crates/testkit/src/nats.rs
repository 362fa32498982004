use std::path::PathBuf;

use async_nats::{Client, ConnectOptions, jetstream};
use servers::{Durability, Setup};

use crate::{guard, must, program, scratch::Scratch};

/// A nats-server of one test, with JetStream, on a port that it keeps; stopped when dropped.
#[derive(Debug)]
pub struct Nats {
    /// `None` only while a thread works on it.
    server: Option<servers::Nats>,
    port: u16,
    store: PathBuf,
    /// After the server, which writes into it.
    _scratch: Scratch,
}

impl Nats {
    /// Starts one; `config` is further configuration, such as `authorization { ... }`.
    pub async fn start(config: &str) -> Self {
        let scratch = Scratch::new("nats");
        let setup = Setup {
            folder: scratch.path().join("nats"),
            guard: guard(),
            durability: Durability::None,
            port: None,
        };
        let config = config.to_owned();
        let server = blocking("starting nats-server", move || {
            servers::Nats::start(&program(), &setup, &config, &|_| ())
        })
        .await;
        let (port, store) = (server.port(), server.store());
        Self { server: Some(server), port, store, _scratch: scratch }
    }

    /// Its port on 127.0.0.1; the same after each restart.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Where clients connect, without user and password.
    pub fn url(&self) -> String {
        format!("nats://127.0.0.1:{}", self.port)
    }

    /// JetStream's files: to be damaged while it is stopped.
    pub fn store(&self) -> PathBuf {
        self.store.clone()
    }

    /// A client without user and password.
    pub async fn client(&self) -> Client {
        self.connect(ConnectOptions::new()).await
    }

    /// A client with these options.
    pub async fn connect(&self, options: ConnectOptions) -> Client {
        must("connecting to nats-server", options.connect(self.url()).await)
    }

    /// `JetStream` over a client without user and password.
    pub async fn jetstream(&self) -> jetstream::Context {
        jetstream::new(self.client().await)
    }

    /// Stops it.
    pub async fn stop(&mut self) {
        self.with("stopping nats-server", |server| {
            server.stop();
            Ok(())
        })
        .await;
    }

    /// Kills it, as a crash does.
    pub async fn kill(&mut self) {
        self.with("killing nats-server", |server| {
            server.kill();
            Ok(())
        })
        .await;
    }

    /// Starts it again at the same port on the same store, stopping it first if it runs.
    pub async fn restart(&mut self) {
        self.with("restarting nats-server", servers::Nats::restart).await;
    }

    /// Stops it, deletes its store, and starts it again: every stream and consumer is gone.
    pub async fn wipe(&mut self) {
        self.with("wiping nats-server", |server| {
            server.wipe()?;
            server.restart()
        })
        .await;
    }

    /// Starts it again with other configuration text.
    pub async fn reconfigure(&mut self, config: &str) {
        let config = config.to_owned();
        self.with("restarting nats-server", move |server| {
            server.configure(&config);
            server.restart()
        })
        .await;
    }

    /// Lets it stand still (SIGSTOP) with all its connections open.
    pub fn pause(&self) {
        must("pausing nats-server", self.server().pause());
    }

    /// Lets it run on.
    pub fn resume(&self) {
        must("resuming nats-server", self.server().resume());
    }

    #[track_caller]
    fn server(&self) -> &servers::Nats {
        self.server.as_ref().unwrap_or_else(|| panic!("an earlier step of nats-server failed"))
    }

    /// On a thread for blocking work, so that the test's other tasks run on meanwhile.
    async fn with<F>(&mut self, doing: &str, step: F)
    where
        F: FnOnce(&mut servers::Nats) -> Result<(), servers::Error> + Send + 'static,
    {
        let Some(mut server) = self.server.take() else {
            panic!("{doing}: an earlier step failed")
        };
        let stepped = blocking(doing, move || step(&mut server).map(|()| server));
        self.server = Some(stepped.await);
    }
}

/// Runs what blocks on a thread for it. (The servers have owner threads of their own.)
pub(crate) async fn blocking<T: Send + 'static>(
    doing: &str,
    work: impl FnOnce() -> Result<T, servers::Error> + Send + 'static,
) -> T {
    let worked = tokio::task::spawn_blocking(work).await;
    must(doing, worked.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic())))
}
