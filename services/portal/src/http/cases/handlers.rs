//! Who has a case, as far as their department publishes it to whoever reported it.

use std::sync::Arc;

use definitions::{Handlers, Rules};
use events::words::DepartmentId;
use revisions::RevisionError;
use serde_json::Value;

use super::views::Case;
use crate::{portal::Portal, refusal::Refusal, store::timeline::Step};

/// What departments publish of who has a case: nothing, where it is not known what they do.
pub(in crate::http) struct Published(Option<Arc<Rules>>);

impl Published {
    /// As the definitions of now have it.
    pub(in crate::http) async fn now(portal: &Portal) -> Result<Self, Refusal> {
        let mut connection = portal.pool().acquire().await?;
        match portal.revisions.newest(&mut connection).await {
            Ok(rules) => Ok(Self(rules)),
            Err(RevisionError::Database(error)) => Err(error.into()),
            Err(RevisionError::Unknown(_) | RevisionError::NotUnderstood { .. }) => Ok(Self(None)),
        }
    }

    /// Leaves out of a case what is not for its requester: leaders, and handlers who are not published.
    pub(super) fn limit_case(&self, case: &mut Case) {
        case.rung = None;
        if !self.names_those_of(case.department.as_deref()) {
            case.holder = None;
        }
        for part in &mut case.parts {
            if !self.names_those_of(Some(&part.department)) {
                part.holder = None;
            }
        }
    }

    /// The same of a step that a requester is told: who did it is told as the handler alone.
    pub(super) fn limit_step(&self, step: &mut Step) {
        if !self.names_those_of(step.detail.get("department").and_then(Value::as_str)) {
            step.actor = None;
        }
    }

    /// Whether this department names who has a case.
    pub(in crate::http) fn names_those_of(&self, department: Option<&str>) -> bool {
        let publishes = || {
            let department: DepartmentId = department?.parse().ok()?;
            Some(self.0.as_ref()?.department(&department)?.handlers)
        };
        match publishes().unwrap_or_default() {
            Handlers::Named => true,
            Handlers::Unnamed => false,
        }
    }
}
