//! A poisoned fact: its key waits for a person, every other key passes.

use delivery::dead_letters::DeadLetter;
use events::words::Service;
use faults::{Command, Says};
use sqlx::{AssertSqlSafe, Executor as _};
use testkit::eventually;

use crate::{account::Account, caller::Caller, process::Toy, world::World};

/// Dispatch, and a dead letter: the second of four facts about the first of three cases.
struct Poisoned {
    world: World,
    caller: Caller,
    dispatch: Toy,
    letter: DeadLetter,
    intake: Toy,
}

/// The store of dispatch refuses one fact, others come before and after it.
async fn poisoned() -> Poisoned {
    let world = World::of([Service::Intake, Service::Dispatch]).await;
    let mut caller = Caller::new();
    let cases = caller.cases(3);
    let poison = format!(
        "alter table toy.effect add constraint poison check (key <> '{}' or sequence <> 2)",
        cases[0]
    );
    world.store(Service::Dispatch).execute(AssertSqlSafe(poison)).await.unwrap();
    let mut intake = world.start(Service::Intake).await;
    caller.say(&mut intake, &cases, 4).await;
    world.published(Service::Intake).await;

    // It gets them all at once, and has to find out which it is.
    let mut dispatch = world.start(Service::Dispatch).await;
    let others = async || world.effects(Service::Dispatch).await == caller.facts() - 3;
    eventually("all others pass", others).await;
    assert_eq!(letters(&mut dispatch).await, [], "while it is still tried");
    let dead = async || letters(&mut dispatch).await.pop();
    let letter = eventually("it is dead", dead).await;
    let tries = delivery_core::MAX_TRIES;
    assert_eq!((letter.key, letter.sequence, letter.tries), (cases[0], 2, tries));
    assert_eq!(world.effects(Service::Dispatch).await, caller.facts() - 3, "its key waits");
    Poisoned { world, caller, dispatch, letter, intake }
}

async fn letters(dispatch: &mut Toy) -> Vec<DeadLetter> {
    match dispatch.tell(&Command::Letters).await {
        Some(Says::Letters(letters)) => letters,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_poisoned_fact_is_replayed_in_order_once_it_can_be_applied() {
    let Poisoned { world, caller, mut dispatch, letter, intake: _intake } = poisoned().await;
    let cure = "alter table toy.effect drop constraint poison";
    world.store(Service::Dispatch).execute(cure).await.unwrap();
    let replay = Command::Replay { event: letter.id };
    assert_eq!(dispatch.tell(&replay).await, Some(Says::Done));
    let account = Account::at_rest(&world, &caller).await;
    assert_eq!(letters(&mut dispatch).await, []);
    account.assert_whole(&[("failures of the poisoned fact", letter.tries.into())]);
}

#[tokio::test]
async fn a_poisoned_fact_that_is_dropped_lets_the_rest_of_its_key_go_on() {
    let Poisoned { world, caller, mut dispatch, letter, intake: _intake } = poisoned().await;
    let drop = Command::Drop { event: letter.id };
    assert_eq!(dispatch.tell(&drop).await, Some(Says::Done));
    let account = Account::at_rest(&world, &caller).await;
    assert_eq!(world.effects(Service::Dispatch).await, caller.facts() - 1, "all but that one");
    account.assert_whole(&[("failures of the dropped fact", letter.tries.into())]);
}
