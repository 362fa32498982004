//! What the other services ask of the portal.

use authz::{Action, Relations};
use delivery::Delivery;
use delivery_rpc::Failure;
use events::words::Level;
use proto::portal::v1::{
    FindAddressesRequest, FindAddressesResponse, GetKeysRequest, GetKeysResponse, Key,
    portal_server::{Portal, PortalServer},
};
use rpc::Fields;
use runtime::Newest;
use sealing::Masters;
use tonic::{Request, Response, Status};

use crate::store::{accounts, token_keys};

/// The interface `yizhan.portal.v1.Portal`.
pub(crate) fn service(delivery: Delivery, masters: Newest<Masters>) -> PortalServer<impl Portal> {
    PortalServer::new(Answering { delivery, masters })
}

struct Answering {
    delivery: Delivery,
    masters: Newest<Masters>,
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

    async fn find_addresses(
        &self,
        request: Request<FindAddressesRequest>,
    ) -> Result<Response<FindAddressesResponse>, Status> {
        let mut fields = Fields::default();
        let account = fields.required("account", &request.get_ref().account);
        let account = fields.end("address-invalid", account)?;
        let subject = rpc::subject(&request)?;
        rpc::authorize(subject, Action::FindAddresses, Relations::NONE, Level::Public)?;
        let masters = self.masters.borrow().clone();
        let phone = accounts::phone(self.delivery.pool(), &masters, account).await;
        let phone = phone.map_err(rpc::Error::from)?;
        Ok(Response::new(FindAddressesResponse { phone: phone.unwrap_or_default() }))
    }
}
