//! What stands between a model and what it is not cleared for. Everything that a model is told of a conversation goes
//! through here: questions, answers of before, arguments, results. What it writes goes back through here as well, so that
//! sources are asked with the real values and a person reads them.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use attribution::Excerpt;
use domain::answer::{Answer, Revealed, Unseen};
use domain::finding::{Carried, Finding};
use domain::hidden::{AboveClearance, Hidden, HiddenPlace, KeptOut};
use domain::id::{CallId, ConversationId, TurnId};
use domain::label::{Label, Level};
use domain::model::{Message, ModelSpec};
use domain::outcome::{CallResult, Ending, Outcome};
use policy::{Pseudonyms, Shown as Revealing, Unfolding};

use crate::detection::{Looking, above, label, read_of};
use crate::error::EngineError;
use crate::finished::{Part, Shown, Uncovered, shown};
use crate::inner::Inner;

/// What a model is told beside a result in which values are hidden.
const HOW_TO_READ: &str = "‹…› stands for a value that you are not shown; use it as it is, in calls and in your answer: \
                           the person sees the value";

/// What a model may see, and what it was not shown so far.
pub(crate) struct Veil {
    clearance: Level,
    above: AboveClearance,
    looking: Arc<Looking>,
    names: Pseudonyms,
    /// The calls whose results it was shown nothing of.
    kept_out: BTreeMap<CallId, Level>,
    /// Arguments with real values, and as the model wrote them.
    written: HashMap<String, String>,
    unfolding: Unfolding,
    /// How many values were known when what the model is told was last gone through for them.
    gone_through: usize,
    /// The question that it is not to be asked, and why.
    refused: Option<String>,
}

impl Veil {
    fn new(clearance: Level, above: AboveClearance, looking: Arc<Looking>, earlier: Hidden) -> Self {
        Self {
            clearance,
            above,
            looking,
            names: Pseudonyms::resumed(earlier.values),
            kept_out: BTreeMap::new(),
            written: HashMap::new(),
            unfolding: Unfolding::default(),
            gone_through: 0,
            refused: None,
        }
    }

    /// For a model as it is set now, in a conversation that may have pseudonyms already.
    ///
    /// # Errors
    /// If the trail can't be read.
    pub(crate) async fn of(
        inner: &Inner,
        model: &ModelSpec,
        earlier: Option<ConversationId>,
    ) -> Result<Self, EngineError> {
        let connected = inner.catalogue.read(&inner.reader).await?;
        let earlier = match earlier {
            Some(conversation) => inner.reader.hidden(conversation).await?,
            None => Hidden::default(),
        };
        Ok(Self::new(model.clearance, connected.above, Arc::clone(&connected.looking), earlier))
    }

    /// The highest level that the model may see.
    pub(crate) fn clearance(&self) -> Level {
        self.clearance
    }

    /// Whether a result of this label is to be covered before the model is told of it.
    pub(crate) fn covers(&self, label: &Label) -> bool {
        label.level > self.clearance
    }

    /// Takes in a question: what in it is above the model's clearance is hidden from here on.
    pub(crate) fn question(&mut self, turn: TurnId, question: &str, is_new: bool) {
        let findings = self.looking.text(question);
        let hide = above(&findings, self.clearance);
        if hide.is_empty() {
            return;
        }
        if is_new && self.above == AboveClearance::Block {
            let mut kinds: Vec<&str> = hide.iter().map(|finding| finding.kind.as_str()).collect();
            kinds.sort_unstable();
            kinds.dedup();
            self.refused = Some(format!(
                "the question holds what this model is not cleared for ({}), and the workspace keeps that from it. \
                 Leave it out, or ask a model with a higher clearance than {}",
                kinds.join(", "),
                self.clearance
            ));
        }
        let place =
            |finding: &Finding| HiddenPlace::Question { turn, start: finding.start, end: finding.end };
        let _told_when_it_is_encoded = self.names.hide_in_text(question, &hide, &place);
    }

    /// Why the model is not asked at all, if it isn't.
    pub(crate) fn refused(&self) -> Option<&str> {
        self.refused.as_deref()
    }

    /// What the model is told of a result that is above its clearance.
    pub(crate) fn cover(&mut self, uncovered: &Uncovered) -> Shown {
        let Uncovered { call, ending, detected, budget, .. } = uncovered;
        let budget = *budget;
        let whole = label(detected);
        let of = ending.cut_from.unwrap_or(ending.body.len() as u64);
        // What a level comes from is its source or its tool: there is no value that could be taken out of it. Of what was
        // not looked at whole nobody knows what else it holds.
        let as_a_whole = detected.plain.level > self.clearance
            || self.above == AboveClearance::Block
            || detected.left_out > 0;
        if as_a_whole {
            self.kept_out.insert(*call, whole.level);
            return Shown {
                text: self.kept_out_words(uncovered, whole.level),
                bytes: 0,
                of,
                ok: false,
                budget,
            };
        }
        self.hide_in(*call, Carried::Arguments, &uncovered.arguments, &detected.arguments);
        let hide = above(&detected.result, self.clearance);
        let read = read_of(&ending.body);
        if ending.outcome != Outcome::Returned {
            self.hide_in(*call, Carried::Result, &String::from_utf8_lossy(read), &detected.result);
            let told = shown(ending, uncovered.handle, uncovered.budget);
            let text = if hide.is_empty() { told.text } else { failed_words(ending) };
            return Shown { text: self.names.hide_known(&text).into_owned(), ..told };
        }
        let Ok(body) = std::str::from_utf8(read) else {
            return shown(ending, uncovered.handle, uncovered.budget);
        };
        let place = place_in(*call, Carried::Result);
        let hidden = if detected.unread > 0 {
            self.names.hide_in_text(body, &hide, &place)
        } else {
            self.names.hide_in_json(body, &hide, &place)
        };
        let excerpt = match &uncovered.part {
            Some(part) => paged(uncovered, part, &hidden),
            None => {
                attribution::excerpt(uncovered.handle, &ending.media, hidden.as_bytes(), uncovered.budget)
            }
        };
        // What was not looked at is not shown.
        let is_whole = excerpt.whole && detected.unread == 0;
        let bytes = if is_whole { of } else { excerpt.shown.min(of) };
        let text = self.names.hide_known(&excerpt.text);
        let text = if text.contains('‹') { format!("({HOW_TO_READ})\n{text}") } else { text.into_owned() };
        Shown { text, bytes, of, ok: true, budget }
    }

    fn hide_in(&mut self, call: CallId, carried: Carried, text: &str, findings: &[Finding]) {
        let hide = above(findings, self.clearance);
        if !hide.is_empty() {
            let _only_named = self.names.hide_in_json(text, &hide, &place_in(call, carried));
        }
    }

    /// A message as the model is told it.
    pub(crate) fn message(&self, message: Message) -> Message {
        match message {
            Message::User(text) => Message::User(self.told(text)),
            Message::Assistant { text, mut calls, reasoning } => {
                for call in &mut calls {
                    call.arguments = match self.written.get(&call.arguments) {
                        Some(written) => written.clone(),
                        None => self.edited(&call.arguments),
                    };
                }
                Message::Assistant { text: self.told(text), calls, reasoning }
            }
            Message::Results(results) => {
                Message::Results(results.into_iter().map(|result| self.result(result)).collect())
            }
        }
    }

    /// A result as the model is told it, once what is above its clearance is covered.
    pub(crate) fn result(&self, result: CallResult) -> CallResult {
        CallResult { text: self.told(result.text), note: self.told(result.note), ..result }
    }

    /// A person's arguments as the model is told them.
    pub(crate) fn edited(&self, arguments: &str) -> String {
        self.names.hide_in_arguments(arguments)
    }

    /// A text as the model is told it.
    pub(crate) fn told(&self, text: String) -> String {
        match self.names.hide_known(&text) {
            std::borrow::Cow::Borrowed(_) => text,
            std::borrow::Cow::Owned(hidden) => hidden,
        }
    }

    /// An answer of before as its model wrote it, as far as what it did not see is hidden from this one too.
    pub(crate) fn answer(&self, answer: &Answer) -> String {
        let at = |offset: u32| usize::try_from(offset).unwrap_or(usize::MAX);
        let spans = &answer.unseen.spans;
        let spans = spans.iter().map(|span| (at(span.start)..at(span.end), span.pseudonym.as_str()));
        self.names.hide_again(&answer.text, spans)
    }

    /// Arguments with the real values; what the model wrote is what it is told again.
    pub(crate) fn arguments(&mut self, arguments: String) -> String {
        let real = self.names.reveal_arguments(&arguments);
        if real != arguments {
            self.written.insert(real.clone(), arguments);
        }
        real
    }

    /// The next piece of the model's words, as a person reads it.
    pub(crate) fn piece(&mut self, piece: &str) -> String {
        self.unfolding.next(&self.names, piece)
    }

    /// What is left of the pieces of a message that is over.
    pub(crate) fn last_piece(&mut self) -> String {
        self.unfolding.end(&self.names)
    }

    /// A text of the model as a person reads it.
    pub(crate) fn reveal(&self, text: &str) -> Revealing {
        self.names.reveal(text)
    }

    /// Whether these bytes, which the model is about to be told, hold a value that was found after they were written.
    pub(crate) fn is_late_for(&self, bytes: &[u8]) -> bool {
        self.names.known() > self.gone_through && self.names.stand_in(bytes)
    }

    /// The model is told everything anew, with every value hidden that is known by now.
    pub(crate) fn told_anew(&mut self) {
        self.gone_through = self.names.known();
    }

    /// What this request does not show: how much, and for the record, what.
    pub(crate) fn hidden_from(&self, body: &[u8]) -> (u32, Option<Hidden>) {
        let values = self.names.standing_in(&String::from_utf8_lossy(body));
        let count = u32::try_from(values + self.kept_out.len()).unwrap_or(u32::MAX);
        let kept_out = self.kept_out.iter().map(|(call, level)| KeptOut { call: *call, level: *level });
        let hidden = Hidden { values: self.names.on_record(), kept_out: kept_out.collect() };
        (count, (count > 0).then_some(hidden))
    }

    /// What of this label goes to the model: nothing above its clearance does.
    pub(crate) fn of_prompt(&self, label: &Label) -> Label {
        Label { level: label.level.min(self.clearance), ..label.clone() }
    }

    /// What an answer says of what its model did not see, its last request having had this body.
    pub(crate) fn unseen(&self, body: &[u8], spans: Vec<Revealed>) -> Unseen {
        let values = self.names.standing_in(&String::from_utf8_lossy(body));
        Unseen {
            values: u32::try_from(values).unwrap_or(u32::MAX),
            results: self.kept_out.keys().copied().collect(),
            spans,
        }
    }

    fn kept_out_words(&self, uncovered: &Uncovered, level: Level) -> String {
        let ending = &uncovered.ending;
        if ending.outcome != Outcome::Returned {
            return if ending.body.is_empty() {
                format!("{}: {}", ending.outcome.word(), ending.words)
            } else {
                failed_words(ending)
            };
        }
        format!(
            "(kept from you: the result is {level} and you are cleared for {}. It is {}. The person can see it. Go on \
             without it and say what is missing; or ask for less, such as a count or a summary, of a tool whose results \
             are not {level})",
            self.clearance,
            what_it_is(ending)
        )
    }
}

fn place_in(call: CallId, carried: Carried) -> impl Fn(&Finding) -> HiddenPlace {
    move |finding| HiddenPlace::Call {
        call,
        carried,
        pointer: finding.pointer.clone(),
        start: finding.start,
        end: finding.end,
    }
}

/// What the source of a failed call said may hold what the model is not to see.
fn failed_words(ending: &Ending) -> String {
    let status = ending.status.map(|status| format!("its source answered with status {status}; "));
    format!("{}: {}what it said is kept from you", ending.outcome.word(), status.unwrap_or_default())
}

/// `a list of 12 items, 3,400 bytes of application/json`
fn what_it_is(ending: &Ending) -> String {
    let size = format!("{} bytes of {}", ending.body.len(), ending.media);
    match serde_json::from_slice(&ending.body) {
        Ok(serde_json::Value::Array(items)) => format!("a list of {} items, {size}", items.len()),
        Ok(serde_json::Value::Object(fields)) => format!("an object of {} fields, {size}", fields.len()),
        _ => size,
    }
}

/// A part of it. Where a value is hidden there may be nothing to read on in, and that is what is said then.
fn paged(uncovered: &Uncovered, part: &Part, hidden: &str) -> Excerpt {
    let media = &uncovered.ending.media;
    let Part { of, pointer, offset } = part;
    let read = attribution::page(*of, media, hidden.as_bytes(), pointer, *offset, uncovered.budget);
    read.unwrap_or_else(|words| Excerpt { text: words, ..Excerpt::default() })
}
