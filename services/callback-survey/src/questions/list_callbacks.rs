use authz::{Action, Subject};
use clock::{CallbackId, CaseId};
use delivery_rpc::Failure;
use proto::callback_survey::v1::ListCallbacksResponse;
use rpc::{PageSize, scope};

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
    pub(crate) callback: Option<CallbackId>,
    pub(crate) page_size: PageSize,
    /// The last one of the previous page.
    pub(crate) after: Option<CallbackId>,
}

/// The callbacks that `subject` may see, the first due first.
pub(crate) async fn list_callbacks(
    survey: &CallbackSurvey,
    subject: &Subject,
    asked: ListCallbacks,
) -> Result<ListCallbacksResponse, Failure> {
    let scope = scope(subject, Action::ListCallbacks)?;
    let ListCallbacks { status, case, callback, page_size, after } = asked;
    let filter =
        Filter { status, case, callback, after, limit: page_size.limit(), ..Filter::default() };
    let mut tx = survey.pool().begin().await?;
    let mut found = list::callbacks(&mut tx, &scope, &filter).await?;
    let next_page_token = page_size.cut(&mut found, |last| last.id.to_string());
    let callbacks = shown(survey, &mut tx, subject, Action::ListCallbacks, &found).await?;
    tx.commit().await?;
    Ok(ListCallbacksResponse { callbacks, next_page_token })
}
