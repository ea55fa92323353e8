//! How a service knows a client.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::exchange::Request;
use crate::noise::Dice;

/// Where a service looks for its secret.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Lock {
    Bearer,
    ApiKey {
        header: &'static str,
    },
    /// The secret is the password of this user.
    Basic {
        user: &'static str,
    },
}

impl Lock {
    /// Whether the request carries the secret. The comparison takes no care to be of constant time:
    /// what it guards is made up, and on loopback.
    pub(crate) fn opens(self, secret: &str, request: &Request) -> bool {
        match self {
            Self::Bearer => request.header("authorization") == Some(&format!("Bearer {secret}")),
            Self::ApiKey { header } => request.header(header) == Some(secret),
            Self::Basic { user } => {
                let expected = STANDARD.encode(format!("{user}:{secret}"));
                request.header("authorization") == Some(&format!("Basic {expected}"))
            }
        }
    }

    /// What a refusal asks for.
    pub(crate) fn challenge(self) -> &'static str {
        match self {
            Self::Bearer => "Bearer realm=\"rehearsal\"",
            Self::ApiKey { .. } => "ApiKey realm=\"rehearsal\"",
            Self::Basic { .. } => "Basic realm=\"rehearsal\"",
        }
    }
}

/// The secret of a service: long enough that a test which finds it anywhere has found a leak.
pub(crate) fn secret(seed: u64, service: &str) -> String {
    let mut dice = Dice::new(seed, "secret", crate::noise::digest(service.as_bytes()));
    format!("rk_{service}_{:016x}{:016x}", dice.roll(), dice.roll())
}
