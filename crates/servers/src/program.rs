use std::{
    fmt,
    marker::PhantomData,
    path::{Path, PathBuf},
    process::Command,
};

use crate::{Error, Places};

/// A kind of server that this crate knows: what it is called and which version will do.
///
/// Implemented by [`Postgres`](crate::Postgres) and [`Nats`](crate::Nats).
pub trait Server {
    /// Its name in messages.
    const NAME: &'static str;
    /// The oldest version that will do.
    const FLOOR: Version;
    /// The environment variable that names it.
    const VARIABLE: &'static str;
    /// The file that is run.
    const EXECUTABLE: &'static str;
    /// Programs that must lie beside it.
    const COMPANIONS: &'static [&'static str];
    /// Where the executable lies in the unpacked wheels.
    const IN_WHEELS: &'static str;

    /// The executable that the environment names.
    fn named(places: &Places) -> Option<PathBuf>;

    /// Folders that are searched after those of PATH, best first.
    fn usual_folders() -> Vec<PathBuf>;
}

/// A version of a server, as far as it was told: `18.6`, `2.15.1`.
///
/// ```
/// # use servers::Version;
/// let found = Version::read("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)").unwrap();
/// assert!(found >= Version::new([15, 0, 0], 1));
/// assert_eq!(found.to_string(), "15.18");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version {
    numbers: [u32; 3],
    told: u8,
}

impl Version {
    /// A version of which the first `told` numbers are shown.
    pub const fn new(numbers: [u32; 3], told: u8) -> Self {
        Self { numbers, told }
    }

    /// The first version in a text such as a server prints for `--version`.
    pub fn read(text: &str) -> Option<Self> {
        let word = text
            .split([' ', '\n', '(', ')'])
            .map(|word| word.trim_start_matches('v'))
            .find(|word| word.starts_with(|c: char| c.is_ascii_digit()))?;
        let mut version = Self { numbers: [0; 3], told: 0 };
        for (number, part) in version.numbers.iter_mut().zip(word.split('.')) {
            let digits = part.find(|c: char| !c.is_ascii_digit()).unwrap_or(part.len());
            let Ok(value) = part.split_at(digits).0.parse() else { break };
            *number = value;
            version.told += 1;
            if digits < part.len() {
                break; // `18beta1`, `2.12.0-RC.1`
            }
        }
        Some(version)
    }

    /// The first number: what decides whether Postgres can read a data folder.
    pub const fn major(self) -> u32 {
        let [major, ..] = self.numbers;
        major
    }

    /// The first two numbers: what a nats-server release line is.
    pub const fn line(self) -> (u32, u32) {
        let [major, minor, _] = self.numbers;
        (major, minor)
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, number) in self.numbers.iter().take(self.told.into()).enumerate() {
            let dot = if place == 0 { "" } else { "." };
            write!(f, "{dot}{number}")?;
        }
        Ok(())
    }
}

/// How a program was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// Named by this environment variable.
    Environment(&'static str),
    /// In a folder of PATH, or where the distribution puts it.
    System,
    /// In the project's cache: a wheel of the package index, for evaluation and tests only.
    EvaluationWheel,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Environment(variable) => write!(f, "named by {variable}"),
            Self::System => f.write_str("found on this machine"),
            Self::EvaluationWheel => {
                f.write_str("a wheel of the package index, for evaluation only")
            }
        }
    }
}

/// A server's program that was found, runs, and is new enough.
pub struct Program<S> {
    path: PathBuf,
    version: Version,
    origin: Origin,
    server: PhantomData<fn() -> S>,
}

impl<S: Server> Program<S> {
    /// Takes the program at `path` if it runs and is new enough.
    pub fn check(path: &Path, origin: Origin) -> Result<Self, Error> {
        let broken = |problem| Error::Broken {
            name: S::NAME,
            path: path.to_path_buf(),
            variable: S::VARIABLE,
            problem,
        };
        let not_runnable = |source| Error::NotRunnable {
            name: S::NAME,
            path: path.to_path_buf(),
            variable: S::VARIABLE,
            source,
        };
        // A link in PATH leads to the folder where the companions lie.
        let path = path.canonicalize().map_err(not_runnable)?;
        let output = Command::new(&path).arg("--version").output().map_err(not_runnable)?;
        let said = String::from_utf8_lossy(&output.stdout);
        let Some(version) = Version::read(&said).filter(|_| output.status.success()) else {
            let complaint = String::from_utf8_lossy(&output.stderr);
            return Err(broken(format!("`--version` said {:?}", first_line(&said, &complaint))));
        };
        if version < S::FLOOR {
            return Err(Error::TooOld {
                name: S::NAME,
                path,
                variable: S::VARIABLE,
                found: version,
                floor: S::FLOOR,
            });
        }
        let program = Self { path, version, origin, server: PhantomData };
        match S::COMPANIONS.iter().find(|name| !program.companion(name).is_file()) {
            Some(missing) => Err(broken(format!("no {missing} beside it"))),
            None => Ok(program),
        }
    }
}

impl<S> Program<S> {
    /// The file that is run; absolute.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What `--version` told.
    pub fn version(&self) -> Version {
        self.version
    }

    /// How it was found.
    pub fn origin(&self) -> Origin {
        self.origin
    }

    /// The program of this name beside it.
    pub(crate) fn companion(&self, name: &str) -> PathBuf {
        self.path.with_file_name(name)
    }
}

// Derives would ask the same of `S`, of which there is no value here.
impl<S> Clone for Program<S> {
    fn clone(&self) -> Self {
        Self {
            path: self.path.clone(),
            version: self.version,
            origin: self.origin,
            server: PhantomData,
        }
    }
}

impl<S> fmt::Debug for Program<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} ({})", self.path.display(), self.version, self.origin)
    }
}

impl<S: Server> fmt::Display for Program<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} at {}, {}", S::NAME, self.version, self.path.display(), self.origin)
    }
}

fn first_line<'a>(said: &'a str, complaint: &'a str) -> &'a str {
    said.lines().chain(complaint.lines()).next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_from_what_servers_print() {
        for (text, shown) in [
            ("postgres (PostgreSQL) 18.6\n", "18.6"),
            ("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)\n", "15.18"),
            ("postgres (PostgreSQL) 19beta2\n", "19"),
            ("nats-server: v2.15.1\n", "2.15.1"),
            ("nats-server: v2.12.0-RC.1\n", "2.12.0"),
            ("15\n", "15"),
        ] {
            assert_eq!(Version::read(text).unwrap().to_string(), shown, "{text}");
        }
        assert_eq!(Version::read("command not found\n"), None);
    }

    #[test]
    fn versions_compare_by_number_and_not_by_letter() {
        let read = |text| Version::read(text).unwrap();
        assert!(read("v2.9.1") < read("v2.12.0"));
        assert!(read("15.0") >= Version::new([15, 0, 0], 1));
        assert!(read("14.99") < Version::new([15, 0, 0], 1));
    }
}
