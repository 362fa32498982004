//! Requests as they are parsed: what does not parse is refused with all its violations.

use callback_survey_core::{Attempt, Command, Through};
use clock::{AccountId, CallbackId, PersonId};
use delivery_rpc::Asked;
use events::words::{OutOfScale, Score};
use jiff::civil::Date;
use proto::callback_survey::v1::{
    Answer as WireAnswer, AnswerSurveyRequest, CallbackState, FindLinksRequest, GetFiguresRequest,
    Link, ListCallbacksRequest, RecordAttemptRequest,
};
use rpc::{Error, Fields, PageSize, account};

use crate::{
    commands::{AnswerSurvey, Kept, RecordAttempt, Said},
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
            let attempt = |callback| Command::Attempt(Attempt { callback, by });
            callback.map(|callback| (attempt(callback), Kept::default()))
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
    let (command, kept) = fields.end("attempt-invalid", made)?;
    Ok(RecordAttempt { asked, command, kept })
}

fn said(
    fields: &mut Fields,
    callback: Option<CallbackId>,
    by: AccountId,
    answer: WireAnswer,
) -> Option<(Command, Kept)> {
    let (said, kept) = words(fields, answer);
    if said.complains && !kept.quality_note.is_empty() {
        fields
            .refuse("answer.quality_note", "is for who does not complain: say it in the complaint");
    }
    let answer = said.answer(callback?, Through::Call(by));
    Some((Command::Answer(answer), kept))
}

/// What somebody says by a link.
pub(super) fn survey(asked: Asked, request: AnswerSurveyRequest) -> Result<AnswerSurvey, Error> {
    let mut fields = Fields::default();
    let AnswerSurveyRequest { token, answer } = request;
    if answer.is_none() {
        fields.refuse("answer", "must say whether it is solved");
    }
    let said = answer.map(|answer| words(&mut fields, answer));
    if said.as_ref().is_some_and(|(_, kept)| !kept.quality_note.is_empty()) {
        fields.refuse("answer.quality_note", "is made by who asks, and not by a link");
    }
    let (said, Kept { words, .. }) = fields.end("answer-invalid", said)?;
    Ok(AnswerSurvey { asked, token, said, words })
}

fn words(fields: &mut Fields, answer: WireAnswer) -> (Said, Kept) {
    let WireAnswer { solved, on_time, attitude, score: mark, words, complains, quality_note } =
        answer;
    let attitude = attitude.map(|mark| fields.take("answer.attitude", score(mark)));
    let mark = mark.map(|mark| fields.take("answer.score", score(mark)));
    let words = fields.text("answer.words", words, LONGEST_WORDS);
    let quality_note = fields.text("answer.quality_note", quality_note, LONGEST_WORDS);
    let (attitude, score) = (attitude.flatten(), mark.flatten());
    let said = Said { solved, on_time, attitude, score, complains };
    let kept =
        Kept { words: words.trim().to_owned(), quality_note: quality_note.trim().to_owned() };
    (said, kept)
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

/// The first day of the month that is asked for.
pub(super) fn month(request: &GetFiguresRequest) -> Result<Date, Error> {
    let mut fields = Fields::default();
    let GetFiguresRequest { month } = request;
    let first = month.len() == "2026-11".len();
    let first = first.then(|| format!("{month}-01").parse().ok()).flatten();
    if first.is_none() {
        fields.refuse("month", "must be a month such as 2026-11");
    }
    fields.end("figures-invalid", first)
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
    let callback = fields.optional("callback", &request.callback);
    let after = fields.optional("page_token", &request.page_token);
    let page_size = PageSize::asked(request.page_size);
    fields.end("list-invalid", Some(ListCallbacks { status, case, callback, page_size, after }))
}
