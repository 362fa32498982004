use sqlx::{PgConnection, migrate::Migrator};

/// The migrations of the schema `delivery`.
static MIGRATOR: Migrator = sqlx::migrate!();

/// A schema of a service's database: its migrations, and who may run on it.
///
/// ```text
///  migration     1 ── 2 ── 3 ── 4          expand, then contract
///  binary 2 runs on 2, 3 (both compatible from <= 2), is refused by 4 (compatible from 3)
///  binary 2 migrates a schema 3: nothing to do, which is how a release is rolled back
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Schema {
    /// Its name in the database: `delivery`, `escalation_timer`.
    pub name: &'static str,
    /// Its migrations, numbered 1, 2, 3 ...; the last number is the schema's version.
    pub migrator: &'static Migrator,
    /// The oldest binary, by the version that it brings, which may run on what these migrations
    /// make and on each row that this binary writes.
    pub compatible_from: i64,
}

/// What became of a migration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Migrated {
    /// The schema has this version now.
    To(i64),
    /// The schema is newer than this binary and was left as it is.
    Newer {
        /// The schema's version.
        version: i64,
    },
}

/// Why a schema cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SchemaError {
    /// The database holds no such schema, or an older one.
    #[error(
        "schema {name} has version {found} and this binary needs {needed}: run `yizhan migrate`"
    )]
    Behind {
        /// The schema.
        name: &'static str,
        /// Its version, 0 if it is not there at all.
        found: i64,
        /// The version that this binary brings.
        needed: i64,
    },
    /// A newer release has changed it so that this binary would misread it.
    #[error(
        "schema {name} serves binaries from version {compatible_from} on and this one is {ours}: \
         install the newer release again"
    )]
    Ahead {
        /// The schema.
        name: &'static str,
        /// The oldest version that may run on it.
        compatible_from: i64,
        /// The version that this binary brings.
        ours: i64,
    },
    /// A migration failed; the ones before it are done.
    #[error("a migration of schema {name} failed")]
    Migration {
        /// The schema.
        name: &'static str,
        /// The migration and its error.
        #[source]
        cause: sqlx::migrate::MigrateError,
    },
    /// The database did not answer as it should.
    #[error("the database did not answer")]
    Database(#[from] sqlx::Error),
}

impl Schema {
    /// The schema of this crate: migrated before the service's own.
    pub const DELIVERY: Self = Self { name: "delivery", migrator: &MIGRATOR, compatible_from: 1 };

    /// The version that this binary brings.
    pub fn version(&self) -> i64 {
        self.migrator.iter().map(|migration| migration.version).max().unwrap_or(0)
    }

    /// Brings the schema to this binary's version and opens its tables to the run-time role.
    ///
    /// Takes the owner's connection. Two at once are both right: the second waits for the first.
    pub async fn migrate(
        &self,
        owner: &mut PgConnection,
        run_time_role: &str,
    ) -> Result<Migrated, SchemaError> {
        let name = self.name;
        if let Some(found) = found(owner, name).await?
            && found.version > self.version()
        {
            return Ok(Migrated::Newer { version: found.version });
        }
        self.migrator
            .run(&mut *owner)
            .await
            .map_err(|cause| SchemaError::Migration { name, cause })?;
        sqlx::query!(
            "insert into delivery.schema (name, version, compatible_from) values ($1, $2, $3)
             on conflict (name) do update
             set version = excluded.version, compatible_from = excluded.compatible_from
             where excluded.version >= delivery.schema.version",
            name,
            self.version(),
            self.compatible_from,
        )
        .execute(&mut *owner)
        .await?;
        sqlx::query!("select delivery.open_schema($1, $2)", name, run_time_role)
            .execute(&mut *owner)
            .await?;
        Ok(Migrated::To(self.version()))
    }

    /// Whether this binary may run on the schema as it is. Changes nothing.
    pub async fn check(&self, connection: &mut PgConnection) -> Result<(), SchemaError> {
        let (name, ours) = (self.name, self.version());
        let Some(found) = found(connection, name).await? else {
            return Err(SchemaError::Behind { name, found: 0, needed: ours });
        };
        if found.version < ours {
            return Err(SchemaError::Behind { name, found: found.version, needed: ours });
        }
        if ours < found.compatible_from {
            let compatible_from = found.compatible_from;
            return Err(SchemaError::Ahead { name, compatible_from, ours });
        }
        Ok(())
    }
}

struct Found {
    version: i64,
    compatible_from: i64,
}

async fn found(connection: &mut PgConnection, name: &str) -> Result<Option<Found>, sqlx::Error> {
    let there =
        sqlx::query_scalar!(r#"select to_regclass('delivery.schema') is not null as "there!""#)
            .fetch_one(&mut *connection)
            .await?;
    if !there {
        return Ok(None);
    }
    sqlx::query_as!(
        Found,
        "select version, compatible_from from delivery.schema where name = $1",
        name
    )
    .fetch_optional(connection)
    .await
}
