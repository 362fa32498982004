use events::words::{Level, Service};

use crate::{
    Action, Principal, Relation, Relations, Subject,
    table::{OF_SOME_SERVICES, TABLE},
};

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
/// A line up to some level includes those below it; one for [`Level::Hidden`] is about what is hidden
/// and nothing else. For a call that concerns no case the relations are [`Relations::NONE`] and the level is
/// [`Level::Public`].
pub fn decide(subject: &Subject, action: Action, relations: Relations, level: Level) -> Decision {
    let allowed = Relation::ALL
        .into_iter()
        .filter(|&relation| relations.has(relation))
        .any(|relation| reach(subject, action, relation).covers(level));
    if allowed { Decision::Allowed } else { Decision::Denied }
}

/// The levels of rows that somebody may do something to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Reach {
    /// All up to this one, if any.
    pub(crate) up_to: Option<Level>,
    /// What is hidden.
    pub(crate) hidden: bool,
}

impl Reach {
    pub(crate) fn covers(self, level: Level) -> bool {
        match level {
            Level::Hidden => self.hidden,
            Level::Public | Level::Internal | Level::Restricted | Level::Confidential => {
                self.up_to.is_some_and(|up_to| level <= up_to)
            }
        }
    }

    pub(crate) fn is_empty(self) -> bool {
        self == Self::default()
    }
}

/// The levels at which `subject` may do `action` to rows that they stand in `relation` to.
pub(crate) fn reach(subject: &Subject, action: Action, relation: Relation) -> Reach {
    let is_of_others = OF_SOME_SERVICES.iter().any(|(of_some, services)| {
        let is_theirs = |one: &Service| subject.principal == Principal::Service(*one);
        *of_some == action && !services.iter().any(is_theirs)
    });
    if is_of_others {
        return Reach::default();
    }
    let granted = TABLE
        .iter()
        .filter(|grant| subject.roles.contains(&grant.role))
        .filter(|grant| grant.relation == relation && grant.may.contains(&action))
        .map(|grant| grant.up_to);
    let (hidden, open): (Vec<_>, Vec<_>) = granted.partition(|level| *level == Level::Hidden);
    let (up_to, hidden) = (open.into_iter().max(), !hidden.is_empty());
    match relation {
        // Everybody is cleared for what is their own, and to say that there is smoke: they see nothing by
        // it.
        Relation::Own => Reach { up_to, hidden },
        _ if action == Action::OpenAlarm => Reach { up_to, hidden },
        // Who is cleared for everything is cleared for what is hidden.
        Relation::Unrelated
        | Relation::FirstReceiver
        | Relation::Assigned
        | Relation::InMyDepartment
        | Relation::EscalatedToMe => Reach {
            up_to: up_to.map(|up_to| up_to.min(subject.highest)),
            hidden: hidden && subject.highest >= Level::Confidential,
        },
    }
}

/// Whether a *read* of a row of this level leaves an audit row (commands always do).
pub const fn is_traced(level: Level) -> bool {
    match level {
        Level::Public | Level::Internal => false,
        Level::Restricted | Level::Confidential | Level::Hidden => true,
    }
}
