use std::collections::BTreeSet;

use clock::AccountId;
use events::words::PostId;

use crate::{
    command::{Adjudicate, Assign, Claim, Command, Reassign, Split, Transfer},
    order::Order,
    rejected::Rejected,
    state::Work,
};

/// Whom a complaint is about, as far as the work complained of shows it: nobody decides about themselves.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Concerned {
    /// The posts that had it, though they gave it away.
    posts: BTreeSet<PostId>,
    /// Who worked on it, whichever post they hold now.
    people: BTreeSet<AccountId>,
}

impl Concerned {
    /// Everybody who had a part in the work of a case, in any of its cycles.
    pub fn of(work: &Work) -> Self {
        let had_it = |order: &Order| {
            let before = order.releases.iter().map(|release| release.post.clone());
            before.chain([order.offer.post.clone()]).collect::<Vec<_>>()
        };
        Self {
            posts: work.orders.iter().flat_map(had_it).collect(),
            people: work.orders.iter().flat_map(|order| order.workers.iter().copied()).collect(),
        }
    }

    /// Refuses what would bring a work order of the complaint to one of them; nor does anybody take one at
    /// a post of them, to which its route or work that came later may have brought it.
    pub fn permit(&self, order: &Order, command: &Command) -> Result<(), Rejected> {
        const ANOTHER: &str = "choose one who had none";
        let (concerned, instead) = match command {
            Command::Transfer(Transfer { to, .. })
            | Command::Reassign(Reassign { to, .. })
            | Command::Split(Split { to, .. })
            | Command::Adjudicate(Adjudicate { to, .. }) => (self.posts.contains(to), ANOTHER),
            Command::Return(_) => {
                let concerned = order.from.as_ref().is_some_and(|post| self.posts.contains(post));
                (concerned, "transfer it elsewhere, or complete it")
            }
            Command::Claim(Claim { by, .. }) => {
                let concerned = self.people.contains(by) || self.posts.contains(&order.offer.post);
                (concerned, "let the dispatcher reassign it to one who had none")
            }
            Command::Assign(Assign { to, .. }) => (self.people.contains(to), ANOTHER),
            Command::Arrive(_)
            | Command::Contain(_)
            | Command::Hold(_)
            | Command::Resume(_)
            | Command::Complete(_)
            | Command::Merge(_)
            | Command::Ask(_)
            | Command::Answer(_) => (false, ANOTHER),
        };
        if concerned {
            return Err(Rejected::Concerned { command: command.word(), instead });
        }
        Ok(())
    }
}
