//! How far a command moved an aggregate: read your writes.

use std::{fmt, str::FromStr, time::Duration};

use events::words::Service;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use sqlx::PgPool;
use tokio::time::{Instant, sleep};
use uuid::Uuid;

use crate::store::timeline;

/// How long a query waits for what its asker has just done.
const PATIENCE: Duration = Duration::from_millis(500);
/// Between two looks.
const LOOK_EACH: Duration = Duration::from_millis(15);

/// A command's answer carries it, and the next query of a board may carry it back: then the answer
/// shows what the command did, or it is 500 ms late.
///
/// As text `<service>:<key>:<sequence>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Head {
    /// Whose events.
    pub(crate) service: Service,
    /// The aggregate.
    pub(crate) key: Uuid,
    /// Its last sequence there.
    pub(crate) sequence: u64,
}

impl Head {
    /// The head that `service` answered; none if it moved nothing.
    pub(crate) fn answered(
        service: Service,
        head: Option<proto::delivery::v1::Head>,
    ) -> Option<Self> {
        let head = head?;
        Some(Self { service, key: head.key.parse().ok()?, sequence: head.sequence })
    }

    /// Waits until the boards show it, for at most 500 ms.
    pub(crate) async fn await_shown(&self, pool: &PgPool) -> Result<(), sqlx::Error> {
        let until = Instant::now() + PATIENCE;
        while !timeline::has_reached(pool, self).await? && Instant::now() < until {
            sleep(LOOK_EACH).await;
        }
        Ok(())
    }
}

impl fmt::Display for Head {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { service, key, sequence } = self;
        write!(f, "{service}:{key}:{sequence}")
    }
}

/// A text that is no head.
#[derive(Debug, thiserror::Error)]
#[error("a head is <service>:<key>:<sequence>, as a command answered it")]
pub(crate) struct NotAHead;

impl FromStr for Head {
    type Err = NotAHead;

    fn from_str(text: &str) -> Result<Self, NotAHead> {
        let parts = || {
            let (service, rest) = text.split_once(':')?;
            let (key, sequence) = rest.split_once(':')?;
            let (service, key) = (service.parse().ok()?, key.parse().ok()?);
            Some(Self { service, key, sequence: sequence.parse().ok()? })
        };
        parts().ok_or(NotAHead)
    }
}

impl Serialize for Head {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Head {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_reads_back_from_its_text() {
        let text = "escalation-timer:0190a5b2-0000-7000-8000-000000000001:7";
        assert_eq!(text.parse::<Head>().unwrap().to_string(), text);
        for wrong in ["", "intake", "intake:1:2", "kitchen:0190a5b2-0000-7000-8000-000000000001:7"]
        {
            assert!(wrong.parse::<Head>().is_err(), "{wrong}");
        }
    }
}
