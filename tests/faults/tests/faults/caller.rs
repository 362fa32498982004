use clock::{Clock, Ids as _, RandomIds};
use faults::{Command, Says};
use uuid::Uuid;

use crate::process::Toy;

/// Who calls intake, and remembers what was accepted.
pub(crate) struct Caller {
    ids: RandomIds,
    requests: u32,
    accepted: Vec<Accepted>,
    reminders: u64,
}

/// Facts that intake has promised not to lose.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Accepted {
    pub(crate) case: Uuid,
    pub(crate) facts: u16,
    /// Of the last of them.
    pub(crate) sequence: u64,
}

/// A command that got no answer: whether it was accepted is for the service to say.
#[derive(Debug)]
#[must_use]
pub(crate) struct Unanswered(Command);

impl Caller {
    pub(crate) fn new() -> Self {
        Self {
            ids: RandomIds::new(Clock::system()),
            requests: 0,
            accepted: Vec::new(),
            reminders: 0,
        }
    }

    /// So many new cases.
    pub(crate) fn cases(&mut self, count: usize) -> Vec<Uuid> {
        (0..count).map(|_| self.ids.uuid()).collect()
    }

    /// Has one fact said about each of the cases in turn, so many times.
    pub(crate) async fn say(&mut self, intake: &mut Toy, cases: &[Uuid], times: u16) {
        for _ in 0..times {
            for case in cases {
                self.say_at_once(intake, *case, 1).await;
            }
        }
    }

    /// Has so many facts about a case said in one decision.
    pub(crate) async fn say_at_once(&mut self, intake: &mut Toy, case: Uuid, facts: u16) {
        self.try_say(intake, case, facts).await.unwrap();
    }

    /// The same of a toy that may die of it.
    pub(crate) async fn try_say(
        &mut self,
        intake: &mut Toy,
        case: Uuid,
        facts: u16,
    ) -> Result<(), Unanswered> {
        self.requests += 1;
        let request = format!("request {}", self.requests);
        self.repeat(intake, Unanswered(Command::Say { request, case, facts })).await
    }

    /// Sends a command again, as each caller does that got no answer.
    pub(crate) async fn repeat(
        &mut self,
        intake: &mut Toy,
        unanswered: Unanswered,
    ) -> Result<(), Unanswered> {
        let Unanswered(Command::Say { case, facts, .. }) = unanswered else {
            panic!("only what was said is repeated")
        };
        match intake.tell(&unanswered.0).await {
            Some(Says::Said { sequence }) => {
                self.accepted.push(Accepted { case, facts, sequence });
                Ok(())
            }
            None => Err(unanswered),
            other => panic!("{unanswered:?}: {other:?}"),
        }
    }

    /// Has a case woken, which says one fact more.
    pub(crate) async fn remind(&mut self, intake: &mut Toy, case: Uuid) {
        assert_eq!(intake.tell(&Command::Remind { case }).await, Some(Says::Done));
        self.reminders += 1;
    }

    /// What was accepted.
    pub(crate) fn accepted(&self) -> &[Accepted] {
        &self.accepted
    }

    /// How many facts there must be, those of reminders too.
    pub(crate) fn facts(&self) -> u64 {
        self.reminders + self.accepted.iter().map(|said| u64::from(said.facts)).sum::<u64>()
    }
}
