//! The gRPC server of a service.

mod authenticate;
mod observe;

use std::{future::Future, io, net::SocketAddr, sync::Arc, time::Duration};

use authz::{Action, Decision, Relations, Scope, Subject};
use clock::AccountId;
use events::words::Level;
use opentelemetry::metrics::Meter;
use tokio::{net::TcpListener, sync::watch};
use tonic::service::Routes;
use tonic_reflection::server::Builder;

use crate::{
    Code, Error,
    tls::{Credentials, accept},
    token::{Refusal, TokenVerifier},
};

use authenticate::Authenticate;
use observe::Observe;

/// A handler has this long, or as long as its caller says, if that is shorter.
const DEADLINE: Duration = Duration::from_secs(30);

/// Connections are asked to go after 10 min, so that callers spread over new replicas.
const CONNECTION_AGE: Duration = Duration::from_mins(10);

/// Pings on idle connections, and the wait for their answer.
const KEEP_ALIVE: Duration = Duration::from_secs(10);

/// A bound gRPC server that is not serving yet.
///
/// It adds to a service's own [`Routes`]: health (`grpc.health.v1`) and reflection, which need no
/// token; the check of tokens and peers before every other call; a span, a duration and one log
/// line for each failure; deadlines and the age of connections.
#[derive(Debug)]
pub struct Server {
    listener: TcpListener,
    address: SocketAddr,
    credentials: Option<watch::Receiver<Arc<Credentials>>>,
    spread: f64,
    listed: Vec<&'static str>,
}

/// An address that cannot be listened on.
#[derive(Debug, thiserror::Error)]
pub enum BindError {
    /// The system refuses it.
    #[error("cannot listen on {address}: is the port taken?")]
    Refused {
        /// The address.
        address: SocketAddr,
        /// Why.
        source: io::Error,
    },
    /// Plaintext would be heard by others.
    #[error("plaintext gRPC is for loopback alone: give certificates ([tls]) to listen on {0}")]
    Plaintext(SocketAddr),
}

impl Server {
    /// Binds `address`, port 0 for any: over mutual TLS if there are credentials, else over
    /// plaintext, on loopback alone.
    pub async fn bind(
        address: SocketAddr,
        credentials: Option<watch::Receiver<Arc<Credentials>>>,
    ) -> Result<Self, BindError> {
        if credentials.is_none() && !address.ip().is_loopback() {
            return Err(BindError::Plaintext(address));
        }
        let refused = |source| BindError::Refused { address, source };
        let listener = TcpListener::bind(address).await.map_err(refused)?;
        let address = listener.local_addr().map_err(refused)?;
        Ok(Self { listener, address, credentials, spread: 0.0, listed: Vec::new() })
    }

    /// Where it listens.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Spreads the age of connections by up to a tenth: `random` from 0 to 1, each replica its own,
    /// so that their callers do not all reconnect at once.
    #[must_use]
    pub fn spread(self, random: f64) -> Self {
        Self { spread: random.clamp(0.0, 1.0), ..self }
    }

    /// Has reflection list these interfaces, of all that are described, and no others.
    #[must_use]
    pub fn listing(self, listed: impl Into<Vec<&'static str>>) -> Self {
        Self { listed: listed.into(), ..self }
    }

    /// Serves until `stop`; then accepts nothing, says GOAWAY, finishes the calls that run and
    /// returns.
    ///
    /// `descriptors` is an encoded `FileDescriptorSet` with all that `routes` serve.
    pub async fn serve(
        self,
        routes: Routes,
        descriptors: &[u8],
        tokens: Arc<TokenVerifier>,
        meter: &Meter,
        stop: impl Future<Output = ()> + Send,
    ) -> Result<(), ServeError> {
        let (health, health_service) = tonic_health::server::health_reporter();
        let reflection = Builder::configure().register_encoded_file_descriptor_set(descriptors);
        let listed = self.listed.into_iter();
        let reflection = listed.fold(reflection, Builder::with_service_name);
        let reflection = reflection.build_v1()?;
        let routes = routes.add_service(health_service).add_service(reflection);
        let stop = async {
            stop.await;
            health.set_service_status("", tonic_health::ServingStatus::NotServing).await;
        };
        tonic::transport::Server::builder()
            .timeout(DEADLINE)
            // No grace: with one, tonic 0.14 cuts the connection and never says GOAWAY.
            .max_connection_age(CONNECTION_AGE.mul_f64(1.0 + self.spread / 10.0))
            .http2_keepalive_interval(Some(KEEP_ALIVE))
            .http2_keepalive_timeout(Some(KEEP_ALIVE))
            .layer(Observe::new(meter))
            .layer(Authenticate::new(tokens))
            .add_routes(routes)
            .serve_with_incoming_shutdown(accept(self.listener, self.credentials), stop)
            .await?;
        Ok(())
    }
}

/// A server that cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The descriptors are not what reflection can read.
    #[error("the descriptor set cannot be read")]
    Descriptors(#[from] tonic_reflection::server::Error),
    /// The transport failed.
    #[error("the gRPC server failed")]
    Transport(#[from] tonic::transport::Error),
}

/// Who asks, as verified before the handler was called.
pub fn subject<M>(request: &tonic::Request<M>) -> Result<&Subject, Error> {
    request.extensions().get::<Subject>().ok_or_else(|| Refusal::Missing.into())
}

/// Refuses what the policy denies, as `not-permitted`.
pub fn authorize(
    subject: &Subject,
    action: Action,
    relations: Relations,
    level: Level,
) -> Result<(), Error> {
    match authz::decide(subject, action, relations, level) {
        Decision::Allowed => Ok(()),
        Decision::Denied => Err(not_permitted(format!("you may not do this: {action}"))),
    }
}

/// What of a list somebody may see; who may see nothing of it at all is refused as `not-permitted`.
pub fn scope(subject: &Subject, action: Action) -> Result<Scope, Error> {
    authz::scope(subject, action)
        .ok_or_else(|| not_permitted(format!("you may not do this: {action}")))
}

/// The account of who asks; a service has none and is refused as `not-permitted`.
pub fn account(subject: &Subject) -> Result<AccountId, Error> {
    let account = subject.principal.account();
    account.ok_or_else(|| not_permitted("this needs an account".to_owned()))
}

fn not_permitted(message: String) -> Error {
    Error::new(Code::PermissionDenied, "not-permitted", message)
}
