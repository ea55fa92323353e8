//! Many calls of all kinds, by a small generator of numbers: the same at every run.

use domain::call::Verdict;
use domain::effect::Effect;
use domain::entry::Draft;
use domain::fact::{Dropped, Fact, Stopped};
use domain::id::{BatchId, CallId, ConversationId, Handle, ModelCallId, TurnId};
use domain::label::{Category, Label, Level};
use domain::outcome::{FailureClass, Outcome};
use domain::payload::PayloadRole;
use domain::time::Span;
use store::Store;

use crate::scene::Scene;
use crate::story::asked;

pub(crate) const TOOLS: [&str; 6] =
    ["crm.get_customer", "crm.find", "billing.open_invoices", "people.get_salary", "", "notes.add"];
pub(crate) const WORDS: [&str; 8] = ["acme", "gmbh", "norda", "hafen", "straße", "zürich", "invoice", "1204"];

/// A call, with what is said of it in lines that its words stand in.
pub(crate) struct Told {
    pub(crate) call: CallId,
    pub(crate) lines: Vec<String>,
}

/// Writes `calls` calls: some conversations with turns and batches, some by hand.
pub(crate) async fn fill(scene: &Scene, store: &Store, calls: usize) -> Vec<Told> {
    let mut numbers = Numbers(7);
    let (mut told, mut conversation, mut turn) = (Vec::new(), None, None);
    let mut batch = BatchId::new(1, 0);
    let mut ended: Vec<CallId> = Vec::new();
    let mut drafts = Vec::new();
    while told.len() < calls {
        if told.len() % 40 == 0 {
            drafts.extend(turn.map(|turn| stopped(scene, conversation, turn)));
            let id = scene.conversation();
            (conversation, turn) = (Some(id), Some(TurnId::new(1, scene.fresh())));
            drafts.push(scene.draft(conversation, Fact::ConversationOpened {}, vec![]));
            drafts.push(asked(scene, id, turn.unwrap(), "How is everybody?"));
        }
        if told.len() % 5 == 0 {
            batch = BatchId::new(1, scene.fresh());
            let prompt = scene.payload(PayloadRole::Prompt, "{}");
            let fact = Fact::ModelCalled {
                request: ModelCallId::new(1, scene.fresh()),
                turn,
                model: ["small", "large"][numbers.below(2)].to_owned(),
                endpoint: "http://127.0.0.1:1".to_owned(),
                prompt: prompt.commitment(),
                label: label(&mut numbers),
                shortened: 0,
                redacted: 0,
                hidden: None,
            };
            drafts.push(scene.draft(conversation, fact, vec![prompt]));
        }
        let by_hand = numbers.below(9) == 0;
        let place = if by_hand { (None, None, None) } else { (conversation, turn, Some(batch)) };
        let call = Call { call: CallId::new(1, scene.fresh()), place, numbers: &mut numbers };
        let one = call.write(scene, &mut drafts, &mut ended);
        told.push(one);
        if drafts.len() > 400 {
            store.append(std::mem::take(&mut drafts)).await.unwrap();
        }
    }
    drafts.extend(turn.map(|turn| stopped(scene, conversation, turn)));
    store.append(drafts).await.unwrap();
    told
}

fn stopped(scene: &Scene, conversation: Option<ConversationId>, turn: TurnId) -> Draft {
    scene.draft(conversation, Fact::TurnStopped { turn, why: Stopped::StepLimit, words: None }, vec![])
}

struct Call<'a> {
    call: CallId,
    place: (Option<ConversationId>, Option<TurnId>, Option<BatchId>),
    numbers: &'a mut Numbers,
}

impl Call<'_> {
    fn write(self, scene: &Scene, drafts: &mut Vec<Draft>, ended: &mut Vec<CallId>) -> Told {
        let Self { call, place: (conversation, turn, batch), numbers } = self;
        let tool = TOOLS[numbers.below(TOOLS.len())];
        let says = numbers.words();
        let mut lines = vec![tool.replace(['.', '_'], " "), format!("name {says}")];
        let arguments = scene.payload(PayloadRole::Arguments, format!("{{\"name\": \"{says}\"}}"));
        let requested = Fact::CallRequested {
            call,
            batch,
            turn,
            position: 0,
            handle: Handle(1),
            tool: tool.to_owned(),
            tool_version: String::new(),
            effect: [Effect::Read, Effect::IdempotentWrite, Effect::Write][numbers.below(3)],
            arguments: arguments.commitment(),
            label: label(numbers),
            early: (numbers.below(6) == 0).then(|| ModelCallId::new(1, 1)),
            retry_of: ended.last().copied().filter(|_| numbers.below(8) == 0),
        };
        let mut add = |fact, payloads| drafts.push(scene.draft(conversation, fact, payloads));
        add(requested, vec![arguments]);
        if numbers.below(10) > 0 {
            let verdict = [Verdict::Allow, Verdict::Allow, Verdict::Ask, Verdict::Deny][numbers.below(4)];
            add(Fact::CallDecided { call, verdict, rule: "r".to_owned(), policy: "00".repeat(32) }, vec![]);
        }
        if numbers.below(4) == 0 {
            let says = numbers.words();
            let edited = (numbers.below(2) == 0).then(|| {
                lines[1] = format!("to {says}");
                scene.payload(PayloadRole::Arguments, format!("{{\"to\": \"{says}\"}}"))
            });
            let arguments = edited.as_ref().map(|edited| edited.commitment());
            let allowed = numbers.below(2) == 0;
            add(Fact::ApprovalGiven { call, allowed, reason: None, arguments }, edited.into_iter().collect());
        }
        for attempt in 1..=u32::try_from(numbers.below(4)).unwrap() {
            let request = scene.payload(PayloadRole::Request, "GET /");
            let sent = Fact::CallSent {
                call,
                attempt,
                page: None,
                method: "GET".to_owned(),
                endpoint: "http://127.0.0.1:1".to_owned(),
                request: request.commitment(),
                idempotency_key: None,
            };
            add(sent, vec![request]);
        }
        if numbers.below(12) == 0 {
            add(Fact::CallDropped { call, why: Dropped::Length }, vec![]);
        }
        if numbers.below(15) > 0 {
            let outcomes = [
                Outcome::Returned,
                Outcome::Returned,
                Outcome::Returned,
                Outcome::Failed,
                Outcome::Refused,
                Outcome::Cancelled,
                Outcome::TimedOut,
                Outcome::Unknown,
            ];
            let outcome = outcomes[numbers.below(outcomes.len())];
            let failed = outcome == Outcome::Failed;
            let failures = [FailureClass::Connect, FailureClass::Status, FailureClass::UnknownTool];
            let (found, why) = (numbers.words(), numbers.words());
            let result = (outcome == Outcome::Returned).then(|| {
                lines.push(format!("found {found} 1 204.50").replace('.', " "));
                scene.payload(PayloadRole::Result, format!("{{\"found\": [\"{found}\", 1, 204.50, true]}}"))
            });
            let words = result.is_none().then(|| {
                lines.push(why.clone());
                scene.payload(PayloadRole::Words, why)
            });
            let status = [None, Some(200), Some(404), Some(503)][numbers.below(4)];
            let fact = Fact::CallEnded {
                call,
                outcome,
                failure: failed.then(|| failures[numbers.below(3)]),
                status,
                result: result.as_ref().map(|result| result.commitment()),
                words: words.as_ref().map(|words| words.commitment()),
                size: numbers.below(3000) as u64,
                cut_from: None,
                took: Span(numbers.below(3000) as u64 * 1000),
                label: label(numbers),
                from: ended.last().copied().filter(|_| numbers.below(9) == 0),
                phases: None,
                findings: None,
            };
            add(fact, result.into_iter().chain(words).collect());
            ended.push(call);
        }
        Told { call, lines }
    }
}

fn label(numbers: &mut Numbers) -> Label {
    let level = Level::ALL[numbers.below(4)];
    let categories = Category::ALL.into_iter().filter(|_| numbers.below(6) == 0);
    Label::of(level, categories)
}

/// SplitMix64.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        usize::try_from((mixed ^ (mixed >> 31)) % bound as u64).unwrap()
    }

    fn words(&mut self) -> String {
        let count = 1 + self.below(4);
        (0..count).map(|_| WORDS[self.below(WORDS.len())]).collect::<Vec<_>>().join(" ")
    }
}
