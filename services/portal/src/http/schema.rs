//! The words of the trade as the description lists them, and what every refusal looks like.

use std::{collections::BTreeMap, fmt::Display};

use authz::Role;
use events::words::{
    AlarmKind, Asked, CaseKind, Channel, Commitment, ContactOutcome, End, HoldReason, Level,
    ReleaseCause, Service, Urgency, Verdict,
};
use rpc::Problem;
use serde_json::Value;
use utoipa::{
    IntoResponses, ToSchema,
    openapi::{
        ContentBuilder, Object, ObjectBuilder, Ref, RefOr, Response, ResponseBuilder,
        schema::{SchemaType, Type},
    },
};

fn one_of<W: Display>(words: &[W]) -> Object {
    ObjectBuilder::new()
        .schema_type(SchemaType::Type(Type::String))
        .enum_values(Some(words.iter().map(ToString::to_string)))
        .build()
}

/// The same for a field that is null where there is none, or one that a newer service speaks.
fn one_or_none<W: Display>(words: &[W]) -> Object {
    let words = words.iter().map(|word| Value::String(word.to_string()));
    ObjectBuilder::new()
        .schema_type(SchemaType::Array(vec![Type::String, Type::Null]))
        .enum_values(Some(words.chain([Value::Null])))
        .build()
}

/// A function for each list of words, as `schema_with` takes it.
macro_rules! lists {
    ($($name:ident = $list:ident of $words:expr;)+) => {$(
        pub(super) fn $name() -> Object {
            $list($words)
        }
    )+};
}

lists! {
    kind = one_of of CaseKind::ALL;
    kind_or_none = one_or_none of CaseKind::ALL;
    channel = one_of of Channel::ALL;
    channel_or_none = one_or_none of Channel::ALL;
    alarm_kind_or_none = one_or_none of AlarmKind::ALL;
    urgency = one_of of Urgency::ALL;
    urgency_or_none = one_or_none of Urgency::ALL;
    level = one_of of Level::ALL;
    level_or_none = one_or_none of Level::ALL;
    commitment_or_none = one_or_none of Commitment::ALL;
    outcome = one_of of ContactOutcome::ALL;
    disposal = one_of of &[End::Duplicate, End::NotOurs, End::Refused, End::Test];
    end_or_none = one_or_none of End::ALL;
    verdict_or_none = one_or_none of Verdict::ALL;
    asked = one_of of Asked::ALL;
    asked_or_none = one_or_none of Asked::ALL;
    hold_reason = one_of of HoldReason::ALL;
    hold_reason_or_none = one_or_none of HoldReason::ALL;
    release_cause_or_none = one_or_none of ReleaseCause::ALL;
    service = one_of of Service::ALL;
    role = one_of of &Role::ALL;
}

/// Why a request was not done (RFC 9457).
#[derive(ToSchema)]
#[schema(as = Problem)]
#[expect(dead_code, reason = "only its shape counts: it is `rpc::Problem`")]
pub(super) struct ProblemShape {
    /// Always `about:blank`: `reason` says more.
    r#type: String,
    /// The same for the same status.
    title: String,
    /// The HTTP status.
    status: u16,
    /// What happened this time, for people.
    detail: String,
    /// Stable, for programs.
    #[schema(example = "case-closed")]
    reason: String,
    /// What is wrong with each field; absent if nothing is.
    violations: Option<Vec<ViolationShape>>,
}

/// What is wrong with one field.
#[derive(ToSchema)]
#[schema(as = Violation)]
#[expect(dead_code, reason = "only its shape counts: it is `rpc::FieldViolation`")]
pub(super) struct ViolationShape {
    /// Its path in the request; in a document `<file>:<line>:<column> <path>`.
    field: String,
    /// What is wrong, and what is allowed.
    description: String,
}

/// The answer of every refusal.
pub(super) struct Refused;

impl IntoResponses for Refused {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        let content = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
        let response = ResponseBuilder::new()
            .description("Why it was not done")
            .content(Problem::MEDIA_TYPE, content)
            .build();
        BTreeMap::from([("default".to_owned(), response.into())])
    }
}
