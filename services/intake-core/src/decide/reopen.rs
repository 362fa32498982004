use definitions::Rules;
use events::words::ReopenCause;
use jiff::Timestamp;

use crate::{
    command::Reopen,
    cycle,
    event::Event,
    rejected::{OpenLinked, Rejected},
    state::State,
};

pub(super) fn decide(
    state: &State,
    rules: &Rules,
    reopen: Reopen,
    now: Timestamp,
) -> Result<Vec<Event>, Rejected> {
    match state {
        State::New => Err(Rejected::NoSuchCase { command: Reopen::WORD }),
        State::Open(_) => Err(Rejected::CaseOpen),
        // It is an answer before the question: whoever was to ask hears that it is reopened.
        State::Resolved { case, .. } => {
            Ok(vec![cycle::reopen(case, rules, now, ReopenCause::Requester, Some(reopen.by))])
        }
        State::Closed { case, closing, .. } => match cycle::reopens_until(case, rules, *closing) {
            None => Err(Rejected::EndIsFinal { end: closing.end, open: OpenLinked::to(case) }),
            Some(until) if now > until => {
                Err(Rejected::ReopenWindowOver { until, open: OpenLinked::to(case) })
            }
            Some(_) => {
                let by = Some(reopen.by);
                Ok(vec![cycle::reopen(case, rules, now, ReopenCause::Requester, by)])
            }
        },
    }
}
