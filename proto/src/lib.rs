//! The gRPC interface of every service, generated from `proto/yizhan/<service>/v1/<service>.proto`.
//!
//! The comments in those files are the reference: shapes, units, and the stable reason of each
//! error, which `xtask check` compares with the code. Commands answer a [`delivery::v1::Head`], so that a reader can wait for their effect;
//! their `Idempotency-Key` and the token of whoever asks travel in the metadata (crate `rpc`).
//!
//! ```text
//!   words.v1  <- intake.v1  dispatch.v1  escalation_timer.v1  callback_survey.v1  notification.v1
//!   delivery.v1 (served by every service)                     portal.v1 (keys of tokens)
//! ```
//!
//! Messages end in the adapters: inside a service there are the types of crate `events`. The enums
//! that both know are converted here, once for all adapters.

#![expect(clippy::allow_attributes_without_reason, reason = "generated clients and servers")]

mod vocabulary;

pub use vocabulary::Unspecified;

/// All files above with what they import, as server reflection wants it.
pub const DESCRIPTORS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/descriptors.bin"));

/// Declares the module of one generated package.
macro_rules! package {
    ($($(#[$doc:meta])* $name:ident = $package:literal;)*) => {
        $($(#[$doc])*
        pub mod $name {
            /// Version 1.
            #[expect(clippy::pedantic, missing_docs, reason = "generated")]
            pub mod v1 {
                tonic::include_proto!($package);
            }
        })*
    };
}

package! {
    /// The words of the trade that several services speak.
    words = "yizhan.words.v1";
    /// What every service answers about its own events.
    delivery = "yizhan.delivery.v1";
    /// Contacts, cases and the definitions.
    intake = "yizhan.intake.v1";
    /// Work orders and their offers.
    dispatch = "yizhan.dispatch.v1";
    /// Clocks and ladders.
    escalation_timer = "yizhan.escalation_timer.v1";
    /// Callbacks and answers.
    callback_survey = "yizhan.callback_survey.v1";
    /// Messages and what became of them.
    notification = "yizhan.notification.v1";
    /// The keys of internal tokens.
    portal = "yizhan.portal.v1";
}
