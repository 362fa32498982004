use std::io::{self, Write as _};

use anyhow::bail;
use delivery::{
    Delivery, Tx,
    dead_letters::{self, Outcome},
    idempotency::{Answer, Begun, CommandId, Digest, begin, finish},
    lock, redeliver, save,
};
use faults::{Command, Point, Says};
use tokio::io::{AsyncBufReadExt as _, BufReader, stdin};
use uuid::Uuid;

use crate::handler::Handler;

/// Does what stdin says, one after the other, until it ends.
pub(crate) async fn listen(delivery: &Delivery, handler: &Handler) -> anyhow::Result<()> {
    print(&Says::Ready)?;
    let mut lines = BufReader::new(stdin()).lines();
    while let Some(line) = lines.next_line().await? {
        let done = perform(delivery, handler, serde_json::from_str(&line)?).await;
        print(&done.unwrap_or_else(|error| Says::Refused { reason: format!("{error:#}") }))?;
    }
    Ok(())
}

/// A whole line at once: also the inbox writes some.
pub(crate) fn print(says: &Says) -> io::Result<()> {
    let mut line = serde_json::to_vec(says)?;
    line.push(b'\n');
    let mut stdout = io::stdout().lock();
    stdout.write_all(&line)?;
    stdout.flush()
}

async fn perform(delivery: &Delivery, handler: &Handler, command: Command) -> anyhow::Result<Says> {
    match command {
        Command::Say { request, case, facts } => say(delivery, handler, request, case, facts).await,
        Command::Remind { case } => remind(delivery, case).await,
        Command::Redeliver { case, from } => {
            redeliver(delivery.pool(), case, from, delivery.clock().machine()).await?;
            delivery.bell().ring();
            Ok(Says::Done)
        }
        Command::Letters => Ok(Says::Letters(dead_letters::list(delivery.pool(), 100).await?)),
        Command::Replay { event } => {
            let mut tx = delivery.pool().begin().await?;
            let clock = delivery.clock();
            let outcome = dead_letters::replay(&mut tx, clock, event, "test").await?;
            done(delivery, tx, outcome).await
        }
        Command::Drop { event } => {
            let mut tx = delivery.pool().begin().await?;
            let clock = delivery.clock();
            let outcome = dead_letters::drop(&mut tx, clock, event, "test", "a test").await?;
            done(delivery, tx, outcome).await
        }
    }
}

/// A command as every service has them.
async fn say(
    delivery: &Delivery,
    handler: &Handler,
    request: String,
    case: Uuid,
    facts: u16,
) -> anyhow::Result<Says> {
    let machine = delivery.clock().machine();
    let (principal, method) = ("test".to_owned(), "/toy/Say".to_owned());
    let command = CommandId { principal, method, key: request };
    let mut tx = delivery.pool().begin().await?;
    match begin(&mut tx, &command, digest(case, facts), machine).await? {
        Begun::New => {}
        Begun::Repeated(answer) => return Ok(serde_json::from_slice(&answer.body)?),
        Begun::OtherCommand => bail!("the key `{}` was used for another command", command.key),
    }
    let mut locked = lock(&mut tx, &[case]).await?;
    for aggregate in &mut locked {
        for _ in 0..facts {
            handler.say(aggregate)?;
        }
    }
    save(&mut tx, &mut locked, machine).await?;
    let sequence = locked.iter().map(delivery::Locked::sequence).max().unwrap_or(0);
    let says = Says::Said { sequence };
    finish(&mut tx, &command, Answer { status: 0, body: serde_json::to_vec(&says)? }).await?;
    handler.death.at(Point::CommandWritten);
    tx.commit().await?;
    handler.death.at(Point::CommandCommitted);
    delivery.bell().ring();
    Ok(says)
}

/// All that a `Say` asks for fits into its digest.
fn digest(case: Uuid, facts: u16) -> Digest {
    let mut digest = Digest::default();
    let content = case.into_bytes().into_iter().chain(facts.to_be_bytes());
    digest.iter_mut().zip(content).for_each(|(to, from)| *to = from);
    digest
}

async fn remind(delivery: &Delivery, case: Uuid) -> anyhow::Result<Says> {
    let mut tx = delivery.pool().begin().await?;
    let mut locked = lock(&mut tx, &[case]).await?;
    for aggregate in &mut locked {
        aggregate.wake_at(Some(delivery.clock().now()));
    }
    save(&mut tx, &mut locked, delivery.clock().machine()).await?;
    tx.commit().await?;
    delivery.bell().ring();
    Ok(Says::Done)
}

async fn done(delivery: &Delivery, tx: Tx<'_>, outcome: Outcome) -> anyhow::Result<Says> {
    anyhow::ensure!(outcome == Outcome::Done, "{outcome:?}");
    tx.commit().await?;
    delivery.bell().ring();
    Ok(Says::Done)
}
