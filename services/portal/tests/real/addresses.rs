//! Where accounts are reached, and what they are called.

use events::words::Service;
use proto::portal::v1::{FindAddressesRequest, FindNamesRequest, portal_client::PortalClient};
use rpc::{Call, Channel, Error, client::Connector};

use crate::world::{World, id};

/// The phone of an account, as this service is told it.
async fn phone(world: &World, service: Service, account: &str) -> Result<String, Error> {
    let request = FindAddressesRequest { account: account.to_owned() };
    let answer = portal(world, service).find_addresses(Call::new().request(request)).await?;
    Ok(answer.into_inner().phone)
}

/// What accounts are called, as this service is told it.
async fn names(world: &World, service: Service, accounts: &[&str]) -> Result<Vec<String>, Error> {
    let accounts = accounts.iter().map(|&account| account.to_owned()).collect();
    let request = Call::new().request(FindNamesRequest { accounts });
    let answer = portal(world, service).find_names(request).await?.into_inner();
    Ok(answer.names.into_iter().map(|one| one.name).collect())
}

/// The portal, as this service asks it.
fn portal(world: &World, service: Service) -> PortalClient<Channel> {
    let target = format!("http://{}", world.config.rpc.listen).parse().unwrap();
    let channel = Connector::new(service, None).connect(Service::Portal, &target).unwrap();
    PortalClient::new(channel)
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

#[tokio::test]
async fn what_accounts_are_called_is_told_to_notification_alone() {
    let world = World::with_people().await;
    let plumber = world.account("plumber-1").await.to_string();
    let told = names(&world, Service::Notification, &[&plumber, &id().to_string()]).await.unwrap();
    assert_eq!(told, ["江水生 Jiang Shuisheng"], "and nobody is called nothing");
    for &service in Service::ALL.iter().filter(|service| **service != Service::Notification) {
        let refused = names(&world, service, &[&plumber]).await.unwrap_err();
        assert_eq!(refused.reason(), "not-permitted", "{service}");
    }
    let wrong = names(&world, Service::Notification, &[&plumber, "plumber-1"]).await.unwrap_err();
    assert_eq!((wrong.reason(), &*wrong.violations()[0].field), ("list-invalid", "accounts[1]"));
    let many = names(&world, Service::Notification, &[&*plumber; 201]).await.unwrap_err();
    assert_eq!(many.violations()[0].field, "accounts");
}
