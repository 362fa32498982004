//! Who somebody is, as far as intake knows: recognised by phone, mail or number.
//!
//! ```text
//!  Named, as a caller gives them ── Directory::load ── all who share an id, phone, mail, number
//!                                          │
//!            find_or_add ──────────────────┴── the one whom nothing contradicts, or a new one
//! ```
//!
//! Two who share a phone (a room of four) and have different names are two.

use std::collections::{BTreeMap, BTreeSet};

use clock::{AccountId, Ids, PersonId};
use delivery::{Fault, Tx};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::{
    seals::{Keys, Seals},
    store::persons,
};

/// What may be known of a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Field {
    Name,
    Phone,
    Mail,
    /// Student or staff number.
    Number,
}

impl Field {
    const ALL: [Self; 4] = [Self::Name, Self::Phone, Self::Mail, Self::Number];

    /// The word for it in columns and violations.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Phone => "phone",
            Self::Mail => "mail",
            Self::Number => "number",
        }
    }

    /// Whether an equal value may be the same person's.
    const fn identifies(self) -> bool {
        match self {
            Self::Name => false,
            Self::Phone | Self::Mail | Self::Number => true,
        }
    }
}

/// What is known of a person. Never shown in a log: it has no `Debug`.
#[derive(Clone, Default, PartialEq, Eq)]
pub(crate) struct Details(BTreeMap<Field, String>);

impl Details {
    /// The details with one more; an empty text tells nothing.
    pub(crate) fn with(mut self, field: Field, text: &str) -> Self {
        let text = text.trim();
        if !text.is_empty() {
            self.0.insert(field, text.to_owned());
        }
        self
    }

    /// One of them.
    pub(crate) fn get(&self, field: Field) -> Option<&str> {
        self.0.get(&field).map(String::as_str)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether they can be the same person's: something that identifies is the same, and nothing
    /// that both have differs.
    fn fits(&self, other: &Self) -> bool {
        let both =
            || self.0.iter().filter_map(|(field, one)| Some((field, one, other.get(*field)?)));
        both().any(|(field, ..)| field.identifies())
            && both().all(|(field, one, other)| same(*field, one, other))
    }

    /// Takes over what is new, and says whether anything is.
    fn complete(&mut self, other: &Self) -> bool {
        let known = self.0.len();
        for (field, text) in &other.0 {
            self.0.entry(*field).or_insert_with(|| text.clone());
        }
        self.0.len() > known
    }
}

fn same(field: Field, one: &str, other: &str) -> bool {
    normal(field, one) == normal(field, other)
}

/// The one form by which equal values are found.
fn normal(field: Field, text: &str) -> String {
    match field {
        Field::Name | Field::Phone => text.to_owned(),
        Field::Mail | Field::Number => text.to_lowercase(),
    }
}

/// A person as somebody names one: by an id, or by what is known.
#[derive(Clone, Default)]
pub(crate) struct Named {
    pub(crate) id: Option<PersonId>,
    pub(crate) details: Details,
}

/// A person whom intake knows.
pub(crate) struct Known {
    pub(crate) id: PersonId,
    /// The same human being in the portal.
    pub(crate) account: Option<AccountId>,
    pub(crate) details: Details,
}

/// What an import did to a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Imported {
    Added,
    Changed,
    Same,
}

/// The persons whom one transaction is about.
pub(crate) struct Directory {
    seals: Seals,
    pub(crate) keys: Keys,
    known: BTreeMap<PersonId, Known>,
    changed: BTreeSet<PersonId>,
}

impl Directory {
    /// All who could be one of those named.
    pub(crate) async fn load(
        connection: &mut PgConnection,
        seals: &Seals,
        named: &[&Named],
    ) -> Result<Self, Fault> {
        let ids: Vec<Uuid> = named.iter().filter_map(|one| Some(one.id?.uuid())).collect();
        let lookups: Vec<_> = named
            .iter()
            .flat_map(|one| &one.details.0)
            .filter(|(field, _)| field.identifies())
            .flat_map(|(field, text)| {
                let lookups = seals.lookups(field.word(), &normal(*field, text));
                lookups.into_iter().map(|lookup| (field.word(), lookup))
            })
            .collect();
        let (persons, details) = persons::find(connection, &ids, &lookups).await?;
        let owners: Vec<_> = persons.iter().map(|(id, _)| id.uuid()).collect();
        let keys = seals.keys(connection, &owners).await?;
        let mut by_person: BTreeMap<PersonId, Details> = BTreeMap::new();
        for detail in details {
            let opened = keys.open(detail.person.uuid(), &detail.field, &detail.sealed)?;
            let field = Field::ALL.into_iter().find(|field| field.word() == detail.field);
            // What a later release knows besides, or what is erased, tells nothing here.
            if let (Some(field), Some(text)) = (field, opened) {
                by_person.entry(detail.person).or_default().0.insert(field, text);
            }
        }
        let known = persons.into_iter().map(|(id, account)| {
            let details = by_person.remove(&id).unwrap_or_default();
            (id, Known { id, account, details })
        });
        let (known, seals) = (known.collect(), seals.clone());
        Ok(Self { seals, keys, known, changed: BTreeSet::new() })
    }

    /// The person of an id.
    pub(crate) fn get(&self, id: PersonId) -> Option<&Known> {
        self.known.get(&id)
    }

    /// The one of these persons who is named.
    pub(crate) fn among(&self, persons: &[PersonId], named: &Named) -> Option<PersonId> {
        let is_named = |known: &&Known| match named.id {
            Some(id) => known.id == id,
            None => known.details.fits(&named.details),
        };
        let known = persons.iter().filter_map(|id| self.known.get(id));
        known.filter(is_named).map(|known| known.id).next()
    }

    /// The person who is named, or a new one; `None` for an id that nobody has.
    ///
    /// What is `told` besides by whoever takes contacts is kept, unless the portal answers for that
    /// person; anybody else could write what they like into another's record.
    pub(crate) fn find_or_add(
        &mut self,
        named: &Named,
        told: bool,
        ids: &mut impl Ids,
    ) -> Option<PersonId> {
        let known = match named.id {
            Some(id) => Some(self.known.get_mut(&id)?),
            None => self.known.values_mut().find(|known| known.details.fits(&named.details)),
        };
        let Some(known) = known else {
            let (id, details) = (ids.id(), named.details.clone());
            self.known.insert(id, Known { id, account: None, details });
            self.changed.insert(id);
            return Some(id);
        };
        if told && known.account.is_none() && known.details.complete(&named.details) {
            self.changed.insert(known.id);
        }
        Some(known.id)
    }

    /// Brings a person to what the portal says.
    pub(crate) fn import(&mut self, new: Known) -> Imported {
        let id = new.id;
        let imported = match self.known.get(&id) {
            Some(old) if old.account == new.account && old.details == new.details => {
                return Imported::Same;
            }
            Some(_) => Imported::Changed,
            None => Imported::Added,
        };
        self.known.insert(id, new);
        self.changed.insert(id);
        imported
    }

    /// Writes the persons who are new or changed, and the keys that were made.
    pub(crate) async fn save(&mut self, tx: &mut Tx<'_>) -> Result<(), Fault> {
        let changed = self.changed.iter().filter_map(|id| self.known.get(id));
        let (mut persons, mut details) = (Vec::new(), Vec::new());
        for Known { id, account, details: known } in changed {
            persons.push((*id, *account));
            for (field, text) in &known.0 {
                details.push(persons::Detail {
                    person: *id,
                    field: field.word().to_owned(),
                    sealed: self.keys.seal(id.uuid(), field.word(), text)?,
                    lookup: lookup(&self.seals, *field, text),
                });
            }
        }
        self.keys.save(tx).await?;
        if !persons.is_empty() {
            persons::save(tx, &persons, &details).await?;
        }
        self.changed.clear();
        Ok(())
    }
}

fn lookup(seals: &Seals, field: Field, text: &str) -> Option<Vec<u8>> {
    field.identifies().then(|| seals.lookup(field.word(), &normal(field, text)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn details(name: &str, phone: &str, number: &str) -> Details {
        let named = Details::default().with(Field::Name, name);
        named.with(Field::Phone, phone).with(Field::Number, number)
    }

    #[test]
    fn a_phone_alone_is_the_one_who_has_it_and_another_name_on_it_is_another_person() {
        let known = details("许晓", "10013001300", "20260101");
        assert!(known.fits(&details("", "10013001300", "")));
        assert!(known.fits(&details("许晓", "10013001300", "")));
        assert!(!known.fits(&details("陈晨", "10013001300", "")));
        assert!(!known.fits(&details("许晓", "", "")));
        assert!(!known.fits(&details("许晓", "10013001300", "20260102")));
    }

    #[test]
    fn what_is_told_later_is_kept_and_what_is_known_stays() {
        let mut known = details("", "10013001300", "");
        assert!(known.complete(&details("许晓", "10013001300", "")));
        assert_eq!(known.get(Field::Name), Some("许晓"));
        assert!(!known.complete(&details("陈晨", "", "")));
        assert_eq!(known.get(Field::Name), Some("许晓"));
    }
}
