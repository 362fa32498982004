//! Alarms (报警): what is said and done before anybody comes, and who is alerted.
//!
//! An alarm is a case of an item of the kind `alarm`. The item says which kind of alarm it is, and
//! has the card that is read while somebody is on the line; its policy says who is alerted, and after
//! how long the next one is.

use std::collections::{BTreeMap, BTreeSet};

use events::words::{AlarmKind, CaseKind, Level, PostId};
use jiff::SignedDuration;

use crate::{
    Names,
    campus::Campus,
    code::names,
    document::Sources,
    item::ServiceItem,
    problem::Problem,
    read::{Cursor, Thing, count, fields, list, parsed, reference, some, text},
    share::Share,
    urgency::says,
};

/// What makes an item one for alarms.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alarm {
    /// Which alarms these are; no other item has the same.
    pub kind: AlarmKind,
    /// What to say and whom to call first (119, 120, 110), for who has somebody on the line.
    pub card: Names,
    /// Of a person at risk: a report of anything that says one of these is this alarm; in lower case.
    words: Vec<String>,
}

/// Who is alerted by an alarm.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alert {
    /// At once.
    pub at_once: Vec<PostId>,
    /// One after the other, while nobody says that they have it; then all from the first again.
    pub next: Vec<PostId>,
    /// How long each of them has to say so.
    pub every: SignedDuration,
}

impl Alarm {
    /// Whether a report is about somebody who may harm themselves.
    pub(crate) fn is_told_by(&self, report: &str) -> bool {
        let report = report.to_lowercase();
        self.words.iter().any(|word| says(&report, word))
    }
}

impl Alert {
    /// Everybody whom an alarm may reach: who handles it.
    pub fn posts(&self) -> impl Iterator<Item = &PostId> {
        self.at_once.iter().chain(&self.next)
    }
}

pub(crate) fn read(cursor: &mut Cursor<'_>) -> Option<Alarm> {
    fields(cursor, |f| {
        let kind = f.required("type", parsed);
        let card = f.required("card", names);
        let words = f.optional("words", some(text));
        let lower = |word: String| word.to_lowercase();
        let words = words?.unwrap_or_default().into_iter().map(lower).collect();
        Some(Alarm { kind: kind?, card: card?, words })
    })
}

pub(crate) fn alert(cursor: &mut Cursor<'_>) -> Option<Alert> {
    fields(cursor, |f| {
        let at_once = f.required("atOnce", some(reference(Thing::Post)));
        let next = f.optional("next", list(reference(Thing::Post)));
        let seconds = f.required("everySeconds", count(10..=600));
        let (at_once, next) = (at_once?, next?.unwrap_or_default());
        let alert = Alert { at_once, next, every: SignedDuration::from_secs(seconds?.into()) };
        let mut named = BTreeSet::new();
        let twice = alert.posts().find(|post| !named.insert(*post)).cloned();
        match twice {
            Some(twice) => f.refuse(format!("`{twice}` is named twice: each is alerted in turn")),
            None => Some(alert),
        }
    })
}

/// What is wrong with the alarms of a campus; one that takes no alarms has none.
pub(crate) fn faults(campus: &Campus, sources: &Sources) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut items: BTreeMap<AlarmKind, &ServiceItem> = BTreeMap::new();
    for item in campus.items.values() {
        let mut refuse = |path: &[&str], message: String| {
            let source = sources.get(&(Thing::Item, item.id.to_string()));
            problems.extend(source.map(|source| source.problem(path, message)));
        };
        for (path, message) in mistakes(campus, item) {
            refuse(path, message);
        }
        if let Some(alarm) = &item.alarm
            && let Some(other) = items.insert(alarm.kind, item)
        {
            let message = format!("`{}` is the item of `{}` already", other.id, alarm.kind);
            refuse(&["spec", "alarm", "type"], message);
        }
    }
    if let Some((_, one)) = items.first_key_value() {
        let missing: Vec<_> =
            AlarmKind::ALL.iter().filter(|kind| !items.contains_key(kind)).collect();
        let source = sources.get(&(Thing::Item, one.id.to_string()));
        problems.extend(source.into_iter().flat_map(|source| {
            let message = |kind| format!("there is no item for alarms of the type `{kind}`");
            missing.iter().map(move |kind| source.problem(&["spec", "alarm"], message(kind)))
        }));
    }
    problems
}

/// What is wrong with one item, as far as alarms and persons at risk are concerned.
fn mistakes(campus: &Campus, item: &ServiceItem) -> Vec<(&'static [&'static str], String)> {
    let mut mistakes: Vec<(&'static [&'static str], String)> = Vec::new();
    let Some(alarm) = &item.alarm else {
        if item.kind == CaseKind::Alarm {
            let message = "an item of the kind `alarm` must say by `alarm` of which type it is";
            mistakes.push((&["spec", "kind"], message.to_owned()));
        }
        if item.level == Level::Hidden {
            let message = "only an alarm is hidden: its policy names who handles it";
            mistakes.push((&["spec", "level"], message.to_owned()));
        }
        return mistakes;
    };
    if item.kind != CaseKind::Alarm {
        let message =
            format!("an item with an `alarm` is of the kind `alarm`, not `{}`", item.kind);
        mistakes.push((&["spec", "kind"], message));
    }
    if item.callback != Share::NONE {
        let message = "nobody is called back about an alarm: it must be `false`";
        mistakes.push((&["spec", "callback"], message.to_owned()));
    }
    if campus.policies.get(&item.policy).is_some_and(|policy| policy.alert.is_none()) {
        let message =
            format!("the policy `{}` does not say by `alert` who is alerted", item.policy);
        mistakes.push((&["spec", "policy"], message));
    }
    let at_risk = alarm.kind == AlarmKind::PersonAtRisk;
    if at_risk && item.level != Level::Hidden {
        let message = "a person at risk must be `hidden`: nobody but who handles it knows of it";
        mistakes.push((&["spec", "level"], message.to_owned()));
    }
    if at_risk == alarm.words.is_empty() {
        let message = if at_risk {
            "must have the `words` that tell of a person at risk"
        } else {
            "only a person at risk is told by `words`"
        };
        mistakes.push((&["spec", "alarm"], message.to_owned()));
    }
    mistakes
}
