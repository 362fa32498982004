//! The command line: what can be asked, and where it goes.

use std::{collections::BTreeMap, path::PathBuf, process::ExitCode};

use anyhow::{Context as _, Result};
use clap::{CommandFactory as _, Parser, Subcommand, ValueEnum};
use events::words::Service;
use jiff::{SignedDuration, Timestamp};
use runtime::{Sources, manual_clock::FARTHEST};

use crate::{
    audit, client, doctor,
    embedded::Endpoints,
    home::Home,
    migrate,
    move_clock::Movable,
    print, reset, serve,
    up::{self, Wanted},
};

/// Yizhan (一站): one case from the call to the callback.
#[derive(Debug, Parser)]
#[command(version, arg_required_else_help = true, propagate_version = true)]
struct Cli {
    /// The folder of this machine's installation.
    #[arg(long, global = true, env = "YIZHAN_HOME", default_value = ".yizhan")]
    home: PathBuf,

    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Start everything on this machine; Ctrl-C stops it, the data stay.
    Up {
        /// `manual` lets `yizhan clock` move the time.
        #[arg(long, value_enum, default_value = "system")]
        clock: ClockMode,
        /// When the time of a new installation begins: `2026-09-07T08:00:00+08:00`; now by default.
        #[arg(long, value_name = "TIME", value_parser = beginning)]
        at: Option<Timestamp>,
        /// Services that you run yourself by `yizhan serve`; `all` starts the servers alone.
        #[arg(long, value_name = "SERVICE", value_delimiter = ',', value_parser = service_or_all)]
        without: Vec<Which>,
    },
    /// Wipe this machine's installation, after asking.
    Reset {
        /// Do not ask.
        #[arg(long)]
        yes: bool,
    },
    /// Show which servers are used and what is missing.
    Doctor,
    /// Move the time of an installation that was started with `--clock manual`.
    Clock {
        #[command(subcommand)]
        movement: Movement,
    },
    /// Run services with a configuration, until SIGTERM or Ctrl-C.
    Serve {
        /// Which, in one process.
        #[arg(required = true, value_parser = service)]
        services: Vec<Service>,
        #[command(flatten)]
        configured: Configured,
    },
    /// Bring the databases of services to what this version needs; all of them by default.
    Migrate {
        /// Which.
        #[arg(value_parser = service)]
        services: Vec<Service>,
        #[command(flatten)]
        configured: Configured,
    },
    /// Who did what, in all services.
    Audit {
        #[command(subcommand)]
        question: Auditing,
    },
    /// Print the completion script of a shell.
    Completion {
        /// Which shell.
        shell: clap_complete::Shell,
    },
    #[command(flatten)]
    Client(Box<client::Command>),
}

#[derive(Debug, Subcommand)]
enum Auditing {
    /// Verify in the databases that no row was changed, taken out or cut off; all by default.
    Verify {
        /// Whose.
        #[arg(value_parser = service)]
        services: Vec<Service>,
        /// The configuration, a TOML file; that of this machine's installation by default.
        #[arg(long, env = "YIZHAN_CONFIG")]
        config: Option<PathBuf>,
    },
}

#[derive(Debug, Subcommand)]
enum Movement {
    /// Ahead by a duration, stopping at each planned instant until all services are at rest.
    Advance {
        /// Such as `4h`, `90min` or `2d`.
        #[arg(value_parser = duration)]
        by: SignedDuration,
    },
    /// Ahead by a duration at once, as an outage would.
    Jump {
        /// Such as `6h`.
        #[arg(value_parser = duration)]
        by: SignedDuration,
    },
}

#[derive(Debug, clap::Args)]
struct Configured {
    /// The configuration, a TOML file.
    #[arg(long, env = "YIZHAN_CONFIG")]
    config: Option<PathBuf>,
    /// Whose time it is; as configured by default.
    #[arg(long, value_enum)]
    clock: Option<ClockMode>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum ClockMode {
    System,
    Manual,
}

#[derive(Debug, Clone, Copy)]
enum Which {
    All,
    One(Service),
}

impl Configured {
    /// Later wins: file, environment, flags.
    fn sources(self) -> Sources {
        let mut sources = Sources::new().environment(std::env::vars());
        if let Some(file) = self.config {
            sources = sources.file(file);
        }
        match self.clock {
            None => sources,
            Some(ClockMode::System) => sources.flag("clock.mode", "system"),
            Some(ClockMode::Manual) => sources.flag("clock.mode", "manual"),
        }
    }
}

/// Parses the arguments and does what they say.
pub(crate) fn run() -> Result<ExitCode> {
    let cli = Cli::parse();
    let home = Home::at(&cli.home)?;
    install_crypto();
    match cli.command {
        Command::Up { clock, at, without } => {
            let manual_clock = matches!(clock, ClockMode::Manual);
            let without = without.into_iter().flat_map(Which::services).collect();
            done(up::run(&home, &Wanted { without, manual_clock, begins: at }))
        }
        Command::Reset { yes } => reset::run(&home, yes),
        Command::Doctor => doctor::run(&home),
        Command::Clock { movement } => done(block_on(move_clock(&home, movement))),
        Command::Serve { services, configured } => {
            done(block_on(serve::run(&configured.sources(), &services)))
        }
        Command::Migrate { services, configured } => {
            done(block_on(migrate::run(&configured.sources(), &or_all(services))))
        }
        Command::Audit { question: Auditing::Verify { services, config } } => {
            let file = config.unwrap_or_else(|| home.config());
            let sources = Sources::new().environment(std::env::vars()).file(file);
            block_on(audit::verify(&sources, &or_all(services)))
        }
        Command::Completion { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Cli::command(), "yizhan", &mut script);
            done(print::text(String::from_utf8_lossy(&script)))
        }
        Command::Client(command) => block_on(client::run(&home, *command)),
    }
}

/// All services, if none is named.
fn or_all(services: Vec<Service>) -> Vec<Service> {
    if services.is_empty() { Service::ALL.to_vec() } else { services }
}

/// Says what went wrong, with its causes.
pub(crate) fn failed(error: &anyhow::Error) -> ExitCode {
    eprintln!("error: {error:#}");
    ExitCode::FAILURE
}

fn done(outcome: Result<()>) -> Result<ExitCode> {
    outcome.map(|()| ExitCode::SUCCESS)
}

/// One crypto provider for everything in this process, before anything asks for it.
pub(crate) fn install_crypto() {
    // An error says that there is one already, which nothing but this installs.
    drop(rustls::crypto::ring::default_provider().install_default());
}

fn block_on<T>(future: impl Future<Output = Result<T>>) -> Result<T> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    runtime.context("starting the runtime")?.block_on(future)
}

async fn move_clock(home: &Home, movement: Movement) -> Result<()> {
    let endpoints = Endpoints::read(home)?;
    let admins: BTreeMap<_, _> =
        endpoints.0.iter().map(|(service, endpoint)| (*service, endpoint.admin)).collect();
    let movable = Movable { file: home.clock(), admins, zone: client::time_zone(home) };
    match movement {
        Movement::Advance { by } => movable.advance(by).await,
        Movement::Jump { by } => movable.jump(by).await,
    }
}

impl Which {
    fn services(self) -> Vec<Service> {
        match self {
            Self::All => Service::ALL.to_vec(),
            Self::One(service) => vec![service],
        }
    }
}

fn service(text: &str) -> Result<Service, String> {
    text.parse().map_err(|_| {
        let all: Vec<_> = Service::ALL.iter().map(|service| service.word()).collect();
        format!("the services are {}", all.join(", "))
    })
}

fn service_or_all(text: &str) -> Result<Which, String> {
    if text == "all" { Ok(Which::All) } else { service(text).map(Which::One) }
}

/// A time of the campus, with its offset from UTC.
fn beginning(text: &str) -> Result<Timestamp, String> {
    text.parse().map_err(|_| "a time with its offset, such as 2026-09-07T08:00:00+08:00".to_owned())
}

/// A duration ahead, in hours, minutes and seconds; a day is 24 of the hours.
fn duration(text: &str) -> Result<SignedDuration, String> {
    let wrong = || "a duration ahead, such as 4h, 90min or 2d".to_owned();
    let span: jiff::Span = text.parse().map_err(|_| wrong())?;
    let by = span.to_duration(jiff::SpanRelativeTo::days_are_24_hours()).map_err(|_| wrong())?;
    if !by.is_positive() {
        Err(wrong())
    } else if by > FARTHEST {
        Err("a duration of at most 50 years".to_owned())
    } else {
        Ok(by)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_well_formed() {
        Cli::command().debug_assert();
    }

    #[test]
    fn a_duration_goes_ahead() {
        assert_eq!(duration("4h"), Ok(SignedDuration::from_hours(4)));
        assert_eq!(duration("2d"), Ok(SignedDuration::from_hours(48)));
        assert_eq!(duration("90min"), Ok(SignedDuration::from_mins(90)));
        for wrong in ["", "-4h", "0s", "soon"] {
            assert!(duration(wrong).is_err(), "{wrong}");
        }
        for too_long in ["99999999h", "999999d"] {
            assert_eq!(duration(too_long), Err("a duration of at most 50 years".to_owned()));
        }
    }
}
