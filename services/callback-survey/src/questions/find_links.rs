use authz::{Action, Relations, Subject};
use clock::{CallbackId, PersonId};
use delivery_rpc::Failure;
use events::words::Level;
use proto::callback_survey::v1::{FindLinksResponse, Link};
use rpc::authorize;

use crate::{CallbackSurvey, links};

/// The links of these persons to these callbacks, as far as there are any.
pub(crate) async fn find_links(
    survey: &CallbackSurvey,
    subject: &Subject,
    asked: &[(CallbackId, PersonId)],
) -> Result<FindLinksResponse, Failure> {
    authorize(subject, Action::FindLinks, Relations::NONE, Level::Public)?;
    let mut connection = survey.pool().acquire().await?;
    let found = links::tokens(&mut connection, &survey.masters(), asked).await?.into_iter();
    let link = |(callback, person, token): (CallbackId, PersonId, String)| Link {
        callback: callback.to_string(),
        person: person.to_string(),
        token,
    };
    Ok(FindLinksResponse { links: found.map(link).collect() })
}
