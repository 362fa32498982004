use std::collections::{BTreeMap, BTreeSet};

use calendar::{Calendar, Hours};
use events::words::Urgency;
use jiff::Timestamp;

use crate::{
    Code, Names,
    code::names,
    during::{During, Moment},
    layer::day_hours,
    problem::instead,
    read::{Cursor, Fields, count, fields, list, parsed, set, some, text, yes},
};

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
    /// It is about one of these assets of the item.
    assets: BTreeSet<Code>,
    /// At least so many persons are affected.
    people: Option<u16>,
    /// Somebody is affected who cannot help himself.
    vulnerable: bool,
    /// It was received within these hours of a day.
    hours: Option<Hours>,
    /// It was received then.
    during: Option<During>,
    /// It was not received then.
    outside: Option<During>,
}

/// What is known of a matter when its urgency is judged.
#[derive(Debug, Clone, Copy)]
pub struct Circumstances<'a> {
    /// What was said; may be empty.
    pub text: &'a str,
    /// How many persons it affects, if that was said.
    pub people: Option<u16>,
    /// Which of the item's assets it is about, if that was said.
    pub asset: Option<&'a Code>,
    /// Whether somebody is affected who needs help more than others: ill, disabled, pregnant, a
    /// small child.
    pub vulnerable: bool,
    /// When it was received.
    pub at: Timestamp,
}

/// An urgency with the rule that gave it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Judged<'a> {
    /// How much haste.
    pub urgency: Urgency,
    /// Why; `None` if no rule applied, which is the usual case and normal.
    pub rule: Option<&'a UrgencyRule>,
}

/// The urgency by the rule that asks for most haste; of equal ones the first.
pub(crate) fn judge<'a>(
    rules: &'a [UrgencyRule],
    circumstances: Circumstances<'_>,
    flagged: impl Fn(&Code) -> bool,
    calendar: &Calendar,
) -> Judged<'a> {
    let said = circumstances.text.to_lowercase();
    let moment = Moment::of(calendar, circumstances.at);
    let applies = |rule: &&UrgencyRule| {
        let When { words, flags, assets, people, vulnerable, hours, during, outside } = &rule.when;
        (words.is_empty() || words.iter().any(|word| says(&said, word)))
            && (flags.is_empty() || flags.iter().any(&flagged))
            && (assets.is_empty() || circumstances.asset.is_some_and(|one| assets.contains(one)))
            && people.is_none_or(|least| circumstances.people >= Some(least))
            && (!vulnerable || circumstances.vulnerable)
            && hours.as_ref().is_none_or(|hours| calendar.within(hours, circumstances.at))
            && during.is_none_or(|during| during.is(moment))
            && outside.is_none_or(|outside| !outside.is(moment))
    };
    let rule = rules.iter().rev().filter(applies).max_by_key(|rule| rule.urgency);
    Judged { urgency: rule.map_or(Urgency::Normal, |rule| rule.urgency), rule }
}

/// Whether `word` is in `said`; a word in Latin letters only as a whole word, so that "ill" is not
/// found in "will".
pub(crate) fn says(said: &str, word: &str) -> bool {
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

/// The rules of an item that has these assets; `None` if they could not be read.
pub(crate) fn read(
    assets: Option<&BTreeMap<Code, Names>>,
    cursor: &mut Cursor<'_>,
) -> Option<Vec<UrgencyRule>> {
    let rules = list(|cursor| rule(assets, cursor))(cursor)?;
    let mut reasons = BTreeSet::new();
    for rule in &rules {
        if !reasons.insert(&rule.reason) {
            return cursor.refuse(format!("the reason `{}` is given twice", rule.reason));
        }
    }
    Some(rules)
}

fn rule(assets: Option<&BTreeMap<Code, Names>>, cursor: &mut Cursor<'_>) -> Option<UrgencyRule> {
    fields(cursor, |f| {
        let urgency = f.required("urgency", more_than_normal);
        let reason = f.required("reason", parsed);
        let names = f.required("names", names);
        let when = f.required("when", |cursor| fields(cursor, |f| when(assets, f)));
        Some(UrgencyRule { urgency: urgency?, reason: reason?, names: names?, when: when? })
    })
}

fn more_than_normal(cursor: &mut Cursor<'_>) -> Option<Urgency> {
    match parsed(cursor)? {
        Urgency::Normal => cursor.refuse("must be urgent or critical: normal needs no rule"),
        urgency @ (Urgency::Urgent | Urgency::Critical) => Some(urgency),
    }
}

fn when(assets: Option<&BTreeMap<Code, Names>>, f: &mut Fields<'_, '_>) -> Option<When> {
    let words = f.optional("words", some(text));
    let flags = f.optional("flags", set(parsed::<Code>));
    let asset = f.optional("assets", set(|cursor| asset_of(assets, cursor)));
    let people = f.optional("people", count(1..=u16::MAX));
    let vulnerable = f.optional("vulnerable", yes);
    let hours = f.optional("hours", day_hours);
    let during = f.optional("during", part_of_a_day);
    let outside = f.optional("outside", part_of_a_day);
    let (words, flags, assets, people) = (words?, flags?, asset?, people?);
    let (vulnerable, hours, during, outside) = (vulnerable?, hours?, during?, outside?);
    let something = words.is_some()
        || flags.is_some()
        || assets.is_some()
        || people.is_some()
        || vulnerable == Some(true)
        || hours.is_some()
        || during.is_some()
        || outside.is_some();
    if !something {
        return f.refuse(
            "must have one of: words, flags, assets, people, vulnerable: true, hours, during, outside",
        );
    }
    let lower = |word: String| word.to_lowercase();
    Some(When {
        words: words.unwrap_or_default().into_iter().map(lower).collect(),
        flags: flags.unwrap_or_default(),
        assets: assets.unwrap_or_default(),
        people,
        vulnerable: vulnerable.unwrap_or_default(),
        hours,
        during,
        outside,
    })
}

fn asset_of(assets: Option<&BTreeMap<Code, Names>>, cursor: &mut Cursor<'_>) -> Option<Code> {
    let asset: Code = parsed(cursor)?;
    let Some(assets) = assets.filter(|assets| !assets.contains_key(&asset)) else {
        return Some(asset);
    };
    let hint = instead(asset.as_str(), assets.keys().map(Code::as_str));
    cursor.refuse(format!("the item has no asset `{asset}`{hint}"))
}

/// Working hours or duty time: a rule that always or never applies is a slip.
fn part_of_a_day(cursor: &mut Cursor<'_>) -> Option<During> {
    match parsed(cursor)? {
        During::RoundTheClock => cursor.refuse("must be working-hours or duty-time"),
        part @ (During::DutyTime | During::WorkingHours) => Some(part),
    }
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
