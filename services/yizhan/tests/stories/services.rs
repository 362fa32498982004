//! Services that know each other by their certificates.

use std::{
    fs,
    io::{self, Read as _, Write as _},
    net::TcpStream,
    path::PathBuf,
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use events::words::Service;
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, ExtendedKeyUsagePurpose, IsCa, KeyPair,
    SanType,
};
use rustls::{
    ClientConfig, ClientConnection, RootCertStore, StreamOwned,
    crypto::ring,
    pki_types::{CertificateDer, PrivateKeyDer, ServerName, pem::PemObject as _},
};

use crate::campus::{Campus, home::Home, processes::Environment};

#[test]
fn services_call_each_other_by_certificate_and_take_new_ones_without_a_restart() {
    let old = Authority::new();
    let campus = Campus::in_processes_with(|campus, service| {
        old.issue_to(campus.home(), service);
        secured(campus, service)
    });
    let [desk, plumber, quality] = ["desk-1", "plumber-1", "quality"].map(|a| campus.account(a));
    let case = desk.opens("water-leak --place dorm-7-402");
    plumber.repairs(&case);
    quality.does(&format!("callback record {case} --solved"));
    assert_eq!(case.state().0, "closed-solved");
    assert!(!case.clocks().is_empty() && !case.told("offered").is_empty(), "all were asked");

    let other = Authority::new();
    for &service in Service::ALL {
        let call = |caller: Option<Certificate>| greet(&campus, service, &old, caller);
        let own = fs::read(files(campus.home(), service)[0].clone()).unwrap();
        let own = CertificateDer::from_pem_slice(&own).unwrap();
        assert_eq!(call(Some(old.issue("spiffe://campus/portal"))).unwrap(), own, "{service}");
        call(None).unwrap_err();
        call(Some(old.issue("spiffe://elsewhere/portal"))).unwrap_err();
        call(Some(other.issue("spiffe://campus/portal"))).unwrap_err();
    }

    for &service in Service::ALL {
        other.issue_to(campus.home(), service);
    }
    campus.hang_up();
    for &service in Service::ALL {
        until_answered(|| {
            greet(&campus, service, &other, Some(other.issue("spiffe://campus/portal")))
        });
        greet(&campus, service, &old, Some(old.issue("spiffe://campus/portal"))).unwrap_err();
    }
    let case = desk.opens("door-lock --place dorm-7-402");
    assert_eq!(case.steps(), ["case.accepted", "workorder.offered"]);
}

/// What a service is told: its certificate, and that the others have one.
fn secured(campus: &Campus, service: Service) -> Environment {
    let [certificate, key, authority] = files(campus.home(), service);
    let path = |file: PathBuf| file.to_str().unwrap().to_owned();
    let mut environment = vec![
        ("YIZHAN_TLS__CERTIFICATE_FILE", path(certificate)),
        ("YIZHAN_TLS__KEY_FILE", path(key)),
        ("YIZHAN_TLS__AUTHORITY_FILE", path(authority)),
    ];
    environment.extend(Service::ALL.iter().map(|peer| {
        (variable(*peer), campus.endpoint(*peer, "rpc").replace("http://", "https://"))
    }));
    environment
}

/// Where a service learns the address of another.
const fn variable(peer: Service) -> &'static str {
    match peer {
        Service::Intake => "YIZHAN_PEERS__INTAKE",
        Service::Dispatch => "YIZHAN_PEERS__DISPATCH",
        Service::EscalationTimer => "YIZHAN_PEERS__ESCALATION_TIMER",
        Service::CallbackSurvey => "YIZHAN_PEERS__CALLBACK_SURVEY",
        Service::Notification => "YIZHAN_PEERS__NOTIFICATION",
        Service::Portal => "YIZHAN_PEERS__PORTAL",
    }
}

/// The certificate, the key and the authority of a service.
fn files(home: &Home, service: Service) -> [PathBuf; 3] {
    ["certificate", "certificate-key", "authority"]
        .map(|what| home.path().join(format!("keys/{service}-{what}.pem")))
}

/// An authority of an installation.
struct Authority(CertifiedIssuer<'static, KeyPair>);

/// In PEM.
struct Certificate {
    certificate: String,
    key: String,
}

impl Authority {
    fn new() -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Self(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    /// A certificate that says who has it; and the host, which is for this test alone.
    fn issue(&self, name: &str) -> Certificate {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::default();
        params.subject_alt_names = vec![
            SanType::URI(name.try_into().unwrap()),
            SanType::DnsName("localhost".try_into().unwrap()),
        ];
        params.extended_key_usages =
            vec![ExtendedKeyUsagePurpose::ServerAuth, ExtendedKeyUsagePurpose::ClientAuth];
        let certificate = params.signed_by(&key, &self.0).unwrap().pem();
        Certificate { certificate, key: key.serialize_pem() }
    }

    /// Puts a service's new certificate where it reads it.
    fn issue_to(&self, home: &Home, service: Service) {
        let Certificate { certificate, key } = self.issue(&format!("spiffe://campus/{service}"));
        for (file, pem) in files(home, service).into_iter().zip([certificate, key, self.0.pem()]) {
            fs::write(file, pem).unwrap();
        }
    }
}

/// Begins to speak HTTP/2 with a service as this caller, trusting this authority; the service's
/// certificate, if it answers.
fn greet(
    campus: &Campus,
    service: Service,
    trusted: &Authority,
    caller: Option<Certificate>,
) -> io::Result<CertificateDer<'static>> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(trusted.0.pem().as_bytes()).unwrap()).unwrap();
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots);
    let mut config = match caller {
        None => config.with_no_client_auth(),
        Some(Certificate { certificate, key }) => {
            let certificate = CertificateDer::from_pem_slice(certificate.as_bytes()).unwrap();
            let key = PrivateKeyDer::from_pem_slice(key.as_bytes()).unwrap();
            config.with_client_auth_cert(vec![certificate], key).unwrap()
        }
    };
    config.alpn_protocols = vec![b"h2".to_vec()];
    let name = ServerName::try_from("localhost").unwrap();
    let connection = ClientConnection::new(Arc::new(config), name).unwrap();
    let address = campus.endpoint(service, "rpc");
    let stream = TcpStream::connect(address.trim_start_matches("http://"))?;
    stream.set_read_timeout(Some(Duration::from_secs(10)))?;
    let mut stream = StreamOwned::new(connection, stream);
    // The preface of HTTP/2 (RFC 9113, 3.4) with empty settings; the answer is the server's.
    stream.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0")?;
    stream.read_exact(&mut [0; 9])?;
    Ok(stream.conn.peer_certificates().unwrap()[0].clone().into_owned())
}

/// Waits until it is answered.
fn until_answered(ask: impl Fn() -> io::Result<CertificateDer<'static>>) {
    let begun = Instant::now();
    while let Err(error) = ask() {
        assert!(begun.elapsed() < Duration::from_secs(20), "{error}");
        thread::sleep(Duration::from_millis(50));
    }
}
