//! What the other services ask of the portal.

use authz::{Action, Relations};
use clock::AccountId;
use delivery::Delivery;
use delivery_rpc::Failure;
use events::words::Level;
use proto::portal::v1::{
    FindAddressesRequest, FindAddressesResponse, FindNamesRequest, FindNamesResponse,
    GetKeysRequest, GetKeysResponse, Key, Name,
    portal_server::{Portal, PortalServer},
};
use rpc::Fields;
use runtime::Newest;
use sealing::Masters;
use tonic::{Request, Response, Status};

use crate::store::{accounts, token_keys};

/// The most accounts whose names are asked for at once.
const MOST_NAMES: usize = 200;

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

    async fn find_names(
        &self,
        request: Request<FindNamesRequest>,
    ) -> Result<Response<FindNamesResponse>, Status> {
        let accounts = named(request.get_ref())?;
        let subject = rpc::subject(&request)?;
        rpc::authorize(subject, Action::FindAddresses, Relations::NONE, Level::Public)?;
        let masters = self.masters.borrow().clone();
        let names = accounts::names(self.delivery.pool(), &masters, &accounts).await;
        let names = names.map_err(rpc::Error::from)?.into_iter();
        let names = names.map(|(account, name)| Name { account: account.to_string(), name });
        Ok(Response::new(FindNamesResponse { names: names.collect() }))
    }
}

/// Whose names are asked for.
fn named(request: &FindNamesRequest) -> Result<Vec<AccountId>, rpc::Error> {
    let mut fields = Fields::default();
    if request.accounts.len() > MOST_NAMES {
        fields.refuse("accounts", format!("are more than {MOST_NAMES}"));
    }
    let accounts = request.accounts.iter().take(MOST_NAMES).enumerate();
    let accounts = accounts.map(|(n, id)| fields.required(&format!("accounts[{n}]"), id));
    let accounts: Option<Vec<_>> = accounts.collect();
    fields.end("list-invalid", accounts)
}
