//! What may go wrong, goes wrong: on a real Postgres, a real nats-server, and toys that are
//! processes.
//!
//! ```text
//!  relays     a leader stopped and woken, an ack lost
//!  kills      each process, before and after commit, publish and ack
//!  broker     its store deleted, a message lost in the middle, a byte flipped on disk
//!  readers    two replicas with naks, copies and disorder, a newer version, a slow `after`
//!  stores     a reader's Postgres away
//!  letters    a poisoned event, replayed and dropped
//!
//!  world    servers, stores, links      caller   has facts said and knows what was accepted
//!  process  a toy                       account  lost, doubled, out of order
//!  stage    both at work, and a link    naks     what a reader gave back
//! ```

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test has no better plan than to fail"
)]

mod account;
mod broker;
mod caller;
mod kills;
mod letters;
mod naks;
mod process;
mod readers;
mod relays;
mod stage;
mod stores;
mod world;
