//! `yizhan doctor`: what is found, what is missing, and the command that mends it.

use std::process::ExitCode;

use anyhow::Result;
use servers::Places;

use crate::{home::Home, print};

/// Prints the report; fails if something is missing.
pub(crate) fn run(home: &Home) -> Result<ExitCode> {
    let report = servers::doctor(&Places::of_process(&std::env::current_dir()?));
    print::line(format_args!("{report}"))?;
    let folder = home.folder().display();
    if home.is_held() {
        print::line(format_args!("The installation in {folder} is running."))?;
    } else if home.config().exists() {
        print::line(format_args!(
            "The installation in {folder} is not running: `./yizhan up` starts it."
        ))?;
    } else {
        print::line(format_args!(
            "There is no installation in {folder}: `./yizhan up` makes one."
        ))?;
    }
    Ok(if report.is_well() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
