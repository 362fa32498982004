use std::{fmt, str::FromStr};

use events::words::{Installation, Service};
use rustls::pki_types::CertificateDer;

/// Who a certificate is for: `spiffe://<installation>/<service>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The installation.
    pub installation: Installation,
    /// One of its services.
    pub service: Service,
}

/// A certificate that names no service, or a text that does not.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidIdentity {
    /// Not of the form.
    #[error("`{0}` is not of the form spiffe://<installation>/<service>")]
    Malformed(String),
    /// No such name among the certificate's.
    #[error("the certificate has no URI name of the form spiffe://<installation>/<service>")]
    Absent,
    /// More than one: it must be plain who it is.
    #[error("the certificate names more than one service")]
    Ambiguous,
    /// Not a certificate.
    #[error("the certificate cannot be read")]
    Unreadable,
}

impl Identity {
    /// The one identity that a certificate names.
    pub fn of(certificate: &CertificateDer<'_>) -> Result<Self, InvalidIdentity> {
        let parsed = webpki::EndEntityCert::try_from(certificate)
            .map_err(|_| InvalidIdentity::Unreadable)?;
        let mut names = parsed.valid_uri_names().filter(|name| name.starts_with(SCHEME));
        let name = names.next().ok_or(InvalidIdentity::Absent)?;
        if names.next().is_some() { Err(InvalidIdentity::Ambiguous) } else { name.parse() }
    }
}

const SCHEME: &str = "spiffe://";

impl FromStr for Identity {
    type Err = InvalidIdentity;

    fn from_str(text: &str) -> Result<Self, InvalidIdentity> {
        let parts = || {
            let (installation, service) = text.strip_prefix(SCHEME)?.split_once('/')?;
            Some(Self { installation: installation.parse().ok()?, service: service.parse().ok()? })
        };
        parts().ok_or_else(|| InvalidIdentity::Malformed(text.chars().take(128).collect()))
    }
}

impl fmt::Display for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{SCHEME}{}/{}", self.installation, self.service)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identity_names_an_installation_and_a_service() {
        let identity: Identity = "spiffe://campus/escalation-timer".parse().unwrap();
        assert_eq!(identity.service, Service::EscalationTimer);
        assert_eq!(identity.to_string(), "spiffe://campus/escalation-timer");
        for wrong in
            ["campus/intake", "spiffe://campus", "spiffe://campus/cook", "spiffe:///intake"]
        {
            assert!(wrong.parse::<Identity>().is_err(), "{wrong}");
        }
    }
}
