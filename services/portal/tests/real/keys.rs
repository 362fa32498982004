//! The keys that other services verify tokens with.

use authz::Role;
use clock::Clock;
use events::words::Service;
use proto::portal::v1::{GetKeysRequest, portal_client::PortalClient};
use rpc::{
    Call, Channel,
    client::Connector,
    token::{TokenSigner, generate_key},
};

use crate::world::{World, subject};

fn client(world: &World) -> PortalClient<Channel> {
    let target = format!("http://{}", world.config.rpc.listen).parse().unwrap();
    let connector = Connector::new(Service::Intake, None);
    PortalClient::new(connector.connect(Service::Portal, &target).unwrap())
}

fn signer(world: &World, key: &[u8]) -> TokenSigner {
    TokenSigner::new(world.config.installation.clone(), Clock::system(), key).unwrap()
}

#[tokio::test]
async fn a_service_gets_the_keys_that_are_signed_with_and_those_of_the_last_hour() {
    let world = World::start().await;
    let own =
        signer(&world, &std::fs::read(world.config.keys.token_file.as_ref().unwrap()).unwrap());
    let replica = signer(&world, &generate_key().unwrap());
    let older = signer(&world, &generate_key().unwrap());
    for (key, age) in [(replica.key(), "20 minutes"), (older.key(), "2 hours")] {
        sqlx::query(
            "insert into portal.token_key (id, public_key, used_at)
             select $1, $2, max(used_at) - $3::interval from portal.token_key",
        )
        .bind(key.id())
        .bind(key.bytes())
        .bind(age)
        .execute(&world.pool())
        .await
        .unwrap();
    }
    let answer = client(&world).get_keys(Call::new().request(GetKeysRequest {})).await.unwrap();
    let ids: Vec<_> = answer.into_inner().keys.into_iter().map(|key| key.id).collect();
    assert_eq!(ids, [own.key().id(), replica.key().id()]);
}

#[tokio::test]
async fn a_person_does_not_get_them_nor_does_a_stranger_s_token_open_anything() {
    let world = World::start().await;
    let file = world.config.keys.token_file.as_ref().unwrap();
    let own = signer(&world, &std::fs::read(file).unwrap());
    let strange = signer(&world, &generate_key().unwrap());
    let ask = async |signer: &TokenSigner| {
        let token = signer.sign(&subject(Role::SystemAdministrator), Clock::system().machine());
        let call = Call::new().on_behalf(&token.unwrap()).unwrap();
        let refused = client(&world).get_keys(call.request(GetKeysRequest {})).await.unwrap_err();
        rpc::Error::from(refused).reason().to_owned()
    };
    assert_eq!(ask(&own).await, "not-permitted");
    assert_eq!(ask(&strange).await, "token-key-unknown");
}
