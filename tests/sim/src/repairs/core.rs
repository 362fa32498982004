//! The four cores behind one door, as the adapters of the services open it.

use std::{collections::BTreeSet, fmt::Debug};

use callback_survey_core as survey;
use clock::SeededIds;
use dispatch_core as dispatch;
use escalation_timer_core as timer;
use events::{
    Fact,
    words::{PostId, Service},
};
use intake_core as intake;
use jiff::Timestamp;

use super::campus::RULES;

/// A core as its adapter sees it: load, decide, apply, publish, ask when to wake.
pub(super) trait Core {
    /// Whose decisions they are.
    const SERVICE: Service;
    type State: Default + Clone;
    type Event: Debug;
    type Command: Clone;

    /// What follows from a command, or the stable reason why nothing does.
    fn on_command(
        state: &Self::State,
        command: &Self::Command,
        now: Timestamp,
        ids: &mut SeededIds,
    ) -> Result<Vec<Self::Event>, &'static str>;
    /// What follows from a fact; `None` if the core does not read it.
    fn on_fact(
        state: &Self::State,
        fact: Fact,
        now: Timestamp,
        ids: &mut SeededIds,
    ) -> Option<Vec<Self::Event>>;
    fn on_wake(
        state: &Self::State,
        now: Timestamp,
        confirmed: bool,
        ids: &mut SeededIds,
    ) -> Vec<Self::Event>;
    fn apply(state: &mut Self::State, event: &Self::Event);
    fn publish(event: &Self::Event) -> Option<Fact>;
    fn next_at(state: &Self::State) -> Option<Timestamp>;
}

pub(super) struct Intake;
pub(super) struct Dispatch;
pub(super) struct Timer;
pub(super) struct Survey;

/// What is the same in all four: they differ in their types, and in what they take by reference.
macro_rules! core {
    ($name:ident, $core:ident, $service:ident, |$given:ident| $command:expr, |$at:ident, $sure:ident| $wake:expr) => {
        impl Core for $name {
            const SERVICE: Service = Service::$service;
            type State = $core::State;
            type Event = $core::Event;
            type Command = $core::Command;

            fn on_command(
                state: &Self::State,
                $given: &Self::Command,
                now: Timestamp,
                ids: &mut SeededIds,
            ) -> Result<Vec<Self::Event>, &'static str> {
                $core::on_command(state, &RULES, $command, now, ids)
                    .map_err(|rejected| rejected.reason())
            }

            fn on_fact(
                state: &Self::State,
                fact: Fact,
                now: Timestamp,
                ids: &mut SeededIds,
            ) -> Option<Vec<Self::Event>> {
                let fact = $core::Fact::read(fact)?;
                Some($core::on_fact(state, &RULES, &fact, now, ids))
            }

            fn on_wake(
                state: &Self::State,
                $at: Timestamp,
                $sure: bool,
                ids: &mut SeededIds,
            ) -> Vec<Self::Event> {
                $core::on_wake(state, &RULES, $wake, ids)
            }

            fn apply(state: &mut Self::State, event: &Self::Event) {
                $core::apply(state, event);
            }

            fn publish(event: &Self::Event) -> Option<Fact> {
                $core::publish(event)
            }

            fn next_at(state: &Self::State) -> Option<Timestamp> {
                $core::next_at(state)
            }
        }
    };
}

/// Somebody is at work at every post.
static NOWHERE: BTreeSet<PostId> = BTreeSet::new();

core!(Intake, intake, Intake, |command| command.clone(), |now, _sure| now);
core!(Dispatch, dispatch, Dispatch, |command| command, |now, _sure| now);
core!(Timer, timer, EscalationTimer, |command| command, |now, confirmed| timer::Wake {
    now,
    confirmed,
    unattended: &NOWHERE,
});
core!(Survey, survey, CallbackSurvey, |command| *command, |now, _sure| now);
