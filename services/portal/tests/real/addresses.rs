//! Where accounts are reached.

use events::words::Service;
use proto::portal::v1::{FindAddressesRequest, portal_client::PortalClient};
use rpc::{Call, Error, client::Connector};

use crate::world::{World, id};

/// The phone of an account, as this service is told it.
async fn phone(world: &World, service: Service, account: &str) -> Result<String, Error> {
    let target = format!("http://{}", world.config.rpc.listen).parse().unwrap();
    let channel = Connector::new(service, None).connect(Service::Portal, &target).unwrap();
    let request = FindAddressesRequest { account: account.to_owned() };
    let answer = PortalClient::new(channel).find_addresses(Call::new().request(request)).await?;
    Ok(answer.into_inner().phone)
}

#[tokio::test]
async fn the_phone_of_an_account_is_told_to_notification_alone_and_while_it_is_open() {
    let world = World::with_people().await;
    let account = world.account("admin").await.to_string();
    assert_eq!(phone(&world, Service::Notification, &account).await.unwrap(), "8000");
    for &service in Service::ALL.iter().filter(|service| **service != Service::Notification) {
        let refused = phone(&world, service, &account).await.unwrap_err();
        assert_eq!(refused.reason(), "not-permitted", "{service}");
    }
    let wrong = phone(&world, Service::Notification, "admin").await.unwrap_err();
    assert_eq!((wrong.reason(), &*wrong.violations()[0].field), ("address-invalid", "account"));
    let root = world.account("root").await.to_string();
    for without in [root, id().to_string()] {
        assert_eq!(phone(&world, Service::Notification, &without).await.unwrap(), "");
    }

    world.tamper("update portal.account set closed_at = '2026-01-01Z' where login = 'admin'").await;
    assert_eq!(phone(&world, Service::Notification, &account).await.unwrap(), "");
}
