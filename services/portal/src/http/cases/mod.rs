//! Cases: lists from the boards, details from intake, which owns them.

pub(super) mod accept;
pub(super) mod chase;
pub(super) mod close_as;
pub(super) mod complain;
pub(super) mod end;
pub(super) mod explain;
mod handlers;
pub(super) mod join;
pub(super) mod ladder;
pub(super) mod list;
pub(super) mod more_time;
pub(super) mod note;
pub(super) mod reply;
pub(super) mod show;
pub(super) mod similar;
mod steps;
pub(super) mod urgency;
pub(super) mod views;

pub(in crate::http) use handlers::Published;
pub(in crate::http) use steps::Reader;
pub(in crate::http) use views::{Account, with_names};

use events::words::CaseRef;

use crate::refusal::Refusal;

/// What a path calls a case by.
pub(in crate::http) fn reference(text: &str) -> Result<CaseRef, Refusal> {
    text.parse().map_err(|_| {
        Refusal::field("case", "must be a number such as 2026-09-000123, or the id of a case")
    })
}
