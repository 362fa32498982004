use std::{fmt, sync::Arc};

use events::words::Service;
use rustls::{
    RootCertStore, ServerConfig,
    crypto::{CryptoProvider, ring},
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _},
    server::{VerifierBuilderError, WebPkiClientVerifier},
};
use tonic::transport::{ClientTlsConfig, Endpoint};

use super::{Identity, InvalidIdentity, verify::NamedService};

/// A service's certificate and key, and the authority that its peers' certificates must come from.
#[derive(Clone)]
pub struct Credentials {
    identity: Identity,
    authority: Arc<RootCertStore>,
    provider: Arc<CryptoProvider>,
    server: Arc<ServerConfig>,
    client: tonic::transport::Identity,
}

/// Files that cannot be credentials.
#[derive(Debug, thiserror::Error)]
pub enum InvalidCredentials {
    /// No certificate in PEM.
    #[error("the certificate file holds no certificate in PEM")]
    Certificate,
    /// No private key in PEM.
    #[error("the key file holds no private key in PEM")]
    Key,
    /// No certificate of an authority.
    #[error("the authority file holds no usable certificate in PEM")]
    Authority,
    /// The certificate does not say whose it is.
    #[error(transparent)]
    Identity(#[from] InvalidIdentity),
    /// Certificate and key do not fit, or are of a kind that is not supported.
    #[error("certificate and key cannot be used")]
    Unusable(#[from] rustls::Error),
    /// The authority cannot be used.
    #[error("the authority cannot be used")]
    Verifier(#[from] VerifierBuilderError),
}

impl Credentials {
    /// From three PEM files: the certificate with its intermediates, its private key, and the
    /// authority's certificates.
    pub fn from_pem(
        certificate: &[u8],
        key: &[u8],
        authority: &[u8],
    ) -> Result<Self, InvalidCredentials> {
        let chain = certificates(certificate).ok_or(InvalidCredentials::Certificate)?;
        let leaf = chain.first().ok_or(InvalidCredentials::Certificate)?;
        let identity = Identity::of(leaf)?;
        let private = PrivateKeyDer::from_pem_slice(key).map_err(|_| InvalidCredentials::Key)?;

        let mut roots = RootCertStore::empty();
        for root in certificates(authority).ok_or(InvalidCredentials::Authority)? {
            roots.add(root).map_err(|_| InvalidCredentials::Authority)?;
        }
        let authority = Arc::new(roots);
        let provider = Arc::new(ring::default_provider());
        let clients =
            WebPkiClientVerifier::builder_with_provider(authority.clone(), provider.clone())
                .build()?;
        let mut server = ServerConfig::builder_with_provider(provider.clone())
            .with_safe_default_protocol_versions()?
            .with_client_cert_verifier(clients)
            .with_single_cert(chain, private)?;
        server.alpn_protocols = vec![b"h2".to_vec()];

        Ok(Self {
            identity,
            authority,
            provider,
            server: Arc::new(server),
            client: tonic::transport::Identity::from_pem(certificate, key),
        })
    }

    /// Whose they are.
    pub const fn identity(&self) -> &Identity {
        &self.identity
    }

    pub(super) fn server(&self) -> Arc<ServerConfig> {
        self.server.clone()
    }

    /// The endpoint, spoken to over mutual TLS, and only if `service` of this installation answers.
    pub(crate) fn secure(
        &self,
        endpoint: Endpoint,
        service: Service,
    ) -> Result<Endpoint, tonic::transport::Error> {
        let expected = Identity { installation: self.identity.installation.clone(), service };
        let verifier = NamedService::new(expected, self.authority.clone(), self.provider.clone());
        let config = ClientTlsConfig::new()
            .identity(self.client.clone())
            // Sent as SNI, and not what is verified; an address cannot be.
            .domain_name(service.word());
        endpoint.tls_config_with_verifier(config, Arc::new(verifier))
    }
}

/// Without the key.
impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials").field("identity", &self.identity).finish_non_exhaustive()
    }
}

fn certificates(pem: &[u8]) -> Option<Vec<CertificateDer<'static>>> {
    let all = CertificateDer::pem_slice_iter(pem).collect::<Result<Vec<_>, _>>().ok()?;
    (!all.is_empty()).then_some(all)
}
