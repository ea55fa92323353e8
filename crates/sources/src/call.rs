//! A call that is ready: checked, placed, and known to the byte before anything is sent.

use std::sync::Arc;
use std::time::Duration;

use domain::effect::{Effect, Method};
use domain::intent::DurableIntent;
use domain::outcome::{Ending, FailureClass, Outcome};
use domain::secret::Secret;
use domain::source::{Auth, KeyPlace, SourceSpec};
use domain::time::Micros;
use domain::tool::{ToolId, ToolSpec};
use egress::{Door, Outbound, Passage, PlacedSecret, Placement, Redirects};
use serde_json::Value;
use url::Url;

use crate::answer::{Asked, ended};
use crate::check::{Request, Unfit, request};
use crate::oauth::Credential;
use crate::onward::Paged;
use crate::passage::passage;
use crate::place::{Content, Placed};

/// A source that pauses for this long in the middle of an answer has stalled; its deadline may be far longer.
const IDLE: Duration = Duration::from_secs(10);

/// A call, ready to be recorded and sent; a copy of it is the same call once more, for another attempt.
#[derive(Clone, Debug)]
pub struct Prepared {
    outbound: Outbound,
    asked: Asked,
    /// Its tool and its arguments, if its result may go on.
    paged: Option<Arc<Paged>>,
}

/// Checks the arguments (the JSON text that the model wrote) and makes the request of them. If the tool writes and the
/// source names a header for it, the request carries `idempotency_key`: the caller gives each call a key of its own,
/// and every attempt of one call the same.
///
/// # Errors
/// An ending of class `InvalidArguments`, with every mistake in words that a model can act on; `MissingSecret` if the
/// source needs a secret and `secret` is `None` or can't be sent; `Internal` if the spec is not one that
/// [`crate::read_source`] would have given, or the key can't stand in a header.
#[expect(
    clippy::result_large_err,
    reason = "an ending is no larger than the request that is there without it"
)]
pub fn prepare(
    spec: &SourceSpec,
    tool: &ToolSpec,
    arguments: &str,
    secret: Option<Secret>,
    idempotency_key: Option<&str>,
) -> Result<Prepared, Ending> {
    let broken = |words: &str| {
        failed(FailureClass::Internal, format!("the source {} can't be used: {words}", spec.name))
    };
    let Request { names, placed, fields } = request(spec, tool, arguments).map_err(|unfit| match unfit {
        Unfit::Arguments(mistakes) => invalid(&spec.id_of(tool), &mistakes.join("; ")),
        Unfit::Spec(words) => broken(&words),
    })?;

    let mut outbound = Outbound::new(tool.method, placed.url.clone());
    fill(&mut outbound, spec, placed);
    if let (true, Some(name), Some(key)) = (tool.effect.writes(), &spec.idempotency_header, idempotency_key) {
        outbound.headers.push((name.clone(), key.to_owned()));
    }
    outbound.deadline = Duration::from_millis(spec.limits.deadline_ms.into());
    outbound.idle = IDLE;
    outbound.max_bytes = spec.limits.result_bytes.into();
    outbound.redirects = Redirects::SameOrigin;
    outbound.passage = passage(spec);
    let uses_tokens = Credential::of(&spec.auth).is_some();
    let placed = placed_secret(spec, secret);
    if let (Ok(Some(placed)), false) = (&placed, uses_tokens) {
        outbound.secrets.push(placed.clone());
    }
    if let Err(with) = outbound.check() {
        // Whose fault it is shows without the secret.
        outbound.secrets.clear();
        return Err(match outbound.check() {
            Err(without) => broken(without.words()),
            Ok(()) => failed(FailureClass::MissingSecret, format!("{}: {}", spec.name, with.words())),
        });
    }
    if let (Some(placed), true) = (placed?, uses_tokens) {
        // The place of a token, and none in it: as it is, the request is not sent.
        outbound.secrets.push(PlacedSecret { secret: Secret::new(""), ..placed });
    }
    let asked = Asked {
        source: spec.name.clone(),
        secret: spec.auth.secret().cloned(),
        signs_in: matches!(spec.auth, Auth::OAuth2Code { .. }),
        method: tool.method,
        writes: tool.effect.writes(),
        arguments: names,
        wants_pages: spec.headers.iter().any(|(name, value)| {
            name.eq_ignore_ascii_case("accept") && value.to_ascii_lowercase().contains("html")
        }),
    };
    let paging = tool.paging.clone().filter(|_| tool.effect == Effect::Read);
    let paged = paging.map(|paging| Arc::new(Paged { tool: tool.clone(), paging, fields }));
    Ok(Prepared { outbound, asked, paged })
}

impl Prepared {
    /// What will be sent, exactly, with `{secret:name}` for each secret: see [`Outbound::record`].
    pub fn record(&self) -> Vec<u8> {
        self.outbound.record()
    }

    /// `https://host:port/path`, without the query.
    pub fn endpoint(&self) -> String {
        self.outbound.endpoint()
    }

    /// The address, without the secrets in it: whoever opens a connection ahead wants to know where to.
    pub fn url(&self) -> &Url {
        &self.outbound.url
    }

    /// The same call with at most this much time: what is left of the call's, if attempts went before.
    #[must_use]
    pub fn within(mut self, left: Duration) -> Self {
        self.outbound.deadline = self.outbound.deadline.min(left);
        self
    }

    /// The same call with this token, if its source takes tokens; without one it is not sent.
    pub fn bear(&mut self, token: Secret) {
        if let Some(placed) =
            self.outbound.secrets.iter_mut().find(|placed| placed.place == Placement::Bearer)
        {
            placed.secret = token;
        }
    }

    /// The same call, signed for this moment, if its source wants signatures: they hold for minutes. `nonce` is one that
    /// no other request has.
    pub fn stamp(&mut self, now: Micros, once: &str) {
        for placed in &mut self.outbound.secrets {
            match &mut placed.place {
                Placement::AwsSigV4 { at, .. } => *at = now,
                Placement::Hmac { at, nonce, .. } => {
                    *at = now;
                    once.clone_into(nonce);
                }
                _ => {}
            }
        }
    }

    /// The same call by this way.
    #[must_use]
    pub fn by(mut self, passage: Passage) -> Self {
        self.outbound.passage = passage;
        self
    }

    /// The method.
    pub fn method(&self) -> Method {
        self.outbound.method
    }

    /// `POST /tickets/7/notes`: the method, and the path with its query, without the secrets in it.
    pub fn request_line(&self) -> String {
        self.outbound.request_line()
    }

    /// The tool and the arguments, if the result may go on.
    pub(crate) fn paged(&self) -> Option<&Paged> {
        self.paged.as_deref()
    }

    /// The same call at another address of its origin.
    #[must_use]
    pub(crate) fn at(&self, url: Url) -> Self {
        let mut next = self.clone();
        next.outbound.url = url;
        next
    }

    /// The same call with another value of one argument.
    ///
    /// # Errors
    /// In words, if that does not fit.
    pub(crate) fn with_argument(
        &self,
        spec: &SourceSpec,
        name: String,
        value: Value,
    ) -> Result<Self, String> {
        let Some(paged) = &self.paged else { return Err("its result has no pages".to_owned()) };
        let mut fields = paged.fields.clone();
        fields.insert(name, value);
        let arguments = Value::Object(fields).to_string();
        let Request { placed, fields, .. } =
            request(spec, &paged.tool, &arguments).map_err(|unfit| match unfit {
                Unfit::Arguments(mistakes) => mistakes.join("; "),
                Unfit::Spec(words) => words,
            })?;
        let mut next = self.at(placed.url.clone());
        fill(&mut next.outbound, spec, placed);
        next.paged = Some(Arc::new(Paged { fields, ..Paged::clone(paged) }));
        Ok(next)
    }

    /// The same call, of whose answer at most so many bytes are taken.
    ///
    /// # Errors
    /// In words, if it can't be sent.
    pub(crate) fn taking(mut self, bytes: u64) -> Result<Self, String> {
        self.outbound.max_bytes = bytes;
        self.outbound.check().map_err(|error| error.words().to_owned())?;
        Ok(self)
    }

    /// Sends it, once, and tells how it ended. Dropping the future ends the connection.
    pub async fn perform(self, door: &Door, intent: DurableIntent) -> Ending {
        let scrubber = self.outbound.scrubber();
        let answer = door.send(intent, self.outbound).await;
        ended(self.asked, answer, &scrubber).await
    }
}

/// Puts the source's headers, the arguments' own, and the body into a request.
fn fill(outbound: &mut Outbound, spec: &SourceSpec, placed: Placed) {
    outbound.headers = spec.headers.iter().map(|(name, value)| (name.clone(), value.clone())).collect();
    let (media, body) = placed.body.map(|Content { media, bytes }| (media, bytes)).unzip();
    if let Some(media) = media.flatten() {
        // What this body is, the tool knows better than the source.
        outbound.headers.retain(|(known, _)| !known.eq_ignore_ascii_case("content-type"));
        outbound.headers.push(("content-type".to_owned(), media));
    }
    for (name, value) in [("accept", "application/json, */*;q=0.5"), ("content-type", "application/json")] {
        let needed = name == "accept" || body.is_some();
        if needed && !outbound.headers.iter().any(|(known, _)| known.eq_ignore_ascii_case(name)) {
            outbound.headers.push((name.to_owned(), value.to_owned()));
        }
    }
    outbound.headers.extend(placed.headers);
    outbound.body = body;
}

/// The secret of a source with its place in a request; none if it needs none.
///
/// # Errors
/// An ending of class `MissingSecret` if it needs one and has none.
#[expect(clippy::result_large_err, reason = "it is handed on as the ending of the call, once")]
pub fn placed_secret(spec: &SourceSpec, secret: Option<Secret>) -> Result<Option<PlacedSecret>, Ending> {
    let place = match &spec.auth {
        Auth::None => return Ok(None),
        Auth::Bearer { .. } => Placement::Bearer,
        Auth::Basic { user, .. } => Placement::Basic { user: user.clone() },
        Auth::ApiKey { place, name, .. } => match place {
            KeyPlace::Header => Placement::Header { name: name.clone() },
            KeyPlace::Query => Placement::Query { name: name.clone() },
            KeyPlace::Cookie => Placement::Cookie { name: name.clone() },
        },
        Auth::OAuth2Client { .. } | Auth::OAuth2Code { .. } => Placement::Bearer,
        Auth::AwsSigV4 { region, service, .. } => {
            Placement::AwsSigV4 { region: region.clone(), service: service.clone(), at: Micros(0) }
        }
        Auth::Hmac { recipe, .. } => {
            Placement::Hmac { recipe: recipe.clone(), at: Micros(0), nonce: String::new() }
        }
    };
    let Some(name) = spec.auth.secret().cloned() else { return Ok(None) };
    match secret.filter(|secret| !secret.is_empty()) {
        Some(secret) => Ok(Some(PlacedSecret { name, secret, place })),
        None if matches!(spec.auth, Auth::OAuth2Code { .. }) => Err(failed(
            FailureClass::MissingSecret,
            format!(
                "nobody is signed in to the source {}: a person signs in on its screen, or with `tieout sources sign-in \
                 {}`; nothing was sent",
                spec.name, spec.name
            ),
        )),
        None => Err(failed(
            FailureClass::MissingSecret,
            format!(
                "the secret `{name}`, which the source {} needs, is not in the keychain: set it in Settings, or with \
                 `tieout secrets set {name}`; nothing was sent",
                spec.name
            ),
        )),
    }
}

fn invalid(tool: &ToolId, words: &str) -> Ending {
    failed(
        FailureClass::InvalidArguments,
        format!(
            "nothing was sent, the arguments for {tool} don't fit: {words}. Correct them and call again."
        ),
    )
}

fn failed(class: FailureClass, words: String) -> Ending {
    Ending::without_body(Outcome::Failed, Some(class), words)
}
