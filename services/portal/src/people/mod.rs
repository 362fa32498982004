//! The file of people: who they are, what they are, which posts they hold.
//!
//! People are not definitions: who holds a post is a fact that changes by the day. The file is the
//! whole truth about them, so whoever is missing in it is closed. What the last import changed can be
//! undone, unless something else changed it since; what it was before that is the former file's to say.
//!
//! ```text
//!  people.csv ── parse(text, rules) ──> rows, or every mistake with its line and column
//!                                         │
//!  accounts as they are ──────────────────┴─ compare ──> Difference: added, changed, closed
//!                    │
//!                    └── what the last import found ── undo ──> Difference: changed, closed
//! ```
//!
//! All steps are pure: a dry run is the command without its last step.

mod difference;
mod file;
mod undo;

pub(crate) use difference::{Changed, Difference, Known, compare};
pub(crate) use file::{Row, parse};
pub(crate) use undo::{Touched, closing, undo};

#[cfg(test)]
mod tests {
    use authz::{Action, Principal, Relation, Relations, Subject, decide};
    use clock::AccountId;
    use definitions::{Ladder, Rules, ServiceItem};
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

    /// Every post that is told of a case of an item: of its lateness, or as it is an alarm.
    fn told<'a>(rules: &'a Rules, item: &'a ServiceItem) -> Vec<&'a PostId> {
        let ladder = |commitment: &Commitment| rules.ladder(&item.id, *commitment);
        let rungs = Commitment::ALL.iter().filter_map(ladder).flat_map(Ladder::rungs);
        let alerted = rules.alert(&item.id).into_iter().flat_map(definitions::Alert::posts);
        rungs.chain(alerted).collect()
    }

    #[test]
    fn whoever_holds_a_post_of_the_example_may_read_what_it_is_told() {
        let rules = campus_kit::example().into_rules(Revision(1));
        let rows = parse(PEOPLE, &rules).unwrap();
        let relations = Relations::NONE.with(Relation::EscalatedToMe, true);
        for item in rules.items() {
            for post in told(&rules, item) {
                for row in rows.iter().filter(|row| row.posts.contains(post)) {
                    let may = decide(&subject(row), Action::ListMessages, relations, item.level);
                    assert!(may.is_allowed(), "{} is {post} and cannot: {}", row.login, item.id);
                }
            }
        }
    }
}
