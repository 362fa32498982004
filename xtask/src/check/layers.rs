//! No service knows another one.
//!
//! Services meet by gRPC and by events, so a crate below `services/` is seen by nobody but
//!
//! ```text
//! yizhan, bench ──> X ──> X-core <── sim
//!    └──── tests only ──────^
//! ```
//!
//! where `yizhan` is the program that holds them all, `bench` measures some of them by their own
//! doors, and `sim` wires the cores to each other.

use std::path::Path;

use anyhow::Result;

use super::{Violation, line_of_dependency};
use crate::workspace::{Dependency, Package, Workspace};

const RULE: &str = "layers";
/// The program that holds all services.
const PROGRAM: &str = "yizhan";
/// What measures services.
const BENCH: &str = "bench";
/// The simulation over the cores.
const SIMULATION: &str = "sim";

pub(super) fn check(workspace: &Workspace) -> Result<Vec<Violation>> {
    let services: Vec<_> =
        workspace.members().filter(|package| is_service(workspace, package)).collect();
    let mut violations = Vec::new();
    for package in workspace.members() {
        for dependency in &package.dependencies {
            let to_service = services.iter().any(|service| service.name == dependency.name);
            if to_service && !may_depend(&package.name, dependency) {
                violations.push(violation(workspace, package, dependency)?);
            }
        }
    }
    Ok(violations)
}

fn is_service(workspace: &Workspace, package: &Package) -> bool {
    workspace.folder(package).parent() == Some(Path::new("services"))
}

fn may_depend(package: &str, on: &Dependency) -> bool {
    match on.name.strip_suffix("-core") {
        Some(service) => {
            package == service || package == SIMULATION || (package == PROGRAM && on.is_dev())
        }
        None => [PROGRAM, BENCH].contains(&package) && on.name != PROGRAM,
    }
}

fn violation(workspace: &Workspace, from: &Package, to: &Dependency) -> Result<Violation> {
    let path = workspace.folder(from).join("Cargo.toml");
    let line = line_of_dependency(&workspace.read(&path)?, &to.name);
    let text = format!(
        "is a service's crate and `{}` may not depend on it: services meet by gRPC (`proto`) and \
         by events (`events`); what both need belongs into a crate below `crates/`",
        from.name
    );
    Ok(Violation { path, line, rule: RULE, subject: to.name.clone(), text })
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::fixture::{Tree, manifest};

    /// The services `a` and `b`, their cores and the program, with one more crate.
    fn broken_by(file: &str, text: &str) -> Vec<String> {
        let mut files = vec![
            ("services/a-core/Cargo.toml", manifest("a-core", "")),
            ("services/a/Cargo.toml", manifest("a", "a-core = { path = \"../a-core\" }")),
            ("services/yizhan/Cargo.toml", manifest("yizhan", "a = { path = \"../a\" }")),
        ];
        files.retain(|(kept, _)| *kept != file);
        files.push((file, text.to_owned()));
        let files: Vec<_> = files.iter().map(|(file, text)| (*file, text.as_str())).collect();
        let violations = check(&Tree::new(&files).workspace()).unwrap();
        violations
            .iter()
            .map(|v| format!("{}:{} {}", v.path.display(), v.line, v.subject))
            .collect()
    }

    #[test]
    fn the_program_its_services_and_their_cores_are_in_order() {
        let sim = manifest("sim", "a-core = { path = \"../../services/a-core\" }");
        assert_eq!(broken_by("tests/sim/Cargo.toml", &sim), [""; 0]);
    }

    #[test]
    fn the_bench_sees_services_and_no_core() {
        let bench = manifest("bench", "a = { path = \"../../services/a\" }");
        assert_eq!(broken_by("tests/bench/Cargo.toml", &bench), [""; 0]);
        let bench = manifest("bench", "a-core = { path = \"../../services/a-core\" }");
        assert_eq!(
            broken_by("tests/bench/Cargo.toml", &bench),
            ["tests/bench/Cargo.toml:7 a-core"]
        );
    }

    #[test]
    fn a_service_that_depends_on_another_breaks_them() {
        let b = manifest("b", "a = { path = \"../a\" }");
        assert_eq!(broken_by("services/b/Cargo.toml", &b), ["services/b/Cargo.toml:7 a"]);
    }

    #[test]
    fn a_service_that_tests_with_another_breaks_them_too() {
        let b = manifest("b", "[dev-dependencies]\na = { path = \"../a\" }");
        assert_eq!(broken_by("services/b/Cargo.toml", &b), ["services/b/Cargo.toml:8 a"]);
    }

    #[test]
    fn a_core_that_depends_on_anothers_core_breaks_them() {
        let b = manifest("b-core", "a-core = { path = \"../a-core\" }");
        assert_eq!(
            broken_by("services/b-core/Cargo.toml", &b),
            ["services/b-core/Cargo.toml:7 a-core"]
        );
    }

    #[test]
    fn a_crate_that_all_share_knows_no_service() {
        let shared = manifest("shared", "a = { path = \"../../services/a\" }");
        assert_eq!(
            broken_by("crates/shared/Cargo.toml", &shared),
            ["crates/shared/Cargo.toml:7 a"]
        );
    }

    #[test]
    fn the_program_sees_a_core_in_its_tests_only() {
        let core = "a-core = { path = \"../a-core\" }";
        let tests = manifest("yizhan", &format!("[dev-dependencies]\n{core}"));
        assert_eq!(broken_by("services/yizhan/Cargo.toml", &tests), [""; 0]);
        let all = manifest("yizhan", core);
        assert_eq!(
            broken_by("services/yizhan/Cargo.toml", &all),
            ["services/yizhan/Cargo.toml:7 a-core"]
        );
    }
}
