//! What the callbacks of a month came to, which callback-survey counts.

use axum::{Json, extract::State};
use proto::callback_survey::v1::{self as survey, GetFiguresRequest};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{
    extract::{Answer, Caller, Params},
    schema::Refused,
};
use crate::portal::Portal;

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Wanted {
    /// Such as `2026-11`, by the clocks of the campus.
    #[param(example = "2026-11")]
    month: String,
}

/// Of the cycles that were completed in a month and of which a requester is to be called back.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Figures {
    #[schema(example = "2026-11")]
    month: String,
    /// All of them: reached, unreachable, not called and open.
    completed: u32,
    /// Judged by what somebody answered.
    reached: u32,
    /// Nobody was reached by as many attempts as there must be: in the reach, and never satisfied.
    unreachable: u32,
    /// The case went on before anybody was asked.
    not_called: u32,
    /// Still to be called.
    open: u32,
    /// Percent reached, of those reached and unreachable; absent where there are none.
    reach_percent: Option<f64>,
    /// Of those reached: who says that it is solved, gave no mark under 4, and does not complain.
    satisfied: u32,
    /// Percent satisfied, of those reached; absent where there are none.
    satisfied_percent: Option<f64>,
    /// Of those reached: how many gave a mark for the whole.
    marked: u32,
    /// The mean of these marks, 1 to 5; absent where there are none.
    mean_mark: Option<f64>,
    /// Those after which the case was taken up again.
    reopened: u32,
    /// Percent reopened, of those completed; absent where there are none.
    reopened_percent: Option<f64>,
    /// Those of cases that were entered late: written on paper during an outage.
    entered_late: u32,
}

/// Counts what the callbacks of a month came to
///
/// Of the cases that the asker may see, by the month in which a cycle was completed. Satisfaction is
/// counted over those who answered; who could not be reached is in the reach alone. Refused by
/// `figures-invalid` and `no-definitions`.
#[utoipa::path(
    get, path = "/callbacks/figures", tag = "callbacks", params(Wanted),
    operation_id = "getFigures",
    responses((status = 200, description = "The figures", body = Figures), Refused),
)]
pub(super) async fn figures(
    State(portal): State<Portal>,
    caller: Caller,
    Params(Wanted { month }): Params<Wanted>,
) -> Answer<Figures> {
    let request = portal.on_behalf(&caller)?.request(GetFiguresRequest { month });
    let answer = portal.peers.callback_survey()?.get_figures(request).await?.into_inner();
    let survey::GetFiguresResponse {
        month,
        completed,
        reached,
        unreachable,
        not_called,
        open,
        reach_percent,
        satisfied,
        satisfied_percent,
        marked,
        mean_mark,
        reopened,
        reopened_percent,
        entered_late,
    } = answer;
    Ok(Json(Figures {
        month,
        completed,
        reached,
        unreachable,
        not_called,
        open,
        reach_percent,
        satisfied,
        satisfied_percent,
        marked,
        mean_mark,
        reopened,
        reopened_percent,
        entered_late,
    }))
}
