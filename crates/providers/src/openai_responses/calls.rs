//! The calls of one answer, put together from their pieces.
//!
//! An event says which item it is about by the item's place and by its id. Imitations leave out either, give several
//! items one place (LiteLLM's bridge), or one item another id in each event (GitHub Copilot), so what fits best counts.

use domain::model::{AskedCall, ModelEvent};
use serde::de::IgnoredAny;
use serde_json::value::RawValue;

use crate::broken::Broken;
use crate::fault::DecodeError;
use crate::openai_responses::wire::{Event, Item};
use crate::text;

/// The calls of an answer in the order in which the model began them.
#[derive(Debug, Default)]
pub(super) struct Calls {
    drafts: Vec<Draft>,
    /// How many were given: calls are ready in their order.
    given: usize,
}

#[derive(Debug, Default)]
struct Draft {
    output_index: Option<i64>,
    item_id: String,
    call_id: String,
    name: String,
    arguments: String,
    is_started: bool,
    state: State,
}

/// How far a call is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    #[default]
    Open,
    /// Its item ended, and its arguments are no object: the model's mistake, or an imitation's way to end an answer
    /// that ran into its limit. The answer's end tells.
    Doubtful,
    /// Its item ended, and so did what the model wanted to write.
    Whole,
    /// Its provider says that its end is missing.
    Cut,
}

impl Calls {
    /// How many calls the model began.
    pub(super) fn len(&self) -> usize {
        self.drafts.len()
    }

    /// Whether any of them was given as ready.
    pub(super) fn is_any_ready(&self) -> bool {
        self.given > 0
    }

    /// A call's item begins.
    pub(super) fn begin(
        &mut self,
        output_index: Option<i64>,
        item: &Item<'_>,
        events: &mut Vec<ModelEvent>,
    ) -> Result<(), Broken> {
        let mut draft = Draft { output_index, ..Draft::default() };
        draft.learn(item)?;
        draft.start(self.drafts.len(), events);
        self.drafts.push(draft);
        Ok(())
    }

    /// More of a call's arguments.
    pub(super) fn more(&mut self, event: &Event<'_>, delta: &RawValue) -> Result<(), Broken> {
        if let Some(draft) = self.open(event) {
            text::append(delta, &mut draft.arguments)?;
            return Ok(());
        }
        let id = event.item_id();
        if !id.is_empty() && self.drafts.iter().any(|draft| draft.item_id == id) {
            // It may be running on the arguments that it had.
            return Err(Broken::Decode(DecodeError::Malformed("a call went on after its end".to_owned())));
        }
        // Nobody announced it: its end will say everything once more.
        Ok(())
    }

    /// A call's whole arguments. Its item's end follows, and alone says that nothing is missing.
    pub(super) fn all(&mut self, event: &Event<'_>, arguments: &RawValue) -> Result<(), Broken> {
        match self.open(event) {
            Some(draft) => draft.replace(arguments),
            None => Ok(()),
        }
    }

    /// A call's item ended.
    pub(super) fn end(
        &mut self,
        output_index: Option<i64>,
        item: &Item<'_>,
        events: &mut Vec<ModelEvent>,
    ) -> Result<(), Broken> {
        let place = self.ending(output_index, item);
        self.end_at(place, output_index, item, events)
    }

    /// The `place`th call of the whole answer, which says everything once more.
    pub(super) fn reconcile(
        &mut self,
        place: usize,
        item: &Item<'_>,
        events: &mut Vec<ModelEvent>,
    ) -> Result<(), Broken> {
        let is_new = |draft: &Draft| draft.state == State::Open;
        if self.drafts.get(place).is_none_or(is_new) {
            self.end_at(Some(place).filter(|place| *place < self.drafts.len()), None, item, events)?;
        }
        Ok(())
    }

    /// The answer ended well, and so every call of it is ready. One whose end is missing contradicts that.
    pub(super) fn all_ready(&mut self, events: &mut Vec<ModelEvent>) -> Result<(), DecodeError> {
        for draft in &mut self.drafts {
            if draft.state == State::Cut && !draft.is_object() {
                return Err(DecodeError::Cut);
            }
            draft.state = State::Whole;
        }
        self.give(events);
        Ok(())
    }

    fn end_at(
        &mut self,
        place: Option<usize>,
        output_index: Option<i64>,
        item: &Item<'_>,
        events: &mut Vec<ModelEvent>,
    ) -> Result<(), Broken> {
        let place = match place {
            Some(place) => place,
            None => {
                self.begin(output_index, item, events)?;
                self.drafts.len() - 1
            }
        };
        let Some(draft) = self.drafts.get_mut(place) else { return Ok(()) };
        draft.learn(item)?;
        draft.start(place, events);
        draft.state = match () {
            () if item.is_cut() => State::Cut,
            () if draft.is_object() => State::Whole,
            () => State::Doubtful,
        };
        self.give(events);
        Ok(())
    }

    /// Gives what is whole and has nothing before it that isn't.
    fn give(&mut self, events: &mut Vec<ModelEvent>) {
        while let Some(draft) = self.drafts.get_mut(self.given).filter(|draft| draft.state == State::Whole) {
            draft.start(self.given, events);
            let call = draft.asked(self.given);
            events.push(ModelEvent::CallReady { index: index(self.given), call });
            self.given += 1;
        }
    }

    /// The open call that an event is about.
    fn open(&mut self, event: &Event<'_>) -> Option<&mut Draft> {
        let place = self.best(|draft| draft.fit(event.output_index, event.item_id()))?;
        self.drafts.get_mut(place)
    }

    /// The open call that an item's end is about.
    fn ending(&self, output_index: Option<i64>, item: &Item<'_>) -> Option<usize> {
        self.best(|draft| {
            let (known, given) = (draft.call_id.as_str(), item.call_id());
            let fit = draft.fit(output_index, item.id());
            match known.is_empty() || given.is_empty() {
                true => fit,
                false if known == given => Some(4 + fit.unwrap_or(0)),
                // A place that several items share says nothing against two ids.
                false => fit.filter(|_| draft.has_item(item.id())),
            }
        })
    }

    /// The last of the open calls that fit best, of those that fit at all.
    fn best(&self, fit: impl Fn(&Draft) -> Option<u8>) -> Option<usize> {
        let open = self.drafts.iter().enumerate().filter(|(_, draft)| draft.state == State::Open);
        let fitting = open.filter_map(|(place, draft)| Some((fit(draft)?, place)));
        fitting.max().map(|(_, place)| place)
    }
}

impl Draft {
    fn has_item(&self, id: &str) -> bool {
        !id.is_empty() && self.item_id == id
    }

    /// How well it fits what an event says of its item; not at all where only its place is known and is another.
    fn fit(&self, index: Option<i64>, item_id: &str) -> Option<u8> {
        let by_place = index.zip(self.output_index).map(|(given, known)| given == known);
        match (self.has_item(item_id), by_place) {
            (true, by_place) => Some(2 + u8::from(by_place == Some(true))),
            (false, Some(true)) => Some(1),
            (false, Some(false)) => None,
            (false, None) => Some(0),
        }
    }

    /// Takes what an item says of the call. Its first id and name count; its arguments are all there are, unless it
    /// leaves them to the pieces.
    fn learn(&mut self, item: &Item<'_>) -> Result<(), Broken> {
        for (known, given) in [
            (&mut self.item_id, item.id()),
            (&mut self.call_id, item.call_id()),
            (&mut self.name, item.name()),
        ] {
            if known.is_empty() {
                known.push_str(given);
            }
        }
        item.arguments().map_or(Ok(()), |arguments| self.replace(arguments))
    }

    fn replace(&mut self, arguments: &RawValue) -> Result<(), Broken> {
        if !matches!(arguments.get(), "\"\"" | "null") {
            self.arguments.clear();
            text::append(arguments, &mut self.arguments)?;
        }
        Ok(())
    }

    fn start(&mut self, place: usize, events: &mut Vec<ModelEvent>) {
        let is_known = !self.name.is_empty() || self.state == State::Whole;
        if is_known && !std::mem::replace(&mut self.is_started, true) {
            events.push(ModelEvent::CallStarted { index: index(place), name: self.name.clone() });
        }
    }

    /// A tool without arguments may get none, or `null`.
    fn is_object(&self) -> bool {
        let text = self.arguments.trim();
        matches!(text, "" | "null")
            || (text.starts_with('{') && serde_json::from_str::<IgnoredAny>(text).is_ok())
    }

    /// The call, once it is whole.
    fn asked(&mut self, place: usize) -> AskedCall {
        let id = match (self.call_id.as_str(), self.item_id.as_str()) {
            ("", "") => format!("call_{place}"),
            ("", id) | (id, _) => id.to_owned(),
        };
        let written = std::mem::take(&mut self.arguments);
        let arguments = if matches!(written.trim(), "" | "null") { "{}".to_owned() } else { written };
        AskedCall { id, name: self.name.clone(), arguments }
    }
}

/// Our index of a call. An answer of four thousand million calls would not fit into memory.
fn index(place: usize) -> u32 {
    u32::try_from(place).unwrap_or(u32::MAX)
}
