use std::slice;

use authz::{Action, Relations};
use callback_survey_core::{Answer, Command, Rejected, Through, on_command};
use clock::CallbackId;
use delivery::{lock, save};
use delivery_rpc::{Asked, Failure, head};
use events::words::{Level, Score};
use proto::callback_survey::v1::AnswerSurveyResponse;
use rpc::{Code, Error, authorize};

use crate::{
    CallbackSurvey, links,
    record::{Change, record},
    store::words::Kind,
    words,
};

/// What somebody says by their link.
#[derive(Debug)]
pub(crate) struct AnswerSurvey {
    pub(crate) asked: Asked,
    /// What their link ends with.
    pub(crate) token: String,
    pub(crate) said: Said,
    /// In their own words; may be empty.
    pub(crate) words: String,
}

/// An answer, whoever gave it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Said {
    pub(crate) solved: bool,
    pub(crate) on_time: Option<bool>,
    pub(crate) attitude: Option<Score>,
    pub(crate) score: Option<Score>,
    /// They complain of it besides.
    pub(crate) complains: bool,
}

impl Said {
    pub(crate) const fn answer(self, callback: CallbackId, through: Through) -> Answer {
        let Self { solved, on_time, attitude, score, complains } = self;
        Answer { callback, through, solved, on_time, attitude, score, complains }
    }
}

/// Records what somebody says by their link, once.
pub(crate) async fn answer_survey(
    survey: &CallbackSurvey,
    AnswerSurvey { asked, token, said, words }: AnswerSurvey,
) -> Result<AnswerSurveyResponse, Failure> {
    let Asked { subject, intent, .. } = asked;
    authorize(&subject, Action::AnswerSurvey, Relations::NONE, Level::Public)?;
    let machine = survey.clock().machine();
    let mut tx = survey.pool().begin().await?;
    if let Some(answered) = intent.begin(&mut tx, machine).await? {
        return Ok(answered);
    }
    let link = links::find(&mut tx, &token).await?.ok_or_else(links::over)?;
    let key = link.case.uuid();
    let mut locked = lock(&mut tx, &[key]).await?.pop().ok_or_else(links::over)?;
    let (state, rules) = links::about(survey, &mut tx, link).await?.ok_or_else(links::over)?;

    // Read under the lock, so that what comes later is later.
    let now = survey.clock().now();
    let callback = link.callback;
    let answer = said.answer(callback, Through::Link(link.person));
    let events = on_command(&state, &rules, Command::Answer(answer), now, &mut survey.ids())
        .map_err(|rejected| refusal(&rejected))?;

    let actor = format!("person:{}", link.person);
    let change = Change { locked: &mut locked, state, events, actor };
    let state = record(&mut tx, survey, change, now).await?;
    let answered = state.callbacks().find(|(call, _)| call.id == callback);
    let (call, _) = answered.ok_or_else(links::over)?;
    let (masters, number) = (survey.masters(), call.answers.len());
    words::keep(&mut tx, &masters, callback, number, (Kind::Words, &words)).await?;
    save(&mut tx, slice::from_mut(&mut locked), machine).await?;
    let answer = AnswerSurveyResponse { head: Some(head(&locked)) };
    intent.finish(&mut tx, &answer).await?;
    tx.commit().await?;
    survey.delivery.bell().ring();
    Ok(answer)
}

/// Whoever has a link that leads nowhere learns no more than that.
fn refusal(rejected: &Rejected) -> Error {
    match rejected {
        Rejected::AlreadyAnswered { .. } | Rejected::LaterCycle { .. } => {
            Error::new(Code::FailedPrecondition, rejected.reason(), rejected.to_string())
        }
        Rejected::LinkOver { .. }
        | Rejected::NoSuchCallback { .. }
        | Rejected::CallbackWithdrawn { .. }
        | Rejected::ReopenWindowOver { .. }
        | Rejected::NoCallbackOpen { .. }
        | Rejected::WorkerMayNotCallBack { .. }
        | Rejected::OutsideCallingHours { .. }
        | Rejected::TooSoon { .. } => links::over(),
    }
}
