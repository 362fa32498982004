//! The login that the commands after it use.

use std::fs;

use anyhow::{Context as _, Result};
use serde::{Deserialize, Serialize};

use crate::home::{Home, write_private};

/// Kept in `.yizhan/session`, mode 0600.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Session {
    /// Where the portal is.
    pub(super) url: String,
    /// Who logged in.
    pub(super) account: String,
    pub(super) token: String,
}

impl Session {
    /// The last login, if there is one.
    pub(super) fn read(home: &Home) -> Result<Option<Self>> {
        let file = home.session();
        if !file.exists() {
            return Ok(None);
        }
        let reading = || format!("reading {}: log in again", file.display());
        let text = fs::read_to_string(&file).with_context(reading)?;
        serde_json::from_str(&text).map(Some).with_context(reading)
    }

    pub(super) fn write(&self, home: &Home) -> Result<()> {
        home.make()?;
        write_private(&home.session(), serde_json::to_string_pretty(self)?.as_bytes())
    }

    pub(super) fn forget(home: &Home) -> Result<()> {
        let file = home.session();
        if file.exists() {
            fs::remove_file(&file).with_context(|| format!("removing {}", file.display()))?;
        }
        Ok(())
    }
}
