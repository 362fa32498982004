use authz::{Action, Relations, Subject};
use callback_survey_core::follow;
use delivery_rpc::Failure;
use events::words::Level;
use proto::callback_survey::v1::ShowSurveyResponse;
use rpc::authorize;

use crate::{CallbackSurvey, api::answers, links};

/// What somebody sees who follows the link that ends with `token`.
///
/// Which levels have links is the core's to say; none of them leaves an audit row when it is read.
pub(crate) async fn show_survey(
    survey: &CallbackSurvey,
    subject: &Subject,
    token: &str,
) -> Result<ShowSurveyResponse, Failure> {
    authorize(subject, Action::ShowSurvey, Relations::NONE, Level::Public)?;
    let mut tx = survey.pool().begin().await?;
    let link = links::find(&mut tx, token).await?.ok_or_else(links::over)?;
    let (state, rules) = links::about(survey, &mut tx, link).await?.ok_or_else(links::over)?;
    tx.commit().await?;
    let followed = follow(&state, &rules, (link.callback, link.person), survey.clock().now());
    Ok(answers::survey(&rules, followed.ok_or_else(links::over)?, link.person))
}
