use std::collections::{BTreeMap, BTreeSet};

use authz::Role;
use clock::AccountId;
use rpc::{Code, Error};
use serde::{Deserialize, Serialize};

use super::Row;

/// An account as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Known {
    pub(crate) account: AccountId,
    pub(crate) row: Row,
    /// Whether an earlier file brought it; one of another origin is closed by none.
    pub(crate) imported: bool,
    pub(crate) is_closed: bool,
}

/// What a file changes, by login name.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Difference {
    pub(crate) added: Vec<String>,
    pub(crate) changed: Vec<Changed>,
    /// Missing in the file: they can no longer log in.
    pub(crate) closed: Vec<String>,
    pub(crate) unchanged: usize,
}

/// One account that the file changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Changed {
    pub(crate) account: String,
    /// The columns that differ; `reopened` for one that was closed.
    pub(crate) columns: Vec<String>,
}

/// What `rows` change of the accounts as they are. A row that says what its account was called before
/// is about the account of that name, which is called otherwise from then on.
///
/// Refused if nobody would be left to import people again, or two accounts would become one.
pub(crate) fn compare(known: &[Known], rows: &[Row]) -> Result<Difference, Error> {
    let by_login: BTreeMap<&str, &Known> =
        known.iter().map(|known| (known.row.login.as_str(), known)).collect();
    let former = |row: &Row| by_login.get(row.formerly.as_deref()?).copied();
    nobody_is_two(&by_login, rows)?;
    let logins = rows.iter().map(|row| row.login.as_str());
    let named: BTreeSet<&str> =
        logins.chain(rows.iter().filter_map(|row| row.formerly.as_deref())).collect();
    let mut difference = Difference::default();
    for row in rows {
        let account = by_login.get(row.login.as_str()).copied().or_else(|| former(row));
        match account.map(|known| columns(known, row)) {
            None => difference.added.push(row.login.clone()),
            Some(columns) if columns.is_empty() => difference.unchanged += 1,
            Some(columns) => {
                difference.changed.push(Changed { account: row.login.clone(), columns });
            }
        }
    }
    let stays = |known: &&Known| !known.imported && !named.contains(known.row.login.as_str());
    let administers = |row: &Row| row.roles.contains(&Role::SystemAdministrator);
    let kept = known.iter().filter(stays).filter(|known| !known.is_closed).map(|known| &known.row);
    if !kept.chain(rows).any(administers) {
        return Err(nobody_would_administer());
    }
    let missing = known.iter().filter(|known| known.imported && !known.is_closed);
    let missing = missing.map(|known| &known.row.login).filter(|login| !named.contains(&***login));
    difference.closed.extend(missing.cloned());
    Ok(difference)
}

/// An account that is to be called as another one is cannot be: neither's cases are given away.
fn nobody_is_two(by_login: &BTreeMap<&str, &Known>, rows: &[Row]) -> Result<(), Error> {
    let is_two = |row: &&Row| {
        let former = row.formerly.as_deref().and_then(|login| by_login.get(login));
        let is_open = former.is_some_and(|former| !former.is_closed);
        is_open && by_login.contains_key(row.login.as_str())
    };
    let two: Vec<_> = rows.iter().filter(is_two).collect();
    if two.is_empty() {
        return Ok(());
    }
    let message = "some accounts would be called as others are already; nothing was changed: leave \
                   `formerly` empty, and give each account a row of its own or none";
    let refusal = Error::new(Code::FailedPrecondition, "account-taken", message);
    Err(two.iter().fold(refusal, |refusal, row| {
        let former = row.formerly.as_deref().unwrap_or_default();
        let what = format!("`{}` is an account besides `{former}`", row.login);
        refusal.violating(row.login.as_str(), what)
    }))
}

pub(super) fn nobody_would_administer() -> Error {
    Error::new(
        Code::FailedPrecondition,
        "nobody-would-administer",
        "no account would be left with the role system-administrator; nothing was changed",
    )
}

/// The columns in which the file differs from what is known.
pub(super) fn columns(known: &Known, row: &Row) -> Vec<String> {
    let old = &known.row;
    let (more, new) = (&old.personal.more, &row.personal.more);
    let columns = [
        ("account", old.login != row.login),
        ("name", old.personal.name != row.personal.name),
        ("roles", old.roles != row.roles),
        ("department", old.department != row.department),
        ("posts", old.posts != row.posts),
        ("phone", old.personal.phone != row.personal.phone),
        ("level", old.level != row.level),
        ("mail", more.mail != new.mail),
        ("number", more.number != new.number),
        ("home", more.home != new.home),
        ("reopened", known.is_closed),
    ];
    columns.into_iter().filter(|(_, differs)| *differs).map(|(name, _)| name.to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use clock::Id;
    use events::words::Level;
    use uuid::Uuid;

    use super::*;
    use crate::personal::Personal;

    fn row(login: &str, role: Role) -> Row {
        Row {
            login: login.to_owned(),
            personal: Personal { name: login.to_owned(), ..Personal::default() },
            roles: BTreeSet::from([role]),
            department: None,
            posts: BTreeSet::new(),
            level: Level::Confidential,
            formerly: None,
        }
    }

    fn known(row: Row, imported: bool, is_closed: bool) -> Known {
        Known { account: Id::from_uuid(Uuid::nil()), row, imported, is_closed }
    }

    #[test]
    fn an_account_is_closed_only_if_a_file_brought_it_and_no_longer_does() {
        let known = [
            known(row("root", Role::SystemAdministrator), false, false),
            known(row("left", Role::Leader), true, false),
            known(row("long-gone", Role::Leader), true, true),
            known(row("stays", Role::Leader), true, false),
        ];
        let difference = compare(&known, &[row("stays", Role::Leader)]).unwrap();
        assert_eq!((difference.closed, difference.unchanged), (vec!["left".to_owned()], 1));
    }

    #[test]
    fn a_changed_account_is_shown_with_the_columns_that_differ() {
        let known = [
            known(row("root", Role::SystemAdministrator), false, false),
            known(row("back", Role::Leader), true, true),
            known(row("moved", Role::Leader), true, false),
        ];
        let mut moved = row("moved", Role::Dispatcher);
        moved.personal.phone = Some("8803".to_owned());
        let difference = compare(&known, &[row("back", Role::Leader), moved]).unwrap();
        let changed = |account: &str, columns: &[&str]| Changed {
            account: account.to_owned(),
            columns: columns.iter().map(|&column| column.to_owned()).collect(),
        };
        let expected = [changed("back", &["reopened"]), changed("moved", &["roles", "phone"])];
        assert_eq!(difference.changed, expected);
    }

    #[test]
    fn somebody_must_be_left_who_can_import_people_again() {
        let admin = || row("admin", Role::SystemAdministrator);
        let desk = [row("desk", Role::DeskAssistant)];
        let refused = |known: Known| compare(&[known], &desk).unwrap_err().reason().to_owned();
        assert_eq!(refused(known(admin(), true, false)), "nobody-would-administer");
        assert_eq!(refused(known(admin(), false, true)), "nobody-would-administer");
        assert!(compare(&[known(admin(), false, false)], &desk).is_ok());
    }
}
