use std::{collections::BTreeMap, fmt, str::FromStr, sync::Arc};

use events::words::{DepartmentId, DocumentId, DocumentKind};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{
    campus::Campus,
    node::{Node, Yaml, json},
    problem::{Problem, instead},
    read::{Cursor, Notes, Thing, Unknown, fields, parsed},
    template::Occasion,
};

/// What `apiVersion` must say.
const API_VERSION: &str = "yizhan/v1";

/// The most bytes of a document as JSON: it must fit into one event.
const MOST_BYTES: usize = 48 * 1024;

/// One document as it is stored and travels in events: `apiVersion`, `kind`, `metadata`, `spec`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Document {
    /// What it defines.
    pub kind: DocumentKind,
    /// Its name, unique within its kind.
    pub id: DocumentId,
    /// All of it.
    pub value: Map<String, Value>,
}

/// How a document differs from one set to the next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// What it defines.
    pub kind: DocumentKind,
    /// Its name.
    pub id: DocumentId,
    /// What it is now; `None` if it was removed.
    pub document: Option<Map<String, Value>>,
}

/// What must be told to come from one set to the other, by kind and id.
pub fn diff(old: &[Document], new: &[Document]) -> Vec<Change> {
    fn by_id(documents: &[Document]) -> BTreeMap<(DocumentKind, &DocumentId), &Map<String, Value>> {
        documents.iter().map(|one| ((one.kind, &one.id), &one.value)).collect()
    }
    let (old, new) = (by_id(old), by_id(new));
    let removed = old.keys().filter(|key| !new.contains_key(key)).map(|key| (key, None));
    let changed = new.iter().filter(|(key, value)| old.get(key) != Some(value));
    let told: BTreeMap<_, _> =
        removed.chain(changed.map(|(key, value)| (key, Some((*value).clone())))).collect();
    let change = |(key, document): (&(DocumentKind, &DocumentId), _)| Change {
        kind: key.0,
        id: key.1.clone(),
        document,
    };
    told.into_iter().map(change).collect()
}

/// A document with the file that it stands in.
#[derive(Debug)]
pub(crate) struct Source {
    file: Arc<str>,
    node: Node,
}

/// Where to find the documents again, to say where a set is wrong as a whole.
pub(crate) type Sources = BTreeMap<(Thing, String), Source>;

impl Source {
    pub(crate) fn new(file: &Arc<str>, node: Node) -> Self {
        Self { file: Arc::clone(file), node }
    }

    /// A document that came without a file.
    pub(crate) fn stored(document: &Document) -> Self {
        let file = format!("{} {}", KindWord(document.kind), document.id).into();
        Self { file, node: Node::from(&document.value) }
    }

    /// A problem of the field at `path`.
    pub(crate) fn problem(&self, path: &[&str], message: String) -> Problem {
        Problem::new(&self.file, self.node.below(path).at, &path.join("."), message)
    }

    /// Reads what it defines into the campus; `None` if not even that can be told.
    pub(crate) fn read(
        &self,
        campus: &mut Campus,
        unknown: Unknown,
        notes: &mut Notes,
    ) -> Option<Document> {
        let mut known = None;
        let mut cursor = Cursor::new(&self.node, &self.file, unknown, notes);
        fields(&mut cursor, |f| {
            f.required("apiVersion", version);
            let kind = f.required("kind", parsed::<KindWord>);
            let id = f.required("metadata", |cursor| {
                fields(cursor, |f| f.required("name", |cursor| name(kind?.0, cursor)))
            });
            known = kind.map(|kind| kind.0).zip(id);
            f.required("spec", |cursor| {
                let (kind, id) = known.as_ref()?;
                campus.read(*kind, id, cursor)
            })
        });
        let (kind, id) = known?;
        let Yaml::Map(entries) = &self.node.value else { return None };
        let value = json(entries);
        let bytes = Value::Object(value.clone()).to_string().len();
        if unknown == Unknown::Refused && bytes > MOST_BYTES {
            return cursor.refuse(format!(
                "is {bytes} bytes as JSON: a document has at most {MOST_BYTES} (48 KiB), so split it"
            ));
        }
        Some(Document { kind, id, value })
    }
}

fn version(cursor: &mut Cursor<'_>) -> Option<()> {
    let text: String = parsed(cursor)?;
    if text == API_VERSION { Some(()) } else { cursor.refuse(format!("must be `{API_VERSION}`")) }
}

/// The name of a document, by the rules of its kind.
fn name(kind: DocumentKind, cursor: &mut Cursor<'_>) -> Option<DocumentId> {
    match kind {
        DocumentKind::Department => parsed::<DepartmentId>(cursor).map(drop)?,
        DocumentKind::Template => parsed::<Occasion>(cursor).map(drop)?,
        DocumentKind::ServiceItem
        | DocumentKind::Place
        | DocumentKind::Route
        | DocumentKind::Ladder
        | DocumentKind::Calendar
        | DocumentKind::Policy => {}
    }
    let id = parsed(cursor);
    cursor.gives(kind.into(), id)
}

/// The word of a kind in `kind:`, as Kubernetes writes it.
#[derive(Debug, Clone, Copy)]
struct KindWord(DocumentKind);

impl KindWord {
    const fn word(self) -> &'static str {
        match self.0 {
            DocumentKind::ServiceItem => "ServiceItem",
            DocumentKind::Department => "Department",
            DocumentKind::Place => "Place",
            DocumentKind::Route => "Route",
            DocumentKind::Ladder => "Ladder",
            DocumentKind::Calendar => "Calendar",
            DocumentKind::Policy => "Policy",
            DocumentKind::Template => "Template",
        }
    }
}

impl fmt::Display for KindWord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl FromStr for KindWord {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut kinds = DocumentKind::ALL.iter().copied().map(Self);
        kinds.find(|kind| kind.word() == text).ok_or_else(|| {
            let known = DocumentKind::ALL.iter().map(|kind| Self(*kind).word());
            format!("there is no kind `{text}`{}", instead(text, known))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(id: &str, text: &str) -> Document {
        let mut value = Map::new();
        value.insert("spec".to_owned(), Value::String(text.to_owned()));
        Document { kind: DocumentKind::Ladder, id: id.parse().unwrap(), value }
    }

    #[test]
    fn a_difference_tells_what_is_new_changed_and_removed_and_nothing_else() {
        let old = [document("a", "same"), document("b", "old"), document("d", "gone")];
        let new = [document("c", "new"), document("b", "changed"), document("a", "same")];
        let told: Vec<_> = diff(&old, &new)
            .into_iter()
            .map(|change| (change.id.to_string(), change.document.is_some()))
            .collect();
        let expected = [("b", true), ("c", true), ("d", false)];
        assert_eq!(told, expected.map(|(id, there)| (id.to_owned(), there)));
        assert_eq!(diff(&new, &new), []);
    }

    #[test]
    fn a_kind_is_written_as_kubernetes_writes_it() {
        for kind in DocumentKind::ALL {
            let word = KindWord(*kind).word();
            assert_eq!(word.parse::<KindWord>().unwrap().0, *kind);
        }
        let refusal = "Serviceitem".parse::<KindWord>().unwrap_err();
        assert_eq!(refusal, "there is no kind `Serviceitem`; did you mean `ServiceItem`?");
    }
}
