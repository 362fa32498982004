use std::fmt;

use clock::WorkOrderId;
use schemars::JsonSchema;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

use crate::{
    audit::{AuditChainedV1, AuditFact},
    definition::DefinitionFact,
    dispatch::DispatchFact,
    escalation::EscalationFact,
    intake::IntakeFact,
    notify::NotifyFact,
    schema,
    survey::SurveyFact,
    words::{Aggregate, DepartmentId, Service, Stream},
};

/// The type and version of an event: `intake.case.accepted.v1`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EventType {
    /// The stream on which it is published, and by that its producer.
    pub stream: Stream,
    /// What it is about.
    pub aggregate: Aggregate,
    /// What happened, in the past tense.
    pub what: &'static str,
    /// The version of its data, from 1.
    pub version: u32,
}

impl EventType {
    /// The service that alone publishes it.
    pub const fn producer(self) -> Service {
        self.stream.producer()
    }

    /// The type without its version: `intake.case.accepted`.
    pub fn name(self) -> String {
        format!("{}.{}.{}", self.stream, self.aggregate, self.what)
    }

    /// The subject on which it is published; `department` for facts about a work order.
    ///
    /// ```text
    ///  intake.case.accepted.v1                   <stream>.<aggregate>.<what>.v<version>
    ///  dispatch.water.workorder.offered.v1       <stream>.<department>.<aggregate>.<what>.v<version>
    /// ```
    fn subject(self, department: Option<&DepartmentId>) -> String {
        match department {
            None => self.to_string(),
            Some(department) => {
                let Self { stream, aggregate, what, version } = self;
                format!("{stream}.{department}.{aggregate}.{what}.v{version}")
            }
        }
    }
}

impl fmt::Display for EventType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { stream, aggregate, what, version } = self;
        write!(f, "{stream}.{aggregate}.{what}.v{version}")
    }
}

/// The data of one version of an event.
///
/// Within a version only optional fields are added (`#[serde(default)]`, left out when absent), and
/// readers ignore fields that they do not know. Any other change is a new type, V2 beside V1, that
/// is read one release before it is written.
pub trait Payload: Serialize + DeserializeOwned + JsonSchema + Into<Fact> {
    /// Whose data it is.
    const TYPE: EventType;
}

/// One event version that this release knows.
#[derive(Debug, Clone, Copy)]
pub struct Registered {
    /// Its type and version.
    pub event_type: EventType,
    read: fn(EventType, Value) -> Result<Fact, serde_json::Error>,
    schema: fn() -> Value,
}

impl Registered {
    pub(crate) const fn of<P: Payload>() -> Self {
        Self {
            event_type: P::TYPE,
            read: |_, data| serde_json::from_value::<P>(data).map(Into::into),
            schema: schema::of::<P>,
        }
    }

    /// The one event that is the same on several streams.
    pub(crate) const fn chained(stream: Stream) -> Self {
        Self {
            event_type: AuditFact::event_type_on(stream),
            read: |EventType { stream, .. }, data| {
                let chained = serde_json::from_value(data)?;
                Ok(AuditFact { stream, chained }.into())
            },
            schema: schema::of::<AuditChainedV1>,
        }
    }

    /// The fact in the `data` of such an event.
    pub fn read(&self, data: Value) -> Result<Fact, serde_json::Error> {
        (self.read)(self.event_type, data)
    }

    /// The JSON Schema of its `data`.
    pub fn schema(&self) -> Value {
        (self.schema)()
    }
}

/// Every event version that this release knows, by stream.
pub fn registry() -> impl Iterator<Item = &'static Registered> {
    [
        IntakeFact::REGISTRY,
        DispatchFact::REGISTRY,
        EscalationFact::REGISTRY,
        SurveyFact::REGISTRY,
        NotifyFact::REGISTRY,
        DefinitionFact::REGISTRY,
        AuditFact::REGISTRY,
    ]
    .into_iter()
    .flatten()
}

/// A fact that one service tells all others, by the stream that carries it.
///
/// A new stream or event makes every exhaustive match ask what it means there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fact {
    /// About contacts and cases.
    Intake(IntakeFact),
    /// About work orders and the completion of a cycle.
    Dispatch(DispatchFact),
    /// About clocks and rungs.
    Escalation(EscalationFact),
    /// About callbacks and the judgement of a cycle.
    Survey(SurveyFact),
    /// About messages.
    Notify(NotifyFact),
    /// About the campus's documents.
    Definition(DefinitionFact),
    /// About the audit of the service that says it, on each stream.
    Audit(AuditFact),
}

impl Fact {
    /// Its type and version.
    pub fn event_type(&self) -> EventType {
        match self {
            Self::Intake(fact) => fact.event_type(),
            Self::Dispatch(fact) => fact.event_type(),
            Self::Escalation(fact) => fact.event_type(),
            Self::Survey(fact) => fact.event_type(),
            Self::Notify(fact) => fact.event_type(),
            Self::Definition(fact) => fact.event_type(),
            Self::Audit(fact) => fact.event_type(),
        }
    }

    /// Its type without the version, as people say it: `intake.case.accepted`.
    pub fn name(&self) -> String {
        self.event_type().name()
    }

    /// The stream that carries it.
    pub fn stream(&self) -> Stream {
        self.event_type().stream
    }

    /// The subject on which it is published. Nothing else builds subjects.
    pub fn subject(&self) -> String {
        self.event_type().subject(self.on_work_order().map(|(department, _)| department))
    }

    /// The work order that it is about, if it is about one.
    pub fn work_order(&self) -> Option<WorkOrderId> {
        self.on_work_order().map(|(_, work_order)| work_order)
    }

    fn on_work_order(&self) -> Option<(&DepartmentId, WorkOrderId)> {
        match self {
            Self::Dispatch(fact) => fact.work_order(),
            Self::Intake(_)
            | Self::Escalation(_)
            | Self::Survey(_)
            | Self::Notify(_)
            | Self::Definition(_)
            | Self::Audit(_) => None,
        }
    }

    /// Its data as JSON.
    ///
    /// Fails for no fact of this crate: the error is that of the serialiser's signature.
    pub fn data(&self) -> Result<Value, serde_json::Error> {
        match self {
            Self::Intake(fact) => fact.data(),
            Self::Dispatch(fact) => fact.data(),
            Self::Escalation(fact) => fact.data(),
            Self::Survey(fact) => fact.data(),
            Self::Notify(fact) => fact.data(),
            Self::Definition(fact) => fact.data(),
            Self::Audit(fact) => fact.data(),
        }
    }
}

/// Declares the enum of one stream's facts and registers each of their versions.
macro_rules! facts {
    ($(#[$doc:meta])* $name:ident on $stream:ident {
        $($(#[$about:meta])* $variant:ident($payload:ident) = $aggregate:ident $what:literal v $version:literal,)+
    }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub enum $name {
            $($(#[$about])* $variant($payload),)+
        }

        impl $name {
            pub(crate) const REGISTRY: &'static [$crate::fact::Registered] =
                &[$($crate::fact::Registered::of::<$payload>()),+];

            /// Its type and version.
            pub const fn event_type(&self) -> $crate::EventType {
                match self {
                    $(Self::$variant(_) => <$payload as $crate::Payload>::TYPE,)+
                }
            }

            pub(crate) fn data(&self) -> Result<serde_json::Value, serde_json::Error> {
                match self {
                    $(Self::$variant(payload) => serde_json::to_value(payload),)+
                }
            }
        }

        impl From<$name> for $crate::Fact {
            fn from(fact: $name) -> Self {
                Self::$stream(fact)
            }
        }

        $(
            impl $crate::Payload for $payload {
                const TYPE: $crate::EventType = $crate::EventType {
                    stream: $crate::words::Stream::$stream,
                    aggregate: $crate::words::Aggregate::$aggregate,
                    what: $what,
                    version: $version,
                };
            }

            impl From<$payload> for $name {
                fn from(payload: $payload) -> Self {
                    Self::$variant(payload)
                }
            }

            impl From<$payload> for $crate::Fact {
                fn from(payload: $payload) -> Self {
                    Self::$stream($name::$variant(payload))
                }
            }
        )+
    };
}
