//! A database and two roles per service: one owns the schemas and migrates, one changes rows.

use anyhow::{Context as _, Result};
use events::words::Service;
use runtime::config::underscored;
use servers::{Password, Postgres};
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection};

use crate::home::Home;

/// Makes the databases and roles that are missing, and gives the roles their passwords.
pub(super) fn make_databases(home: &Home, postgres: &Postgres) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let mut superuser = PgConnection::connect(&postgres.url("postgres")).await?;
        for &service in Service::ALL {
            make_database(home, &mut superuser, service)
                .await
                .with_context(|| format!("making the database of {service}"))?;
        }
        Ok(())
    })
}

async fn make_database(home: &Home, superuser: &mut PgConnection, service: Service) -> Result<()> {
    let name = underscored(service);
    let owner = format!("{name}_owner");
    for (role, what) in [(&name, "store"), (&owner, "store-owner")] {
        let password = Password::kept_in(&home.key_of(service, what))?;
        let exists: bool =
            sqlx::query_scalar("select exists (select from pg_roles where rolname = $1)")
                .bind(role)
                .fetch_one(&mut *superuser)
                .await?;
        let verb = if exists { "alter" } else { "create" };
        // Names are ours, passwords are letters and digits: nothing needs quoting.
        let statement = format!("{verb} role {role} login password '{}'", password.reveal());
        superuser.execute(AssertSqlSafe(statement)).await?;
    }
    let exists: bool =
        sqlx::query_scalar("select exists (select from pg_database where datname = $1)")
            .bind(&name)
            .fetch_one(&mut *superuser)
            .await?;
    if !exists {
        let statement = format!(
            "create database {name} owner {owner} template template0 encoding 'UTF8' locale 'C'"
        );
        superuser.execute(AssertSqlSafe(statement)).await?;
        let statement = format!("revoke all on database {name} from public");
        superuser.execute(AssertSqlSafe(statement)).await?;
        let statement = format!("grant connect on database {name} to {name}, {owner}");
        superuser.execute(AssertSqlSafe(statement)).await?;
    }
    Ok(())
}
