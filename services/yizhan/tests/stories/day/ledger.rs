//! What became of each case, as the portal tells it in the evening.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::person::Person;

/// What makes two steps of a case one and the same; ids are left out, for a step that was done
/// twice has two of them. The end of a clock that takes the place of a later one says of which.
const SAME: [&str; 9] =
    ["cycle", "commitment", "promise", "rung", "round", "attempt", "to", "cause", "corrects"];

/// Each case that the portal knows, with its state and the steps that it has twice.
pub(super) struct Ledger(BTreeMap<String, Entry>);

struct Entry {
    state: String,
    twice: Vec<String>,
}

impl Ledger {
    /// All cases, as somebody sees them who may see everything.
    pub(super) async fn read(auditor: &Person) -> Self {
        let mut entries = BTreeMap::new();
        for case in auditor.all("/cases", "cases").await {
            let [number, state] = ["number", "state"].map(|key| case[key].as_str().unwrap().into());
            let shown = auditor.asks(&format!("/cases/{number}")).await;
            let twice = twice(shown["timeline"].as_array().unwrap());
            let before = entries.insert(number, Entry { state, twice });
            assert!(before.is_none(), "two cases have one number");
        }
        Self(entries)
    }

    /// Those that were accepted and are not there.
    pub(super) fn lost(&self, accepted: &BTreeSet<String>) -> Vec<String> {
        accepted.iter().filter(|number| !self.0.contains_key(*number)).cloned().collect()
    }

    /// Those that are there although nobody was told of them.
    pub(super) fn nobodys(&self, accepted: &BTreeSet<String>) -> Vec<String> {
        self.0.keys().filter(|number| !accepted.contains(*number)).cloned().collect()
    }

    /// Those that have not ended.
    pub(super) fn open(&self) -> Vec<String> {
        let open = self.0.iter().filter(|(_, entry)| entry.state != "closed");
        open.map(|(number, entry)| format!("{number} is {}", entry.state)).collect()
    }

    /// What was done twice.
    pub(super) fn doubled(&self) -> Vec<String> {
        let all = self.0.iter();
        all.flat_map(|(number, entry)| {
            entry.twice.iter().map(move |step| format!("{number}: {step}"))
        })
        .collect()
    }
}

fn twice(steps: &[Value]) -> Vec<String> {
    let mut seen = BTreeSet::new();
    let same = |step: &Value| {
        let detail = SAME.map(|key| step["detail"][key].to_string()).join(" ");
        format!("{} {detail}", step["what"].as_str().unwrap())
    };
    steps.iter().map(same).filter(|step| !seen.insert(step.clone())).collect()
}
