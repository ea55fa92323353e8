//! An API's own description, got from its address, and the documents that it refers to. Each request is on record before
//! it leaves, goes to a host that a person named or was shown, and carries nothing that anybody is known by.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Duration;

use domain::effect::Method;
use domain::fact::Fact;
use domain::payload::PayloadRole;
use egress::{Outbound, Passage, Reach, Redirects, SendError};
use serde::{Deserialize, Serialize};
use url::Url;

use crate::blocking::blocking;
use crate::clock::seal;
use crate::engine::Engine;
use crate::error::EngineError;

/// The largest document, in bytes: what the importer reads.
const LARGEST: u64 = 50 << 20;
/// How long a document may take, to its last byte.
const WITHIN: Duration = Duration::from_secs(60);
/// How long its bytes may pause.
const PAUSE: Duration = Duration::from_secs(15);
/// How many times a host may point to another of its own addresses.
const MOST_HOPS: usize = 5;
/// How many documents are fetched that a description refers to; all together are no larger than one may be.
const MOST_DOCUMENTS: usize = 100;

/// What stands at an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Arrived {
    /// A text.
    Here(Fetched),
    /// The host says that it is at another host: whether to ask that is for a person to say.
    Elsewhere {
        /// The address there.
        to: String,
    },
}

/// A text, and where it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fetched {
    /// Its address, to which the references in it are relative.
    pub address: String,
    /// The text.
    pub text: Vec<u8>,
}

/// Documents that a description refers to, at one origin.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct RefersTo {
    /// `https://schemas.example.com`
    pub origin: String,
    /// How many documents there the description names.
    pub documents: u32,
}

/// What a description refers to, as far as it was got.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct References {
    /// Texts by their addresses.
    pub documents: BTreeMap<String, Vec<u8>>,
    /// What was not got, and why.
    pub left: Vec<String>,
}

/// What came of a request.
enum Got {
    Text(Url, Vec<u8>),
    Moved(Url),
}

impl Engine {
    /// Gets what stands at an address that a person wrote. Another address of the same host is asked if the host says so,
    /// each on record; another host is not.
    ///
    /// # Errors
    /// If it is no address, nothing readable came of it, in words that say what to do, or the trail can't be written.
    pub async fn fetch_description(&self, address: &str) -> Result<Arrived, EngineError> {
        let url = address_of(address).map_err(EngineError::BadInput)?;
        let origin = url.origin();
        match self.get(url, |to| to.origin() == origin, LARGEST).await?.map_err(EngineError::BadInput)? {
            Got::Text(address, text) => Ok(Arrived::Here(Fetched { address: address.into(), text })),
            Got::Moved(to) => Ok(Arrived::Elsewhere { to: to.into() }),
        }
    }

    /// Where the documents are that a description refers to, if any; what it names relative to itself is where it is.
    ///
    /// # Errors
    /// If it can't be read.
    pub fn refers_to(text: &[u8], address: &str) -> Result<Vec<RefersTo>, EngineError> {
        let base = address_of(address).map_err(EngineError::BadInput)?;
        let mut counts: BTreeMap<String, u32> = BTreeMap::new();
        let named = named(text, &base).map_err(EngineError::BadInput)?;
        for url in named.into_iter().filter(|url| *url != base) {
            *counts.entry(url.origin().ascii_serialization()).or_default() += 1;
        }
        Ok(counts.into_iter().map(|(origin, documents)| RefersTo { origin, documents }).collect())
    }

    /// Gets what a description refers to, and what that refers to, from these origins alone.
    ///
    /// # Errors
    /// If the description can't be read, or the trail can't be written. A document that can't be got is left, and named.
    pub async fn fetch_references(
        &self,
        description: &Fetched,
        origins: &[String],
    ) -> Result<References, EngineError> {
        let base = address_of(&description.address).map_err(EngineError::BadInput)?;
        let allowed = |url: &Url| origins.contains(&url.origin().ascii_serialization());
        let mut seen = BTreeSet::from([base.clone()]);
        let mut wanted: VecDeque<Url> =
            named(&description.text, &base).map_err(EngineError::BadInput)?.into_iter().collect();
        let mut found = References::default();
        let mut room = LARGEST;
        while let Some(url) = wanted.pop_front() {
            if !seen.insert(url.clone()) {
                continue;
            }
            if !allowed(&url) {
                found.left.push(format!("{url}: its host was not among those that may be asked"));
                continue;
            }
            if found.documents.len() == MOST_DOCUMENTS || room == 0 {
                let most = LARGEST >> 20;
                found.left.push(format!(
                    "{url}: at most {MOST_DOCUMENTS} documents are got, of {most} MiB together"
                ));
                continue;
            }
            match self.get(url.clone(), allowed, room).await? {
                Ok(Got::Text(at, text)) => {
                    let read = move || Ok::<_, EngineError>((named(&text, &at), text));
                    match blocking(read).await? {
                        (Ok(further), text) => {
                            wanted.extend(further);
                            room = room.saturating_sub(text.len() as u64);
                            found.documents.insert(url.into(), text);
                        }
                        (Err(why), _) => found.left.push(format!("{url}: {why}")),
                    }
                }
                Ok(Got::Moved(to)) => {
                    found
                        .left
                        .push(format!("{url}: it is said to be at {}, which was not asked", place(&to)));
                }
                Err(why) => found.left.push(format!("{url}: {why}")),
            }
        }
        Ok(found)
    }

    /// Asks for a text, and again where it is said to be as long as `may` allows that.
    async fn get(
        &self,
        mut url: Url,
        may: impl Fn(&Url) -> bool,
        most: u64,
    ) -> Result<Result<Got, String>, EngineError> {
        for _ in 0..=MOST_HOPS {
            let mut request = Outbound::new(Method::Get, url.clone());
            request.headers =
                vec![("accept".to_owned(), "application/json, application/yaml, */*;q=0.5".to_owned())];
            request.deadline = WITHIN;
            request.idle = PAUSE;
            request.max_bytes = most;
            request.redirects = Redirects::HandBack;
            request.passage = Passage { reach: Reach::named_by(&url), identity: None };
            if let Err(error) = request.check() {
                return Ok(Err(error.words().to_owned()));
            }
            let record = seal(PayloadRole::Request, "message/http", request.record())?;
            let asked = Fact::SourceAsked {
                source: String::new(),
                method: Method::Get.word().to_owned(),
                endpoint: request.endpoint(),
                request: Some(record.commitment()),
            };
            let intent = self.inner.store()?.intend(self.draft(asked, vec![record])).await?;
            let words = |error: &SendError| error.words().to_owned();
            let mut answer = match self.inner.door.send(intent, request).await {
                Ok(answer) => answer,
                Err(error) => return Ok(Err(words(&error))),
            };
            let location = answer.header("location").and_then(|to| url.join(to).ok());
            match (answer.status(), location) {
                (301 | 302 | 303 | 307 | 308, Some(to)) if may(&to) => url = to,
                (301 | 302 | 303 | 307 | 308, Some(to)) => return Ok(Ok(Got::Moved(to))),
                (200..=299, _) => {
                    let page = matches!(answer.media().as_str(), "text/html" | "application/xhtml+xml");
                    let mut text = Vec::with_capacity(answer.expected());
                    loop {
                        match answer.next().await {
                            Ok(Some(bytes)) => text.extend_from_slice(&bytes),
                            Ok(None) => break,
                            Err(error) => return Ok(Err(words(&error))),
                        }
                    }
                    if answer.cut_from().is_some() {
                        return Ok(Err(format!("it is longer than {} MiB", LARGEST >> 20)));
                    }
                    if page {
                        return Ok(Err(format!(
                            "{} is a page for people: give the address of the document itself, which often ends in \
                             openapi.json, openapi.yaml or swagger.json",
                            place(&url)
                        )));
                    }
                    return Ok(Ok(Got::Text(url, text)));
                }
                (status, _) => {
                    return Ok(Err(format!("{} answered {status}, and no document", place(&url))));
                }
            }
        }
        Ok(Err(format!("it was sent on more than {MOST_HOPS} times, the last to {}", place(&url))))
    }
}

/// What a text refers to.
fn named(text: &[u8], base: &Url) -> Result<Vec<Url>, String> {
    let value = openapi::read(text).map_err(|refused| refused.to_string())?;
    let urls = openapi::references(&value).into_iter().filter_map(|name| {
        let mut url = base.join(&name).ok()?;
        url.set_fragment(None);
        matches!(url.scheme(), "http" | "https").then_some(url)
    });
    Ok(urls.collect())
}

fn address_of(address: &str) -> Result<Url, String> {
    let wrong = |why: &str| format!("`{}` {why}", address.chars().take(200).collect::<String>());
    let mut url = Url::parse(address.trim())
        .map_err(|_| wrong("is no address: write one such as https://api.example.com/openapi.json"))?;
    if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
        return Err(wrong("must begin with http:// or https:// and name a host"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(
            "the address holds a user name or a password: get the document yourself, and give the file \
                    with --address"
                .to_owned(),
        );
    }
    url.set_fragment(None);
    Ok(url)
}

/// An address as words show it: its query may hold anything.
fn place(url: &Url) -> String {
    let mut url = url.clone();
    url.set_query(None);
    url.set_fragment(None);
    url.into()
}
