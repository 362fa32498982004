use std::{collections::BTreeMap, fmt};

use crate::{Link, Row};

/// A link as a store has it, with its row if that is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chained {
    /// The link.
    pub link: Link,
    /// The sequence of its row.
    pub seq: u64,
    /// The row.
    pub row: Option<Row>,
}

/// A link that somebody else was told of and kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// The link, as it was then.
    pub link: Link,
    /// Who keeps it.
    pub keeper: String,
}

/// What is not as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finding {
    /// The row or its link was changed, or stood elsewhere.
    Altered {
        /// The link's.
        place: u64,
        /// The row's.
        seq: u64,
    },
    /// The row was taken out, its link was left.
    RowMissing {
        /// The link's.
        place: u64,
        /// The row's.
        seq: u64,
    },
    /// Links were taken out.
    LinkMissing {
        /// The first and the last place that is not there.
        places: (u64, u64),
    },
    /// A row that no link covers, and that none is to cover.
    Unchained {
        /// The row's.
        seq: u64,
    },
    /// The chain ends before a link that others know.
    CutOff {
        /// Its last place.
        last: u64,
        /// What is known beyond it.
        known: Checkpoint,
    },
    /// The chain has another link where others know one.
    Rewritten {
        /// What is known.
        known: Checkpoint,
    },
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Altered { place, seq } => {
                write!(f, "row {seq} (link {place}) is not as it was written")
            }
            Self::RowMissing { place, seq } => write!(f, "row {seq} (link {place}) is gone"),
            Self::LinkMissing { places: (first, last) } if first == last => {
                write!(f, "link {first} is gone")
            }
            Self::LinkMissing { places: (first, last) } => {
                write!(f, "links {first} to {last} are gone")
            }
            Self::Unchained { seq } => write!(f, "row {seq} was kept out of the chain"),
            Self::CutOff { last, known: Checkpoint { link, keeper } } => {
                write!(f, "the chain ends at link {last}, but {keeper} knows link {}", link.place)
            }
            Self::Rewritten { known: Checkpoint { link, keeper } } => {
                write!(f, "link {} is not the one that {keeper} knows", link.place)
            }
        }
    }
}

/// Goes along a chain, link by link, and finds what was changed.
#[derive(Debug)]
pub struct Verifier {
    last: Link,
    /// What others know, by place.
    known: BTreeMap<u64, Vec<Checkpoint>>,
    findings: Vec<Finding>,
}

impl Verifier {
    /// Of a chain that begins at `origin`, against what others know of it.
    pub fn new(origin: Link, known: impl IntoIterator<Item = Checkpoint>) -> Self {
        let mut by_place = BTreeMap::<u64, Vec<_>>::new();
        for checkpoint in known {
            by_place.entry(checkpoint.link.place).or_default().push(checkpoint);
        }
        Self { last: origin, known: by_place, findings: Vec::new() }
    }

    /// Takes the next link, in the order of places.
    pub fn step(&mut self, chained: &Chained) {
        let Chained { link, seq, row } = chained;
        let Link { place, hash } = *link;
        let gap = self.last.place + 1..place;
        if !gap.is_empty() {
            self.findings.push(Finding::LinkMissing { places: (gap.start, gap.end - 1) });
        }
        let seq = *seq;
        match row {
            None => self.findings.push(Finding::RowMissing { place, seq }),
            // Behind a gap nothing says what the hash should be: what follows does.
            Some(_) if !gap.is_empty() => {}
            Some(row) if row.seq == seq && self.last.next(row).hash == hash => {}
            Some(_) => self.findings.push(Finding::Altered { place, seq }),
        }
        for known in self.known.remove(&place).into_iter().flatten() {
            if known.link.hash != hash {
                self.findings.push(Finding::Rewritten { known });
            }
        }
        self.last = Link { place, hash };
    }

    /// Notes rows that are in no link and wait for none.
    pub fn unchained(&mut self, seqs: impl IntoIterator<Item = u64>) {
        self.findings.extend(seqs.into_iter().map(|seq| Finding::Unchained { seq }));
    }

    /// The last link, and all that was found, the chain's own first.
    pub fn end(mut self) -> (Link, Vec<Finding>) {
        let last = self.last.place;
        // Each keeper says it once, by the furthest that it knows.
        let mut beyond = BTreeMap::<String, Checkpoint>::new();
        for known in self.known.into_values().flatten().filter(|known| known.link.place > last) {
            beyond.insert(known.keeper.clone(), known);
        }
        self.findings.extend(beyond.into_values().map(|known| Finding::CutOff { last, known }));
        (self.last, self.findings)
    }
}

#[cfg(test)]
mod tests {
    use events::{Source, words::Service};
    use proptest::prelude::*;
    use serde_json::json;
    use uuid::Uuid;

    use super::*;

    fn source(service: Service) -> Source {
        Source { installation: "campus".parse().unwrap(), service }
    }

    fn row(n: u64) -> Row {
        Row {
            seq: 10 * n,
            at: format!("2026-09-01T08:00:{:02}Z", n % 60).parse().unwrap(),
            actor: format!("account:{n}"),
            action: "case.withdraw".to_owned(),
            key: (!n.is_multiple_of(2)).then(|| Uuid::from_u128(u128::from(n))),
            detail: json!({ "cycle": n, "by": "requester" }),
        }
    }

    /// A chain of so many rows, as it is stored.
    fn chain(rows: u64) -> Vec<Chained> {
        let mut last = Link::origin(&source(Service::Intake));
        let link = |n| {
            let row = row(n);
            last = last.next(&row);
            Chained { link: last, seq: row.seq, row: Some(row) }
        };
        (1..=rows).map(link).collect()
    }

    fn known(chained: &Chained) -> Checkpoint {
        Checkpoint { link: chained.link, keeper: "portal".to_owned() }
    }

    fn verify(chain: &[Chained], known: &[Checkpoint]) -> Vec<Finding> {
        let origin = Link::origin(&source(Service::Intake));
        let mut verifier = Verifier::new(origin, known.iter().cloned());
        for chained in chain {
            verifier.step(chained);
        }
        verifier.end().1
    }

    #[test]
    fn a_chain_that_nobody_touched_has_no_findings() {
        let chain = chain(20);
        assert_eq!(verify(&chain, &[known(&chain[6]), known(&chain[19])]), []);
        assert_eq!(verify(&[], &[]), []);
    }

    #[test]
    fn the_hash_of_a_known_row_stays_what_it_is() {
        // Another release must be able to verify what this one wrote.
        let link = chain(2)[1].link;
        assert_eq!(
            link.hash.to_string(),
            "d3599cba4b129ccd4e5f65a2da55683f27a1cc44528b0ce234c89ce390968792"
        );
    }

    #[test]
    fn each_field_of_a_row_counts() {
        let edits: [fn(&mut Row); 6] = [
            |row| row.seq += 1,
            |row| row.at += jiff::SignedDuration::from_micros(1),
            |row| row.actor.push('0'),
            |row| row.action = "case.reopen".to_owned(),
            |row| row.key = None,
            |row| row.detail["by"] = json!("desk"),
        ];
        for edit in edits {
            let mut chain = chain(9);
            edit(chain[4].row.as_mut().unwrap());
            assert_eq!(verify(&chain, &[]), [Finding::Altered { place: 5, seq: 50 }]);
        }
    }

    #[test]
    fn a_row_that_is_gone_and_links_that_are_gone_are_named() {
        let mut gone = chain(9);
        gone[4].row = None;
        assert_eq!(verify(&gone, &[]), [Finding::RowMissing { place: 5, seq: 50 }]);
        let mut cut = chain(9);
        cut.drain(3..5);
        assert_eq!(verify(&cut, &[]), [Finding::LinkMissing { places: (4, 5) }]);
    }

    #[test]
    fn rows_that_changed_places_are_found() {
        let mut swapped = chain(9);
        let first = swapped[2].row.take();
        swapped[2].row = swapped[6].row.take();
        swapped[6].row = first;
        let altered = |place| Finding::Altered { place, seq: 10 * place };
        assert_eq!(verify(&swapped, &[]), [altered(3), altered(7)]);
    }

    #[test]
    fn an_end_that_was_cut_off_is_found_by_who_knew_it() {
        let whole = chain(9);
        let knows = [known(&whole[4]), known(&whole[7]), known(&whole[8])];
        let found = verify(&whole[..6], &knows);
        assert_eq!(found, [Finding::CutOff { last: 6, known: known(&whole[8]) }]);
    }

    #[test]
    fn a_chain_that_was_made_anew_is_found_by_who_knew_the_old_one() {
        let old = chain(9);
        let mut last = Link::origin(&source(Service::Intake));
        let anew = old.iter().map(|chained| {
            let mut row = chained.row.clone().unwrap();
            row.actor = "account:1".to_owned();
            last = last.next(&row);
            Chained { link: last, seq: row.seq, row: Some(row) }
        });
        let anew: Vec<_> = anew.collect();
        assert_eq!(verify(&anew, &[]), [], "by itself it is a chain");
        let found = verify(&anew, &[known(&old[8])]);
        assert_eq!(found, [Finding::Rewritten { known: known(&old[8]) }]);
    }

    #[test]
    fn another_service_s_chain_does_not_pass_for_this_one() {
        let (ours, theirs) = (source(Service::Intake), source(Service::Dispatch));
        assert_ne!(Link::origin(&ours), Link::origin(&theirs));
    }

    proptest! {
        #[test]
        fn no_part_can_be_taken_out_unseen(rows in 2_u64..40, cut in any::<prop::sample::Index>()) {
            let whole = chain(rows);
            let knows = [known(whole.last().unwrap())];
            let mut cut_out = whole.clone();
            cut_out.remove(cut.index(whole.len()));
            prop_assert_ne!(verify(&cut_out, &knows), []);
        }
    }
}
