use std::{fmt, fs, net::IpAddr, path::Path};

use anyhow::Context as _;
use lettre::transport::smtp::{
    Error,
    authentication::{Credentials, DEFAULT_MECHANISMS},
    client::{AsyncSmtpConnection, Certificate, CertificateStore, TlsParameters},
    extension::ClientId,
};
use runtime::{
    Files, Secret,
    config::{self, MailEncryption},
};
use secrecy::ExposeSecret as _;

use crate::channels::PATIENCE;

/// How a certificate begins in a file (RFC 7468, section 5.1).
const CERTIFICATE: &str = "-----BEGIN CERTIFICATE-----";

/// Where it is, how its connections are kept from others, and who logs in.
#[derive(Debug)]
pub(super) struct Server {
    host: String,
    port: u16,
    encryption: Encryption,
    user: Option<(String, Secret)>,
}

enum Encryption {
    None,
    Starttls(TlsParameters),
    Tls(TlsParameters),
}

impl fmt::Debug for Encryption {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::None => "None",
            Self::Starttls(_) => "Starttls",
            Self::Tls(_) => "Tls",
        })
    }
}

impl Server {
    /// As it is configured; its password is read again when it changes.
    pub(super) fn open(config: &config::Mail, files: &mut Files) -> anyhow::Result<Self> {
        let user = match (&config.user, &config.password_file) {
            (Some(user), Some(file)) => Some((user.clone(), files.secret(file.clone())?)),
            (None, None) => None,
            (Some(_), None) | (None, Some(_)) => {
                anyhow::bail!(
                    "`channels.mail` must have both `user` and `password_file`, or neither"
                )
            }
        };
        if user.is_some() && config.encryption == MailEncryption::None && !is_here(&config.host) {
            anyhow::bail!(
                "`channels.mail.encryption` is `none`, so `{}` would be told the password in the \
                 clear: use `starttls` or `tls`, or a server at 127.0.0.1",
                config.host
            );
        }
        let (port, encryption) = match (config.encryption, &config.ca_file) {
            (MailEncryption::Starttls, ca) => {
                (587, Encryption::Starttls(trust(&config.host, ca.as_deref())?))
            }
            (MailEncryption::Tls, ca) => {
                (465, Encryption::Tls(trust(&config.host, ca.as_deref())?))
            }
            (MailEncryption::None, None) => (25, Encryption::None),
            (MailEncryption::None, Some(_)) => anyhow::bail!(
                "`channels.mail.ca_file` says whom to trust, and `encryption` is `none`: \
                 leave one of them out"
            ),
        };
        let (host, port) = (config.host.clone(), config.port.unwrap_or(port));
        Ok(Self { host, port, encryption, user })
    }

    /// A connection that takes mail.
    pub(super) async fn connect(&self) -> Result<AsyncSmtpConnection, Error> {
        let ours = ClientId::default();
        let encrypted = match &self.encryption {
            Encryption::Tls(trusted) => Some(trusted.clone()),
            Encryption::Starttls(_) | Encryption::None => None,
        };
        let address = (self.host.as_str(), self.port);
        let mut connection =
            AsyncSmtpConnection::connect_tokio1(address, Some(PATIENCE), &ours, encrypted, None)
                .await?;
        if let Encryption::Starttls(trusted) = &self.encryption {
            connection.starttls(trusted.clone(), &ours).await?;
        }
        if let Some((user, password)) = &self.user {
            let password = password.borrow().expose_secret().to_owned();
            let credentials = Credentials::new(user.clone(), password);
            connection.auth(DEFAULT_MECHANISMS, &credentials).await?;
        }
        Ok(connection)
    }
}

/// Whom its certificate must be from: these authorities, or else those that the system trusts.
fn trust(host: &str, ca_file: Option<&Path>) -> anyhow::Result<TlsParameters> {
    let trusted = TlsParameters::builder(host.to_owned());
    let trusted = match ca_file {
        Some(file) => {
            let named = || format!("`channels.mail.ca_file`: `{}`", file.display());
            let pem = fs::read_to_string(file).with_context(named)?;
            anyhow::ensure!(pem.contains(CERTIFICATE), "{} holds no `{CERTIFICATE}`", named());
            let authority = Certificate::from_pem(pem.as_bytes()).with_context(named)?;
            trusted.certificate_store(CertificateStore::None).add_root_certificate(authority)
        }
        None => trusted,
    };
    Ok(trusted.build()?)
}

/// Whether a server is on this very machine.
fn is_here(host: &str) -> bool {
    host == "localhost" || host.parse().is_ok_and(|address: IpAddr| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::is_here;

    #[test]
    fn only_a_server_on_this_machine_is_told_a_password_in_the_clear() {
        assert!(["localhost", "127.0.0.1", "::1"].into_iter().all(is_here));
        assert!(
            !["smtp.example.edu", "10.0.0.1", "localhost.example.edu"].into_iter().any(is_here)
        );
    }
}
