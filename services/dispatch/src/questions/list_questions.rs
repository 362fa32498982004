use authz::{Action, Subject};
use clock::{QuestionId, WorkOrderId};
use delivery::Fault;
use delivery_rpc::{Failure, note_reads};
use events::words::{Asked, CaseRef};
use proto::dispatch::v1::ListQuestionsResponse;
use rpc::{PageSize, scope};

use crate::{
    Dispatch,
    api::asking,
    store::questions::{Filter, list},
};

/// Which questions are asked for; each that is given narrows.
#[derive(Debug, Clone)]
pub(crate) struct ListQuestions {
    pub(crate) of: Option<Asked>,
    pub(crate) case: Option<CaseRef>,
    pub(crate) work_order: Option<WorkOrderId>,
    /// Only what can still be answered.
    pub(crate) open: bool,
    pub(crate) page_size: PageSize,
    /// The last one of the previous page.
    pub(crate) after: Option<QuestionId>,
}

/// What is asked inside the cases that `subject` may see, and of their own cases what they are asked.
pub(crate) async fn list_questions(
    dispatch: &Dispatch,
    subject: &Subject,
    asked: ListQuestions,
) -> Result<ListQuestionsResponse, Failure> {
    let scope = scope(subject, Action::ListQuestions)?;
    let ListQuestions { of, case, work_order, open, page_size, after } = asked;
    let filter = Filter { of, case, work_order, open, after, limit: page_size.limit() };
    let mut tx = dispatch.pool().begin().await?;
    let mut found = list(&mut tx, &dispatch.masters(), &scope, &filter).await?;
    let next_page_token = page_size.cut(&mut found, |last| last.id.to_string());
    let cases = found.iter().filter_map(|one| Some((one.case_id, one.case.state.work()?.level)));
    note_reads(&mut tx, dispatch.clock().now(), subject, Action::ListQuestions, cases).await?;
    let mut questions = Vec::new();
    for found in found {
        let Some(revision) = found.case.state.work().map(|work| work.revision) else { continue };
        let rules = dispatch.revisions.rules(&mut tx, revision).await.map_err(Fault::from)?;
        questions.extend(asking::question(subject, &rules, found));
    }
    tx.commit().await?;
    Ok(ListQuestionsResponse { questions, next_page_token })
}
