//! The portal: the only place that people and programs talk to.
//!
//! It knows who somebody is, asks the service that owns a matter on their behalf, and keeps what
//! lists and timelines show in a store of its own, so that a board of 300 open repairs asks nobody.
//! It owns accounts, sessions and API keys, and no case.
//!
//! ```text
//!  people, programs ── HTTP/JSON ──> authenticate ── session or API key -> Subject
//!                                        │
//!            commands and questions      │                     boards
//!   intake dispatch timer survey ... <───┴───> timeline, lists (own store, by a Scope)
//!        gRPC, a token for 60 s                       ^
//!        signed with the key that                     │ once and in order per case
//!        GetKeys publishes                   INTAKE DISPATCH ESCALATION SURVEY NOTIFY DEFINITION
//! ```
//!
//! A command's answer says how far it moved the case (its head); the next list that is given the
//! head waits until the boards show it, for at most 500 ms. So people read their own writes.
//!
//! A session is opened by a password, or by unified login, which says who somebody is (`sso`).
//!
//! Names and phones of accounts are sealed; tokens are stored as hashes, passwords by Argon2id.

mod account;
mod authenticate;
mod commands;
mod facts;
mod grpc;
mod head;
mod http;
mod password;
mod peers;
mod people;
mod personal;
mod portal;
mod refusal;
mod secret;
mod sso;
mod store;
mod token_key;

use std::{net::SocketAddr, sync::Arc};

use anyhow::Context as _;
use delivery::Schema;
use revisions::Revisions;
use rpc::token::TokenSigner;
use runtime::{Host, Newest, Stage};
use sqlx::migrate::Migrator;
use tokio::net::TcpListener;
use tonic::service::Routes;

pub use commands::{AdministratorError, create_administrator, has_people};

use facts::Projection;
use portal::Portal;
use token_key::KeyRing;

static MIGRATOR: Migrator = sqlx::migrate!();

/// The schemas of its database, in the order in which they are migrated.
pub const SCHEMAS: [Schema; 2] =
    [revisions::SCHEMA, Schema { name: "portal", migrator: &MIGRATOR, compatible_from: 1 }];

/// Where it serves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Serving {
    /// gRPC, for the other services.
    pub rpc: SocketAddr,
    /// HTTP, for people and programs.
    pub http: SocketAddr,
}

/// Runs the portal until the shutdown: the same door for the program and for tests.
///
/// `serving` is told where its interfaces are.
pub async fn run(mut host: Host, serving: impl FnOnce(Serving)) -> anyhow::Result<()> {
    let signer = signer(&mut host)?;
    let keys = KeyRing::open(host.pool.clone(), host.clock.clone(), signer, host.tokens.clone());
    let keys = keys.await?;
    let delivery = host.delivery();
    let masters = host.masters()?;
    let sso = sso::Sso::open(&host.config, &mut host.files, &host.clock)?;
    let portal = Portal {
        delivery: delivery.clone(),
        peers: peers::Peers::new(|service| host.connect(service))?,
        key: keys.current(),
        masters: masters.clone(),
        passwords: password::Passwords::new(),
        revisions: Revisions::default(),
        sso: Arc::new(sso),
    };
    host.spawn(Stage::Last, "token key", |stop| keys.run(stop));
    host.deliver(Projection { revisions: portal.revisions.clone() })?;

    let routes = Routes::new(delivery_rpc::service(delivery.clone()));
    let rpc = host.serve(routes.add_service(grpc::service(delivery, masters))).await?;
    let http = serve(&mut host, portal).await?;
    serving(Serving { rpc, http });
    Ok(host.finish().await?)
}

/// Serves HTTP on its port; answers where that is.
async fn serve(host: &mut Host, portal: Portal) -> anyhow::Result<SocketAddr> {
    let address = host.config.http.listen;
    let listener = TcpListener::bind(address).await;
    let listener = listener
        .with_context(|| format!("cannot listen on {address}: is the port taken? (http.listen)"))?;
    let address = listener.local_addr()?;
    let router = http::router(portal, &host.meter);
    host.spawn(Stage::Work, "http", |stop| async move {
        axum::serve(listener, router).with_graceful_shutdown(stop.cancelled_owned()).await
    });
    Ok(address)
}

/// What tokens are signed with; a changed file counts without a restart.
fn signer(host: &mut Host) -> anyhow::Result<Newest<TokenSigner>> {
    let file = host.config.keys.token_file.clone();
    let file = file.context("keys.token_file is missing: the portal signs tokens with it")?;
    let (installation, clock) = (host.config.installation.clone(), host.clock.clone());
    let signer = move |contents: &[Vec<u8>]| {
        Ok(TokenSigner::new(installation.clone(), clock.clone(), first(contents))?)
    };
    Ok(host.files.watch(vec![file], signer)?)
}

fn first(contents: &[Vec<u8>]) -> &[u8] {
    contents.first().map(Vec::as_slice).unwrap_or_default()
}

/// The description of the HTTP interface (`OpenAPI` 3.1), as it is served.
///
/// Fails for no description that this crate makes: the error is that of the serialiser's signature.
pub fn openapi() -> Result<serde_json::Value, serde_json::Error> {
    serde_json::to_value(http::description())
}
