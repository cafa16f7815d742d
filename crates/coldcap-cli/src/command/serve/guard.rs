//! Who may see the page: by which address, from which page, with which token.

use crate::arguments::ServePage;
use crate::failure::Failure;
use core::net::{IpAddr, SocketAddr};
use std::fs;
use std::path::Path;
use std::sync::Arc;
use subtle::ConstantTimeEq;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::version::TLS13;

/// So many hexadecimal digits a token has at least: 128 bits.
const TOKEN_LEAST: usize = 32;
/// And so many at most, so that it fits into the first message of a page.
const TOKEN_MOST: usize = 256;

/// What is asked of whoever comes.
pub(super) struct Guard {
    /// Names by which this computer is known, in lower case.
    names: Vec<String>,
    pub(super) tls: Option<TlsAcceptor>,
    token: Option<Token>,
}

impl Guard {
    /// Refuses an address that others reach, where they could read what goes over the line or need no token.
    pub(super) fn new(options: &ServePage) -> Result<Self, Failure> {
        let is_guarded = options.tls_cert.is_some() && options.token.is_some();
        if !options.http.ip().to_canonical().is_loopback() && !is_guarded {
            return Err(Failure::Input(format!(
                "--http: {}: allowed is a loopback address, or any with --tls-cert, --tls-key and --token",
                options.http
            )));
        }
        let tls = match (&options.tls_cert, &options.tls_key) {
            (Some(certificates), Some(key)) => Some(acceptor(certificates, key)?),
            _ => None,
        };
        let token = options.token.as_deref().map(Token::read).transpose()?;
        let names = options.names.iter().map(|name| name.to_ascii_lowercase()).collect();
        Ok(Self { names, tls, token })
    }

    pub(super) const fn scheme(&self) -> &'static str {
        if self.tls.is_some() { "https" } else { "http" }
    }

    pub(super) const fn wants_token(&self) -> bool {
        self.token.is_some()
    }

    /// Whether this is the token; anything is where none is asked for.
    pub(super) fn knows(&self, told: &str) -> bool {
        self.token.as_ref().is_none_or(|token| token.is(told))
    }

    /// Whether a request means this server: a name that leads here by somebody else's doing is not ours.
    pub(super) fn is_us(&self, host: &str, here: SocketAddr) -> bool {
        let ours = here.ip().to_canonical();
        let Some((name, port)) = split(host, if self.tls.is_some() { 443 } else { 80 }) else {
            return false;
        };
        let is_name = match name.parse::<IpAddr>() {
            Ok(ip) => ip == ours || (ip.is_loopback() && ours.is_loopback()),
            Err(_) => name == "localhost" && ours.is_loopback(),
        };
        port == here.port() && (is_name || self.names.contains(&name))
    }

    /// Whether the page that opens a socket is the one that was served at this name.
    pub(super) fn is_own_page(&self, origin: &str, host: &str) -> bool {
        origin.eq_ignore_ascii_case(&format!("{}://{host}", self.scheme()))
    }
}

/// The name in lower case, an address without its brackets, and the port.
fn split(host: &str, usual: u16) -> Option<(String, u16)> {
    let (name, port) = match host.strip_prefix('[') {
        Some(rest) => {
            let (name, rest) = rest.split_once(']')?;
            (name, rest.strip_prefix(':').or_else(|| rest.is_empty().then_some(""))?)
        }
        None => host.split_once(':').unwrap_or((host, "")),
    };
    let port = if port.is_empty() { usual } else { port.parse().ok()? };
    Some((name.to_ascii_lowercase(), port))
}

fn acceptor(certificates: &Path, key: &Path) -> Result<TlsAcceptor, Failure> {
    let wrong = |option: &str, path: &Path, why: &dyn core::fmt::Display| {
        let line = format!("{option}: {}: {why}: allowed is a file in PEM", path.display());
        Failure::Input(line)
    };
    let chain: Result<Vec<_>, _> =
        CertificateDer::pem_file_iter(certificates).and_then(Iterator::collect);
    let chain = chain.map_err(|error| wrong("--tls-cert", certificates, &error))?;
    if chain.is_empty() {
        return Err(wrong("--tls-cert", certificates, &"there is no certificate in it"));
    }
    let secret =
        PrivateKeyDer::from_pem_file(key).map_err(|error| wrong("--tls-key", key, &error))?;
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_protocol_versions(&[&TLS13])
        .and_then(|it| it.with_no_client_auth().with_single_cert(chain, secret))
        .map_err(|error| wrong("--tls-cert", certificates, &error))?;
    Ok(TlsAcceptor::from(Arc::new(config)))
}

/// What a page must tell.
struct Token(Vec<u8>);

impl Token {
    fn read(path: &Path) -> Result<Self, Failure> {
        let text = fs::read_to_string(path)
            .map_err(|error| Failure::unreadable(path, &error).of("--token"))?;
        let token = text.trim();
        let is_hexadecimal = token.bytes().all(|byte| byte.is_ascii_hexdigit());
        if !is_hexadecimal || !(TOKEN_LEAST..=TOKEN_MOST).contains(&token.len()) {
            // It is not printed: it may be somebody's secret.
            return Err(Failure::Input(format!(
                "--token: {}: allowed are {TOKEN_LEAST} to {TOKEN_MOST} hexadecimal digits",
                path.display()
            )));
        }
        Ok(Self(token.to_ascii_lowercase().into_bytes()))
    }

    fn is(&self, told: &str) -> bool {
        self.0.ct_eq(told.to_ascii_lowercase().as_bytes()).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guard(names: &[&str]) -> Guard {
        Guard { names: names.iter().map(|it| (*it).into()).collect(), tls: None, token: None }
    }

    #[test]
    fn a_loopback_address_has_loopback_names_alone() {
        let here = SocketAddr::from(([127, 0, 0, 1], 8080));
        for ours in ["127.0.0.1:8080", "localhost:8080", "LOCALHOST:8080", "[::1]:8080"] {
            assert!(guard(&[]).is_us(ours, here), "{ours}");
        }
        let foreign = [
            "",
            "localhost",
            "localhost:80",
            "evil.example:8080",
            "10.0.0.1:8080",
            "[::1",
            "[::1]8080",
            "localhost.evil.example:8080",
            "127.0.0.1:8080:8080",
            "127.0.0.1:port",
        ];
        for foreign in foreign {
            assert!(!guard(&[]).is_us(foreign, here), "{foreign}");
        }
        assert!(guard(&["evil.example"]).is_us("Evil.example:8080", here));
    }

    #[test]
    fn another_address_has_itself_and_the_names_it_was_given() {
        let here = SocketAddr::from(([10, 0, 0, 7], 8443));
        assert!(guard(&[]).is_us("10.0.0.7:8443", here));
        assert!(guard(&["cart"]).is_us("cart:8443", here));
        for foreign in ["localhost:8443", "127.0.0.1:8443", "10.0.0.8:8443", "cart.example:8443"] {
            assert!(!guard(&["cart"]).is_us(foreign, here), "{foreign}");
        }
        assert!(guard(&[]).is_us("10.0.0.7", SocketAddr::from(([10, 0, 0, 7], 80))));
    }

    #[test]
    fn the_own_page_is_that_of_the_very_scheme_name_and_port() {
        let guard = guard(&[]);
        assert!(guard.is_own_page("http://localhost:8080", "localhost:8080"));
        let foreign =
            ["null", "", "https://localhost:8080", "http://localhost", "http://127.0.0.1:8080"];
        for foreign in foreign {
            assert!(!guard.is_own_page(foreign, "localhost:8080"), "{foreign}");
        }
    }

    #[test]
    fn a_token_is_the_whole_of_it() {
        let token = Token(b"00112233445566778899aabbccddeeff".to_vec());
        assert!(token.is("00112233445566778899AABBCCDDEEFF"));
        for wrong in
            ["", "0", "00112233445566778899aabbccddeefe", "00112233445566778899aabbccddeeff0"]
        {
            assert!(!token.is(wrong), "{wrong}");
        }
    }
}
