use std::fmt;

/// What somebody said with a command.
///
/// Words that tell of a person at risk are heard where they were said, for they may also tell how
/// urgent that is; but they are kept with the person's own case alone.
#[derive(Clone, Default)]
pub(crate) struct Words {
    said: String,
    withheld: bool,
    again: bool,
}

impl Words {
    /// What to decide by.
    pub(crate) fn heard(&self) -> &str {
        &self.said
    }

    /// What to keep with what they were said about; may be empty.
    pub(crate) fn kept(&self) -> &str {
        if self.withheld { "" } else { &self.said }
    }

    /// Whether they are kept elsewhere.
    pub(crate) const fn is_withheld(&self) -> bool {
        self.withheld
    }

    /// The same words, to be kept elsewhere.
    pub(crate) fn withhold(&self) -> Self {
        Self { withheld: true, ..self.clone() }
    }

    /// Whether they were heard before: whom they tell of is a case already.
    pub(crate) const fn is_again(&self) -> bool {
        self.again
    }

    /// The same words, where they were heard before.
    pub(crate) fn again(self, again: bool) -> Self {
        Self { again, ..self }
    }
}

impl From<String> for Words {
    fn from(said: String) -> Self {
        Self { said, ..Self::default() }
    }
}

/// In no log: what they say is a person's.
impl fmt::Debug for Words {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Words")
    }
}
