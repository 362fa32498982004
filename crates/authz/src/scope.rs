use std::collections::BTreeSet;

use clock::{AccountId, PersonId};
use events::words::{DepartmentId, Level, PostId};

use crate::{Action, Relation, Relations, Subject, decision::reach};

/// Which rows somebody may see of those that a query finds.
///
/// Every store function that lists, counts, searches or exports takes one, and only
/// [`scope`] makes one: a query that forgets it does not compile. It is a union: for each relation
/// the level up to which rows in that relation may be seen. A store asks for the relations that its
/// rows can show and writes them as one static condition; a relation that it cannot show is left
/// out, which narrows.
///
/// ```sql
/// where level = any($unrelated)                           -- scope.levels(Unrelated)
///    or level = any($own) and requester = $person         -- scope.levels(Own), scope.person()
///    or level = any($mine) and department = $department   -- scope.levels(InMyDepartment)
///    or level = any($told) and told && $posts             -- scope.levels(EscalatedToMe)
/// ```
///
/// A relation that is not in the scope has no levels, and finds nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scope {
    up_to: [Option<Level>; Relation::ALL.len()],
    account: Option<AccountId>,
    person: Option<PersonId>,
    department: Option<DepartmentId>,
    posts: BTreeSet<PostId>,
}

/// The rows to which `subject` may do `action`, or `None` where there can be no such row.
pub fn scope(subject: &Subject, action: Action) -> Option<Scope> {
    let up_to = Relation::ALL.map(|relation| reach(subject, action, relation));
    up_to.iter().any(Option::is_some).then(|| Scope {
        up_to,
        account: subject.principal.account(),
        person: subject.person,
        department: subject.department.clone(),
        posts: subject.posts.clone(),
    })
}

impl Scope {
    /// The highest level of rows in this relation that may be seen, if any may.
    pub fn up_to(&self, relation: Relation) -> Option<Level> {
        Relation::ALL
            .into_iter()
            .zip(self.up_to)
            .find_map(|(one, up_to)| if one == relation { up_to } else { None })
    }

    /// The same as the words of all levels that are included, for a `level` column.
    pub fn levels(&self, relation: Relation) -> Vec<String> {
        let up_to = self.up_to(relation);
        let included = |level: &&Level| up_to.is_some_and(|up_to| **level <= up_to);
        Level::ALL.iter().filter(included).map(ToString::to_string).collect()
    }

    /// Who asks, for relations that name an account: first receiver, assigned.
    pub const fn account(&self) -> Option<AccountId> {
        self.account
    }

    /// Who asks as requester, for rows that name a person: own.
    pub const fn person(&self) -> Option<PersonId> {
        self.person
    }

    /// The department whose rows are theirs.
    pub const fn department(&self) -> Option<&DepartmentId> {
        self.department.as_ref()
    }

    /// The words of the posts that they hold, for rows that say which posts were told.
    pub fn posts(&self) -> Vec<String> {
        self.posts.iter().map(ToString::to_string).collect()
    }

    /// Whether a row of this level, to which they stand in these relations, is within it: the same
    /// answer as [`decide`](crate::decide).
    pub fn admits(&self, relations: Relations, level: Level) -> bool {
        Relation::ALL
            .into_iter()
            .zip(self.up_to)
            .any(|(one, up_to)| relations.has(one) && up_to.is_some_and(|up_to| level <= up_to))
    }
}
