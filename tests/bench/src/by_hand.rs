//! The same turn as a good programmer would write it for this one case: no trail, no policy, no limits, no labels, the
//! HTTP library that our own door is made of, and every call joined. It is the bound, so it gets every advantage: its
//! first request is bytes that were captured, its second a concatenation, and it checks nothing that comes back but
//! that it came.

use std::time::{Duration, Instant};

use bytes::Bytes;
use futures_util::future::try_join_all;
use http_body_util::{BodyExt, Full};
use hyper::header::{ACCEPT_ENCODING, AUTHORIZATION, CONTENT_TYPE, USER_AGENT};
use hyper::{Request, Uri};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::company::Company;
use crate::kept::Kept;
use crate::message::DONE;
use crate::trouble::{Outcome, trouble};

/// Turns by hand.
pub(crate) struct ByHand {
    client: Client<HttpConnector, Full<Bytes>>,
    chat: Uri,
    key: String,
    echo: String,
    first: String,
}

impl ByHand {
    /// With the very body of a first request that the engine has sent, so that both ask the same.
    pub(crate) fn new(company: &Company, first: String) -> Outcome<Self> {
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        let client = Client::builder(TokioExecutor::new()).build(connector);
        let about = &company.about;
        let Some(echo) = about.sources.iter().find(|source| source.name == "echo") else {
            return trouble("the company has no echo");
        };
        Ok(Self {
            client,
            chat: format!("{}/chat/completions", about.model_url).parse()?,
            key: format!("Bearer {}", about.secret),
            echo: echo.base_url.clone(),
            first,
        })
    }

    /// From the question to the final text; recorded there, if it is at all.
    pub(crate) async fn turn(&self, mut kept: Option<Kept<'_>>) -> Outcome<Duration> {
        let begun = Instant::now();
        let first = self.post(self.first.clone().into_bytes()).await?;
        let message = message(&first)?;
        let asked: Asked<'_> = serde_json::from_str(message.get())?;
        let uris = asked.calls.iter().map(|call| self.uri(call)).collect::<Outcome<Vec<Uri>>>()?;
        if let Some(kept) = kept.as_mut() {
            let written = |(call, uri): (&AskedCall<'_>, &Uri)| {
                let AskedCall { id, function: Function { name, arguments } } = call;
                format!("{id} {name} {arguments}\nGET {uri}\naccept: */*\n").into_bytes()
            };
            kept.requests(&asked.calls.iter().zip(&uris).map(written).collect::<Vec<_>>())?;
        }
        let results = try_join_all(uris.into_iter().map(|uri| self.get(uri))).await?;
        if let Some(kept) = kept.as_mut() {
            kept.results(&results)?;
        }
        let last = self.post(self.second(message, &asked, &results)?).await?;
        let took = begun.elapsed();
        if last.windows(DONE.len()).any(|text| text == DONE.as_bytes()) {
            Ok(took)
        } else {
            trouble("the model did not say what it was told to")
        }
    }

    fn uri(&self, call: &AskedCall<'_>) -> Outcome<Uri> {
        let Arguments { id, ms } = serde_json::from_str(&call.function.arguments)?;
        Ok(format!("{}/echo/{id}?ms={ms}", self.echo).parse()?)
    }

    /// The first request with the model's message and every result behind its messages.
    fn second(&self, asked_in: &RawValue, asked: &Asked<'_>, results: &[Bytes]) -> Outcome<Vec<u8>> {
        let mut body: Chat<'_> = serde_json::from_str(&self.first)?;
        body.messages.push(asked_in.to_owned());
        for (call, result) in asked.calls.iter().zip(results) {
            let content = std::str::from_utf8(result)?;
            let told = Told { role: "tool", tool_call_id: call.id, content };
            body.messages.push(serde_json::value::to_raw_value(&told)?);
        }
        Ok(serde_json::to_vec(&body)?)
    }

    async fn post(&self, body: Vec<u8>) -> Outcome<Bytes> {
        let request = Request::post(self.chat.clone())
            .header(AUTHORIZATION, &self.key)
            .header(CONTENT_TYPE, "application/json")
            .header(USER_AGENT, "by-hand")
            .body(Full::from(body))?;
        self.send(request).await
    }

    async fn get(&self, uri: Uri) -> Outcome<Bytes> {
        let request = Request::get(uri)
            .header(USER_AGENT, "by-hand")
            .header(ACCEPT_ENCODING, "identity")
            .body(Full::default())?;
        self.send(request).await
    }

    async fn send(&self, request: Request<Full<Bytes>>) -> Outcome<Bytes> {
        let answer = self.client.request(request).await?;
        if !answer.status().is_success() {
            return trouble(format!("by hand: {}", answer.status()));
        }
        Ok(answer.into_body().collect().await?.to_bytes())
    }
}

/// The message in a completion.
fn message(body: &[u8]) -> Outcome<&RawValue> {
    #[derive(Deserialize)]
    struct Completion<'a> {
        #[serde(borrow)]
        choices: Vec<Choice<'a>>,
    }
    #[derive(Deserialize)]
    struct Choice<'a> {
        #[serde(borrow)]
        message: &'a RawValue,
    }
    let completion: Completion<'_> = serde_json::from_slice(body)?;
    match completion.choices.first() {
        Some(choice) => Ok(choice.message),
        None => trouble("the model said nothing"),
    }
}

#[derive(Deserialize)]
struct Asked<'a> {
    #[serde(borrow, rename = "tool_calls")]
    calls: Vec<AskedCall<'a>>,
}

#[derive(Deserialize)]
struct AskedCall<'a> {
    id: &'a str,
    #[serde(borrow)]
    function: Function<'a>,
}

#[derive(Deserialize)]
struct Function<'a> {
    name: &'a str,
    arguments: String,
}

#[derive(Deserialize)]
struct Arguments<'a> {
    id: &'a str,
    ms: u32,
}

#[derive(Serialize, Deserialize)]
struct Chat<'a> {
    #[serde(borrow)]
    model: &'a str,
    messages: Vec<Box<RawValue>>,
    #[serde(borrow)]
    tools: &'a RawValue,
    stream: bool,
}

#[derive(Serialize)]
struct Told<'a> {
    role: &'a str,
    tool_call_id: &'a str,
    content: &'a str,
}
