use jiff::Timestamp;
use proto::intake::v1 as intake;
use serde::Serialize;
use utoipa::ToSchema;

use crate::http::wire::{instant, some};

/// What a case is besides, if it is an incident.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::http) struct Incident {
    /// All places that it touches; the first is where the work is.
    places: Vec<String>,
    /// As it was told last.
    expected_end: Option<Timestamp>,
    /// How often somebody called about it since it was opened.
    calls: u32,
    /// How many persons hear of it.
    reporters: u32,
    /// In the words of who knows it; absent in lists.
    cause: Option<String>,
}

impl From<intake::Incident> for Incident {
    fn from(incident: intake::Incident) -> Self {
        Self {
            places: incident.places,
            expected_end: instant(incident.expected_end),
            calls: incident.calls,
            reporters: incident.reporters,
            cause: some(incident.cause),
        }
    }
}
