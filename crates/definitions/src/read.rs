//! Reading types from nodes, noting every problem on the way instead of ending with the first.
//!
//! A reader is a function from a [`Cursor`] to `Option<T>`; `None` means that it has noted why.
//! Readers are put together from smaller ones:
//!
//! ```text
//!  fields(cursor, |f| {                              every field is read before any `?`,
//!      let names = f.required("names", names);       so that all problems are noted
//!      let rungs = f.required("rungs", list(reference(Thing::Post)));
//!      Some(Ladder { names: names?, rungs: rungs? })
//!  })                                                then: fields that nobody asked for
//! ```

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Display,
    ops::RangeInclusive,
    str::FromStr,
    sync::Arc,
};

use events::words::DocumentKind;

use crate::{
    node::{Entry, Node, Yaml},
    problem::{At, Problem, instead},
};

/// What has an id that others refer to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Thing {
    Item,
    Category,
    Place,
    Phone,
    Department,
    Post,
    Route,
    Ladder,
    Calendar,
    Policy,
    Template,
}

impl Thing {
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Item => "item",
            Self::Category => "category",
            Self::Place => "place",
            Self::Phone => "campus phone",
            Self::Department => "department",
            Self::Post => "post",
            Self::Route => "route",
            Self::Ladder => "ladder",
            Self::Calendar => "calendar",
            Self::Policy => "policy",
            Self::Template => "template",
        }
    }
}

impl From<DocumentKind> for Thing {
    fn from(kind: DocumentKind) -> Self {
        match kind {
            DocumentKind::ServiceItem => Self::Item,
            DocumentKind::Department => Self::Department,
            DocumentKind::Place => Self::Place,
            DocumentKind::Route => Self::Route,
            DocumentKind::Ladder => Self::Ladder,
            DocumentKind::Calendar => Self::Calendar,
            DocumentKind::Policy => Self::Policy,
            DocumentKind::Template => Self::Template,
        }
    }
}

/// An id at a place of a file: where it is given, or where it is used.
#[derive(Debug)]
pub(crate) struct Named {
    pub(crate) thing: Thing,
    pub(crate) id: String,
    file: Arc<str>,
    at: At,
    field: String,
}

impl Named {
    pub(crate) fn problem(&self, message: String) -> Problem {
        Problem::new(&self.file, self.at, &self.field, message)
    }

    /// Where it stands, for a refusal of another.
    pub(crate) fn place(&self) -> String {
        match self.at.line {
            0 => self.file.to_string(),
            line => format!("{}:{line}", self.file),
        }
    }
}

/// What is noted while documents are read.
#[derive(Debug, Default)]
pub(crate) struct Notes {
    pub(crate) problems: Vec<Problem>,
    /// Ids that are given.
    pub(crate) given: Vec<Named>,
    /// Ids that are referred to.
    pub(crate) used: Vec<Named>,
    /// Of these not every id could be read, so that none can be called unknown.
    pub(crate) unread: BTreeSet<Thing>,
}

/// Whether fields that nobody asks for are a problem.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unknown {
    /// They are a person's slip.
    Refused,
    /// They are a newer release's.
    Ignored,
}

/// A node that is being read, and where it stands.
pub(crate) struct Cursor<'a> {
    pub(crate) node: &'a Node,
    file: &'a Arc<str>,
    field: String,
    pub(crate) unknown: Unknown,
    notes: &'a mut Notes,
}

impl<'a> Cursor<'a> {
    /// At the top of a document.
    pub(crate) fn new(
        node: &'a Node,
        file: &'a Arc<str>,
        unknown: Unknown,
        notes: &'a mut Notes,
    ) -> Self {
        Self { node, file, field: String::new(), unknown, notes }
    }

    /// Notes that this node is wrong.
    pub(crate) fn refuse<T>(&mut self, message: impl Into<String>) -> Option<T> {
        self.notes.problems.push(Problem::new(self.file, self.node.at, &self.field, message));
        None
    }

    /// Notes that something below this node is wrong.
    pub(crate) fn refuse_below<T>(
        &mut self,
        path: &[&str],
        message: impl Into<String>,
    ) -> Option<T> {
        let field = path.iter().fold(self.field.clone(), |field, name| join(&field, name));
        let at = self.node.below(path).at;
        self.notes.problems.push(Problem::new(self.file, at, &field, message));
        None
    }

    /// Notes that this node gives a `thing` its id, or should.
    pub(crate) fn gives<Id: Display>(&mut self, thing: Thing, id: Option<Id>) -> Option<Id> {
        match &id {
            Some(id) => {
                let named = self.named(thing, id.to_string());
                self.notes.given.push(named);
            }
            None => {
                self.notes.unread.insert(thing);
            }
        }
        id
    }

    /// Notes that this node refers to a `thing`.
    fn uses(&mut self, thing: Thing, id: &impl Display) {
        let named = self.named(thing, id.to_string());
        self.notes.used.push(named);
    }

    fn named(&self, thing: Thing, id: String) -> Named {
        let (file, at, field) = (Arc::clone(self.file), self.node.at, self.field.clone());
        Named { thing, id, file, at, field }
    }

    fn wrong_kind<T>(&mut self, wanted: &str) -> Option<T> {
        let found = self.node.is();
        let hint = match (&self.node.value, wanted) {
            (Yaml::Number(number), "a text") => format!(": write it as \"{number}\""),
            _ => String::new(),
        };
        self.refuse(format!("must be {wanted}, not {found}{hint}"))
    }

    fn child<'b>(&'b mut self, node: &'b Node, field: String) -> Cursor<'b> {
        Cursor { node, file: self.file, field, unknown: self.unknown, notes: self.notes }
    }
}

/// The fields of a table that is being read.
pub(crate) struct Fields<'c, 'a> {
    cursor: &'c mut Cursor<'a>,
    entries: &'a [Entry],
    known: Vec<&'static str>,
}

/// Reads a table of named fields.
pub(crate) fn fields<'a, T>(
    cursor: &mut Cursor<'a>,
    read: impl FnOnce(&mut Fields<'_, 'a>) -> Option<T>,
) -> Option<T> {
    let node = cursor.node;
    let Yaml::Map(entries) = &node.value else { return cursor.wrong_kind("a table of fields") };
    let mut fields = Fields { cursor, entries, known: Vec::new() };
    fields.refuse_repeated();
    let value = read(&mut fields);
    fields.refuse_unknown();
    value
}

impl Fields<'_, '_> {
    /// The value of a field that must be there.
    pub(crate) fn required<T>(
        &mut self,
        name: &'static str,
        read: impl FnOnce(&mut Cursor<'_>) -> Option<T>,
    ) -> Option<T> {
        match self.optional(name, read)? {
            Some(value) => Some(value),
            None => self.cursor.refuse(format!("the field `{name}` is missing")),
        }
    }

    /// The value of a field that may be left out; the outer `None` means that it is wrong.
    #[expect(clippy::option_option, reason = "wrong, left out and given are three things")]
    pub(crate) fn optional<T>(
        &mut self,
        name: &'static str,
        read: impl FnOnce(&mut Cursor<'_>) -> Option<T>,
    ) -> Option<Option<T>> {
        self.known.push(name);
        let Some(entry) = self.entries.iter().find(|entry| entry.key == name) else {
            return Some(None);
        };
        let field = join(&self.cursor.field, name);
        read(&mut self.cursor.child(&entry.node, field)).map(Some)
    }

    /// Notes that the table as a whole is wrong.
    pub(crate) fn refuse<T>(&mut self, message: impl Into<String>) -> Option<T> {
        self.cursor.refuse(message)
    }

    /// Notes that something below one of its fields is wrong.
    pub(crate) fn refuse_below<T>(
        &mut self,
        path: &[&str],
        message: impl Into<String>,
    ) -> Option<T> {
        self.cursor.refuse_below(path, message)
    }

    fn refuse_repeated(&mut self) {
        let mut seen = BTreeSet::new();
        for entry in self.entries {
            if !seen.insert(entry.key.as_str()) {
                self.refuse_key(entry, format!("the field `{}` is given twice", entry.key));
            }
        }
    }

    fn refuse_unknown(&mut self) {
        if self.cursor.unknown == Unknown::Ignored {
            return;
        }
        for entry in self.entries {
            if !self.known.contains(&entry.key.as_str()) {
                let hint = instead(&entry.key, self.known.iter().copied());
                self.refuse_key(entry, format!("there is no field `{}`{hint}", entry.key));
            }
        }
    }

    fn refuse_key(&mut self, entry: &Entry, message: String) {
        let field = join(&self.cursor.field, &entry.key);
        let problem = Problem::new(self.cursor.file, entry.at, &field, message);
        self.cursor.notes.problems.push(problem);
    }
}

fn join(field: &str, name: &str) -> String {
    if field.is_empty() { name.to_owned() } else { format!("{field}.{name}") }
}

/// A text that says something.
pub(crate) fn text(cursor: &mut Cursor<'_>) -> Option<String> {
    match &cursor.node.value {
        Yaml::Text(text) if text.trim().is_empty() => cursor.refuse("must not be empty"),
        // No store keeps it.
        Yaml::Text(text) if text.contains('\0') => {
            cursor.refuse("holds a character that is none (U+0000): leave it out")
        }
        Yaml::Text(text) => Some(text.clone()),
        Yaml::Null | Yaml::Bool(_) | Yaml::Number(_) | Yaml::List(_) | Yaml::Map(_) => {
            cursor.wrong_kind("a text")
        }
    }
}

/// `true` or `false`.
pub(crate) fn yes(cursor: &mut Cursor<'_>) -> Option<bool> {
    match &cursor.node.value {
        Yaml::Bool(value) => Some(*value),
        Yaml::Null | Yaml::Text(_) | Yaml::Number(_) | Yaml::List(_) | Yaml::Map(_) => {
            cursor.wrong_kind("true or false")
        }
    }
}

/// A whole number in a range.
pub(crate) fn count(range: RangeInclusive<u16>) -> impl Fn(&mut Cursor<'_>) -> Option<u16> {
    move |cursor| {
        let number = match &cursor.node.value {
            Yaml::Number(number) => number.as_u64().and_then(|number| u16::try_from(number).ok()),
            Yaml::Null | Yaml::Text(_) | Yaml::Bool(_) | Yaml::List(_) | Yaml::Map(_) => {
                return cursor.wrong_kind("a whole number");
            }
        };
        number.filter(|number| range.contains(number)).or_else(|| {
            let (least, most) = (range.start(), range.end());
            cursor.refuse(format!("must be a whole number from {least} to {most}"))
        })
    }
}

/// A text with a meaning of its own; its own words refuse it.
pub(crate) fn parsed<T>(cursor: &mut Cursor<'_>) -> Option<T>
where
    T: FromStr<Err: Display>,
{
    match text(cursor)?.parse() {
        Ok(value) => Some(value),
        Err(refusal) => cursor.refuse(refusal.to_string()),
    }
}

/// The id of a `thing` that is put together from what it belongs to and its own part.
pub(crate) fn composed<Id>(
    thing: Thing,
    whole: impl Fn(&str) -> String,
) -> impl Fn(&mut Cursor<'_>) -> Option<(Id, String)>
where
    Id: FromStr<Err: Display> + Display,
{
    move |cursor| {
        let part = text(cursor);
        let id = part.as_ref().and_then(|part| match whole(part).parse() {
            Ok(id) => Some(id),
            Err(refusal) => cursor.refuse(Id::Err::to_string(&refusal)),
        });
        cursor.gives(thing, id).zip(part)
    }
}

/// The id of a `thing` that must exist.
pub(crate) fn reference<T>(thing: Thing) -> impl Fn(&mut Cursor<'_>) -> Option<T>
where
    T: FromStr<Err: Display> + Display,
{
    move |cursor| {
        let id = parsed(cursor)?;
        cursor.uses(thing, &id);
        Some(id)
    }
}

/// A list; one bad element is noted and the others are read on.
pub(crate) fn list<T>(
    each: impl Fn(&mut Cursor<'_>) -> Option<T>,
) -> impl Fn(&mut Cursor<'_>) -> Option<Vec<T>> {
    move |cursor| {
        let node = cursor.node;
        let Yaml::List(nodes) = &node.value else { return cursor.wrong_kind("a list") };
        let mut read = Vec::with_capacity(nodes.len());
        for (index, node) in nodes.iter().enumerate() {
            let field = format!("{}[{index}]", cursor.field);
            read.push(each(&mut cursor.child(node, field)));
        }
        read.into_iter().collect()
    }
}

/// A list with at least one element.
pub(crate) fn some<T>(
    each: impl Fn(&mut Cursor<'_>) -> Option<T>,
) -> impl Fn(&mut Cursor<'_>) -> Option<Vec<T>> {
    let all = list(each);
    move |cursor| {
        let read = all(cursor)?;
        if read.is_empty() { cursor.refuse("must have at least one element") } else { Some(read) }
    }
}

/// A list without order, in which nothing is said twice.
pub(crate) fn set<T: Ord + Display>(
    each: impl Fn(&mut Cursor<'_>) -> Option<T>,
) -> impl Fn(&mut Cursor<'_>) -> Option<BTreeSet<T>> {
    let all = list(each);
    move |cursor| {
        let mut set = BTreeSet::new();
        for value in all(cursor)? {
            if let Some(twice) = set.replace(value) {
                return cursor.refuse(format!("`{twice}` is given twice"));
            }
        }
        Some(set)
    }
}

/// A table whose keys are words of their own.
pub(crate) fn table<K, V>(
    each: impl Fn(&mut Cursor<'_>) -> Option<V>,
) -> impl Fn(&mut Cursor<'_>) -> Option<BTreeMap<K, V>>
where
    K: FromStr<Err: Display> + Ord,
{
    move |cursor| {
        let node = cursor.node;
        let Yaml::Map(entries) = &node.value else {
            return cursor.wrong_kind("a table of fields");
        };
        let mut read = Vec::with_capacity(entries.len());
        for entry in entries {
            let field = join(&cursor.field, &entry.key);
            let mut child = cursor.child(&entry.node, field);
            let value = each(&mut child);
            let key = match entry.key.parse::<K>() {
                Ok(key) => Some(key),
                Err(refusal) => child.refuse(refusal.to_string()),
            };
            read.push(key.zip(value));
        }
        let pairs = read.into_iter().collect::<Option<Vec<_>>>()?;
        let length = pairs.len();
        let table: BTreeMap<K, V> = pairs.into_iter().collect();
        if table.len() < length { cursor.refuse("a key is given twice") } else { Some(table) }
    }
}
