use std::{panic::AssertUnwindSafe, sync::Arc};

use definitions::Rules;
use delivery::{Fault, Tx};
use delivery_rpc::Failure;
use futures::FutureExt as _;
use opentelemetry::metrics::{Counter, Meter};
use rpc::{Code, Error};
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;

use super::{
    AcceptCase, Answer,
    group::{self, Outcome},
    numbers::{Numbers, month},
};
use crate::Intake;

/// The most calls of one transaction.
const LARGEST_GROUP: usize = 256;
/// The most calls that wait; one more is told to come again.
const LONGEST_QUEUE: usize = 4 * LARGEST_GROUP;

/// Where calls wait for the writer. Cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct Accepting(mpsc::Sender<Waiting>);

/// A call, and who waits for its answer.
struct Waiting {
    command: AcceptCase,
    asker: oneshot::Sender<Answer>,
}

/// The one who accepts, and where calls wait for it.
pub(crate) fn writer(intake: Intake, meter: &Meter) -> (Accepting, Writer) {
    let (sender, waiting) = mpsc::channel(LONGEST_QUEUE);
    let accepted = meter
        .u64_counter("yizhan.cases.accepted")
        .with_description("Cases that were accepted")
        .build();
    (Accepting(sender), Writer { intake, waiting, numbers: Numbers::default(), accepted })
}

impl Accepting {
    /// Has it accepted with others; answered after the commit.
    pub(crate) async fn accept(&self, command: AcceptCase) -> Answer {
        let (asker, answer) = oneshot::channel();
        let gone = |error: &str| {
            let message = "too many calls wait to be accepted; try again";
            Error::unavailable("accepting-overloaded", message, error)
        };
        self.0.try_send(Waiting { command, asker }).map_err(|error| gone(&error.to_string()))?;
        answer.await.map_err(|error| gone(&error.to_string()))?
    }
}

/// Takes all that wait into one transaction.
#[derive(Debug)]
pub(crate) struct Writer {
    intake: Intake,
    waiting: mpsc::Receiver<Waiting>,
    numbers: Numbers,
    accepted: Counter<u64>,
}

/// Equal commands, decided once.
struct Call {
    command: AcceptCase,
    askers: Vec<oneshot::Sender<Answer>>,
}

impl Call {
    /// Whether anybody still waits for its answer.
    fn is_awaited(&self) -> bool {
        self.askers.iter().any(|asker| !asker.is_closed())
    }

    /// Whoever has gone away is told nothing.
    fn tell(self, answer: &Answer) {
        for asker in self.askers {
            drop(asker.send(answer.clone()));
        }
    }
}

impl Writer {
    /// Accepts until `stop`, which comes after the last call was answered.
    pub(crate) async fn run(mut self, stop: CancellationToken) {
        loop {
            let mut group = Vec::new();
            let received = self.waiting.recv_many(&mut group, LARGEST_GROUP);
            match stop.run_until_cancelled(received).await {
                None => return,
                // Nobody can call any more.
                Some(0) => return stop.cancelled().await,
                Some(_) => {
                    while !group.is_empty() {
                        let (calls, other) = fold(group);
                        self.decide(calls).await;
                        group = other;
                    }
                }
            }
        }
    }

    /// Decides calls together; after a failure one by one, so that each caller gets its own answer.
    /// A store that is away, or a lock that nobody gives back, is everybody's: were each to wait for
    /// it alone, the last would be answered after minutes. For the same reason nothing is done for
    /// those who have gone away; who comes again brings the same key.
    async fn decide(&mut self, mut calls: Vec<Call>) {
        let mut together = calls.len();
        while !calls.is_empty() {
            calls.retain(Call::is_awaited);
            let mut later = calls.split_off(together.min(calls.len()));
            let (rules, tx) = match self.begin(&calls).await {
                Ok(begun) => begun,
                Err(failure) => {
                    let answer = Err(failure.into());
                    return calls.into_iter().chain(later).for_each(|call| call.tell(&answer));
                }
            };
            let commands: Vec<_> = calls.iter().map(|call| &call.command).collect();
            let (intake, numbers) = (&self.intake, &mut self.numbers);
            let accepted = group::accept(intake, tx, &rules, numbers, &commands);
            // Whose call panics gets an error of its own; the writer lives on.
            let accepted = AssertUnwindSafe(accepted).catch_unwind().await;
            match accepted.unwrap_or_else(|_| Err(Fault::own("accepting panicked").into())) {
                Ok(Outcome::Committed { answers, new }) => {
                    self.accepted.add(new, &[]);
                    let told = calls.drain(..).zip(answers);
                    told.for_each(|(call, answer)| call.tell(&Ok(answer)));
                }
                Ok(Outcome::Refused(mut refused)) => {
                    let all = std::mem::take(&mut calls).into_iter().enumerate();
                    for (place, call) in all {
                        match refused.remove(&place) {
                            Some(refusal) => call.tell(&Err(refusal)),
                            None => calls.push(call),
                        }
                    }
                }
                Err(failure) => match Error::from(failure) {
                    error if error.code() == Code::Unavailable => {
                        calls.append(&mut later);
                        return calls.into_iter().for_each(|call| call.tell(&Err(error.clone())));
                    }
                    error if together == 1 => {
                        calls.drain(..).for_each(|call| call.tell(&Err(error.clone())));
                    }
                    cause => {
                        tracing::debug!(?cause, calls = calls.len(), "a group is tried one by one");
                        together = 1;
                    }
                },
            }
            calls.append(&mut later);
        }
    }

    /// What every group needs: rules, numbers enough, a transaction.
    async fn begin(&mut self, calls: &[Call]) -> Result<(Arc<Rules>, Tx<'static>), Failure> {
        let pool = self.intake.pool();
        let mut connection = pool.acquire().await?;
        let newest = self.intake.revisions.newest(&mut connection).await.map_err(Fault::from)?;
        drop(connection);
        let rules = newest.ok_or_else(no_definitions)?;
        let month = month(&rules, self.intake.clock().now());
        let cases = calls.iter().map(|call| call.command.cases(&rules)).sum();
        self.numbers.reserve(pool, month, cases).await?;
        Ok((rules, pool.begin().await?))
    }
}

/// Equal commands as one. Another command under the key of one of them has to wait for its turn, and a
/// complaint, or what is heard by a link, for the one before it, which may be the same person's about the
/// same case.
fn fold(group: Vec<Waiting>) -> (Vec<Call>, Vec<Waiting>) {
    let (mut calls, mut other): (Vec<Call>, _) = (Vec::new(), Vec::new());
    for Waiting { command, asker } in group {
        let intent = &command.asked.intent;
        let comes_before = |call: &&mut Call| {
            let other = &call.command;
            other.asked.intent.id == intent.id
                || other.is_one_at_a_time() && command.is_one_at_a_time()
        };
        match calls.iter_mut().find(comes_before) {
            None => calls.push(Call { command, askers: vec![asker] }),
            Some(call) if call.command.asked.intent == *intent => call.askers.push(asker),
            Some(_) => other.push(Waiting { command, asker }),
        }
    }
    (calls, other)
}

pub(crate) fn no_definitions() -> Error {
    let message = "nothing can be accepted yet: apply the campus's definitions first";
    Error::new(Code::FailedPrecondition, "no-definitions", message)
}
