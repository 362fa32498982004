//! Campuses for tests.
//!
//! [`files`] and [`documents`] are those of `examples/campus`, as a university would write them.
//! [`small`] is a campus of a few documents that a test writes itself, so that each figure in the
//! test is one that the reader sees; what every campus needs and no test asks about is added here.
//!
//! Everything panics rather than return an error: a test has no better plan. Nothing here links
//! more than `definitions` does, so that a core stays pure in its tests too.

use std::{fmt::Display, fs, path::Path};

use definitions::{Document, Field, Occasion, Rules, Set};
use events::words::Revision;

/// A calendar, one place `east` and a route of the category `plumbing` to `logistics/plumbing`.
const EVERYWHERE: &str = "
{apiVersion: yizhan/v1, kind: Calendar, metadata: {name: campus}, spec: {
  names: {zh: 本校, en: Campus}, zone: Asia/Shanghai, validThrough: 2027-07-31,
  working: {days: [monday, tuesday, wednesday, thursday, friday], hours: [08:00-12:00, 14:30-17:30]},
  duty: [07:00-23:00]}}
---
{apiVersion: yizhan/v1, kind: Place, metadata: {name: east}, spec: {names: {zh: 东校区, en: East}}}
---
{apiVersion: yizhan/v1, kind: Route, metadata: {name: everywhere}, spec: {
  category: plumbing, post: logistics/plumbing}}
";

/// The campus of these documents and of what every campus needs, as revision 1.
#[track_caller]
pub fn small(documents: &str) -> Rules {
    let template = |occasion: Occasion| {
        let field = |field: &Field| format!(" {{{}}}", field.word());
        let fields: String = occasion.required().iter().map(field).collect();
        format!(
            "---\n{{apiVersion: yizhan/v1, kind: Template, metadata: {{name: {occasion}}}, spec: \
             {{zh: \"好{fields}\", en: \"Well{fields}\"}}}}\n"
        )
    };
    let templates: String = Occasion::ALL.into_iter().map(template).collect();
    let files = [
        ("everywhere.yaml", EVERYWHERE),
        ("campus.yaml", documents),
        ("templates.yaml", templates.as_str()),
    ];
    parsed(files).into_rules(Revision(1))
}

/// The YAML files of the example campus, by name.
pub fn files() -> Vec<(String, String)> {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/campus"));
    let entries = must("listing the example campus", fs::read_dir(folder));
    let paths = entries.map(|entry| must("listing the example campus", entry).path());
    let yaml = paths.filter(|path| path.extension().is_some_and(|extension| extension == "yaml"));
    let mut files: Vec<_> = yaml
        .map(|path| {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            (name, must("reading the example campus", fs::read_to_string(&path)))
        })
        .collect();
    files.sort();
    files
}

/// The example campus.
pub fn example() -> Set {
    let files = files();
    parsed(files.iter().map(|(name, text)| (name.as_str(), text.as_str())))
}

/// The documents of the example campus.
pub fn documents() -> Vec<Document> {
    example().documents().to_vec()
}

#[track_caller]
fn parsed<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>) -> Set {
    Set::parse(files).unwrap_or_else(|problems| {
        let problems: Vec<_> = problems.iter().map(ToString::to_string).collect();
        panic!("a campus of tests is refused:\n{}", problems.join("\n"))
    })
}

#[track_caller]
fn must<T, E: Display>(doing: &str, result: Result<T, E>) -> T {
    result.unwrap_or_else(|error| panic!("{doing}: {error}"))
}
