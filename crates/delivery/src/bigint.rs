//! Sequences count from 0 in words and are `bigint` in Postgres, which has no unsigned numbers.

/// A sequence for Postgres. One beyond 9 quintillion stays there.
pub(crate) fn to(sequence: u64) -> i64 {
    i64::try_from(sequence).unwrap_or(i64::MAX)
}

/// A sequence from Postgres. The checks of the tables allow no negative one.
pub(crate) fn from(column: i64) -> u64 {
    u64::try_from(column).unwrap_or(0)
}
