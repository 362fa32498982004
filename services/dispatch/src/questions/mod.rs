//! What may be looked up. Nothing is changed, but a look at a restricted case leaves an audit row.

mod find_next_steps;
mod list_questions;
mod list_work_orders;
mod show_handover;
mod show_roster;

pub(crate) use find_next_steps::find_next_steps;
pub(crate) use list_questions::{ListQuestions, list_questions};
pub(crate) use list_work_orders::{ListWorkOrders, list_work_orders};
pub(crate) use show_handover::show_handover;
pub(crate) use show_roster::{OfPost, ShowRoster, show_roster};
