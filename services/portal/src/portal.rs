//! What every request needs: the store, the others, the keys.

use std::{sync::Arc, time::Duration};

use clock::{Clock, RandomIds};
use delivery::Delivery;
use revisions::Revisions;
use rpc::Call;
use runtime::Newest;
use sealing::Masters;
use sqlx::PgPool;

use crate::{
    authenticate::Identity, password::Passwords, peers::Peers, refusal::Refusal, sso::Sso,
    token_key::CurrentKey,
};

/// How long another service may take for one call.
const DEADLINE: Duration = Duration::from_secs(5);

/// The same for all definitions or people: as long as a handler is given.
const LONG_DEADLINE: Duration = Duration::from_secs(30);

/// The same for what an answer is complete without.
const PASSING: Duration = Duration::from_millis(500);

/// The portal, as its handlers see it. Cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct Portal {
    pub(crate) delivery: Delivery,
    pub(crate) peers: Peers,
    pub(crate) key: CurrentKey,
    pub(crate) masters: Newest<Masters>,
    pub(crate) passwords: Passwords,
    pub(crate) revisions: Revisions,
    pub(crate) sso: Arc<Sso>,
}

impl Portal {
    pub(crate) fn pool(&self) -> &PgPool {
        self.delivery.pool()
    }

    pub(crate) fn clock(&self) -> &Clock {
        self.delivery.clock()
    }

    pub(crate) fn ids(&self) -> RandomIds {
        RandomIds::new(self.clock().clone())
    }

    /// What seals names: the master key of now.
    pub(crate) fn masters(&self) -> Arc<Masters> {
        self.masters.borrow().clone()
    }

    /// A call on behalf of whoever asks, with a token that is good for a minute.
    pub(crate) fn on_behalf(&self, of: &Identity) -> Result<Call, Refusal> {
        self.within(DEADLINE, of)
    }

    /// The same, for a call with a whole campus in it.
    pub(crate) fn on_behalf_at_length(&self, of: &Identity) -> Result<Call, Refusal> {
        self.within(LONG_DEADLINE, of)
    }

    /// The same, for what an answer is complete without.
    pub(crate) fn on_behalf_in_passing(&self, of: &Identity) -> Result<Call, Refusal> {
        self.within(PASSING, of)
    }

    fn within(&self, deadline: Duration, of: &Identity) -> Result<Call, Refusal> {
        let token = self.key.signer().sign(&of.subject, of.authenticated_at)?;
        Ok(Call::within(deadline).on_behalf(&token)?)
    }
}
