//! What tells of a person at risk (轻生危机), whatever it was said about.
//!
//! What was reported stays what it is: the tap drips, and a plumber comes. The person is a case of its
//! own beside it, hidden, and the words are kept with that one alone. It knows what it came with;
//! nothing that others see knows of it.

use definitions::Rules;
use delivery::{Tx, lock_one};
use delivery_rpc::Failure;
use events::words::{AlarmKind, CaseRef, Level};
use rpc::{Code, Error};

use super::{AcceptCase, Wanted};
use crate::store;

/// Refuses one more by the link of who told of one whose case is open: whoever has a link is logged in
/// nowhere, and each would ring. What else they say is kept with that one.
pub(super) async fn admit(
    tx: &mut Tx<'_>,
    call: &AcceptCase,
) -> Result<Result<(), Error>, Failure> {
    let person = call.caller.as_ref().and_then(|named| named.id);
    let (true, Some(CaseRef::Id(about)), Some(person)) =
        (call.is_heard_by_link(), call.linked, person)
    else {
        return Ok(Ok(()));
    };
    // Until the end of this one no other is opened.
    drop(lock_one(tx, about.uuid()).await?);
    if store::cases::open_at_risk(tx, person, about).await?.is_none() {
        return Ok(Ok(()));
    }
    let message = "what they said before is being handled: say it again if that has ended";
    Ok(Err(Error::new(Code::Conflict, "already-heard", message)))
}

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
