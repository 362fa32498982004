//! The schemas of the crates, as their `sqlx.toml` tells.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use serde::Deserialize;

use crate::workspace::{Package, Workspace};

/// The crate whose tables are in every database.
const SHARED: &str = "delivery";

/// What a crate with queries says of its tables.
#[derive(Debug)]
pub(super) struct Schema<'a> {
    /// The crate.
    pub(super) package: &'a Package,
    /// The variable that names its database to the compiler.
    pub(super) variable: String,
    /// The folder of its migrations, absolute.
    pub(super) migrations: PathBuf,
    /// The table that keeps which of them ran; nothing for the usual one.
    pub(super) table: Option<String>,
    /// The schemas to create before that table.
    pub(super) schemas: Vec<String>,
}

/// The part of a `sqlx.toml` that migrations and the compiler need.
#[derive(Debug, Deserialize)]
struct Config {
    common: Common,
    #[serde(default)]
    migrate: Migrate,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Common {
    database_url_var: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
struct Migrate {
    create_schemas: Vec<String>,
    table_name: Option<String>,
    migrations_dir: Option<PathBuf>,
}

impl<'a> Schema<'a> {
    /// The schemas that a check of the package needs, or all: the shared one first, for its
    /// tables are part of every database.
    pub(super) fn of(workspace: &'a Workspace, package: Option<&'a Package>) -> Result<Vec<Self>> {
        let packages: Vec<_> = match package {
            Some(package) => {
                workspace.linked(package).into_iter().map(|(linked, _)| linked).collect()
            }
            None => workspace.members().collect(),
        };
        let mut schemas = Vec::new();
        for package in packages {
            let folder = workspace.root.join(workspace.folder(package));
            let file = folder.join("sqlx.toml");
            if file.exists() {
                let text = workspace.read(&file)?;
                let schema = Self::read(package, &folder, &text)
                    .with_context(|| format!("in {}", file.display()))?;
                schemas.push(schema);
            }
        }
        schemas.sort_by_key(|schema| !schema.is_shared());
        Ok(schemas)
    }

    fn read(package: &'a Package, folder: &Path, text: &str) -> Result<Self> {
        let Config { common, migrate } = toml::from_str(text)?;
        let migrations = migrate.migrations_dir.unwrap_or_else(|| "migrations".into());
        Ok(Self {
            package,
            variable: common.database_url_var,
            migrations: folder.join(migrations),
            table: migrate.table_name,
            schemas: migrate.create_schemas,
        })
    }

    /// Whether its tables are in every database.
    pub(super) fn is_shared(&self) -> bool {
        self.package.name == SHARED
    }

    /// The name of its database.
    pub(super) fn database(&self) -> String {
        self.package.name.replace('-', "_")
    }
}

#[cfg(test)]
mod tests {
    use super::Schema;
    use crate::fixture::{Tree, manifest};

    const DELIVERY: &str = "[common]\ndatabase-url-var = \"DELIVERY_SCHEMA_URL\"\n\
                            [migrate]\ncreate-schemas = [\"delivery\"]\n\
                            table-name = \"delivery._migrations\"\n\
                            [macros.type-overrides]\n'TIMESTAMPTZ' = \"Timestamp\"\n";
    const SURVEY: &str = "[common]\ndatabase-url-var = \"SURVEY_SCHEMA_URL\"\n";

    fn tree() -> Tree {
        Tree::new(&[
            (
                "call-survey/Cargo.toml",
                &manifest("call-survey", "delivery = { path = \"../delivery\" }"),
            ),
            ("call-survey/sqlx.toml", SURVEY),
            ("delivery/Cargo.toml", &manifest("delivery", "")),
            ("delivery/sqlx.toml", DELIVERY),
            ("plain/Cargo.toml", &manifest("plain", "")),
        ])
    }

    #[test]
    fn the_shared_schema_comes_first_and_a_plain_crate_has_none() {
        let tree = tree();
        let workspace = tree.workspace();
        let schemas = Schema::of(&workspace, None).unwrap();
        let databases: Vec<_> = schemas.iter().map(Schema::database).collect();
        assert_eq!(databases, ["delivery", "call_survey"]);
    }

    #[test]
    fn a_schema_is_what_its_file_says() {
        let tree = tree();
        let workspace = tree.workspace();
        let schemas = Schema::of(&workspace, workspace.member("delivery").ok()).unwrap();
        let [delivery] = &schemas[..] else { panic!("{schemas:?}") };
        assert_eq!(delivery.variable, "DELIVERY_SCHEMA_URL");
        assert_eq!(delivery.table.as_deref(), Some("delivery._migrations"));
        assert_eq!(delivery.schemas, ["delivery"]);
        assert!(delivery.migrations.ends_with("delivery/migrations"));
    }

    #[test]
    fn a_file_that_names_no_variable_is_refused_by_name() {
        let tree = tree();
        tree.write("plain/sqlx.toml", "[migrate]\n");
        let error = Schema::of(&tree.workspace(), None).unwrap_err();
        assert!(error.to_string().ends_with("plain/sqlx.toml"), "{error}");
    }
}
