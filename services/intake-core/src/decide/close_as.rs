use definitions::Rules;
use events::words::End;
use jiff::Timestamp;

use super::open;
use crate::{
    command::{CloseAs, Disposal},
    cycle::dispose,
    event::Event,
    rejected::{Rejected, Violation},
    state::{Instead, State},
};

pub(super) fn decide(
    state: &State,
    rules: &Rules,
    close: CloseAs,
    now: Timestamp,
) -> Result<Vec<Event>, Rejected> {
    let case = open(state, CloseAs::VERB)?;
    let CloseAs { disposal, is_reasoned, by } = close;
    let (end, instead) = match disposal {
        Disposal::Duplicate { number, .. } if number == case.number => {
            return Err(Rejected::CloseInvalid(Violation::DuplicateOfItself));
        }
        Disposal::Duplicate { of, .. } => (End::Duplicate, Some(Instead::Case(of))),
        Disposal::NotOurs { department } if rules.department(&department).is_none() => {
            return Err(Rejected::CloseInvalid(Violation::UnknownDepartment { department }));
        }
        Disposal::NotOurs { department } => (End::NotOurs, Some(Instead::Department(department))),
        Disposal::Refused if !is_reasoned => {
            return Err(Rejected::ReasonMissing { command: "refuse" });
        }
        Disposal::Refused => (End::Refused, None),
        Disposal::Test => (End::Test, None),
    };
    // Its reporters would not hear that it is over, nor its places be taken over.
    if case.incident.is_some() {
        return Err(Rejected::IncidentNotClosedAs);
    }
    Ok(vec![dispose(case, end, instead, now, by)])
}
