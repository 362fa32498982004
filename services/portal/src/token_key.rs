//! The key that internal tokens are signed with, which changes without a restart.
//!
//! ```text
//!  file ── changed ──> noted in the store ──> published by GetKeys ──> signed with
//! ```
//!
//! A new key is published before anything is signed with it, and the one before is published for an
//! hour after its last replica has left it. So no service ever refuses a token of ours.

use std::{sync::Arc, time::Duration};

use clock::Clock;
use rpc::token::{TokenSigner, TokenVerifier};
use runtime::Newest;
use sqlx::PgPool;
use tokio::{
    sync::watch,
    time::{MissedTickBehavior, interval},
};
use tokio_util::sync::CancellationToken;

use crate::store::token_keys;

/// How often a replica says what it signs with, and learns what the others do.
const NOTE_EACH: Duration = Duration::from_secs(20);

/// What is signed with now.
#[derive(Debug, Clone)]
pub(crate) struct CurrentKey(watch::Receiver<Arc<TokenSigner>>);

impl CurrentKey {
    /// The signer.
    pub(crate) fn signer(&self) -> Arc<TokenSigner> {
        self.0.borrow().clone()
    }
}

/// Follows the file of the key.
pub(crate) struct KeyRing {
    pool: PgPool,
    clock: Clock,
    file: Newest<TokenSigner>,
    used: watch::Sender<Arc<TokenSigner>>,
    verifier: Arc<TokenVerifier>,
}

impl KeyRing {
    /// Begins with the key of the file, which is published when this returns. `verifier` is the
    /// portal's own.
    pub(crate) async fn open(
        pool: PgPool,
        clock: Clock,
        file: Newest<TokenSigner>,
        verifier: Arc<TokenVerifier>,
    ) -> Result<Self, sqlx::Error> {
        let used = watch::Sender::new(file.borrow().clone());
        let ring = Self { pool, clock, file, used, verifier };
        ring.publish().await?;
        Ok(ring)
    }

    /// What is signed with, now and later.
    pub(crate) fn current(&self) -> CurrentKey {
        CurrentKey(self.used.subscribe())
    }

    /// Follows the file until `stop`. While the store is away, the key stays as it is.
    pub(crate) async fn run(mut self, stop: CancellationToken) {
        let mut each = interval(NOTE_EACH);
        each.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                _ = each.tick() => {}
                Ok(()) = self.file.changed() => {}
            }
            if let Err(error) = self.publish().await {
                tracing::warn!(%error, "the token key is not published anew yet");
            }
        }
    }

    async fn publish(&self) -> Result<(), sqlx::Error> {
        let signer = self.file.borrow().clone();
        let machine = self.clock.machine();
        token_keys::note(&self.pool, signer.key(), machine).await?;
        let published = token_keys::published(&self.pool, machine).await?;
        self.verifier.replace_keys(&published);
        self.used.send_replace(signer);
        Ok(())
    }
}
