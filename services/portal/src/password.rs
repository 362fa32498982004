//! Passwords: Argon2id, and never more of them at once than this machine can bear.

use std::{sync::Arc, thread, time::Duration};

use argon2::{
    Argon2,
    password_hash::{PasswordHasher as _, PasswordVerifier as _, phc::PasswordHash},
};
use rpc::{Code, Error};
use secrecy::{ExposeSecret as _, SecretString};
use tokio::{sync::Semaphore, task::spawn_blocking, time::timeout};

/// The shortest password that is taken (NIST SP 800-63B asks for at least 8).
pub(crate) const SHORTEST: usize = 8;
/// The longest, so that nobody makes us hash a novel.
pub(crate) const LONGEST: usize = 256;

/// How long somebody waits for their turn before they are asked to come again.
const PATIENCE: Duration = Duration::from_secs(10);

/// What is verified where there is no password, so that the answer takes as long: a hash of the
/// usual effort that is nobody's.
const DECOY: &str = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA\
                     $AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// Hashes and verifies on threads of their own, as many at once as there are processors: each takes
/// 19 MiB and some 30 ms, and a flood of logins must not stop the rest.
#[derive(Debug, Clone)]
pub(crate) struct Passwords {
    turns: Arc<Semaphore>,
}

impl Passwords {
    /// With a turn for each processor.
    pub(crate) fn new() -> Self {
        let processors = thread::available_parallelism().map_or(1, usize::from);
        Self { turns: Arc::new(Semaphore::new(processors)) }
    }

    /// What to store of a password.
    pub(crate) async fn hash(&self, password: SecretString) -> Result<String, Error> {
        self.in_turn(move || {
            let hashed = Argon2::default().hash_password(password.expose_secret().as_bytes());
            hashed.map(|hash: PasswordHash| hash.to_string()).map_err(Error::internal)
        })
        .await?
    }

    /// Whether it is the password that `stored` was made of; as slow where nothing is stored.
    pub(crate) async fn verify(
        &self,
        password: SecretString,
        stored: Option<String>,
    ) -> Result<bool, Error> {
        self.in_turn(move || {
            let hash =
                PasswordHash::new(stored.as_deref().unwrap_or(DECOY)).map_err(Error::internal)?;
            let right =
                Argon2::default().verify_password(password.expose_secret().as_bytes(), &hash);
            Ok(right.is_ok() && stored.is_some())
        })
        .await?
    }

    async fn in_turn<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Error> {
        let turn = timeout(PATIENCE, self.turns.clone().acquire_owned()).await;
        let turn = turn.map_err(|_| {
            let message = "too many people are logging in; try again in a moment";
            Error::new(Code::ResourceExhausted, "logins-busy", message)
        })?;
        let turn = turn.map_err(Error::internal)?;
        let worked = spawn_blocking(move || {
            // Held by the thread, which works on even if nobody waits for it any more.
            let _turn = turn;
            work()
        });
        worked.await.map_err(Error::internal)
    }
}

#[cfg(test)]
mod tests {
    use argon2::Params;

    use super::*;

    fn secret(text: &str) -> SecretString {
        SecretString::from(text)
    }

    #[test]
    fn verifying_nobodys_password_takes_the_usual_effort() {
        let effort = |params: Params| (params.m_cost(), params.t_cost(), params.p_cost());
        let decoy = PasswordHash::new(DECOY).unwrap();
        assert_eq!(effort(Params::try_from(&decoy).unwrap()), effort(Params::default()));
    }

    #[tokio::test]
    async fn a_password_is_recognised_and_another_is_not() {
        let passwords = Passwords::new();
        let stored = passwords.hash(secret("correct horse")).await.unwrap();
        let verify = |text, stored| passwords.verify(secret(text), stored);
        assert!(verify("correct horse", Some(stored.clone())).await.unwrap());
        assert!(!verify("wrong horse", Some(stored)).await.unwrap());
        assert!(!verify("correct horse", None).await.unwrap());
    }
}
