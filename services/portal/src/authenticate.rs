//! Who asks: a session or a key of a service account.

use authz::{Action, Relations, Subject, decide};
use delivery::Delivery;
use events::words::{Channel, Level};
use jiff::Timestamp;
use rpc::Code;

use crate::{
    refusal::Refusal,
    secret::{self, Hash, Kind},
    store::{api_keys, sessions},
};

/// Who asks, as far as was verified.
#[derive(Debug, Clone)]
pub(crate) struct Identity {
    pub(crate) subject: Subject,
    /// When they last proved who they are, in machine time.
    pub(crate) authenticated_at: Timestamp,
    /// The session that they came by; none for a key.
    pub(crate) session: Option<Hash>,
}

impl Identity {
    /// Refuses what the policy denies of what concerns no case.
    pub(crate) fn permit(&self, action: Action) -> Result<(), Refusal> {
        Ok(rpc::authorize(&self.subject, action, Relations::NONE, Level::Public)?)
    }

    /// How what they report came in, if they do not say: whoever takes what others report is called
    /// by them, and whoever reports for themselves does it here.
    pub(crate) fn usual_channel(&self) -> Channel {
        let action = Action::AcceptCase;
        let takes = decide(&self.subject, action, Relations::NONE, Level::Public).is_allowed();
        if takes { Channel::Hotline } else { Channel::Web }
    }
}

/// Whose token it is, if it counts.
pub(crate) async fn bearer(delivery: &Delivery, token: &str) -> Result<Identity, Refusal> {
    let machine = delivery.clock().machine();
    let refused = |reason, message| Err(Refusal::new(Code::Unauthenticated, reason, message));
    let Some((kind, hash)) = secret::read(token) else {
        return refused("token-malformed", "this is neither a session nor an API key: log in");
    };
    match kind {
        Kind::LoginCode => refused("token-malformed", "this is no session yet: change it for one"),
        Kind::Session => {
            match sessions::find(delivery.pool(), &hash, delivery.clock().now()).await? {
                None => refused("session-unknown", "this session has ended: log in again"),
                Some(session) if session.expires_at <= machine => {
                    refused("session-expired", "this session has expired: log in again")
                }
                Some(session) if session.is_closed => {
                    refused("account-closed", "this account is closed")
                }
                Some(session) => Ok(Identity {
                    subject: session.standing.subject(),
                    authenticated_at: session.authenticated_at,
                    session: Some(hash),
                }),
            }
        }
        Kind::ApiKey => match api_keys::find(delivery.pool(), &hash).await? {
            None => refused("api-key-unknown", "there is no such API key"),
            Some(key) if key.revoked_at.is_some() => {
                refused("api-key-revoked", "this API key was revoked")
            }
            Some(key) if key.expires_at <= machine => {
                refused("api-key-expired", "this API key has expired")
            }
            Some(key) => Ok(Identity {
                subject: key.standing.subject(),
                authenticated_at: machine,
                session: None,
            }),
        },
    }
}
