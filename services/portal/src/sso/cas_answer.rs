//! What a CAS server says of a ticket (CAS protocol 3.0, appendix A).

use std::collections::BTreeMap;

use quick_xml::{
    NsReader,
    escape::resolve_predefined_entity,
    events::{BytesRef, BytesStart, Event},
    name::{Namespace, ResolveResult},
};

const NAMESPACE: ResolveResult<'static> =
    ResolveResult::Bound(Namespace("http://www.yale.edu/tp/cas"));

/// What was said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Said {
    /// Whose ticket it is.
    Success { user: String, attributes: BTreeMap<String, Vec<String>> },
    /// Why it is none.
    Failure { code: String },
}

/// An answer that is none.
#[derive(Debug, thiserror::Error)]
pub(super) enum Malformed {
    #[error("it is no XML")]
    Xml(#[from] quick_xml::Error),
    #[error("it says {0}")]
    Says(&'static str),
}

/// Reads an answer.
pub(super) fn read(text: &str) -> Result<Said, Malformed> {
    let mut reader = NsReader::from_str(text);
    reader.config_mut().expand_empty_elements = true;
    let mut open: Vec<Element> = Vec::new();
    let mut found = Found::default();
    loop {
        let (namespace, event) = reader.read_resolved_event()?;
        let is_ours = namespace == NAMESPACE;
        match event {
            Event::Start(tag) => {
                open.push(Element::of(&tag, is_ours));
                found.begins(&open, &tag)?;
            }
            Event::End(_) => {
                found.ends(&open)?;
                open.pop();
            }
            Event::Text(text) => append(&mut open, &text.xml10_content()),
            Event::CData(text) => append(&mut open, &text.xml10_content()),
            Event::GeneralRef(name) => append(&mut open, &resolved(&name)?),
            Event::DocType(_) => return Err(Malformed::Says("what its own words mean")),
            Event::Eof if open.is_empty() => return found.said(),
            Event::Eof => return Err(Malformed::Says("only its beginning")),
            Event::Empty(_) | Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
        }
    }
}

/// An element that is not closed yet.
struct Element {
    /// Empty if it is in no namespace of CAS.
    name: String,
    /// Its own text.
    content: String,
}

impl Element {
    fn of(tag: &BytesStart<'_>, is_ours: bool) -> Self {
        let name = if is_ours { tag.local_name().into_inner() } else { "" };
        Self { name: name.to_owned(), content: String::new() }
    }
}

/// Adds to the text of the innermost element.
fn append(open: &mut [Element], text: &str) {
    if let Some(element) = open.last_mut() {
        element.content.push_str(text);
    }
}

fn resolved(name: &BytesRef<'_>) -> Result<String, Malformed> {
    if let Some(character) = name.resolve_char_ref()? {
        return Ok(character.to_string());
    }
    let known = resolve_predefined_entity(name).map(ToOwned::to_owned);
    known.ok_or(Malformed::Says("a word that nobody knows"))
}

fn path(open: &[Element]) -> Vec<&str> {
    open.iter().map(|element| element.name.as_str()).collect()
}

/// What was read so far.
#[derive(Default)]
struct Found {
    failure: Option<String>,
    user: Option<String>,
    attributes: BTreeMap<String, Vec<String>>,
}

impl Found {
    fn begins(&mut self, open: &[Element], tag: &BytesStart<'_>) -> Result<(), Malformed> {
        if path(open) == ["serviceResponse", "authenticationFailure"] {
            let code = tag.attributes().filter_map(Result::ok);
            let mut code = code.filter(|one| one.key.local_name().into_inner() == "code");
            let code = code.next().ok_or(Malformed::Says("no code of a failure"))?;
            self.failure = Some(code.value.trim().to_owned());
        }
        Ok(())
    }

    fn ends(&mut self, open: &[Element]) -> Result<(), Malformed> {
        let content = || open.last().map(|element| element.content.trim().to_owned());
        match path(open)[..] {
            ["serviceResponse", "authenticationSuccess", "user"] => {
                let content = content();
                if std::mem::replace(&mut self.user, content).is_some() {
                    return Err(Malformed::Says("two users"));
                }
            }
            ["serviceResponse", "authenticationSuccess", "attributes", name]
                if !name.is_empty() =>
            {
                self.attributes.entry(name.to_owned()).or_default().extend(content());
            }
            _ => {}
        }
        Ok(())
    }

    fn said(self) -> Result<Said, Malformed> {
        match (self.failure, self.user) {
            (None, Some(user)) if !user.is_empty() => {
                Ok(Said::Success { user, attributes: self.attributes })
            }
            (Some(code), None) => Ok(Said::Failure { code }),
            (Some(_), Some(_)) => Err(Malformed::Says("yes and no")),
            (None, _) => Err(Malformed::Says("neither yes nor no")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn success(inner: &str) -> String {
        format!(
            "<?xml version='1.0'?>\n<cas:serviceResponse xmlns:cas='http://www.yale.edu/tp/cas'>\n\
             <cas:authenticationSuccess>{inner}</cas:authenticationSuccess></cas:serviceResponse>"
        )
    }

    fn user(text: &str) -> Option<String> {
        match read(text).ok()? {
            Said::Success { user, .. } => Some(user),
            Said::Failure { .. } => None,
        }
    }

    #[test]
    fn a_success_names_the_user_and_their_attributes_whatever_the_prefix() {
        let text = success(
            "<cas:user> desk-1 </cas:user><cas:attributes><cas:uid>one</cas:uid>\
             <cas:group>a&amp;b</cas:group><cas:group/></cas:attributes>",
        );
        let attributes = [
            ("uid".to_owned(), vec!["one".to_owned()]),
            ("group".to_owned(), vec!["a&b".to_owned(), String::new()]),
        ];
        let expected = Said::Success { user: "desk-1".to_owned(), attributes: attributes.into() };
        assert_eq!(read(&text).unwrap(), expected);
        let other = text.replace("cas:", "c:").replace("xmlns:cas", "xmlns:c");
        assert_eq!(read(&other).unwrap(), expected);
    }

    #[test]
    fn a_failure_tells_its_code() {
        let text = "<serviceResponse xmlns='http://www.yale.edu/tp/cas'>\
                    <authenticationFailure code=\"INVALID_TICKET\">no</authenticationFailure>\
                    </serviceResponse>";
        assert_eq!(read(text).unwrap(), Said::Failure { code: "INVALID_TICKET".to_owned() });
    }

    #[test]
    fn a_name_is_what_an_xml_reader_reads() {
        let named = |inner: &str| user(&success(&format!("<cas:user>{inner}</cas:user>")));
        assert_eq!(named("des<!-- -->k-1").as_deref(), Some("desk-1"));
        assert_eq!(named("<![CDATA[desk-1]]>").as_deref(), Some("desk-1"));
        assert_eq!(named("desk&#45;1").as_deref(), Some("desk-1"));
        assert_eq!(named("desk-1<cas:user>root</cas:user>").as_deref(), Some("desk-1"));
        assert_eq!(named(""), None);
    }

    #[test]
    fn whatever_else_is_said_lets_nobody_in() {
        let right = success("<cas:user>desk-1</cas:user>");
        assert_eq!(user(&right).as_deref(), Some("desk-1"));
        let wrong = [
            String::new(),
            "yes\ndesk-1\n".to_owned(),
            "<html><body>desk-1</body></html>".to_owned(),
            right.replace("http://www.yale.edu/tp/cas", "http://example.edu"),
            right[..right.len() - 22].to_owned(),
            right.replace("</cas:user>", "</cas:usr>"),
            right.replace("cas:user", "cas:proxy"),
            success("<cas:user>desk-1</cas:user><cas:user>root</cas:user>"),
            success("<x><cas:user>desk-1</cas:user></x>"),
            success("<cas:user>&root;</cas:user>"),
            right.replace("?>", "?><!DOCTYPE x [<!ENTITY root 'root'>]>"),
            right.replace(
                "</cas:serviceResponse>",
                "<cas:authenticationFailure code='X'/></cas:serviceResponse>",
            ),
        ];
        for text in wrong {
            assert_eq!(user(&text), None, "{text}");
        }
    }
}
