//! Somebody at the broker, in its own protocol: a refusal comes before the answer to the PING behind
//! it, so that nothing has to be waited for.

use std::{
    fs,
    io::{BufRead as _, BufReader, Write as _},
    net::TcpStream,
    time::Duration,
};

use events::words::Service;
use serde_json::json;

use super::Campus;

/// A connection to the broker, a line at a time.
pub(crate) struct Session {
    broker: BufReader<TcpStream>,
}

impl Session {
    /// As a service.
    pub(crate) fn open(campus: &Campus, user: Service) -> Self {
        let who = json!({ "user": user.word(), "pass": password(campus, user) });
        Self::connect(campus, who).unwrap()
    }

    /// As whoever this is, or what the broker says instead.
    pub(crate) fn connect(campus: &Campus, mut who: serde_json::Value) -> Result<Self, String> {
        let config = fs::read_to_string(campus.home().path().join("config.toml")).unwrap();
        let config: toml::Value = toml::from_str(&config).unwrap();
        let url = config["broker"]["url"].as_str().unwrap();
        let stream = TcpStream::connect(url.trim_start_matches("nats://")).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        stream.set_nodelay(true).unwrap();
        let mut session = Self { broker: BufReader::new(stream) };
        assert!(session.line().starts_with("INFO "));
        who["verbose"] = false.into();
        match session.sends(&format!("CONNECT {who}")) {
            None => Ok(session),
            Some(refusal) => Err(refusal),
        }
    }

    /// Says something; the refusal, if there is one.
    pub(crate) fn sends(&mut self, line: &str) -> Option<String> {
        let lines = format!("{line}\r\nPING\r\n");
        self.broker.get_mut().write_all(lines.as_bytes()).unwrap();
        let mut refusal = None;
        loop {
            match self.line() {
                line if line == "PONG" => return refusal,
                line if line.starts_with("-ERR 'Authorization") => return Some(line),
                line if line.starts_with("-ERR ") => refusal = Some(line),
                // The broker's own, at any time.
                line if line == "PING" => self.broker.get_mut().write_all(b"PONG\r\n").unwrap(),
                line => assert!(line.starts_with("INFO "), "{line}"),
            }
        }
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.broker.read_line(&mut line).unwrap();
        line.trim_end().to_owned()
    }
}

/// By which a service is known to the broker.
pub(crate) fn password(campus: &Campus, user: Service) -> String {
    let file = campus.home().path().join(format!("keys/{user}-nats"));
    fs::read_to_string(file).unwrap().trim_end().to_owned()
}
