//! A token, and how the keychain keeps it.

use domain::secret::Secret;
use domain::time::{Micros, Span};
use serde::{Deserialize, Serialize};
use sources::Granted;

/// How long before its end a token is renewed: long enough for a call that leaves now to arrive.
const EARLY: Span = Span(60_000_000);

/// A token and what came with it.
#[derive(Clone, Debug)]
pub(crate) struct Token {
    pub(crate) access: Secret,
    /// What gives the next one.
    pub(crate) refresh: Option<Secret>,
    /// When it ends, if the server said so.
    pub(crate) ends: Option<Micros>,
    /// When it is renewed.
    due: Option<Micros>,
}

/// What stands in the keychain, as JSON.
#[derive(Serialize, Deserialize)]
struct Written {
    access_token: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    refresh_token: Option<String>,
    /// Microseconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    ends: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    due: Option<i64>,
}

impl Token {
    /// What a server gave now. One that says nothing of the next token means the one before.
    pub(crate) fn granted(granted: Granted, before: Option<Secret>, now: Micros) -> Self {
        let after = |span: Span| Micros(now.0.saturating_add(i64::try_from(span.0).unwrap_or(i64::MAX)));
        // Of a token that lasts minutes, a minute would be too much.
        let due = granted.lasts.map(|lasts| after(Span(lasts.0 - EARLY.0.min(lasts.0 / 4))));
        Self {
            access: granted.access,
            refresh: granted.refresh.or(before),
            ends: granted.lasts.map(after),
            due,
        }
    }

    /// Whether a request may leave with it now.
    pub(crate) fn is_fresh(&self, now: Micros) -> bool {
        self.due.is_none_or(|due| now < due)
    }

    /// What was kept; `None` if it is something else: a key that a person put under this name.
    pub(crate) fn read(kept: &Secret) -> Option<Self> {
        let Written { access_token, refresh_token, ends, due } = serde_json::from_str(kept.expose()).ok()?;
        let access = Secret::new(access_token);
        let refresh = refresh_token.map(Secret::new);
        Some(Self { access, refresh, ends: ends.map(Micros), due: due.map(Micros) })
    }

    /// What to keep.
    pub(crate) fn written(&self) -> Secret {
        let written = Written {
            access_token: self.access.expose().to_owned(),
            refresh_token: self.refresh.as_ref().map(|token| token.expose().to_owned()),
            ends: self.ends.map(|ends| ends.0),
            due: self.due.map(|due| due.0),
        };
        // Texts and numbers always have a form in JSON.
        Secret::new(serde_json::to_string(&written).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_renewed_before_its_end_and_reads_back() {
        let granted = |lasts: Option<u64>| Granted {
            access: Secret::new("a"),
            refresh: None,
            lasts: lasts.map(|seconds| Span(seconds * 1_000_000)),
        };
        let at = |seconds: i64| Micros(seconds * 1_000_000);
        for (lasts, fresh, due) in [(3600, 3539, 3540), (100, 74, 75), (0, -1, 0)] {
            let token = Token::granted(granted(Some(lasts)), Some(Secret::new("r")), at(0));
            let token = Token::read(&token.written()).unwrap();
            assert!(token.is_fresh(at(fresh)) && !token.is_fresh(at(due)), "{lasts}");
            assert_eq!(token.ends, Some(at(i64::try_from(lasts).unwrap())));
            assert_eq!(token.refresh.unwrap().expose(), "r");
        }
        assert!(Token::granted(granted(None), None, at(0)).is_fresh(at(i64::MAX / 2_000_000)));
        assert!(Token::read(&Secret::new("sk-live-1")).is_none());
    }
}
