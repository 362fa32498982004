use authz::{Action, Subject};
use definitions::Rules;
use delivery::Fault;
use delivery_rpc::Failure;
use jiff::{Timestamp, ToSpan as _, civil::Date};
use proto::callback_survey::v1::GetFiguresResponse;
use rpc::{Code, Error, scope};

use crate::{CallbackSurvey, api::answers, store};

/// What the callbacks of a month came to, as far as `subject` may see their cases; `month` is its first
/// day.
pub(crate) async fn get_figures(
    survey: &CallbackSurvey,
    subject: &Subject,
    month: Date,
) -> Result<GetFiguresResponse, Failure> {
    let scope = scope(subject, Action::ReadFigures)?;
    let mut connection = survey.pool().acquire().await?;
    let rules = survey.revisions.newest(&mut connection).await.map_err(Fault::from)?;
    let rules = rules.ok_or_else(no_definitions)?;
    let (begin, end) = bounds(&rules, month).ok_or_else(beyond)?;
    let figures = store::figures::of(&mut connection, &scope, begin, end).await?;
    Ok(answers::figures(month, figures))
}

/// When a month begins and the next one does, by the clocks of the campus.
fn bounds(rules: &Rules, month: Date) -> Option<(Timestamp, Timestamp)> {
    let zone = rules.zone();
    let begins = |date: Date| Some(date.to_zoned(zone.clone()).ok()?.timestamp());
    begins(month).zip(begins(month.checked_add(1.month()).ok()?))
}

fn no_definitions() -> Error {
    let message = "there is nothing to count yet: apply the campus's definitions first";
    Error::new(Code::FailedPrecondition, "no-definitions", message)
}

fn beyond() -> Error {
    let message = "no calendar has this month";
    Error::new(Code::InvalidArgument, "figures-invalid", message).violating("month", message)
}
