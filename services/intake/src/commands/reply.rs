use authz::Action;
use delivery_rpc::{Asked, Failure, head};
use events::words::CaseRef;
use intake_core::{Command, Event};
use jiff::Timestamp;
use proto::intake::v1::ReplyCaseResponse;
use rpc::{Code, Error, account};

use super::{Said, Spoken, existing::Existing};
use crate::{Intake, api::answers, words::Words};

/// What whoever reported a case is answered.
#[derive(Debug, Clone)]
pub(crate) struct Reply {
    pub(crate) asked: Asked,
    pub(crate) case: CaseRef,
    pub(crate) text: Words,
    /// Until when the next answer is promised.
    pub(crate) next: Option<Timestamp>,
}

impl Spoken for Reply {
    fn spoken(&mut self) -> (&Asked, &mut Words, Said) {
        (&self.asked, &mut self.text, Said::about(self.case))
    }
}

/// Keeps it, sealed; whoever reported the case hears that there is an answer, and reads it there.
pub(crate) async fn reply(
    intake: &Intake,
    Reply { asked, case, text, next }: Reply,
) -> Result<ReplyCaseResponse, Failure> {
    if text.is_withheld() {
        return Err(withheld().into());
    }
    let (now, machine) = (intake.clock().now(), intake.clock().machine());
    let mut tx = intake.pool().begin().await?;
    if let Some(answered) = asked.intent.begin(&mut tx, machine).await? {
        return Ok(answered);
    }
    let mut existing = Existing::lock(&mut tx, case, &asked.subject, Action::ReplyCase).await?;
    let (department, by) = (asked.subject.department.clone(), account(&asked.subject)?);
    let command = Command::Reply(intake_core::Reply { next, department, by });
    let events = existing.decide(&mut tx, intake, command, now).await?;
    let next = events.iter().find_map(|event| {
        if let Event::Replied(replied) = event { replied.next.as_ref() } else { None }
    });
    let next = next.map(answers::promise);
    existing.remark(&mut tx, intake, &asked, &text, now).await?;
    existing.record(&mut tx, intake, &asked, events, now).await?;
    let answer = ReplyCaseResponse { head: Some(head(&existing.locked)), next };
    asked.intent.finish(&mut tx, &answer).await?;
    tx.commit().await?;
    intake.delivery.bell().ring();
    Ok(answer)
}

/// Whoever reads answers may not be who handles a person at risk.
fn withheld() -> Error {
    let what = "tells of a person at risk, and is kept with the alarm that was raised of it";
    let message =
        format!("cannot reply: the text {what}; say to whoever asked only what they may know");
    Error::new(Code::FailedPrecondition, "person-at-risk", message).violating("text", what)
}
