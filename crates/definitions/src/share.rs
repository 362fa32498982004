use events::words::CaseNumber;

use crate::{node::Yaml, read::Cursor};

/// How many of an item's cases are called back: all (`true`), none (`false`), or a share of them
/// (`20%`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Share(u8);

impl Share {
    /// All of them.
    pub const ALL: Self = Self(100);
    /// None of them.
    pub const NONE: Self = Self(0);

    /// Whether the case of this number is among them: every service that asks hears the same.
    ///
    /// Numbers that follow one another are spread by the golden ratio, so that of any hundred in a
    /// row nearly as many are taken as the share says.
    pub const fn takes(self, number: CaseNumber) -> bool {
        const RATIO: u32 = 0x9E37_79B9; // 2^32 divided by the golden ratio
        let month = number.year() as u32 * 12 + number.month() as u32;
        let spread = number.serial().wrapping_add(month).wrapping_mul(RATIO);
        (spread as u64 * 100) >> 32 < self.0 as u64
    }
}

pub(crate) fn read(cursor: &mut Cursor<'_>) -> Option<Share> {
    let share = match &cursor.node.value {
        Yaml::Bool(true) => Some(Share::ALL),
        Yaml::Bool(false) => Some(Share::NONE),
        Yaml::Text(text) => text
            .strip_suffix('%')
            .and_then(|share| share.parse().ok())
            .filter(|share| (1..=99).contains(share))
            .map(Share),
        Yaml::Null | Yaml::Number(_) | Yaml::List(_) | Yaml::Map(_) => None,
    };
    share.or_else(|| {
        cursor.refuse("must be true, false, or a share of the cases from `1%` to `99%`".to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(share: u8, serials: std::ops::RangeInclusive<u32>) -> usize {
        let numbers = serials.filter_map(|serial| CaseNumber::new(2026, 11, serial));
        numbers.filter(|number| Share(share).takes(*number)).count()
    }

    #[test]
    fn of_any_hundred_cases_in_a_row_about_the_share_is_taken() {
        for first in [1, 37, 512, 4_000] {
            for share in [1, 20, 50, 99] {
                let taken = taken(share, first..=first + 99);
                assert!(taken.abs_diff(share.into()) <= 2, "{share} % from {first}: {taken}");
            }
        }
    }

    #[test]
    fn all_are_all_and_none_is_none() {
        let count = |share: Share| taken(share.0, 1..=1_000);
        assert_eq!([count(Share::ALL), count(Share::NONE)], [1_000, 0]);
    }
}
