use std::fmt;

use definitions::{Occasion, Rules};
use events::words::{Commitment, DepartmentId, Level, PostId, Recipient};

use super::Matter;

/// Who is to be told, by name or by what the definitions make them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Addressee {
    /// This one.
    Named(Recipient),
    /// The head of this department.
    HeadOf(DepartmentId),
    /// Who decides whose work it is.
    Adjudicator,
    /// Whoever is at the desk, as far as they may know of the case.
    Desk,
    /// The posts that are alerted at once by an alarm.
    Alerted,
}

impl Addressee {
    /// Who that is for a case; none if these definitions name nobody.
    pub(crate) fn find(&self, rules: &Rules, matter: &Matter) -> Vec<Recipient> {
        let posts: Vec<&PostId> = match self {
            Self::Named(recipient) => return vec![recipient.clone()],
            Self::HeadOf(department) => {
                let department = rules.department(department);
                department.and_then(|one| one.head.as_ref()).into_iter().collect()
            }
            Self::Adjudicator => first_rung(rules, matter, Commitment::Adjudicate).collect(),
            // Assistants are students, and see nothing restricted: who stands above the desk hears it.
            Self::Desk if matter.level >= Level::Restricted => {
                first_rung(rules, matter, Commitment::Reply).collect()
            }
            Self::Desk => rules.desk().map(|desk| &desk.id).into_iter().collect(),
            Self::Alerted => {
                let alert = rules.alert(&matter.item);
                alert.into_iter().flat_map(|alert| &alert.at_once).collect()
            }
        };
        posts.into_iter().cloned().map(Recipient::Post).collect()
    }
}

fn first_rung<'a>(
    rules: &'a Rules,
    matter: &Matter,
    commitment: Commitment,
) -> impl Iterator<Item = &'a PostId> {
    rules.ladder(&matter.item, commitment).and_then(|ladder| ladder.rung(1)).into_iter()
}

impl fmt::Display for Addressee {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Named(recipient) => write!(f, "{recipient}"),
            Self::HeadOf(department) => write!(f, "the head of {department}"),
            Self::Adjudicator => f.write_str("who decides"),
            Self::Desk => f.write_str("the desk"),
            Self::Alerted => f.write_str("who was alerted at once"),
        }
    }
}

/// Whether somebody is told what a notice says: of an alarm its reporters are not, nor is who is
/// alerted by it at once offered the work besides, but when it is offered anew; of what is hidden
/// nobody is who does not handle it.
pub(crate) fn is_told(rules: &Rules, matter: &Matter, occasion: Occasion, to: &Recipient) -> bool {
    let Some(alert) = rules.alert(&matter.item) else { return true };
    match to {
        Recipient::Person(_) | Recipient::Account(_) => false,
        Recipient::Post(post) => {
            let first = occasion == Occasion::Offered && matter.offers <= 1;
            let knows = first && alert.at_once.contains(post);
            let handles = alert.posts().any(|handler| handler == post);
            !knows && (handles || matter.level != Level::Hidden)
        }
    }
}
