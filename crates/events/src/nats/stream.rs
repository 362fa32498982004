use std::{collections::BTreeMap, time::Duration};

use crate::words::{Installation, Stream};

/// The key of a stream's metadata that names its installation.
pub const INSTALLATION: &str = "installation";

/// How a stream is configured: alike for all but its name, subjects and installation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StreamConfig {
    /// Its name, `INTAKE`.
    pub name: &'static str,
    /// The subjects that it keeps, `intake.>`.
    pub subjects: Vec<String>,
    /// What decides how long a message is kept.
    pub retention: Retention,
    /// Which message gives way at a limit.
    pub discard: Discard,
    /// How long a message is kept: as long as its producer's outbox keeps it.
    pub max_age: Duration,
    /// No message can be taken out of the middle.
    pub deny_delete: bool,
    /// The stream cannot be emptied.
    pub deny_purge: bool,
    /// Groups of events are published as one atomic batch.
    pub allow_atomic_publish: bool,
    /// [`INSTALLATION`] names whose it is, so that another's is refused.
    pub metadata: BTreeMap<String, String>,
}

/// What decides how long a message is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Retention {
    /// The limits alone, whoever has read it.
    Limits,
}

/// Which message gives way at a limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Discard {
    /// The new one is refused, and stays with its producer; what was accepted is never dropped.
    New,
}

/// The configuration of a stream in an installation.
pub fn stream_config(stream: Stream, installation: &Installation) -> StreamConfig {
    const DAY: Duration = Duration::from_hours(24);
    StreamConfig {
        name: stream.name(),
        subjects: vec![format!("{stream}.>")],
        retention: Retention::Limits,
        discard: Discard::New,
        max_age: DAY * 35,
        deny_delete: true,
        deny_purge: true,
        allow_atomic_publish: true,
        metadata: BTreeMap::from([(INSTALLATION.to_owned(), installation.to_string())]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_event_lies_in_its_own_stream_and_in_no_other() {
        let installation = "example".parse().unwrap();
        for registered in crate::registry() {
            let subject = registered.event_type.to_string();
            let holders: Vec<_> = Stream::ALL
                .iter()
                .filter(|stream| {
                    let config = stream_config(**stream, &installation);
                    config.subjects.iter().any(|own| subject.starts_with(own.trim_end_matches('>')))
                })
                .collect();
            assert_eq!(holders, [&registered.event_type.stream], "{subject}");
        }
    }
}
