//! What is asked of dispatch, and work orders that are as each deed needs them.

use std::collections::BTreeMap;

use authz::{Action, Principal, Relation, Relation::Assigned, Role, Subject};
use clock::{Clock, Ids as _, RandomIds};
use events::words::{Level, Service};
use proto::dispatch::v1::{self as dispatch, dispatch_client::DispatchClient};
use rpc::{Call, Channel};
use tonic::Status;

use super::{
    OF_WORK, OFFERED, Question,
    campus::Side,
    grpc::{Asked, Grpc, PAGE, call, everything, nothing, only},
    world::World,
};

/// What is done to a work order.
#[derive(Debug, Clone, Copy)]
pub(super) enum Work {
    Claim,
    Complete,
}

/// What can be done to a work order but once.
pub(super) struct Deed {
    pub(super) action: Action,
    /// The relations in which the work order is then.
    pub(super) shows: &'static [Relation],
    /// What it has been through before.
    pub(super) after: &'static [Work],
}

pub(super) const DEEDS: &[Deed] = &[
    Deed { action: Action::Claim, shows: OFFERED, after: &[] },
    Deed { action: Action::Assign, shows: OFFERED, after: &[] },
    Deed { action: Action::Arrive, shows: OF_WORK, after: &[Work::Claim] },
    Deed { action: Action::Complete, shows: OF_WORK, after: &[Work::Claim] },
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
            "ListWorkOrders" => {
                let orders = self.all_work_orders(call).await?;
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
            "Complete" => {
                let request =
                    dispatch::CompleteRequest { work_order: work_order(), ..Default::default() };
                dispatch.complete(call.request(request)).await.map(nothing)
            }
            _ => {
                // To a post that there is not, so that all others stay with who holds them.
                let account = RandomIds::new(Clock::system()).uuid().to_string();
                let holders = vec![dispatch::Holder { account, post: "sports/nobody".to_owned() }];
                let request = dispatch::ImportHoldersRequest { holders };
                dispatch.import_holders(call.request(request)).await.map(nothing)
            }
        }
    }

    /// Has something done to a work order, of a related case by who is assigned to it.
    pub(super) async fn works(&self, world: &World, side: Side, work: Work, order: &str) {
        let (role, (post, _)) = (Role::DepartmentHead, side.posts());
        let department = post.split('/').next().unwrap().parse().ok();
        let mut by = world.subject(Assigned, role, Level::Confidential);
        if side == Side::Aside {
            by.principal = Principal::Account(self.stranger);
        }
        let call = call(world, &Subject { department, ..by });
        let (work_order, mut dispatch) = (order.to_owned(), self.dispatch());
        match work {
            Work::Claim => {
                dispatch.claim(call.request(dispatch::ClaimRequest { work_order })).await.unwrap();
            }
            Work::Complete => {
                let note = String::new();
                let request = dispatch::CompleteRequest { work_order, note };
                dispatch.complete(call.request(request)).await.unwrap();
            }
        }
    }

    /// The work order of each case.
    pub(super) async fn work_orders(&self, world: &World) -> BTreeMap<String, String> {
        let orders = self.all_work_orders(&everything(world)).await.unwrap().into_iter();
        orders.map(|order| (order.case_id, order.id)).collect()
    }

    async fn all_work_orders(&self, call: &Call) -> Result<Vec<dispatch::WorkOrder>, Status> {
        let (mut all, mut page_token) = (Vec::new(), String::new());
        loop {
            let page_size = PAGE;
            let request =
                dispatch::ListWorkOrdersRequest { page_size, page_token, ..Default::default() };
            let page = self.dispatch().list_work_orders(call.request(request)).await?.into_inner();
            all.extend(page.work_orders);
            page_token = page.next_page_token;
            if page_token.is_empty() {
                return Ok(all);
            }
        }
    }

    fn dispatch(&self) -> DispatchClient<Channel> {
        DispatchClient::new(self.channel(Service::Dispatch))
    }
}
