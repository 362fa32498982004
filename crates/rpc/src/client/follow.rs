use std::{collections::BTreeSet, sync::Arc, time::Duration};

use events::words::Service;
use http::Uri;
use tokio::{
    sync::{mpsc, watch},
    time::{MissedTickBehavior, interval},
};
use tonic::transport::{Channel, Endpoint, channel::Change};

use crate::tls::Credentials;

const RESOLVE_EACH: Duration = Duration::from_secs(1);
const CONNECT_WITHIN: Duration = Duration::from_secs(3);
const KEEP_ALIVE: Duration = Duration::from_secs(10);

/// `host:port`, the host being a name or an address.
type Authority = String;

/// How every connection is opened and kept.
pub(super) fn endpoint(uri: Uri) -> Endpoint {
    Endpoint::from(uri)
        .connect_timeout(CONNECT_WITHIN)
        .http2_keep_alive_interval(KEEP_ALIVE)
        .keep_alive_timeout(KEEP_ALIVE)
        .keep_alive_while_idle(true)
        .tcp_nodelay(true)
}

/// Where the connections go to.
#[derive(Debug, Clone)]
pub(super) enum Replicas {
    /// To each address of this name.
    Resolved { host: String, port: u16 },
    /// To this one.
    Given(Authority),
}

/// Follows the replicas of a service: new ones get a connection at once, old ones lose theirs, an
/// empty or failed answer changes nothing. New credentials replace all connections.
pub(super) struct Follow {
    replicas: Replicas,
    callee: Service,
    credentials: watch::Receiver<Arc<Credentials>>,
    known: BTreeSet<Authority>,
}

impl Follow {
    pub(super) fn new(
        replicas: Replicas,
        callee: Service,
        credentials: watch::Receiver<Arc<Credentials>>,
    ) -> Self {
        Self { replicas, callee, credentials, known: BTreeSet::new() }
    }

    /// A channel over all replicas that there are, by the less busy of two taken at random.
    pub(super) fn start(self) -> Channel {
        let (channel, changes) = Channel::balance_channel(64);
        tokio::spawn(self.run(changes));
        channel
    }

    /// Ends when nobody uses the channel any more.
    async fn run(mut self, changes: mpsc::Sender<Change<Authority, Endpoint>>) {
        let mut each = interval(RESOLVE_EACH);
        each.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut renewable = true;
        loop {
            let renewed = tokio::select! {
                () = changes.closed() => return,
                _ = each.tick() => false,
                changed = self.credentials.changed(), if renewable => {
                    // When nobody can renew them any more, those that there are still count.
                    renewable = changed.is_ok();
                    renewable
                }
            };
            for change in self.update(renewed).await {
                if changes.send(change).await.is_err() {
                    return;
                }
            }
        }
    }

    async fn update(&mut self, renewed: bool) -> Vec<Change<Authority, Endpoint>> {
        let found = self.look_up().await;
        let Step { gone, new } = step(&mut self.known, found, renewed);
        let new = new.into_iter().filter_map(|authority| {
            let endpoint = self.endpoint(&authority)?;
            Some(Change::Insert(authority, endpoint))
        });
        gone.into_iter().map(Change::Remove).chain(new).collect()
    }

    async fn look_up(&self) -> BTreeSet<Authority> {
        let (host, port) = match &self.replicas {
            Replicas::Given(authority) => return BTreeSet::from([authority.clone()]),
            Replicas::Resolved { host, port } => (host, *port),
        };
        match tokio::net::lookup_host((host.as_str(), port)).await {
            Ok(addresses) => addresses.map(|address| address.to_string()).collect(),
            Err(error) => {
                tracing::debug!(host, %error, "a name could not be resolved");
                BTreeSet::new()
            }
        }
    }

    fn endpoint(&self, authority: &Authority) -> Option<Endpoint> {
        let uri = Uri::try_from(format!("https://{authority}")).ok()?;
        let credentials = self.credentials.borrow().clone();
        credentials
            .secure(endpoint(uri), self.callee)
            .inspect_err(|error| tracing::warn!(authority, %error, "a replica cannot be used"))
            .ok()
    }
}

/// What one look at the replicas changes.
#[derive(Debug, PartialEq, Eq)]
struct Step {
    gone: Vec<Authority>,
    new: Vec<Authority>,
}

/// Goes from `known` to what was `found`; `renewed` connects to all of them anew.
fn step(known: &mut BTreeSet<Authority>, found: BTreeSet<Authority>, renewed: bool) -> Step {
    let now = if found.is_empty() { known.clone() } else { found };
    let gone = known.difference(&now).cloned().collect();
    let new = now.iter().filter(|one| renewed || !known.contains(*one)).cloned().collect();
    *known = now;
    Step { gone, new }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(ports: &[u16]) -> BTreeSet<Authority> {
        ports.iter().map(|port| format!("10.0.0.1:{port}")).collect()
    }

    fn stepped(known: &[u16], found: &[u16], renewed: bool) -> (BTreeSet<Authority>, Step) {
        let mut known = set(known);
        let step = step(&mut known, set(found), renewed);
        (known, step)
    }

    fn of(gone: &[u16], new: &[u16]) -> Step {
        Step { gone: set(gone).into_iter().collect(), new: set(new).into_iter().collect() }
    }

    #[test]
    fn a_new_replica_is_added_and_an_old_one_removed_at_once() {
        assert_eq!(stepped(&[1, 2], &[2, 3], false), (set(&[2, 3]), of(&[1], &[3])));
    }

    #[test]
    fn an_empty_answer_changes_nothing() {
        assert_eq!(stepped(&[1, 2], &[], false), (set(&[1, 2]), of(&[], &[])));
    }

    #[test]
    fn new_credentials_replace_every_connection() {
        assert_eq!(stepped(&[1, 2], &[1, 2], true), (set(&[1, 2]), of(&[], &[1, 2])));
        assert_eq!(stepped(&[1, 2], &[], true), (set(&[1, 2]), of(&[], &[1, 2])));
    }
}
