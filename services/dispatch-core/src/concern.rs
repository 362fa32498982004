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

    /// Refuses what would bring a work order of the complaint to one of them.
    pub fn permit(&self, order: &Order, command: &Command) -> Result<(), Rejected> {
        let concerned = match command {
            Command::Transfer(Transfer { to, .. })
            | Command::Reassign(Reassign { to, .. })
            | Command::Split(Split { to, .. })
            | Command::Adjudicate(Adjudicate { to, .. }) => self.posts.contains(to),
            Command::Return(_) => order.from.as_ref().is_some_and(|post| self.posts.contains(post)),
            Command::Claim(Claim { by, .. }) => self.people.contains(by),
            Command::Assign(Assign { to, .. }) => self.people.contains(to),
            Command::Arrive(_)
            | Command::Contain(_)
            | Command::Hold(_)
            | Command::Resume(_)
            | Command::Complete(_)
            | Command::Merge(_)
            | Command::Ask(_)
            | Command::Answer(_) => false,
        };
        if concerned { Err(Rejected::Concerned { command: command.word() }) } else { Ok(()) }
    }
}
