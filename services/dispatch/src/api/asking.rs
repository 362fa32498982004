//! Questions on the wire: what is asked and answered, and what is shown of it.

use authz::Subject;
use definitions::Rules;
use delivery_rpc::timestamp;
use dispatch_core::{Answer, Ask, Question};
use events::words::Asked;
use proto::{
    dispatch::v1::{self as wire, AnswerRequest, AskRequest, ListQuestionsRequest},
    words::v1 as words,
};
use rpc::{Error, Fields, PageSize, account};

use super::requests::LONGEST_WORDS;
use crate::{commands::is_asked, questions::ListQuestions, store::questions::Found};

/// Of which work order who is asked, by whom, and what in their words.
pub(super) fn ask(request: AskRequest, subject: &Subject) -> Result<(Ask, String), Error> {
    let mut fields = Fields::default();
    let of = fields.take("of", Asked::try_from(request.of()));
    let work_order = fields.required("work_order", &request.work_order);
    let text = said(&mut fields, request.text, "is missing: say what you want to know");
    let by = account(subject)?;
    let ask = work_order.zip(of).map(|(work_order, of)| (Ask { work_order, of, by }, text));
    fields.end("question-invalid", ask)
}

/// Which question is answered, by whom, and how in their words.
pub(super) fn answer(request: AnswerRequest, subject: &Subject) -> Result<(Answer, String), Error> {
    let mut fields = Fields::default();
    let work_order = fields.required("work_order", &request.work_order);
    let question = fields.required("question", &request.question);
    let text = said(&mut fields, request.text, "is missing: say what you know");
    let by = account(subject)?;
    let answer = work_order.zip(question);
    let answer = answer.map(|(work_order, question)| (Answer { work_order, question, by }, text));
    fields.end("answer-invalid", answer)
}

/// Words without the space around them; there must be some.
fn said(fields: &mut Fields, text: String, missing: &str) -> String {
    let text = fields.text("text", text, LONGEST_WORDS);
    let text = text.trim();
    if text.is_empty() {
        fields.refuse("text", missing);
    }
    text.to_owned()
}

/// Which questions are asked for.
pub(super) fn list(request: &ListQuestionsRequest) -> Result<ListQuestions, Error> {
    let mut fields = Fields::default();
    let of = match request.of() {
        words::Asked::Unspecified => None,
        of @ (words::Asked::Requester
        | words::Asked::Desk
        | words::Asked::Department
        | words::Asked::Head) => fields.take("of", Asked::try_from(of)),
    };
    let case = fields.optional("case", &request.case);
    let work_order = fields.optional("work_order", &request.work_order);
    let after = fields.optional("page_token", &request.page_token);
    let page_size = PageSize::asked(request.page_size);
    let list = ListQuestions { of, case, work_order, open: request.open, page_size, after };
    fields.end("list-invalid", Some(list))
}

/// A question in a list of somebody's, by the definitions of its case; none for one that is not in its
/// case, which no writer leaves.
pub(crate) fn question(subject: &Subject, rules: &Rules, found: Found) -> Option<wire::Question> {
    let work = found.case.state.work()?;
    let order = work.order(found.work_order)?;
    let Question { of, by, at, answered, .. } =
        order.questions.iter().find(|question| question.id == found.id)?;
    let answered_by = answered.filter(|_| found.is_answer_shown);
    Some(wire::Question {
        id: found.id.to_string(),
        work_order: order.id.to_string(),
        case_id: found.case_id.to_string(),
        case_number: found.case.board.number.to_string(),
        post: order.offer.post.to_string(),
        item: work.item.to_string(),
        place: work.place.to_string(),
        of: words::Asked::from(*of).into(),
        text: found.text,
        asked_by: by.to_string(),
        asked_at: Some(timestamp(*at)),
        due: found.due.map(timestamp),
        answer: found.answer,
        answered_by: answered_by.map(|one| one.by.to_string()).unwrap_or_default(),
        answered_at: answered.map(|one| timestamp(one.at)),
        open: answered.is_none() && order.status.is_open(),
        of_you: is_asked(subject, rules, *of, (work, order)),
    })
}
