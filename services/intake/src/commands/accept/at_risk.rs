//! What tells of a person at risk (轻生危机), whatever it was said about.
//!
//! What was reported stays what it is: the tap drips, and a plumber comes. The person is a case of its
//! own beside it, hidden, and the words are kept with that one alone. It knows what it came with;
//! nothing that others see knows of it.

use definitions::Rules;
use events::words::{AlarmKind, Level};

use super::{AcceptCase, Wanted};

impl AcceptCase {
    /// The call as it is kept, and the person at risk of whom it tells, if it does.
    pub(super) fn heed(&self, rules: &Rules) -> (Self, Option<Self>) {
        let call = self.clone();
        if !self.tells_of_another(rules) {
            return (call, None);
        }
        let first = || self.incident.as_ref()?.places.first().cloned();
        let person = Self {
            kind: None,
            wanted: Wanted::Heard,
            place: self.place.clone().or_else(first),
            asset: None,
            people: None,
            incident: None,
            linked: None,
            ..self.clone()
        };
        (Self { text: self.text.withhold(), ..call }, Some(person))
    }

    /// How many cases it comes to.
    pub(super) fn cases(&self, rules: &Rules) -> usize {
        if self.tells_of_another(rules) { 2 } else { 1 }
    }

    /// Words that are kept elsewhere were heard before.
    fn tells_of_another(&self, rules: &Rules) -> bool {
        let heard = self.text.is_withheld() || self.is_hidden(rules);
        !heard && rules.at_risk(self.text.heard()).is_some()
    }

    /// Whether it is about a person at risk itself.
    fn is_hidden(&self, rules: &Rules) -> bool {
        match &self.wanted {
            Wanted::Alarm(kind) => *kind == AlarmKind::PersonAtRisk,
            Wanted::Item(item) => rules.item(item).is_some_and(|item| item.level == Level::Hidden),
            Wanted::Heard => true,
            Wanted::Complaint(_) => false,
        }
    }
}
