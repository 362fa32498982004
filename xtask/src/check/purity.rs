//! Decisions are pure, and their manifests prove it.
//!
//! A crate that decides links no runtime, no store and no wire, not even through another crate.
//! So its tests need neither a server nor a clock, and the simulation can run it by the
//! thousand.

use anyhow::Result;

use super::{Violation, line_of_dependency};
use crate::workspace::{Package, Workspace};

const RULE: &str = "purity";

/// The pure crates beside the cores of the services (`*-core`).
const PURE: [&str; 9] = [
    "audit-chain",
    "authz",
    "calendar",
    "campus-kit",
    "clock",
    "definitions",
    "delivery-core",
    "events",
    "sealing",
];

/// What brings the outside world in.
const IMPURE: [&str; 4] = ["async-nats", "sqlx", "tokio", "tonic"];

pub(super) fn check(workspace: &Workspace) -> Result<Vec<Violation>> {
    let mut violations = Vec::new();
    for package in workspace.members().filter(|package| is_pure(package)) {
        for (linked, chain) in workspace.linked(package) {
            if IMPURE.contains(&linked.name.as_str()) {
                violations.push(violation(workspace, package, &chain)?);
            }
        }
    }
    Ok(violations)
}

fn is_pure(package: &Package) -> bool {
    package.name.ends_with("-core") || PURE.contains(&package.name.as_str())
}

fn violation(workspace: &Workspace, package: &Package, chain: &[&str]) -> Result<Violation> {
    let path = workspace.folder(package).join("Cargo.toml");
    let manifest = workspace.read(&path)?;
    let line = chain.get(1).map_or(1, |direct| line_of_dependency(&manifest, direct));
    Ok(Violation {
        path,
        line,
        rule: RULE,
        subject: package.name.clone(),
        text: format!(
            "decides and must stay pure, but links {}: move what needs it into the adapter",
            chain.join(" -> ")
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::fixture::{Tree, manifest};

    fn broken(files: &[(&str, &str)]) -> Vec<String> {
        let tokio = manifest("tokio", "");
        let mut files = files.to_vec();
        files.push(("outside/tokio/Cargo.toml", &tokio));
        let violations = check(&Tree::new(&files).workspace()).unwrap();
        violations.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_core_that_links_tokio_through_another_crate_is_impure() {
        let core = manifest("a-core", "b = { path = \"../b\" }");
        let between = manifest("b", "tokio = { path = \"../outside/tokio\" }");
        assert_eq!(
            broken(&[("a-core/Cargo.toml", &core), ("b/Cargo.toml", &between)]),
            ["a-core/Cargo.toml:7: purity: `a-core` decides and must stay pure, but links \
              a-core -> b -> tokio: move what needs it into the adapter"]
        );
    }

    #[test]
    fn a_core_may_test_with_tokio() {
        let core =
            manifest("a-core", "[dev-dependencies]\ntokio = { path = \"../outside/tokio\" }");
        assert_eq!(broken(&[("a-core/Cargo.toml", &core)]), [""; 0]);
    }

    #[test]
    fn an_adapter_may_link_tokio() {
        let adapter = manifest("a", "tokio = { path = \"../outside/tokio\" }");
        assert_eq!(broken(&[("a/Cargo.toml", &adapter)]), [""; 0]);
    }
}
