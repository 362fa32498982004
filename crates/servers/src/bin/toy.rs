//! What the tests of this crate need as a process of its own: a guard, and a parent to kill.
//!
//! `servers-toy postgres|nats <folder>` starts that server, prints its port and waits to be
//! killed.

use std::{
    error::Error,
    io::{self, Read},
    path::PathBuf,
    process::ExitCode,
};

use servers::{Durability, Nats, Password, Places, Postgres, Setup};

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Box<dyn Error>> {
    servers::guard::intercept()?;
    let mut arguments = std::env::args().skip(1);
    let server = arguments.next().ok_or("which server?")?;
    let folder = PathBuf::from(arguments.next().ok_or("in which folder?")?);
    let setup =
        Setup { folder, guard: std::env::current_exe()?, durability: Durability::None, port: None };
    let project = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."));
    let programs = servers::provide(&Places::of_process(&project), &|_| ())?;
    let quiet: &dyn Fn(&str) = &|_| ();
    match server.as_str() {
        "postgres" => {
            let password = Password::kept_in(&setup.folder.with_extension("password"))?;
            let postgres = Postgres::start(&programs.postgres, &setup, &password, &[], quiet)?;
            wait_at(postgres.port())
        }
        "nats" => wait_at(Nats::start(&programs.nats, &setup, "", quiet)?.port()),
        _ => Err(format!("no server is called `{server}`").into()),
    }
}

/// Tells the port, and waits until its standard input ends.
fn wait_at(port: u16) -> Result<(), Box<dyn Error>> {
    println!("{port}");
    io::stdin().read_to_end(&mut Vec::new())?;
    Ok(())
}
