use std::fs;

use definitions::Set;
use proto::intake::v1 as intake;

/// The documents of the example campus, as intake answers them.
pub(super) fn documents() -> Vec<intake::Document> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/campus");
    let files: Vec<(String, String)> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "yaml"))
        .map(|path| (path.display().to_string(), fs::read_to_string(&path).unwrap()))
        .collect();
    let set = Set::parse(files.iter().map(|(name, text)| (name.as_str(), text.as_str()))).unwrap();
    let document = |one: &definitions::Document| intake::Document {
        kind: one.kind.to_string(),
        id: one.id.to_string(),
        content: serde_json::to_string(&one.value).unwrap(),
    };
    set.documents().iter().map(document).collect()
}
