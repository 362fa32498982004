//! What is asked of the roster. Nothing is changed: whoever may take leave is told that it is past.

use authz::{Relation, Role};
use clock::{AccountId, Clock, Ids as _, RandomIds};
use jiff::{Timestamp, ToSpan as _};
use proto::dispatch::v1::{self as dispatch, dispatch_client::DispatchClient};
use rpc::{Call, Channel};
use serde_json::{Value, json};

use super::{
    Question,
    grpc::{Asked, Grpc, call, nothing},
    work::ANOTHER_POST,
    world::World,
};

/// What leave and a swap say of who asks: whose it is, and of which department they are.
pub(super) const OF_LEAVE: &[Relation] = &[Relation::Own, Relation::InMyDepartment];
/// There is no such item: whoever may record a training is told so, or that they do not answer for whom it is.
const NO_ITEM: &str = "nothing-at-all";
/// What a cover says: of which department the post is; and a training, of which its trainee is, and a timetable
/// its assistant.
pub(super) const OF_COVER: &[Relation] = &[Relation::InMyDepartment];

/// Who is to be away: the asker themselves, where it is to be their own, else somebody of logistics.
fn away(question: &Question<'_>) -> AccountId {
    match question.relation {
        Relation::Own => question.world.account(Relation::Own),
        // Who is told of a case holds a post of logistics too, and must not ask about themselves.
        Relation::EscalatedToMe => question.world.account(Relation::InMyDepartment),
        Relation::Unrelated
        | Relation::FirstReceiver
        | Relation::Assigned
        | Relation::InMyDepartment => question.world.worker(),
    }
}

fn wire(at: Timestamp) -> prost_types::Timestamp {
    prost_types::Timestamp { seconds: at.as_second(), nanos: 0 }
}

impl Grpc {
    pub(super) async fn ask_roster(
        &self,
        question: &Question<'_>,
        call: &Call,
        method: &str,
        mut dispatch: DispatchClient<Channel>,
    ) -> Asked {
        let world = question.world;
        let (account, earlier) = (away(question).to_string(), Some(wire(world.earlier())));
        match method {
            "ShowRoster" => {
                let request = dispatch::ShowRosterRequest::default();
                dispatch.show_roster(call.request(request)).await.map(nothing)
            }
            "TakeLeave" => {
                let (from, until) = (earlier, earlier);
                let request =
                    dispatch::TakeLeaveRequest { account, from, until, ..Default::default() };
                dispatch.take_leave(call.request(request)).await.map(nothing)
            }
            "SwapTurns" => {
                let request = dispatch::SwapTurnsRequest {
                    post: ANOTHER_POST.to_owned(),
                    account,
                    with: RandomIds::new(Clock::system()).uuid().to_string(),
                    from: earlier,
                    until: earlier,
                    back_from: earlier,
                    back_until: earlier,
                };
                dispatch.swap_turns(call.request(request)).await.map(nothing)
            }
            "CoverPost" => {
                let (post, by) = (ANOTHER_POST.to_owned(), account);
                let request =
                    dispatch::CoverPostRequest { post, by, from: earlier, until: earlier };
                dispatch.cover_post(call.request(request)).await.map(nothing)
            }
            "ReplaceTimetable" => {
                // Whoever it may be is no assistant.
                let request = dispatch::ReplaceTimetableRequest { account, ..Default::default() };
                dispatch.replace_timetable(call.request(request)).await.map(nothing)
            }
            "RecordTraining" => {
                let item = NO_ITEM.to_owned();
                let request = dispatch::RecordTrainingRequest { account, item, revoked: false };
                dispatch.record_training(call.request(request)).await.map(nothing)
            }
            _ => {
                let arrangement = world.arrangement().to_owned();
                let request = dispatch::EndArrangementRequest { arrangement };
                dispatch.end_arrangement(call.request(request)).await.map(nothing)
            }
        }
    }

    /// Has a post of logistics covered, so that there is something to end.
    pub(super) async fn covers(&self, world: &World) -> String {
        let dispatcher = World::somebody(Role::Dispatcher);
        let until = Some(wire(world.earlier() + 1_000.hours()));
        let (post, by) = (ANOTHER_POST.to_owned(), world.worker().to_string());
        let request = dispatch::CoverPostRequest { post, by, from: None, until };
        let request = call(world, &dispatcher).request(request);
        let answer = self.dispatch().cover_post(request).await.unwrap().into_inner();
        answer.arranged.unwrap().arrangement
    }
}

/// The same as it is asked of the portal.
pub(super) fn body(question: &Question<'_>, verb: &str) -> Value {
    let (account, earlier) = (away(question), question.world.earlier());
    match verb {
        "leave" => json!({ "account": account, "from": earlier, "until": earlier }),
        "swap" => json!({
            "post": ANOTHER_POST, "account": account, "with": "somebody", "from": earlier,
            "until": earlier, "back_from": earlier, "back_until": earlier,
        }),
        "cover" => {
            json!({ "post": ANOTHER_POST, "by": account, "from": earlier, "until": earlier })
        }
        "classes" => json!({ "account": account, "classes": [] }),
        "train" => json!({ "account": account, "item": NO_ITEM }),
        _ => json!({}),
    }
}
