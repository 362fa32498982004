use std::slice;

use authz::{Action, Relations, decide};
use callback_survey_core::{Answer, Attempt, Command, Event, Rejected, on_command};
use clock::CallbackId;
use delivery::{Fault, lock, save};
use delivery_rpc::{Asked, Failure, head};
use proto::callback_survey::v1::RecordAttemptResponse;
use rpc::{Code, Error, authorize};

use crate::{
    CallbackSurvey,
    api::answers,
    record::{Change, record},
    store::{self, words::Kind},
    words,
};

/// What came of an attempt to ask somebody.
#[derive(Debug)]
pub(crate) struct RecordAttempt {
    pub(crate) asked: Asked,
    /// Nobody was reached, or what somebody said.
    pub(crate) command: Command,
    pub(crate) kept: Kept,
}

/// What is kept with an answer; each may be empty.
#[derive(Debug, Default)]
pub(crate) struct Kept {
    /// What they said in their own words.
    pub(crate) words: String,
    /// What whoever asked notes of it.
    pub(crate) quality_note: String,
}

/// Records an attempt, with the answer if there was one.
pub(crate) async fn record_attempt(
    survey: &CallbackSurvey,
    RecordAttempt { asked, command, kept }: RecordAttempt,
) -> Result<RecordAttemptResponse, Failure> {
    let Asked { subject, intent, .. } = asked;
    let callback = target(command);
    let machine = survey.clock().machine();
    let mut tx = survey.pool().begin().await?;
    if let Some(answered) = intent.begin(&mut tx, machine).await? {
        return Ok(answered);
    }
    let case = store::surveys::case_of(&mut tx, callback).await?.ok_or_else(unknown)?;
    let mut locked = lock(&mut tx, &[case.uuid()]).await?.pop().ok_or_else(unknown)?;
    let state = store::surveys::load(&mut tx, case).await?;
    let matter = &state.survey().ok_or_else(unknown)?.matter;

    // Read under the lock, so that what comes later is later.
    let now = survey.clock().now();
    let rules = survey.revisions.rules(&mut tx, matter.revision).await.map_err(Fault::from)?;
    let (relations, level) = (Relations::NONE, matter.level);
    if !decide(&subject, Action::ListCallbacks, relations, level).is_allowed() {
        return Err(unknown().into());
    }
    authorize(&subject, Action::RecordAttempt, relations, level)?;
    let events = on_command(&state, &rules, command, now, &mut survey.ids())
        .map_err(|rejected| refusal(&rejected))?;
    let judged = events.iter().any(|event| matches!(event, Event::Judged(_)));

    let actor = intent.id.principal.clone();
    let change = Change { locked: &mut locked, state, events, actor };
    let state = record(&mut tx, survey, change, now).await?;
    let called = state.callbacks().find(|(call, _)| call.id == callback);
    let (call, fate) = called.ok_or_else(unknown)?;
    let (masters, number) = (survey.masters(), call.answers.len());
    let kept = [(Kind::Words, &kept.words), (Kind::QualityNote, &kept.quality_note)];
    for (kind, words) in kept {
        words::keep(&mut tx, &masters, callback, number, (kind, words)).await?;
    }
    save(&mut tx, slice::from_mut(&mut locked), machine).await?;
    let answer = answers::recorded(call, fate, judged, head(&locked));
    intent.finish(&mut tx, &answer).await?;
    tx.commit().await?;
    survey.delivery.bell().ring();
    Ok(answer)
}

const fn target(command: Command) -> CallbackId {
    match command {
        Command::Attempt(Attempt { callback, .. }) | Command::Answer(Answer { callback, .. }) => {
            callback
        }
    }
}

/// The same for a callback that is not there and for one that the caller may not know of.
fn unknown() -> Error {
    let message = "there is no such callback: list those that are due";
    Error::new(Code::NotFound, "no-such-callback", message)
}

fn refusal(rejected: &Rejected) -> Error {
    let code = match rejected {
        Rejected::NoSuchCallback { .. } => Code::NotFound,
        Rejected::WorkerMayNotCallBack { .. } => Code::PermissionDenied,
        Rejected::NoCallbackOpen { .. }
        | Rejected::CallbackWithdrawn { .. }
        | Rejected::ReopenWindowOver { .. }
        | Rejected::LinkOver { .. }
        | Rejected::LaterCycle { .. }
        | Rejected::AlreadyAnswered { .. }
        | Rejected::OutsideCallingHours { .. }
        | Rejected::TooSoon { .. } => Code::FailedPrecondition,
    };
    Error::new(code, rejected.reason(), rejected.to_string())
}
