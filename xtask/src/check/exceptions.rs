//! What the rules tolerate, by name and with the reason.

use std::path::Path;

use super::Violation;

/// One violation that stays.
pub(super) struct Exception {
    /// The rule's name.
    pub(super) rule: &'static str,
    /// The file, relative to the workspace.
    pub(super) path: &'static str,
    /// The crate, function or word that the violation names.
    pub(super) subject: &'static str,
    /// Why it is right here.
    pub(super) reason: &'static str,
}

/// All of them.
pub(super) const EXCEPTIONS: &[Exception] = &[
    Exception {
        rule: "sql-clock",
        path: "crates/runtime/src/agreement.rs",
        subject: "clock_timestamp()",
        reason: "the one place that measures the machine's clock against Postgres's",
    },
    Exception {
        rule: "reasons",
        path: "services/intake-core/src/rejected.rs",
        subject: "already-accepted",
        reason: "the core knows the state, but the service asks it to accept new cases alone",
    },
    Exception {
        rule: "sizes",
        path: "crates/authz/src/action.rs",
        subject: "word",
        reason: "a table: one line for each action",
    },
];

/// The violations without those that are excused, and one for each exception that excuses
/// nothing.
pub(super) fn apply(violations: Vec<Violation>, exceptions: &[Exception]) -> Vec<Violation> {
    let unused = exceptions
        .iter()
        .filter(|exception| !violations.iter().any(|violation| exception.excuses(violation)));
    let mut left: Vec<_> = unused.map(Exception::as_violation).collect();
    left.extend(
        violations
            .into_iter()
            .filter(|violation| !exceptions.iter().any(|exception| exception.excuses(violation))),
    );
    left
}

impl Exception {
    fn excuses(&self, violation: &Violation) -> bool {
        self.rule == violation.rule
            && Path::new(self.path) == violation.path
            && self.subject == violation.subject
    }

    fn as_violation(&self) -> Violation {
        let Self { rule, path, subject, reason } = self;
        Violation {
            path: "xtask/src/check/exceptions.rs".into(),
            line: 1,
            rule: "exceptions",
            subject: (*subject).to_owned(),
            text: format!(
                "in {path} is excused from {rule} ({reason}), which no longer complains: \
                           remove the exception"
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Exception, apply};
    use crate::check::Violation;

    const LONG: Exception =
        Exception { rule: "size", path: "a.rs", subject: "main", reason: "a table" };

    fn violation(subject: &str) -> Violation {
        let path = "a.rs".into();
        Violation { path, line: 7, rule: "size", subject: subject.into(), text: String::new() }
    }

    #[test]
    fn an_exception_excuses_the_one_it_names() {
        let left = apply(vec![violation("main"), violation("other")], &[LONG]);
        assert_eq!(left, [violation("other")]);
    }

    #[test]
    fn an_exception_without_use_is_a_violation() {
        let left = apply(vec![violation("other")], &[LONG]);
        assert_eq!(
            left.iter().map(ToString::to_string).collect::<Vec<_>>(),
            [
                "xtask/src/check/exceptions.rs:1: exceptions: `main` in a.rs is excused from size \
                 (a table), which no longer complains: remove the exception",
                "a.rs:7: size: `other` "
            ]
        );
    }
}
