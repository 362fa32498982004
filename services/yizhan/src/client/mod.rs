//! The command line over the portal's HTTP API.
//!
//! ```text
//!  arguments ── one file per noun ── Api (token, Idempotency-Key) ── portal
//!                                      │
//!        table or fields for people <──┴──> -o json for programs: the answer as it came
//!        exit code by what became of it
//! ```
//!
//! The answers are shown, not understood: the API's description is the contract, and what it adds
//! reaches `-o json` without a new release of the command line.

mod alarms;
mod api;
mod callbacks;
mod campus_time;
mod cases;
mod complaint;
mod contacts;
mod dead_letters;
pub(crate) mod definitions;
mod desk;
mod explain;
mod figures;
mod handovers;
mod incidents;
mod ladder;
mod messages;
mod more_time;
mod open;
mod output;
mod people;
mod phone;
mod questions;
mod roster;
mod session;
mod sessions;
mod similar;
mod sso;
mod timetable;
mod visible;
mod work;

use std::{path::PathBuf, process::ExitCode};

use anyhow::Result;
use clap::{Args, Subcommand};
use jiff::tz::TimeZone;

use crate::home::Home;
use output::Format;
use session::Session;

pub(crate) use api::{Api, Refused};
use api::{NobodyLoggedIn, Unanswered};

/// What is asked of the portal.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Log in; the session is kept for the commands that follow.
    Login {
        /// The account; with `--sso` whoever logs in there.
        #[arg(required_unless_present = "sso", conflicts_with = "sso")]
        account: Option<String>,
        /// The file that holds the password; asked for, or the demo password, by default.
        #[arg(long, value_name = "FILE", conflicts_with = "sso")]
        password_file: Option<PathBuf>,
        /// By unified login, in a browser on this machine.
        #[arg(
            long,
            value_name = "BY",
            value_enum,
            num_args = 0..=1,
            require_equals = true,
            default_missing_value = "oidc"
        )]
        sso: Option<sso::Way>,
        #[command(flatten)]
        options: Options,
    },
    /// End the session.
    Logout {
        #[command(flatten)]
        options: Options,
    },
    /// Cases (办件): open, follow and end them.
    Case {
        #[command(subcommand)]
        command: cases::Command,
        #[command(flatten)]
        options: Options,
    },
    /// Incidents (突发事件): one cause, many places, and everybody calls.
    Incident {
        #[command(subcommand)]
        command: incidents::Command,
        #[command(flatten)]
        options: Options,
    },
    /// Alarms (报警): guards and counsellor at once, and the next until somebody has it.
    Alarm {
        #[command(subcommand)]
        command: alarms::Command,
        #[command(flatten)]
        options: Options,
    },
    /// Contacts (接待) of which no case comes.
    Contact {
        #[command(subcommand)]
        command: contacts::Command,
        #[command(flatten)]
        options: Options,
    },
    /// Work orders (工单): claim them and get them done.
    Work {
        #[command(subcommand)]
        command: work::Command,
        #[command(flatten)]
        options: Options,
    },
    /// The roster (排班): who is at work, leave, swaps and cover.
    Roster {
        #[command(subcommand)]
        command: roster::Command,
        #[command(flatten)]
        options: Options,
    },
    /// The handover (交接) of the desk's shift: what is left, and who signed for it.
    Handover {
        #[command(subcommand)]
        command: handovers::Command,
        #[command(flatten)]
        options: Options,
    },
    /// Extensions (延期): more time, asked for before it is due.
    Extension {
        #[command(subcommand)]
        command: more_time::Extension,
        #[command(flatten)]
        options: Options,
    },
    /// Pauses (暂停计时): clocks that wait with work on hold.
    Pause {
        #[command(subcommand)]
        command: more_time::Pause,
        #[command(flatten)]
        options: Options,
    },
    /// The ladder (逐级上报): what leaders do about what is late.
    Ladder {
        #[command(subcommand)]
        command: ladder::Command,
        #[command(flatten)]
        options: Options,
    },
    /// Callbacks (回访): whom to ask, and what they say.
    Callback {
        #[command(subcommand)]
        command: callbacks::Command,
        #[command(flatten)]
        options: Options,
    },
    /// Messages: who was told what, and that you know.
    Message {
        #[command(subcommand)]
        command: messages::Command,
        #[command(flatten)]
        options: Options,
    },
    /// Phone who was told something critical and has not said that they know.
    Phone {
        #[command(subcommand)]
        command: phone::Command,
        #[command(flatten)]
        options: Options,
    },
    /// What failed for its own fault and waits for a person.
    Dlq {
        #[command(subcommand)]
        command: dead_letters::Command,
        #[command(flatten)]
        options: Options,
    },
    /// Check a campus's documents as a whole and put them in force.
    Apply {
        #[command(flatten)]
        apply: definitions::Apply,
        #[command(flatten)]
        options: Options,
    },
    /// Make the accounts what a file of people says.
    People {
        #[command(flatten)]
        import: people::Import,
        #[command(flatten)]
        options: Options,
    },
}

/// How the portal is reached and its answers are shown.
#[derive(Debug, Clone, Args)]
pub(crate) struct Options {
    /// Where the portal is; that of the login by default.
    #[arg(long, global = true, env = "YIZHAN_URL")]
    url: Option<String>,
    /// `table` for people, `json` for programs.
    #[arg(short, long, global = true, value_enum, default_value = "table")]
    output: Format,
    /// Sends a command again under the key of its first time, so that it is done once.
    #[arg(long, global = true, value_name = "KEY")]
    idempotency_key: Option<String>,
}

/// In which times are shown: that of the last login, and UTC before it.
pub(crate) fn time_zone(home: &Home) -> TimeZone {
    let session = Session::read(home).ok().flatten();
    session.as_ref().map_or(TimeZone::UTC, Session::time_zone)
}

/// Asks and shows. What the portal refuses is told with an exit code of its own.
pub(crate) async fn run(home: &Home, command: Command) -> Result<ExitCode> {
    match perform(home, command).await {
        Ok(()) => Ok(ExitCode::SUCCESS),
        Err(error) => {
            let refused = error.downcast_ref::<Refused>().map(Refused::exit_code);
            let later = error.downcast_ref::<Unanswered>().map(|_| Unanswered::EXIT_CODE.into());
            let nobody = error.downcast_ref::<NobodyLoggedIn>();
            let nobody = nobody.map(|_| NobodyLoggedIn::EXIT_CODE.into());
            let Some(code) = refused.or(later).or(nobody) else { return Err(error) };
            eprintln!("error: {error:#}");
            Ok(code)
        }
    }
}

async fn perform(home: &Home, command: Command) -> Result<()> {
    match command {
        Command::Login { sso: Some(way), options, .. } => sso::login(home, &options, way).await,
        Command::Login { account, password_file, sso: None, options } => {
            let account = account.unwrap_or_default();
            sessions::login(home, &options, &account, password_file.as_deref()).await
        }
        Command::Logout { options } => sessions::logout(home, &options).await,
        Command::Case { command, options } => {
            cases::run(&Api::open(home, &options)?, command).await
        }
        Command::Incident { command, options } => {
            incidents::run(&Api::open(home, &options)?, command).await
        }
        Command::Alarm { command, options } => {
            alarms::run(&Api::open(home, &options)?, command).await
        }
        Command::Contact { command, options } => {
            contacts::run(&Api::open(home, &options)?, command).await
        }
        Command::Work { command, options } => work::run(&Api::open(home, &options)?, command).await,
        Command::Roster { command, options } => {
            roster::run(&Api::open(home, &options)?, command).await
        }
        Command::Handover { command, options } => {
            handovers::run(&Api::open(home, &options)?, command).await
        }
        Command::Extension { command, options } => {
            more_time::extension(&Api::open(home, &options)?, command).await
        }
        Command::Pause { command, options } => {
            more_time::pause(&Api::open(home, &options)?, command).await
        }
        Command::Ladder { command, options } => {
            ladder::run(&Api::open(home, &options)?, command).await
        }
        Command::Callback { command, options } => {
            callbacks::run(&Api::open(home, &options)?, command).await
        }
        Command::Message { command, options } => {
            messages::run(&Api::open(home, &options)?, command).await
        }
        Command::Phone { command, options } => {
            phone::run(&Api::open(home, &options)?, command).await
        }
        Command::Dlq { command, options } => {
            dead_letters::run(&Api::open(home, &options)?, command).await
        }
        Command::Apply { apply, options } => {
            definitions::run(&Api::open(home, &options)?, &apply).await
        }
        Command::People { import, options } => {
            people::run(&Api::open(home, &options)?, &import).await
        }
    }
}
