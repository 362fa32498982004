use std::{thread, time::Duration};

use anyhow::Context as _;
use sqlx::{
    AssertSqlSafe, Connection, Executor, PgConnection, PgPool,
    migrate::Migrator,
    postgres::{PgConnectOptions, PgPoolOptions},
};

use crate::{FIX, must, variable};

/// The role that owns schemas and migrates: of all test databases.
pub const OWNER: &str = "test_owner";

/// The role that a service runs as: it changes rows and nothing else.
pub const RUN_TIME: &str = "test_run";

/// The password of both roles; the server is private to this machine.
const PASSWORD: &str = "test";

/// A database of one test, with collation C, on the run's Postgres.
///
/// Dropped with all its connections when the test passes; kept and named when it fails.
#[derive(Debug)]
pub struct Database {
    admin: PgConnectOptions,
    name: String,
}

impl Database {
    /// A database on which these migrations were run by the owner, and whose tables the run-time
    /// role may use as [`grant`] says.
    pub async fn new(migrators: &[&Migrator]) -> Self {
        Self::prepared(async |owner, run_time| {
            for migrator in migrators {
                migrator.run(&mut *owner).await?;
            }
            for schema in schemas(owner).await? {
                grant(owner, &schema, run_time).await?;
            }
            Ok(())
        })
        .await
    }

    /// A database that `prepare` migrates, given the owner's connection and the name of the
    /// run-time role.
    pub async fn prepared<P>(prepare: P) -> Self
    where
        P: AsyncFnOnce(&mut PgConnection, &str) -> anyhow::Result<()>,
    {
        Self::prepared_on(&variable("YIZHAN_TEST_POSTGRES"), prepare).await
    }

    /// The same on another Postgres, by its superuser's URL.
    pub async fn prepared_on<P>(superuser: &str, prepare: P) -> Self
    where
        P: AsyncFnOnce(&mut PgConnection, &str) -> anyhow::Result<()>,
    {
        let admin: PgConnectOptions =
            must("reading the URL of the run's Postgres", superuser.parse());
        let name = must(
            &format!("making a test's database ({FIX})"),
            create(&admin).await.map_err(anyhow::Error::from),
        );
        let database = Self { admin, name };
        let prepared = async {
            let mut owner = PgConnection::connect(&database.owner_url()).await?;
            prepare(&mut owner, RUN_TIME).await?;
            owner.close().await.context("closing the owner's connection")
        };
        must("preparing a test's database", prepared.await);
        database
    }

    /// Where a service connects: as the run-time role.
    pub fn url(&self) -> String {
        self.url_of(RUN_TIME, self.admin.get_port())
    }

    /// The same by way of a [`Proxy`](crate::Proxy) on this port of 127.0.0.1.
    pub fn url_by(&self, port: u16) -> String {
        self.url_of(RUN_TIME, port)
    }

    /// Where migrations run: as the owner.
    pub fn owner_url(&self) -> String {
        self.url_of(OWNER, self.admin.get_port())
    }

    fn url_of(&self, role: &str, port: u16) -> String {
        let (host, name) = (self.admin.get_host(), &self.name);
        format!("postgres://{role}:{PASSWORD}@{host}:{port}/{name}")
    }

    /// A pool of the run-time role, whose errors come within 3 s.
    pub fn pool(&self) -> PgPool {
        pool(&self.url())
    }

    /// A pool of the owner: for what a test looks at behind a service's back.
    pub fn owner_pool(&self) -> PgPool {
        pool(&self.owner_url())
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        if thread::panicking() {
            eprintln!("kept the database {}", self.owner_url());
            return;
        }
        let (admin, name) = (self.admin.clone(), self.name.clone());
        // On a runtime of its own: the test's may be the very one that drops this.
        let dropping = thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            runtime.block_on(remove(&admin, &name))
        });
        match dropping.join() {
            Ok(Ok(())) => {}
            // A test that stopped its Postgres for good is none the worse.
            Ok(Err(error)) => eprintln!("could not drop the database {}: {error:#}", self.name),
            Err(_) => eprintln!("could not drop the database {}", self.name),
        }
    }
}

fn pool(url: &str) -> PgPool {
    let options = PgPoolOptions::new().acquire_timeout(Duration::from_secs(3)).max_connections(5);
    must("making a pool", options.connect_lazy(url))
}

/// Makes both roles, if this run has not yet, and a database with a name that nobody else has.
async fn create(admin: &PgConnectOptions) -> sqlx::Result<String> {
    let mut connection = PgConnection::connect_with(admin).await?;
    make_roles(&mut connection).await?;
    let name: String =
        sqlx::query_scalar("select 'test_' || replace(gen_random_uuid()::text, '-', '')")
            .fetch_one(&mut connection)
            .await?;
    // From template0, to which nobody connects, so that tests can do this at once.
    let create = format!(
        "create database {name} owner {OWNER} template template0 encoding 'UTF8' locale 'C'"
    );
    connection.execute(AssertSqlSafe(create)).await?;
    connection.close().await?;
    Ok(name)
}

/// Tests begin at once, and `create role` has no `if not exists`: one after the other.
async fn make_roles(connection: &mut PgConnection) -> sqlx::Result<()> {
    let mut transaction = connection.begin().await?;
    transaction.execute("select pg_advisory_xact_lock(hashtext('roles of tests'))").await?;
    for role in [OWNER, RUN_TIME] {
        let exists: bool =
            sqlx::query_scalar("select exists (select from pg_roles where rolname = $1)")
                .bind(role)
                .fetch_one(&mut *transaction)
                .await?;
        if !exists {
            let create = format!("create role {role} login password '{PASSWORD}'");
            transaction.execute(AssertSqlSafe(create)).await?;
        }
    }
    transaction.commit().await
}

async fn remove(admin: &PgConnectOptions, name: &str) -> anyhow::Result<()> {
    let connecting = PgConnection::connect_with(admin);
    let mut connection = tokio::time::timeout(Duration::from_secs(3), connecting).await??;
    // A connection that a stopped client never finished would hold this up for a minute; then the
    // database stays until the server of the run is gone.
    connection.execute("set statement_timeout = '3s'").await?;
    connection.execute(AssertSqlSafe(format!("drop database {name} with (force)"))).await?;
    connection.close().await?;
    Ok(())
}

/// The schemas that the owner made.
async fn schemas(owner: &mut PgConnection) -> sqlx::Result<Vec<String>> {
    sqlx::query_scalar(
        "select nspname::text from pg_namespace where nspowner = current_user::regrole order by 1",
    )
    .fetch_all(owner)
    .await
}

/// Lets `role` change rows of all tables that `schema` has now, use its sequences and call its
/// functions; but make, change or drop nothing.
pub async fn grant(owner: &mut PgConnection, schema: &str, role: &str) -> sqlx::Result<()> {
    let (schema, role) = (quoted(schema), quoted(role));
    for what in [
        format!("usage on schema {schema}"),
        format!("select, insert, update, delete on all tables in schema {schema}"),
        format!("usage, select on all sequences in schema {schema}"),
        format!("execute on all functions in schema {schema}"),
    ] {
        owner.execute(AssertSqlSafe(format!("grant {what} to {role}"))).await?;
    }
    Ok(())
}

fn quoted(identifier: &str) -> String {
    format!("\"{}\"", identifier.replace('"', "\"\""))
}
