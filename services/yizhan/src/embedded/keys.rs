//! Secrets of an embedded installation, made once.

use anyhow::Result;
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
        let halves = [Password::random()?, Password::random()?];
        write_private(&master, halves.map(|half| half.reveal().to_owned()).concat().as_bytes())?;
    }
    Ok(())
}
