//! `yizhan reset`: wipes the installation of this machine.

use std::{
    fs,
    io::{BufRead as _, IsTerminal as _, Write as _, stderr, stdin},
    process::ExitCode,
};

use anyhow::{Context as _, Result, bail};

use crate::home::Home;

/// Asks, then removes everything that `up` made. What was fetched stays in `.cache`.
pub(crate) fn run(home: &Home, yes: bool) -> Result<ExitCode> {
    let folder = home.folder();
    if !folder.exists() {
        println!("There is nothing to wipe: {} does not exist.", folder.display());
        return Ok(ExitCode::SUCCESS);
    }
    if home.is_held() {
        bail!("{} is in use: stop `yizhan up` first (Ctrl-C)", folder.display());
    }
    if !yes && !agreed(folder)? {
        println!("Nothing was wiped.");
        return Ok(ExitCode::FAILURE);
    }
    fs::remove_dir_all(folder).with_context(|| format!("removing {}", folder.display()))?;
    println!("Wiped. `./yizhan up` makes a new installation.");
    Ok(ExitCode::SUCCESS)
}

fn agreed(folder: &std::path::Path) -> Result<bool> {
    if !stdin().is_terminal() {
        bail!("nobody can be asked here: `yizhan reset --yes` wipes without asking");
    }
    eprint!("Wipe all cases, people and keys in {}? Type `yes`: ", folder.display());
    stderr().flush()?;
    let mut answer = String::new();
    stdin().lock().read_line(&mut answer)?;
    Ok(answer.trim() == "yes")
}
