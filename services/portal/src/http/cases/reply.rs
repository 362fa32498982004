use axum::{
    Json,
    extract::{Path, State},
};
use events::words::Service;
use jiff::Timestamp;
use proto::intake::v1::{Reply as WireReply, ReplyCaseRequest};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    reference,
    steps::Reader,
    views::{Account, Promise, with_names},
};
use crate::{
    head::Head,
    http::{
        extract::{Answer, Body, Caller, Key},
        schema::Refused,
        when,
        wire::{instant, some},
    },
    portal::Portal,
    refusal::Refusal,
};

/// An answer to whoever reported a case.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct CaseReply {
    /// 1 to 4,000 characters.
    text: String,
    /// Until when the next answer is promised; left out of the last one.
    #[serde(default, deserialize_with = "when::optional")]
    next: Option<Timestamp>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(in crate::http) struct CaseReplied {
    /// Until when the next answer is promised.
    next: Option<Promise>,
    /// For the next list or case, which then shows the change.
    #[schema(value_type = Option<String>)]
    head: Option<Head>,
}

/// What whoever reported a case was answered.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CaseAnswer)]
pub(super) struct Reply {
    at: Option<Timestamp>,
    /// Whose answer it is; absent where who gave it is of no department.
    department: Option<String>,
    /// Who gave it; absent for its requester.
    by: Option<Account>,
    text: String,
    /// Until when the next one was promised; absent of the last one.
    next: Option<Timestamp>,
}

/// Answers whoever reported a case
///
/// They are told that there is an answer, and read it in the case. With `next` it is one for now: the next
/// is promised until then, which leaders hear if it is late, and which only another reply keeps. Where
/// nobody is called back, a case that is completed ends with the last answer. Refused by `case-unknown`,
/// `reply-invalid`, `case-closed` and `person-at-risk` (the words tell of one: they are kept with the
/// alarm that was raised of it).
#[utoipa::path(
    post, path = "/cases/{case}/reply", tag = "cases",
    operation_id = "replyCase", request_body = CaseReply,
    params(("case" = String, Path, description = "Its number or id"),
           ("Idempotency-Key" = String, Header, description = "A new UUID for each intention")),
    responses((status = 200, description = "Answered", body = CaseReplied), Refused),
)]
pub(in crate::http) async fn reply(
    State(portal): State<Portal>,
    caller: Caller,
    Key(key): Key,
    Path(case): Path<String>,
    Body(CaseReply { text, next }): Body<CaseReply>,
) -> Answer<CaseReplied> {
    reference(&case)?;
    let call = portal.on_behalf(&caller)?.idempotent(key);
    let next = next.map(delivery_rpc::timestamp);
    let request = call.request(ReplyCaseRequest { case, text, next });
    let answer = portal.peers.intake()?.reply_case(request).await?.into_inner();
    Ok(Json(CaseReplied {
        next: answer.next.map(Promise::from),
        head: Head::answered(Service::Intake, answer.head),
    }))
}

/// Answers with the names of who gave them; a requester hears whose they are, and of staff nobody.
pub(super) async fn named_replies(
    portal: &Portal,
    replies: Vec<WireReply>,
    reader: Reader,
) -> Result<Vec<Reply>, Refusal> {
    let shown = replies.into_iter().map(|reply| Reply {
        at: instant(reply.at),
        department: some(reply.department),
        by: Account::nameless(&reply.account).filter(|_| reader != Reader::Requester),
        text: reply.text,
        next: instant(reply.next),
    });
    let mut shown: Vec<_> = shown.collect();
    with_names(portal, shown.iter_mut().filter_map(|reply| reply.by.as_mut())).await?;
    Ok(shown)
}
