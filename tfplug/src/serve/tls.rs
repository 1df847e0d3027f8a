//! Mutual TLS with a host that made its certificate for this one process.

use super::ServeError;
use base64::{Engine, engine::general_purpose::STANDARD_NO_PAD};
use rustls::{
    CertificateError, DigitallySignedStruct, DistinguishedName, Error, ServerConfig, SignatureScheme,
    client::danger::HandshakeSignatureValid,
    crypto::{WebPkiSupportedAlgorithms, aws_lc_rs, verify_tls12_signature, verify_tls13_signature},
    pki_types::{CertificateDer, PrivatePkcs8KeyDer, UnixTime, pem::PemObject},
    server::danger::{ClientCertVerified, ClientCertVerifier},
};
use std::{fmt::Display, sync::Arc};
use tokio_rustls::TlsAcceptor;

/// Our side of the connection.
pub(super) struct Tls {
    pub(super) acceptor: TlsAcceptor,
    /// Our certificate, as the handshake line tells it.
    pub(super) certificate: String,
}

impl Tls {
    /// A fresh key and certificate, for a host that comes with this certificate and no other.
    pub(super) fn for_host(pem: &str) -> Result<Self, ServeError> {
        let wrong = |why: &dyn Display| ServeError::Certificate(why.to_string());
        let host = CertificateDer::from_pem_slice(pem.as_bytes()).map_err(|e| wrong(&e))?;
        // aws-lc, since Terraform's key is on P-521, which ring does not know.
        let provider = Arc::new(aws_lc_rs::default_provider());
        let verifier = Arc::new(Pinned { host, algorithms: provider.signature_verification_algorithms });

        let key = rcgen::KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256).map_err(|e| wrong(&e))?;
        let mut parameters =
            rcgen::CertificateParams::new(["localhost".to_owned()]).map_err(|e| wrong(&e))?;
        parameters.distinguished_name.push(rcgen::DnType::CommonName, "localhost");
        parameters.extended_key_usages = vec![rcgen::ExtendedKeyUsagePurpose::ServerAuth];
        let own = parameters.self_signed(&key).map_err(|e| wrong(&e))?;

        let mut config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|e| wrong(&e))?
            .with_client_cert_verifier(verifier)
            .with_single_cert(vec![own.der().clone()], PrivatePkcs8KeyDer::from(key.serialize_der()).into())
            .map_err(|e| wrong(&e))?;
        config.alpn_protocols = vec![b"h2".to_vec()];
        // A host comes once. Without tickets nothing is left to write to a host that is gone by then, so that a
        // handshake which it has finished is never a failed one.
        config.send_tls13_tickets = 0;
        Ok(Tls { acceptor: Arc::new(config).into(), certificate: STANDARD_NO_PAD.encode(own.der()) })
    }
}

/// Accepts the one certificate that the host told us of. Terraform's is an authority's own, which webpki refuses as a
/// client's; comparing its bytes is stricter than any chain.
#[derive(Debug)]
struct Pinned {
    host: CertificateDer<'static>,
    algorithms: WebPkiSupportedAlgorithms,
}

impl ClientCertVerifier for Pinned {
    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    fn verify_client_cert(
        &self,
        end: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        if *end == self.host {
            Ok(ClientCertVerified::assertion())
        } else {
            Err(Error::InvalidCertificate(CertificateError::ApplicationVerificationFailure))
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, certificate, signed, &self.algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, certificate, signed, &self.algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}
