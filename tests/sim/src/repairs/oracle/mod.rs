//! What must be true when it is quiet, by an account of its own: it reads what was said and done, and
//! asks no decision that it judges.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "each question is about a few facts, and a new fact is none of its business"
)]

mod clocks;
mod ends;
mod leaders;
mod letters;
mod parts;
mod pauses;
mod people;
mod rungs;
mod truth;
mod work;

use escalation_timer_core as timer;
use events::{DispatchFact, EscalationFact, Fact, IntakeFact, SurveyFact, words::ItemId};
use jiff::Timestamp;
use uuid::Uuid;

use super::{
    office::{Cause, Entry},
    world::{Done, World},
};

/// Everything that is on record about one case.
struct File<'a> {
    case: Uuid,
    world: &'a World,
    item: &'a ItemId,
    /// What each service said, in its order: the letter n is at n - 1.
    intake: Vec<&'a IntakeFact>,
    dispatch: Vec<&'a DispatchFact>,
    timer: Vec<&'a EscalationFact>,
    survey: Vec<&'a SurveyFact>,
    /// What escalation-timer decided, of which others do not hear all.
    timed: Vec<&'a Entry<timer::Event>>,
    /// What people did.
    done: Vec<&'a Done>,
}

/// All that is wrong, in words.
pub(super) fn violations(world: &World) -> Vec<String> {
    let mut wrong = letters::check(world);
    for case in &world.cases {
        let Some(file) = File::of(world, *case) else { continue };
        let all = [
            ends::check(&file),
            people::check(&file),
            work::check(&file),
            parts::check(&file),
            clocks::check(&file),
            pauses::check(&file),
            rungs::check(&file),
            leaders::check(&file),
        ];
        wrong.extend(all.into_iter().flatten().map(|what| format!("case {case}: {what}")));
    }
    wrong
}

impl<'a> File<'a> {
    /// Of a case that was accepted.
    fn of(world: &'a World, case: Uuid) -> Option<Self> {
        let mut file = Self {
            case,
            world,
            item: &world.intake.state(case)?.case()?.item,
            intake: Vec::new(),
            dispatch: Vec::new(),
            timer: Vec::new(),
            survey: Vec::new(),
            timed: world.timer.journal.iter().filter(|entry| entry.case == case).collect(),
            done: world.ledger.iter().filter(|done| done.case == case).collect(),
        };
        let outboxes = [
            &world.intake.outbox,
            &world.dispatch.outbox,
            &world.timer.outbox,
            &world.survey.outbox,
        ];
        for letter in outboxes.into_iter().flatten().filter(|letter| letter.key == case) {
            match &letter.fact {
                Fact::Intake(fact) => file.intake.push(fact),
                Fact::Dispatch(fact) => file.dispatch.push(fact),
                Fact::Escalation(fact) => file.timer.push(fact),
                Fact::Survey(fact) => file.survey.push(fact),
                Fact::Notify(_) | Fact::Definition(_) | Fact::Audit(_) => {}
            }
        }
        Some(file)
    }

    /// The command that led to something.
    fn command(&self, cause: Cause) -> Option<&'a Done> {
        let of = |done: &&&Done| cause == Cause::Command(done.key);
        self.done.iter().find(of).copied()
    }

    /// Whether a command of this name was done at this very time.
    fn was_done(&self, deeds: &[&str], at: Timestamp) -> bool {
        self.done.iter().any(|done| done.at == at && deeds.contains(&done.order.deed()))
    }
}
