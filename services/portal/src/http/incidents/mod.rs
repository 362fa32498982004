//! Incidents (突发事件): one cause, many places, and everybody calls. All of it is asked of intake: what
//! is read out must be as it stands.

mod answer;
pub(super) mod join;
pub(super) mod open;
pub(super) mod show;
pub(super) mod update;

pub(super) use answer::Incident;
