//! What a person chooses of a document, and the source that this makes.

use domain::label::Label;
use domain::secret::SecretName;
use domain::source::{Auth, Limits, SourceKind, SourceSpec};
use domain::tool::SourceName;

use crate::imported::{Imported, Made, Operation, Skipped};
use crate::refused::Refused;

/// What a source made of a document is called and known by. Nothing chosen takes the document's own words.
#[derive(Clone, Debug, Default)]
pub struct Choice {
    /// The source's name.
    pub name: Option<SourceName>,
    /// The secret's name in the keychain; the source's own if none is chosen.
    pub secret: Option<SecretName>,
    /// The user, where one is known by name and password.
    pub user: Option<String>,
    /// The client's id, where tokens are got by OAuth 2. Without one, a token that somebody has is the secret.
    pub client_id: Option<String>,
    /// How many pages of a result are asked for and joined, from 1, of each tool whose result goes on; what its document
    /// leaves open is left to whoever calls.
    pub follow: Option<u32>,
}

impl Imported {
    /// Leaves out, with that reason, every operation that is not chosen: `*` stands for anything, `?` for one character
    /// of its path, its tool's name, `GET /path` or `tag:name`.
    #[must_use]
    pub fn only(mut self, glob: &str) -> Self {
        for operation in &mut self.operations {
            let Operation::Tool(made) = operation else { continue };
            if !is_chosen(made, glob) {
                let reason = format!("left out: it is not among `{glob}`");
                *operation = Operation::Skipped(Skipped { operation: made.operation.clone(), reason });
            }
        }
        self
    }

    /// The source. It is labelled as data is whose source says nothing.
    ///
    /// # Errors
    /// If the document leaves something open that was not chosen either, or nothing of it is left.
    pub fn source(&self, choice: &Choice) -> Result<SourceSpec, Refused> {
        let name = choice.name.clone().or_else(|| self.name.clone()).ok_or_else(|| {
            let problem = "the title makes no name of a source";
            Refused::new("info.title", &self.title, problem, "choose a name with --name")
        })?;
        let base_url = self.server.clone().ok_or_else(|| {
            let problem = "no server is named by a whole address";
            Refused::new("servers", "", problem, "say where the API is served with --server URL")
        })?;
        let mut tools: Vec<_> = self.tools().map(|made| made.tool.clone()).collect();
        if let Some(follow) = choice.follow {
            tools
                .iter_mut()
                .filter_map(|tool| tool.paging.as_mut())
                .for_each(|paging| paging.follow = follow);
        }
        if tools.is_empty() {
            let problem = "no operation is left that could be a tool";
            return Err(Refused::new("paths", "", problem, "see the reasons with --dry-run"));
        }
        Ok(SourceSpec {
            auth: self.auth(choice, &name)?,
            name,
            tls: None,
            private_network: false,
            kind: SourceKind::Http,
            base_url,
            label: Label::unlabelled(),
            limits: Limits::default(),
            headers: self.headers.clone(),
            idempotency_header: self.idempotency_header.clone(),
            tools,
            mcp: None,
        })
    }

    /// The way that opens the most operations and that what was chosen suffices for.
    fn auth(&self, choice: &Choice, name: &SourceName) -> Result<Auth, Refused> {
        if !self.needs_key && choice.secret.is_none() {
            return Ok(Auth::None);
        }
        let of_source = || name.as_str().parse().ok();
        let Some(secret) = choice.secret.clone().or_else(of_source) else { return Ok(Auth::None) };
        let gets_tokens = |auth: &Auth| matches!(auth, Auth::OAuth2Code { .. } | Auth::OAuth2Client { .. });
        if let Some(id) = &choice.client_id {
            let offer = self.offers.iter().find(|offer| gets_tokens(&offer.auth));
            let auth = offer.and_then(|offer| with_client(offer.auth.clone(), id, secret));
            return auth.ok_or_else(|| {
                let problem = "the document names no way of OAuth 2 that a client with an id can go";
                Refused::new("--client-id", id, problem, "leave --client-id out")
            });
        }
        let fits = |auth: &Auth| matches!(auth, Auth::Basic { .. }) == choice.user.is_some();
        let offer = self.offers.iter().find(|offer| fits(&offer.auth));
        Ok(match (offer.map(|offer| offer.auth.clone()), &choice.user) {
            (Some(Auth::None), None) if choice.secret.is_none() => Auth::None,
            (Some(Auth::None), None) => {
                let problem = "callers are known by a certificate";
                let fix = "leave --secret out, and write `tls` into the source's file (`sources export`, `sources add`)";
                return Err(Refused::new("--secret", secret.as_str(), problem, fix));
            }
            // Without the client's id, a token that somebody has.
            (Some(auth), None) if gets_tokens(&auth) => Auth::Bearer { secret },
            (Some(Auth::Bearer { .. }), _) => Auth::Bearer { secret },
            (Some(Auth::ApiKey { place, name, .. }), _) => Auth::ApiKey { secret, place, name },
            (Some(Auth::Basic { .. }), Some(user)) if is_user(user) => {
                Auth::Basic { user: user.clone(), secret }
            }
            (_, Some(user)) if is_user(user) => {
                let problem = "the document knows no user with a password";
                return Err(Refused::new("--user", user, problem, "leave --user out"));
            }
            (_, Some(user)) => {
                let problem = "a user's name is not empty and holds no colon or line break";
                return Err(Refused::new("--user", user, problem, "correct it"));
            }
            (_, None) if self.offers.is_empty() && choice.secret.is_none() => Auth::None,
            (_, None) if self.offers.is_empty() => {
                let problem = "the document does not say where a key goes";
                let fix =
                    "leave --secret out; add `auth` to the source's file (`sources export`, `sources add`)";
                return Err(Refused::new("--secret", secret.as_str(), problem, fix));
            }
            (_, None) => {
                let problem = "callers are known by user and password";
                return Err(Refused::new("--user", "", problem, "name the user with --user NAME"));
            }
        })
    }
}

/// A way of OAuth 2 for this client.
fn with_client(auth: Auth, id: &str, named: SecretName) -> Option<Auth> {
    let mut auth = auth;
    match &mut auth {
        Auth::OAuth2Code { client_id, secret, .. } | Auth::OAuth2Client { client_id, secret, .. } => {
            id.clone_into(client_id);
            *secret = named;
        }
        _ => return None,
    }
    Some(auth)
}

fn is_user(user: &str) -> bool {
    !user.is_empty() && !user.contains(':') && !user.chars().any(char::is_control)
}

fn is_chosen(made: &Made, glob: &str) -> bool {
    let path = made.operation.split_once(' ').map_or("", |(_, path)| path);
    let glob: Vec<char> = glob.chars().collect();
    let is = |text: &str| matches(&glob, text);
    is(path)
        || is(&made.operation)
        || is(made.tool.name.as_str())
        || made.tags.iter().any(|tag| is(&format!("tag:{tag}")))
}

/// Whether a text is as the glob says, in time of their lengths' product.
fn matches(glob: &[char], text: &str) -> bool {
    let text: Vec<char> = text.chars().collect();
    let (mut at, mut star) = (0, None);
    let mut index = 0;
    while index < text.len() {
        match glob.get(at) {
            Some('*') => {
                star = Some((at, index));
                at += 1;
            }
            Some(char) if *char == text[index] || *char == '?' => {
                at += 1;
                index += 1;
            }
            _ => match star {
                // The last `*` takes one more character.
                Some((before, taken)) => {
                    star = Some((before, taken + 1));
                    at = before + 1;
                    index = taken + 1;
                }
                None => return false,
            },
        }
    }
    glob.get(at..).unwrap_or_default().iter().all(|char| *char == '*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_anything() {
        let check = |glob: &str, text| matches(&glob.chars().collect::<Vec<_>>(), text);
        assert!(check("/pets*", "/pets/{id}"));
        assert!(check("GET *", "GET /pets"));
        assert!(check("*/a*b", "/x/aab"));
        assert!(check("get_?et", "get_pet"));
        assert!(!check("/pets", "/pets/{id}"));
        assert!(!check("*a*b*c", "abababab"));
    }
}
