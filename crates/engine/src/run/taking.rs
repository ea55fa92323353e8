//! Taking in what the model asks for: which tool it means, whether it fits, what policy says, what it may disturb.

use std::sync::Arc;
use std::time::Instant;

use domain::call::ToolCall;
use domain::effect::Effect;
use domain::id::{BatchId, CallId, Handle, ModelCallId};
use domain::label::Label;
use domain::model::AskedCall;
use domain::outcome::{Ending, FailureClass, Outcome};
use domain::payload::PayloadRole;
use domain::secret::{Secret, SecretName};
use domain::tool::{SourceName, ToolId};
use turn::{Asked, Event, Plan};

use super::driver::Driver;
use super::known::Known;
use super::live::Live;
use super::offer::Find;
use super::page::Page;
use crate::clock::{id_parts, seal};
use crate::error::EngineError;
use crate::keys::named;
use crate::ready::Ready;
use crate::turns::Say;

/// What a call is, as far as it can be said before it runs.
struct Fitted {
    known: Option<Arc<Known>>,
    prepared: Option<Ready>,
    page: Option<Page>,
    unfit: Option<Ending>,
    plan: Plan,
    label: Label,
}

impl Driver {
    /// A call that is most likely complete, though its message goes on: the machine may start it. Behind a call that
    /// nothing is known of yet none is taken, since it may be one that it must not pass.
    pub(crate) async fn take_early(
        &mut self,
        index: u32,
        asked: AskedCall,
    ) -> Result<Option<Event>, EngineError> {
        let Some((request, batch)) = self.under_way() else { return Ok(None) };
        let position = self.arriving.early.len();
        if usize::try_from(index) != Ok(position) {
            return Ok(None);
        }
        let taken = self.take_in(asked.clone(), batch, position).await?;
        self.arriving.early.push((asked, taken.clone()));
        Ok(Some(Event::CallReady { request, asked: taken }))
    }

    /// A call that is complete. Where it was taken in early and says the same, it is the same call.
    pub(crate) async fn take_ready(&mut self, asked: AskedCall) -> Result<(), EngineError> {
        let Some((_, batch)) = self.under_way() else { return Ok(()) };
        let position = self.arriving.ready.len();
        let taken = match self.arriving.early.get(position) {
            Some((written, taken)) if *written == asked => taken.clone(),
            early => {
                if early.is_some() {
                    // It wrote on in a call that it had left: for this model, the next call's beginning says nothing.
                    self.inner.revises(&self.model.name);
                }
                self.take_in(asked, batch, position).await?
            }
        };
        self.arriving.ready.push(taken);
        Ok(())
    }

    fn under_way(&self) -> Option<(ModelCallId, BatchId)> {
        self.thinking.as_ref().map(|thinking| (thinking.request, thinking.batch))
    }

    async fn take_in(
        &mut self,
        asked: AskedCall,
        batch: BatchId,
        position: usize,
    ) -> Result<Asked, EngineError> {
        let (unix_ms, random) = id_parts()?;
        let id = CallId::new(unix_ms, random);
        let payload = seal(PayloadRole::Arguments, "application/json", asked.arguments.clone().into())?;
        let arguments = self.line.keep(payload);
        let Fitted { known, prepared, page, unfit, plan, label } =
            self.fit(id, &asked.name, &asked.arguments).await?;
        let own =
            [ToolId::read_result(), ToolId::find_tools()].into_iter().find(|own| own.wire() == asked.name);
        let built_in = own.is_some();
        let tool = known.as_ref().map(|known| known.id.clone()).or(own);
        let effect = match &known {
            Some(known) => known.tool.effect,
            None if built_in => Effect::Read,
            None => Effect::Write,
        };
        let call = ToolCall {
            id,
            batch: Some(batch),
            position: u32::try_from(position).unwrap_or(u32::MAX),
            handle: Handle(self.next_handle),
            asked_as: asked.id,
            tool_version: known.as_ref().map(|known| known.version.clone()).unwrap_or_default(),
            tool,
            effect,
            label,
            telling: domain::telling::telling(&asked.arguments),
            asked_for: asked.name,
            arguments: asked.arguments,
        };
        self.next_handle += 1;
        let decision = self.judge(&call, known.as_deref(), built_in);
        let mut live = Live::new(call.clone(), decision.clone());
        live.known = known;
        live.prepared = prepared;
        live.page = page;
        live.reads = plan.reads;
        live.offered = plan.reuse;
        live.identity.clone_from(&plan.identity);
        self.calls.insert(id, live);
        self.line.say(domain::event::Happening::CallReady { call: call.clone() });
        Ok(Asked { call, arguments, decision, unfit, plan })
    }

    /// Whether a call can run with these arguments, and what the scheduler must know of it.
    async fn fit(&mut self, id: CallId, name: &str, arguments: &str) -> Result<Fitted, EngineError> {
        if name == ToolId::read_result().wire() {
            return self.fit_page(arguments).await;
        }
        if name == ToolId::find_tools().wire() {
            return Ok(self.fit_find(arguments));
        }
        let mut fitted = Fitted {
            known: self.connected.known.get(name).cloned(),
            prepared: None,
            page: None,
            unfit: None,
            plan: Plan::default(),
            label: Label::unlabelled(),
        };
        let Some(known) = fitted.known.clone() else {
            fitted.unfit = Some(self.unknown_tool(name));
            return Ok(fitted);
        };
        fitted.label = known.tool.label.clone();
        fitted.plan = self.plan(&known, arguments);
        match self.prepare(id, &known, arguments).await {
            Ok(prepared) => fitted.prepared = Some(prepared),
            Err(ending) => fitted.unfit = Some(ending),
        }
        Ok(fitted)
    }

    /// What the scheduler must know of a call of this tool.
    pub(crate) fn plan(&self, known: &Known, arguments: &str) -> Plan {
        let Known { source, tool, .. } = known;
        let identity = sources::identity(source, tool, arguments);
        let reuse = identity.as_deref().and_then(|identity| self.usable_again(&source.name, identity));
        Plan {
            resource: sources::resource(&source.name, tool, arguments),
            exclusive: tool.exclusive,
            repeatable: source.may_repeat(tool.effect),
            identity,
            reuse,
            reads: None,
        }
    }

    /// The call whose result answers the same call anew: by its source's cache headers, unless we changed something
    /// there since, in whatever turn; or because its message came to nothing and the model asks again.
    pub(crate) fn usable_again(&self, source: &SourceName, identity: &str) -> Option<CallId> {
        let unchanged = |call: &CallId| {
            let sent = self.calls.get(call).and_then(|live| live.sent);
            sent.is_some_and(|sent| !self.inner.kept.changed_since(source, sent))
        };
        let fresh =
            self.fresh.get(identity).filter(|(call, until)| *until > Instant::now() && unchanged(call));
        let kept = || self.inner.kept.find(self.conversation, identity).map(|kept| kept.call);
        fresh.map(|(call, _)| *call).or_else(kept)
    }

    async fn fit_page(&mut self, arguments: &str) -> Result<Fitted, EngineError> {
        let mut fitted = Fitted {
            known: None,
            prepared: None,
            page: None,
            unfit: None,
            plan: Plan::default(),
            label: Label::PUBLIC,
        };
        let invalid =
            |words| Some(Ending::without_body(Outcome::Failed, Some(FailureClass::InvalidArguments), words));
        match Page::parse(arguments) {
            Err(words) => fitted.unfit = invalid(words),
            Ok(page) => match self.call_of(page.call) {
                None => fitted.unfit = invalid(self.no_such_handle(page.call)),
                Some(of) => {
                    fitted.label = self.label_of(of).await?;
                    fitted.plan.reads = Some(of);
                    fitted.page = Some(page);
                }
            },
        }
        Ok(fitted)
    }

    /// A search for tools is answered at once, from what is connected: there is nothing to send and nothing to decide.
    fn fit_find(&mut self, arguments: &str) -> Fitted {
        let ending = match Find::parse(arguments) {
            Err(words) => Ending::without_body(Outcome::Failed, Some(FailureClass::InvalidArguments), words),
            Ok(find) => {
                let found = self.offer.find(&self.connected, &find);
                let media = "application/json".to_owned();
                Ending {
                    media,
                    body: found.into_bytes(),
                    ..Ending::without_body(Outcome::Returned, None, "")
                }
            }
        };
        Fitted {
            known: None,
            prepared: None,
            page: None,
            unfit: Some(ending),
            plan: Plan::default(),
            label: Label::PUBLIC,
        }
    }

    fn call_of(&self, handle: Handle) -> Option<CallId> {
        let live = self.calls.values().find(|live| live.call.handle == handle).map(|live| live.call.id);
        live.or_else(|| self.talk.in_context.iter().find(|item| item.handle == handle).map(|item| item.call))
    }

    async fn label_of(&self, call: CallId) -> Result<Label, EngineError> {
        if let Some(live) = self.calls.get(&call) {
            return Ok(live.end.as_ref().map_or_else(|| live.call.label.clone(), |end| end.label.clone()));
        }
        let detail = self.inner.reader.call(call, 0).await?;
        Ok(detail.map_or_else(Label::unlabelled, |detail| detail.row.label))
    }

    fn no_such_handle(&self, handle: Handle) -> String {
        let mut handles: Vec<Handle> = self.talk.in_context.iter().map(|item| item.handle).collect();
        handles.sort_unstable();
        handles.dedup();
        let known = match (handles.first(), handles.last()) {
            (Some(first), Some(last)) if first != last => format!("the results here are {first} to {last}"),
            (Some(only), _) => format!("the only result here is {only}"),
            _ => "there is no result yet".to_owned(),
        };
        format!("nothing was read: there is no result {handle}; {known}")
    }

    fn unknown_tool(&self, name: &str) -> Ending {
        let known = if self.talk.tools.is_empty() {
            "none is connected".to_owned()
        } else {
            self.talk.tools.join(", ")
        };
        let words = format!("there is no tool `{name}`; the tools are: {known}");
        Ending::without_body(Outcome::Failed, Some(FailureClass::UnknownTool), words)
    }

    pub(crate) async fn prepare(
        &mut self,
        id: CallId,
        known: &Known,
        arguments: &str,
    ) -> Result<Ready, Ending> {
        let Known { source, tool, .. } = known;
        let secret = match source.auth.secret() {
            Some(name) => match self.secret(name).await {
                Ok(secret) => secret,
                Err(why) => {
                    let words = format!("the secret `{name}` can't be read: {why}; nothing was sent");
                    return Err(Ending::without_body(
                        Outcome::Failed,
                        Some(FailureClass::MissingSecret),
                        words,
                    ));
                }
            },
            None => None,
        };
        let key = match source.tls.as_ref().and_then(|tls| tls.client_key_secret.as_ref()) {
            Some(name) => self.secret(name).await.ok().flatten(),
            None => None,
        };
        Ready::new(source, tool, arguments, secret, key.as_ref(), id)
    }

    /// From the keychain, once a turn: it answers in milliseconds, and a batch may need it 128 times. A keychain that
    /// was locked meanwhile fails the calls that need it, in these words, and not the turn.
    async fn secret(&mut self, name: &SecretName) -> Result<Option<Secret>, String> {
        if let Some(known) = self.secrets.get(name) {
            return known.clone();
        }
        let keychain = self.inner.keychain.clone();
        let secret = named(&keychain, Some(name));
        tokio::pin!(secret);
        let secret = loop {
            // It may show a prompt that stands for minutes. A person who stops the turn meanwhile is not to wait for that.
            if self.said_meanwhile.iter().any(|said| matches!(said, Say::Stop)) {
                return Err("the turn was stopped before the keychain answered".to_owned());
            }
            tokio::select! {
                biased;
                secret = &mut secret => break secret.map_err(|error| error.to_string()),
                Some(said) = self.says.recv() => self.said_meanwhile.push_back(said),
            }
        };
        self.secrets.insert(name.clone(), secret.clone());
        secret
    }
}
