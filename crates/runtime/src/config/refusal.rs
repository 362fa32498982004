use std::{error::Error, fmt, io, path::PathBuf};

use events::words::UnknownWord;
use figment::error::Kind;

/// Why a configuration is refused; the message names the place and what would be right.
#[derive(Debug)]
pub enum ConfigError {
    /// The file cannot be read.
    Unreadable {
        /// The file.
        file: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The file is not TOML.
    Malformed {
        /// The file.
        file: PathBuf,
        /// Line, column and what is wrong there.
        source: Box<dyn Error + Send + Sync>,
    },
    /// `[service.<name>]` for a service that does not exist.
    UnknownService {
        /// Where.
        source: String,
        /// The name, and those that exist.
        unknown: UnknownWord,
    },
    /// A key that nobody knows.
    UnknownKey {
        /// Where.
        source: String,
        /// The key with its section.
        key: String,
        /// The one that is most like it.
        nearest: Option<String>,
    },
    /// A key that must be given and is not.
    Missing {
        /// The key with its section.
        key: String,
    },
    /// A value that the key cannot have.
    Wrong {
        /// Where.
        source: String,
        /// The key with its section.
        key: String,
        /// What is wrong with it.
        problem: String,
    },
}

impl From<figment::Error> for ConfigError {
    fn from(error: figment::Error) -> Self {
        let source =
            error.metadata.as_ref().map_or_else(String::new, |metadata| metadata.name.to_string());
        let within = |key: &str| {
            error.path.iter().map(String::as_str).chain([key]).collect::<Vec<_>>().join(".")
        };
        if let Kind::UnknownField(name, known) = &error.kind {
            // The path leads to the field itself when it is known which one failed.
            let mut sections = error.path.clone();
            if sections.last() == Some(name) {
                sections.pop();
            }
            let full = |key: &str| {
                sections.iter().map(String::as_str).chain([key]).collect::<Vec<_>>().join(".")
            };
            let nearest = nearest(name, known).map(full);
            return Self::UnknownKey { source, key: full(name), nearest };
        }
        if let Kind::MissingField(name) = &error.kind {
            return Self::Missing { key: within(name) };
        }
        Self::Wrong { source, key: error.path.join("."), problem: error.kind.to_string() }
    }
}

/// The word that is most like `word`; a common beginning counts most, so that `password` leads to
/// `password_file`.
fn nearest<'a>(word: &str, known: &[&'a str]) -> Option<&'a str> {
    /// Below that two words have a few letters in common, and not a slip of the pen between them.
    const LIKE: f64 = 0.7;
    let likeness = |candidate: &&&str| strsim::jaro_winkler(word, candidate);
    let like = known.iter().filter(|candidate| likeness(candidate) >= LIKE);
    like.max_by(|a, b| likeness(a).total_cmp(&likeness(b))).copied()
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable { file, source: _ } => {
                write!(f, "the configuration {} cannot be read", file.display())
            }
            Self::Malformed { file, source: _ } => {
                write!(f, "the configuration {} is not TOML", file.display())
            }
            Self::UnknownService { source, unknown } => write!(f, "{source}: {unknown}"),
            Self::UnknownKey { source, key, nearest: Some(nearest) } => {
                write!(f, "{source}: unknown key `{key}`, did you mean `{nearest}`?")
            }
            Self::UnknownKey { source, key, nearest: None } => {
                write!(f, "{source}: unknown key `{key}`")
            }
            Self::Missing { key } => {
                let variable = key.replace('.', "__").to_uppercase();
                write!(
                    f,
                    "`{key}` must be given: in the configuration file or as YIZHAN_{variable}"
                )
            }
            Self::Wrong { source, key, problem } => write!(f, "{source}: `{key}`: {problem}"),
        }
    }
}

impl Error for ConfigError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Unreadable { source, .. } => Some(source),
            Self::Malformed { source, .. } => Some(&**source),
            Self::UnknownService { .. }
            | Self::UnknownKey { .. }
            | Self::Missing { .. }
            | Self::Wrong { .. } => None,
        }
    }
}
