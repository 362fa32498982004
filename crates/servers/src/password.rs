use std::{
    fmt,
    fs::{self, File, OpenOptions},
    io::{self, Read, Write},
    os::unix::fs::OpenOptionsExt,
    path::Path,
};

use crate::{Error, folder::remove_file};

/// A password of letters and digits, which therefore needs no quoting in a URL; never shown by `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct Password(String);

impl Password {
    /// A new one: 128 bits of the system's randomness, in hex.
    pub fn random() -> Result<Self, Error> {
        let source = Path::new("/dev/urandom");
        let mut bytes = [0; 16];
        File::open(source)
            .and_then(|mut file| file.read_exact(&mut bytes))
            .map_err(Error::io("read", source))?;
        Ok(Self(format!("{:032x}", u128::from_be_bytes(bytes))))
    }

    /// The one kept in `file`, which is made with mode 0600 if it is missing.
    pub fn kept_in(file: &Path) -> Result<Self, Error> {
        match fs::read_to_string(file) {
            Ok(text) => Self::parse(text.trim_end())
                .ok_or_else(|| Error::NoPassword { file: file.to_path_buf() }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let password = Self::random()?;
                let unfinished = file.with_extension("new");
                password.write_to(&unfinished)?;
                fs::rename(&unfinished, file).map_err(Error::io("rename", &unfinished))?;
                Ok(password)
            }
            Err(error) => Err(Error::io("read", file)(error)),
        }
    }

    fn parse(text: &str) -> Option<Self> {
        let plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
        plain.then(|| Self(text.to_owned()))
    }

    /// Writes it to `file`, mode 0600, in place of what a killed run may have left there.
    pub(crate) fn write_to(&self, file: &Path) -> Result<(), Error> {
        remove_file(file)?;
        OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(file)
            .and_then(|mut open| writeln!(open, "{}", self.0))
            .map_err(Error::io("write", file))
    }

    /// The password itself.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(..)")
    }
}
