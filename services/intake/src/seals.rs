//! Sealed columns and the keys that open them.

use std::collections::{BTreeMap, btree_map::Entry};

use delivery::{Fault, Tx};
use ring::rand::SystemRandom;
use runtime::Newest;
use sealing::{DataKey, Masters, Place, WrappedKey};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::store;

/// Who seals: the installation's master keys. Cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct Seals {
    masters: Newest<Masters>,
    random: SystemRandom,
}

impl Seals {
    pub(crate) fn new(masters: Newest<Masters>) -> Self {
        Self { masters, random: SystemRandom::new() }
    }

    /// What equal values of a field have in common, to be kept.
    pub(crate) fn lookup(&self, field: &str, value: &str) -> Vec<u8> {
        self.masters.borrow().index(field, value)
    }

    /// What an equal value may be kept with, one for each master key.
    pub(crate) fn lookups(&self, field: &str, value: &str) -> Vec<Vec<u8>> {
        self.masters.borrow().indexes(field, value)
    }

    /// The keys of these owners.
    pub(crate) async fn keys(
        &self,
        connection: &mut PgConnection,
        owners: &[Uuid],
    ) -> Result<Keys, Fault> {
        let mut keys = Keys { seals: self.clone(), opened: BTreeMap::new(), new: BTreeMap::new() };
        keys.load(connection, owners).await?;
        Ok(keys)
    }
}

/// The keys that one transaction needs, and those that it makes.
#[derive(Debug)]
pub(crate) struct Keys {
    seals: Seals,
    opened: BTreeMap<Uuid, DataKey>,
    new: BTreeMap<Uuid, WrappedKey>,
}

impl Keys {
    /// Opens the keys of more owners.
    pub(crate) async fn load(
        &mut self,
        connection: &mut PgConnection,
        owners: &[Uuid],
    ) -> Result<(), Fault> {
        for (owner, wrapped) in store::data_keys::load(connection, owners).await? {
            let key = self.seals.masters.borrow().open_key(owner.into_bytes(), &wrapped);
            self.opened.insert(owner, key.map_err(Fault::own)?);
        }
        Ok(())
    }

    /// Seals a text of `owner`, who gets a key if there is none.
    pub(crate) fn seal(&mut self, owner: Uuid, field: &str, text: &str) -> Result<Vec<u8>, Fault> {
        let place = Place { field, owner: owner.into_bytes() };
        let random = &self.seals.random;
        let key = match self.opened.entry(owner) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(unknown) => {
                let (key, wrapped) =
                    self.seals.masters.borrow().new_key(place.owner, random).map_err(Fault::own)?;
                self.new.insert(owner, wrapped);
                unknown.insert(key)
            }
        };
        key.seal(place, text, random).map_err(Fault::own)
    }

    /// Opens what was sealed for `owner`; `None` once that is erased.
    pub(crate) fn open(
        &self,
        owner: Uuid,
        field: &str,
        sealed: &[u8],
    ) -> Result<Option<String>, Fault> {
        let place = Place { field, owner: owner.into_bytes() };
        let open = |key: &DataKey| key.open(place, sealed).map_err(Fault::own);
        self.opened.get(&owner).map(open).transpose()
    }

    /// Keeps the keys that were made.
    pub(crate) async fn save(&mut self, tx: &mut Tx<'_>) -> Result<(), sqlx::Error> {
        let new = std::mem::take(&mut self.new);
        if new.is_empty() { Ok(()) } else { store::data_keys::insert(tx, &new).await }
    }
}
