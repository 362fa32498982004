//! What may be looked up, one question a file. Nothing is changed, but a look at a restricted case
//! leaves an audit row.

mod find_links;
mod get_figures;
mod list_callbacks;
mod next_callback;
mod show_survey;

use authz::{Action, Subject};
use delivery::Tx;
use delivery_rpc::{Failure, note_reads};
use proto::callback_survey::v1::Callback;

pub(crate) use find_links::find_links;
pub(crate) use get_figures::get_figures;
pub(crate) use list_callbacks::{ListCallbacks, list_callbacks};
pub(crate) use next_callback::next_callback;
pub(crate) use show_survey::show_survey;

use crate::{
    CallbackSurvey,
    api::answers,
    store::{self, list::Found, words::Kind},
    words,
};

/// What was found as the wire has it, with the words of all answers.
///
/// Leaves an audit row for each case whose reading is traced.
async fn shown(
    survey: &CallbackSurvey,
    tx: &mut Tx<'_>,
    subject: &Subject,
    action: Action,
    found: &[Found],
) -> Result<Vec<Callback>, Failure> {
    let ids: Vec<_> = found.iter().map(|one| one.id).collect();
    let sealed = store::words::load(tx, &ids).await?;
    let masters = survey.masters();
    let mut shown = Vec::with_capacity(found.len());
    let cases = found.iter().filter_map(|one| Some((one.case, one.state.survey()?.matter.level)));
    note_reads(tx, survey.clock().now(), subject, action, cases).await?;
    for one in found {
        let Some((about, call, fate)) = one.call() else { continue };
        let mut said = Vec::with_capacity(call.answers.len());
        for number in 1..=call.answers.len() {
            let open = |kind: Kind| {
                let words = sealed.get(&(one.id, number, kind));
                words.map(|words| words::open(&masters, one.id, kind, words)).transpose()
            };
            said.push((open(Kind::Words)?, open(Kind::QualityNote)?));
        }
        shown.push(answers::callback(one.case, about, (call, fate), said));
    }
    Ok(shown)
}
