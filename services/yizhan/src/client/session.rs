//! The login that the commands after it use.

use std::fs;

use anyhow::{Context as _, Result};
use jiff::tz::TimeZone;
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
    /// Of its campus, by its IANA name; an older portal tells none.
    #[serde(default)]
    pub(super) zone: Option<String>,
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

    /// In which times are shown; UTC where the portal told no other.
    pub(super) fn time_zone(&self) -> TimeZone {
        self.zone.as_deref().and_then(calendar::zone).unwrap_or(TimeZone::UTC)
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn times_are_the_campus_s_and_utc_where_the_portal_told_no_zone_that_is_known() {
        let of = |zone: serde_json::Value| {
            let session =
                json!({ "url": "http://[::1]", "account": "an", "token": "t", "zone": zone });
            serde_json::from_value::<Session>(session).unwrap().time_zone()
        };
        assert_eq!(of(json!("Asia/Shanghai")), calendar::zone("Asia/Shanghai").unwrap());
        assert_eq!(of(json!("Asia/Atlantis")), TimeZone::UTC);
        assert_eq!(of(json!(null)), TimeZone::UTC);
        let older = r#"{ "url": "http://[::1]", "account": "an", "token": "t" }"#;
        assert_eq!(serde_json::from_str::<Session>(older).unwrap().time_zone(), TimeZone::UTC);
    }
}
