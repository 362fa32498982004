//! What the others could not handle, as the portal's tests play it.

use proto::delivery::v1::{self as delivery, delivery_server::Delivery};
use tonic::{Request, Response};

use super::{Answer, Told, unused};

/// None of them has anything that it could not handle.
#[tonic::async_trait]
impl Delivery for Told {
    async fn redeliver(
        &self,
        _: Request<delivery::RedeliverRequest>,
    ) -> Answer<delivery::RedeliverResponse> {
        Ok(Response::new(delivery::RedeliverResponse::default()))
    }

    async fn list_dead(
        &self,
        _: Request<delivery::ListDeadRequest>,
    ) -> Answer<delivery::ListDeadResponse> {
        Ok(Response::new(delivery::ListDeadResponse::default()))
    }

    async fn show_dead(
        &self,
        _: Request<delivery::ShowDeadRequest>,
    ) -> Answer<delivery::ShowDeadResponse> {
        unused()
    }

    async fn replay_dead(
        &self,
        _: Request<delivery::ReplayDeadRequest>,
    ) -> Answer<delivery::ReplayDeadResponse> {
        unused()
    }

    async fn drop_dead(
        &self,
        _: Request<delivery::DropDeadRequest>,
    ) -> Answer<delivery::DropDeadResponse> {
        unused()
    }
}
