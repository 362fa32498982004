//! Another year of a calendar is announced: from the command to the last promise told, beside the
//! minute that this may take.
//!
//! ```text
//!  intake    apply ──> the definitions ──> INTAKE
//!                                            │
//!  escalation-timer <────────────────────────┘ each case that is provisional is woken
//!       └──> what was promised until the 1st is promised until a later day ──> ESCALATION
//! ```

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use jiff::{
    ToSpan as _,
    civil::{Date, time},
};
use testkit::within;

use crate::{
    cli::Load,
    ground::Ground,
    intake::{Intake, Matter},
    machine::Machine,
    pace::{pace, per_second},
    report::{grouped, shown},
    timer::Timer,
};

/// The longest time that it may take.
const LIMIT: Duration = Duration::from_mins(1);
/// What is promised of each case beyond the year: that somebody comes, and that it is repaired.
pub(crate) const PROMISES: u32 = 2;
/// What is said of each: the promise that is made anew, and that it moved.
const SAID: u64 = 2;
/// How long the rest may take to be told: past the limit, so that a miss is a figure and no panic.
const PATIENCE: Duration = Duration::from_mins(2);
/// The field of a calendar that says how far its days are decided.
const DECIDED: &str = "validThrough: ";

/// Accepts cases on the last afternoon that the state's calendar has decided, announces the next
/// year, and says how long the promises took.
pub(crate) async fn measure(ground: &Ground, load: Load) -> Result<String> {
    let Announcement { decided, files } = Announcement::of(campus_kit::files())?;
    let afternoon = decided.to_datetime(time(16, 0, 0, 0)).in_tz("Asia/Shanghai")?.timestamp();
    let intake = Intake::open(ground, Matter::Drip).await?;
    let timer = Box::pin(Timer::open(ground)).await?;
    ensure!(
        afternoon > intake.now(),
        "the example campus knows no rest days after {decided}, which is past: add the next year \
         to its calendars.yaml"
    );
    intake.jump_to(afternoon);
    timer.jump_to(afternoon);
    eprintln!("Accepting {} cases", grouped(load.cases()));
    intake.accept(load).await?;
    intake.relay(ground).await?;
    timer.hear(ground).await?;
    let promises = timer.provisional().await;
    let expected = u64::from(load.cases() * PROMISES);
    // The first two calls of a bench are not counted, but promised like the others.
    let all = expected..=expected + u64::from(2 * PROMISES);
    ensure!(all.contains(&promises), "{promises} promises are provisional, of {expected}");
    ground.settle().await?;
    eprintln!("Announcing the next year");
    let (taking, counting) = (intake.start(ground).await, timer.start(ground).await);
    let before = timer.said().await;
    let began = Instant::now();
    intake.apply(&taking, files).await?;
    pace("promises", promises, async || {
        // What moved is counted over all rows, and what was said may not be committed yet: so it is
        // counted only once all seems to be said.
        let said = (timer.said().await - before) / SAID;
        Ok(if said < promises { said } else { timer.moved().await })
    })
    .await?;
    within(PATIENCE, "each change is told", async || timer.told_all().await).await;
    let took = began.elapsed();
    let moved = timer.moved().await;
    ensure!(moved == promises, "{moved} promises moved, of {promises}");
    counting.stop().await;
    taking.stop().await;
    Ok(told(promises, load, took))
}

/// The machine and the figure.
pub(crate) fn render(told: &str, machine: &Machine, servers: &str) -> String {
    let machine = machine.told().into_iter().map(|(name, told)| format!("- {name}: {told}\n"));
    format!("{}- Servers: {servers}\n\n{told}\n", machine.collect::<String>())
}

fn told(promises: u64, load: Load, took: Duration) -> String {
    let (promises_told, cases) = (grouped_u64(promises), grouped(load.cases()));
    let within = if took <= LIMIT { "within" } else { "NOT within" };
    format!(
        "{promises_told} open promises of {cases} cases counted anew and told in {:.1} s ({} \
         promises/s), {within} the {} s that it may take.",
        took.as_secs_f64(),
        shown(per_second(promises, took)),
        LIMIT.as_secs()
    )
}

fn grouped_u64(number: u64) -> String {
    grouped(u32::try_from(number).unwrap_or(u32::MAX))
}

/// The example campus with another year of its state's calendar.
struct Announcement {
    /// The last day that was decided before.
    decided: Date,
    files: Vec<(String, String)>,
}

impl Announcement {
    /// The five days after the last one that was decided are days of rest, so that everything
    /// promised for them moves. The state's calendar comes first in its file.
    fn of(mut files: Vec<(String, String)>) -> Result<Self> {
        let calendars = files.iter_mut().find(|(name, _)| name == "calendars.yaml");
        let (_, text) = calendars.context("the example campus has no calendars.yaml")?;
        let day = text.split_once(DECIDED).and_then(|(_, rest)| rest.lines().next());
        let decided: Date = day.context("its calendars do not say how far they go")?.parse()?;
        let (first, last) = (decided.checked_add(1.day())?, decided.checked_add(5.days())?);
        let next = decided.checked_add(1.year())?;
        *text =
            text.replacen(&format!("{DECIDED}{decided}"), &format!("{DECIDED}{next}"), 1).replacen(
                "notices:",
                &format!("notices:\n    - {{ source: of the bench, rest: [\"{first}..{last}\"] }}"),
                1,
            );
        Ok(Self { decided, files })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_campus_takes_another_year() {
        let Announcement { decided, files } = Announcement::of(campus_kit::files()).unwrap();
        assert_ne!(files, campus_kit::files());
        let set = definitions(&files);
        assert!(set.contains(&format!("{DECIDED}{}", decided.checked_add(1.year()).unwrap())));
    }

    fn definitions(files: &[(String, String)]) -> String {
        files.iter().map(|(_, text)| text.as_str()).collect()
    }

    #[test]
    fn what_took_longer_than_it_may_is_said_to() {
        let load = Load { callers: 10, each: 5_000 };
        let line = told(100_000, load, Duration::from_secs(20));
        assert_eq!(
            line,
            "100,000 open promises of 50,000 cases counted anew and told in 20.0 s (5,000 \
             promises/s), within the 60 s that it may take."
        );
        assert!(told(100_000, load, Duration::from_secs(61)).contains("NOT within"));
    }
}
