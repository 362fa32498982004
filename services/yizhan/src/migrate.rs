//! `yizhan migrate <service>...`: brings the schemas of services to what this binary needs.

use std::path::PathBuf;

use anyhow::{Context as _, Result};
use delivery::Migrated;
use events::words::Service;
use runtime::{Config, Sources, store};
use secrecy::SecretString;

use crate::{print, serve, services};

/// Migrates and says what became of each schema, on standard output.
pub(crate) async fn run(sources: &Sources, services: &[Service]) -> Result<()> {
    for (service, config) in serve::load(sources, services)? {
        for (schema, migrated) in one(service, &config).await? {
            match migrated {
                Migrated::To(version) => {
                    print::line(format_args!("{service}: {schema} has version {version}"))?;
                }
                Migrated::Newer { version } => {
                    print::line(format_args!(
                        "{service}: {schema} has version {version}, newer than this binary"
                    ))?;
                }
            }
        }
    }
    Ok(())
}

/// Migrates one service's database as its owner.
pub(crate) async fn one(service: Service, config: &Config) -> Result<store::Report> {
    let password = password(config.store.owner_password_file.as_ref())?;
    store::migrate(&config.store, service, password.as_ref(), services::schemas(service))
        .await
        .with_context(|| format!("migrating the database of {service}"))
}

/// The password in a file, if there is one.
pub(crate) fn password(file: Option<&PathBuf>) -> Result<Option<SecretString>> {
    file.map(|file| {
        let text = std::fs::read_to_string(file);
        let text = text.with_context(|| format!("reading {}", file.display()))?;
        Ok(SecretString::from(text.trim_end().to_owned()))
    })
    .transpose()
}
