//! One service as the program runs it, with the rest of its installation played by the test.
//!
//! ```text
//!  Site ─── its database, its files, its configuration, its time; nobody else is there
//!    │ start ──> Replica ── a running service: a channel, stop, kill
//!  World ── a Site with a broker: other services say what the test lets them say
//!             say, tell, put ──> streams ──> Replica ──> facts (outbox), published (stream)
//! ```
//!
//! Its portal is a key, its people are tokens, and time moves only by hand. A replica is started
//! by the service's own door, and stopped, killed and doubled as often as wanted.
//!
//! ```text
//!  Gateway, Postbox ── where messages leave to: text messages, systems and robots; mail
//! ```
//!
//! They take, refuse, throttle, hang and drop as the test says, and keep what they were given.
//!
//! Everything panics rather than return an error: a test has no better plan.

#![expect(
    clippy::missing_panics_doc,
    clippy::unwrap_used,
    reason = "a test has no better plan than to fail"
)]

mod certificate;
mod gateway;
mod people;
mod postbox;
mod replica;
mod site;
mod world;

use std::net::SocketAddr;

use futures::future::BoxFuture;
use runtime::Host;

pub use gateway::{Answer, Gateway};
pub use people::{account, id, somebody};
pub use postbox::{Postbox, Reply, mail_body};
pub use replica::Replica;
pub use site::Site;
pub use world::World;

/// Is told where the service serves.
pub type Serving = Box<dyn FnOnce(SocketAddr) + Send>;

/// A service's door, such as `|host, serving| Box::pin(dispatch::run(host, serving))`.
pub type Door = fn(Host, Serving) -> BoxFuture<'static, anyhow::Result<()>>;
