//! The table, as Markdown.

use crate::{cli::Load, machine::Machine};

/// What both sides came to in one round, each second.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Sample {
    pub(crate) ours: f64,
    pub(crate) raw: f64,
}

/// One round.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Round {
    pub(crate) intake: Sample,
    pub(crate) relay: Sample,
    pub(crate) inbox: Sample,
    pub(crate) timers: Sample,
}

/// What is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Measurement {
    Intake,
    Relay,
    Inbox,
    Timers,
}

impl Measurement {
    const ALL: [Self; 4] = [Self::Intake, Self::Relay, Self::Inbox, Self::Timers];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Intake => "intake",
            Self::Relay => "relay",
            Self::Inbox => "inbox",
            Self::Timers => "timers",
        }
    }

    pub(crate) const fn unit(self) -> &'static str {
        match self {
            Self::Intake => "cases/s",
            Self::Relay | Self::Inbox => "events/s",
            Self::Timers => "wake-ups/s",
        }
    }

    const fn limit(self) -> &'static str {
        match self {
            Self::Intake => "pgbench, a transaction per case",
            Self::Relay => "atomic batches of 1,000",
            Self::Inbox => "inserts in groups of 256",
            Self::Timers => "`SKIP LOCKED` claims of 500",
        }
    }

    const fn of(self, round: &Round) -> Sample {
        match self {
            Self::Intake => round.intake,
            Self::Relay => round.relay,
            Self::Inbox => round.inbox,
            Self::Timers => round.timers,
        }
    }
}

/// The machine and the table.
pub(crate) fn render(rounds: &[Round], load: Load, machine: &Machine, servers: &str) -> String {
    let machine = machine.told().into_iter().map(|(name, told)| format!("- {name}: {told}"));
    let mut lines: Vec<_> = machine.collect();
    lines.push(format!("- Servers: {servers}"));
    let (number, cases, callers) = (rounds.len(), grouped(load.cases()), load.callers);
    let plural = if number == 1 { "" } else { "s" };
    lines.push(format!(
        "- Load: {number} round{plural} of {cases} cases, {callers} callers at once"
    ));
    lines.push(String::new());
    lines.push("| Measured | Unit | Ours | Raw limit | Ours / raw | The raw limit is |".to_owned());
    lines.push("|---|---|---|---|---|---|".to_owned());
    lines.extend(Measurement::ALL.map(|measurement| row(measurement, rounds)));
    lines.push(String::new());
    lines.join("\n")
}

fn row(measurement: Measurement, rounds: &[Round]) -> String {
    let samples: Vec<_> = rounds.iter().map(|round| measurement.of(round)).collect();
    let side = |of: fn(&Sample) -> f64| Spread::of(samples.iter().map(of));
    let ours = side(|sample| sample.ours).told();
    let raw = side(|sample| sample.raw).told();
    let ratio = side(|sample| sample.ours / sample.raw).median;
    let (name, unit, limit) = (measurement.name(), measurement.unit(), measurement.limit());
    format!("| {name} | {unit} | {ours} | {raw} | {ratio:.2} | {limit} |")
}

/// What the rounds came to.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Spread {
    median: f64,
    least: f64,
    most: f64,
}

impl Spread {
    fn of(values: impl Iterator<Item = f64>) -> Self {
        let mut values: Vec<_> = values.collect();
        values.sort_by(f64::total_cmp);
        let at = |place: usize| values.get(place).copied().unwrap_or(f64::NAN);
        let (half, last) = (values.len() / 2, values.len().saturating_sub(1));
        let median = if values.len() % 2 == 0 {
            f64::midpoint(at(half.max(1) - 1), at(half))
        } else {
            at(half)
        };
        Self { median, least: at(0), most: at(last) }
    }

    fn told(self) -> String {
        let Self { median, least, most } = self;
        format!("{} ({} to {})", shown(median), shown(least), shown(most))
    }
}

/// A rate to three digits, which is more than two runs agree on: `12,300`.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "rates are small")]
pub(crate) fn shown(rate: f64) -> String {
    let step = 10_f64.powi((rate.max(1.0).log10().floor() as i32 - 2).max(0));
    grouped(((rate / step).round() * step) as u32)
}

/// A number with its thousands apart: `100,000`.
pub(crate) fn grouped(number: u32) -> String {
    match (number / 1_000, number % 1_000) {
        (0, rest) => rest.to_string(),
        (thousands, rest) => format!("{},{rest:03}", grouped(thousands)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_shown_to_three_digits() {
        let rates = [0.4, 97.3, 512.6, 2_240.1, 13_449.0, 1_234_567.0].map(shown);
        assert_eq!(rates, ["0", "97", "513", "2,240", "13,400", "1,230,000"]);
    }

    #[test]
    fn the_middle_of_the_rounds_counts_and_not_their_mean() {
        let spread = |values: &[f64]| Spread::of(values.iter().copied());
        let expected = Spread { median: 3.0, least: 1.0, most: 100.0 };
        assert_eq!(spread(&[3.0, 100.0, 1.0]), expected);
        assert_eq!(spread(&[2.0, 100.0, 1.0, 4.0]), expected);
    }

    #[test]
    fn a_ratio_is_the_middle_of_the_rounds_ratios() {
        let same = |ours, raw| Sample { ours, raw };
        let round = |intake| Round {
            intake,
            relay: same(1.0, 1.0),
            inbox: same(1.0, 2.0),
            timers: same(1.0, 4.0),
        };
        // A machine that was slow in one round was so for both sides.
        let rounds =
            [round(same(200.0, 100.0)), round(same(20.0, 10.0)), round(same(300.0, 100.0))];
        let load = Load { callers: 8, each: 125 };
        let text = render(&rounds, load, &Machine::unknown(), "Postgres 18.6");
        let table: Vec<_> = text.lines().filter(|line| line.starts_with("| i")).collect();
        assert_eq!(
            table,
            [
                "| intake | cases/s | 200 (20 to 300) | 100 (10 to 100) | 2.00 | pgbench, a \
                 transaction per case |",
                "| inbox | events/s | 1 (1 to 1) | 2 (2 to 2) | 0.50 | inserts in groups of 256 |",
            ]
        );
        assert!(text.contains("- Load: 3 rounds of 1,000 cases, 8 callers at once\n"));
    }
}
