//! An incident (突发事件): one cause, many places, and everybody calls.
//!
//! It is a case that knows more: which places it touches, and until when it is expected to last. So it
//! has what a case has, once: one number to read out, one work order, one promise with its ladder, one
//! lock. Sixty calls about one burst main send one crew and not sixty, and an end that comes while a
//! call is taken is an order and not a race.
//!
//! ```text
//!  open ──▶ the case, with its work order         call ──▶ co-reporter, told where and until when
//!                │                                case ──▶ closed as a duplicate, its reporters join
//!                ├── update: until when, where else, why ──▶ told to each reporter, once
//!                └── close, or its work is completed ──────▶ told to each reporter, once
//! ```
//!
//! What moves on the way (claimed, held, promised anew) is told of a case and not of an incident: who
//! waits with sixty others wants to know until when.

use definitions::{Field, Language, Occasion, Rules};
use events::words::PlaceId;
use jiff::Timestamp;

use crate::{
    command::Verb,
    rejected::{Rejected, Violation},
    state::{Case, Incident},
};

/// So many can be its reporters: each fact that names them all must fit the broker. Who calls after
/// them is answered, and hears no more.
const MOST_REPORTERS: usize = 1_000;

/// The incident that a case is.
pub(crate) fn of(case: &Case, command: Verb) -> Result<&Incident, Rejected> {
    case.incident.as_ref().ok_or(Rejected::NotAnIncident { command })
}

/// How many more persons it can tell.
pub(crate) fn room(case: &Case) -> usize {
    MOST_REPORTERS.saturating_sub(case.reporters.len())
}

/// Holds that an incident touches a place: one of its own, or one inside of one.
pub(crate) fn touches(rules: &Rules, incident: &Incident, place: &PlaceId) -> Result<(), Rejected> {
    let mut path = rules.path(place);
    if path.any(|larger| incident.known.places.contains(&larger.id)) {
        return Ok(());
    }
    Err(Rejected::NotTouched { place: place.clone() })
}

/// Holds that there are such places, and that the end is still to come.
pub(crate) fn check(
    rules: &Rules,
    places: &[PlaceId],
    expected_end: Option<Timestamp>,
    now: Timestamp,
) -> Result<(), Vec<Violation>> {
    let unknown = places.iter().filter(|place| rules.place(place).is_none());
    let unknown = unknown.map(|place| Violation::UnknownPlaces { place: place.clone() });
    let past = expected_end.filter(|end| *end <= now);
    let past = past.map(|expected_end| Violation::ExpectedEndPast { expected_end });
    let wrong: Vec<_> = unknown.chain(past).collect();
    if wrong.is_empty() { Ok(()) } else { Err(wrong) }
}

/// Each place once, in the order in which they were named.
pub(crate) fn distinct<'a>(places: impl Iterator<Item = &'a PlaceId>) -> Vec<PlaceId> {
    let mut distinct = Vec::new();
    for place in places {
        if !distinct.contains(place) {
            distinct.push(place.clone());
        }
    }
    distinct
}

/// What is read out to who calls about an incident, in Chinese and on a line of its own in English;
/// `None` for what is none, or where the definitions have no words for it.
///
/// An end that was expected by now is not known any more.
pub fn read_out(rules: &Rules, case: &Case, now: Timestamp) -> Option<String> {
    let known = &case.incident.as_ref()?.known;
    let item = rules.item(&case.item)?;
    let template = rules.template(Occasion::IncidentJoined)?;
    let expected = known.expected_end.filter(|end| *end > now);
    let line = |language| {
        template.render(language, |field| match field {
            Field::Number => case.number.to_string(),
            Field::Item => item.names.in_language(language).to_owned(),
            Field::Places => rules.place_names(&known.places, language),
            Field::Expected => rules.expected_end(&case.item, expected, language),
            // Of these the message says nothing.
            Field::Place
            | Field::Urgency
            | Field::Received
            | Field::Due
            | Field::Completed
            | Field::Before
            | Field::Reason
            | Field::Why
            | Field::Until
            | Field::Visit
            | Field::Late
            | Field::Commitment
            | Field::Department
            | Field::Post
            | Field::Cycle
            | Field::Rung
            | Field::Chases
            | Field::Link
            | Field::Handler
            | Field::Next => String::new(),
        })
    };
    Some([Language::Chinese, Language::English].map(line).join("\n"))
}
