//! Standard output, which may be a pipe whose reader has seen enough (`yizhan case list | head`).

use std::{
    fmt::Display,
    io::{self, Write as _},
};

use anyhow::Result;
use jiff::{Zoned, tz::Offset};

/// Whoever read the output has gone, which is their right: the program ends, and ends well.
#[derive(Debug, thiserror::Error)]
#[error("nobody reads the output any more")]
pub(crate) struct NobodyReads;

/// Prints a line.
pub(crate) fn line(line: impl Display) -> Result<()> {
    text(format_args!("{line}\n"))
}

/// Prints a text as it is.
pub(crate) fn text(text: impl Display) -> Result<()> {
    let mut output = io::stdout().lock();
    read(write!(output, "{text}").and_then(|()| output.flush()))
}

/// An instant as people read it, to the second: `2026-09-01 16:00:00 +08`, and in UTC
/// `2026-09-01 08:00:00Z`.
pub(crate) fn instant(at: &Zoned) -> String {
    let is_utc = at.offset() == Offset::UTC;
    let format = if is_utc { "%Y-%m-%d %H:%M:%SZ" } else { "%Y-%m-%d %H:%M:%S %:::z" };
    at.strftime(format).to_string()
}

fn read(written: io::Result<()>) -> Result<()> {
    match written {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Err(NobodyReads.into()),
        written => Ok(written?),
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;

    #[test]
    fn an_instant_says_how_far_it_is_from_utc() {
        let at: Timestamp = "2026-08-31T22:35:33.5Z".parse().unwrap();
        for (zone, shown) in [
            ("Asia/Shanghai", "2026-09-01 06:35:33 +08"),
            ("Asia/Kolkata", "2026-09-01 04:05:33 +05:30"),
            ("America/New_York", "2026-08-31 18:35:33 -04"),
            ("UTC", "2026-08-31 22:35:33Z"),
        ] {
            assert_eq!(instant(&at.to_zoned(calendar::zone(zone).unwrap())), shown);
        }
    }
}
