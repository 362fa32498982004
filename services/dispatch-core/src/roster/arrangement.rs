use clock::{AccountId, ArrangementId};
use events::words::PostId;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::Roster;

/// A time with its beginning and without its end; an empty one if both are the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Term {
    /// From when.
    pub from: Timestamp,
    /// Until when.
    pub until: Timestamp,
}

impl Term {
    /// Whether an instant is in it.
    pub fn contains(self, at: Timestamp) -> bool {
        self.from <= at && at < self.until
    }

    /// Whether some instant is in both.
    pub fn overlaps(self, other: Self) -> bool {
        self.from.max(other.from) < self.until.min(other.until)
    }

    /// How long it is.
    pub(super) fn length(self) -> SignedDuration {
        self.until.duration_since(self.from)
    }

    /// What of it is in another, if anything is.
    pub(super) fn part_in(self, other: Self) -> Option<Self> {
        let part = Self { from: self.from.max(other.from), until: self.until.min(other.until) };
        (part.from < part.until).then_some(part)
    }

    /// What is left of it when it ends at an instant: nothing of one that is to come.
    fn cut(self, at: Timestamp) -> Self {
        Self { from: self.from.min(at), until: self.until.min(at) }
    }
}

/// What differs for a time from who holds which post.
///
/// Stored as JSON; a later release adds only optional fields, so that this one reads its rows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Arrangement {
    /// Its id.
    pub id: ArrangementId,
    /// When; of a swap the first of its two times.
    pub term: Term,
    /// What.
    pub what: What,
}

/// The kinds of arrangements.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum What {
    /// Somebody is on leave (请假) from all posts that they hold, and `cover` is there instead.
    Leave {
        /// Who.
        who: AccountId,
        /// Who stands in, if anybody does.
        cover: Option<AccountId>,
    },
    /// Two who hold a post swap their turns (换班): first `with` is there for `who`, then `who` for
    /// `with`.
    Swap {
        /// Where.
        post: PostId,
        /// Who is away first.
        who: AccountId,
        /// Who is there instead, and away at the second time.
        with: AccountId,
        /// The second time.
        back: Term,
    },
    /// Somebody is at a post besides those who hold it (顶岗).
    Cover {
        /// Where.
        post: PostId,
        /// Who.
        by: AccountId,
    },
}

impl What {
    /// Its word.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Leave { .. } => "leave",
            Self::Swap { .. } => "swap",
            Self::Cover { .. } => "cover",
        }
    }
}

impl Arrangement {
    /// Whose it is: who asked for it, or stands in.
    pub const fn who(&self) -> AccountId {
        match self.what {
            What::Leave { who, .. } | What::Swap { who, .. } => who,
            What::Cover { by, .. } => by,
        }
    }

    /// When it is over.
    pub fn over_at(&self) -> Timestamp {
        self.terms().map(|term| term.until).fold(self.term.until, Timestamp::max)
    }

    /// The times of it: one, and of a swap two.
    pub fn terms(&self) -> impl Iterator<Item = Term> + use<> {
        let back = match self.what {
            What::Swap { back, .. } => Some(back),
            What::Leave { .. } | What::Cover { .. } => None,
        };
        [Some(self.term), back].into_iter().flatten()
    }

    /// The same, over at an instant.
    #[must_use]
    pub fn ended(mut self, at: Timestamp) -> Self {
        self.term = self.term.cut(at);
        if let What::Swap { back, .. } = &mut self.what {
            *back = back.cut(at);
        }
        self
    }

    /// The time for which somebody is away by it.
    pub(super) fn absence(&self, account: AccountId) -> Option<Term> {
        match self.what {
            What::Leave { who, .. } | What::Swap { who, .. } if who == account => Some(self.term),
            What::Swap { with, back, .. } if with == account => Some(back),
            What::Leave { .. } | What::Swap { .. } | What::Cover { .. } => None,
        }
    }

    /// The time for which somebody is away from a post by it.
    pub(super) fn absence_from(&self, from: &PostId, account: AccountId) -> Option<Term> {
        match &self.what {
            What::Swap { post, .. } if post != from => None,
            What::Leave { .. } | What::Swap { .. } | What::Cover { .. } => self.absence(account),
        }
    }

    /// The time for which somebody is to stand in by it.
    pub(super) fn duty(&self, account: AccountId) -> Option<Term> {
        match self.what {
            What::Leave { cover, .. } if cover == Some(account) => Some(self.term),
            What::Swap { with, .. } if with == account => Some(self.term),
            What::Swap { who, back, .. } if who == account => Some(back),
            What::Cover { by, .. } if by == account => Some(self.term),
            What::Leave { .. } | What::Swap { .. } | What::Cover { .. } => None,
        }
    }

    /// Who is away from a post at an instant by it.
    pub(super) fn away(&self, from: &PostId, at: Timestamp) -> Option<AccountId> {
        match &self.what {
            What::Leave { who, .. } => self.term.contains(at).then_some(*who),
            What::Swap { post, who, .. } if post == from && self.term.contains(at) => Some(*who),
            What::Swap { post, with, back, .. } if post == from && back.contains(at) => Some(*with),
            What::Swap { .. } | What::Cover { .. } => None,
        }
    }

    /// Who stands in at a post at an instant by it. Of a swap nobody: both hold the post.
    pub(super) fn stands_in(
        &self,
        roster: &Roster,
        at_post: &PostId,
        at: Timestamp,
    ) -> Option<AccountId> {
        let stands_in = match &self.what {
            What::Leave { who, cover } => {
                let is_theirs = roster.holders_of(at_post).any(|holder| holder == *who);
                cover.filter(|_| is_theirs)
            }
            What::Cover { post, by } => (post == at_post).then_some(*by),
            What::Swap { .. } => None,
        };
        stands_in.filter(|_| self.term.contains(at))
    }
}
