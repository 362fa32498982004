//! `after` as text: `dispatch=7,intake=3`, in ascending order of the services' names.

use std::collections::BTreeMap;

use super::MAX_INTEGER;
use crate::{text::shown, words::Service};

pub(super) const PATTERN: &str =
    "^[a-z][a-z0-9-]*=[1-9][0-9]{0,9}(,[a-z][a-z0-9-]*=[1-9][0-9]{0,9})*$";

/// The text, or nothing for no heads.
pub(super) fn write(heads: &BTreeMap<Service, u64>) -> Option<String> {
    let entries: Vec<_> = heads.iter().map(|(service, head)| format!("{service}={head}")).collect();
    if entries.is_empty() { None } else { Some(entries.join(",")) }
}

/// The heads in a text. Those of services that this release does not know are left out: it cannot
/// read from them, so it has nothing to wait for.
pub(super) fn read(text: &str) -> Result<BTreeMap<Service, u64>, String> {
    let wrong = || format!("after is `{}`: it must be like dispatch=7,intake=3", shown(text));
    let mut heads = BTreeMap::new();
    let mut previous = "";
    for entry in text.split(',') {
        let (name, head) = entry.split_once('=').ok_or_else(wrong)?;
        if name <= previous || !is_name(name) {
            return Err(wrong());
        }
        let head = number(head).ok_or_else(wrong)?;
        if let Ok(service) = name.parse() {
            heads.insert(service, head);
        }
        previous = name;
    }
    Ok(heads)
}

fn is_name(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_lowercase())
        && name.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'))
}

/// Digits without sign or leading zero, from 1 to [`MAX_INTEGER`].
fn number(digits: &str) -> Option<u64> {
    let canonical = digits.bytes().all(|byte| byte.is_ascii_digit()) && !digits.starts_with('0');
    let number = digits.parse().ok().filter(|_| canonical)?;
    (number <= u64::from(MAX_INTEGER)).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heads_are_written_in_order_of_names_and_read_back() {
        let heads = BTreeMap::from([(Service::Intake, 3), (Service::Dispatch, 7)]);
        assert_eq!(write(&heads).as_deref(), Some("dispatch=7,intake=3"));
        assert_eq!(read("dispatch=7,intake=3"), Ok(heads));
        assert_eq!(write(&BTreeMap::new()), None);
    }

    #[test]
    fn the_head_of_an_unknown_service_is_nothing_to_wait_for() {
        assert_eq!(read("e-signature=2,intake=3"), Ok(BTreeMap::from([(Service::Intake, 3)])));
        assert_eq!(read("e-signature=2"), Ok(BTreeMap::new()));
    }

    #[test]
    fn heads_have_one_spelling() {
        for wrong in [
            "",
            "intake",
            "intake=",
            "intake=0",
            "intake=03",
            "intake=+3",
            "intake=-3",
            "intake=3,",
            "intake=3, dispatch=7",
            "intake=3,dispatch=7",
            "intake=3,intake=4",
            "Intake=3",
            "=3",
            "intake=2147483648",
        ] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
        assert!(read("intake=2147483647").is_ok());
    }
}
