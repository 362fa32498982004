//! Calling another service.

mod call;
mod channel;
mod follow;
mod target;

pub use call::Call;
pub use channel::{Channel, ConnectError, Connector};
pub use target::{InvalidTarget, Target, is_loopback};
