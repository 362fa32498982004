//! The check list (检查清单) of the desk: the keys, devices and lists that pass from hand to hand at a
//! handover. The campus says which there are; who leaves signs for each of them whether it is there.
//!
//! ```text
//!  signed as      │ on the list  not on the list
//! ────────────────┼─────────────────────────────
//!  checked        │ there        unchecked
//!  missing        │ gone         unchecked
//!  both           │ unchecked    unchecked
//!  neither        │ unchecked    -
//! ```

use std::{collections::BTreeSet, fmt};

use definitions::{Check, Code};

/// What who leaves found, by the codes of the list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ticks {
    /// What is there.
    pub checked: BTreeSet<Code>,
    /// What is not.
    pub missing: BTreeSet<Code>,
}

/// Why ticks are not those of a list; nothing has changed. At least one of these is not empty.
#[derive(Debug, Clone, Default, PartialEq, Eq, thiserror::Error)]
pub struct Unchecked {
    /// What the list has and nobody ticked, in its order.
    pub left_out: Vec<Code>,
    /// What is said to be there and to be missing.
    pub both: Vec<Code>,
    /// What is said to be there and the list does not have.
    pub checked_unlisted: Vec<Code>,
    /// What is said to be missing and the list does not have.
    pub missing_unlisted: Vec<Code>,
}

impl Unchecked {
    /// What is wrong of which field, as people read it.
    pub fn violations(&self) -> impl Iterator<Item = (&'static str, String)> {
        let unlisted = "not on the desk's check list";
        let all = [
            ("checked", &self.left_out, "neither checked nor missing"),
            ("checked", &self.checked_unlisted, unlisted),
            ("missing", &self.both, "said to be checked too"),
            ("missing", &self.missing_unlisted, unlisted),
        ];
        let wrong = all.into_iter().filter(|(_, codes, _)| !codes.is_empty());
        wrong.map(|(field, codes, what)| {
            let codes: Vec<_> = codes.iter().map(Code::as_str).collect();
            (field, format!("{}: {what}", codes.join(", ")))
        })
    }
}

impl fmt::Display for Unchecked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("cannot sign: each thing of the check list is either checked or missing; ")?;
        let wrong: Vec<_> = self.violations().map(|(_, what)| what).collect();
        f.write_str(&wrong.join("; "))
    }
}

/// Whether these are the ticks of the list: each of its things once, and nothing else. Of a desk without
/// a list they are empty.
pub fn on_ticks(list: &[Check], Ticks { checked, missing }: &Ticks) -> Result<(), Unchecked> {
    let codes = || list.iter().map(|one| &one.check);
    let is_ticked = |code: &&Code| checked.contains(*code) || missing.contains(*code);
    let listed: BTreeSet<_> = codes().collect();
    let unlisted = |ticks: &BTreeSet<Code>| {
        ticks.iter().filter(|code| !listed.contains(code)).cloned().collect::<Vec<_>>()
    };
    let unchecked = Unchecked {
        left_out: codes().filter(|code| !is_ticked(code)).cloned().collect(),
        both: checked.intersection(missing).cloned().collect(),
        checked_unlisted: unlisted(checked),
        missing_unlisted: unlisted(missing),
    };
    if unchecked == Unchecked::default() { Ok(()) } else { Err(unchecked) }
}
