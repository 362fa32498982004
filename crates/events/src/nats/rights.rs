use super::{durable, inbox_prefix, user};
use crate::words::{Service, Stream};

/// The subjects that a user may use; all others are denied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Permissions {
    /// On which it may publish: its events, and its requests to JetStream.
    pub publish: Vec<String>,
    /// Which it may subscribe: its own inbox.
    pub subscribe: Vec<String>,
}

/// The least rights with which a service can make and fill its streams, and make and follow its
/// consumers.
pub fn permissions(service: Service) -> Permissions {
    let mut publish = vec!["$JS.API.INFO".to_owned()];
    publish.extend(service.streams().iter().flat_map(|stream| producing(*stream)));
    publish.extend(service.reads().iter().flat_map(|stream| reading(*stream, service)));
    Permissions { publish, subscribe: vec![format!("{}.>", inbox_prefix(service))] }
}

fn producing(stream: Stream) -> Vec<String> {
    let name = stream.name();
    let mut subjects = vec![format!("{stream}.>")];
    subjects.extend(
        ["CREATE", "UPDATE", "INFO", "MSG.GET"].map(|verb| format!("$JS.API.STREAM.{verb}.{name}")),
    );
    subjects
}

fn reading(stream: Stream, reader: Service) -> Vec<String> {
    let (name, durable) = (stream.name(), durable(reader));
    let mut subjects = vec![format!("$JS.API.STREAM.INFO.{name}")];
    subjects.extend(
        ["CREATE", "DELETE", "INFO", "MSG.NEXT"]
            .map(|verb| format!("$JS.API.CONSUMER.{verb}.{name}.{durable}")),
    );
    subjects.push(format!("$JS.ACK.{name}.{durable}.>"));
    subjects
}

/// The `authorization` block of a nats-server configuration with these users.
///
/// A secret is a password or its bcrypt hash, as nats-server takes either in the same place. Where
/// the server listens and stores is the caller's to write around it.
pub fn authorization_block(users: &[(Service, &str)]) -> String {
    let users: String = users.iter().map(|(service, secret)| entry(*service, secret)).collect();
    format!("authorization {{\n  users: [\n{users}  ]\n}}\n")
}

fn entry(service: Service, secret: &str) -> String {
    let Permissions { publish, subscribe } = permissions(service);
    format!(
        "    {{
      user: {}
      password: {}
      permissions: {{
        publish: [
          {}
        ]
        subscribe: [
          {}
        ]
      }}
    }}
",
        quoted(user(service)),
        quoted(secret),
        list(&publish),
        list(&subscribe),
    )
}

fn list(subjects: &[String]) -> String {
    subjects.iter().map(|subject| quoted(subject)).collect::<Vec<_>>().join("\n          ")
}

/// A string of the configuration language, in which `$` outside quotes would be a variable.
fn quoted(text: &str) -> String {
    let mut quoted = "\"".to_owned();
    for character in text.chars() {
        match character {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            other => quoted.push(other),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether a subject matches a pattern with `>` at its end.
    fn matches(pattern: &str, subject: &str) -> bool {
        match pattern.strip_suffix('>') {
            Some(prefix) => subject.starts_with(prefix) && subject.len() > prefix.len(),
            None => pattern == subject,
        }
    }

    fn may_publish(service: Service, subject: &str) -> bool {
        permissions(service).publish.iter().any(|pattern| matches(pattern, subject))
    }

    #[test]
    fn only_the_producer_may_publish_an_event_or_change_its_stream() {
        for registered in crate::registry() {
            let stream = registered.event_type.stream;
            for &service in Service::ALL {
                let own = service == stream.producer();
                let subject = registered.event_type.to_string();
                assert_eq!(may_publish(service, &subject), own, "{service} on {subject}");
                for verb in ["CREATE", "UPDATE", "MSG.GET"] {
                    let request = format!("$JS.API.STREAM.{verb}.{}", stream.name());
                    assert_eq!(may_publish(service, &request), own, "{service} on {request}");
                }
            }
        }
    }

    #[test]
    fn a_reader_follows_and_acknowledges_its_own_consumer_only() {
        for &reader in Service::ALL {
            for &stream in Stream::ALL {
                let reads = reader.reads().contains(&stream);
                for &other in Service::ALL {
                    let own = reads && other == reader;
                    for subject in [
                        format!("$JS.API.CONSUMER.MSG.NEXT.{}.{other}", stream.name()),
                        format!("$JS.API.CONSUMER.DELETE.{}.{other}", stream.name()),
                        format!("$JS.ACK.{}.{other}.1.2.3.4.5", stream.name()),
                    ] {
                        assert_eq!(may_publish(reader, &subject), own, "{reader} on {subject}");
                    }
                }
            }
        }
    }

    #[test]
    fn nobody_may_delete_anything_but_its_own_consumer() {
        for &service in Service::ALL {
            for pattern in permissions(service).publish {
                let own = pattern.starts_with("$JS.API.CONSUMER.DELETE.")
                    && pattern.ends_with(&format!(".{service}"));
                assert!(own || !pattern.contains("DELETE"), "{pattern}");
                assert!(!pattern.contains("PURGE"), "{pattern}");
                assert!(!pattern.starts_with("$JS.API.>"), "{pattern}");
            }
        }
    }

    #[test]
    fn a_service_hears_nothing_but_its_own_inbox() {
        let inboxes: Vec<_> =
            Service::ALL.iter().map(|service| permissions(*service).subscribe).collect();
        assert!(inboxes.contains(&vec!["_INBOX_callback_survey.>".to_owned()]));
        for (index, inbox) in inboxes.iter().enumerate() {
            assert_eq!(inbox.len(), 1);
            assert!(!inboxes[..index].contains(inbox), "{inbox:?}");
        }
    }

    #[test]
    fn a_secret_cannot_leave_its_quotes() {
        let block = authorization_block(&[(Service::Intake, "a\"b\\c\nd$e")]);
        assert!(block.contains("password: \"a\\\"b\\\\c\\nd$e\"\n"), "{block}");
    }
}
