//! A crew that does the next right thing, so that every case comes to its end.

use callback_survey_core::{Answer, State as Survey, Through};
use dispatch_core::{Adjudicate, Claim, Command, Complete, State as Dispatch, Status};
use intake_core::{Case, Reply};

use super::{Desk, Order};
use crate::repairs::campus::{RULES, WORKERS, WORKING, account};

/// What is next for a case; nothing if it is for others to say, or ended.
pub(in crate::repairs) fn diligent(desk: &Desk<'_>) -> Option<Order> {
    match desk.intake {
        intake_core::State::New | intake_core::State::Closed { .. } => None,
        intake_core::State::Open(_) => work(desk.dispatch?).map(Order::Dispatch),
        intake_core::State::Resolved { case, .. } => {
            answer(case).map(Order::Intake).or_else(|| ask(desk.survey?).map(Order::Survey))
        }
    }
}

fn work(dispatch: &Dispatch) -> Option<Command> {
    let order = dispatch.work()?.open().next()?;
    let work_order = order.id;
    Some(match order.status {
        Status::Offered => Command::Claim(Claim { work_order, by: account(0) }),
        Status::Taken(taken) | Status::OnHold { before: taken, .. } => {
            Command::Complete(Complete { work_order, by: taken.by(), next_steps: false })
        }
        Status::Disputed { .. } => {
            let (to, by) = (WORKING.first()?.clone(), account(0));
            Command::Adjudicate(Adjudicate { work_order, to, by })
        }
        Status::Completed { .. } | Status::Cancelled { .. } => return None,
    })
}

/// For good, where nobody is called back: the case waits for that alone.
fn answer(case: &Case) -> Option<intake_core::Command> {
    let (next, department, by) = (None, None, account(0));
    let waits = RULES.is_called_back(&case.item, case.number) == Some(false);
    waits.then_some(intake_core::Command::Reply(Reply { next, department, by }))
}

/// By somebody who never works.
fn ask(survey: &Survey) -> Option<callback_survey_core::Command> {
    let (call, _) = survey.callbacks().find(|(_, fate)| fate.is_none())?;
    Some(callback_survey_core::Command::Answer(Answer {
        callback: call.id,
        through: Through::Call(account(2 * WORKERS)),
        solved: true,
        on_time: None,
        attitude: None,
        score: None,
        complains: false,
    }))
}
