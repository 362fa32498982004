use events::dispatch::WorkOrderAnsweredV1;
use jiff::Timestamp;

use super::find;
use crate::{
    command::Answer, event::Event, order::Status, question::Question, rejected::Rejected,
    state::State,
};

/// An answer counts once, and while the work can still go by it.
pub(super) fn decide(
    state: &State,
    answer: Answer,
    now: Timestamp,
) -> Result<Vec<Event>, Rejected> {
    let command = Answer::WORD;
    let (_, order) = find(state, command, answer.work_order)?;
    match order.questions.iter().find(|question| question.id == answer.question) {
        None => Err(Rejected::NoSuchQuestion { command, question: answer.question }),
        Some(Question { answered: Some(_), .. }) => Err(Rejected::AlreadyAnswered { command }),
        Some(Question { answered: None, id, of, .. }) => match order.status {
            Status::Offered
            | Status::Taken(_)
            | Status::OnHold { .. }
            | Status::Disputed { .. } => Ok(vec![Event::Answered(WorkOrderAnsweredV1 {
                work_order: order.id,
                question: *id,
                cycle: order.cycle,
                department: order.department().clone(),
                of: *of,
                by: answer.by,
                at: now,
            })]),
            Status::Completed { .. } => Err(Rejected::AlreadyCompleted { command }),
            Status::Cancelled { .. } => Err(Rejected::Cancelled { command }),
        },
    }
}
