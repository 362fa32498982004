use std::fmt;

use definitions::{Occasion, Rules};
use events::words::{Commitment, DepartmentId, Level, PostId, Recipient, Urgency};

use super::{
    Matter, Notice,
    hear::{Particulars, to_desk},
};

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
            // Within minutes, at any hour: who stands above the desk is there.
            Self::Adjudicator if matter.urgency == Urgency::Critical => {
                let first = || first_rung(rules, matter, Commitment::Adjudicate).next();
                above_the_desk(rules).or_else(first).into_iter().collect()
            }
            Self::Adjudicator => first_rung(rules, matter, Commitment::Adjudicate).collect(),
            Self::Desk => match matter.level {
                Level::Public | Level::Internal => {
                    rules.desk().map(|desk| &desk.id).into_iter().collect()
                }
                // Assistants are students, and see nothing restricted: whom the desk answers to hears it.
                Level::Restricted | Level::Hidden => above_the_desk(rules).into_iter().collect(),
                Level::Confidential => first_rung(rules, matter, Commitment::Reply).collect(),
            },
            Self::Alerted => {
                let alert = rules.alert(&matter.item);
                alert.into_iter().flat_map(|alert| &alert.at_once).collect()
            }
        };
        posts.into_iter().cloned().map(Recipient::Post).collect()
    }
}

/// Whom the desk answers to.
fn above_the_desk(rules: &Rules) -> Option<&PostId> {
    rules.desk()?.answers_to.as_ref()
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

/// What the reporters of an alarm are asked, the desk asks them: they are told nothing of it.
pub(crate) fn through_the_desk(
    rules: &Rules,
    matter: &Matter,
    notices: Vec<Notice>,
) -> Vec<Notice> {
    let is_alarm = rules.alert(&matter.item).is_some();
    let is_asked = |notice: &Notice| is_alarm && notice.occasion == Occasion::Asked;
    let asks = notices.iter().any(is_asked);
    let others = notices.into_iter().filter(|notice| !is_asked(notice));
    let asks = asks.then(|| to_desk(Occasion::AskedInside, Particulars::default()));
    others.chain(asks).collect()
}

/// Whether somebody is told what a notice says: of an alarm its reporters are not, nor is who is
/// alerted by it at once offered the work besides, but when it is offered anew; of what is hidden
/// nobody is who does not handle it.
pub(crate) fn is_told(rules: &Rules, matter: &Matter, occasion: Occasion, to: &Recipient) -> bool {
    let Some(alert) = rules.alert(&matter.item) else { return true };
    match to {
        Recipient::Person(_) => false,
        // Who handles what is hidden hears it at their post.
        Recipient::Account(_) => matter.level != Level::Hidden,
        Recipient::Post(post) => {
            let first = occasion == Occasion::Offered && matter.offers <= 1;
            let knows = first && alert.at_once.contains(post);
            let handles = alert.posts().any(|handler| handler == post);
            !knows && (handles || matter.level != Level::Hidden)
        }
    }
}
