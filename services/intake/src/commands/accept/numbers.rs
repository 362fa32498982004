use std::ops::Range;

use definitions::Rules;
use events::words::CaseNumber;
use jiff::{Timestamp, civil::Date};
use sqlx::PgPool;

use crate::store::number_series;

/// Numbers are taken so many at a time, or as many as are needed at once.
const BLOCK: usize = 32;

/// The case numbers that this replica has taken and not given yet.
///
/// Unique over all replicas. What is left when it stops is a gap.
#[derive(Debug, Clone, Default)]
pub(super) struct Numbers {
    month: Option<Month>,
    left: Range<u32>,
}

/// A month, by its first day.
type Month = Date;

impl Numbers {
    /// Sees to it that `count` numbers of the month of recording are there.
    pub(super) async fn reserve(
        &mut self,
        pool: &PgPool,
        month: Month,
        count: usize,
    ) -> Result<(), sqlx::Error> {
        if self.month != Some(month) {
            *self = Self { month: Some(month), left: 0..0 };
        }
        if self.left.len() < count {
            let block = i32::try_from(count.max(BLOCK)).unwrap_or(i32::MAX);
            let last = number_series::take(pool, month, block).await?;
            let (last, block) = (last.unsigned_abs(), block.unsigned_abs());
            self.left = last - block + 1..last + 1;
        }
        Ok(())
    }

    /// The next one; `None` when all that were reserved are given.
    pub(super) fn next(&mut self) -> Option<CaseNumber> {
        let (month, serial) = (self.month?, self.left.next()?);
        CaseNumber::new(month.year().unsigned_abs(), month.month().unsigned_abs(), serial)
    }
}

/// The month of recording, where the campus is.
pub(super) fn month(rules: &Rules, now: Timestamp) -> Month {
    now.to_zoned(rules.zone()).date().first_of_month()
}
