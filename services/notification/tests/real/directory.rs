//! Intake, as far as it is asked where persons are reached: it may know, and fail.

use std::{
    collections::BTreeMap,
    convert::Infallible,
    future::{Ready, ready},
    sync::{Arc, Mutex},
    task::{Context, Poll},
};

use clock::PersonId;
use proto::intake::v1::{FindAddressesRequest, FindAddressesResponse, intake_server::SERVICE_NAME};
use rpc::Target;
use tonic::{
    Request, Response, Status,
    body::Body,
    codegen::{BoxFuture, Service, http},
    server::{Grpc, NamedService, UnaryService},
    transport::{Server, server::TcpIncoming},
};
use tonic_prost::ProstCodec;

/// It answers one question of intake's, and has none of its rows.
#[derive(Clone, Default)]
pub(crate) struct Directory {
    known: Arc<BTreeMap<String, FindAddressesResponse>>,
    /// So many times it fails yet.
    failing: Arc<Mutex<usize>>,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Directory {
    /// One that knows these phones and mail addresses, once it has failed so often.
    pub(crate) fn start(known: &[(PersonId, &str, &str)], failing: usize) -> (Self, Target) {
        let known = known.iter().map(|(person, phone, mail)| {
            let (phone, mail) = ((*phone).to_owned(), (*mail).to_owned());
            (person.to_string(), FindAddressesResponse { phone, mail })
        });
        let known = Arc::new(known.collect());
        let directory = Self { known, failing: Arc::new(Mutex::new(failing)), ..Self::default() };
        let incoming = TcpIncoming::bind("127.0.0.1:0".parse().unwrap()).unwrap();
        let address = incoming.local_addr().unwrap();
        let served = Server::builder().add_service(directory.clone());
        tokio::spawn(served.serve_with_incoming(incoming));
        (directory, format!("http://{address}").parse().unwrap())
    }

    /// Of whom it was asked, the first one first.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

impl NamedService for Directory {
    const NAME: &'static str = SERVICE_NAME;
}

impl UnaryService<FindAddressesRequest> for Directory {
    type Response = FindAddressesResponse;
    type Future = Ready<Result<Response<FindAddressesResponse>, Status>>;

    fn call(&mut self, request: Request<FindAddressesRequest>) -> Self::Future {
        let person = request.into_inner().person;
        self.asked.lock().unwrap().push(person.clone());
        let mut failing = self.failing.lock().unwrap();
        ready(match failing.checked_sub(1) {
            Some(left) => {
                *failing = left;
                Err(Status::internal("not now"))
            }
            None => Ok(Response::new(self.known.get(&person).cloned().unwrap_or_default())),
        })
    }
}

impl Service<http::Request<Body>> for Directory {
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future = BoxFuture<Self::Response, Self::Error>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<Body>) -> Self::Future {
        let directory = self.clone();
        Box::pin(async move {
            if !request.uri().path().ends_with("/FindAddresses") {
                return Ok(Status::unimplemented("no test needs it").into_http());
            }
            let codec = ProstCodec::<FindAddressesResponse, FindAddressesRequest>::default();
            Ok(Grpc::new(codec).unary(directory, request).await)
        })
    }
}
