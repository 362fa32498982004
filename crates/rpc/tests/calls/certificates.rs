//! Certificates made for a test.

use std::sync::Arc;

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, ExtendedKeyUsagePurpose, IsCa, KeyPair,
    SanType,
};
use rpc::tls::{Credentials, InvalidCredentials};

/// An authority of an installation.
pub(crate) struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    pub(crate) fn new() -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Self(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    /// Credentials with these URI names, trusting the same authority.
    pub(crate) fn try_issue(&self, names: &[&str]) -> Result<Credentials, InvalidCredentials> {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::default();
        params.subject_alt_names =
            names.iter().map(|name| SanType::URI((*name).try_into().unwrap())).collect();
        params.extended_key_usages =
            vec![ExtendedKeyUsagePurpose::ServerAuth, ExtendedKeyUsagePurpose::ClientAuth];
        let certificate = params.signed_by(&key, &self.0).unwrap();
        let authority = self.0.pem();
        Credentials::from_pem(
            certificate.pem().as_bytes(),
            key.serialize_pem().as_bytes(),
            authority.as_bytes(),
        )
    }

    pub(crate) fn issue(&self, name: &str) -> Arc<Credentials> {
        Arc::new(self.try_issue(&[name]).unwrap())
    }
}
