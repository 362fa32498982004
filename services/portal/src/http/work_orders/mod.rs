//! Work orders, which dispatch owns.
//!
//! ```text
//!  list    what is known of them
//!  doing   what is done with one by who does the work, and who is told to
//!  moving  to whom one goes
//!  parts   what more than one post does for a case
//! ```

mod doing;
mod list;
mod moving;
mod parts;

pub(super) use list::{WorkOrder, open};

use axum::Json;
use clock::WorkOrderId;
use events::words::Service;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::extract::id;
use crate::{head::Head, portal::Portal, refusal::Refusal};

/// All that is asked of them.
pub(super) fn routes() -> OpenApiRouter<Portal> {
    OpenApiRouter::new()
        .routes(routes!(list::list))
        .routes(routes!(doing::claim))
        .routes(routes!(doing::assign))
        .routes(routes!(doing::arrive))
        .routes(routes!(doing::contain))
        .routes(routes!(doing::hold))
        .routes(routes!(doing::resume))
        .routes(routes!(doing::complete))
        .routes(routes!(moving::back))
        .routes(routes!(moving::transfer))
        .routes(routes!(moving::reassign))
        .routes(routes!(moving::adjudicate))
        .routes(routes!(parts::split))
        .routes(routes!(parts::merge))
}

/// What a command did to a work order.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = WorkDone)]
pub(super) struct Done {
    /// For the next list or case, which then shows the change.
    #[schema(value_type = Option<String>)]
    head: Option<Head>,
}

impl Done {
    pub(super) fn answered(head: Option<proto::delivery::v1::Head>) -> Json<Self> {
        Json(Self { head: Head::answered(Service::Dispatch, head) })
    }
}

pub(super) fn work_order(text: &str) -> Result<String, Refusal> {
    Ok(id::<WorkOrderId>(text, "no-such-work-order", "work order")?.to_string())
}
