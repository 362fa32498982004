use std::collections::{BTreeMap, BTreeSet};

use authz::Role;
use clock::AccountId;
use rpc::Error;

use super::{
    Changed, Difference, Known,
    difference::{columns, nobody_would_administer},
};

/// An account that the last import changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Touched {
    pub(crate) account: AccountId,
    /// What it was before; nothing if the import added it.
    pub(crate) before: Option<Known>,
}

impl Touched {
    /// What it was, if it was open.
    fn was_open(&self) -> Option<&Known> {
        self.before.as_ref().filter(|before| !before.is_closed)
    }
}

/// What undoing the import changes of the accounts as they are. It adds nobody: who was closed by the
/// import is `reopened`, and who was added or opened by it is closed.
///
/// Refused if nobody would be left to import people again.
pub(crate) fn undo(known: &[Known], touched: &[Touched]) -> Result<Difference, Error> {
    let by_account: BTreeMap<_, _> = touched.iter().map(|one| (one.account, one)).collect();
    let mut difference = Difference::default();
    let mut is_administered = false;
    for now in known {
        let then = match by_account.get(&now.account) {
            None => {
                difference.unchanged += 1;
                Some(now).filter(|now| !now.is_closed)
            }
            Some(touched) => touched.was_open(),
        };
        let administers = |then: &Known| then.row.roles.contains(&Role::SystemAdministrator);
        is_administered |= then.is_some_and(administers);
        if !by_account.contains_key(&now.account) {
            continue;
        }
        match then {
            None => difference.closed.push(now.row.login.clone()),
            Some(then) => {
                let (account, columns) = (now.row.login.clone(), columns(now, &then.row));
                difference.changed.push(Changed { account, columns });
            }
        }
    }
    if is_administered { Ok(difference) } else { Err(nobody_would_administer()) }
}

/// The accounts that undoing closes.
pub(crate) fn closing(touched: &[Touched]) -> BTreeSet<AccountId> {
    touched.iter().filter(|one| one.was_open().is_none()).map(|one| one.account).collect()
}

#[cfg(test)]
mod tests {
    use clock::Id;
    use events::words::Level;
    use uuid::Uuid;

    use super::*;
    use crate::{people::Row, personal::Personal};

    fn known(number: u128, login: &str, role: Role, is_closed: bool) -> Known {
        let row = Row {
            login: login.to_owned(),
            personal: Personal { name: login.to_owned(), ..Personal::default() },
            roles: BTreeSet::from([role]),
            department: None,
            posts: BTreeSet::new(),
            level: Level::Confidential,
            formerly: None,
        };
        Known { account: Id::from_uuid(Uuid::from_u128(number)), row, imported: true, is_closed }
    }

    fn touched(now: &Known, before: Option<Known>) -> Touched {
        Touched { account: now.account, before }
    }

    #[test]
    fn who_was_added_or_opened_is_closed_who_was_closed_is_opened_and_who_was_changed_is_as_before()
    {
        let now = [
            known(1, "root", Role::SystemAdministrator, false),
            known(2, "added", Role::Leader, false),
            known(3, "opened", Role::Leader, false),
            known(4, "closed", Role::Leader, true),
            known(5, "changed", Role::Leader, false),
        ];
        let [_, added, opened, closed, changed] = &now;
        let touched = [
            touched(added, None),
            touched(opened, Some(known(3, "opened", Role::Leader, true))),
            touched(closed, Some(known(4, "closed", Role::Leader, false))),
            touched(changed, Some(known(5, "changed", Role::Auditor, false))),
        ];
        let difference = undo(&now, &touched).unwrap();
        let of = |account: &str, column: &str| Changed {
            account: account.to_owned(),
            columns: vec![column.to_owned()],
        };
        assert_eq!(difference.changed, [of("closed", "reopened"), of("changed", "roles")]);
        assert_eq!(difference.closed, ["added", "opened"]);
        assert_eq!((difference.added.len(), difference.unchanged), (0, 1));
        assert_eq!(closing(&touched), BTreeSet::from([added.account, opened.account]));
    }

    #[test]
    fn somebody_must_be_left_who_can_import_people_again() {
        let administers = Role::SystemAdministrator;
        let now = |is_closed| {
            [known(1, "root", administers, is_closed), known(2, "admin", administers, false)]
        };
        let was = |role| Some(known(2, "admin", role, false));
        for (root_is_closed, before, is_allowed) in [
            (false, None, true),
            (true, None, false),
            (true, was(Role::Auditor), false),
            (true, was(administers), true),
            (true, Some(known(2, "admin", administers, true)), false),
        ] {
            let now = now(root_is_closed);
            let answer = undo(&now, &[touched(&now[1], before)]);
            assert_eq!(answer.is_ok(), is_allowed, "{answer:?}");
            if let Err(error) = answer {
                assert_eq!(error.reason(), "nobody-would-administer");
            }
        }
    }
}
