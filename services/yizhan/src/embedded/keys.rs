//! Secrets of an embedded installation, made once.

use std::path::Path;

use anyhow::{Result, bail};
use events::words::Service;
use servers::Password;

use crate::home::{Home, write_private};

/// Makes every key that is missing; those that are there stay as they are.
pub(super) fn make(home: &Home) -> Result<()> {
    for &service in Service::ALL {
        for what in ["store", "store-owner", "nats"] {
            Password::kept_in(&home.key_of(service, what))?;
        }
    }
    Password::kept_in(&home.key("demo-password"))?;
    let token = home.key("token");
    if !token.exists() {
        write_private(&token, &rpc::token::generate_key()?)?;
    }
    let master = home.key("master");
    if !master.exists() {
        refuse_to_replace(home, &master)?;
        let halves = [Password::random()?, Password::random()?];
        write_private(&master, halves.map(|half| half.reveal().to_owned()).concat().as_bytes())?;
    }
    Ok(())
}

/// What was sealed with a lost key is lost with it; with another one in its place nobody would know.
fn refuse_to_replace(home: &Home, master: &Path) -> Result<()> {
    if home.server("postgres").join("data").exists() {
        bail!(
            "{} is missing, and names, phones and texts in the databases are sealed with it: bring \
             it back, or wipe the installation with `./yizhan reset`",
            master.display()
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_lost_master_key_is_made_anew_only_while_nothing_is_sealed_with_it() {
        let folder = std::env::temp_dir().join(format!("yizhan-keys-{}", std::process::id()));
        let home = Home::at(&folder).unwrap();
        home.make().unwrap();
        make(&home).unwrap();
        let master = home.key("master");
        let first = fs::read(&master).unwrap();
        make(&home).unwrap();
        assert_eq!(fs::read(&master).unwrap(), first);

        fs::create_dir_all(home.server("postgres").join("data")).unwrap();
        fs::remove_file(&master).unwrap();
        let refusal = make(&home).unwrap_err().to_string();
        assert!(refusal.contains("keys/master is missing") && refusal.contains("bring it back"));
        assert!(!master.exists());
        fs::remove_dir_all(folder).unwrap();
    }
}
