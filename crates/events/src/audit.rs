//! What every service tells of its audit: how far the chain of its rows has come.
//!
//! The same on each stream. Whoever reads the stream keeps it, so that nobody can cut off the end
//! of the chain, or make it anew, with one store in their hands.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use crate::{
    EventType, Fact, Registered,
    words::{Aggregate, Service, Stream},
};

/// The key of a service's audit: a constant UUID (version 8: ours to lay out).
pub const fn audit_key(service: Service) -> Uuid {
    let number = match service {
        Service::Intake => 1,
        Service::Dispatch => 2,
        Service::EscalationTimer => 3,
        Service::CallbackSurvey => 4,
        Service::Notification => 5,
        Service::Portal => 6,
    };
    Uuid::from_u128(0x796a_0000_0000_8000_8000_0000_0001_0000 | number)
}

/// A fact about the audit of the service that says it. Key: [`audit_key`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditFact {
    /// The stream that carries it.
    pub stream: Stream,
    /// What it says.
    pub chained: AuditChainedV1,
}

/// The audit's rows are chained up to this link. Key: a constant UUID of the service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AuditChainedV1 {
    /// The link's place: from 1, without gaps.
    pub place: u64,
    /// SHA-256 of its row and of the link before it, in 64 hexadecimal digits.
    #[schemars(regex(pattern = "^[0-9a-f]{64}$"))]
    pub hash: String,
    /// When it was chained, by the machine's time.
    pub at: Timestamp,
}

impl AuditFact {
    /// What a service says of its own audit.
    pub const fn by(service: Service, chained: AuditChainedV1) -> Self {
        let stream = match service {
            Service::Intake => Stream::Intake,
            Service::Dispatch => Stream::Dispatch,
            Service::EscalationTimer => Stream::Escalation,
            Service::CallbackSurvey => Stream::Survey,
            Service::Notification => Stream::Notify,
            Service::Portal => Stream::Portal,
        };
        Self { stream, chained }
    }

    pub(crate) const REGISTRY: &'static [Registered] = &[
        Registered::chained(Stream::Intake),
        Registered::chained(Stream::Dispatch),
        Registered::chained(Stream::Escalation),
        Registered::chained(Stream::Survey),
        Registered::chained(Stream::Notify),
        Registered::chained(Stream::Portal),
    ];

    pub(crate) const fn event_type_on(stream: Stream) -> EventType {
        EventType { stream, aggregate: Aggregate::Audit, what: "chained", version: 1 }
    }

    /// Its type and version.
    pub const fn event_type(&self) -> EventType {
        Self::event_type_on(self.stream)
    }

    pub(crate) fn data(&self) -> Result<Value, serde_json::Error> {
        serde_json::to_value(&self.chained)
    }
}

impl From<AuditFact> for Fact {
    fn from(fact: AuditFact) -> Self {
        Self::Audit(fact)
    }
}
