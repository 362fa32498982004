//! The file of people: who they are, what they are, which posts they hold.
//!
//! People are not definitions: who holds a post is a fact that changes by the day. The file is the
//! whole truth about them, so whoever is missing in it is closed, and the former file is the undo.
//!
//! ```text
//!  people.csv ── parse(text, rules) ──> rows, or every mistake with its line and column
//!                                         │
//!  accounts as they are ──────────────────┴─ compare ──> Difference: added, changed, closed
//! ```
//!
//! Both steps are pure: a dry run is the import without its last step.

mod difference;
mod file;

pub(crate) use difference::{Difference, Known, compare};
pub(crate) use file::{Row, parse};

#[cfg(test)]
mod tests {
    use authz::{Action, Principal, Relation, Relations, Subject, decide};
    use clock::AccountId;
    use definitions::{Ladder, Rules};
    use events::words::{Commitment, PostId, Revision};
    use uuid::Uuid;

    use super::{Row, parse};

    const PEOPLE: &str = include_str!("../../../../examples/campus/people.csv");

    /// Somebody of the file who holds a post that was told of a case.
    fn subject(row: &Row) -> Subject {
        Subject {
            principal: Principal::Account(AccountId::from_uuid(Uuid::nil())),
            person: None,
            roles: row.roles.clone(),
            department: row.department.clone(),
            posts: row.posts.clone(),
            highest: row.level,
        }
    }

    /// Every post that a ladder of the example leads to.
    fn rungs(rules: &Rules) -> Vec<&PostId> {
        let ladders = rules.items().flat_map(|item| {
            Commitment::ALL.iter().filter_map(|commitment| rules.ladder(&item.id, *commitment))
        });
        ladders.flat_map(Ladder::rungs).collect()
    }

    #[test]
    fn whoever_holds_a_rung_of_the_example_may_read_what_it_is_told() {
        let rules = campus_kit::example().into_rules(Revision(1));
        let rows = parse(PEOPLE, &rules).unwrap();
        let told = Relations::NONE.with(Relation::EscalatedToMe, true);
        let highest = rules.items().map(|item| item.level).max().unwrap();
        for post in rungs(&rules) {
            for row in rows.iter().filter(|row| row.posts.contains(post)) {
                let decision = decide(&subject(row), Action::ListMessages, told, highest);
                assert!(decision.is_allowed(), "{} is {post} and cannot", row.login);
            }
        }
    }
}
