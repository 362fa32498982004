use std::sync::Arc;

use events::words::Revision;

use crate::{
    campus::Campus,
    check,
    document::{Document, Source, Sources},
    node::Node,
    problem::{At, Problem},
    read::{Notes, Thing, Unknown},
    rules::Rules,
};

/// A set of documents that is right as a whole.
#[derive(Debug, Clone, PartialEq)]
pub struct Set {
    documents: Vec<Document>,
    rules: Rules,
}

impl Set {
    /// Reads and checks all documents of these files (name, text); one file may hold many.
    ///
    /// Every problem is reported at once, in the order of the files' names, except that what a set
    /// leaves open (routes, messages) is only looked for when all else is right.
    pub fn parse<'a>(
        files: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Result<Self, Vec<Problem>> {
        let mut reading = Reading::new(Unknown::Refused);
        for (name, text) in files {
            let file: Arc<str> = name.into();
            match Node::parse(text) {
                Ok(nodes) => {
                    for node in nodes {
                        reading.read(Source::new(&file, node));
                    }
                }
                Err((at, message)) => reading.unreadable(&file, at, message),
            }
        }
        reading.end(Revision::NONE)
    }

    /// Every document, in the order of the files.
    pub fn documents(&self) -> &[Document] {
        &self.documents
    }

    /// The rules that these documents make, as revision `revision`.
    pub fn into_rules(self, revision: Revision) -> Rules {
        Rules { revision, ..self.rules }
    }
}

impl Rules {
    /// The rules of documents that were checked when they became `revision`.
    ///
    /// A newer release may have checked them, so fields that are not known here are ignored and
    /// nothing is asked of the set as a whole but that it can be used.
    pub fn from_documents<'a>(
        revision: Revision,
        documents: impl IntoIterator<Item = &'a Document>,
    ) -> Result<Self, Vec<Problem>> {
        let mut reading = Reading::new(Unknown::Ignored);
        for document in documents {
            reading.read(Source::stored(document));
        }
        Ok(reading.end(revision)?.rules)
    }
}

struct Reading {
    unknown: Unknown,
    notes: Notes,
    campus: Campus,
    documents: Vec<Document>,
    sources: Sources,
    /// Whether every id that is given was found, so that others can be called unknown.
    all_named: bool,
}

impl Reading {
    fn new(unknown: Unknown) -> Self {
        Self {
            unknown,
            notes: Notes::default(),
            campus: Campus::default(),
            documents: Vec::new(),
            sources: Sources::new(),
            all_named: true,
        }
    }

    fn read(&mut self, source: Source) {
        match source.read(&mut self.campus, self.unknown, &mut self.notes) {
            Some(document) => {
                let key = (Thing::from(document.kind), document.id.to_string());
                self.sources.entry(key).or_insert(source);
                self.documents.push(document);
            }
            None => self.all_named = false,
        }
    }

    fn unreadable(&mut self, file: &str, at: At, message: String) {
        self.all_named = false;
        self.notes.problems.push(Problem::new(file, at, "", message));
    }

    fn end(self, revision: Revision) -> Result<Set, Vec<Problem>> {
        let Self { unknown, notes, campus, documents, sources, all_named } = self;
        let mut problems = check::repeated(&notes);
        if all_named {
            problems.extend(check::unknown(&notes));
        }
        problems.extend(check::cycles(&campus, &sources));
        problems.extend(notes.problems);
        if !problems.is_empty() {
            return Err(in_order(problems));
        }
        let calendars = check::calendars(&campus, &sources).map_err(in_order)?;
        if unknown == Unknown::Refused {
            let mut left_open = check::left_open(&campus, &sources);
            left_open.extend(check::missing_years(&campus, &sources));
            if !left_open.is_empty() {
                return Err(in_order(left_open));
            }
        }
        let campus = Arc::new(campus);
        Ok(Set { documents, rules: Rules { revision, campus, calendars } })
    }
}

fn in_order(mut problems: Vec<Problem>) -> Vec<Problem> {
    problems.sort();
    problems.dedup();
    problems
}
