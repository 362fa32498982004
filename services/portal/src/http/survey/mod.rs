//! The page behind a link that was sent to a reporter: is it solved?
//!
//! ```text
//!  GET /s/<secret>   shows what is asked, or what they said: changes nothing, for mail scanners and
//!                    previews open links too
//!  POST /s/<secret>  records it, and leads back there (303)
//! ```
//!
//! Nobody logs in here: the secret in the address is all that it takes. So it is in no log (routes are
//! logged, not paths), no cache keeps the page and no other site is told where its reader came from.
//! Whether a secret was never given, or leads nowhere any more, cannot be told apart.

mod language;
mod page;
mod texts;

use axum::{
    Form, Router,
    extract::{
        Path, Query, State,
        rejection::{FormRejection, PathRejection, QueryRejection},
    },
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
    routing::get,
};
use clock::Ids as _;
use proto::callback_survey::v1::{
    Answer, AnswerSurveyRequest, ShowSurveyRequest, ShowSurveyResponse,
};
use rpc::{Call, Code, Error};
use serde::Deserialize;

use crate::{portal::Portal, refusal::Refusal};
use language::Language;
use page::{Body, Page};

/// The most characters of what somebody says, as callback-survey keeps them.
const LONGEST_WORDS: usize = 2_000;

const STYLE: &str = include_str!("../../../assets/page.css");

/// What the address of a page begins with; the rest of it is a secret.
pub(super) const BEFORE_SECRET: &str = "/s/";

/// The page, and how it looks.
pub(super) fn routes() -> Router<Portal> {
    Router::new().route("/s/{token}", get(show).post(answer)).route("/assets/page.css", get(style))
}

async fn style() -> Response {
    let kept = (header::CACHE_CONTROL, "public, max-age=3600");
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8"), kept], STYLE).into_response()
}

#[derive(Debug, Default, Deserialize)]
struct Wanted {
    /// The language that its reader has chosen.
    lang: Option<String>,
}

/// What a link ends with. Where that is no text, it is none that leads anywhere.
fn secret(token: Result<Path<String>, PathRejection>) -> String {
    token.map(|Path(token)| token).unwrap_or_default()
}

/// The language of a page. A wish that cannot be read is none.
fn language(wanted: Result<Query<Wanted>, QueryRejection>, headers: &HeaderMap) -> Language {
    let chosen = wanted.ok().and_then(|Query(wanted)| wanted.lang);
    let accepted = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    Language::of(chosen.as_deref(), accepted)
}

async fn show(
    State(portal): State<Portal>,
    token: Result<Path<String>, PathRejection>,
    wanted: Result<Query<Wanted>, QueryRejection>,
    headers: HeaderMap,
) -> Response {
    as_it_stands(&portal, language(wanted, &headers), &secret(token), None).await
}

/// The page as it stands; `mistaken` is what was written with what is no answer.
async fn as_it_stands(
    portal: &Portal,
    language: Language,
    token: &str,
    mistaken: Option<&str>,
) -> Response {
    let status = if mistaken.is_some() { StatusCode::BAD_REQUEST } else { StatusCode::OK };
    match survey(portal, token).await {
        Ok(survey) => page(status, language, Body::of(language, &survey, mistaken)),
        Err(error) => refused(language, error, Body::Away),
    }
}

/// What a form holds; what was not said is empty.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Filled {
    solved: String,
    on_time: String,
    attitude: String,
    score: String,
    words: String,
}

/// Something in a form is no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Mistaken;

impl Filled {
    fn answer(&self) -> Result<Answer, Mistaken> {
        let is_yes = |text: &str| match text {
            "yes" => Ok(true),
            "no" => Ok(false),
            _ => Err(Mistaken),
        };
        let mark = |text: &str| match text.parse() {
            Ok(mark @ 1..=5) => Ok(mark),
            Ok(_) | Err(_) => Err(Mistaken),
        };
        let said = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let words = self.words.replace("\r\n", "\n");
        if words.chars().count() > LONGEST_WORDS || words.contains('\0') {
            return Err(Mistaken);
        }
        Ok(Answer {
            solved: is_yes(&self.solved)?,
            on_time: said(&self.on_time).map(|text| is_yes(&text)).transpose()?,
            attitude: said(&self.attitude).map(|text| mark(&text)).transpose()?,
            score: said(&self.score).map(|text| mark(&text)).transpose()?,
            words,
        })
    }
}

async fn answer(
    State(portal): State<Portal>,
    token: Result<Path<String>, PathRejection>,
    wanted: Result<Query<Wanted>, QueryRejection>,
    headers: HeaderMap,
    form: Result<Form<Filled>, FormRejection>,
) -> Response {
    let (language, token) = (language(wanted, &headers), secret(token));
    let filled = form.map(|Form(filled)| filled).unwrap_or_default();
    let Ok(answer) = filled.answer() else {
        return as_it_stands(&portal, language, &token, Some(&filled.words)).await;
    };
    match record(&portal, &token, answer).await {
        Ok(()) => shown(language),
        // What they said before is shown, or how it goes on without them.
        Err(error) if ["already-answered", "later-cycle"].contains(&error.reason()) => {
            shown(language)
        }
        // Whether it was recorded before nothing more was heard, nobody knows.
        Err(error) => refused(language, error, Body::Unsure),
    }
}

async fn survey(portal: &Portal, token: &str) -> Result<ShowSurveyResponse, Error> {
    let request = Call::new().request(ShowSurveyRequest { token: token.to_owned() });
    Ok(portal.peers.callback_survey()?.show_survey(request).await?.into_inner())
}

async fn record(portal: &Portal, token: &str, answer: Answer) -> Result<(), Error> {
    // A key of its own for each post: a second one finds what the first has said.
    let key = portal.ids().uuid().to_string().parse().map_err(Error::internal)?;
    let message = AnswerSurveyRequest { token: token.to_owned(), answer: Some(answer) };
    let request = Call::new().idempotent(key).request(message);
    portal.peers.callback_survey()?.answer_survey(request).await?;
    Ok(())
}

/// Leads back to the page, relative to itself: its address is in no header.
fn shown(language: Language) -> Response {
    let location = format!("?lang={}", language.word());
    let response = (StatusCode::SEE_OTHER, [(header::LOCATION, location)]);
    guarded(language, response.into_response())
}

/// A link that leads nowhere, or a page for when nobody knows.
fn refused(language: Language, error: Error, unknown: Body<'_>) -> Response {
    match error.code() {
        Code::NotFound => page(StatusCode::NOT_FOUND, language, Body::Over),
        Code::InvalidArgument
        | Code::Unauthenticated
        | Code::PermissionDenied
        | Code::Conflict
        | Code::FailedPrecondition
        | Code::ResourceExhausted
        | Code::Unavailable
        | Code::Internal => {
            Refusal::from(error).log();
            page(StatusCode::SERVICE_UNAVAILABLE, language, unknown)
        }
    }
}

fn page(status: StatusCode, language: Language, body: Body<'_>) -> Response {
    match Page::render(language, body) {
        Ok(html) => {
            let kind = [(header::CONTENT_TYPE, "text/html; charset=utf-8")];
            guarded(language, (status, kind, html).into_response())
        }
        Err(error) => Refusal::from(Error::internal(error)).into_response(),
    }
}

/// What keeps the page to its reader: nothing of others is loaded, nothing is kept or passed on.
fn guarded(language: Language, mut response: Response) -> Response {
    let policy = "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; \
                  frame-ancestors 'none'";
    let headers = [
        (header::CONTENT_SECURITY_POLICY, policy),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CACHE_CONTROL, "no-store"),
        (header::CONTENT_LANGUAGE, language.tag()),
        (header::VARY, "accept-language"),
        (header::HeaderName::from_static("x-robots-tag"), "noindex"),
    ];
    for (name, value) in headers {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(solved: &str, attitude: &str, words: &str) -> Filled {
        let (solved, attitude, words) = (solved.into(), attitude.into(), words.into());
        Filled { solved, attitude, words, ..Filled::default() }
    }

    #[test]
    fn whether_it_is_solved_must_be_said_and_nothing_else() {
        let answer = filled("no", "", "还在滴水").answer().unwrap();
        let words = "还在滴水".to_owned();
        assert_eq!(answer, Answer { solved: false, words, ..Answer::default() });
        for (solved, attitude) in [("", ""), ("maybe", ""), ("yes", "6"), ("yes", "0"), ("no", "x")]
        {
            assert_eq!(filled(solved, attitude, "").answer(), Err(Mistaken), "{solved} {attitude}");
        }
    }

    #[test]
    fn words_are_counted_as_they_are_kept() {
        let lines = "\r\n".repeat(LONGEST_WORDS);
        assert_eq!(filled("yes", "", &lines).answer().unwrap().words.len(), LONGEST_WORDS);
        let too_many = "水".repeat(LONGEST_WORDS + 1);
        assert_eq!(filled("yes", "", &too_many).answer(), Err(Mistaken));
        assert_eq!(filled("yes", "", "a\0").answer(), Err(Mistaken));
    }
}
