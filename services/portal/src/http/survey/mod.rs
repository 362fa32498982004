//! The page behind a link that was sent to a reporter: is it solved?
//!
//! ```text
//!  GET /s/<secret>   shows what is asked, or what they said: changes nothing, for mail scanners and
//!                    previews open links too
//!  POST /s/<secret>  records it, and leads back there (303); intake hears all words before, and opens
//!                    the complaint of who complains
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
use events::words::Channel;
use proto::callback_survey::v1::{
    Answer, AnswerSurveyRequest, ShowSurveyRequest, ShowSurveyResponse,
};
use rpc::{Call, Code, Error, IdempotencyKey};
use serde::Deserialize;

use super::cases::{
    complain::{Saying, hear, open},
    views::Person,
};
use crate::{
    portal::Portal,
    refusal::Refusal,
    secret::{hex, sha256},
};
use language::Language;
use page::{Body, Mistake, Page};

/// The most characters of what somebody says, as callback-survey keeps them.
pub(super) const LONGEST_WORDS: usize = 2_000;

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

/// The page as it stands, with what is wrong with what was sent.
async fn as_it_stands(
    portal: &Portal,
    language: Language,
    token: &str,
    mistake: Option<Mistake<'_>>,
) -> Response {
    let status = if mistake.is_some() { StatusCode::BAD_REQUEST } else { StatusCode::OK };
    match survey(portal, token).await {
        Ok(survey) => page(status, language, Body::of(language, &survey, mistake)),
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
    complains: String,
}

/// Why what is in a form is no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mistaken {
    /// Something is missing, or is none of the choices.
    Choice,
    /// There are too many words.
    Words,
    /// Somebody complains, and does not say of what.
    Complaint,
}

impl Filled {
    fn answer(&self) -> Result<Answer, Mistaken> {
        let is_yes = |text: &str| match text {
            "yes" => Ok(true),
            "no" => Ok(false),
            _ => Err(Mistaken::Choice),
        };
        let mark = |text: &str| match text.parse() {
            Ok(mark @ 1..=5) => Ok(mark),
            Ok(_) | Err(_) => Err(Mistaken::Choice),
        };
        let said = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let words = self.words.replace("\r\n", "\n");
        if words.chars().count() > LONGEST_WORDS || words.contains('\0') {
            return Err(Mistaken::Words);
        }
        let complains = said(&self.complains).map(|text| is_yes(&text)).transpose()?;
        let complains = complains.unwrap_or_default();
        if complains && words.trim().is_empty() {
            return Err(Mistaken::Complaint);
        }
        Ok(Answer {
            solved: is_yes(&self.solved)?,
            on_time: said(&self.on_time).map(|text| is_yes(&text)).transpose()?,
            attitude: said(&self.attitude).map(|text| mark(&text)).transpose()?,
            score: said(&self.score).map(|text| mark(&text)).transpose()?,
            words,
            complains,
            quality_note: String::new(),
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
    let answer = match filled.answer() {
        Ok(answer) => answer,
        Err(what) => {
            let mistake = Mistake { what, words: &filled.words };
            return as_it_stands(&portal, language, &token, Some(mistake)).await;
        }
    };
    match say(&portal, &token, answer).await {
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

/// Has intake hear the words, opens the complaint of who complains, and then records the answer: a post
/// that is repeated finds done what is.
async fn say(portal: &Portal, token: &str, answer: Answer) -> Result<(), Error> {
    let is_silent = answer.words.trim().is_empty();
    let answer = if is_silent { answer } else { heard(portal, token, answer).await? };
    record(portal, token, answer).await
}

/// What is left to be recorded of an answer: words that tell of a person at risk are with that person
/// alone, and those of who complains with the complaint alone.
async fn heard(portal: &Portal, token: &str, answer: Answer) -> Result<Answer, Error> {
    let saying = saying(portal, token, &answer).await?;
    let call = Call::new().idempotent(key_of(token, &answer)?);
    let heard = hear(portal, call.clone(), saying.clone()).await.map_err(Error::from)?;
    let words = if heard.withheld { String::new() } else { answer.words };
    let answer = Answer { words, ..answer };
    if !answer.complains {
        return Ok(answer);
    }
    match open(portal, call, saying, heard.withheld).await.map_err(Error::from) {
        // On a campus that takes no complaints the words stay with the answer.
        Err(error) if error.reason() == "no-complaints" => {
            Ok(Answer { complains: false, ..answer })
        }
        // What is added to an earlier complaint stays with the answer: nobody loses their words.
        Err(error) if error.reason() == "already-complained" => Ok(answer),
        Err(error) => Err(error),
        Ok(_) => Ok(Answer { words: String::new(), ..answer }),
    }
}

/// What intake is told by who followed a link.
async fn saying(portal: &Portal, token: &str, answer: &Answer) -> Result<Saying, Error> {
    let survey = survey(portal, token).await?;
    let person = Person::known(&survey.person);
    let (case, text) = (survey.case_number, answer.words.clone());
    Ok(Saying { case, channel: Channel::Web, text, person })
}

/// The same for the same words by the same link: a repeated post makes no second complaint of them, and
/// no second note. The secret is hashed with them, so that nobody finds them by trying.
fn key_of(token: &str, answer: &Answer) -> Result<IdempotencyKey, Error> {
    hex(&sha256(format!("{token}\n{}", answer.words).as_bytes())).parse().map_err(Error::internal)
}

/// A key of its own for each post: a second one finds what the first has said.
fn new_key(portal: &Portal) -> Result<IdempotencyKey, Error> {
    portal.ids().uuid().to_string().parse().map_err(Error::internal)
}

async fn record(portal: &Portal, token: &str, answer: Answer) -> Result<(), Error> {
    let message = AnswerSurveyRequest { token: token.to_owned(), answer: Some(answer) };
    let request = Call::new().idempotent(new_key(portal)?).request(message);
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
            let answer = filled(solved, attitude, "").answer();
            assert_eq!(answer, Err(Mistaken::Choice), "{solved} {attitude}");
        }
    }

    #[test]
    fn words_are_counted_as_they_are_kept() {
        let lines = "\r\n".repeat(LONGEST_WORDS);
        assert_eq!(filled("yes", "", &lines).answer().unwrap().words.len(), LONGEST_WORDS);
        let too_many = "水".repeat(LONGEST_WORDS + 1);
        assert_eq!(filled("yes", "", &too_many).answer(), Err(Mistaken::Words));
        assert_eq!(filled("yes", "", "a\0").answer(), Err(Mistaken::Words));
    }

    #[test]
    fn whoever_complains_says_of_what() {
        let complains =
            |words: &str| Filled { complains: "yes".into(), ..filled("yes", "", words) };
        let answer = complains("态度很差").answer().unwrap();
        assert!(answer.solved && answer.complains);
        assert_eq!(complains(" \r\n").answer(), Err(Mistaken::Complaint));
        assert!(!filled("yes", "", "态度很差").answer().unwrap().complains);
    }
}
