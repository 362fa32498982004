//! The rights of all users, as nats-server reads them.

use events::{nats, words::Service};

#[test]
fn the_users_of_an_installation() {
    let users: Vec<_> = Service::ALL.iter().map(|service| (*service, "secret")).collect();
    insta::assert_snapshot!(nats::authorization_block(&users));
}
