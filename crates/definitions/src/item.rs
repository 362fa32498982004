use events::words::{CaseKind, DepartmentId, ItemId, Level, Urgency};

use crate::{
    Code, Names,
    code::names,
    read::{Cursor, Fields, Thing, count, fields, list, parsed, reference, set, some, text, yes},
};
use std::collections::BTreeSet;

/// A service item (服务事项): an entry of the catalogue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceItem {
    /// Its id.
    pub id: ItemId,
    /// What it is called.
    pub names: Names,
    /// The group that it is routed and shown with.
    pub category: Code,
    /// The kind of its cases.
    pub kind: CaseKind,
    /// Who may see its cases.
    pub level: Level,
    /// The department that answers for it and whose calendar its promises are counted in.
    pub department: DepartmentId,
    /// The policy with its limits, ladders, callback and reopening.
    pub policy: Code,
    /// Whether its requester is called back after completion.
    pub callback: bool,
    /// What makes one of its cases more urgent than normal.
    pub urgency: Vec<UrgencyRule>,
}

/// A rule that makes a case urgent or critical.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UrgencyRule {
    /// What it makes of the case.
    pub urgency: Urgency,
    /// Its code within the item.
    pub reason: Code,
    /// The reason as people read it.
    pub names: Names,
    when: When,
}

/// All that is given must hold; something is given.
#[derive(Debug, Clone, PartialEq, Eq)]
struct When {
    /// One of these is in the text; in lower case.
    words: Vec<String>,
    /// The place, or one that it lies in, has one of these.
    flags: BTreeSet<Code>,
    /// At least so many persons are affected.
    people: Option<u16>,
}

/// What is known of a matter when its urgency is judged.
#[derive(Debug, Clone, Copy)]
pub struct Circumstances<'a> {
    /// What was said; may be empty.
    pub text: &'a str,
    /// How many persons it affects, if that was said.
    pub people: Option<u16>,
}

/// An urgency with the rule that gave it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Judged<'a> {
    /// How much haste.
    pub urgency: Urgency,
    /// Why; `None` if no rule applied, which is the usual case and normal.
    pub rule: Option<&'a UrgencyRule>,
}

impl ServiceItem {
    /// The urgency by the rule that asks for most haste; of equal ones the first.
    pub(crate) fn judge(
        &self,
        circumstances: Circumstances<'_>,
        flagged: impl Fn(&Code) -> bool,
    ) -> Judged<'_> {
        let said = circumstances.text.to_lowercase();
        let applies = |rule: &&UrgencyRule| {
            let When { words, flags, people } = &rule.when;
            (words.is_empty() || words.iter().any(|word| says(&said, word)))
                && (flags.is_empty() || flags.iter().any(&flagged))
                && people.is_none_or(|least| circumstances.people >= Some(least))
        };
        let rule = self.urgency.iter().rev().filter(applies).max_by_key(|rule| rule.urgency);
        Judged { urgency: rule.map_or(Urgency::Normal, |rule| rule.urgency), rule }
    }
}

/// Whether `word` is in `said`; a word in Latin letters only as a whole word, so that "ill" is not
/// found in "will".
fn says(said: &str, word: &str) -> bool {
    said.match_indices(word).any(|(start, found)| {
        let before = said.get(..start).and_then(|before| before.chars().next_back());
        let after = said.get(start + found.len()..).and_then(|after| after.chars().next());
        let joins = |one: Option<char>, other: Option<char>| {
            one.is_some_and(|one| one.is_ascii_alphanumeric())
                && other.is_some_and(|other| other.is_ascii_alphanumeric())
        };
        !joins(before, found.chars().next()) && !joins(found.chars().next_back(), after)
    })
}

pub(crate) fn read(id: ItemId, cursor: &mut Cursor<'_>) -> Option<ServiceItem> {
    fields(cursor, |f| {
        let names = f.required("names", names);
        let category = f.required("category", category);
        let kind = f.required("kind", parsed);
        let level = f.required("level", parsed);
        let department = f.required("department", reference(Thing::Department));
        let policy = f.required("policy", reference(Thing::Policy));
        let callback = f.required("callback", yes);
        let urgency = f.optional("urgency", urgency_rules);
        Some(ServiceItem {
            id,
            names: names?,
            category: category?,
            kind: kind?,
            level: level?,
            department: department?,
            policy: policy?,
            callback: callback?,
            urgency: urgency?.unwrap_or_default(),
        })
    })
}

fn category(cursor: &mut Cursor<'_>) -> Option<Code> {
    let category = parsed(cursor);
    cursor.gives(Thing::Category, category)
}

fn urgency_rules(cursor: &mut Cursor<'_>) -> Option<Vec<UrgencyRule>> {
    let rules = list(urgency_rule)(cursor)?;
    let mut reasons = BTreeSet::new();
    for rule in &rules {
        if !reasons.insert(&rule.reason) {
            return cursor.refuse(format!("the reason `{}` is given twice", rule.reason));
        }
    }
    Some(rules)
}

fn urgency_rule(cursor: &mut Cursor<'_>) -> Option<UrgencyRule> {
    fields(cursor, |f| {
        let urgency = f.required("urgency", more_than_normal);
        let reason = f.required("reason", parsed);
        let names = f.required("names", names);
        let when = f.required("when", |cursor| fields(cursor, when));
        Some(UrgencyRule { urgency: urgency?, reason: reason?, names: names?, when: when? })
    })
}

fn more_than_normal(cursor: &mut Cursor<'_>) -> Option<Urgency> {
    match parsed(cursor)? {
        Urgency::Normal => cursor.refuse("must be urgent or critical: normal needs no rule"),
        urgency @ (Urgency::Urgent | Urgency::Critical) => Some(urgency),
    }
}

fn when(f: &mut Fields<'_, '_>) -> Option<When> {
    let words = f.optional("words", some(text));
    let flags = f.optional("flags", set(parsed::<Code>));
    let people = f.optional("people", count(1..=u16::MAX));
    let (words, flags, people) = (words?, flags?, people?);
    if words.is_none() && flags.is_none() && people.is_none() {
        return f.refuse("must have one of: words, flags, people");
    }
    let lower = |word: String| word.to_lowercase();
    Some(When {
        words: words.unwrap_or_default().into_iter().map(lower).collect(),
        flags: flags.unwrap_or_default(),
        people,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn latin_words_are_found_whole_and_chinese_ones_anywhere() {
        assert!(says("the pipe burst.", "burst"));
        assert!(says("水管爆裂了", "爆裂"));
        assert!(says("水管burst了", "burst"));
        assert!(!says("it will do", "ill"));
        assert!(!says("an illness", "ill"));
        assert!(says("will he be ill", "ill"));
    }
}
