//! The roster, which dispatch keeps: who is at work at which post.

use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
};
use clock::ArrangementId;
use jiff::Timestamp;
use proto::dispatch::v1::{
    self as dispatch, CoverPostRequest, EndArrangementRequest, RecordTrainingRequest,
    ShowRosterRequest, SwapTurnsRequest, TakeLeaveRequest,
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    cases::Account,
    extract::{Answer, Body, Caller, Key, Params, id},
    schema::Refused,
    when,
    wire::{instant, lower, sent, some},
};
use crate::{portal::Portal, refusal::Refusal, store::accounts};

/// All that is asked of it.
pub(super) fn routes() -> OpenApiRouter<Portal> {
    OpenApiRouter::new()
        .routes(routes!(show))
        .routes(routes!(leave))
        .routes(routes!(swap))
        .routes(routes!(cover))
        .routes(routes!(end))
        .routes(routes!(train))
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Wanted {
    department: Option<String>,
    /// `<department>/<post>`.
    post: Option<String>,
    /// Only posts that nobody is at work at for some time of the next 14 days.
    #[serde(default)]
    uncovered: bool,
}

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Roster {
    posts: Vec<PostRoster>,
}

/// Who is at work at one post.
#[derive(Debug, Serialize, ToSchema)]
struct PostRoster {
    /// `<department>/<post>`.
    post: String,
    holders: Vec<Account>,
    /// Who is there now, by holding it or by standing in.
    at_work: Vec<Account>,
    /// What is arranged and not over, the next first.
    arrangements: Vec<Arrangement>,
    /// When nobody is there, within the next 14 days.
    uncovered: Vec<Term>,
    /// The weeks and nights of the next 14 days in which an assistant who holds it is at work for longer
    /// than the department allows: a defect of the roster.
    too_long: Vec<TooLong>,
    /// Of a post of assistants: what those who hold it were trained for.
    trainings: Vec<Training>,
    /// Of a post of assistants: the classes of those who hold it, past ones too.
    classes: Vec<Attendance>,
}

/// An assistant is in a class.
#[derive(Debug, Serialize, ToSchema)]
struct Attendance {
    who: Option<Account>,
    /// The days of the term, the last included: `2026-08-31..2027-01-17`.
    dates: String,
    /// `monday` to `sunday`.
    weekday: String,
    /// `08:00-09:40`, by the clock of the campus.
    hours: String,
}

/// An assistant was trained for an item.
#[derive(Debug, Serialize, ToSchema)]
struct Training {
    who: Option<Account>,
    item: String,
    recorded_at: Option<Timestamp>,
}

/// An assistant is at work for too long.
#[derive(Debug, Serialize, ToSchema)]
struct TooLong {
    who: Option<Account>,
    /// `week` or `night`.
    span: Option<String>,
    /// The Monday of the week, or the day on whose evening the night begins.
    of: String,
    /// For how long they are at work in it.
    minutes: u32,
    /// For how long they may be.
    limit_minutes: u32,
}

/// A leave, a swap or a cover.
#[derive(Debug, Serialize, ToSchema)]
struct Arrangement {
    id: String,
    /// `leave`, `swap` or `cover`.
    kind: Option<String>,
    /// Who is away, of a swap first; null for a cover.
    who: Option<Account>,
    /// Who is there instead; null if nobody is.
    stands_in: Option<Account>,
    from: Option<Timestamp>,
    until: Option<Timestamp>,
    /// Of a swap: when the turn is given back.
    back: Option<Term>,
}

/// From its beginning until its end, which is not in it.
#[derive(Debug, Serialize, ToSchema)]
struct Term {
    from: Option<Timestamp>,
    until: Option<Timestamp>,
}

/// Shows the roster
///
/// Who holds which post, who is at work there now, what is arranged, and when nobody is there, or an
/// assistant for too long. Refused by `roster-invalid` and `definitions-unknown`.
#[utoipa::path(
    get, path = "/roster", tag = "roster", params(Wanted),
    operation_id = "showRoster",
    responses((status = 200, description = "Post by post", body = Roster), Refused),
)]
pub(super) async fn show(
    State(portal): State<Portal>,
    caller: Caller,
    Params(wanted): Params<Wanted>,
) -> Answer<Roster> {
    let request = portal.on_behalf(&caller)?.request(ShowRosterRequest {
        department: wanted.department.unwrap_or_default(),
        post: wanted.post.unwrap_or_default(),
        uncovered: wanted.uncovered,
    });
    let answer = portal.peers.dispatch()?.show_roster(request).await?.into_inner();
    let mut posts: Vec<_> = answer.posts.into_iter().map(PostRoster::from).collect();
    let mut people: Vec<_> = posts.iter_mut().flat_map(PostRoster::people).collect();
    let ids: Vec<_> = people.iter().map(|one| one.id).collect();
    let names = accounts::names(portal.pool(), &portal.masters(), &ids).await?;
    for one in &mut people {
        one.name = names.get(&one.id).cloned();
    }
    Ok(Json(Roster { posts }))
}

/// What became of the roster.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Arranged {
    /// The id of the leave, swap or cover, by which it is ended.
    arrangement: String,
    /// When nobody is at work at a post that it concerns: a defect of the roster, not a refusal.
    uncovered: Vec<Uncovered>,
}

#[derive(Debug, Serialize, ToSchema)]
struct Uncovered {
    /// `<department>/<post>`.
    post: String,
    from: Option<Timestamp>,
    until: Option<Timestamp>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Leave {
    /// Who, by login name or id; the asker if it is missing.
    #[serde(default)]
    account: String,
    /// From when; from now on if it is missing.
    #[serde(default, deserialize_with = "when::optional")]
    from: Option<Timestamp>,
    #[serde(deserialize_with = "when::instant")]
    until: Timestamp,
    /// Who stands in, by login name or id; nobody if it is missing.
    #[serde(default)]
    cover: String,
}

/// Takes leave
///
/// Somebody is away from all posts that they hold, and is neither asked nor told; whoever stands in is.
/// By themselves, the head of their department, or who stands above. Refused by `in-the-past`,
/// `ends-before-it-begins`, `holds-no-post`, `stands-in-for-themselves`, `already-away`, `away-then`,
/// `in-class`, `stands-in-then`, `over-weekly-hours`, `over-nightly-hours`, `arrangement-invalid` and
/// `definitions-unknown`.
#[utoipa::path(
    post, path = "/roster/leave", tag = "roster",
    operation_id = "takeLeave", request_body = Leave,
    params(("Idempotency-Key" = String, Header, description = "A new UUID for each intention")),
    responses((status = 200, description = "They are on leave then", body = Arranged), Refused),
)]
pub(super) async fn leave(
    State(portal): State<Portal>,
    caller: Caller,
    Key(key): Key,
    Body(Leave { account, from, until, cover }): Body<Leave>,
) -> Answer<Arranged> {
    let request = TakeLeaveRequest {
        account: accounts::called(portal.pool(), account).await?,
        from: from.map(delivery_rpc::timestamp),
        until: Some(delivery_rpc::timestamp(until)),
        cover: accounts::called(portal.pool(), cover).await?,
    };
    let call = portal.on_behalf(&caller)?.idempotent(key);
    let answer = portal.peers.dispatch()?.take_leave(call.request(request)).await?.into_inner();
    arranged(answer.arranged)
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Swap {
    /// `<department>/<post>`.
    post: String,
    /// Whose turn is taken first, by login name or id; the asker if it is missing.
    #[serde(default)]
    account: String,
    /// Who takes it, by login name or id.
    with: String,
    /// From when; from now on if it is missing.
    #[serde(default, deserialize_with = "when::optional")]
    from: Option<Timestamp>,
    #[serde(deserialize_with = "when::instant")]
    until: Timestamp,
    /// When the turn is given back.
    #[serde(deserialize_with = "when::instant")]
    back_from: Timestamp,
    #[serde(deserialize_with = "when::instant")]
    back_until: Timestamp,
}

/// Swaps turns
///
/// Two who hold a post are there for each other, one after the other. By the first of them, the head of
/// the department, or who stands above. Refused by `no-such-post`, `not-of-the-post`, `turns-overlap`,
/// `in-the-past`, `ends-before-it-begins`, `stands-in-for-themselves`, `already-away`, `away-then`,
/// `in-class`, `stands-in-then`, `arrangement-invalid` and `definitions-unknown`.
#[utoipa::path(
    post, path = "/roster/swap", tag = "roster",
    operation_id = "swapTurns", request_body = Swap,
    params(("Idempotency-Key" = String, Header, description = "A new UUID for each intention")),
    responses((status = 200, description = "They swap", body = Arranged), Refused),
)]
pub(super) async fn swap(
    State(portal): State<Portal>,
    caller: Caller,
    Key(key): Key,
    Body(swap): Body<Swap>,
) -> Answer<Arranged> {
    let request = SwapTurnsRequest {
        post: swap.post,
        account: accounts::called(portal.pool(), swap.account).await?,
        with: accounts::called(portal.pool(), swap.with).await?,
        from: swap.from.map(delivery_rpc::timestamp),
        until: Some(delivery_rpc::timestamp(swap.until)),
        back_from: Some(delivery_rpc::timestamp(swap.back_from)),
        back_until: Some(delivery_rpc::timestamp(swap.back_until)),
    };
    let call = portal.on_behalf(&caller)?.idempotent(key);
    let answer = portal.peers.dispatch()?.swap_turns(call.request(request)).await?.into_inner();
    arranged(answer.arranged)
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Cover {
    /// `<department>/<post>`.
    post: String,
    /// Who stands in, by login name or id.
    by: String,
    /// From when; from now on if it is missing.
    #[serde(default, deserialize_with = "when::optional")]
    from: Option<Timestamp>,
    #[serde(deserialize_with = "when::instant")]
    until: Timestamp,
}

/// Has a post covered
///
/// Somebody stands in there besides its holders. By the head of the department, or who stands above.
/// Refused by `no-such-post`, `holds-it`, `holds-no-post`, `away-then`, `in-class`, `over-weekly-hours`,
/// `over-nightly-hours`, `in-the-past`, `ends-before-it-begins`, `arrangement-invalid` and
/// `definitions-unknown`.
#[utoipa::path(
    post, path = "/roster/cover", tag = "roster",
    operation_id = "coverPost", request_body = Cover,
    params(("Idempotency-Key" = String, Header, description = "A new UUID for each intention")),
    responses((status = 200, description = "It is covered then", body = Arranged), Refused),
)]
pub(super) async fn cover(
    State(portal): State<Portal>,
    caller: Caller,
    Key(key): Key,
    Body(Cover { post, by, from, until }): Body<Cover>,
) -> Answer<Arranged> {
    let request = CoverPostRequest {
        post,
        by: accounts::called(portal.pool(), by).await?,
        from: from.map(delivery_rpc::timestamp),
        until: Some(delivery_rpc::timestamp(until)),
    };
    let call = portal.on_behalf(&caller)?.idempotent(key);
    let answer = portal.peers.dispatch()?.cover_post(call.request(request)).await?.into_inner();
    arranged(answer.arranged)
}

/// Ends a leave, a swap or a cover
///
/// It is over now; one that is to come never was. By whoever may arrange it. Refused by
/// `no-such-arrangement`, `already-over` and `definitions-unknown`.
#[utoipa::path(
    post, path = "/roster/{id}/end", tag = "roster",
    operation_id = "endArrangement",
    params(("id" = uuid::Uuid, Path),
           ("Idempotency-Key" = String, Header, description = "A new UUID for each intention")),
    responses((status = 200, description = "It is over", body = Arranged), Refused),
)]
pub(super) async fn end(
    State(portal): State<Portal>,
    caller: Caller,
    Key(key): Key,
    Path(text): Path<String>,
) -> Answer<Arranged> {
    let named: ArrangementId = id(&text, "no-such-arrangement", "leave, swap or cover")?;
    let request = EndArrangementRequest { arrangement: named.to_string() };
    let call = portal.on_behalf(&caller)?.idempotent(key);
    let answer = portal.peers.dispatch()?.end_arrangement(call.request(request)).await?;
    arranged(answer.into_inner().arranged)
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Train {
    /// Who, by login name or id.
    account: String,
    /// For what.
    item: String,
    /// Whether what was recorded counts no more.
    #[serde(default)]
    revoked: bool,
}

/// Records a training
///
/// An assistant was trained for an item, or what was recorded of it counts no more. Without it they take
/// no work order of an item that needs it. By the head of the department in which they assist, the hall
/// director, or who holds the A post that theirs answers to. Refused by `no-such-item`, `no-assistant`,
/// `already-trained`, `no-such-training`, `not-accountable`, `training-invalid` and `definitions-unknown`.
#[utoipa::path(
    post, path = "/roster/train", tag = "roster",
    operation_id = "recordTraining", request_body = Train,
    params(("Idempotency-Key" = String, Header, description = "A new UUID for each intention")),
    responses((status = 204, description = "It is recorded, or counts no more"), Refused),
)]
pub(super) async fn train(
    State(portal): State<Portal>,
    caller: Caller,
    Key(key): Key,
    Body(Train { account, item, revoked }): Body<Train>,
) -> Result<StatusCode, Refusal> {
    let account = accounts::called(portal.pool(), account).await?;
    let request = RecordTrainingRequest { account, item, revoked };
    let call = portal.on_behalf(&caller)?.idempotent(key);
    portal.peers.dispatch()?.record_training(call.request(request)).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn arranged(answer: Option<dispatch::Arranged>) -> Answer<Arranged> {
    let dispatch::Arranged { arrangement, uncovered, .. } = sent(answer, "arrangement")?;
    let uncovered = uncovered.into_iter().map(|dispatch::Uncovered { post, term }| {
        let Term { from, until } = term.into();
        Uncovered { post, from, until }
    });
    let uncovered = uncovered.collect();
    Ok::<_, Refusal>(Json(Arranged { arrangement, uncovered }))
}

impl PostRoster {
    fn people(&mut self) -> impl Iterator<Item = &mut Account> {
        let arranged = self.arrangements.iter_mut();
        let arranged = arranged.flat_map(|one| one.who.iter_mut().chain(&mut one.stands_in));
        let too_long = self.too_long.iter_mut().flat_map(|one| &mut one.who);
        let trained = self.trainings.iter_mut().flat_map(|one| &mut one.who);
        let attend = self.classes.iter_mut().flat_map(|one| &mut one.who);
        let there = self.holders.iter_mut().chain(&mut self.at_work);
        there.chain(arranged).chain(too_long).chain(trained).chain(attend)
    }
}

/// Somebody whose name is looked up later.
fn nameless(id: &str) -> Option<Account> {
    Some(Account { id: id.parse().ok()?, name: None })
}

impl From<dispatch::PostRoster> for PostRoster {
    fn from(of: dispatch::PostRoster) -> Self {
        let people = |ids: Vec<String>| ids.iter().filter_map(|id| nameless(id)).collect();
        Self {
            post: of.post,
            holders: people(of.holders),
            at_work: people(of.at_work),
            arrangements: of.arrangements.into_iter().map(Arrangement::from).collect(),
            uncovered: of.uncovered.into_iter().map(|term| Some(term).into()).collect(),
            too_long: of.too_long.into_iter().map(TooLong::from).collect(),
            trainings: of.trainings.into_iter().map(Training::from).collect(),
            classes: of.classes.into_iter().map(Attendance::from).collect(),
        }
    }
}

impl From<dispatch::Attendance> for Attendance {
    fn from(dispatch::Attendance { account, class }: dispatch::Attendance) -> Self {
        let dispatch::Class { dates, weekday, hours } = class.unwrap_or_default();
        Self { who: nameless(&account), dates, weekday, hours }
    }
}

impl From<dispatch::Training> for Training {
    fn from(one: dispatch::Training) -> Self {
        let dispatch::Training { account, item, recorded_at } = one;
        Self { who: nameless(&account), item, recorded_at: instant(recorded_at) }
    }
}

impl From<dispatch::TooLong> for TooLong {
    fn from(one: dispatch::TooLong) -> Self {
        let span = lower(one.span().as_str_name(), "SPAN_");
        let dispatch::TooLong { account, of, minutes, limit_minutes, .. } = one;
        Self { who: nameless(&account), span, of, minutes, limit_minutes }
    }
}

impl From<dispatch::Arrangement> for Arrangement {
    fn from(one: dispatch::Arrangement) -> Self {
        let kind = lower(one.kind().as_str_name(), "ARRANGEMENT_KIND_");
        let Term { from, until } = one.term.into();
        Self {
            kind,
            who: some(one.who).and_then(|who| nameless(&who)),
            stands_in: some(one.stands_in).and_then(|who| nameless(&who)),
            from,
            until,
            back: one.back.map(|back| Some(back).into()),
            id: one.id,
        }
    }
}

impl From<Option<dispatch::Term>> for Term {
    fn from(term: Option<dispatch::Term>) -> Self {
        let term = term.unwrap_or_default();
        Self { from: instant(term.from), until: instant(term.until) }
    }
}
