use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// What somebody is at the centre. An account may have several; a right held by one is enough.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Asks, reports, applies, complains (申请人).
    Requester,
    /// Has left, and still reads what they once asked for (校友).
    Graduate,
    /// A student assistant at the desk (B post of the hall).
    DeskAssistant,
    /// The counsellor on duty, who answers for the desk (值班辅导员).
    DutyCounsellor,
    /// Sees that work reaches the right post (调度).
    Dispatcher,
    /// Guards, and goes where an alarm comes from (门卫).
    GuardPost,
    /// Does the work on site (维修工).
    Repairer,
    /// Accepts and decides for a department.
    DepartmentHandler,
    /// Answers for a department.
    DepartmentHead,
    /// A rung of a ladder: sees what was escalated to them.
    Leader,
    /// Answers for the hall (大厅主任).
    HallDirector,
    /// Measures, calls back, samples (质量专员).
    QualityOfficer,
    /// Runs the installation; sees no case.
    SystemAdministrator,
    /// Reads everything and changes nothing.
    Auditor,
    /// Another service of the installation, by its certificate.
    Service,
}

impl Role {
    /// Each of them, as they are declared.
    pub const ALL: [Self; 15] = [
        Self::Requester,
        Self::Graduate,
        Self::DeskAssistant,
        Self::DutyCounsellor,
        Self::Dispatcher,
        Self::GuardPost,
        Self::Repairer,
        Self::DepartmentHandler,
        Self::DepartmentHead,
        Self::Leader,
        Self::HallDirector,
        Self::QualityOfficer,
        Self::SystemAdministrator,
        Self::Auditor,
        Self::Service,
    ];

    /// The word for it in tokens, imports and stores.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Requester => "requester",
            Self::Graduate => "graduate",
            Self::DeskAssistant => "desk-assistant",
            Self::DutyCounsellor => "duty-counsellor",
            Self::Dispatcher => "dispatcher",
            Self::GuardPost => "guard-post",
            Self::Repairer => "repairer",
            Self::DepartmentHandler => "department-handler",
            Self::DepartmentHead => "department-head",
            Self::Leader => "leader",
            Self::HallDirector => "hall-director",
            Self::QualityOfficer => "quality-officer",
            Self::SystemAdministrator => "system-administrator",
            Self::Auditor => "auditor",
            Self::Service => "service",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

/// A text that names no role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownRole {
    text: String,
}

impl fmt::Display for UnknownRole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words = Role::ALL.map(Role::word).join(", ");
        write!(f, "`{}` is no role: it must be one of {words}", self.text)
    }
}

impl std::error::Error for UnknownRole {}

impl FromStr for Role {
    type Err = UnknownRole;

    fn from_str(text: &str) -> Result<Self, UnknownRole> {
        Self::ALL
            .into_iter()
            .find(|role| role.word() == text)
            .ok_or_else(|| UnknownRole { text: text.chars().take(64).collect() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_has_one_word_everywhere() {
        for role in Role::ALL {
            assert_eq!(role.word().parse(), Ok(role));
            let words = serde::de::value::StrDeserializer::<serde::de::value::Error>::new;
            assert_eq!(Role::deserialize(words(role.word())), Ok(role));
        }
    }

    #[test]
    fn an_unknown_role_is_refused_with_those_that_exist() {
        let refusal = "janitor".parse::<Role>().unwrap_err().to_string();
        assert!(
            refusal.starts_with("`janitor` is no role: it must be one of requester, "),
            "{refusal}"
        );
    }
}
