use std::collections::{BTreeMap, BTreeSet};

use clock::AccountId;
use definitions::{PostKind, Rules};
use events::{dispatch::Stay, words::PostId};
use jiff::Timestamp;

use super::{Arrangement, Roster, Term};

/// The posts whose holders stand in where nobody is at work: the C posts of an A.
pub fn deputies(rules: &Rules, post: &PostId) -> BTreeSet<PostId> {
    let Some(department) = rules.department(post.department()) else { return BTreeSet::new() };
    let stand_in = department
        .posts
        .values()
        .filter(|one| one.kind == Some(PostKind::C) && one.answers_to.as_ref() == Some(post));
    stand_in.map(|one| one.id.clone()).collect()
}

impl Roster {
    /// Who is at work at a post from now on, as others are told.
    ///
    /// Whoever holds it and is not away, and whoever stands in; where that is nobody, those at work
    /// at its `deputies`. Of classes only those of the [next weeks](Self::tells_classes_until) are in it.
    /// Sorted by account and time.
    pub fn stays(&self, post: &PostId, deputies: &BTreeSet<PostId>, now: Timestamp) -> Vec<Stay> {
        let terms = self.arrangements.values().flat_map(Arrangement::terms);
        let near = Self::tells_classes_until(now);
        let classes = self.attended_at(post, deputies).filter(|class| class.from < near);
        let edges = terms.chain(classes).flat_map(|term| [term.from, term.until]);
        let edges: BTreeSet<_> = edges.filter(|edge| *edge > now).collect();
        let mut open: BTreeMap<AccountId, Option<Timestamp>> = BTreeMap::new();
        let mut stays = Vec::new();
        let holders: BTreeSet<_> = self.holders_of(post).collect();
        let stay = |account: AccountId, from, until| Stay {
            account,
            from,
            until,
            stands_in: !holders.contains(&account),
        };
        for at in [now].into_iter().chain(edges) {
            let there = self.at_work_with(post, deputies, at, near);
            let begins = (at > now).then_some(at);
            open.retain(|account, from| {
                let stays_on = there.contains(account);
                if !stays_on {
                    stays.push(stay(*account, *from, Some(at)));
                }
                stays_on
            });
            for account in there {
                open.entry(account).or_insert(begins);
            }
        }
        stays.extend(open.into_iter().map(|(account, from)| stay(account, from, None)));
        stays.sort_by_key(|stay| (stay.account, stay.from));
        stays
    }

    /// Whether somebody is at work at a post at an instant: one of those whom others are told of.
    pub fn is_at(
        &self,
        account: AccountId,
        post: &PostId,
        deputies: &BTreeSet<PostId>,
        at: Timestamp,
    ) -> bool {
        self.at_work_with(post, deputies, at, Timestamp::MAX).contains(&account)
    }

    /// The classes of those who hold a post or one of its deputies, or stand in somewhere.
    fn attended_at(
        &self,
        post: &PostId,
        deputies: &BTreeSet<PostId>,
    ) -> impl Iterator<Item = Term> {
        let posts = deputies.iter().chain([post]);
        let held: BTreeSet<_> = posts.flat_map(|post| self.holders_of(post)).collect();
        let stands_in = |who| self.arrangements.values().any(|one| one.duty(who).is_some());
        let there = move |who: &AccountId| held.contains(who) || stands_in(*who);
        let attended = self.classes.iter().filter(move |(who, _)| there(who));
        attended.flat_map(|(_, classes)| classes.iter().copied())
    }

    fn at_work_with(
        &self,
        post: &PostId,
        deputies: &BTreeSet<PostId>,
        at: Timestamp,
        near: Timestamp,
    ) -> BTreeSet<AccountId> {
        let there = self.at_work_as_told(post, at, near);
        if there.is_empty() {
            let deputies = deputies.iter();
            return deputies.flat_map(|one| self.at_work_as_told(one, at, near)).collect();
        }
        there
    }
}

/// The times within a term in which nobody is there, in order.
pub fn uncovered(stays: &[Stay], within: Term) -> Vec<Term> {
    let there = stays.iter().map(|stay| Term {
        from: stay.from.unwrap_or(within.from),
        until: stay.until.unwrap_or(within.until),
    });
    gaps(there.collect(), within)
}

/// What of a term is in none of these, in order.
pub(super) fn gaps(mut taken: Vec<Term>, within: Term) -> Vec<Term> {
    taken.sort_by_key(|term| term.from);
    let (mut gaps, mut from) = (Vec::new(), within.from);
    for term in taken {
        let begins = term.from.min(within.until);
        if from < begins {
            gaps.push(Term { from, until: begins });
        }
        from = from.max(term.until);
    }
    if from < within.until {
        gaps.push(Term { from, until: within.until });
    }
    gaps
}
