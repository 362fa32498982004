use authz::{Action, Subject, scope};
use clock::{CallbackId, CaseId};
use delivery_rpc::Failure;
use proto::callback_survey::v1::ListCallbacksResponse;
use rpc::{Code, Error};

use super::shown;
use crate::{
    CallbackSurvey,
    store::list::{self, Filter},
};

/// Which callbacks are asked for; each that is given narrows.
#[derive(Debug, Clone)]
pub(crate) struct ListCallbacks {
    /// The word of the status.
    pub(crate) status: Option<&'static str>,
    pub(crate) case: Option<CaseId>,
    /// 1 to 200.
    pub(crate) page_size: u32,
    /// The last one of the previous page.
    pub(crate) after: Option<CallbackId>,
}

/// The callbacks that `subject` may see, the first due first.
pub(crate) async fn list_callbacks(
    survey: &CallbackSurvey,
    subject: &Subject,
    asked: ListCallbacks,
) -> Result<ListCallbacksResponse, Failure> {
    let scope = scope(subject, Action::ListCallbacks).ok_or_else(|| {
        Error::new(Code::PermissionDenied, "not-permitted", "you may not list callbacks")
    })?;
    let ListCallbacks { status, case, page_size, after } = asked;
    // One more shows whether there is a further page.
    let filter = Filter { status, case, after, limit: page_size + 1, ..Filter::default() };
    let mut tx = survey.pool().begin().await?;
    let mut found = list::callbacks(&mut tx, &scope, &filter).await?;
    let more = found.len() > page_size as usize;
    found.truncate(page_size as usize);
    let callbacks = shown(survey, &mut tx, subject, &found).await?;
    tx.commit().await?;
    let last = found.last().filter(|_| more);
    let next_page_token = last.map(|last| last.id.to_string()).unwrap_or_default();
    Ok(ListCallbacksResponse { callbacks, next_page_token })
}
