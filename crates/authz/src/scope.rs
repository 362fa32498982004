use std::collections::BTreeSet;

use clock::{AccountId, PersonId};
use events::words::{DepartmentId, Level, PostId};

use crate::{
    Action, Relation, Relations, Subject,
    decision::{Reach, reach},
};

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
    reach: [Reach; Relation::ALL.len()],
    account: Option<AccountId>,
    person: Option<PersonId>,
    department: Option<DepartmentId>,
    posts: BTreeSet<PostId>,
}

/// The rows to which `subject` may do `action`, or `None` where there can be no such row.
pub fn scope(subject: &Subject, action: Action) -> Option<Scope> {
    let reach = Relation::ALL.map(|relation| reach(subject, action, relation));
    let is_empty = reach.iter().all(|reach| reach.is_empty());
    (!is_empty).then(|| Scope {
        reach,
        account: subject.principal.account(),
        person: subject.person,
        department: subject.department.clone(),
        posts: subject.posts.clone(),
    })
}

impl Scope {
    /// The same without what is hidden, for what is offered to whoever did not ask for it.
    #[must_use]
    pub fn without_hidden(mut self) -> Self {
        for reach in &mut self.reach {
            reach.hidden = false;
        }
        self
    }

    /// The words of all levels of rows in this relation that may be seen, for a `level` column.
    pub fn levels(&self, relation: Relation) -> Vec<String> {
        let of = Relation::ALL.into_iter().zip(self.reach).find(|(one, _)| *one == relation);
        let reach = of.map(|(_, reach)| reach).unwrap_or_default();
        let included = Level::ALL.iter().filter(|level| reach.covers(**level));
        included.map(ToString::to_string).collect()
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
            .zip(self.reach)
            .any(|(one, reach)| relations.has(one) && reach.covers(level))
    }
}
