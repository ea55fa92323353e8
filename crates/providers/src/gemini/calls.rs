//! The calls of one message.

use domain::model::{AskedCall, ModelEvent};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::broken::Broken;
use crate::fault::DecodeError;
use crate::gemini::kept::Kept;
use crate::gemini::pieces::put;
use crate::gemini::wire::Call;
use crate::text::said;

/// The calls of a message in the model's order. A call comes whole, and is ready then; or its beginning says that it
/// will continue, and each piece says whether another follows.
#[derive(Debug, Default)]
pub(super) struct Calls {
    /// How many the model began.
    count: u32,
    /// The one that will continue.
    open: Option<Draft>,
    /// Those that were to continue when another began.
    left: Vec<Draft>,
}

#[derive(Debug)]
struct Draft {
    index: u32,
    id: String,
    name: String,
    signature: String,
    arguments: Value,
}

impl Calls {
    /// How many the model began.
    pub(super) fn count(&self) -> u32 {
        self.count
    }

    /// Takes a call, or a piece of one.
    pub(super) fn take(
        &mut self,
        call: &Call<'_>,
        signature: &str,
        events: &mut Vec<ModelEvent>,
    ) -> Result<(), Broken> {
        let (id, name) = (said(&call.id), said(&call.name));
        let will_continue = call.will_continue == Some(true);
        let is_another = |draft: &Draft| {
            (!name.is_empty() && name != draft.name)
                || (!id.is_empty() && !draft.id.is_empty() && id != draft.id)
        };
        if self.open.as_ref().is_some_and(is_another) {
            self.left.extend(self.open.take());
        }
        if self.open.is_none() {
            if name.is_empty() {
                let is_empty = id.is_empty() && call.args.is_none() && call.partial_args.is_none();
                let what = "a piece of a call came, and no call had begun";
                return if is_empty { Ok(()) } else { Err(DecodeError::Malformed(what.to_owned()).into()) };
            }
            let index = self.count;
            self.count = self.count.saturating_add(1);
            events.push(ModelEvent::CallStarted { index, name: name.to_owned() });
            if call.partial_args.is_none() && !will_continue {
                ready(index, Parts { id, name, signature, arguments: written(call.args) }, events);
                return Ok(());
            }
            let arguments = serde_json::from_str(&written(call.args))?;
            let (id, name, signature) = (id.to_owned(), name.to_owned(), signature.to_owned());
            self.open = Some(Draft { index, id, name, signature, arguments });
        }
        let Some(draft) = &mut self.open else { return Ok(()) };
        for piece in call.partial_args.iter().flatten() {
            put(piece, &mut draft.arguments)?;
        }
        if draft.signature.is_empty() {
            signature.clone_into(&mut draft.signature);
        }
        if !will_continue && let Some(draft) = self.open.take() {
            draft.ready(events);
        }
        Ok(())
    }

    /// The message ended well: every call that was not is ready now.
    pub(super) fn all_ready(&mut self, events: &mut Vec<ModelEvent>) {
        for draft in self.left.drain(..).chain(self.open.take()) {
            draft.ready(events);
        }
    }
}

impl Draft {
    fn ready(self, events: &mut Vec<ModelEvent>) {
        let Self { index, id, name, signature, arguments } = &self;
        ready(*index, Parts { id, name, signature, arguments: arguments.to_string() }, events);
    }
}

struct Parts<'a> {
    id: &'a str,
    name: &'a str,
    signature: &'a str,
    arguments: String,
}

fn ready(index: u32, parts: Parts<'_>, events: &mut Vec<ModelEvent>) {
    let Parts { id, name, signature, arguments } = parts;
    events.extend(Kept::Call { id, signature }.reasoning(index).map(ModelEvent::Reasoned));
    let id = if id.is_empty() { format!("call_{index}") } else { id.to_owned() };
    events.push(ModelEvent::CallReady { index, call: AskedCall { id, name: name.to_owned(), arguments } });
}

/// Arguments as they came. A tool without any may get none.
fn written(arguments: Option<&RawValue>) -> String {
    arguments.map_or("{}", RawValue::get).to_owned()
}
