//! Requests as they are parsed: what does not parse is refused with all its violations.

use callback_survey_core::{Answer, Attempt, Command, Through};
use clock::{AccountId, CallbackId, PersonId};
use delivery_rpc::Asked;
use events::words::{OutOfScale, Score};
use proto::callback_survey::v1::{
    Answer as WireAnswer, AnswerSurveyRequest, CallbackState, FindLinksRequest, Link,
    ListCallbacksRequest, RecordAttemptRequest,
};
use rpc::{Error, Fields, PageSize, account};

use crate::{
    commands::{AnswerSurvey, RecordAttempt, Said},
    questions::ListCallbacks,
};

/// The most characters of what somebody said.
const LONGEST_WORDS: usize = 2_000;

/// The most links that are asked for at once.
const MOST_LINKS: usize = 200;

/// What came of an attempt.
pub(super) fn attempt(asked: Asked, request: RecordAttemptRequest) -> Result<RecordAttempt, Error> {
    let by = account(&asked.subject)?;
    let mut fields = Fields::default();
    let RecordAttemptRequest { callback, reached, answer } = request;
    let callback = fields.required("callback", &callback);
    let made = match (reached, answer) {
        (false, None) => {
            callback.map(|callback| (Command::Attempt(Attempt { callback, by }), String::new()))
        }
        (true, Some(answer)) => said(&mut fields, callback, by, answer),
        (false, Some(_)) => {
            fields.refuse("answer", "must be absent when nobody was reached");
            None
        }
        (true, None) => {
            fields.refuse("answer", "must say whether it is solved, as somebody was reached");
            None
        }
    };
    let (command, words) = fields.end("attempt-invalid", made)?;
    Ok(RecordAttempt { asked, command, words })
}

fn said(
    fields: &mut Fields,
    callback: Option<CallbackId>,
    by: AccountId,
    answer: WireAnswer,
) -> Option<(Command, String)> {
    let (said, words) = words(fields, answer);
    let Said { solved, on_time, attitude, score } = said;
    let through = Through::Call(by);
    let answer = Answer { callback: callback?, through, solved, on_time, attitude, score };
    Some((Command::Answer(answer), words))
}

/// What somebody says by a link.
pub(super) fn survey(asked: Asked, request: AnswerSurveyRequest) -> Result<AnswerSurvey, Error> {
    let mut fields = Fields::default();
    let AnswerSurveyRequest { token, answer } = request;
    if answer.is_none() {
        fields.refuse("answer", "must say whether it is solved");
    }
    let said = answer.map(|answer| words(&mut fields, answer));
    let (said, words) = fields.end("answer-invalid", said)?;
    Ok(AnswerSurvey { asked, token, said, words })
}

fn words(fields: &mut Fields, answer: WireAnswer) -> (Said, String) {
    let WireAnswer { solved, on_time, attitude, score: mark, words } = answer;
    let attitude = attitude.map(|mark| fields.take("answer.attitude", score(mark)));
    let mark = mark.map(|mark| fields.take("answer.score", score(mark)));
    let words = fields.text("answer.words", words, LONGEST_WORDS);
    let said = Said { solved, on_time, attitude: attitude.flatten(), score: mark.flatten() };
    (said, words.trim().to_owned())
}

/// Whose links are asked for.
pub(super) fn links(request: &FindLinksRequest) -> Result<Vec<(CallbackId, PersonId)>, Error> {
    let mut fields = Fields::default();
    if request.links.len() > MOST_LINKS {
        fields.refuse("links", format!("are more than {MOST_LINKS}"));
    }
    let links = request.links.iter().take(MOST_LINKS).enumerate();
    let links = links.map(|(n, Link { callback, person, .. })| {
        let callback = fields.required(&format!("links[{n}].callback"), callback);
        callback.zip(fields.required(&format!("links[{n}].person"), person))
    });
    let links: Option<Vec<_>> = links.collect();
    fields.end("list-invalid", links)
}

fn score(mark: u32) -> Result<Score, OutOfScale> {
    u8::try_from(mark).unwrap_or(u8::MAX).try_into()
}

/// Which callbacks are asked for.
pub(super) fn list(request: &ListCallbacksRequest) -> Result<ListCallbacks, Error> {
    let mut fields = Fields::default();
    let status = match request.state() {
        CallbackState::Unspecified => None,
        CallbackState::Due => Some("due"),
        CallbackState::Answered => Some("answered"),
        CallbackState::Unreachable => Some("unreachable"),
        CallbackState::Withdrawn => Some("withdrawn"),
    };
    let case = fields.optional("case_id", &request.case_id);
    let after = fields.optional("page_token", &request.page_token);
    let page_size = PageSize::asked(request.page_size);
    fields.end("list-invalid", Some(ListCallbacks { status, case, page_size, after }))
}
