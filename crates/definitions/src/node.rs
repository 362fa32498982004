use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{Error, MapAccess, SeqAccess, Visitor},
};
use serde_json::{Map, Number, Value};
use serde_saphyr::{DuplicateKeyPolicy, Location, Spanned};

use crate::problem::At;

/// How deep a document nests at most. Ours need half of it; each level costs some 30 KiB of stack
/// in a debug build.
const MOST_DEPTH: usize = 16;

/// A value of a document that knows where it stands in its file.
///
/// Documents are read in two steps, first into this tree and then into types, because a person who
/// corrects a campus wants every mistake at once and serde ends with the first.
#[derive(Debug, Clone)]
pub(crate) struct Node {
    pub(crate) at: At,
    pub(crate) value: Yaml,
}

#[derive(Debug, Clone)]
pub(crate) enum Yaml {
    Null,
    Bool(bool),
    Number(Number),
    Text(String),
    List(Vec<Node>),
    /// In the order of the file, repeated keys included.
    Map(Vec<Entry>),
}

#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub(crate) key: String,
    pub(crate) at: At,
    pub(crate) node: Node,
}

impl Node {
    /// The documents of a file, or where it stops being YAML and why.
    pub(crate) fn parse(text: &str) -> Result<Vec<Self>, (At, String)> {
        let options = serde_saphyr::options! {
            budget: serde_saphyr::budget! { max_depth: MOST_DEPTH },
            duplicate_keys: DuplicateKeyPolicy::PassThrough,
            leading_zero_numbers_as_strings: true,
            strict_booleans: true,
            with_snippet: false,
        };
        serde_saphyr::from_multiple_with_options(text, options).map_err(|error| {
            let at = error.location().map(At::from).unwrap_or_default();
            let told = error.without_snippet().to_string();
            let place = format!(" at line {}, column {}", at.line, at.column);
            (at, format!("cannot be read as YAML: {}", told.strip_suffix(&place).unwrap_or(&told)))
        })
    }

    /// The same as JSON; of a repeated key the last value.
    pub(crate) fn json(&self) -> Value {
        match &self.value {
            Yaml::Null => Value::Null,
            Yaml::Bool(value) => Value::Bool(*value),
            Yaml::Number(number) => Value::Number(number.clone()),
            Yaml::Text(text) => Value::String(text.clone()),
            Yaml::List(nodes) => Value::Array(nodes.iter().map(Self::json).collect()),
            Yaml::Map(entries) => Value::Object(json(entries)),
        }
    }

    /// The value below a path of keys, as far as it goes.
    pub(crate) fn below(&self, path: &[&str]) -> &Self {
        let mut node = self;
        for key in path {
            let Yaml::Map(entries) = &node.value else { return node };
            let Some(entry) = entries.iter().find(|entry| entry.key == *key) else { return node };
            node = &entry.node;
        }
        node
    }

    /// What it is, for a refusal.
    pub(crate) fn is(&self) -> &'static str {
        match self.value {
            Yaml::Null => "nothing",
            Yaml::Bool(_) => "true or false",
            Yaml::Number(_) => "a number",
            Yaml::Text(_) => "a text",
            Yaml::List(_) => "a list",
            Yaml::Map(_) => "a table of fields",
        }
    }
}

/// Entries as a JSON object.
pub(crate) fn json(entries: &[Entry]) -> Map<String, Value> {
    entries.iter().map(|entry| (entry.key.clone(), entry.node.json())).collect()
}

impl From<&Value> for Node {
    fn from(value: &Value) -> Self {
        let value = match value {
            Value::Null => Yaml::Null,
            Value::Bool(value) => Yaml::Bool(*value),
            Value::Number(number) => Yaml::Number(number.clone()),
            Value::String(text) => Yaml::Text(text.clone()),
            Value::Array(values) => Yaml::List(values.iter().map(Self::from).collect()),
            Value::Object(map) => return Self::from(map),
        };
        Self { at: At::default(), value }
    }
}

impl From<&Map<String, Value>> for Node {
    fn from(map: &Map<String, Value>) -> Self {
        let entry = |(key, value): (&String, &Value)| Entry {
            key: key.clone(),
            at: At::default(),
            node: Self::from(value),
        };
        Self { at: At::default(), value: Yaml::Map(map.iter().map(entry).collect()) }
    }
}

impl From<Location> for At {
    fn from(location: Location) -> Self {
        Self { line: location.line(), column: location.column() }
    }
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Spanned { value, referenced, .. } = Spanned::<Yaml>::deserialize(deserializer)?;
        Ok(Self { at: referenced.into(), value })
    }
}

impl<'de> Deserialize<'de> for Yaml {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyValue)
    }
}

struct AnyValue;

impl<'de> Visitor<'de> for AnyValue {
    type Value = Yaml;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Yaml, E> {
        Ok(Yaml::Null)
    }

    fn visit_none<E>(self) -> Result<Yaml, E> {
        Ok(Yaml::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Yaml, E> {
        Ok(Yaml::Bool(value))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Yaml, E> {
        Ok(Yaml::Number(number.into()))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Yaml, E> {
        Ok(Yaml::Number(number.into()))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Yaml, E> {
        Number::from_f64(number)
            .map(Yaml::Number)
            .ok_or_else(|| E::custom("a number must be finite"))
    }

    fn visit_str<E>(self, text: &str) -> Result<Yaml, E> {
        Ok(Yaml::Text(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Yaml, A::Error> {
        let mut nodes = Vec::new();
        while let Some(node) = items.next_element()? {
            nodes.push(node);
        }
        Ok(Yaml::List(nodes))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Yaml, A::Error> {
        let mut entries = Vec::new();
        while let Some(key) = map.next_key::<Spanned<String>>()? {
            let node = map.next_value()?;
            entries.push(Entry { key: key.value, at: key.referenced.into(), node });
        }
        Ok(Yaml::Map(entries))
    }
}
