//! Which more time a policy gives, how much of it, and who says so.

use calendar::Limit;
use events::words::{HoldReason, PostId};

use crate::read::{Cursor, Thing, fields, parsed, reference, table, yes};

/// How the clocks of a case may pause for one reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PauseRule {
    /// The cap: a pause ends that long after it began, if the work is not resumed before.
    pub up_to: Limit,
    /// Whose yes it needs; without one the policy grants it by itself.
    pub approver: Option<PostId>,
    /// Nothing is granted before evidence was given.
    pub evidence: bool,
}

/// How a promise may be extended before it is due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExtensionRule {
    /// The most that one extension gives, counted from the due time.
    pub up_to: Limit,
    /// Whose yes it needs.
    pub approver: PostId,
}

pub(crate) type PauseRules = std::collections::BTreeMap<HoldReason, PauseRule>;

/// What the department itself lacks needs an extension, and never pauses.
pub(crate) fn pauses(cursor: &mut Cursor<'_>) -> Option<PauseRules> {
    let rules: PauseRules = table(pause)(cursor)?;
    let never: Vec<HoldReason> =
        rules.keys().copied().filter(|reason| !reason.may_pause()).collect();
    for reason in &never {
        cursor.refuse_below::<()>(
            &[reason.word()],
            format!(
                "is no reason to pause: what the department itself lacks needs an extension; there \
                 are: {}",
                may_pause()
            ),
        );
    }
    never.is_empty().then_some(rules)
}

fn may_pause() -> String {
    let words = HoldReason::ALL.iter().filter(|reason| reason.may_pause());
    words.map(|reason| reason.word()).collect::<Vec<_>>().join(", ")
}

fn pause(cursor: &mut Cursor<'_>) -> Option<PauseRule> {
    fields(cursor, |f| {
        let up_to = f.required("upTo", parsed);
        let approver = f.optional("approver", reference(Thing::Post));
        let evidence = f.optional("evidence", yes);
        let (approver, evidence) = (approver?, evidence?.unwrap_or_default());
        if evidence && approver.is_none() {
            return f.refuse("asks for evidence and names no `approver` who would look at it");
        }
        Some(PauseRule { up_to: up_to?, approver, evidence })
    })
}

pub(crate) fn extensions(cursor: &mut Cursor<'_>) -> Option<ExtensionRule> {
    fields(cursor, |f| {
        let up_to = f.required("upTo", parsed);
        let approver = f.required("approver", reference(Thing::Post));
        Some(ExtensionRule { up_to: up_to?, approver: approver? })
    })
}
