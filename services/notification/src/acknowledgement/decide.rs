use std::fmt;

use clock::AccountId;
use events::words::Unheard;
use jiff::Timestamp;

use super::{Acknowledgement, Taken};

/// What somebody says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Command {
    /// They know.
    Acknowledge,
    /// They phone, and nobody else until then.
    Take { until: Timestamp },
    /// They phoned.
    Settle {
        /// And somebody knows now.
        reached: bool,
    },
}

/// Why that cannot be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rejected {
    /// Nobody is to be phoned about it.
    Over,
    /// Somebody else phones.
    Taken { until: Timestamp },
    /// They did not take it.
    NotTaken,
}

impl Rejected {
    /// For programs.
    pub(crate) const fn reason(self) -> &'static str {
        match self {
            Self::Over => "call-over",
            Self::Taken { .. } => "call-taken",
            Self::NotTaken => "call-not-taken",
        }
    }
}

impl fmt::Display for Rejected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Over => f.write_str("nobody is to be phoned about it any more"),
            Self::Taken { until } => {
                write!(f, "somebody else is phoning; it is free again at {until}")
            }
            Self::NotTaken => f.write_str("you have not taken this call: take it first"),
        }
    }
}

impl Acknowledgement {
    /// What follows from a command; it may be what was.
    pub(crate) fn on_command(
        self,
        command: Command,
        by: AccountId,
        now: Timestamp,
    ) -> Result<Self, Rejected> {
        match (command, self) {
            (Command::Acknowledge, Self::Awaited { .. } | Self::ToPhone { .. }) => {
                Ok(Self::Acknowledged { by, at: now })
            }
            (Command::Acknowledge, Self::Acknowledged { .. } | Self::Over { .. }) => Ok(self),
            (Command::Take { until }, Self::ToPhone { why, since, tries, taken }) => match taken {
                Some(taken) if taken.by != by && now < taken.until => {
                    Err(Rejected::Taken { until: taken.until })
                }
                Some(_) | None => {
                    Ok(Self::ToPhone { why, since, tries, taken: Some(Taken { by, until }) })
                }
            },
            (Command::Settle { reached }, Self::ToPhone { why, since, tries, taken }) => {
                match taken {
                    Some(taken) if taken.by == by && reached => {
                        Ok(Self::Acknowledged { by, at: now })
                    }
                    Some(taken) if taken.by == by => Ok(Self::ToPhone {
                        why,
                        since,
                        tries: tries.saturating_add(1),
                        taken: None,
                    }),
                    Some(taken) if now < taken.until => Err(Rejected::Taken { until: taken.until }),
                    Some(_) | None => Err(Rejected::NotTaken),
                }
            }
            (
                Command::Take { .. } | Command::Settle { .. },
                Self::Awaited { .. } | Self::Acknowledged { .. } | Self::Over { .. },
            ) => Err(Rejected::Over),
        }
    }

    /// What follows as time goes by; `is_undelivered` says that no way led to its recipient. It may
    /// be what was.
    pub(crate) fn on_wake(self, is_undelivered: bool, now: Timestamp) -> Self {
        let to_phone = |why, since| Self::ToPhone { why, since, tries: 0, taken: None };
        match self {
            Self::Awaited { .. } if is_undelivered => to_phone(Unheard::Undelivered, now),
            Self::Awaited { until } if until <= now => to_phone(Unheard::Unacknowledged, until),
            Self::Awaited { .. }
            | Self::ToPhone { .. }
            | Self::Acknowledged { .. }
            | Self::Over { .. } => self,
        }
    }

    /// What follows when nothing is asked of its recipient any more; it may be what was.
    pub(crate) fn on_end(self, now: Timestamp) -> Self {
        match self {
            Self::Awaited { .. } | Self::ToPhone { .. } => Self::Over { at: now },
            Self::Acknowledged { .. } | Self::Over { .. } => self,
        }
    }

    /// When time is up.
    pub(crate) const fn next_at(self) -> Option<Timestamp> {
        match self {
            Self::Awaited { until } => Some(until),
            Self::ToPhone { .. } | Self::Acknowledged { .. } | Self::Over { .. } => None,
        }
    }
}
