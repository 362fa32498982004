use events::words::Level;

use crate::{Action, Relation, Relations, Subject, table::TABLE};

/// What the table says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// A line of the table allows it.
    Allowed,
    /// No line does.
    Denied,
}

impl Decision {
    /// Whether it is [`Decision::Allowed`].
    pub const fn is_allowed(self) -> bool {
        match self {
            Self::Allowed => true,
            Self::Denied => false,
        }
    }
}

/// Whether `subject`, who stands in `relations` to a row of this `level`, may do `action` to it.
///
/// For a call that concerns no case the relations are [`Relations::NONE`] and the level is
/// [`Level::Public`].
pub fn decide(subject: &Subject, action: Action, relations: Relations, level: Level) -> Decision {
    let allowed = Relation::ALL
        .into_iter()
        .filter(|&relation| relations.has(relation))
        .any(|relation| reach(subject, action, relation).is_some_and(|up_to| level <= up_to));
    if allowed { Decision::Allowed } else { Decision::Denied }
}

/// The highest level at which `subject` may do `action` to rows that they stand in `relation` to.
pub(crate) fn reach(subject: &Subject, action: Action, relation: Relation) -> Option<Level> {
    let granted = TABLE
        .iter()
        .filter(|grant| subject.roles.contains(&grant.role))
        .filter(|grant| grant.relation == relation && grant.may.contains(&action))
        .map(|grant| grant.up_to)
        .max()?;
    match relation {
        // Everybody is cleared for what is their own.
        Relation::Own => Some(granted),
        Relation::Unrelated
        | Relation::FirstReceiver
        | Relation::Assigned
        | Relation::InMyDepartment
        | Relation::EscalatedToMe => Some(granted.min(subject.highest)),
    }
}

/// Whether a *read* of a row of this level leaves an audit row (commands always do).
pub const fn is_traced(level: Level) -> bool {
    match level {
        Level::Public | Level::Internal => false,
        Level::Restricted | Level::Confidential => true,
    }
}
