//! A golden file is what some release wrote: it is added with its event version and never changed,
//! so that every later release is shown to read it.

use std::{collections::BTreeSet, fs};

use events::{Received, What, decode, encode, registry};
use serde_json::Value;

use crate::{UPDATE, folder, listed, rendered, samples, updating};

fn registered() -> BTreeSet<String> {
    registry().map(|registered| registered.event_type.to_string()).collect()
}

#[test]
fn every_event_version_has_one_known_value() {
    let sampled: Vec<_> =
        samples::facts().iter().map(|fact| fact.event_type().to_string()).collect();
    assert_eq!(sampled.len(), registered().len());
    assert_eq!(sampled.into_iter().collect::<BTreeSet<_>>(), registered());
}

#[test]
fn every_golden_file_is_read_to_its_known_value_and_written_again_as_it_is() {
    for fact in samples::facts() {
        let envelope = samples::envelope(&fact);
        let bytes = encode(&envelope, &fact).unwrap();
        let written: Value = serde_json::from_slice(&bytes).unwrap();
        let path = folder("golden").join(format!("{}.json", fact.event_type()));
        if updating() && !path.exists() {
            fs::write(&path, rendered(written.clone())).unwrap();
        }
        let golden =
            fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}: {UPDATE}", path.display()));
        assert_eq!(
            decode(&golden).unwrap(),
            Received { envelope, what: What::Known(fact.clone()) },
            "{}: a published event version may not change: make a new one",
            path.display()
        );
        assert_eq!(
            written,
            serde_json::from_slice::<Value>(&golden).unwrap(),
            "{}: a published event version may not change: make a new one",
            path.display()
        );
    }
}

#[test]
fn there_is_a_golden_file_for_each_registered_event_version_and_for_nothing_else() {
    if updating() {
        return; // The test above is writing them.
    }
    let expected: BTreeSet<_> = registered().iter().map(|name| format!("{name}.json")).collect();
    assert_eq!(listed(&folder("golden")), expected, "{UPDATE}");
}
