//! `yizhan reset`: wipes the installation of this machine.

use std::{
    io::{BufRead as _, IsTerminal as _, Write as _, stderr, stdin},
    process::ExitCode,
};

use anyhow::{Context as _, Result, bail};

use crate::{home::Home, print};

/// Asks, then removes everything that `up` made. What was fetched stays in `.cache`.
pub(crate) fn run(home: &Home, yes: bool) -> Result<ExitCode> {
    let folder = home.folder();
    if !folder.exists() {
        print::line(format_args!(
            "There is nothing to wipe: {} does not exist.",
            folder.display()
        ))?;
        return Ok(ExitCode::SUCCESS);
    }
    if !home.is_an_installation() {
        bail!(
            "{} is no installation of Yizhan: it has not the keys/, servers/ and lock that `yizhan \
             up` makes, and nothing in it was touched",
            folder.display()
        );
    }
    if home.is_held() {
        bail!("{} is in use: stop `yizhan up` first (Ctrl-C)", folder.display());
    }
    if !yes && !agreed(folder)? {
        print::line("Nothing was wiped.")?;
        return Ok(ExitCode::FAILURE);
    }
    let left = home.wipe().with_context(|| format!("wiping {}", folder.display()))?;
    if !left.is_empty() {
        let left: Vec<_> = left.iter().map(|name| name.to_string_lossy()).collect();
        print::line(format_args!(
            "Left in {}, as Yizhan did not make it: {}",
            folder.display(),
            left.join(", ")
        ))?;
    }
    print::line("Wiped. `./yizhan up` makes a new installation.")?;
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
    Ok(agrees(&answer))
}

/// Nothing but the whole word wipes: what is gone cannot be brought back.
fn agrees(answer: &str) -> bool {
    answer.trim() == "yes"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_whole_word_wipes() {
        assert!(agrees("yes\n") && agrees(" yes \r\n"));
        for answer in ["", "\n", "y\n", "no\n", "YES\n", "yes please\n"] {
            assert!(!agrees(answer), "{answer:?}");
        }
    }
}
