//! Files that may change while the service runs: secrets and certificates.

use std::{fs, io, path::PathBuf, sync::Arc, time::Duration};

use opentelemetry::{
    KeyValue,
    metrics::{Counter, Meter},
};
use secrecy::SecretString;
use tokio::{
    signal::unix::{SignalKind, signal},
    sync::watch,
    time::{MissedTickBehavior, interval},
};
use tokio_util::sync::CancellationToken;

use crate::BoxError;

/// Mounted secrets change within a minute or so; this adds half of one.
const READ_EACH: Duration = Duration::from_secs(30);

/// The newest value that its files gave.
pub type Newest<T> = watch::Receiver<Arc<T>>;

/// A secret without the newline that editors put at its end.
pub type Secret = Newest<SecretString>;

/// Files that cannot be read or used.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// One of them cannot be read.
    #[error("{} cannot be read", file.display())]
    Unreadable {
        /// Which.
        file: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// They do not hold what they should.
    #[error("{} cannot be used", file.display())]
    Unusable {
        /// The first of them.
        file: PathBuf,
        /// Why.
        source: BoxError,
    },
}

/// The files of one service. They are read again each 30 s and on SIGHUP; what does not parse
/// keeps the old value and counts in `yizhan.files.unusable`.
pub struct Files {
    watched: Vec<Box<dyn Reread>>,
    unusable: Counter<u64>,
}

impl Files {
    /// None yet.
    pub fn new(meter: &Meter) -> Self {
        let unusable = meter
            .u64_counter("yizhan.files.unusable")
            .with_description("Times that a changed file could not be used")
            .build();
        Self { watched: Vec::new(), unusable }
    }

    /// What `parse` makes of the contents of `paths`, now and whenever they change.
    pub fn watch<T: Send + Sync + 'static>(
        &mut self,
        paths: Vec<PathBuf>,
        parse: impl Fn(&[Vec<u8>]) -> Result<T, BoxError> + Send + Sync + 'static,
    ) -> Result<Newest<T>, FileError> {
        self.follow(paths, move |contents, _| parse(contents))
    }

    /// The same, where a new value may be refused for what it comes after: `parse` is given the one
    /// in use too.
    pub fn follow<T: Send + Sync + 'static>(
        &mut self,
        paths: Vec<PathBuf>,
        parse: impl Fn(&[Vec<u8>], Option<&T>) -> Result<T, BoxError> + Send + Sync + 'static,
    ) -> Result<Newest<T>, FileError> {
        let contents = read(&paths)?;
        let value = parse(&contents, None).map_err(|source| unusable(&paths, source))?;
        let (newest, receiver) = watch::channel(Arc::new(value));
        self.watched.push(Box::new(Watched { paths, contents, parse, newest }));
        Ok(receiver)
    }

    /// The secret in `file`.
    pub fn secret(&mut self, file: PathBuf) -> Result<Secret, FileError> {
        self.watch(vec![file], |contents| {
            let text = contents.first().map(Vec::as_slice).unwrap_or_default();
            let text = std::str::from_utf8(text)?.trim_end_matches(['\n', '\r']);
            if text.is_empty() {
                return Err("it is empty".into());
            }
            Ok(SecretString::from(text))
        })
    }

    /// Reads them all again.
    pub fn reread(&mut self) {
        for watched in &mut self.watched {
            if let Err(error) = watched.reread() {
                let file = KeyValue::new("file", watched.name());
                self.unusable.add(1, &[file]);
                let cause = std::error::Error::source(&error).map(ToString::to_string);
                tracing::error!(%error, cause, "a changed file is not used; the old value stays");
            }
        }
    }

    /// Follows them until `stop`.
    pub async fn run(mut self, stop: CancellationToken) -> io::Result<()> {
        let mut hang_up = signal(SignalKind::hangup())?;
        let mut each = interval(READ_EACH);
        each.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = stop.cancelled() => return Ok(()),
                _ = each.tick() => {}
                _ = hang_up.recv() => {}
            }
            self.reread();
        }
    }
}

trait Reread: Send {
    fn reread(&mut self) -> Result<(), FileError>;
    fn name(&self) -> String;
}

struct Watched<T, P> {
    paths: Vec<PathBuf>,
    /// As they were when they were last looked at, usable or not: one failure is told once.
    contents: Vec<Vec<u8>>,
    parse: P,
    newest: watch::Sender<Arc<T>>,
}

impl<T, P> Reread for Watched<T, P>
where
    T: Send + Sync,
    P: Fn(&[Vec<u8>], Option<&T>) -> Result<T, BoxError> + Send,
{
    fn reread(&mut self) -> Result<(), FileError> {
        let contents = read(&self.paths)?;
        if contents == self.contents {
            return Ok(());
        }
        let parsed = (self.parse)(&contents, Some(&self.newest.borrow()));
        self.contents = contents;
        let value = parsed.map_err(|source| unusable(&self.paths, source))?;
        self.newest.send_replace(Arc::new(value));
        tracing::info!(file = self.name(), "a changed file is used from now on");
        Ok(())
    }

    fn name(&self) -> String {
        self.paths.first().map(|path| path.display().to_string()).unwrap_or_default()
    }
}

fn read(paths: &[PathBuf]) -> Result<Vec<Vec<u8>>, FileError> {
    let read = |path: &PathBuf| {
        fs::read(path).map_err(|source| FileError::Unreadable { file: path.clone(), source })
    };
    paths.iter().map(read).collect()
}

fn unusable(paths: &[PathBuf], source: BoxError) -> FileError {
    FileError::Unusable { file: paths.first().cloned().unwrap_or_default(), source }
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret as _;

    use super::*;

    fn file(name: &str, text: &str) -> PathBuf {
        let file = std::env::temp_dir().join(format!("yizhan-{name}-{}", std::process::id()));
        fs::write(&file, text).unwrap();
        file
    }

    fn files() -> Files {
        Files::new(&opentelemetry::global::meter("tests"))
    }

    #[test]
    fn a_secret_is_the_file_without_the_newline_at_its_end() {
        let secret = files().secret(file("newline", "hunter2\n")).unwrap();
        assert_eq!(secret.borrow().expose_secret(), "hunter2");
    }

    #[test]
    fn a_changed_file_gives_the_new_value_and_an_unusable_one_keeps_the_old() {
        let path = file("change", "1");
        let mut files = files();
        let parse =
            |contents: &[Vec<u8>]| Ok(String::from_utf8_lossy(&contents[0]).parse::<u32>()?);
        let newest = files.watch(vec![path.clone()], parse).unwrap();
        for (text, expected) in [("2", 2), ("two", 2), ("", 2), ("3", 3)] {
            fs::write(&path, text).unwrap();
            files.reread();
            assert_eq!(**newest.borrow(), expected, "after `{text}`");
        }
        fs::remove_file(&path).unwrap();
        files.reread();
        assert_eq!(**newest.borrow(), 3, "after its removal");
    }

    #[test]
    fn a_missing_and_an_empty_secret_are_refused_by_their_file() {
        let missing = files().secret("/nowhere/secret".into()).unwrap_err();
        assert_eq!(missing.to_string(), "/nowhere/secret cannot be read");
        let empty = files().secret(file("empty", "\n")).unwrap_err().to_string();
        assert!(empty.ends_with("cannot be used"), "{empty}");
    }
}
