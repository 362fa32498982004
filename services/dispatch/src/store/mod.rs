//! Every SQL statement of the service.

pub(crate) mod handover_shown;
pub(crate) mod handovers;
pub(crate) mod holders;
pub(crate) mod list;
pub(crate) mod next_steps;
pub(crate) mod notes;
pub(crate) mod questions;
pub(crate) mod reasons;
pub(crate) mod rosters;
pub(crate) mod tasks;
pub(crate) mod timetables;
pub(crate) mod trainings;
pub(crate) mod work;
