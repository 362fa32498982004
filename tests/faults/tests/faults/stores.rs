//! A reader without its store neither loses anything nor counts it against what it reads.

use std::time::Duration;

use events::words::Service;
use faults::{Command, Says};
use testkit::within;

use crate::{account::Account, caller::Caller, naks::Naks, world::World};

#[tokio::test]
async fn a_store_that_is_away_for_longer_than_five_tries_costs_nothing_but_time() {
    let world = World::of([Service::Intake, Service::Dispatch]).await;
    let mut caller = Caller::new();
    let cases = caller.cases(5);
    let mut intake = world.start(Service::Intake).await;
    let link = world.link_to_store(Service::Dispatch).await;
    let mut dispatch = world.toy(Service::Dispatch).postgres_by(&link).start().await;
    caller.say(&mut intake, &cases, 2).await;
    Account::at_rest(&world, &caller).await.assert_undisturbed();
    let naks = Naks::listen(&world).await;

    link.refuse();
    caller.say(&mut intake, &cases, 4).await;
    let tries = u64::from(delivery_core::MAX_TRIES);
    let too_often = async || naks.most_deliveries() > tries;
    within(Duration::from_secs(30), "more than five tries fail", too_often).await;
    link.pass();
    let account = Account::at_rest(&world, &caller).await;
    assert_eq!(dispatch.tell(&Command::Letters).await, Some(Says::Letters(Vec::new())));
    account.assert_whole(&[("failures of one message", naks.most_deliveries())]);
}
