//! The campus's documents as intake publishes them: one event per changed document.
//!
//! A revision is known only with the event that says it is the last one, so that no reader ever
//! sees half of one. All documents share one key, which gives them one order.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::words::{DocumentId, DocumentKind, Revision};

/// The key of every document: a constant UUID (version 8: ours to lay out).
pub const DEFINITION_KEY: Uuid = Uuid::from_u128(0x796a_0000_0000_8000_8000_0000_0000_0001);

facts! {
    /// A fact about the definitions. Key: [`DEFINITION_KEY`].
    DefinitionFact on Definition {
        /// A document is new, changed or removed.
        DocumentChanged(DocumentChangedV1) = Document "changed" v 1,
    }
}

/// A document is new, changed or removed. Key: one constant UUID for all documents.
///
/// The envelope's `revision` is the one *before*: the event must be readable by who does not know
/// this revision yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DocumentChangedV1 {
    /// The revision that it is part of.
    pub revision: Revision,
    /// What it defines.
    pub kind: DocumentKind,
    /// Its id, unique within its kind.
    pub id: DocumentId,
    /// The whole document; absent when it was removed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document: Option<Map<String, Value>>,
    /// The last one of its revision, which is known from here on.
    pub last: bool,
}
