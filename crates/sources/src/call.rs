//! A call that is ready: checked, placed, and known to the byte before anything is sent.

use std::time::Duration;

use domain::effect::Method;
use domain::intent::DurableIntent;
use domain::outcome::{Ending, FailureClass, Outcome};
use domain::secret::Secret;
use domain::source::{Auth, KeyPlace, SourceSpec};
use domain::tool::{ToolId, ToolSpec};
use egress::{Door, Outbound, PlacedSecret, Placement, Redirects};
use url::Url;

use crate::answer::{Asked, ended};
use crate::arguments::Arguments;
use crate::place::{has_body, placed};
use crate::schema::mistakes;
use crate::template::Template;

/// A source that pauses for this long in the middle of an answer has stalled; its deadline may be far longer.
const IDLE: Duration = Duration::from_secs(10);

/// A call, ready to be recorded and sent.
#[derive(Clone, Debug)]
pub struct Prepared {
    outbound: Outbound,
    asked: Asked,
}

/// Checks the arguments (the JSON text that the model wrote) and makes the request of them.
///
/// # Errors
/// An ending of class `InvalidArguments`, with every mistake in words that a model can act on; `MissingSecret` if the
/// source needs a secret and `secret` is `None` or can't be sent; `Internal` if the spec is not one that
/// [`crate::read_source`] would have given.
pub fn prepare(
    spec: &SourceSpec,
    tool: &ToolSpec,
    arguments: &str,
    secret: Option<Secret>,
) -> Result<Prepared, Ending> {
    let id = spec.id_of(tool);
    let invalid = |words: String| invalid(&id, &words);
    let broken = |words: &str| {
        failed(FailureClass::Internal, format!("the source {} can't be used: {words}", spec.name))
    };
    let fields = Arguments::parse(arguments).map_err(invalid)?.fields;
    let wrong = mistakes(&tool.input.0, &fields).map_err(|words| broken(&words))?;
    if !wrong.is_empty() {
        return Err(invalid(wrong.join("; ")));
    }
    let base = Url::parse(&spec.base_url).map_err(|_| broken("its base address is none"))?;
    let template = Template::parse(&tool.path).map_err(|wrong| broken(&wrong.problem))?;
    if let (Auth::ApiKey { place: KeyPlace::Query, name, .. }, false) = (&spec.auth, has_body(tool.method))
        && fields.contains_key(name)
    {
        return Err(invalid(format!("`{name}` is where the source's key goes: leave it out")));
    }
    let (url, body) = placed(&base, &template, tool.method, &fields).map_err(invalid)?;

    let mut outbound = Outbound::new(tool.method, url);
    outbound.headers = spec.headers.iter().map(|(name, value)| (name.clone(), value.clone())).collect();
    for (name, value) in [("accept", "application/json, */*;q=0.5"), ("content-type", "application/json")] {
        let needed = name == "accept" || body.is_some();
        if needed && !outbound.headers.iter().any(|(known, _)| known.eq_ignore_ascii_case(name)) {
            outbound.headers.push((name.to_owned(), value.to_owned()));
        }
    }
    outbound.body = body;
    outbound.deadline = Duration::from_millis(spec.limits.deadline_ms.into());
    outbound.idle = IDLE;
    outbound.max_bytes = spec.limits.result_bytes.into();
    outbound.redirects = Redirects::SameOrigin;
    outbound.check().map_err(|error| broken(error.words()))?;
    if let Some(placed) = placed_secret(spec, secret)? {
        outbound.secrets.push(placed);
        outbound.check().map_err(|error| {
            failed(FailureClass::MissingSecret, format!("{}: {}", spec.name, error.words()))
        })?;
    }
    let asked = Asked {
        source: spec.name.clone(),
        secret: spec.auth.secret().cloned(),
        writes: tool.effect.writes(),
        wants_pages: spec.headers.iter().any(|(name, value)| {
            name.eq_ignore_ascii_case("accept") && value.to_ascii_lowercase().contains("html")
        }),
    };
    Ok(Prepared { outbound, asked })
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

    /// The method.
    pub fn method(&self) -> Method {
        self.outbound.method
    }

    /// `POST /tickets/7/notes`: the method, and the path with its query, without the secrets in it.
    pub fn request_line(&self) -> String {
        self.outbound.request_line()
    }

    /// Sends it, once, and tells how it ended. Dropping the future ends the connection.
    pub async fn perform(self, door: &Door, intent: DurableIntent) -> Ending {
        let scrubber = self.outbound.scrubber();
        let answer = door.send(intent, self.outbound).await;
        ended(self.asked, answer, &scrubber).await
    }
}

fn placed_secret(spec: &SourceSpec, secret: Option<Secret>) -> Result<Option<PlacedSecret>, Ending> {
    let place = match &spec.auth {
        Auth::None => return Ok(None),
        Auth::Bearer { .. } => Placement::Bearer,
        Auth::Basic { user, .. } => Placement::Basic { user: user.clone() },
        Auth::ApiKey { place, name, .. } => match place {
            KeyPlace::Header => Placement::Header { name: name.clone() },
            KeyPlace::Query => Placement::Query { name: name.clone() },
            KeyPlace::Cookie => Placement::Cookie { name: name.clone() },
        },
    };
    let Some(name) = spec.auth.secret().cloned() else { return Ok(None) };
    match secret.filter(|secret| !secret.is_empty()) {
        Some(secret) => Ok(Some(PlacedSecret { name, secret, place })),
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
