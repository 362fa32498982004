use std::{fmt, str::FromStr};

use http::Uri;

/// Where a service is found.
///
/// - `dns://intake:9090`: every address that the name has, resolved each second, one connection
///   each (a headless Service of Kubernetes);
/// - `https://host:port`: one connection as given;
/// - `http://127.0.0.1:port`: the same over plaintext, on this machine alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// All addresses of a name.
    Resolved {
        /// The name to resolve.
        host: String,
        /// The port on each.
        port: u16,
    },
    /// One connection over mutual TLS.
    Secure {
        /// `host:port`.
        authority: String,
    },
    /// One connection over plaintext, to this machine.
    Plain(Uri),
}

/// A text that is not where a service may be found.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` must be dns://<host>:<port>, https://<host>:<port> or http://<loopback>:<port>")]
pub struct InvalidTarget(String);

impl FromStr for Target {
    type Err = InvalidTarget;

    fn from_str(text: &str) -> Result<Self, InvalidTarget> {
        let invalid = || InvalidTarget(text.chars().take(128).collect());
        let uri: Uri = text.parse().map_err(|_| invalid())?;
        let host = uri.host().ok_or_else(invalid)?;
        let port = uri.port_u16().ok_or_else(invalid)?;
        match uri.scheme_str() {
            Some("dns") => Ok(Self::Resolved { host: host.to_owned(), port }),
            Some("https") => Ok(Self::Secure { authority: format!("{host}:{port}") }),
            Some("http") if is_loopback(host) => Ok(Self::Plain(uri)),
            Some(_) | None => Err(invalid()),
        }
    }
}

/// Whether a host is this machine itself, as its name says.
pub fn is_loopback(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || bare.parse().is_ok_and(|ip: std::net::IpAddr| ip.is_loopback())
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Resolved { host, port } => write!(f, "dns://{host}:{port}"),
            Self::Secure { authority } => write!(f, "https://{authority}"),
            Self::Plain(uri) => write!(f, "{}", uri.to_string().trim_end_matches('/')),
        }
    }
}

impl<'de> serde::Deserialize<'de> for Target {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

impl serde::Serialize for Target {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_service_is_found_by_name_or_at_one_address() {
        for good in ["dns://intake:9090", "https://intake.example.edu:9090", "http://[::1]:9090"] {
            assert_eq!(good.parse::<Target>().unwrap().to_string(), good);
        }
    }

    #[test]
    fn plaintext_to_another_machine_and_half_an_address_are_refused() {
        for bad in ["http://intake:9090", "dns://intake", "intake:9090", "ftp://intake:1", ""] {
            assert!(bad.parse::<Target>().is_err(), "{bad}");
        }
    }
}
