use std::{collections::BTreeSet, fmt};

use clock::{AccountId, PersonId};
use events::words::{DepartmentId, Level, PostId, Service};

use crate::Role;

/// Whose deed it is: the name in idempotency keys, audits and events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Principal {
    /// Somebody with an account in the portal: a person or a service account.
    Account(AccountId),
    /// A service of the installation.
    Service(Service),
}

impl Principal {
    /// The account, where there is one.
    pub const fn account(self) -> Option<AccountId> {
        match self {
            Self::Account(account) => Some(account),
            Self::Service(_) => None,
        }
    }
}

/// `account:<uuid>` or `service:<name>`.
impl fmt::Display for Principal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Account(account) => write!(f, "account:{account}"),
            Self::Service(service) => write!(f, "service:{service}"),
        }
    }
}

/// Who asks, as far as it was verified: from a token, or from a certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject {
    /// Whose deed it is.
    pub principal: Principal,
    /// The same human being as requester, if intake knows them.
    pub person: Option<PersonId>,
    /// What they are; one that allows it is enough.
    pub roles: BTreeSet<Role>,
    /// The department whose rows are theirs.
    pub department: Option<DepartmentId>,
    /// The posts that they hold; who of the holders is on duty, it does not say.
    pub posts: BTreeSet<PostId>,
    /// The highest level they are cleared for; it caps every right but those over what is their own.
    pub highest: Level,
}

impl Subject {
    /// A service that asks another.
    pub fn service(service: Service) -> Self {
        Self {
            principal: Principal::Service(service),
            person: None,
            roles: BTreeSet::from([Role::Service]),
            department: None,
            posts: BTreeSet::new(),
            // Whoever followed a link reports what is public or internal.
            highest: Level::Internal,
        }
    }
}
