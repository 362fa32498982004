use delivery::Locked;
use jiff::Timestamp;
use proto::delivery::v1::Head;

/// How far a command moved an aggregate; asked after its last event was appended.
pub fn head(locked: &Locked) -> Head {
    Head { key: locked.key().to_string(), sequence: locked.sequence() }
}

/// An instant as the wire has it.
pub fn timestamp(at: Timestamp) -> prost_types::Timestamp {
    // Before 1970 the wire counts nanoseconds forward from the second before.
    let nanos = at.as_nanosecond().rem_euclid(1_000_000_000);
    let nanos = i32::try_from(nanos).unwrap_or_default();
    let seconds = at.as_second() - i64::from(at.subsec_nanosecond() < 0);
    prost_types::Timestamp { seconds, nanos }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_keeps_its_microseconds_on_either_side_of_1970() {
        for (text, seconds, nanos) in [
            ("2026-09-01T08:00:00.000001Z", 1_788_249_600, 1_000),
            ("1970-01-01T00:00:00Z", 0, 0),
            ("1969-12-31T23:59:59.75Z", -1, 750_000_000),
        ] {
            let at = timestamp(text.parse().unwrap());
            assert_eq!((at.seconds, at.nanos), (seconds, nanos), "{text}");
        }
    }
}
