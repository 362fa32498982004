//! Configuration: the same keys for every service.
//!
//! ```toml
//! installation = "example"
//! [store]
//! host = "localhost"
//! password_file = "/run/secrets/store"
//! [service.intake.rpc]                  # the same keys again, for one service alone
//! listen = "127.0.0.1:9091"
//! ```
//!
//! Later wins: defaults, the file, its `[service.<name>]`, the environment
//! (`YIZHAN_<SECTION>__<KEY>`), flags. A key that nobody knows is refused, with the nearest one that
//! is known. A secret is only ever named by the file that holds it: there is no key to put it into.

mod layers;
mod portal;
mod refusal;

use std::{
    collections::BTreeMap,
    net::{Ipv4Addr, SocketAddr},
    path::PathBuf,
};

use events::words::{Installation, Service};
use rpc::{Target, is_loopback};
use serde::{Deserialize, Deserializer, Serialize};

pub use layers::Sources;
pub use portal::{Cas, Oidc, Portal};
pub use refusal::ConfigError;

/// Everything that a service can be told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Which installation this is: `[a-z0-9-]{1,32}`, set once.
    pub installation: Installation,
    /// The service's own Postgres database.
    #[serde(default)]
    pub store: Store,
    /// NATS.
    #[serde(default)]
    pub broker: Broker,
    /// The gRPC port.
    #[serde(default)]
    pub rpc: Rpc,
    /// The HTTP port (portal only), and where people reach it.
    #[serde(default)]
    pub http: Http,
    /// The admin port.
    #[serde(default)]
    pub admin: Admin,
    /// Certificates; without them gRPC is plaintext, on loopback alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tls: Option<Tls>,
    /// Where the other services are.
    #[serde(default)]
    pub peers: Peers,
    /// Whose time it is.
    #[serde(default)]
    pub clock: Clock,
    /// Keys that only some services have.
    #[serde(default)]
    pub keys: Keys,
    /// Unified login (portal only).
    #[serde(default)]
    pub portal: Portal,
    /// Ways out of the installation (notification only).
    #[serde(default)]
    pub channels: Channels,
    /// Logs, traces and metrics.
    #[serde(default)]
    pub logs: telemetry::Logs,
}

/// `[store]`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Store {
    /// Host name or address.
    pub host: String,
    /// Port.
    pub port: u16,
    /// Database; by default the service's name with underscores.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub database: Option<String>,
    /// The run-time role, which may not change any structure; by default the service's name with
    /// underscores.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// Its password.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub password_file: Option<PathBuf>,
    /// The role that owns the schemas, for `migrate` alone; by default the run-time role's name and
    /// `_owner`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// Its password.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner_password_file: Option<PathBuf>,
    /// Certificates that Postgres's must come from; with them TLS is required and the host verified.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authority_file: Option<PathBuf>,
    /// Connections of one replica.
    pub connections: u32,
}

/// `[broker]`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Broker {
    /// Addresses, divided by commas: `nats://nats:4222`.
    #[serde(deserialize_with = "without_secrets")]
    pub url: String,
    /// By default the service's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// Its password.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub password_file: Option<PathBuf>,
    /// Certificates that the broker's must come from; with them TLS is required.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authority_file: Option<PathBuf>,
    /// Of the service's own streams: 1, 3 or 5.
    pub replicas: usize,
}

/// Addresses, in none of which somebody has written a password or a token.
fn without_secrets<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let urls = String::deserialize(deserializer)?;
    if urls.contains('@') {
        return Err(serde::de::Error::custom(
            "holds a name or a password: give `broker.user` and `broker.password_file`",
        ));
    }
    Ok(urls)
}

/// `[rpc]`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Rpc {
    /// Address and port; port 0 takes a free one.
    pub listen: SocketAddr,
}

/// `[http]`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Http {
    /// Address and port; port 0 takes a free one.
    pub listen: SocketAddr,
    /// Where people's browsers reach the portal, such as `https://yizhan.example.edu`: links in
    /// messages lead there, and unified login leads back there. Without it nobody is sent any link.
    #[serde(deserialize_with = "address", skip_serializing_if = "Option::is_none")]
    pub public_url: Option<String>,
}

/// The beginning of an address that links can be made from. They are secrets, which nobody on the way
/// may hear.
fn address<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    base(deserializer).map(Some)
}

/// What longer addresses begin with: encrypted, or on loopback.
fn base<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let url = String::deserialize(deserializer)?;
    let (is_secure, rest) = match url.split_once("://") {
        Some(("https", rest)) => (true, rest),
        Some(("http", rest)) => (false, rest),
        Some(_) | None => (false, ""),
    };
    let authority = rest.split('/').next().unwrap_or_default();
    let host = match authority.rsplit_once(':') {
        Some((host, port)) if port.parse::<u16>().is_ok() => host,
        Some(_) | None => authority,
    };
    let is_odd = |c: char| c.is_whitespace() || c.is_control() || "@?#\"'<>".contains(c);
    if host.is_empty() || rest.contains(is_odd) || !(is_secure || is_loopback(host)) {
        return Err(serde::de::Error::custom(
            "must begin with `https://`, or on loopback with `http://`, and have no `?`, `#` or `@`",
        ));
    }
    Ok(url)
}

/// `[admin]`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Admin {
    /// Address and port; port 0 takes a free one.
    pub listen: SocketAddr,
}

/// `[tls]`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::struct_field_names, reason = "what names a file ends so, everywhere")]
pub struct Tls {
    /// The service's certificate and its intermediates, in PEM.
    pub certificate_file: PathBuf,
    /// Its private key, in PEM.
    pub key_file: PathBuf,
    /// Certificates that its peers' must come from, in PEM.
    pub authority_file: PathBuf,
}

/// `[peers]`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[expect(missing_docs, reason = "one field per service, by its name")]
pub struct Peers {
    pub intake: Target,
    pub dispatch: Target,
    pub escalation_timer: Target,
    pub callback_survey: Target,
    pub notification: Target,
    pub portal: Target,
}

/// `[clock]`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Clock {
    /// Whether a person can move it ahead.
    pub mode: ClockMode,
    /// Where the manual offset is kept.
    pub file: PathBuf,
}

/// Whether a person can move the service's time ahead.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ClockMode {
    /// No.
    System,
    /// Yes: for stories, and for trying what happens later.
    Manual,
}

/// `[keys]`
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Keys {
    /// What the portal signs tokens with: Ed25519 in PKCS#8, PEM or DER.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token_file: Option<PathBuf>,
    /// What seals personal data: master keys, one a line, the first in use.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub master_file: Option<PathBuf>,
}

/// `[channels]`: what is not named is off.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Channels {
    /// The gateway that sends text messages.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sms: Option<Endpoint>,
    /// Robots of groups (企业微信), by the names that the definitions' posts give.
    pub wecom: BTreeMap<String, Endpoint>,
    /// Systems of departments, by the names that the definitions' posts give.
    pub webhook: BTreeMap<String, Endpoint>,
    /// The server that takes mail.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mail: Option<Mail>,
}

/// `[channels.mail]`: a server that takes mail for others (SMTP submission, RFC 6409).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mail {
    /// Its name, which its certificate must have.
    pub host: String,
    /// Its port; 587, 465 or 25 by the encryption.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub port: Option<u16>,
    /// What nobody else may read.
    #[serde(default)]
    pub encryption: MailEncryption,
    /// The authorities (PEM) that its certificate must be from; without it, those that the system
    /// trusts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ca_file: Option<PathBuf>,
    /// Who it is from: `一站 <yizhan@example.edu>`.
    pub from: String,
    /// Who logs in, if it asks for that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// Holds their password.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password_file: Option<PathBuf>,
    /// So many a minute to one address of a post, and to all persons together, and what is more waits
    /// and is merged.
    #[serde(default = "twenty")]
    pub per_minute: u32,
}

/// How a connection to a mail server is kept from others.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MailEncryption {
    /// It begins in the clear and must go on encrypted.
    #[default]
    Starttls,
    /// It is encrypted from the first byte.
    Tls,
    /// Not at all: for a server on the same machine.
    None,
}

/// Where messages are posted to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Endpoint {
    /// Holds its address, which for a robot is all that one needs to speak for it.
    pub url_file: PathBuf,
    /// Holds the token that it asks for, if it asks for one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token_file: Option<PathBuf>,
    /// So many sendings a minute, of text messages to one number of a post and to all persons together,
    /// and what is more waits and is merged. A robot takes 20.
    #[serde(default = "twenty")]
    pub per_minute: u32,
}

const fn twenty() -> u32 {
    20
}

const fn loopback(port: u16) -> SocketAddr {
    SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), port)
}

impl Default for Store {
    fn default() -> Self {
        Self {
            host: "localhost".to_owned(),
            port: 5432,
            database: None,
            user: None,
            password_file: None,
            owner: None,
            owner_password_file: None,
            authority_file: None,
            connections: 16,
        }
    }
}

impl Default for Broker {
    fn default() -> Self {
        Self {
            url: "nats://localhost:4222".to_owned(),
            user: None,
            password_file: None,
            authority_file: None,
            replicas: 1,
        }
    }
}

impl Default for Rpc {
    fn default() -> Self {
        Self { listen: loopback(9090) }
    }
}

impl Default for Http {
    fn default() -> Self {
        Self { listen: loopback(8080), public_url: None }
    }
}

impl Default for Admin {
    fn default() -> Self {
        Self { listen: loopback(8081) }
    }
}

impl Default for Clock {
    fn default() -> Self {
        Self { mode: ClockMode::System, file: PathBuf::from(".yizhan/clock") }
    }
}

impl Default for Peers {
    fn default() -> Self {
        let named = |service: Service| Target::Resolved { host: service.to_string(), port: 9090 };
        Self {
            intake: named(Service::Intake),
            dispatch: named(Service::Dispatch),
            escalation_timer: named(Service::EscalationTimer),
            callback_survey: named(Service::CallbackSurvey),
            notification: named(Service::Notification),
            portal: named(Service::Portal),
        }
    }
}

impl Peers {
    /// Where `service` is.
    pub const fn get(&self, service: Service) -> &Target {
        match service {
            Service::Intake => &self.intake,
            Service::Dispatch => &self.dispatch,
            Service::EscalationTimer => &self.escalation_timer,
            Service::CallbackSurvey => &self.callback_survey,
            Service::Notification => &self.notification,
            Service::Portal => &self.portal,
        }
    }
}

/// A service's name where hyphens are not allowed: schemas, databases, roles.
pub fn underscored(service: Service) -> String {
    service.word().replace('-', "_")
}

impl Store {
    /// The database of `service`.
    pub fn database(&self, service: Service) -> String {
        self.database.clone().unwrap_or_else(|| underscored(service))
    }

    /// The run-time role of `service`.
    pub fn user(&self, service: Service) -> String {
        self.user.clone().unwrap_or_else(|| underscored(service))
    }

    /// The role that owns the schemas of `service`.
    pub fn owner(&self, service: Service) -> String {
        self.owner.clone().unwrap_or_else(|| format!("{}_owner", self.user(service)))
    }
}

#[cfg(test)]
mod tests;
