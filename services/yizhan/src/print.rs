//! Standard output, which may be a pipe whose reader has seen enough (`yizhan case list | head`).

use std::{
    fmt::Display,
    io::{self, Write as _},
};

use anyhow::Result;

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

fn read(written: io::Result<()>) -> Result<()> {
    match written {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Err(NobodyReads.into()),
        written => Ok(written?),
    }
}
