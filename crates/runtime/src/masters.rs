//! The master keys, which are rotated while services run (`docs/keys.md`).

use std::path::PathBuf;

use sealing::Masters;

use crate::{FileError, Files, Newest};

/// The keys in `file`, now and whenever it changes. One that has lost a key is refused.
pub(crate) fn follow(files: &mut Files, file: PathBuf) -> Result<Newest<Masters>, FileError> {
    files.follow(vec![file], |contents, before: Option<&Masters>| {
        let text = contents.first().map(Vec::as_slice).unwrap_or_default();
        let masters: Masters = std::str::from_utf8(text)?.parse()?;
        Ok(match before {
            Some(before) => masters.keep(before)?,
            None => masters,
        })
    })
}

#[cfg(test)]
mod tests {
    use std::fs;

    use ring::rand::SystemRandom;

    use super::*;

    fn lines(digits: &str) -> String {
        let keys: Vec<_> = digits.chars().map(|digit| digit.to_string().repeat(64)).collect();
        keys.join("\n")
    }

    #[test]
    fn a_file_with_a_new_key_is_followed_and_one_that_has_lost_a_key_is_not() {
        let file = std::env::temp_dir().join(format!("yizhan-masters-{}", std::process::id()));
        fs::write(&file, lines("a")).unwrap();
        let mut files = Files::new(&opentelemetry::global::meter("tests"));
        let newest = follow(&mut files, file.clone()).unwrap();
        let sealing = || {
            let (_, wrapped) = newest.borrow().new_key([7; 16], &SystemRandom::new()).unwrap();
            wrapped.by
        };
        let first = sealing();
        for refused in ["b", "", "az"] {
            fs::write(&file, lines(refused)).unwrap();
            files.reread();
            assert_eq!(sealing(), first, "after `{refused}`");
        }
        fs::write(&file, lines("ba")).unwrap();
        files.reread();
        assert_ne!(sealing(), first);
        fs::remove_file(file).unwrap();
    }
}
