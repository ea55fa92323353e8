//! The client's errors as kinds and words. The client's own texts are not passed on: they show whole addresses.

use std::error::Error;
use std::io;
use std::time::Duration;

use hyper_util::client::legacy;
use rustls::{CertificateError, OtherError};

use crate::client::Unanswered;
use crate::dial::NoConnection;
use crate::error::SendError;
use crate::trust::UnknownIssuer;

/// An error before there was a status. `peer` is `host:port`.
pub(crate) fn before_answer(unanswered: &Unanswered, peer: &str, connect_timeout: Duration) -> SendError {
    let (error, left) = match unanswered {
        Unanswered::Failed { error, left } => (error, *left),
        Unanswered::Endless => {
            return SendError::BadBody(format!(
                "{peer} said again and again that an answer would come (1xx), and gave none"
            ));
        }
    };
    if error.is_connect() {
        if let Some(NoConnection::Refused(refused)) = cause(error) {
            return SendError::Forbidden(format!("nothing was sent to {peer}: {refused}"));
        }
        let words = no_connection(error, peer, connect_timeout);
        return match cause(error) {
            Some(rustls::Error::InvalidCertificate(_)) => SendError::Untrusted(words),
            _ => SendError::Connect(words),
        };
    }
    if !left {
        return SendError::Connect(format!(
            "{peer} closed the connection before anything was sent: is it up, and does a proxy or firewall stand between?"
        ));
    }
    if let Some(hyper) = cause::<hyper::Error>(error) {
        if hyper.is_parse_too_large() {
            return SendError::BadBody(format!("{peer} answered with more headers than we take"));
        }
        if hyper.is_parse() {
            return SendError::BadBody(format!(
                "{peer} answered something that is not HTTP: is it the right port, and http rather than https?"
            ));
        }
    }
    SendError::Interrupted(match io_kind(error) {
        Some(io::ErrorKind::ConnectionReset) => format!("{peer} reset the connection before it answered"),
        _ => format!("{peer} closed the connection before it answered"),
    })
}

/// An error within the body, after `read` bytes of it; `announced` is its Content-Length.
pub(crate) fn within_body(error: &hyper::Error, peer: &str, read: u64, announced: Option<u64>) -> SendError {
    let so_far = match announced {
        Some(length) => format!("after {read} of the {length} bytes that it announced"),
        None => format!("after {read} bytes, before the body's end"),
    };
    let incomplete = cause::<hyper::Error>(error).is_some_and(hyper::Error::is_incomplete_message);
    match io_kind(error) {
        Some(io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData) if !incomplete => SendError::BadBody(
            format!("{peer} sent a body whose parts (chunks) are not what HTTP says, {so_far}"),
        ),
        Some(io::ErrorKind::ConnectionReset) => {
            SendError::Interrupted(format!("{peer} reset the connection {so_far}"))
        }
        _ => SendError::Interrupted(format!("{peer} closed the connection {so_far}")),
    }
}

/// `20 s`, `1.5 s`, `250 ms`
pub(crate) fn lasting(duration: Duration) -> String {
    let millis = duration.as_millis();
    if millis < 1000 {
        format!("{millis} ms")
    } else if millis.is_multiple_of(1000) {
        format!("{} s", millis / 1000)
    } else {
        format!("{}.{} s", millis / 1000, millis % 1000 / 100)
    }
}

fn no_connection(error: &legacy::Error, peer: &str, connect_timeout: Duration) -> String {
    if let Some(tls) = cause::<rustls::Error>(error) {
        return no_tls(tls, peer);
    }
    if let Some(NoConnection::Name(_)) = cause(error) {
        return format!(
            "no address was found for the host of {peer}: check its name, and whether this machine is online"
        );
    }
    match cause(error) {
        Some(NoConnection::Unauthorised) => {
            return format!(
                "nothing was sent to {peer}: the proxy on the way wants a name and a password, or other ones"
            );
        }
        Some(no_way @ (NoConnection::NoWay(_) | NoConnection::Proxy(_))) => {
            return format!("nothing was sent to {peer}: {no_way}");
        }
        _ => {}
    }
    match io_kind(error) {
        Some(io::ErrorKind::ConnectionRefused) => {
            format!("connection refused by {peer}: is the server running?")
        }
        Some(io::ErrorKind::NetworkUnreachable | io::ErrorKind::HostUnreachable) => {
            format!("there is no way to {peer} from here: check the network, or a VPN that it needs")
        }
        Some(io::ErrorKind::TimedOut) => no_time(peer, connect_timeout),
        Some(io::ErrorKind::UnexpectedEof | io::ErrorKind::ConnectionReset) => {
            format!(
                "{peer} closed the connection at once: does it speak TLS, and is a proxy or firewall between?"
            )
        }
        _ => format!("could not connect to {peer}: {}", innermost(error)),
    }
}

fn no_time(peer: &str, connect_timeout: Duration) -> String {
    format!(
        "{peer} took no connection within {}: check the address, and whether a firewall is between",
        lasting(connect_timeout)
    )
}

fn no_tls(error: &rustls::Error, peer: &str) -> String {
    match error {
        rustls::Error::InvalidCertificate(why) => {
            let issuer = match why {
                CertificateError::Other(OtherError(why)) => why.downcast_ref::<UnknownIssuer>(),
                _ => None,
            };
            if let Some(UnknownIssuer { name }) = issuer {
                let name = name.as_ref().map(|name| format!(", “{name}”,")).unwrap_or_default();
                return format!(
                    "nothing was sent to {peer}: its TLS certificate comes from an issuer{name} that this machine \
                     does not trust (is it the organisation's own?)"
                );
            }
            let what = match why {
                CertificateError::Expired | CertificateError::ExpiredContext { .. } => "has expired",
                CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
                    "is not valid yet (is this machine's clock right?)"
                }
                CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
                    "is for another name (is the address right?)"
                }
                CertificateError::Revoked => "was revoked",
                _ => "could not be verified",
            };
            format!("nothing was sent to {peer}: its TLS certificate {what}")
        }
        rustls::Error::InvalidMessage(_) => {
            format!("{peer} does not speak TLS: should the address begin with http:// and not https://?")
        }
        other => format!("TLS with {peer} failed: {other}"),
    }
}

fn io_kind(error: &(dyn Error + 'static)) -> Option<io::ErrorKind> {
    // The innermost one says what happened; those around it say `Other`.
    chain(error).filter_map(|error| error.downcast_ref::<io::Error>()).map(io::Error::kind).last()
}

fn cause<'a, E: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a E> {
    chain(error).find_map(|error| error.downcast_ref())
}

fn innermost(error: &(dyn Error + 'static)) -> String {
    chain(error).skip(1).last().map_or_else(|| "no reason given".to_owned(), ToString::to_string)
}

/// The error and its causes. `io::Error::source` skips the error it wraps, so that one is asked for by name.
fn chain<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |&error| {
        match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
            Some(inner) => Some(inner as &(dyn Error + 'static)),
            None => error.source(),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_well() {
        for (millis, words) in [(20_000, "20 s"), (250, "250 ms"), (1500, "1.5 s")] {
            assert_eq!(lasting(Duration::from_millis(millis)), words);
        }
    }

    #[test]
    fn certificates_are_told_apart() {
        let words = |why| no_tls(&rustls::Error::InvalidCertificate(why), "crm:443");
        assert!(words(CertificateError::Expired).contains("has expired"));
        let unknown = UnknownIssuer { name: Some("Corp CA".to_owned()) };
        let unknown = words(CertificateError::Other(OtherError(std::sync::Arc::new(unknown))));
        assert!(unknown.contains("issuer, “Corp CA”, that this machine does not trust"), "{unknown}");
        assert!(words(CertificateError::NotValidForName).contains("another name"));
    }
}
