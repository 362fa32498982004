//! What the other services ask of the portal.

use authz::{Action, Relations};
use delivery::Delivery;
use delivery_rpc::Failure;
use events::words::Level;
use proto::portal::v1::{
    GetKeysRequest, GetKeysResponse, Key,
    portal_server::{Portal, PortalServer},
};
use tonic::{Request, Response, Status};

use crate::store::token_keys;

/// The interface `yizhan.portal.v1.Portal`.
pub(crate) fn service(delivery: Delivery) -> PortalServer<impl Portal> {
    PortalServer::new(Answering { delivery })
}

struct Answering {
    delivery: Delivery,
}

#[tonic::async_trait]
impl Portal for Answering {
    async fn get_keys(
        &self,
        request: Request<GetKeysRequest>,
    ) -> Result<Response<GetKeysResponse>, Status> {
        let subject = rpc::subject(&request)?;
        rpc::authorize(subject, Action::GetKeys, Relations::NONE, Level::Public)?;
        let machine = self.delivery.clock().machine();
        let published = token_keys::published(self.delivery.pool(), machine).await;
        let published = published.map_err(Failure::from)?;
        let key = |key: rpc::token::PublicKey| Key {
            id: key.id().to_owned(),
            public_key: key.bytes().to_vec(),
        };
        Ok(Response::new(GetKeysResponse { keys: published.into_iter().map(key).collect() }))
    }
}
