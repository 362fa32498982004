use clock::AccountId;
use definitions::{Post, Rules};
use events::words::{DepartmentId, ItemId};
use jiff::Timestamp;

use super::{Rejected, Roster};

/// An assistant was trained for an item, or is to be trained anew before they take it again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Train {
    /// Who.
    pub who: AccountId,
    /// For what.
    pub item: ItemId,
    /// Whether what was recorded counts no more.
    pub revoked: bool,
}

impl Roster {
    /// Refuses to record a training of who needs none, for what there is not, or twice; and to revoke
    /// what was never recorded.
    pub fn train(&self, rules: &Rules, train: &Train, is_trained: bool) -> Result<(), Rejected> {
        let Train { who, item, revoked } = train;
        let (who, item) = (*who, item.clone());
        if *revoked {
            return if is_trained { Ok(()) } else { Err(Rejected::NoSuchTraining { who, item }) };
        }
        if rules.item(&item).is_none() {
            Err(Rejected::NoSuchItem { item })
        } else if self.assists_at(rules, who).next().is_none() {
            Err(Rejected::NoAssistant { who })
        } else if is_trained {
            Err(Rejected::AlreadyTrained { who, item })
        } else {
            Ok(())
        }
    }

    /// The posts of assistants that somebody holds.
    pub fn assists_at<'a>(
        &self,
        rules: &'a Rules,
        who: AccountId,
    ) -> impl Iterator<Item = &'a Post> {
        let posts = self.posts_of(who).filter_map(|post| rules.post(post));
        posts.filter(|post| post.is_of_assistants())
    }

    /// Whether somebody must be trained for an item to take a work order of it that a department has: it
    /// is one that needs training, and they are there as an assistant and as nothing else.
    pub fn must_be_trained(
        &self,
        rules: &Rules,
        who: AccountId,
        (item, department): (&ItemId, &DepartmentId),
        at: Timestamp,
    ) -> bool {
        if !rules.item(item).is_some_and(|item| item.trained) {
            return false;
        }
        let Some(department) = rules.department(department) else { return false };
        let theirs = |post: &&Post| {
            let holds = self.holders_of(&post.id).any(|holder| holder == who);
            holds || self.at_work(&post.id, at).contains(&who)
        };
        let mut posts = department.posts.values().filter(theirs).peekable();
        posts.peek().is_some() && posts.all(Post::is_of_assistants)
    }
}
