use servers::{Durability, Password, Setup};
use sqlx::PgConnection;

use crate::{Database, guard, nats::blocking, program, scratch::Scratch};

/// A Postgres of one test, to be stopped or killed, which must never be done to the run's.
///
/// Making its cluster takes 2 s. Where cutting the connection is enough, use a
/// [`Proxy`](crate::Proxy).
#[derive(Debug)]
pub struct Postgres {
    /// `None` only while a thread works on it.
    server: Option<servers::Postgres>,
    url: String,
    /// After the server, which writes into it.
    _scratch: Scratch,
}

impl Postgres {
    /// Makes and starts one.
    pub async fn start() -> Self {
        let scratch = Scratch::new("postgres");
        let setup = Setup {
            folder: scratch.path().join("postgres"),
            guard: guard(),
            durability: Durability::None,
            port: None,
        };
        let server = blocking("starting Postgres", move || {
            let password = Password::random()?;
            servers::Postgres::start(&program(), &setup, &password, &[], &|_| ())
        })
        .await;
        let url = server.url("postgres");
        Self { server: Some(server), url, _scratch: scratch }
    }

    /// A database on it, as [`Database::prepared`].
    pub async fn database<P>(&self, prepare: P) -> Database
    where
        P: AsyncFnOnce(&mut PgConnection, &str) -> anyhow::Result<()>,
    {
        Database::prepared_on(&self.url, prepare).await
    }

    /// Stops it: connections are cut.
    pub async fn stop(&mut self) {
        self.with("stopping Postgres", |server| {
            server.stop();
            Ok(())
        })
        .await;
    }

    /// Kills it with all its processes, as a crash does.
    pub async fn kill(&mut self) {
        self.with("killing Postgres", |server| {
            server.kill();
            Ok(())
        })
        .await;
    }

    /// Starts it again at the same port on the same data, stopping it first if it runs.
    pub async fn restart(&mut self) {
        self.with("restarting Postgres", servers::Postgres::restart).await;
    }

    /// Lets it stand still (SIGSTOP) with all its connections open.
    pub async fn pause(&mut self) {
        self.with("pausing Postgres", |server| server.pause()).await;
    }

    /// Lets it run on.
    pub async fn resume(&mut self) {
        self.with("resuming Postgres", |server| server.resume()).await;
    }

    async fn with<F>(&mut self, doing: &str, step: F)
    where
        F: FnOnce(&mut servers::Postgres) -> Result<(), servers::Error> + Send + 'static,
    {
        let Some(mut server) = self.server.take() else {
            panic!("{doing}: an earlier step failed")
        };
        let stepped = blocking(doing, move || step(&mut server).map(|()| server));
        self.server = Some(stepped.await);
    }
}
