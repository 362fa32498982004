use jiff::civil::Date;

use crate::{Dates, Hours, Weekdays};

/// A term or a vacation: a dated part of one year, on which the week may run otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Term {
    /// What it is called by those who ask.
    pub name: String,
    /// Its days.
    pub dates: Dates,
    /// The weekdays that are worked in it, if other than usual.
    pub days: Option<Weekdays>,
    /// The hours of its working days, if other than usual.
    pub hours: Option<Hours>,
}

/// The terms and vacations of one layer, earliest first; no day belongs to two.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Terms(Vec<Term>);

/// Two terms that both want the same day.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` and `{1}` overlap")]
pub struct OverlappingTerms(String, String);

impl Terms {
    /// The terms, given in any order.
    pub fn new(terms: impl IntoIterator<Item = Term>) -> Result<Self, OverlappingTerms> {
        let mut terms: Vec<Term> = terms.into_iter().collect();
        terms.sort_by_key(|term| term.dates.first());
        let mut pairs = terms.iter().zip(terms.iter().skip(1));
        match pairs.find(|(one, next)| next.dates.first() <= one.dates.last()) {
            Some((one, next)) => Err(OverlappingTerms(one.name.clone(), next.name.clone())),
            None => Ok(Self(terms)),
        }
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The one that `date` lies in.
    pub(crate) fn on(&self, date: Date) -> Option<&Term> {
        let next = self.0.partition_point(|term| term.dates.first() <= date);
        self.0.get(next.checked_sub(1)?).filter(|term| date <= term.dates.last())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn term(dates: &str) -> Term {
        let (name, dates) = (dates.to_owned(), dates.parse().unwrap());
        Term { name, dates, days: None, hours: None }
    }

    #[test]
    fn a_day_lies_in_one_term_or_between_two() {
        let terms =
            Terms::new([term("2026-03-02..2026-07-12"), term("2026-01-26..2026-02-28")]).unwrap();
        let on = |date: &str| terms.on(date.parse().unwrap()).map(|term| term.name.as_str());
        assert_eq!(on("2026-01-25"), None);
        assert_eq!(on("2026-01-26"), Some("2026-01-26..2026-02-28"));
        assert_eq!(on("2026-02-28"), Some("2026-01-26..2026-02-28"));
        assert_eq!(on("2026-03-01"), None);
        assert_eq!(on("2026-07-12"), Some("2026-03-02..2026-07-12"));
        assert_eq!(on("2026-07-13"), None);
    }

    #[test]
    fn terms_that_share_a_day_are_refused() {
        let refusal = Terms::new([term("2026-03-02..2026-07-12"), term("2026-07-12..2026-08-30")]);
        let told = "`2026-03-02..2026-07-12` and `2026-07-12..2026-08-30` overlap";
        assert_eq!(refusal.unwrap_err().to_string(), told);
    }
}
