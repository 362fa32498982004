//! The roster on the wire: what is asked of it, and what it shows.

use authz::Subject;
use clock::{AccountId, ArrangementId};
use delivery_rpc::timestamp;
use dispatch_core::roster::{
    Arrangement, Class, Command, Cover, Excess, Leave, Span, Swap, Term, Train, Wanted, What,
};
use events::words::PostId;
use jiff::SignedDuration;
use proto::{
    delivery::v1::Head,
    dispatch::v1::{
        self as wire, Arranged, ArrangementKind, Attendance, CoverPostRequest,
        EndArrangementRequest, PostRoster, RecordTrainingRequest, ShowRosterRequest,
        SwapTurnsRequest, TakeLeaveRequest, TooLong, Uncovered,
    },
};
use rpc::{Error, Fields, account};

use super::{requests::time, timetables};
use crate::{
    questions::{OfPost, ShowRoster},
    store::trainings::Training,
};

/// Which posts are asked about.
pub(super) fn show(request: &ShowRosterRequest) -> Result<ShowRoster, Error> {
    let mut fields = Fields::default();
    let department = fields.optional("department", &request.department);
    let post = fields.optional("post", &request.post);
    let asked = ShowRoster { department, post, uncovered: request.uncovered };
    fields.end("roster-invalid", Some(asked))
}

/// Who goes on leave, when, and who stands in.
pub(super) fn leave(request: &TakeLeaveRequest, subject: &Subject) -> Result<Command, Error> {
    let mut fields = Fields::default();
    let who = themselves_or(&mut fields, &request.account, subject)?;
    let when = wanted(&mut fields, ["from", "until"], [&request.from, &request.until]);
    let cover = fields.optional("cover", &request.cover);
    let leave = who.zip(when).map(|(who, when)| Command::Leave(Leave { who, when, cover }));
    fields.end("arrangement-invalid", leave)
}

/// Who swaps turns with whom, where and when.
pub(super) fn swap(request: &SwapTurnsRequest, subject: &Subject) -> Result<Command, Error> {
    let mut fields = Fields::default();
    let post = fields.required("post", &request.post);
    let who = themselves_or(&mut fields, &request.account, subject)?;
    let with = fields.required("with", &request.with);
    let when = wanted(&mut fields, ["from", "until"], [&request.from, &request.until]);
    if request.back_from.is_none() {
        fields.refuse("back_from", "is missing: say from when the turn is given back");
    }
    let back = [&request.back_from, &request.back_until];
    let back = wanted(&mut fields, ["back_from", "back_until"], back);
    let swap = || {
        let (post, who, with) = (post?, who?, with?);
        Some(Command::Swap(Swap { post, who, with, when: when?, back: back? }))
    };
    let swap = swap();
    fields.end("arrangement-invalid", swap)
}

/// Who stands in where and when.
pub(super) fn cover(request: &CoverPostRequest) -> Result<Command, Error> {
    let mut fields = Fields::default();
    let post = fields.required("post", &request.post);
    let by = fields.required("by", &request.by);
    let when = wanted(&mut fields, ["from", "until"], [&request.from, &request.until]);
    let cover = || Some(Command::Cover(Cover { post: post?, by: by?, when: when? }));
    let cover = cover();
    fields.end("arrangement-invalid", cover)
}

/// What is to be over.
pub(super) fn end(request: &EndArrangementRequest) -> Result<Command, Error> {
    let mut fields = Fields::default();
    let id: Option<ArrangementId> = fields.required("arrangement", &request.arrangement);
    fields.end("arrangement-invalid", id.map(|id| Command::End { id }))
}

/// Who was trained for what, or no more.
pub(super) fn train(request: &RecordTrainingRequest) -> Result<Train, Error> {
    let mut fields = Fields::default();
    let who = fields.required("account", &request.account);
    let item = fields.required("item", &request.item);
    let revoked = request.revoked;
    let train = who.zip(item).map(|(who, item)| Train { who, item, revoked });
    fields.end("training-invalid", train)
}

/// The account that is named, or else who asks.
fn themselves_or(
    fields: &mut Fields,
    named: &str,
    subject: &Subject,
) -> Result<Option<AccountId>, Error> {
    if named.is_empty() {
        account(subject).map(Some)
    } else {
        Ok(fields.required("account", named))
    }
}

fn wanted(
    fields: &mut Fields,
    [begins, ends]: [&str; 2],
    [from, until]: [&Option<prost_types::Timestamp>; 2],
) -> Option<Wanted> {
    let mut read = |field, at: &prost_types::Timestamp| fields.take(field, time(at));
    let from = from.as_ref().map(|at| read(begins, at));
    let read_until = until.as_ref().map(|at| read(ends, at));
    if read_until.is_none() {
        fields.refuse(ends, "is missing: say until when");
    }
    let from = match from {
        Some(from) => Some(from?),
        None => None,
    };
    Some(Wanted { from, until: read_until?? })
}

/// What was arranged, and what it leaves uncovered.
pub(crate) fn arranged(head: Head, arrangement: &Arrangement, left: &[(PostId, Term)]) -> Arranged {
    let uncovered =
        |(post, gap): &(PostId, Term)| Uncovered { post: post.to_string(), term: Some(term(*gap)) };
    Arranged {
        head: Some(head),
        arrangement: arrangement.id.to_string(),
        uncovered: left.iter().map(uncovered).collect(),
    }
}

/// The roster of a post.
pub(crate) fn of_post(of: &OfPost<'_>) -> PostRoster {
    let named = |accounts: &[AccountId]| accounts.iter().map(ToString::to_string).collect();
    PostRoster {
        post: of.post.to_string(),
        holders: named(&of.holders),
        at_work: named(&of.at_work),
        arrangements: of.arrangements.iter().map(|one| arrangement(one)).collect(),
        uncovered: of.uncovered.iter().copied().map(term).collect(),
        too_long: of.too_long.iter().map(too_long).collect(),
        trainings: of.trainings.iter().map(|one| training(one)).collect(),
        classes: of.classes.iter().map(attendance).collect(),
    }
}

fn attendance((account, class): &(AccountId, &Class)) -> Attendance {
    Attendance { account: account.to_string(), class: Some(timetables::class(class)) }
}

fn training(training: &Training) -> wire::Training {
    wire::Training {
        account: training.account.to_string(),
        item: training.item.to_string(),
        recorded_at: Some(timestamp(training.recorded_at)),
    }
}

fn too_long((account, excess): &(AccountId, Excess)) -> TooLong {
    let span = match excess.span {
        Span::Week => wire::Span::Week,
        Span::Night => wire::Span::Night,
    };
    let minutes = |length: SignedDuration| u32::try_from(length.as_mins()).unwrap_or(u32::MAX);
    TooLong {
        account: account.to_string(),
        span: span.into(),
        of: excess.of.to_string(),
        minutes: minutes(excess.hours),
        limit_minutes: minutes(excess.limit),
    }
}

fn arrangement(arrangement: &Arrangement) -> wire::Arrangement {
    let (kind, who, stands_in, back) = match arrangement.what {
        What::Leave { who, cover } => (ArrangementKind::Leave, Some(who), cover, None),
        What::Swap { who, with, back, .. } => {
            (ArrangementKind::Swap, Some(who), Some(with), Some(back))
        }
        What::Cover { by, .. } => (ArrangementKind::Cover, None, Some(by), None),
    };
    let named = |account: Option<AccountId>| account.map(|one| one.to_string()).unwrap_or_default();
    wire::Arrangement {
        id: arrangement.id.to_string(),
        kind: kind.into(),
        who: named(who),
        stands_in: named(stands_in),
        term: Some(term(arrangement.term)),
        back: back.map(term),
    }
}

fn term(Term { from, until }: Term) -> wire::Term {
    wire::Term { from: Some(timestamp(from)), until: Some(timestamp(until)) }
}
