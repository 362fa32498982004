use std::{io, time::Duration};

use events::words::Stream;
use sqlx::{Connection, PgConnection, PgPool};
use tokio_util::{sync::CancellationToken, task::AbortOnDropHandle};

/// Between two pings, and between two attempts to lead.
const PING: Duration = Duration::from_secs(1);
/// How long the store may take to answer, before it is taken for silent.
const PATIENCE: Duration = Duration::from_secs(3);
/// The server ends the session of a process that is stopped or cut off for as long, and the lock
/// with it. An advisory lock alone would be held for ever.
const IDLE_SESSION_TIMEOUT: &str = "5s";

/// The leadership over one stream's relay, for economy only: the fence is the stream.
///
/// Dropped, it is given up.
#[derive(Debug)]
pub(super) struct Leader {
    lost: CancellationToken,
    _ping: AbortOnDropHandle<()>,
}

impl Leader {
    /// Waits until nobody else leads.
    ///
    /// On a connection of its own: one from the pool would outlive the leadership.
    pub(super) async fn elect(pool: &PgPool, stream: Stream) -> Result<Self, sqlx::Error> {
        let mut connection = in_time(connect(pool)).await?;
        while !in_time(try_lock(&mut connection, stream)).await? {
            tokio::time::sleep(PING).await;
        }
        tracing::info!(stream = stream.name(), "leads the relay");
        let lost = CancellationToken::new();
        let ping = tokio::spawn(ping(connection, lost.clone().drop_guard()));
        Ok(Self { lost, _ping: AbortOnDropHandle::new(ping) })
    }

    /// Waits until the lock is gone.
    pub(super) async fn lost(&self) {
        self.lost.cancelled().await;
    }
}

/// Gives up on a store that is silent: it would keep a candidate waiting for ever.
async fn in_time<T>(
    answer: impl Future<Output = Result<T, sqlx::Error>>,
) -> Result<T, sqlx::Error> {
    let silent = || sqlx::Error::Io(io::ErrorKind::TimedOut.into());
    tokio::time::timeout(PATIENCE, answer).await.unwrap_or_else(|_| Err(silent()))
}

async fn connect(pool: &PgPool) -> Result<PgConnection, sqlx::Error> {
    let mut connection = PgConnection::connect_with(&pool.connect_options()).await?;
    sqlx::query_scalar!(
        "select set_config('idle_session_timeout', $1, false)",
        IDLE_SESSION_TIMEOUT
    )
    .fetch_one(&mut connection)
    .await?;
    Ok(connection)
}

async fn try_lock(connection: &mut PgConnection, stream: Stream) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar!(
        r#"select pg_try_advisory_lock(hashtextextended('delivery.relay ' || $1, 0)) as "leads!""#,
        stream.name()
    )
    .fetch_one(connection)
    .await
}

/// Keeps the session awake until it fails; the guard then tells the leader.
async fn ping(mut connection: PgConnection, _lost: tokio_util::sync::DropGuard) {
    loop {
        tokio::time::sleep(PING).await;
        match tokio::time::timeout(PATIENCE, connection.ping()).await {
            Ok(Ok(())) => {}
            Ok(Err(_)) | Err(_) => return,
        }
    }
}
