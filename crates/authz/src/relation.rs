use std::fmt;

/// How somebody stands to the row concerned, as far as the row says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Relation {
    /// Not at all; everybody has this one.
    Unrelated,
    /// It is their own: requester, caller or co-reporter of the case, recipient of the message, whose
    /// leave it is.
    Own,
    /// They took its first contact (首问责任人).
    FirstReceiver,
    /// They claimed it, or it was assigned to them.
    Assigned,
    /// It lies with their department.
    InMyDepartment,
    /// A post that they hold was told of it, as a rung of a ladder.
    EscalatedToMe,
}

impl Relation {
    /// Each of them, as they are declared.
    pub const ALL: [Self; 6] = [
        Self::Unrelated,
        Self::Own,
        Self::FirstReceiver,
        Self::Assigned,
        Self::InMyDepartment,
        Self::EscalatedToMe,
    ];

    const fn bit(self) -> u8 {
        1 << self as u8
    }
}

/// All relations of somebody to one row: a set that always has [`Relation::Unrelated`].
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Relations(u8);

impl Relations {
    /// None but the one that everybody has.
    pub const NONE: Self = Self(Relation::Unrelated.bit());

    /// This set, with `relation` if it `holds`.
    ///
    /// ```
    /// use authz::{Relation, Relations};
    /// let relations = Relations::NONE.with(Relation::Own, true).with(Relation::Assigned, false);
    /// assert!(relations.has(Relation::Own) && !relations.has(Relation::Assigned));
    /// ```
    #[must_use]
    pub const fn with(self, relation: Relation, holds: bool) -> Self {
        if holds { Self(self.0 | relation.bit()) } else { self }
    }

    /// This set, but for `relation`; [`Relation::Unrelated`] stays.
    #[must_use]
    pub const fn without(self, relation: Relation) -> Self {
        Self((self.0 & !relation.bit()) | Relation::Unrelated.bit())
    }

    /// Whether it has `relation`.
    pub const fn has(self, relation: Relation) -> bool {
        self.0 & relation.bit() != 0
    }
}

impl fmt::Debug for Relations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(Relation::ALL.iter().filter(|&&one| self.has(one))).finish()
    }
}
