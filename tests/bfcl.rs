//! Batches that models were asked to make: the Berkeley Function Calling Leaderboard's, played by a scripted model in
//! every shape in which servers write a message, against sources that are made of its functions as people would make
//! them.

use std::collections::BTreeMap;

use domain::call::Approve;
use domain::outcome::{FailureClass, Outcome};
use engine::Question;
use rehearsal::{LoggedRequest, Script, ScriptedCall, ScriptedReply};
use serde_json::{Map, Value, json};

use crate::scene::Scene;
use crate::scene::stream::Shape;

/// A message of the set.
struct Case {
    id: String,
    tools: Vec<Tool>,
    calls: Vec<Call>,
}

/// A function of the set, as a tool of a source.
#[derive(Clone)]
struct Tool {
    function: String,
    source: String,
    name: String,
    description: String,
    input: Value,
}

/// What is asked of it.
struct Call {
    tool: Tool,
    arguments: Value,
    /// The fields that its schema does not allow: the call then fails, and names them.
    unfit: Vec<String>,
}

/// What becomes of a function: three ways in which an API may offer it.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Offer {
    /// Arguments in the query.
    Get,
    /// Arguments in a body, and yet it only reads.
    Query,
    /// A write, which a person allows.
    Write,
}

fn cases() -> Vec<Case> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let case = |line: &str| {
        let line: Value = serde_json::from_str(line).unwrap();
        let tools: Vec<Tool> = line["tools"].as_array().unwrap().iter().map(Tool::of).collect();
        let call = |call: &Value| Call {
            tool: tools.iter().find(|tool| call["name"] == tool.function).unwrap().clone(),
            arguments: call["arguments"].clone(),
            unfit: call["unfit"].as_array().into_iter().flatten().map(text).collect(),
        };
        let calls = line["calls"].as_array().unwrap().iter().map(call).collect();
        Case { id: text(&line["id"]), calls, tools }
    };
    include_str!("fixtures/bfcl/bfcl.jsonl").lines().map(case).collect()
}

impl Tool {
    fn of(function: &Value) -> Self {
        let name = function["name"].as_str().unwrap();
        // `bank_account.transfer` is the tool `transfer` of the source `bank_account`.
        let (source, tool) = name.split_once('.').unwrap_or(("functions", name));
        Self {
            function: name.to_owned(),
            source: named(source),
            name: named(tool),
            description: function["description"].as_str().unwrap().to_owned(),
            input: without_null(&function["parameters"]),
        }
    }

    fn wire(&self) -> String {
        format!("{}__{}", self.source, self.name)
    }

    fn path(&self) -> String {
        format!("/echo/{}.{}", self.source, self.name)
    }

    fn section(&self, offer: Offer) -> Value {
        let mut section = json!({
            "name": self.name,
            "description": self.description,
            "method": if offer == Offer::Get { "GET" } else { "POST" },
            "path": self.path(),
            "input": self.input,
        });
        if offer == Offer::Query {
            section["effect"] = json!("read");
        }
        section
    }
}

/// TOML has no null; the set has it as a default, which promises nothing.
fn without_null(schema: &Value) -> Value {
    match schema {
        Value::Object(members) => {
            let members = members.iter().filter(|(_, member)| !member.is_null());
            members.map(|(name, member)| (name.clone(), without_null(member))).collect()
        }
        other => other.clone(),
    }
}

/// A name as ours must be: `predictProfit` is `predict_profit`.
fn named(foreign: &str) -> String {
    let mut name = String::new();
    for char in foreign.chars() {
        let after_small = name.ends_with(|last: char| last.is_ascii_lowercase() || last.is_ascii_digit());
        if !char.is_ascii_alphanumeric() || char.is_ascii_uppercase() && after_small {
            name.push('_');
        }
        if char.is_ascii_alphanumeric() {
            name.push(char.to_ascii_lowercase());
        }
    }
    name.split('_').filter(|word| !word.is_empty()).collect::<Vec<_>>().join("_")
}

impl Case {
    /// The files of its sources, all of them at the echo.
    fn sources(&self, base_url: &str, offer: Offer) -> BTreeMap<String, String> {
        let mut sources: BTreeMap<&str, Vec<Value>> = BTreeMap::new();
        for tool in &self.tools {
            sources.entry(&tool.source).or_default().push(tool.section(offer));
        }
        let file = |(name, tools): (&str, Vec<Value>)| {
            let source = json!({ "name": name, "kind": "http", "base_url": base_url, "tool": tools });
            (name.to_owned(), toml::to_string(&source).unwrap())
        };
        sources.into_iter().map(file).collect()
    }

    /// Its first call twice more with a mistake: a field left out, a field of another type.
    fn with_mistakes(&mut self) {
        let Call { tool, arguments, unfit } = &self.calls[0];
        assert!(arguments.is_object() && tool.input["properties"].is_object(), "{}", self.id);
        let spoilt = |field: &str, change: &dyn Fn(&mut Map<String, Value>)| {
            let mut arguments = arguments.clone();
            change(arguments.as_object_mut().unwrap());
            let others = unfit.iter().filter(|unfit| *unfit != field).cloned();
            let unfit = others.chain([field.to_owned()]).collect();
            Call { tool: tool.clone(), arguments, unfit }
        };
        let mut mistakes = Vec::new();
        let required = tool.input["required"].as_array();
        if let Some(field) = required.and_then(|required| required.first()).and_then(Value::as_str) {
            mistakes.push(spoilt(field, &|arguments| drop(arguments.remove(field))));
        }
        if let Some((field, schema)) = tool.input["properties"].as_object().unwrap().iter().next() {
            let other = if schema["type"] == "object" { json!([]) } else { json!({ "other": "type" }) };
            mistakes.push(spoilt(field, &|arguments| drop(arguments.insert(field.clone(), other.clone()))));
        }
        self.calls.extend(mistakes);
    }

    /// As the model writes it.
    fn scripted(&self) -> Vec<ScriptedCall> {
        let call = |(place, call): (usize, &Call)| {
            ScriptedCall::new(format!("call_{place}"), call.tool.wire(), call.arguments.to_string())
        };
        self.calls.iter().enumerate().map(call).collect()
    }

    /// What the service must have been asked: path and arguments, of each tool in order.
    fn expected(&self, offer: Offer) -> Vec<(String, String)> {
        let mut expected: Vec<(String, String)> = Vec::new();
        for call in self.calls.iter().filter(|call| call.unfit.is_empty()) {
            let fields = call.arguments.as_object().unwrap();
            let asked = match offer {
                Offer::Get => fields.iter().flat_map(|(name, value)| query(name, value)).collect(),
                Offer::Query | Offer::Write => call.arguments.to_string(),
            };
            let request = (call.tool.path(), asked);
            // Reads that are the same send one request.
            if offer == Offer::Write || !expected.contains(&request) {
                expected.push(request);
            }
        }
        sorted(expected, offer)
    }
}

/// Writes of one tool have an order; reads have none.
fn sorted(mut requests: Vec<(String, String)>, offer: Offer) -> Vec<(String, String)> {
    match offer {
        Offer::Write => requests.sort_by(|one, other| one.0.cmp(&other.0)),
        Offer::Get | Offer::Query => requests.sort(),
    }
    requests
}

/// A field in a query: an item each of a list, words as they are, other values as JSON.
fn query(name: &str, value: &Value) -> Vec<String> {
    let items = value.as_array().map_or_else(|| vec![value], |items| items.iter().collect());
    let text = |item: &Value| match item {
        Value::String(text) => text.clone(),
        other => other.to_string().trim_end_matches(".0").to_owned(),
    };
    items.into_iter().map(|item| format!("{name}={}\n", text(item))).collect()
}

/// What a request asked, in the same words.
fn heard(request: &LoggedRequest, offer: Offer) -> (String, String) {
    let asked = match offer {
        Offer::Get => url::form_urlencoded::parse(request.query.as_bytes())
            .map(|(name, value)| format!("{name}={value}\n"))
            .collect(),
        Offer::Query | Offer::Write => {
            let body: Value = serde_json::from_str(request.body.as_deref().unwrap()).unwrap();
            body.to_string()
        }
    };
    (request.path.clone(), asked)
}

/// Plays a case in one shape, and looks at everything that can be seen of it.
async fn play(scene: &Scene, case: &Case, shape: Shape, offer: Offer) {
    let what = format!("{} as {shape:?}, {offer:?}", case.id);
    let before = scene.rehearsal.requests().len();
    let message = shape.reply(&case.scripted());
    scene.rehearsal.model_script(Script::new([message, ScriptedReply::text("Done.")]));
    let told = scene.put(Question { approve: Approve::All, ..Question::new("Do all of it") }).await;
    assert_eq!(told.answer().text, "Done.", "{what}");

    let endings = told.endings();
    assert_eq!(endings.len(), case.calls.len(), "{what}");
    let results = scene.results();
    assert_eq!(results.len(), case.calls.len(), "{what}");
    for (place, call) in case.calls.iter().enumerate() {
        let ((asked, ended), (id, content)) = (endings[place], &results[place]);
        let tool = format!("[c{}] {}.{}\n", place + 1, call.tool.source, call.tool.name);
        assert_eq!((asked.asked_for.as_str(), id.as_str()), (&*call.tool.wire(), &*format!("call_{place}")));
        assert!(content.starts_with(&tool), "{what}: {content}");
        if call.unfit.is_empty() {
            assert_eq!(ended.outcome, Outcome::Returned, "{what}: {}", ended.words);
            continue;
        }
        let expected = (Outcome::Failed, Some(FailureClass::InvalidArguments));
        assert_eq!((ended.outcome, ended.failure), expected, "{what}: {}", ended.words);
        // Six are named, and the others counted.
        let named = call.unfit.iter().filter(|field| content.contains(&format!("`{field}`"))).count();
        assert_eq!(named, call.unfit.len().min(6), "{what} names {:?}: {content}", call.unfit);
    }
    let requests = scene.rehearsal.requests().split_off(before);
    let asked = requests.iter().filter(|request| request.service == "echo");
    assert_eq!(
        sorted(asked.map(|request| heard(request, offer)).collect(), offer),
        case.expected(offer),
        "{what}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_batch_in_every_shape() {
    let scene = Scene::instant().await;
    let base_url = scene.rehearsal.echo_source().base_url;
    let offers = [Offer::Get, Offer::Query, Offer::Write];
    let cases = cases();
    assert_eq!(cases.len(), 80);
    for (place, mut case) in cases.into_iter().enumerate() {
        case.with_mistakes();
        let offer = offers[place % offers.len()];
        let sources = case.sources(&base_url, offer);
        for file in sources.values() {
            scene.connect(file).await;
        }
        // Over the set, every shape meets every offer: 11 and 3 share no factor.
        for step in [0, 4] {
            play(&scene, &case, Shape::ALL[(place + step) % Shape::ALL.len()], offer).await;
        }
        for name in sources.keys() {
            scene.engine.remove_source(&name.parse().unwrap()).await.unwrap();
        }
    }
    scene.close().await;
}
