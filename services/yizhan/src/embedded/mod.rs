//! An installation on one machine: its keys, its servers, its databases and its configuration.
//!
//! ```text
//!  keys ──> Postgres (a database and two roles per service) ──┐
//!       └─> nats-server (a user per service, least rights) ───┴─> config.toml ──> serve
//! ```
//!
//! Evaluation is its purpose, but nothing in it is different from the real thing: the same roles,
//! the same rights, the same migrations, real servers.

mod config;
mod keys;
mod store;

use std::time::Duration;

use anyhow::{Context as _, Result, anyhow};
use events::words::Service;
use servers::{Durability, Nats, Origin, Password, Places, Postgres, Programs, Setup};

use crate::{home::Home, up::Wanted};

pub(crate) use config::{Endpoints, Held};

/// Names the only installation that this machine's folder holds.
const INSTALLATION: &str = "campus";

/// The servers of an installation; stopped when dropped.
pub(crate) struct Embedded {
    postgres: Postgres,
    nats: Nats,
    programs: Programs,
}

/// Starts the servers, makes what is missing in them, and writes the configuration. Its ports are held
/// for the services.
///
/// Called before there is a runtime: the servers are tied to the thread that starts them.
pub(crate) fn start(home: &Home, wanted: &Wanted) -> Result<(Embedded, Held)> {
    home.make()?;
    let progress = |line: &str| eprintln!("  {line}");
    let project = std::env::current_dir().context("finding the current folder")?;
    let programs = servers::provide(&Places::of_process(&project), &progress)?;
    keys::make(home)?;

    eprintln!("  Postgres {}", programs.postgres.version());
    let password = Password::kept_in(&home.key("postgres"))?;
    let setup = |name| -> Result<Setup> {
        Ok(Setup {
            folder: home.server(name),
            guard: std::env::current_exe().context("finding our own program")?,
            durability: Durability::Full,
            port: None,
        })
    };
    let settings = ["max_connections=200"];
    let postgres =
        Postgres::start(&programs.postgres, &setup("postgres")?, &password, &settings, &progress)?;

    eprintln!("  nats-server {}", programs.nats.version());
    let rights = broker_rights(home)?;
    let nats = Nats::start(&programs.nats, &setup("nats")?, &rights, &progress)?;

    store::make_databases(home, &postgres)?;
    let ports = config::write(home, postgres.port(), &nats.url(), wanted)?;
    Ok((Embedded { postgres, nats, programs }, ports))
}

/// The users of the broker, each with the least rights that its service needs.
fn broker_rights(home: &Home) -> Result<String> {
    let password = |service: &Service| -> Result<(Service, Password)> {
        Ok((*service, Password::kept_in(&home.key_of(*service, "nats"))?))
    };
    let passwords = Service::ALL.iter().map(password).collect::<Result<Vec<_>>>()?;
    let users: Vec<_> = passwords.iter().map(|(service, p)| (*service, p.reveal())).collect();
    Ok(events::nats::authorization_block(&users))
}

impl Embedded {
    /// Whether a server comes from a wheel, which is for trying and not for running a university.
    pub(crate) fn are_for_evaluation(&self) -> bool {
        let Programs { postgres, nats } = &self.programs;
        [postgres.origin(), nats.origin()].contains(&Origin::EvaluationWheel)
    }

    /// Goes on until Postgres has ended, without which nothing works; says it when nats-server has.
    pub(crate) async fn watch(&self) -> anyhow::Error {
        let mut told = false;
        while self.postgres.is_running() {
            if !self.nats.is_running() && !std::mem::replace(&mut told, true) {
                eprintln!(
                    "nats-server has ended, see {}: cases are accepted, and no other service hears \
                     of them until this is stopped and started again",
                    self.nats.log().display()
                );
            }
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
        anyhow!("Postgres has ended, see {}: start it again", self.postgres.log().display())
    }
}
