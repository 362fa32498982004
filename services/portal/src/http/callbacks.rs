//! Callbacks, which callback-survey owns.

use axum::{
    Json,
    extract::{Path, State},
};
use clock::CallbackId;
use events::words::{Channel, Service, Urgency, Verdict};
use jiff::Timestamp;
use proto::{
    callback_survey::v1::{
        self as survey, CallbackState, ListCallbacksRequest, NextCallbackRequest,
        RecordAttemptRequest,
    },
    intake::v1::{self as intake, AcceptCaseResponse},
    words::v1 as wire_words,
};
use rpc::{Call, Code, Error, Fields};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{
    alarms::PersonAtRisk,
    cases::{self, accept::Accepted, complain::Saying, views::Person},
    extract::{Answer, Body, Caller, Key, Params, id},
    schema::{self, Refused},
    survey::LONGEST_WORDS,
    wire::{instant, lower, some, upper, word},
};
use crate::{head::Head, portal::Portal, refusal::Refusal};

/// The most characters of a complaint, as intake keeps it.
const LONGEST_COMPLAINT: usize = 4_000;

const PREFIX: &str = "CALLBACK_STATE_";
const STATES: [&str; 4] = ["due", "answered", "unreachable", "withdrawn"];

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Wanted {
    /// `due`, `answered`, `unreachable` or `withdrawn`; if it is missing, `due`, or all of a case.
    state: Option<String>,
    /// The id of a case.
    #[serde(default)]
    case: String,
    /// 1 to 200; 50 if it is missing.
    #[serde(default)]
    limit: u32,
    /// `next` of the page before.
    #[serde(default)]
    page: String,
}

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Callbacks {
    callbacks: Vec<Callback>,
    /// The next page; absent on the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// Somebody to ask whether it is solved.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Callback {
    id: String,
    /// Its case: the id, and the number that people use.
    case_id: String,
    case_number: String,
    cycle: u32,
    item: String,
    place: String,
    #[schema(schema_with = schema::urgency_or_none)]
    urgency: Option<Urgency>,
    /// The id of the person to ask.
    person: Option<String>,
    /// `due`, `answered`, `unreachable` or `withdrawn`.
    state: Option<String>,
    completed_at: Option<Timestamp>,
    /// By when the first attempt was promised.
    first_attempt_by: Option<Timestamp>,
    /// Not before this one.
    next_attempt_at: Option<Timestamp>,
    attempts: Vec<Attempt>,
    /// The newest one; of a due callback what a reporter said by their link.
    answer: Option<Said>,
    /// All that was said, the newest first: several may have answered by their links.
    answers: Vec<Given>,
}

/// An answer, and how it came.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = GivenAnswer)]
struct Given {
    at: Option<Timestamp>,
    /// The account that asked and heard it; absent where it came by a link.
    by: Option<String>,
    /// The id of the person whose link it came by; absent where somebody heard it.
    person: Option<String>,
    answer: Said,
}

#[derive(Debug, Serialize, ToSchema)]
struct Attempt {
    at: Option<Timestamp>,
    /// The account that made it.
    by: String,
    reached: bool,
}

/// What the person said.
#[derive(Debug, Default, Serialize, ToSchema)]
#[schema(as = CallbackAnswer)]
struct Said {
    solved: bool,
    on_time: Option<bool>,
    attitude: Option<u32>,
    score: Option<u32>,
    words: Option<String>,
    /// Whether it came by a link, and nobody asked.
    by_link: bool,
    /// Whether they complained of it besides.
    complains: bool,
    /// What whoever asked noted of it.
    quality_note: Option<String>,
}

/// Lists callbacks
///
/// Those that the asker may see, the first due first.
#[utoipa::path(
    get, path = "/callbacks", tag = "callbacks", params(Wanted),
    operation_id = "listCallbacks",
    responses((status = 200, description = "A page", body = Callbacks), Refused),
)]
pub(super) async fn list(
    State(portal): State<Portal>,
    caller: Caller,
    Params(wanted): Params<Wanted>,
) -> Answer<Callbacks> {
    let state = wanted.state.as_deref().or(wanted.case.is_empty().then_some("due"));
    let state = upper("state", state, PREFIX, &STATES, CallbackState::from_str_name)?;
    let message = ListCallbacksRequest {
        state: state.unwrap_or_default().into(),
        case_id: wanted.case,
        page_size: wanted.limit,
        page_token: wanted.page,
        callback: String::new(),
    };
    Ok(Json(look_up(&portal, &caller, message).await?))
}

/// Those that are due, the first due first, and from where on there are more.
pub(super) async fn due(
    portal: &Portal,
    caller: &Caller,
    page_size: u32,
) -> Result<(Vec<Callback>, Option<String>), Refusal> {
    let state = CallbackState::Due.into();
    let message = ListCallbacksRequest { state, page_size, ..ListCallbacksRequest::default() };
    let page = look_up(portal, caller, message).await?;
    Ok((page.callbacks, page.next))
}

async fn look_up(
    portal: &Portal,
    caller: &Caller,
    message: ListCallbacksRequest,
) -> Result<Callbacks, Refusal> {
    let request = portal.on_behalf(caller)?.request(message);
    let answer = portal.peers.callback_survey()?.list_callbacks(request).await?.into_inner();
    Ok(Callbacks {
        callbacks: answer.callbacks.into_iter().map(Callback::from).collect(),
        next: some(answer.next_page_token),
    })
}

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct NextCallback {
    /// Absent when there is none to make now.
    callback: Option<Callback>,
}

/// Says whom to call next
///
/// Due, at an hour when people may be called, and not of the asker's own work. Changes nothing.
#[utoipa::path(
    get, path = "/callbacks/next", tag = "callbacks",
    operation_id = "nextCallback",
    responses((status = 200, description = "The next one", body = NextCallback), Refused),
)]
pub(super) async fn next(State(portal): State<Portal>, caller: Caller) -> Answer<NextCallback> {
    let request = portal.on_behalf(&caller)?.request(NextCallbackRequest {});
    let answer = portal.peers.callback_survey()?.next_callback(request).await?.into_inner();
    Ok(Json(NextCallback { callback: answer.callback.map(Callback::from) }))
}

/// What came of an attempt; all but `reached` only if somebody was.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewAttempt {
    /// Whether the person was reached.
    reached: bool,
    solved: Option<bool>,
    on_time: Option<bool>,
    /// 1 to 5, 5 is best.
    attitude: Option<u32>,
    /// 1 to 5, 5 is best.
    score: Option<u32>,
    /// In their own words, up to 2,000 characters.
    words: Option<String>,
    /// They want to complain: of what, 1 to 4,000 characters. The complaint is opened before the attempt
    /// is recorded, and repeated with it under the same key.
    complaint: Option<String>,
    /// They are dissatisfied and do not want to complain: what is to be known of it, up to 2,000
    /// characters.
    quality_note: Option<String>,
}

impl NewAttempt {
    /// Refuses texts that would not be kept. Before they are heard, which loses no cry for help: whoever
    /// wrote down too much is told at once, still has it, and sends what is heard then.
    fn fits(&self) -> Result<(), Error> {
        let mut fields = Fields::default();
        for (field, text, most) in [
            ("words", &self.words, LONGEST_WORDS),
            ("complaint", &self.complaint, LONGEST_COMPLAINT),
            ("quality_note", &self.quality_note, LONGEST_WORDS),
        ] {
            fields.text(field, text.clone().unwrap_or_default(), most);
        }
        fields.end("attempt-invalid", Some(()))
    }

    /// The answer that was given, if somebody was reached.
    fn answer(self) -> Result<Option<survey::Answer>, Refusal> {
        let complains = self.complaint.is_some();
        let Self { reached, solved, on_time, attitude, score, words, quality_note, .. } = self;
        let said = [
            ("solved", solved.is_some()),
            ("on_time", on_time.is_some()),
            ("attitude", attitude.is_some()),
            ("score", score.is_some()),
            ("words", words.is_some()),
            ("complaint", complains),
            ("quality_note", quality_note.is_some()),
        ];
        match (reached, solved, said.into_iter().find(|(_, said)| *said)) {
            (false, _, Some((field, _))) => {
                Err(Refusal::field(field, "only somebody who was reached can have said it"))
            }
            (false, _, None) => Ok(None),
            (true, None, _) => Err(Refusal::field("solved", "is missing: ask whether it is")),
            (true, Some(solved), _) => {
                if complains && quality_note.is_some() {
                    let why = "is for who does not complain: say it in the complaint";
                    return Err(Refusal::field("quality_note", why));
                }
                let (words, quality_note) =
                    (words.unwrap_or_default(), quality_note.unwrap_or_default());
                Ok(Some(survey::Answer {
                    solved,
                    on_time,
                    attitude,
                    score,
                    words,
                    complains,
                    quality_note,
                }))
            }
        }
    }
}

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Recorded {
    /// `due`, `answered`, `unreachable` or `withdrawn`.
    state: Option<String>,
    /// What the cycle came to; absent while it is open.
    #[schema(schema_with = schema::verdict_or_none)]
    verdict: Option<Verdict>,
    /// Whether it came to that by this attempt; an answer that changes nothing is kept.
    judged: bool,
    /// When to try again.
    next_attempt_at: Option<Timestamp>,
    /// Who is at risk by what was said: words and note are kept with them alone and not with the answer,
    /// and so is the complaint if it tells of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    person_at_risk: Option<PersonAtRisk>,
    /// The complaint that was opened before.
    #[serde(skip_serializing_if = "Option::is_none")]
    complaint: Option<Accepted>,
    /// For the next list or case, which then shows the change.
    #[schema(value_type = Option<String>)]
    head: Option<Head>,
}

/// Records an attempt
///
/// The first "not solved" of a cycle reopens the case. Refused by
/// `no-such-callback`, `callback-withdrawn`, `worker-may-not-call-back`, `reopen-window-over`, and by `attempt-invalid` with a
/// violation for each field that is wrong. Where nobody was reached, refused by `no-callback-open`,
/// `outside-calling-hours` and `too-soon` too, which say from when on it would be right. Words,
/// note and complaint are heard first, whatever else becomes of the attempt: where they tell of a person
/// at risk, that person is one case of its own. Then a complaint is opened, and refused as by `complainCase`, but where
/// theirs is open already; where the attempt is refused after it, the message says its number.
#[utoipa::path(
    post, path = "/callbacks/{id}/attempts", tag = "callbacks",
    operation_id = "recordAttempt", request_body = NewAttempt,
    params(("id" = uuid::Uuid, Path),
           ("Idempotency-Key" = String, Header, description = "A new UUID for each intention")),
    responses((status = 200, description = "What came of it", body = Recorded), Refused),
)]
pub(super) async fn record(
    State(portal): State<Portal>,
    caller: Caller,
    Key(key): Key,
    Path(callback): Path<String>,
    Body(attempt): Body<NewAttempt>,
) -> Answer<Recorded> {
    let callback = id::<CallbackId>(&callback, "no-such-callback", "callback")?.to_string();
    attempt.fits()?;
    let (reached, complaint) = (attempt.reached, attempt.complaint.clone());
    let answer = attempt.answer()?;
    // Under one key, which each of the commands has for itself: what is lost between them is repeated,
    // and none is done twice.
    let call = portal.on_behalf(&caller)?.idempotent(key);
    let told = Told { answer, complaint, callback: &callback };
    let Done { answer, complaint, person_at_risk } = told.first(&portal, &caller, &call).await?;
    let message = RecordAttemptRequest { callback, reached, answer };
    let recorded = portal.peers.callback_survey()?.record_attempt(call.request(message)).await;
    let answer = recorded.map_err(|status| refused(status, complaint.as_ref()))?.into_inner();
    let complaint = complaint.map(Accepted::of).transpose()?;
    Ok(Json(Recorded {
        complaint,
        person_at_risk: PersonAtRisk::told(person_at_risk)?,
        state: lower(answer.state().as_str_name(), PREFIX),
        verdict: word::<wire_words::Verdict, _>(answer.verdict),
        next_attempt_at: instant(answer.next_attempt_at),
        judged: answer.judged,
        head: Head::answered(Service::CallbackSurvey, answer.head),
    }))
}

/// What whoever was called said.
struct Told<'a> {
    callback: &'a str,
    answer: Option<survey::Answer>,
    complaint: Option<String>,
}

/// What intake made of it, and what is left to be recorded.
struct Done {
    answer: Option<survey::Answer>,
    complaint: Option<AcceptCaseResponse>,
    person_at_risk: Option<intake::PersonAtRisk>,
}

impl Told<'_> {
    /// What intake is told before an attempt is recorded: all that was said, once, and then the complaint
    /// of whom the callback asks, if theirs is not open already.
    async fn first(self, portal: &Portal, caller: &Caller, call: &Call) -> Result<Done, Refusal> {
        let Self { callback, answer, complaint } = self;
        let mut done = Done { answer, complaint: None, person_at_risk: None };
        let said = said(done.answer.as_ref(), complaint.as_deref());
        if said.is_empty() && complaint.is_none() {
            return Ok(done);
        }
        let asked = find(portal, caller, callback).await?;
        // It was said when somebody called.
        let saying = |text| Saying {
            case: asked.case_id.clone(),
            channel: Channel::Hotline,
            text,
            person: Person::known(&asked.person),
        };
        let mut withheld = false;
        if !said.is_empty() {
            let heard = cases::complain::hear(portal, call.clone(), saying(said)).await?;
            withheld = heard.withheld;
            if let Some(answer) = done.answer.as_mut().filter(|_| withheld) {
                answer.words.clear();
                answer.quality_note.clear();
            }
            done.person_at_risk = heard.person_at_risk;
        }
        if let Some(text) = complaint {
            let opened = cases::complain::open(portal, call.clone(), saying(text), withheld).await;
            done.complaint = match opened.map_err(Error::from) {
                Ok(complaint) => Some(complaint),
                Err(error) if error.reason() == "already-complained" => None,
                Err(error) => return Err(error.into()),
            };
        }
        Ok(done)
    }
}

/// What was said in words, noted of it, and complained of.
fn said(answer: Option<&survey::Answer>, complaint: Option<&str>) -> String {
    let answered = answer.map(|answer| [&*answer.words, &*answer.quality_note]);
    let all = answered.into_iter().flatten().chain(complaint).map(str::trim);
    all.filter(|text| !text.is_empty()).collect::<Vec<_>>().join("\n")
}

async fn find(
    portal: &Portal,
    caller: &Caller,
    callback: &str,
) -> Result<survey::Callback, Refusal> {
    let message =
        ListCallbacksRequest { callback: callback.to_owned(), ..ListCallbacksRequest::default() };
    let request = portal.on_behalf(caller)?.request(message);
    let listed = portal.peers.callback_survey()?.list_callbacks(request).await?.into_inner();
    listed.callbacks.into_iter().find(|one| one.id == callback).ok_or_else(|| {
        let message = "there is no such callback: list those that are due";
        Refusal::new(Code::NotFound, "no-such-callback", message)
    })
}

/// Why an attempt is not recorded, with the complaint that was opened all the same.
fn refused(status: tonic::Status, complaint: Option<&AcceptCaseResponse>) -> Refusal {
    let error = Error::from(status);
    match complaint {
        Some(AcceptCaseResponse { number, .. }) if error.code() != Code::Internal => {
            error.adding(&format!("; the complaint is opened as {number}")).into()
        }
        Some(_) | None => error.into(),
    }
}

impl From<survey::Callback> for Callback {
    fn from(callback: survey::Callback) -> Self {
        let attempt = |one: survey::Attempt| Attempt {
            at: instant(one.at),
            by: one.by,
            reached: one.reached,
        };
        Self {
            urgency: word::<wire_words::Urgency, _>(callback.urgency),
            state: lower(callback.state().as_str_name(), PREFIX),
            id: callback.id,
            case_id: callback.case_id,
            case_number: callback.case_number,
            cycle: callback.cycle,
            item: callback.item,
            place: callback.place,
            person: some(callback.person),
            completed_at: instant(callback.completed_at),
            first_attempt_by: instant(callback.first_attempt_by),
            next_attempt_at: instant(callback.next_attempt_at),
            attempts: callback.attempts.into_iter().map(attempt).collect(),
            answer: callback.answer.map(|answer| Said::new(answer, callback.by_link)),
            answers: callback.answers.into_iter().map(Given::from).collect(),
        }
    }
}

impl From<survey::GivenAnswer> for Given {
    fn from(given: survey::GivenAnswer) -> Self {
        let survey::GivenAnswer { at, answer, by, person } = given;
        let by_link = by.is_empty();
        Self {
            at: instant(at),
            by: some(by),
            person: some(person),
            answer: answer.map(|answer| Said::new(answer, by_link)).unwrap_or_default(),
        }
    }
}

impl Said {
    fn new(answer: survey::Answer, by_link: bool) -> Self {
        let survey::Answer { solved, on_time, attitude, score, words, complains, quality_note } =
            answer;
        let (words, quality_note) = (some(words), some(quality_note));
        Self { solved, on_time, attitude, score, words, by_link, complains, quality_note }
    }
}
