use clock::Clock;
use jiff::Timestamp;
use reqwest::Client;
use runtime::config;
use url::Url;

use super::{
    Attempt, Failed, Vouched, Way, ask,
    cas_answer::{Said, read},
    safe,
};

/// A server of Apereo CAS.
#[derive(Debug)]
pub(super) struct Cas {
    config: config::Cas,
    /// Where it leads people back to.
    back: String,
    client: Client,
    clock: Clock,
}

impl Cas {
    pub(super) fn new(config: config::Cas, back: String, client: Client, clock: Clock) -> Self {
        Self { config, back, client, clock }
    }

    /// Where somebody logs in. CAS hands nothing back but the ticket, so the state is a part of where
    /// it leads to.
    pub(super) fn begin(&self, attempt: &Attempt) -> Result<Url, Failed> {
        let mut url = self.page("login")?;
        url.query_pairs_mut().append_pair("service", &self.service(attempt));
        renew(&mut url, attempt);
        Ok(url)
    }

    /// Whose ticket it is.
    pub(super) async fn end(&self, attempt: &Attempt, ticket: &str) -> Result<Vouched, Failed> {
        let mut url = self.page("p3/serviceValidate")?;
        let service = self.service(attempt);
        url.query_pairs_mut().append_pair("service", &service).append_pair("ticket", ticket);
        renew(&mut url, attempt);
        let answered = ask(self.client.get(url)).await?;
        if !answered.status.is_success() {
            return Err(Failed::away(format!("it answered {}", answered.status)));
        }
        let text = String::from_utf8(answered.body).map_err(Failed::away)?;
        match read(&text).map_err(Failed::away)? {
            Said::Success { user, attributes } => {
                let only = |name: &str| match attributes.get(name).map(Vec::as_slice) {
                    Some([only]) => Some(only.clone()),
                    Some(_) | None => None,
                };
                let since = only("authenticationDate").and_then(|text| text.parse().ok());
                let name = match &self.config.attribute {
                    None => Some(user),
                    Some(attribute) => only(attribute),
                };
                let name = name.ok_or_else(|| {
                    Failed::away("it does not give one value of portal.cas.attribute")
                })?;
                let authenticated_at: Timestamp = since.unwrap_or_else(|| self.clock.machine());
                Ok(Vouched { way: Way::Cas, name, authenticated_at })
            }
            Said::Failure { code } if code == "INTERNAL_ERROR" => Err(Failed::away(code)),
            Said::Failure { code } => Err(Failed::refused(code)),
        }
    }

    fn service(&self, attempt: &Attempt) -> String {
        format!("{}?state={}", self.back, attempt.state(Way::Cas))
    }

    fn page(&self, path: &str) -> Result<Url, Failed> {
        safe(&format!("{}/{path}", self.config.url.trim_end_matches('/')))
    }
}

/// Asks that they prove anew who they are, and that the ticket be of that (CAS protocol 3.0, 2.1.1 and
/// 2.5.1), if the session is handed to the command line.
fn renew(url: &mut Url, attempt: &Attempt) {
    if attempt.hand_off().is_some() {
        url.query_pairs_mut().append_pair("renew", "true");
    }
}
