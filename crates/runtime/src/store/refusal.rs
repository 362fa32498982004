use std::io;

use delivery::SchemaError;
use sqlx::postgres::PgConnectOptions;

/// Why the store cannot be used; the message names what to change.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Nobody listens, or the name is not known.
    #[error("there is no Postgres at {address}: start it, or correct store.host and store.port")]
    Unreachable {
        /// Host and port.
        address: String,
        /// What the network said.
        source: io::Error,
    },
    /// It did not answer within 3 s.
    #[error("Postgres at {address} does not answer within 3 s")]
    Silent {
        /// Host and port.
        address: String,
    },
    /// The password is wrong, or there is none.
    #[error(
        "Postgres at {address} refuses the password of role {user}: correct the file that \
         store.password_file names (store.owner_password_file for `migrate`)"
    )]
    Password {
        /// Host and port.
        address: String,
        /// The role.
        user: String,
    },
    /// The role does not exist, or may not connect from here.
    #[error("Postgres at {address} does not let role {user} in: create it, or correct store.user")]
    Role {
        /// Host and port.
        address: String,
        /// The role.
        user: String,
        /// What Postgres said.
        source: sqlx::Error,
    },
    /// The database does not exist.
    #[error(
        "Postgres at {address} has no database {database}: create it, or correct store.database"
    )]
    Database {
        /// Host and port.
        address: String,
        /// The database.
        database: String,
    },
    /// It lacks what the schemas need.
    #[error(
        "Postgres at {address} is version {found}, and Yizhan needs 15 or newer: upgrade it, or \
         name a newer one by store.host and store.port"
    )]
    TooOld {
        /// Host and port.
        address: String,
        /// Its major and minor version.
        found: String,
    },
    /// Anything else at connecting.
    #[error("Postgres at {address} cannot be connected to")]
    Connecting {
        /// Host and port.
        address: String,
        /// Why.
        source: sqlx::Error,
    },
    /// A schema is not what this binary can run on, or cannot be migrated.
    #[error(transparent)]
    Schema(SchemaError),
}

impl StoreError {
    pub(super) fn silent(options: &PgConnectOptions) -> Self {
        Self::Silent { address: address(options) }
    }

    /// `found` as `server_version_num` counts: 140012 is 14.12.
    pub(super) fn too_old(options: &PgConnectOptions, found: u32) -> Self {
        let found = format!("{}.{}", found / 10_000, found % 10_000);
        Self::TooOld { address: address(options), found }
    }

    pub(super) fn from_connecting(options: &PgConnectOptions, error: sqlx::Error) -> Self {
        let (address, user) = (address(options), options.get_username().to_owned());
        if let sqlx::Error::Io(source) = error {
            return Self::Unreachable { address, source };
        }
        // SQLSTATE, appendix A of the PostgreSQL manual.
        let code = error.as_database_error().and_then(sqlx::error::DatabaseError::code);
        match code.as_deref() {
            Some("28P01") => Self::Password { address, user },
            Some("28000") => Self::Role { address, user, source: error },
            Some("3D000") => {
                let database = options.get_database().unwrap_or(&user).to_owned();
                Self::Database { address, database }
            }
            Some(_) | None => Self::Connecting { address, source: error },
        }
    }
}

fn address(options: &PgConnectOptions) -> String {
    format!("{}:{}", options.get_host(), options.get_port())
}
