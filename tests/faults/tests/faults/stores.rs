//! A reader without its store neither loses anything nor counts it against what it reads.

use std::time::Duration;

use faults::{Command, Says};
use testkit::within;

use crate::{
    naks::Naks,
    stage::{Link, Stage},
};

#[tokio::test]
async fn a_store_that_is_away_for_longer_than_five_tries_costs_nothing_but_time() {
    let mut stage = Stage::set(Link::DispatchToStore).await;
    let naks = Naks::listen(&stage.world).await;
    stage.link.refuse();
    stage.say(4).await;
    let tries = u64::from(delivery_core::MAX_TRIES);
    let too_often = async || naks.most_deliveries() > tries;
    within(Duration::from_secs(30), "more than five tries fail", too_often).await;
    stage.link.pass();
    let account = stage.account().await;
    assert_eq!(stage.dispatch.tell(&Command::Letters).await, Some(Says::Letters(Vec::new())));
    account.assert_whole(&[("failures of one message", naks.most_deliveries())]);
}
