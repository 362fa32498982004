use std::{borrow::Cow, cmp::Ordering, fmt, hash, marker::PhantomData, str::FromStr};

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use uuid::Uuid;

/// What an [`Id`] points to.
pub trait Kind {
    /// The word for it, as people and error messages use it.
    const NAME: &'static str;
}

/// A UUID that knows what it points to.
///
/// On the wire it is the plain hyphenated UUID.
pub struct Id<K> {
    uuid: Uuid,
    kind: PhantomData<fn() -> K>,
}

impl<K> Id<K> {
    /// The id with this value.
    pub const fn from_uuid(uuid: Uuid) -> Self {
        Self { uuid, kind: PhantomData }
    }

    /// Its value, for a store or an envelope.
    pub const fn uuid(self) -> Uuid {
        self.uuid
    }
}

// Derives would ask `K: Clone` and so on of marker types that have no values.
impl<K> Clone for Id<K> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<K> Copy for Id<K> {}
impl<K> PartialEq for Id<K> {
    fn eq(&self, other: &Self) -> bool {
        self.uuid == other.uuid
    }
}
impl<K> Eq for Id<K> {}
impl<K> PartialOrd for Id<K> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
impl<K> Ord for Id<K> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.uuid.cmp(&other.uuid)
    }
}
impl<K> hash::Hash for Id<K> {
    fn hash<H: hash::Hasher>(&self, state: &mut H) {
        self.uuid.hash(state);
    }
}
impl<K> fmt::Debug for Id<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.uuid, f)
    }
}
impl<K> fmt::Display for Id<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.uuid, f)
    }
}

/// A text that is not the id of a `kind`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotAnId {
    kind: &'static str,
    text: String,
}

impl fmt::Display for NotAnId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "`{}` is the id of no {}: it must be a UUID such as 0190a5b2-0000-7000-8000-000000000001",
            self.text, self.kind
        )
    }
}

impl std::error::Error for NotAnId {}

impl<K: Kind> FromStr for Id<K> {
    type Err = NotAnId;

    fn from_str(text: &str) -> Result<Self, NotAnId> {
        let uuid = Uuid::try_parse(text)
            .map_err(|_| NotAnId { kind: K::NAME, text: text.chars().take(64).collect() })?;
        Ok(Self::from_uuid(uuid))
    }
}

impl<K> Serialize for Id<K> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.uuid.serialize(serializer)
    }
}

impl<'de, K> Deserialize<'de> for Id<K> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Uuid::deserialize(deserializer).map(Self::from_uuid)
    }
}

impl<K> JsonSchema for Id<K> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        Uuid::schema_name()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        Uuid::json_schema(generator)
    }
}

#[cfg(test)]
mod tests {
    use crate::{CaseId, PersonId};

    const TEXT: &str = "0190a5b2-0000-7000-8000-000000000001";

    #[test]
    fn an_id_is_its_uuid_on_the_wire() {
        let id: CaseId = TEXT.parse().unwrap();
        assert_eq!(serde_json::to_string(&id).unwrap(), format!("\"{TEXT}\""));
        assert_eq!(serde_json::from_str::<CaseId>(&format!("\"{TEXT}\"")).unwrap(), id);
        assert_eq!(id.to_string(), TEXT);
    }

    #[test]
    fn a_wrong_id_is_refused_by_the_word_for_what_it_should_name() {
        let refusal = "2026-09-000123".parse::<PersonId>().unwrap_err().to_string();
        assert!(refusal.starts_with("`2026-09-000123` is the id of no person"), "{refusal}");
    }
}
