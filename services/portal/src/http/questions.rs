//! What is asked inside cases, which dispatch owns; who they are the portal knows.

use axum::{
    Json,
    extract::{Path, State},
};
use clock::QuestionId;
use events::words::{Asked, Service};
use jiff::Timestamp;
use proto::{
    dispatch::v1::{self as dispatch, AnswerRequest, AskRequest, ListQuestionsRequest},
    intake::v1::HearWordsResponse,
    words::v1 as wire_words,
};
use rpc::{Code, Error};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    alarms::PersonAtRisk,
    cases::{
        Account, Published, Reader,
        complain::{Saying, hear},
        with_names,
    },
    extract::{Answer, Body, Caller, Key, Params, id},
    schema::{self, Refused},
    wire::{instant, some, word},
    work_orders::{Done, work_order},
};
use crate::{
    head::Head,
    portal::Portal,
    refusal::{Refusal, if_answered},
};

/// All that is asked of them.
pub(super) fn routes() -> OpenApiRouter<Portal> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(ask)).routes(routes!(answer))
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Wanted {
    /// Only what these are asked.
    #[param(schema_with = schema::asked)]
    of: Option<Asked>,
    /// The number or id of a case.
    case: Option<String>,
    /// Only of this one.
    work_order: Option<String>,
    /// Only what can still be answered.
    #[serde(default)]
    open: bool,
    /// 1 to 200; 50 if it is missing.
    #[serde(default)]
    limit: u32,
    /// `next` of the page before.
    #[serde(default)]
    page: String,
}

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Questions {
    questions: Vec<Question>,
    /// The next page; absent on the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// Something that is asked inside a case.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Question {
    id: String,
    /// The work order that it is about.
    work_order: String,
    /// Its case: the id, and the number that people use.
    case_id: String,
    case_number: String,
    /// `<department>/<post>` that has the work order.
    post: String,
    item: String,
    place: String,
    /// Who is asked.
    #[schema(schema_with = schema::asked_or_none)]
    of: Option<Asked>,
    text: String,
    /// Absent for its requester where the department does not publish who has it.
    asked_by: Option<Account>,
    asked_at: Option<Timestamp>,
    /// When the answer is due; null where none is promised.
    due: Option<Timestamp>,
    /// Null until somebody answers, and of another reporter's answer.
    answer: Option<String>,
    /// Absent for its requester.
    answered_by: Option<Account>,
    answered_at: Option<Timestamp>,
    /// Whether it can still be answered: nobody has, and the work is not over.
    open: bool,
    /// Whether the asker is among those who are asked.
    of_you: bool,
}

/// Lists questions
///
/// What is asked inside the cases that the asker may see, the oldest first; of their own cases what
/// they are asked, and nothing that desk and departments ask each other.
#[utoipa::path(
    get, path = "/questions", tag = "questions", params(Wanted),
    operation_id = "listQuestions",
    responses((status = 200, description = "A page", body = Questions), Refused),
)]
pub(super) async fn list(
    State(portal): State<Portal>,
    caller: Caller,
    Params(wanted): Params<Wanted>,
) -> Answer<Questions> {
    let asked = ListQuestionsRequest {
        of: wanted.of.map(wire_words::Asked::from).unwrap_or_default().into(),
        case: wanted.case.unwrap_or_default(),
        work_order: wanted.work_order.unwrap_or_default(),
        open: wanted.open,
        page_size: wanted.limit,
        page_token: wanted.page,
    };
    let reader = Reader::of_lists(&caller.subject);
    let (questions, next) = look_up(&portal, &caller, asked, reader).await?;
    Ok(Json(Questions { questions, next }))
}

/// The most that are shown with a case, or at a handover.
pub(super) const LONGEST_PAGE: u32 = 200;

/// What is asked inside one case, as far as the asker may see it; none where dispatch does not answer,
/// for the case is shown all the same.
pub(super) async fn of_case(
    portal: &Portal,
    caller: &Caller,
    case: uuid::Uuid,
    reader: Reader,
) -> Option<Vec<Question>> {
    let (case, page_size) = (case.to_string(), LONGEST_PAGE);
    let asked = ListQuestionsRequest { case, page_size, ..ListQuestionsRequest::default() };
    if_answered(look_up(portal, caller, asked, reader).await.map(|(questions, _)| questions))
}

/// What the desk has to answer or to follow up: what departments asked it or a requester; and from where
/// on there is more of either.
pub(super) async fn of_the_desk(
    portal: &Portal,
    caller: &Caller,
) -> Result<(Vec<Question>, Option<String>), Refusal> {
    let (mut questions, mut more) = (Vec::new(), None);
    for of in [wire_words::Asked::Desk, wire_words::Asked::Requester] {
        let (of, open, page_size) = (of.into(), true, LONGEST_PAGE);
        let asked = ListQuestionsRequest { of, open, page_size, ..ListQuestionsRequest::default() };
        let (found, next) = look_up(portal, caller, asked, Reader::Staff).await?;
        questions.extend(found);
        more = more.or(next);
    }
    questions.sort_by_key(|question| question.asked_at);
    Ok((questions, more))
}

async fn look_up(
    portal: &Portal,
    caller: &Caller,
    asked: ListQuestionsRequest,
    reader: Reader,
) -> Result<(Vec<Question>, Option<String>), Refusal> {
    let request = portal.on_behalf(caller)?.request(asked);
    let answer = portal.peers.dispatch()?.list_questions(request).await?.into_inner();
    let mut questions: Vec<_> = answer.questions.into_iter().map(Question::from).collect();
    if reader == Reader::Requester {
        let published = Published::now(portal).await?;
        for question in &mut questions {
            question.answered_by = None;
            let department = question.post.split('/').next();
            if !published.names_those_of(department) {
                question.asked_by = None;
            }
        }
    }
    with_names(portal, questions.iter_mut().flat_map(Question::people)).await?;
    Ok((questions, some(answer.next_page_token)))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewQuestion)]
pub(super) struct Ask {
    /// Who is asked.
    #[schema(schema_with = schema::asked)]
    of: Asked,
    /// What, 1 to 2,000 characters.
    text: String,
}

/// Asks somebody about a work order
///
/// Who has the work asks its requester, the desk, or their head; the desk asks the department. Nothing
/// waits for the answer. Refused by `no-such-work-order`, `question-invalid`, `not-the-desk`, `not-yours`,
/// `no-head`, `asks-themselves`, `not-claimed`, `already-completed`, `work-order-cancelled`, `case-closed`
/// and `disputed`.
#[utoipa::path(
    post, path = "/work-orders/{id}/questions", tag = "questions",
    operation_id = "askQuestion", request_body = Ask,
    params(("id" = uuid::Uuid, Path),
           ("Idempotency-Key" = String, Header, description = "A new UUID for each intention")),
    responses((status = 200, description = "They are asked", body = Done), Refused),
)]
pub(super) async fn ask(
    State(portal): State<Portal>,
    caller: Caller,
    Key(key): Key,
    Path(id): Path<String>,
    Body(Ask { of, text }): Body<Ask>,
) -> Answer<Done> {
    let call = portal.on_behalf(&caller)?.idempotent(key);
    let of = wire_words::Asked::from(of).into();
    let request = call.request(AskRequest { work_order: work_order(&id)?, of, text });
    let answer = portal.peers.dispatch()?.ask(request).await?.into_inner();
    Ok(Done::answered(answer.head))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewAnswer)]
pub(super) struct Said {
    /// 1 to 2,000 characters.
    text: String,
}

/// What an answer did.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Answered {
    /// For the next list or case, which then shows the change.
    #[schema(value_type = Option<String>)]
    head: Option<Head>,
    /// Who is at risk by what a requester said; absent for who answers for themselves.
    #[serde(skip_serializing_if = "Option::is_none")]
    person_at_risk: Option<PersonAtRisk>,
}

/// What is kept in place of words that tell of a person at risk: they are with that person alone.
const WITHHELD: &str = "由服务台另行联系。 The desk will get in touch.";

/// The longest answer, as dispatch takes it.
const LONGEST_ANSWER: usize = 2_000;

/// Answers a question
///
/// Whoever is asked, once; of what its requester is asked, they or the desk for them; of what the head is
/// asked, also who stands in at the post of the head. What a requester says is heard first: where it tells
/// of a person at risk, the answer is kept without the words. Refused by `no-such-work-order`, `no-such-question`,
/// `answer-invalid`, `not-asked`, `already-answered`, `already-completed`, `work-order-cancelled` and
/// `case-closed`.
#[utoipa::path(
    post, path = "/work-orders/{id}/questions/{question}/answer", tag = "questions",
    operation_id = "answerQuestion", request_body = Said,
    params(("id" = uuid::Uuid, Path), ("question" = uuid::Uuid, Path),
           ("Idempotency-Key" = String, Header, description = "A new UUID for each intention")),
    responses((status = 200, description = "It is answered", body = Answered), Refused),
)]
pub(super) async fn answer(
    State(portal): State<Portal>,
    caller: Caller,
    Key(key): Key,
    Path((order, question)): Path<(String, String)>,
    Body(Said { mut text }): Body<Said>,
) -> Answer<Answered> {
    let question = id::<QuestionId>(&question, "no-such-question", "question")?.to_string();
    let work_order = work_order(&order)?;
    let call = portal.on_behalf(&caller)?.idempotent(key);
    let asked = find_asked(&portal, &caller, &work_order, &question).await?;
    let mut person_at_risk = None;
    if let Some(asked) = asked.filter(|_| (1..=LONGEST_ANSWER).contains(&text.chars().count())) {
        let (case, channel) = (asked.case_id, caller.usual_channel());
        let saying = Saying { case, channel, text: text.clone(), person: None };
        let heard = match hear(&portal, call.clone(), saying).await.map_err(Error::from) {
            // Whoever is not asked is told so by dispatch.
            Err(error) if error.code() == Code::PermissionDenied => HearWordsResponse::default(),
            heard => heard?,
        };
        if heard.withheld {
            WITHHELD.clone_into(&mut text);
        }
        person_at_risk = PersonAtRisk::told(heard.person_at_risk)?;
    }
    let request = call.request(AnswerRequest { work_order, question, text });
    let answer = portal.peers.dispatch()?.answer(request).await?.into_inner();
    let head = Head::answered(Service::Dispatch, answer.head);
    Ok(Json(Answered { head, person_at_risk }))
}

/// The question, if it is one that its requester is asked: what is said then is theirs, whoever brings it.
async fn find_asked(
    portal: &Portal,
    caller: &Caller,
    work_order: &str,
    question: &str,
) -> Result<Option<dispatch::Question>, Refusal> {
    let asked = ListQuestionsRequest {
        of: wire_words::Asked::Requester.into(),
        work_order: work_order.to_owned(),
        page_size: LONGEST_PAGE,
        ..ListQuestionsRequest::default()
    };
    let request = portal.on_behalf(caller)?.request(asked);
    let listed = portal.peers.dispatch()?.list_questions(request).await.map_err(Error::from);
    let questions = match listed {
        // Whoever sees no question is told by dispatch what they are refused.
        Err(error) if error.code() == Code::PermissionDenied => return Ok(None),
        listed => listed?.into_inner().questions,
    };
    Ok(questions.into_iter().find(|one| one.id == question))
}

impl Question {
    fn people(&mut self) -> impl Iterator<Item = &mut Account> {
        self.asked_by.iter_mut().chain(&mut self.answered_by)
    }
}

impl From<dispatch::Question> for Question {
    fn from(question: dispatch::Question) -> Self {
        Self {
            of: word::<wire_words::Asked, _>(question.of),
            id: question.id,
            work_order: question.work_order,
            case_id: question.case_id,
            case_number: question.case_number,
            post: question.post,
            item: question.item,
            place: question.place,
            text: question.text,
            asked_by: Account::nameless(&question.asked_by),
            asked_at: instant(question.asked_at),
            due: instant(question.due),
            answer: some(question.answer),
            answered_by: Account::nameless(&question.answered_by),
            answered_at: instant(question.answered_at),
            open: question.open,
            of_you: question.of_you,
        }
    }
}
