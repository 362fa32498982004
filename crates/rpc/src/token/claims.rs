use std::collections::BTreeSet;

use authz::{Principal, Role, Subject};
use clock::{AccountId, PersonId};
use events::words::{DepartmentId, Installation, Level};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// What a token says. Times are whole seconds, as in RFC 7519.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Claims {
    /// `<installation>/portal`.
    pub(super) iss: String,
    /// The installation.
    pub(super) aud: String,
    /// The account.
    sub: AccountId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    person: Option<PersonId>,
    /// Words: a role that this release does not know gives nothing, and spoils nothing.
    roles: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    department: Option<DepartmentId>,
    /// Words, as roles are. An earlier release says nothing of them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    posts: Vec<String>,
    level: Level,
    /// When the person last proved who they are.
    auth_time: i64,
    pub(super) iat: i64,
    pub(super) exp: i64,
}

impl Claims {
    pub(super) fn new(
        installation: &Installation,
        account: AccountId,
        subject: &Subject,
        authenticated_at: Timestamp,
        now: Timestamp,
    ) -> Self {
        Self {
            iss: issuer(installation),
            aud: installation.to_string(),
            sub: account,
            person: subject.person,
            roles: subject.roles.iter().map(ToString::to_string).collect(),
            department: subject.department.clone(),
            posts: subject.posts.iter().map(ToString::to_string).collect(),
            level: subject.highest,
            auth_time: authenticated_at.as_second(),
            iat: now.as_second(),
            exp: now.as_second().saturating_add(super::LIFETIME.as_secs()),
        }
    }

    pub(super) fn authenticated_at(&self) -> Timestamp {
        Timestamp::from_second(self.auth_time).unwrap_or(Timestamp::UNIX_EPOCH)
    }

    /// The subject; never a service, whatever the roles say: services have certificates.
    pub(super) fn into_subject(self) -> Subject {
        let known = self.roles.iter().filter_map(|role| role.parse::<Role>().ok());
        Subject {
            principal: Principal::Account(self.sub),
            person: self.person,
            roles: known.filter(|&role| role != Role::Service).collect::<BTreeSet<_>>(),
            department: self.department,
            posts: self.posts.iter().filter_map(|post| post.parse().ok()).collect(),
            highest: self.level,
        }
    }
}

pub(super) fn issuer(installation: &Installation) -> String {
    format!("{installation}/portal")
}
