//! Whose fault a failure is, and when to try again.
//!
//! A fault of the surroundings says nothing about the message: it is tried for ever and not
//! counted. A message's own fault is counted, so that one poisoned message cannot hold back the
//! others.

use jiff::SignedDuration;

/// How often a message fails for its own fault before it is kept as dead.
pub const MAX_TRIES: u32 = 5;

/// Whose fault a failure is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Lock conflicts, lack of resources, a server that is away or shutting down.
    Surroundings,
    /// It does not decode, breaks a constraint, or panics.
    Own,
}

/// What follows a message's own fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TryAgain {
    /// Not before this pause is over.
    After(SignedDuration),
    /// Never: a person decides (`yizhan dlq`).
    Dead,
}

/// Whose fault a Postgres error is, by its SQLSTATE (PostgreSQL, appendix A).
///
/// ```text
///  08xxx connection      40001 serialization   40P01 deadlock        53xxx resources
///  55P03 lock time-out   57014 cancelled       57P0x shutting down   25P03 idle time-out
///  28xxx, 3D000, 42xxx   a role, database, table or right that is missing
/// ```
///
/// What is missing was forgotten by whoever installed it, for every message alike.
///
/// `57014` and `25P03` are the service's own limits on statements and idle transactions: a busy
/// server trips them for any message.
pub fn of_sqlstate(code: &str) -> Fault {
    let surroundings = matches!(code, "40001" | "40P01" | "55P03" | "57014" | "25P03")
        || ["08", "28", "3D", "42", "53", "57P0"].iter().any(|class| code.starts_with(class));
    if surroundings { Fault::Surroundings } else { Fault::Own }
}

/// The pause before the next attempt, after `failures` in succession (1, 2, 3 ...).
///
/// It doubles from 250 ms to `longest`.
pub fn pause(failures: u32, longest: SignedDuration) -> SignedDuration {
    let doublings = failures.saturating_sub(1).min(20);
    SignedDuration::from_millis(250 << doublings).min(longest)
}

/// What follows the `tries`-th failure of a message for its own fault.
pub fn after_own_fault(tries: u32) -> TryAgain {
    if tries >= MAX_TRIES {
        TryAgain::Dead
    } else {
        TryAgain::After(pause(tries, SignedDuration::from_secs(4)))
    }
}

/// The two halves of a group that failed as a whole, or `None` if it is the culprit itself.
pub fn halves<T>(group: &[T]) -> Option<(&[T], &[T])> {
    (group.len() > 1).then(|| group.split_at(group.len() / 2))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_surroundings_are_at_fault_for_locks_resources_and_servers_that_go_away() {
        for code in [
            "40001", "40P01", "53100", "53300", "55P03", "57014", "57P01", "57P03", "08006",
            "42501",
        ] {
            assert_eq!(of_sqlstate(code), Fault::Surroundings, "{code}");
        }
    }

    #[test]
    fn a_message_is_at_fault_for_what_it_says() {
        for code in ["23505", "23514", "22P02", "22001", "P0001"] {
            assert_eq!(of_sqlstate(code), Fault::Own, "{code}");
        }
    }

    #[test]
    fn the_fifth_failure_is_the_last() {
        let so_far: Vec<_> = (1..=5).map(after_own_fault).collect();
        assert!(so_far[..4].iter().all(|next| matches!(next, TryAgain::After(_))));
        assert_eq!(so_far[4], TryAgain::Dead);
    }

    #[test]
    fn pauses_double_up_to_the_longest_and_never_overflow() {
        let hour = SignedDuration::from_hours(1);
        assert_eq!(pause(1, hour), SignedDuration::from_millis(250));
        assert_eq!(pause(2, hour), SignedDuration::from_millis(500));
        assert_eq!(pause(40, hour), SignedDuration::from_millis(250 << 20).min(hour));
        assert_eq!(pause(u32::MAX, SignedDuration::from_secs(30)), SignedDuration::from_secs(30));
    }

    #[test]
    fn halving_ends_at_the_culprit() {
        assert_eq!(halves(&[1, 2, 3]), Some((&[1][..], &[2, 3][..])));
        assert_eq!(halves(&[1]), None);
        assert_eq!(halves::<u8>(&[]), None);
    }
}
