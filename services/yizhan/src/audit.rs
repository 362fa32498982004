//! `yizhan audit verify`: whether each service's audit is as it was written.
//!
//! Looks into the databases themselves, so that it needs no service, and none can answer for
//! itself: how far a chain had come is asked of the stores of those who heard of it.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    process::ExitCode,
};

use anyhow::{Context as _, Result};
use audit_chain::Checkpoint;
use delivery::audit::{self, Verified};
use events::{Source, words::Service};
use runtime::{Config, Sources, store};
use sqlx::PgPool;

use crate::{migrate, print, serve, services};

/// Verifies these services' audits, and says of each what was found.
pub(crate) async fn verify(sources: &Sources, services: &[Service]) -> Result<ExitCode> {
    let configs = serve::load(sources, Service::ALL)?;
    let mut stores = BTreeMap::new();
    for (service, config) in &configs {
        match look_at(*service, config).await {
            Ok(pool) => drop(stores.insert(*service, pool)),
            Err(error) if services.contains(service) => return Err(error),
            Err(error) => eprintln!("{service} is not asked what it knows of others: {error:#}"),
        }
    }
    let mut code = ExitCode::SUCCESS;
    for (service, config) in configs.iter().filter(|(service, _)| services.contains(service)) {
        let Some(pool) = stores.get(service) else { continue };
        let source = Source { installation: config.installation.clone(), service: *service };
        let known = known(&stores, *service).await?;
        let keepers = known.iter().map(|known| known.keeper.clone()).collect();
        let verified = audit::verify(pool, &source, known).await;
        let verified = verified.with_context(|| format!("verifying the audit of {service}"))?;
        if !verified.findings.is_empty() {
            code = ExitCode::FAILURE;
        }
        print::text(report(*service, &verified, keepers))?;
    }
    Ok(code)
}

async fn look_at(service: Service, config: &Config) -> Result<PgPool> {
    let password = migrate::password(config.store.password_file.as_ref())?;
    let schemas = services::schemas(service);
    store::look_at(&config.store, service, password.as_ref(), schemas)
        .await
        .with_context(|| format!("opening the database of {service}"))
}

/// What others know of a service's audit.
async fn known(stores: &BTreeMap<Service, PgPool>, of: Service) -> Result<Vec<Checkpoint>> {
    let mut known = Vec::new();
    for (keeper, pool) in stores.iter().filter(|(keeper, _)| **keeper != of) {
        let links = audit::checkpoints(pool, of).await;
        let links = links.with_context(|| format!("asking {keeper} what it knows of {of}"))?;
        let keeper = keeper.to_string();
        known.extend(links.into_iter().map(|link| Checkpoint { link, keeper: keeper.clone() }));
    }
    Ok(known)
}

fn report(service: Service, verified: &Verified, keepers: BTreeSet<String>) -> String {
    let Verified { last, waiting, findings } = verified;
    let keepers: Vec<_> = keepers.into_iter().collect();
    let known = match &keepers[..] {
        [] => "nobody else knows of it yet".to_owned(),
        keepers => format!("compared with what {} know", keepers.join(", ")),
    };
    let state =
        if findings.is_empty() { "as they were written" } else { "NOT as they were written" };
    let mut text =
        format!("{service}: {} rows are {state}; {waiting} not chained yet; {known}\n", last.place);
    for finding in findings {
        let _ = writeln!(text, "  {finding}");
    }
    text
}
