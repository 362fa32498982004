use clock::{AccountId, ArrangementId};
use events::words::{ItemId, PostId};
use jiff::Timestamp;

use super::{Excess, Span, Term};

/// Why the roster was not changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Rejected {
    /// These definitions have no such post.
    #[error("there is no post {post}; `roster show` lists those there are")]
    NoSuchPost {
        /// What was asked for.
        post: PostId,
    },
    /// Nothing of this id was ever arranged.
    #[error("there is no arrangement {id}; `roster show` lists those there are")]
    NoSuchArrangement {
        /// What was asked for.
        id: ArrangementId,
    },
    /// What is over cannot end.
    #[error("the {what} was over at {at} already; arrange another")]
    AlreadyOver {
        /// What it is.
        what: &'static str,
        /// When it was over.
        at: Timestamp,
    },
    /// Nobody can be away, or stand in, in the past.
    #[error("{from} is in the past; leave the beginning out to begin now")]
    InThePast {
        /// The field.
        field: &'static str,
        /// When it was to begin.
        from: Timestamp,
    },
    /// A time ends after it begins.
    #[error("{until} is not after its beginning, {from}; choose a later end")]
    EndsBeforeItBegins {
        /// The field.
        field: &'static str,
        /// When it was to begin.
        from: Timestamp,
        /// When it was to end.
        until: Timestamp,
    },
    /// The two times of a swap are not one after the other.
    #[error("the two turns overlap; choose a time to give back when the first is over")]
    TurnsOverlap,
    /// Who holds no post is on no roster.
    #[error("{who} holds no post; choose somebody who does, or import who holds which")]
    HoldsNoPost {
        /// The field.
        field: &'static str,
        /// Who.
        who: AccountId,
    },
    /// Only who holds a post can swap turns there.
    #[error("{who} does not hold {post}; choose somebody of the post, or have it covered")]
    NotOfThePost {
        /// The field.
        field: &'static str,
        /// Who.
        who: AccountId,
        /// Where.
        post: PostId,
    },
    /// Who holds a post is there without being asked to cover it.
    #[error("{who} holds {post} themselves; choose somebody else")]
    HoldsIt {
        /// Who.
        who: AccountId,
        /// Where.
        post: PostId,
    },
    /// Nobody stands in for themselves.
    #[error("nobody stands in for themselves; choose somebody else")]
    Themselves {
        /// The field.
        field: &'static str,
    },
    /// Somebody who is away already.
    #[error(
        "{who} is away from {} until {} already; end that first, or choose another time",
        term.from,
        term.until
    )]
    AlreadyAway {
        /// The field.
        field: &'static str,
        /// Who.
        who: AccountId,
        /// When.
        term: Term,
    },
    /// Somebody who was to stand in is away.
    #[error(
        "{who} is away from {} until {}; choose somebody else, or another time",
        term.from,
        term.until
    )]
    AwayThen {
        /// The field.
        field: &'static str,
        /// Who.
        who: AccountId,
        /// When.
        term: Term,
    },
    /// Somebody who was to stand in is in class.
    #[error(
        "{who} is in class from {} until {}; choose somebody else, or another time",
        term.from,
        term.until
    )]
    InClass {
        /// The field.
        field: &'static str,
        /// Who.
        who: AccountId,
        /// The class.
        term: Term,
    },
    /// Somebody who was to be away stands in for another.
    #[error(
        "{who} stands in for somebody from {} until {}; end that first, or choose another time",
        term.from,
        term.until
    )]
    StandsInThen {
        /// The field.
        field: &'static str,
        /// Who.
        who: AccountId,
        /// When.
        term: Term,
    },
    /// An assistant would be at work for longer than their department allows.
    #[error(
        "{who} would be at work for {:#} in the {} of {}, and may be for {:#}; choose somebody else, \
         or a shorter time",
        excess.hours,
        excess.span.word(),
        excess.of,
        excess.limit
    )]
    TooLong {
        /// The field.
        field: &'static str,
        /// Who.
        who: AccountId,
        /// The week or the night.
        excess: Excess,
    },
    /// These definitions have no such item.
    #[error("there is no item {item}; choose one that there is")]
    NoSuchItem {
        /// What was asked for.
        item: ItemId,
    },
    /// Only an assistant needs to be trained, and is in class.
    #[error("{who} holds no post of assistants; choose somebody who does")]
    NoAssistant {
        /// Who.
        who: AccountId,
    },
    /// It is recorded already.
    #[error("a training of {who} for {item} is recorded already; revoke it to record another")]
    AlreadyTrained {
        /// Who.
        who: AccountId,
        /// For what.
        item: ItemId,
    },
    /// What was never recorded cannot be revoked.
    #[error("no training of {who} for {item} is recorded; `roster show` lists those that are")]
    NoSuchTraining {
        /// Who.
        who: AccountId,
        /// For what.
        item: ItemId,
    },
}

impl Rejected {
    /// The stable word for it.
    pub const fn reason(&self) -> &'static str {
        match self {
            Self::NoSuchPost { .. } => "no-such-post",
            Self::NoSuchArrangement { .. } => "no-such-arrangement",
            Self::AlreadyOver { .. } => "already-over",
            Self::InThePast { .. } => "in-the-past",
            Self::EndsBeforeItBegins { .. } => "ends-before-it-begins",
            Self::TurnsOverlap => "turns-overlap",
            Self::HoldsNoPost { .. } => "holds-no-post",
            Self::NotOfThePost { .. } => "not-of-the-post",
            Self::HoldsIt { .. } => "holds-it",
            Self::Themselves { .. } => "stands-in-for-themselves",
            Self::AlreadyAway { .. } => "already-away",
            Self::AwayThen { .. } => "away-then",
            Self::InClass { .. } => "in-class",
            Self::StandsInThen { .. } => "stands-in-then",
            Self::TooLong { excess: Excess { span: Span::Week, .. }, .. } => "over-weekly-hours",
            Self::TooLong { excess: Excess { span: Span::Night, .. }, .. } => "over-nightly-hours",
            Self::NoSuchItem { .. } => "no-such-item",
            Self::NoAssistant { .. } => "no-assistant",
            Self::AlreadyTrained { .. } => "already-trained",
            Self::NoSuchTraining { .. } => "no-such-training",
        }
    }

    /// The field of the request that it is about, if it is about one.
    pub const fn field(&self) -> Option<&'static str> {
        match self {
            Self::NoSuchArrangement { .. }
            | Self::AlreadyOver { .. }
            | Self::AlreadyTrained { .. }
            | Self::NoSuchTraining { .. } => None,
            Self::NoSuchItem { .. } => Some("item"),
            Self::NoAssistant { .. } => Some("account"),
            Self::NoSuchPost { .. } => Some("post"),
            Self::HoldsIt { .. } => Some("by"),
            Self::TurnsOverlap => Some("back_from"),
            Self::InThePast { field, .. }
            | Self::EndsBeforeItBegins { field, .. }
            | Self::HoldsNoPost { field, .. }
            | Self::NotOfThePost { field, .. }
            | Self::Themselves { field }
            | Self::AlreadyAway { field, .. }
            | Self::AwayThen { field, .. }
            | Self::InClass { field, .. }
            | Self::StandsInThen { field, .. }
            | Self::TooLong { field, .. } => Some(field),
        }
    }
}
