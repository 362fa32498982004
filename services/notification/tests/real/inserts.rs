//! Who has a case and what comes next: the portal's and dispatch's to know, and said at the last moment.

use std::{
    convert::Infallible,
    future::{Ready, ready},
    task::{Context, Poll},
};

use clock::{AccountId, WorkOrderId};
use events::{DispatchFact, dispatch::WorkOrderCompletedV1, words::Cycle};
use jiff::SignedDuration;
use proto::{
    dispatch::v1::{self as dispatch, dispatch_server::SERVICE_NAME},
    portal::v1::{
        self as portal,
        portal_server::{Portal, PortalServer},
    },
};
use rpc::Target;
use service_kit::id;
use tonic::{
    Request, Response, Status,
    body::Body,
    codegen::{BoxFuture, Service, http},
    server::{Grpc, NamedService, UnaryService},
    transport::{Server, server::TcpIncoming},
};
use tonic_prost::ProstCodec;
use uuid::Uuid;

use crate::{
    case::{Told, accepted, claimed, completed, offered, reporter},
    links::requester,
};

const NAME: &str = "江水生";
const NEXT: &str = "周一上午来补漆 · the paint follows on Monday";

/// The portal and dispatch, which know one name and one word on what comes next.
#[derive(Clone)]
struct Knowing;

impl Knowing {
    fn start() -> Target {
        let incoming = TcpIncoming::bind("127.0.0.1:0".parse().unwrap()).unwrap();
        let address = incoming.local_addr().unwrap();
        let served = Server::builder().add_service(PortalServer::new(Self)).add_service(Self);
        tokio::spawn(served.serve_with_incoming(incoming));
        format!("http://{address}").parse().unwrap()
    }
}

fn handler() -> AccountId {
    let DispatchFact::WorkOrderClaimed(claimed) = claimed() else { panic!("claimed") };
    claimed.by
}

/// Its work order is done, and who did it said what comes next.
fn done() -> DispatchFact {
    let DispatchFact::WorkOrderClaimed(claimed) = claimed() else { panic!("claimed") };
    WorkOrderCompletedV1 {
        work_order: claimed.work_order,
        offer: claimed.offer,
        cycle: Cycle::FIRST,
        department: claimed.department,
        by: claimed.by,
        at: "2026-11-25T20:50:00+08:00".parse().unwrap(),
        next_steps: true,
    }
    .into()
}

impl Told {
    /// A case from its acceptance to its completion, of which its requester is told three times.
    async fn whole_case(&self) -> Uuid {
        let case = id();
        self.tell(case, accepted()).await;
        for fact in [offered(), claimed(), done(), completed()] {
            self.tell(case, fact).await;
        }
        case
    }
}

#[tokio::test]
async fn a_requester_reads_who_has_it_and_what_comes_next_and_neither_is_in_a_row_or_an_event() {
    let told = Told::starting_at("10:00").await;
    let at = Knowing::start();
    let replica = told
        .start_with(|config| (config.peers.portal, config.peers.dispatch) = (at.clone(), at))
        .await;
    let case = told.whole_case().await;
    told.jump(SignedDuration::from_mins(1));
    // And the post of the offer.
    told.tells(case, 4).await;
    let shown = told.list(&replica, &requester(reporter())).await;
    let text = |template: &str| {
        let message = shown.iter().find(|message| message.template == template);
        message.unwrap().text.clone()
    };
    assert!(text("claimed").contains("水暖维修岗(江水生)接办"), "{}", text("claimed"));
    assert!(text("claimed").contains("Plumbing and Heating (江水生),"), "{}", text("claimed"));
    assert_eq!(text("completed").matches(NEXT).count(), 2, "{}", text("completed"));
    for message in &shown {
        assert!(!message.text.contains('{'), "{}", message.text);
    }
    for table in ["notification.message", "delivery.outbox", "delivery.audit"] {
        for secret in [NAME, NEXT] {
            let query = format!(
                "select count(*) from {table} t where t::text like '%{secret}%'
                    or t::text like '%' || encode(convert_to('{secret}', 'UTF8'), 'hex') || '%'"
            );
            let found: i64 = sqlx::query_scalar(sqlx::AssertSqlSafe(query))
                .fetch_one(told.pool())
                .await
                .unwrap();
            assert_eq!(found, 0, "{table}: {secret}");
        }
    }
    replica.stop().await;
}

#[tokio::test]
async fn while_nobody_answers_the_post_alone_is_named_and_no_message_is_late_for_it() {
    let told = Told::starting_at("10:00").await;
    let replica = told.start().await;
    let case = told.whole_case().await;
    told.jump(SignedDuration::from_mins(1));
    told.tells(case, 4).await;
    let shown = told.list(&replica, &requester(reporter())).await;
    let text = |template: &str| {
        let message = shown.iter().find(|message| message.template == template);
        message.unwrap().text.clone()
    };
    assert!(text("claimed").contains("水暖维修岗接办"), "{}", text("claimed"));
    assert!(text("completed").contains("Please read in the case"), "{}", text("completed"));
    replica.stop().await;
}

#[tonic::async_trait]
impl Portal for Knowing {
    async fn get_keys(
        &self,
        _: Request<portal::GetKeysRequest>,
    ) -> Result<Response<portal::GetKeysResponse>, Status> {
        Err(Status::unimplemented("no test needs it"))
    }

    async fn find_addresses(
        &self,
        _: Request<portal::FindAddressesRequest>,
    ) -> Result<Response<portal::FindAddressesResponse>, Status> {
        Err(Status::unimplemented("no test needs it"))
    }

    async fn find_names(
        &self,
        request: Request<portal::FindNamesRequest>,
    ) -> Result<Response<portal::FindNamesResponse>, Status> {
        let asked = request.into_inner().accounts.into_iter();
        let known = asked.filter(|account| *account == handler().to_string());
        let names = known.map(|account| portal::Name { account, name: NAME.to_owned() });
        Ok(Response::new(portal::FindNamesResponse { names: names.collect() }))
    }
}

impl NamedService for Knowing {
    const NAME: &'static str = SERVICE_NAME;
}

impl UnaryService<dispatch::FindNextStepsRequest> for Knowing {
    type Response = dispatch::FindNextStepsResponse;
    type Future = Ready<Result<Response<dispatch::FindNextStepsResponse>, Status>>;

    fn call(&mut self, request: Request<dispatch::FindNextStepsRequest>) -> Self::Future {
        let one = WorkOrderId::from_uuid(Uuid::from_u128(5)).to_string();
        let asked = request.into_inner().work_orders.into_iter();
        let known = asked.filter(|order| *order == one);
        let said = known
            .map(|work_order| dispatch::NextSteps { work_order, text: NEXT.to_owned() })
            .collect();
        ready(Ok(Response::new(dispatch::FindNextStepsResponse { next_steps: said })))
    }
}

impl Service<http::Request<Body>> for Knowing {
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future = BoxFuture<Self::Response, Self::Error>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<Body>) -> Self::Future {
        Box::pin(async move {
            if !request.uri().path().ends_with("/FindNextSteps") {
                return Ok(Status::unimplemented("no test needs it").into_http());
            }
            let codec = ProstCodec::<
                dispatch::FindNextStepsResponse,
                dispatch::FindNextStepsRequest,
            >::default();
            Ok(Grpc::new(codec).unary(Self, request).await)
        })
    }
}
