//! Ada's afternoon: a story with something of everything that a trail can hold.

use std::collections::BTreeMap;

use domain::answer::{Answer, Citation, Exposed, Exposure, Timings};
use domain::call::Verdict;
use domain::effect::{Effect, Method};
use domain::entry::Draft;
use domain::fact::{Change, Fact, Stopped};
use domain::id::{BatchId, CallId, ConversationId, Handle, ModelCallId, TurnId};
use domain::json::Json;
use domain::label::{Category, Label, Level};
use domain::model::{Capabilities, Early, Finish, ModelSpec, Parallel, Protocol, Usage};
use domain::outcome::{FailureClass, Outcome};
use domain::payload::PayloadRole;
use domain::source::{Auth, Limits, SourceKind, SourceSpec};
use domain::time::Span;
use domain::tool::ToolSpec;
use serde::Serialize;
use store::Store;

use crate::scene::Scene;

/// Who is who in the story.
pub(crate) struct Story {
    pub(crate) conversation: ConversationId,
    pub(crate) answered: TurnId,
    pub(crate) stopped: TurnId,
    pub(crate) batch: BatchId,
    /// In order: returned, refused by a person, of no known tool, returned from people.
    pub(crate) calls: [CallId; 4],
    pub(crate) by_hand: CallId,
    pub(crate) answer: Answer,
}

/// Writes it all down.
pub(crate) async fn tell(scene: &Scene, store: &Store) -> Story {
    configure(scene, store).await;
    let conversation = scene.conversation();
    let (answered, stopped) = (TurnId::new(1, scene.fresh()), TurnId::new(2, scene.fresh()));
    let batch = BatchId::new(1, scene.fresh());
    let calls = [0; 4].map(|_| CallId::new(1, scene.fresh()));
    let within = Some(conversation);
    store.append(vec![scene.draft(within, Fact::ConversationOpened {}, vec![])]).await.unwrap();
    store.append(vec![asked(scene, conversation, answered, "What does  Norda\nowe us?")]).await.unwrap();
    let request = ModelCallId::new(1, scene.fresh());
    let intent = store.intend(model_called(scene, conversation, answered, request)).await.unwrap();
    assert_eq!(store.reader().entry(intent.seq()).await.unwrap().unwrap().kind, "model.called");

    let tools = ["crm.get_customer", "support.add_note", "", "people.get_salary"];
    let arguments =
        [r#"{"id": 7}"#, r#"{"ticket_id": 3, "note": "call back"}"#, "{}", r#"{"name": "B_b 100%"}"#];
    for (position, call) in (0..).zip(calls) {
        let place = position as usize;
        let requested =
            Requested { call, batch: Some(batch), turn: Some(answered), position, tool: tools[place] };
        store.append(vec![requested.draft(scene, within, arguments[place])]).await.unwrap();
        if position == 1 {
            let fact = Fact::BatchOpened { batch, turn: answered, request, calls: 4 };
            store.append(vec![scene.draft(within, fact, vec![])]).await.unwrap();
        }
    }
    decide(scene, store, conversation, calls[0], Verdict::Allow).await;
    decide(scene, store, conversation, calls[1], Verdict::Ask).await;
    refuse(scene, store, conversation, calls[1]).await;
    decide(scene, store, conversation, calls[3], Verdict::Allow).await;
    sent(scene, store, within, calls[0], 1).await;
    sent(scene, store, within, calls[3], 1).await;
    sent(scene, store, within, calls[0], 2).await;
    let result = format!("{{\"id\": 7, \"owes\": \"1,204.50\", \"notes\": \"{}\"}}", "long ".repeat(400));
    let restricted = Label::of(Level::Restricted, [Category::Financial]);
    ended(scene, within, calls[0], Outcome::Returned, Some(&result), &restricted, store).await;
    ended(scene, within, calls[1], Outcome::Refused, None, &Label::unlabelled(), store).await;
    ended(scene, within, calls[2], Outcome::Failed, None, &Label::unlabelled(), store).await;
    ended(scene, within, calls[3], Outcome::TimedOut, None, &Label::unlabelled(), store).await;
    let answer = answer(scene, store, conversation, answered, request, &calls, restricted).await;

    store.append(vec![asked(scene, conversation, stopped, "And Sable?")]).await.unwrap();
    let words = scene.payload(PayloadRole::Words, "The key was refused.");
    let fact = Fact::TurnStopped { turn: stopped, why: Stopped::Model, words: Some(words.commitment()) };
    store.append(vec![scene.draft(within, fact, vec![words])]).await.unwrap();

    let by_hand = CallId::new(1, scene.fresh());
    let requested =
        Requested { call: by_hand, batch: None, turn: None, position: 0, tool: "crm.get_customer" };
    store.append(vec![requested.draft(scene, None, r#"{"id": 8}"#)]).await.unwrap();
    sent(scene, store, None, by_hand, 1).await;
    ended(scene, None, by_hand, Outcome::Returned, Some("[]"), &Label::unlabelled(), store).await;
    Story { conversation, answered, stopped, batch, calls, by_hand, answer }
}

pub(crate) struct Requested<'a> {
    pub(crate) call: CallId,
    pub(crate) batch: Option<BatchId>,
    pub(crate) turn: Option<TurnId>,
    pub(crate) position: u32,
    pub(crate) tool: &'a str,
}

impl Requested<'_> {
    pub(crate) fn draft(
        &self,
        scene: &Scene,
        conversation: Option<ConversationId>,
        arguments: &str,
    ) -> Draft {
        let arguments = scene.payload(PayloadRole::Arguments, arguments);
        let fact = Fact::CallRequested {
            call: self.call,
            batch: self.batch,
            turn: self.turn,
            position: self.position,
            handle: Handle(self.position + 1),
            tool: self.tool.to_owned(),
            tool_version: "0123456789abcdef".to_owned(),
            effect: Effect::Read,
            arguments: arguments.commitment(),
            label: Label::of(Level::Internal, [Category::Identity]),
            early: None,
            retry_of: None,
        };
        scene.draft(conversation, fact, vec![arguments])
    }
}

pub(crate) fn asked(scene: &Scene, conversation: ConversationId, turn: TurnId, question: &str) -> Draft {
    let question = scene.payload(PayloadRole::Question, question);
    let fact = Fact::QuestionAsked { turn, question: question.commitment() };
    scene.draft(Some(conversation), fact, vec![question])
}

pub(crate) async fn sent(
    scene: &Scene,
    store: &Store,
    conversation: Option<ConversationId>,
    call: CallId,
    attempt: u32,
) {
    let request = scene.payload(PayloadRole::Request, format!("GET /customers/7 attempt {attempt}"));
    let fact = Fact::CallSent {
        call,
        attempt,
        page: None,
        method: "GET".to_owned(),
        endpoint: "http://127.0.0.1:1/customers/7".to_owned(),
        request: request.commitment(),
        idempotency_key: None,
    };
    let _intent = store.intend(scene.draft(conversation, fact, vec![request])).await.unwrap();
}

async fn ended(
    scene: &Scene,
    conversation: Option<ConversationId>,
    call: CallId,
    outcome: Outcome,
    result: Option<&str>,
    label: &Label,
    store: &Store,
) {
    let result = result.map(|result| scene.payload(PayloadRole::Result, result));
    let words =
        (outcome != Outcome::Returned).then(|| scene.payload(PayloadRole::Words, "It did not work out."));
    let fact = Fact::CallEnded {
        call,
        outcome,
        failure: (outcome == Outcome::Failed).then_some(FailureClass::UnknownTool),
        status: result.as_ref().map(|_| 200),
        result: result.as_ref().map(|result| result.commitment()),
        words: words.as_ref().map(|words| words.commitment()),
        size: result.as_ref().map_or(0, |result| result.bytes().len() as u64),
        cut_from: None,
        took: Span(2_500_000),
        label: label.clone(),
        from: None,
        phases: None,
        findings: None,
    };
    // In another order than the fact names them.
    let payloads = words.into_iter().chain(result).collect();
    store.append(vec![scene.draft(conversation, fact, payloads)]).await.unwrap();
}

async fn decide(scene: &Scene, store: &Store, conversation: ConversationId, call: CallId, verdict: Verdict) {
    let fact = Fact::CallDecided { call, verdict, rule: "reads-run".to_owned(), policy: "00".repeat(32) };
    store.append(vec![scene.draft(Some(conversation), fact, vec![])]).await.unwrap();
}

async fn refuse(scene: &Scene, store: &Store, conversation: ConversationId, call: CallId) {
    let shown = scene.payload(PayloadRole::Shown, "POST /tickets/3/notes");
    let asked = Fact::ApprovalAsked { calls: vec![call], shown: shown.commitment() };
    let reason = scene.payload(PayloadRole::Reason, "Not today.");
    let given =
        Fact::ApprovalGiven { call, allowed: false, reason: Some(reason.commitment()), arguments: None };
    let drafts = vec![
        scene.draft(Some(conversation), asked, vec![shown]),
        scene.draft(Some(conversation), given, vec![reason]),
    ];
    store.append(drafts).await.unwrap();
}

fn model_called(scene: &Scene, conversation: ConversationId, turn: TurnId, request: ModelCallId) -> Draft {
    let prompt = scene.payload(PayloadRole::Prompt, "{\"messages\": []}");
    let fact = Fact::ModelCalled {
        request,
        turn: Some(turn),
        model: "rehearsal".to_owned(),
        endpoint: "http://127.0.0.1:1/chat/completions".to_owned(),
        prompt: prompt.commitment(),
        label: Label::PUBLIC,
        shortened: 0,
        redacted: 0,
        hidden: None,
    };
    scene.draft(Some(conversation), fact, vec![prompt])
}

async fn answer(
    scene: &Scene,
    store: &Store,
    conversation: ConversationId,
    turn: TurnId,
    request: ModelCallId,
    calls: &[CallId; 4],
    label: Label,
) -> Answer {
    let exposed =
        |call, handle| Exposed { call, handle: Handle(handle), mode: Exposure::Full, earlier: false };
    let answer = Answer {
        text: "Norda owes 1,204.50.".to_owned(),
        exposure: vec![exposed(calls[0], 1), exposed(calls[2], 3)],
        citations: vec![Citation { at: 19, call: calls[0], handle: Handle(1) }],
        unknown_citations: 0,
        ties: domain::tie::Ties::default(),
        unseen: domain::answer::Unseen::default(),
        combined: Vec::new(),
        label: label.clone(),
        model: "Rehearsal model (no AI)".to_owned(),
        finish: Finish::Stop,
        usage: Usage { input: 10, output: 5, ..Usage::default() },
        timings: Timings::default(),
    };
    let response = scene.payload(PayloadRole::Response, "data: [DONE]");
    let returned = Fact::ModelReturned {
        request,
        finish: Some(Finish::Stop),
        failure: None,
        response: response.commitment(),
        usage: answer.usage,
        cost: Some(700),
        took: Span(12_000),
    };
    let payload = scene.payload(PayloadRole::Answer, serde_json::to_vec(&answer).unwrap());
    let given = Fact::AnswerGiven {
        turn,
        answer: payload.commitment(),
        exposed: vec![calls[0], calls[2]],
        label,
        entries: 0,
    };
    let drafts = vec![
        scene.draft(Some(conversation), returned, vec![response]),
        scene.draft(Some(conversation), given, vec![payload]),
    ];
    store.append(drafts).await.unwrap();
    answer
}

async fn configure(scene: &Scene, store: &Store) {
    for (name, change) in [("crm", Change::Added), ("crm", Change::Replaced), ("billing", Change::Added)] {
        let spec = source(name);
        let draft = source_changed(scene, name, change, Some(&spec));
        store.put_source(&spec, draft).await.unwrap();
    }
    let gone = source_changed(scene, "billing", Change::Removed, None);
    store.remove_source(&"billing".parse().unwrap(), gone).await.unwrap();
    for name in ["rehearsal", "other"] {
        let spec = model(name);
        let payload = json(scene, &spec);
        let setting = Some(payload.commitment());
        let fact = Fact::ModelChanged { model: name.to_owned(), change: Change::Added, setting };
        store.put_model(&spec, scene.draft(None, fact, vec![payload])).await.unwrap();
    }
    let gone = Fact::ModelChanged { model: "other".to_owned(), change: Change::Removed, setting: None };
    store.remove_model("other", scene.draft(None, gone, vec![])).await.unwrap();
    let value = Json(serde_json::json!({ "theme": "dark" }));
    let payload = json(scene, &value);
    let fact = Fact::SettingsChanged { key: "look".to_owned(), setting: payload.commitment() };
    store.put_setting("look", &value, scene.draft(None, fact, vec![payload])).await.unwrap();
}

pub(crate) fn source_changed(scene: &Scene, name: &str, change: Change, spec: Option<&SourceSpec>) -> Draft {
    let payload = spec.map(|spec| json(scene, spec));
    let setting = payload.as_ref().map(|payload| payload.commitment());
    let fact = Fact::SourceChanged { source: name.to_owned(), change, setting };
    scene.draft(None, fact, payload.into_iter().collect())
}

fn json(scene: &Scene, value: &impl Serialize) -> domain::payload::Payload {
    scene.payload(PayloadRole::Setting, serde_json::to_vec(value).unwrap())
}

pub(crate) fn source(name: &str) -> SourceSpec {
    let tool = ToolSpec {
        name: "get_customer".parse().unwrap(),
        description: "A customer by id".to_owned(),
        method: Method::Get,
        path: "/customers/{id}".to_owned(),
        effect: Effect::Read,
        resource: "/customers/{id}".to_owned(),
        exclusive: false,
        label: Label::unlabelled(),
        input: Json(serde_json::json!({ "type": "object" })),
        request: None,
        paging: None,
        mcp: None,
    };
    SourceSpec {
        name: name.parse().unwrap(),
        kind: SourceKind::Http,
        base_url: "http://127.0.0.1:1".to_owned(),
        label: Label::unlabelled(),
        auth: Auth::Bearer { secret: "crm-token".parse().unwrap() },
        tls: None,
        private_network: false,
        limits: Limits::default(),
        headers: BTreeMap::new(),
        idempotency_header: None,
        tools: vec![tool],
        mcp: None,
    }
}

fn model(name: &str) -> ModelSpec {
    ModelSpec {
        name: name.to_owned(),
        title: String::new(),
        protocol: Protocol::OpenaiChat,
        base_url: "http://127.0.0.1:1".to_owned(),
        model: "rehearsal".to_owned(),
        secret: None,
        clearance: Level::Restricted,
        parallel: Parallel::Auto,
        early: Early::Auto,
        preset: None,
        capabilities: Capabilities::default(),
    }
}
