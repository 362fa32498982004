//! The configuration of an embedded installation, and where its services are.

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    fs,
    net::{Ipv4Addr, SocketAddr, TcpListener},
    path::Path,
};

use anyhow::{Context as _, Result};
use clock::{Clock, Ids as _, RandomIds};
use events::words::Service;
use serde::{Deserialize, Serialize};

use super::INSTALLATION;
use crate::{
    home::{Home, write_private},
    up::Wanted,
};

/// Where a service is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Endpoint {
    /// gRPC.
    pub(crate) rpc: SocketAddr,
    /// HTTP: the portal's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) http: Option<SocketAddr>,
    /// Admin.
    pub(crate) admin: SocketAddr,
}

/// Where all services are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Endpoints(pub(crate) BTreeMap<Service, Endpoint>);

/// Ports that were chosen. Whoever else looks for free ones would find them, until the services listen.
#[derive(Debug)]
pub(crate) struct Held {
    _listeners: Vec<TcpListener>,
}

impl Endpoints {
    /// Free ports for all services, those of last time where they still are free. What runs in one
    /// process, which is all but those `elsewhere`, shares its admin port.
    fn choose(last: Option<&Self>, elsewhere: &[Service]) -> Result<(Self, Held)> {
        let mut taken = Vec::new();
        let mut port = |last: Option<SocketAddr>| -> Result<SocketAddr> {
            let listener = free(last)?;
            let address = listener.local_addr()?;
            taken.push(listener);
            Ok(address)
        };
        let mut shared = None;
        let mut endpoints = BTreeMap::new();
        for &service in Service::ALL {
            let last = last.and_then(|last| last.0.get(&service));
            let rpc = port(last.map(|last| last.rpc))?;
            let admin = match shared {
                Some(shared) if !elsewhere.contains(&service) => shared,
                Some(_) | None => port(last.map(|last| last.admin))?,
            };
            if !elsewhere.contains(&service) {
                shared = Some(admin);
            }
            let http = match service {
                Service::Portal => Some(port(last.and_then(|last| last.http).or(Some(usual())))?),
                Service::Intake
                | Service::Dispatch
                | Service::EscalationTimer
                | Service::CallbackSurvey
                | Service::Notification => None,
            };
            endpoints.insert(service, Endpoint { rpc, http, admin });
        }
        Ok((Self(endpoints), Held { _listeners: taken }))
    }

    /// Where people and programs call.
    pub(crate) fn portal(&self) -> Option<String> {
        let http = self.0.get(&Service::Portal)?.http?;
        Some(format!("http://{http}"))
    }

    /// Those that the last start wrote.
    pub(crate) fn read(home: &Home) -> Result<Self> {
        let file = home.endpoints();
        let text = fs::read_to_string(&file).with_context(|| {
            format!("reading {}: is it running? start it with `./yizhan up`", file.display())
        })?;
        toml::from_str(&text).with_context(|| format!("reading {}", file.display()))
    }
}

/// Ports below those for outgoing calls, which begin at 32768 on Linux (`ip_local_port_range`).
const FIRST_PORT: u16 = 20_000;
const PORTS: u16 = 12_000;

/// Where people look first.
const fn usual() -> SocketAddr {
    SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 8080)
}

fn free(wanted: Option<SocketAddr>) -> Result<TcpListener> {
    if let Some(Ok(listener)) = wanted.map(TcpListener::bind) {
        return Ok(listener);
    }
    // Not one of those that the kernel gives to whoever calls out: it would be taken by the time that
    // the service listens.
    let mut ids = RandomIds::new(Clock::system());
    for _ in 0..100 {
        let (_, random) = ids.uuid().as_u64_pair();
        let port = FIRST_PORT + u16::try_from(random % u64::from(PORTS)).unwrap_or_default();
        if let Ok(listener) = TcpListener::bind((Ipv4Addr::LOCALHOST, port)) {
            return Ok(listener);
        }
    }
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("finding a free port")
}

/// Writes `endpoints.toml` and `config.toml`.
pub(super) fn write(home: &Home, postgres: u16, nats: &str, wanted: &Wanted) -> Result<Held> {
    let (endpoints, held) =
        Endpoints::choose(Endpoints::read(home).ok().as_ref(), &wanted.without)?;
    write_private(&home.endpoints(), toml::to_string(&endpoints)?.as_bytes())?;
    let text = render(home, &endpoints, postgres, nats, wanted.manual_clock)?;
    write_private(&home.config(), text.as_bytes())?;
    Ok(held)
}

fn render(
    home: &Home,
    endpoints: &Endpoints,
    postgres: u16,
    nats: &str,
    manual_clock: bool,
) -> Result<String> {
    let mut text = String::new();
    let mode = if manual_clock { "manual" } else { "system" };
    writeln!(text, "# Made by `yizhan up` at each start; changes are lost.")?;
    writeln!(text, "installation = {INSTALLATION:?}\n")?;
    writeln!(text, "[store]\nhost = \"127.0.0.1\"\nport = {postgres}\n")?;
    writeln!(text, "[broker]\nurl = {nats:?}\n")?;
    writeln!(text, "[clock]\nmode = {mode:?}\nfile = {}\n", quoted(&home.clock()))?;
    // What fails, and what posts are told by the log.
    let told = notification::LOG;
    writeln!(text, "[logs]\nformat = \"text\"\nfilter = \"error,{told}=info\"\n")?;
    if let Some(portal) = endpoints.portal() {
        writeln!(text, "[http]\npublic_url = {portal:?}\n")?;
    }
    writeln!(text, "[peers]")?;
    for (service, endpoint) in &endpoints.0 {
        let key = runtime::config::underscored(*service);
        writeln!(text, "{key} = \"http://{}\"", endpoint.rpc)?;
    }
    for (service, endpoint) in &endpoints.0 {
        let name = service.word();
        let key = |what| home.key_of(*service, what);
        writeln!(text, "\n[service.{name}.store]")?;
        writeln!(text, "password_file = {}", quoted(&key("store")))?;
        writeln!(text, "owner_password_file = {}", quoted(&key("store-owner")))?;
        writeln!(text, "[service.{name}.broker]\npassword_file = {}", quoted(&key("nats")))?;
        writeln!(text, "[service.{name}.rpc]\nlisten = \"{}\"", endpoint.rpc)?;
        writeln!(text, "[service.{name}.admin]\nlisten = \"{}\"", endpoint.admin)?;
        if let Some(http) = endpoint.http {
            writeln!(text, "[service.{name}.http]\nlisten = \"{http}\"")?;
        }
        writeln!(text, "[service.{name}.keys]\nmaster_file = {}", quoted(&home.key("master")))?;
        if *service == Service::Portal {
            writeln!(text, "token_file = {}", quoted(&home.key("token")))?;
        }
    }
    Ok(text)
}

/// A path as a TOML string.
fn quoted(path: &Path) -> String {
    toml::Value::String(path.display().to_string()).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_service_can_load_what_is_written() {
        let folder = std::env::temp_dir().join(format!("yizhan-config-{}", std::process::id()));
        let home = Home::at(&folder).unwrap();
        home.make().unwrap();
        let wanted = Wanted { without: vec![Service::Portal], manual_clock: true, begins: None };
        write(&home, 5432, "nats://127.0.0.1:4222", &wanted).unwrap();
        for service in Service::ALL {
            let config = runtime::Sources::new().file(home.config()).load(*service).unwrap();
            assert_eq!(config.clock.mode, runtime::config::ClockMode::Manual);
            assert_eq!(config.store.port, 5432);
            let portal = Endpoints::read(&home).unwrap().portal();
            assert_eq!(config.http.public_url, portal);
        }
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn ports_stay_as_they_were_while_they_are_free() {
        let (first, held) = Endpoints::choose(None, &[]).unwrap();
        drop(held);
        let (again, _) = Endpoints::choose(Some(&first), &[]).unwrap();
        assert_eq!(again, first);
        let rpc = first.0[&Service::Intake].rpc;
        let _taken = TcpListener::bind(rpc).unwrap();
        let (second, _) = Endpoints::choose(Some(&first), &[]).unwrap();
        assert_ne!(second.0[&Service::Intake].rpc, rpc);
    }

    #[test]
    fn services_of_one_process_share_its_admin_port_and_others_have_their_own() {
        let elsewhere = [Service::Dispatch];
        let (Endpoints(endpoints), _) = Endpoints::choose(None, &elsewhere).unwrap();
        let admin = |service| endpoints[&service].admin;
        assert_eq!(admin(Service::Intake), admin(Service::Portal));
        assert_ne!(admin(Service::Intake), admin(Service::Dispatch));
    }
}
