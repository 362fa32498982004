//! What is asked of dispatch, and work orders that are as each deed needs them.

use std::collections::BTreeMap;

use authz::{Action, Principal, Relation, Relation::Assigned, Role, Subject};
use clock::{Clock, Ids as _, RandomIds};
use events::words::{Level, Service};
use proto::{
    dispatch::v1::{self as dispatch, WorkOrderState, dispatch_client::DispatchClient},
    words::v1::{self as words, HoldReason},
};
use rpc::{Call, Channel};
use tonic::Status;

use super::{
    OF_QUESTIONS, OF_WORK, OFFERED, Question,
    campus::Side,
    grpc::{Asked, Grpc, PAGE, call, everything, nothing, only},
    world::World,
};

/// What is done to a work order.
#[derive(Debug, Clone, Copy)]
pub(super) enum Work {
    Claim,
    Arrive,
    Hold,
    Complete,
    /// To another post of the same department.
    Transfer,
    Return,
    /// A part of it, to another post of the same department.
    Split,
    /// Of its requester.
    Ask,
}

/// What can be done to a work order but once.
pub(super) struct Deed {
    pub(super) action: Action,
    /// The relations in which the work order is then.
    pub(super) shows: &'static [Relation],
    /// What it has been through before.
    pub(super) after: &'static [Work],
    /// Only what is critical can be made safe.
    pub(super) is_critical: bool,
}

impl Deed {
    /// What it has been through before at this level: nobody gives away what is hidden, or asks others
    /// about it.
    pub(super) fn after(&self, level: Level) -> &'static [Work] {
        let others =
            |work: &Work| matches!(work, Work::Transfer | Work::Return | Work::Split | Work::Ask);
        let never = level == Level::Hidden && self.after.iter().any(others);
        if never { &[] } else { self.after }
    }
}

const fn deed(action: Action, shows: &'static [Relation], after: &'static [Work]) -> Deed {
    Deed { action, shows, after, is_critical: false }
}

/// Who gets it back says again that it is not theirs.
const TWICE_REFUSED: &[Work] = &[Work::Transfer, Work::Return, Work::Transfer];

/// A post of the same department as the one that has it.
pub(super) const ANOTHER_POST: &str = "logistics/electrical";

pub(super) const DEEDS: &[Deed] = &[
    deed(Action::Claim, OFFERED, &[]),
    deed(Action::Assign, OFFERED, &[]),
    deed(Action::Arrive, OF_WORK, &[Work::Claim]),
    Deed { is_critical: true, ..deed(Action::Contain, OF_WORK, &[Work::Claim, Work::Arrive]) },
    deed(Action::Hold, OF_WORK, &[Work::Claim]),
    deed(Action::Resume, OF_WORK, &[Work::Claim, Work::Hold]),
    deed(Action::Complete, OF_WORK, &[Work::Claim]),
    deed(Action::Return, OF_WORK, &[Work::Transfer, Work::Claim]),
    deed(Action::Transfer, OF_WORK, &[Work::Claim]),
    deed(Action::Reassign, OF_WORK, &[Work::Claim]),
    deed(Action::Split, OF_WORK, &[Work::Claim]),
    deed(Action::Merge, OF_WORK, &[Work::Claim, Work::Split]),
    deed(Action::Adjudicate, OFFERED, TWICE_REFUSED),
    deed(Action::AskQuestion, OF_WORK, &[Work::Claim]),
    deed(Action::AnswerQuestion, OF_QUESTIONS, &[Work::Claim, Work::Ask]),
];

impl Grpc {
    pub(super) async fn ask_dispatch(
        &self,
        question: &Question<'_>,
        call: &Call,
        method: &str,
    ) -> Asked {
        let Question { world, level, probe, .. } = *question;
        let work_order = || world.work_order(probe.action, level).to_owned();
        let mut dispatch = self.dispatch();
        match method {
            // As the cases that lists are to show are.
            "ListWorkOrders" => {
                let orders = self.all_work_orders(call, WorkOrderState::Completed).await?;
                Ok(only(orders, |order| order.case_id))
            }
            "Claim" => {
                let request = dispatch::ClaimRequest { work_order: work_order() };
                dispatch.claim(call.request(request)).await.map(nothing)
            }
            "Assign" => {
                let (work_order, to) = (work_order(), world.worker().to_string());
                let request = dispatch::AssignRequest { work_order, to };
                dispatch.assign(call.request(request)).await.map(nothing)
            }
            "Arrive" => {
                let request = dispatch::ArriveRequest { work_order: work_order() };
                dispatch.arrive(call.request(request)).await.map(nothing)
            }
            "Contain" => {
                let request = dispatch::ContainRequest { work_order: work_order() };
                dispatch.contain(call.request(request)).await.map(nothing)
            }
            "Hold" | "Resume" => self.ask_to_wait(call, method, work_order()).await,
            "Return" | "Transfer" | "Reassign" | "Adjudicate" => {
                self.ask_to_move(call, method, work_order()).await
            }
            "Split" | "Merge" => self.ask_for_parts(world, call, method, work_order()).await,
            "Complete" => {
                let work_order = work_order();
                let request = dispatch::CompleteRequest { work_order, ..Default::default() };
                dispatch.complete(call.request(request)).await.map(nothing)
            }
            "FindNextSteps" => dispatch.find_next_steps(call.request(of_none())).await.map(nothing),
            "Ask" | "Answer" | "ListQuestions" => self.ask_to_ask(question, call, method).await,
            "ShowHandover" | "SignHandover" => self.ask_for_the_desk(call, method).await,
            "ShowRoster" | "TakeLeave" | "SwapTurns" | "CoverPost" | "EndArrangement"
            | "ReplaceTimetable" | "RecordTraining" => {
                self.ask_roster(question, call, method, dispatch).await
            }
            _ => {
                // To a post that there is not, so that all others stay with who holds them.
                let account = RandomIds::new(Clock::system()).uuid().to_string();
                let holders = vec![dispatch::Holder { account, post: "sports/nobody".to_owned() }];
                let request = dispatch::ImportHoldersRequest { holders, version: None };
                dispatch.import_holders(call.request(request)).await.map(nothing)
            }
        }
    }

    async fn ask_for_the_desk(&self, call: &Call, method: &str) -> Asked {
        let mut dispatch = self.dispatch();
        if method == "ShowHandover" {
            let request = dispatch::ShowHandoverRequest {};
            return dispatch.show_handover(call.request(request)).await.map(nothing);
        }
        // Of a desk that nobody left.
        let signature = dispatch::HandoverSignature::TakingOver.into();
        let version = "walk".to_owned();
        let request = dispatch::SignHandoverRequest { signature, version, ..Default::default() };
        dispatch.sign_handover(call.request(request)).await.map(nothing)
    }

    async fn ask_to_wait(&self, call: &Call, method: &str, work_order: String) -> Asked {
        let mut dispatch = self.dispatch();
        if method == "Hold" {
            let reason = HoldReason::Parts.into();
            let request = dispatch::HoldRequest { work_order, reason, visit_at: None };
            return dispatch.hold(call.request(request)).await.map(nothing);
        }
        let request = dispatch::ResumeRequest { work_order };
        dispatch.resume(call.request(request)).await.map(nothing)
    }

    async fn ask_to_move(&self, call: &Call, method: &str, work_order: String) -> Asked {
        let (to, reason) = (ANOTHER_POST.to_owned(), "it is not ours".to_owned());
        let mut dispatch = self.dispatch();
        match method {
            "Return" => {
                let request = dispatch::ReturnRequest { work_order, reason };
                dispatch.r#return(call.request(request)).await.map(nothing)
            }
            "Transfer" => {
                let request = dispatch::TransferRequest { work_order, to, reason };
                dispatch.transfer(call.request(request)).await.map(nothing)
            }
            "Reassign" => {
                let request = dispatch::ReassignRequest { work_order, to };
                dispatch.reassign(call.request(request)).await.map(nothing)
            }
            _ => {
                let request = dispatch::AdjudicateRequest { work_order, to, reason };
                dispatch.adjudicate(call.request(request)).await.map(nothing)
            }
        }
    }

    async fn ask_for_parts(
        &self,
        world: &World,
        call: &Call,
        method: &str,
        work_order: String,
    ) -> Asked {
        let mut dispatch = self.dispatch();
        if method == "Split" {
            let (to, task) = (ANOTHER_POST.to_owned(), "the socket".to_owned());
            let request = dispatch::SplitRequest { work_order, to, task };
            return dispatch.split(call.request(request)).await.map(nothing);
        }
        let into = world.part_of(&work_order).to_owned();
        let request = dispatch::MergeRequest { work_order, into };
        dispatch.merge(call.request(request)).await.map(nothing)
    }

    /// Whoever speaks for the desk asks the department, and all others the desk.
    async fn ask_to_ask(&self, question: &Question<'_>, call: &Call, method: &str) -> Asked {
        let Question { world, level, probe, .. } = *question;
        let (mut dispatch, text) = (self.dispatch(), "walk".to_owned());
        match method {
            "Ask" => {
                let work_order = world.work_order(probe.action, level).to_owned();
                let of = words::Asked::from(asked_by(question.subject)).into();
                let request = dispatch::AskRequest { work_order, of, text };
                dispatch.ask(call.request(request)).await.map(nothing)
            }
            "Answer" => {
                let work_order = world.work_order(probe.action, level).to_owned();
                let question = world.question(&work_order).to_owned();
                let request = dispatch::AnswerRequest { work_order, question, text };
                dispatch.answer(call.request(request)).await.map(nothing)
            }
            _ => {
                let questions = self.all_questions(call).await?;
                Ok(only(questions, |question| question.case_id))
            }
        }
    }

    /// The question of each work order of which one was asked.
    pub(super) async fn questions(&self, world: &World) -> BTreeMap<String, String> {
        let questions = self.all_questions(&everything(world)).await.unwrap().into_iter();
        questions.map(|question| (question.work_order, question.id)).collect()
    }

    async fn all_questions(&self, call: &Call) -> Result<Vec<dispatch::Question>, Status> {
        let (mut all, mut page_token) = (Vec::new(), String::new());
        loop {
            let page_size = PAGE;
            let request =
                dispatch::ListQuestionsRequest { page_size, page_token, ..Default::default() };
            let page = self.dispatch().list_questions(call.request(request)).await?.into_inner();
            all.extend(page.questions);
            page_token = page.next_page_token;
            if page_token.is_empty() {
                return Ok(all);
            }
        }
    }

    /// Has something done to a work order, of a related case by who is assigned to it.
    pub(super) async fn works(&self, world: &World, side: Side, work: Work, order: &str) {
        let (role, (post, _)) = (Role::DepartmentHead, side.posts());
        // What is hidden the guards alone work on.
        let roles = [role, Role::GuardPost].into();
        let department = post.split('/').next().unwrap().parse().ok();
        let mut by = world.subject(Assigned, role, Level::Confidential);
        if side == Side::Aside {
            by.principal = Principal::Account(self.stranger);
        }
        let call = call(world, &Subject { department, roles, ..by });
        let (work_order, mut dispatch) = (order.to_owned(), self.dispatch());
        match work {
            Work::Claim => {
                dispatch.claim(call.request(dispatch::ClaimRequest { work_order })).await.unwrap();
            }
            Work::Arrive => {
                dispatch
                    .arrive(call.request(dispatch::ArriveRequest { work_order }))
                    .await
                    .unwrap();
            }
            Work::Hold => {
                let reason = HoldReason::Parts.into();
                let request = dispatch::HoldRequest { work_order, reason, visit_at: None };
                dispatch.hold(call.request(request)).await.unwrap();
            }
            Work::Transfer => {
                self.ask_to_move(&call, "Transfer", work_order).await.unwrap();
            }
            Work::Return => {
                self.ask_to_move(&call, "Return", work_order).await.unwrap();
            }
            Work::Split => {
                self.ask_for_parts(world, &call, "Split", work_order).await.unwrap();
            }
            Work::Ask => {
                let of = words::Asked::Requester.into();
                let request = dispatch::AskRequest { work_order, of, text: "walk".to_owned() };
                dispatch.ask(call.request(request)).await.unwrap();
            }
            Work::Complete => {
                let request = dispatch::CompleteRequest { work_order, ..Default::default() };
                dispatch.complete(call.request(request)).await.unwrap();
            }
        }
    }

    /// The work order of each case that is not completed.
    pub(super) async fn work_orders(&self, world: &World) -> BTreeMap<String, String> {
        let open = WorkOrderState::Unspecified;
        let orders = self.all_work_orders(&everything(world), open).await.unwrap().into_iter();
        orders.map(|order| (order.case_id, order.id)).collect()
    }

    /// The part that was split off each work order of which one was.
    pub(super) async fn parts(&self, world: &World) -> BTreeMap<String, String> {
        let open = WorkOrderState::Unspecified;
        let orders = self.all_work_orders(&everything(world), open).await.unwrap().into_iter();
        let parts = orders.filter(|order| !order.split_from.is_empty());
        parts.map(|order| (order.split_from, order.id)).collect()
    }

    async fn all_work_orders(
        &self,
        call: &Call,
        state: WorkOrderState,
    ) -> Result<Vec<dispatch::WorkOrder>, Status> {
        let (mut all, mut page_token) = (Vec::new(), String::new());
        loop {
            let request = dispatch::ListWorkOrdersRequest {
                state: state.into(),
                page_size: PAGE,
                page_token,
                ..Default::default()
            };
            let page = self.dispatch().list_work_orders(call.request(request)).await?.into_inner();
            all.extend(page.work_orders);
            page_token = page.next_page_token;
            if page_token.is_empty() {
                return Ok(all);
            }
        }
    }

    pub(super) fn dispatch(&self) -> DispatchClient<Channel> {
        DispatchClient::new(self.channel(Service::Dispatch))
    }
}

fn of_none() -> dispatch::FindNextStepsRequest {
    dispatch::FindNextStepsRequest::default()
}

/// Whom somebody may ask, if they may ask at all.
pub(super) fn asked_by(subject: &Subject) -> events::words::Asked {
    let desk = [Role::DeskAssistant, Role::DutyCounsellor, Role::Dispatcher];
    if desk.iter().any(|role| subject.roles.contains(role)) {
        events::words::Asked::Department
    } else {
        events::words::Asked::Desk
    }
}
