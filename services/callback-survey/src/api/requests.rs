//! Requests as they are parsed: what does not parse is refused with all its violations.

use callback_survey_core::{Answer, Attempt, Command};
use clock::{AccountId, CallbackId};
use delivery_rpc::Asked;
use events::words::{OutOfScale, Score};
use proto::callback_survey::v1::{
    Answer as WireAnswer, CallbackState, ListCallbacksRequest, RecordAttemptRequest,
};
use rpc::{Error, Fields, PageSize, account};

use crate::{commands::RecordAttempt, questions::ListCallbacks};

/// The most characters of what somebody said.
const LONGEST_WORDS: usize = 2_000;

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
    let WireAnswer { solved, on_time, attitude, score: mark, words } = answer;
    let attitude = attitude.map(|mark| fields.take("answer.attitude", score(mark)));
    let mark = mark.map(|mark| fields.take("answer.score", score(mark)));
    let words = fields.text("answer.words", words, LONGEST_WORDS);
    let (attitude, score) = (attitude.flatten(), mark.flatten());
    let by = Some(by);
    let answer = Answer { callback: callback?, by, solved, on_time, attitude, score };
    Some((Command::Answer(answer), words.trim().to_owned()))
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
