//! The raw limit of intake: pgbench, a transaction per case with the same rows.

use std::{collections::BTreeMap, fs, process::Stdio};

use anyhow::{Context as _, Result, ensure};
use clock::Clock;
use events::words::Service;
use service_kit::Site;
use sqlx::{Column as _, PgPool, Row as _};
use tokio::process::Command;

use crate::{
    cli::Load,
    count::{Counts, added, counts},
    ground::Ground,
    intake::{Accepted, Intake},
};

/// A case as it is kept: one row of texts, named as the script names them.
const SAMPLE: &str = include_str!("../sql/sample.sql");
/// What pgbench does for each case.
const SCRIPT: &str = include_str!("../sql/accept.sql");

/// Keeps cases like intake's first one, by as many clients as there are callers.
pub(crate) async fn accept(ground: &Ground, intake: &Intake, load: Load) -> Result<Accepted> {
    let site = Site::on(&ground.postgres(), Service::Intake, &::intake::SCHEMAS).await;
    // As intake does when it starts: a partition for today.
    delivery::keep_up(site.pool(), Clock::system().machine()).await?;
    let before = counts(site.pool(), Service::Intake).await?;
    let script = ground.folder().join("accept.sql");
    fs::write(&script, SCRIPT).context("writing pgbench's script")?;
    let mut pgbench = Command::new(ground.pgbench()?);
    pgbench.args(["--no-vacuum", "--protocol=prepared"]);
    pgbench.args(["--client", &load.callers.to_string(), "--transactions", &load.each.to_string()]);
    let threads = std::thread::available_parallelism()?.get().min(load.callers as usize);
    pgbench.args(["--jobs", &threads.to_string()]);
    // Which case of a client it is; the script counts on.
    pgbench.args(["--define", "n=0"]);
    for (name, value) in sample(intake.pool()).await? {
        pgbench.arg("--define").arg(format!("{name}={value}"));
    }
    pgbench.arg("--file").arg(&script).arg(site.database().url());
    pgbench.env("LC_ALL", "C").stdin(Stdio::null()).kill_on_drop(true);
    let output = pgbench.output().await.context("starting pgbench")?;
    let (said, complained) =
        (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    ensure!(output.status.success(), "pgbench failed: {complained}");
    let pace = told(&said).with_context(|| format!("pgbench told no rate: {said}"))?;
    let rows: Counts = added(&before, &counts(site.pool(), Service::Intake).await?);
    Ok(Accepted { pace, rows })
}

/// The values of one case.
async fn sample(pool: &PgPool) -> Result<BTreeMap<String, String>> {
    let row = sqlx::query(SAMPLE).fetch_one(pool).await.context("reading a case as a sample")?;
    let columns = row.columns().iter();
    let values =
        columns.map(|column| Ok((column.name().to_owned(), row.try_get(column.ordinal())?)));
    values.collect()
}

/// The rate that pgbench told, without the time to connect.
fn told(said: &str) -> Option<f64> {
    let line = said.lines().find_map(|line| line.strip_prefix("tps = "))?;
    line.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::told;

    #[test]
    fn the_rate_is_read_from_what_pgbench_prints() {
        let said = "number of failed transactions: 0 (0.000%)\n\
                    tps = 2240.118306 (without initial connection time)\n";
        assert_eq!(told(said), Some(2_240.118_306));
        assert_eq!(told("pgbench (18.6)\n"), None);
    }
}
