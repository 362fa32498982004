use authz::{Principal, Role, Subject};
use clock::{AccountId, Clock, Ids as _, RandomIds};
use events::words::Level;
use uuid::Uuid;

/// An id that nothing else has.
pub fn id() -> Uuid {
    RandomIds::new(Clock::system()).uuid()
}

/// Somebody with one role and an account of their own, cleared for everything.
pub fn somebody(role: Role, department: Option<&str>) -> Subject {
    Subject {
        principal: Principal::Account(AccountId::from_uuid(id())),
        person: None,
        roles: [role].into(),
        department: department.map(|department| department.parse().unwrap()),
        posts: [].into(),
        highest: Level::Confidential,
    }
}

/// The account of somebody.
pub fn account(subject: &Subject) -> AccountId {
    subject.principal.account().unwrap()
}
