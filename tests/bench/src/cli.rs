//! What was asked for, and the rounds.

use std::{
    io::{Write as _, stderr, stdout},
    path::PathBuf,
};

use anyhow::{Context as _, Result};
use clap::Parser;

use crate::{ground::Ground, journey, machine::Machine, recount, report};

/// Measures intake, relay, inbox and timers in events per second, each beside the raw limit of
/// Postgres or JetStream in the same run. Progress goes to standard error, the table to standard
/// output.
#[derive(Debug, Parser)]
#[command(name = "./yizhan bench")]
struct Options {
    /// How often everything is measured, each time on new databases and an empty broker.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..))]
    rounds: u32,

    /// How many cases are accepted in a round; rounded up to the same number for each caller.
    #[arg(long, default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    cases: u32,

    /// How many call at once, each waiting for its answer before the next call.
    #[arg(long, default_value_t = 32, value_parser = clap::value_parser!(u32).range(1..=999))]
    callers: u32,

    /// One round of 64 cases: that all of it works. Its figures say nothing.
    #[arg(long, conflicts_with_all = ["rounds", "cases"])]
    quick: bool,

    /// Measures something else instead: how long open promises take to be counted anew when
    /// another year of a calendar is announced. Says whether that is within a minute.
    #[arg(long, value_name = "PROMISES", num_args = 0..=1, default_missing_value = "100000",
          conflicts_with_all = ["rounds", "cases"],
          value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    recount: Option<u32>,

    /// Where the servers keep their data meanwhile: a folder on the disk that is to be measured.
    #[arg(long, value_name = "FOLDER", default_value = ".cache/bench")]
    folder: PathBuf,
}

/// What a round has to carry.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Load {
    /// How many call at once.
    pub(crate) callers: u32,
    /// How many cases each of them reports.
    pub(crate) each: u32,
}

impl Load {
    /// All cases of a round.
    pub(crate) const fn cases(self) -> u32 {
        self.callers * self.each
    }
}

impl Options {
    fn load(&self) -> Load {
        let cases = self.recount.map_or(self.cases, |all| all.div_ceil(recount::PROMISES));
        let (cases, callers) = if self.quick { (64, 8) } else { (cases, self.callers) };
        Load { callers, each: cases.div_ceil(callers) }
    }

    fn rounds(&self) -> u32 {
        if self.quick { 1 } else { self.rounds }
    }
}

/// Measures, and prints the table.
pub(crate) fn run() -> Result<()> {
    let options = Options::parse();
    tracing_subscriber::fmt()
        .with_max_level(tracing_subscriber::filter::LevelFilter::ERROR)
        .with_writer(stderr)
        .init();
    let (load, rounds) = (options.load(), options.rounds());
    // Before there is a runtime: a process with threads cannot become a guard.
    let mut ground = Ground::start(&options.folder)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let machine = Machine::look(ground.folder())?;
    let settings = runtime.block_on(ground.settings())?;
    if options.recount.is_some() {
        let told = runtime.block_on(Box::pin(recount::measure(&ground, load)))?;
        let text = recount::render(&told, &machine.again()?, &settings);
        return stdout().write_all(text.as_bytes()).context("printing the figure");
    }
    let mut measured = Vec::new();
    for round in 1..=rounds {
        eprintln!("Round {round} of {rounds}, {} cases", load.cases());
        ground.empty_broker()?;
        let journey = runtime.block_on(journey::round(&ground, load));
        measured.push(journey.with_context(|| format!("round {round}"))?);
    }
    let machine = machine.again()?;
    let text = report::render(&measured, load, &machine, &settings);
    stdout().write_all(text.as_bytes()).context("printing the table")
}
