//! A migrated database for each schema.

use anyhow::{Context as _, Result};
use sqlx::migrate::Migrator;
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};

use super::schema::Schema;
use crate::test_servers::TestServers;

/// Creates a database per schema on the server and migrates it: the shared schema first, then
/// its own. Returns for each the variable that names it to the compiler, and its address.
pub(super) fn create_all(
    servers: &TestServers,
    schemas: &[Schema<'_>],
) -> Result<Vec<(String, String)>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let mut addresses = Vec::new();
        for schema in schemas {
            let name = schema.database();
            let address = servers.url(&name);
            create(&servers.url("postgres"), &name).await?;
            let shared = schemas.iter().filter(|other| other.is_shared() && !schema.is_shared());
            for schema in shared.chain([schema]) {
                migrate(&address, schema).await?;
            }
            addresses.push((schema.variable.clone(), address));
        }
        Ok(addresses)
    })
}

async fn create(address: &str, name: &str) -> Result<()> {
    let mut connection = PgConnection::connect(address).await?;
    let statement = format!("create database {name}");
    sqlx::query(AssertSqlSafe(statement))
        .execute(&mut connection)
        .await
        .with_context(|| format!("creating the database {name}"))?;
    connection.close().await?;
    Ok(())
}

/// Runs the migrations as `sqlx::migrate!()` in the crate itself would.
async fn migrate(address: &str, schema: &Schema<'_>) -> Result<()> {
    let mut migrator = Migrator::new(schema.migrations.as_path())
        .await
        .with_context(|| format!("reading {}", schema.migrations.display()))?;
    for name in &schema.schemas {
        migrator.create_schema(name.clone());
    }
    if let Some(table) = &schema.table {
        migrator.dangerous_set_table_name(table.clone());
    }
    let mut connection = PgConnection::connect(address).await?;
    migrator
        .run(&mut connection)
        .await
        .with_context(|| format!("migrating with {}", schema.migrations.display()))?;
    connection.close().await?;
    Ok(())
}
