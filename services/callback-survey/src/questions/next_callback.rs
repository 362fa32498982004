use std::slice;

use authz::{Action, Subject};
use callback_survey_core::next;
use clock::AccountId;
use delivery::{Fault, Tx};
use delivery_rpc::Failure;
use jiff::Timestamp;
use proto::callback_survey::v1::NextCallbackResponse;
use rpc::{account, scope};

use super::shown;
use crate::{
    CallbackSurvey,
    store::list::{self, Filter, Found},
};

/// How many are looked at at once: nearly always the first can be made.
const AT_ONCE: u32 = 20;

/// The callback that `subject` should make now, if there is one: of those whose attempt would be
/// taken, the first due.
pub(crate) async fn next_callback(
    survey: &CallbackSurvey,
    subject: &Subject,
) -> Result<NextCallbackResponse, Failure> {
    let scope = scope(subject, Action::NextCallback)?;
    let (caller, now) = (account(subject)?, survey.clock().now());
    let mut filter = Filter {
        status: Some("due"),
        ready_at: Some(now),
        not_worked_on_by: Some(caller),
        limit: AT_ONCE,
        ..Filter::default()
    };
    let mut tx = survey.pool().begin().await?;
    loop {
        let found = list::callbacks(&mut tx, &scope, &filter).await?;
        let Some(last) = found.last() else {
            return Ok(NextCallbackResponse { callback: None });
        };
        filter.after = Some(last.id);
        if let Some(next) = first(survey, &mut tx, &found, caller, now).await? {
            let next = slice::from_ref(next);
            let callback = shown(survey, &mut tx, subject, Action::NextCallback, next).await?.pop();
            tx.commit().await?;
            return Ok(NextCallbackResponse { callback });
        }
    }
}

/// The first that can be made, each by the rules of its own case.
async fn first<'a>(
    survey: &CallbackSurvey,
    tx: &mut Tx<'_>,
    found: &'a [Found],
    caller: AccountId,
    now: Timestamp,
) -> Result<Option<&'a Found>, Fault> {
    let mut cases = Vec::with_capacity(found.len());
    for one in found {
        if let Some(about) = one.state.survey() {
            let rules = survey.revisions.rules(tx, about.matter.revision).await?;
            cases.push((&one.state, rules));
        }
    }
    let next = next(cases.iter().map(|(state, rules)| (*state, &**rules)), caller, now);
    Ok(next.and_then(|call| found.iter().find(|one| one.id == call.id)))
}
