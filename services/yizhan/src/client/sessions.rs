//! `yizhan login` and `yizhan logout`.

use std::{fs, io::IsTerminal as _, path::Path};

use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};

use super::{Api, Options, session::Session};
use crate::{home::Home, print};

/// Logs in and keeps the session.
pub(super) async fn login(
    home: &Home,
    options: &Options,
    account: &str,
    password_file: Option<&Path>,
) -> Result<()> {
    let api = Api::anonymous(home, options)?;
    let password = password(home, options, password_file)?;
    let answer = api.post("/login", &json!({ "account": account, "password": password })).await?;
    keep(home, &api, account, &answer)
}

/// The token of a session that was opened.
pub(super) fn token(opened: &Value) -> Result<&str> {
    opened.get("token").and_then(Value::as_str).context("the answer has no token")
}

/// Keeps a session that was opened for the commands that follow.
pub(super) fn keep(home: &Home, api: &Api, account: &str, opened: &Value) -> Result<()> {
    let session = Session {
        url: api.url().to_owned(),
        account: account.to_owned(),
        token: token(opened)?.to_owned(),
        zone: opened.get("zone").and_then(Value::as_str).map(ToOwned::to_owned),
    };
    session.write(home)?;
    print::line(format_args!("Logged in as {}.", session.account))
}

/// Ends the session at the portal, and forgets it here in any case.
pub(super) async fn logout(home: &Home, options: &Options) -> Result<()> {
    let Some(session) = Session::read(home)? else {
        print::line("Nobody is logged in.")?;
        return Ok(());
    };
    let ended = match Api::open(home, options) {
        Ok(api) => api.post("/logout", &json!({})).await.map(|_| ()),
        Err(error) => Err(error),
    };
    Session::forget(home)?;
    print::line(format_args!("{} is logged out.", session.account))?;
    ended
}

/// From the file; else, on the machine of the installation, that of its demo accounts; else asked.
fn password(home: &Home, options: &Options, file: Option<&Path>) -> Result<String> {
    let demo = home.key("demo-password");
    let file = match file {
        Some(file) => Some(file),
        None if options.url.is_none() && demo.exists() => Some(&*demo),
        None => None,
    };
    if let Some(file) = file {
        let text = fs::read_to_string(file);
        let text = text.with_context(|| format!("reading {}", file.display()))?;
        return Ok(text.trim_end_matches(['\r', '\n']).to_owned());
    }
    if !std::io::stdin().is_terminal() {
        bail!("nobody can be asked for the password here: give --password-file");
    }
    rpassword::prompt_password("Password: ").context("asking for the password")
}
