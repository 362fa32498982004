//! `yizhan doctor`: what is found, what is missing, and the command that mends it.

use std::process::ExitCode;

use anyhow::Result;
use servers::Places;

use crate::home::Home;

/// Prints the report; fails if something is missing.
pub(crate) fn run(home: &Home) -> Result<ExitCode> {
    let report = servers::doctor(&Places::of_process(&std::env::current_dir()?));
    println!("{report}");
    let folder = home.folder().display();
    if home.is_held() {
        println!("The installation in {folder} is running.");
    } else if home.config().exists() {
        println!("The installation in {folder} is not running: `./yizhan up` starts it.");
    } else {
        println!("There is no installation in {folder}: `./yizhan up` makes one.");
    }
    Ok(if report.is_well() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
