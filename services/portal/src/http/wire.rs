//! Values of gRPC as JSON says them, and back.

use jiff::Timestamp;
use rpc::Error;

use crate::refusal::Refusal;

/// An instant of the wire; one that is left out or out of range is none.
pub(super) fn instant(at: Option<prost_types::Timestamp>) -> Option<Timestamp> {
    let at = at?;
    Timestamp::new(at.seconds, at.nanos).ok()
}

/// A word of the trade; UNSPECIFIED, and one that a newer service speaks, is none.
pub(super) fn word<P, W>(value: i32) -> Option<W>
where
    P: TryFrom<i32>,
    W: TryFrom<P>,
{
    W::try_from(P::try_from(value).ok()?).ok()
}

/// The word for a value of an enum that is gRPC's alone: `WORK_ORDER_STATE_IN_PROGRESS` without its
/// prefix is `in-progress`; UNSPECIFIED is none.
pub(super) fn lower(name: &str, prefix: &str) -> Option<String> {
    let rest = name.strip_prefix(prefix)?;
    (rest != "UNSPECIFIED").then(|| rest.to_lowercase().replace('_', "-"))
}

/// A parameter in such words: the value, or what is allowed.
pub(super) fn upper<P>(
    field: &str,
    text: Option<&str>,
    prefix: &str,
    allowed: &[&str],
    named: impl Fn(&str) -> Option<P>,
) -> Result<Option<P>, Refusal> {
    let Some(text) = text else { return Ok(None) };
    let is_allowed = allowed.contains(&text);
    let name = format!("{prefix}{}", text.to_uppercase().replace('-', "_"));
    match named(&name).filter(|_| is_allowed) {
        Some(value) => Ok(Some(value)),
        None => Err(Refusal::field(field, format!("must be one of {}", allowed.join(", ")))),
    }
}

/// A field that another service always sends.
pub(super) fn sent<T>(value: Option<T>, what: &str) -> Result<T, Refusal> {
    let missing = || Error::internal(format!("the answer of another service has no {what}"));
    Ok(value.ok_or_else(missing)?)
}

/// A text that is empty where there is none.
pub(super) fn some(text: String) -> Option<String> {
    Some(text).filter(|text| !text.is_empty())
}
