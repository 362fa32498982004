//! Whom an account or a key speaks for.

use authz::{Principal, Subject};
use clock::{AccountId, PersonId};
use events::words::Level;

/// What a row of an account or of a key says, in words.
#[derive(Debug, Clone)]
pub(crate) struct Standing {
    pub(crate) account: AccountId,
    pub(crate) person: Option<PersonId>,
    pub(crate) roles: Vec<String>,
    pub(crate) department: Option<String>,
    pub(crate) posts: Vec<String>,
    pub(crate) level: String,
}

impl Standing {
    /// The subject of the policy. A word that a newer release wrote gives nothing here.
    pub(crate) fn subject(&self) -> Subject {
        Subject {
            principal: Principal::Account(self.account),
            person: self.person,
            roles: self.roles.iter().filter_map(|role| role.parse().ok()).collect(),
            department: self.department.as_deref().and_then(|id| id.parse().ok()),
            posts: self.posts.iter().filter_map(|post| post.parse().ok()).collect(),
            highest: self.level.parse().unwrap_or(Level::Public),
        }
    }
}
