//! `tieout sources add-mcp`, `refresh`, `held`, `accept` and `log`; and what servers ask the person at the terminal.

use std::collections::BTreeMap;
use std::io::IsTerminal as _;

use domain::asking::{QuestionChange, ServerAnswer, ServerQuestion};
use domain::json::Json;
use domain::mcp::{EnvValue, McpTransport};
use domain::source::{Auth, SourceSpec};
use domain::tool::SourceName;
use engine::{Engine, EngineError, HeldView, McpConnection, McpLook, ServerSignIn, SignInAccepted};
use serde_json::{Map, Value, json};

use super::sign_in::browsed;
use crate::args::{AddMcp, Global};
use crate::editor;
use crate::output::Output;
use crate::place::{open, open_to_read};
use crate::words::count;

pub(crate) async fn add(global: &Global, asked: &AddMcp, output: &Output) -> Result<(), EngineError> {
    let connection = connection(asked)?;
    let engine = open(global).await?;
    let offered = with_questions(&engine, looked(&engine, connection, asked, output), output).await;
    let saved = match offered {
        Ok(source) => {
            for tool in &source.tools {
                let description = tool.description.lines().next().unwrap_or_default();
                output.line(format!("  {:<28}  {}  {description}", tool.name.as_str(), tool.effect.words()));
                output.object("tool", &json!({ "id": source.id_of(tool), "spec": tool }));
            }
            let (name, tools) = (source.name.clone(), source.tools.len() as u64);
            if asked.dry_run {
                output.line(format!("{name} would have {}; nothing was saved", count(tools, "tool")));
                Ok(())
            } else {
                engine.save_source(source).await.map(|change| {
                    output.line(format!("connected source {name} with {}", count(tools, "tool")));
                    output.line("each writes until you say otherwise: `tieout sources export`, effect = \"read\", `sources add`");
                    output.object("source_saved", &json!({ "name": name, "change": change, "tools": tools }));
                })
            }
        }
        Err(error) => Err(error),
    };
    engine.shutdown().await;
    saved
}

pub(crate) async fn refresh(global: &Global, name: &SourceName, output: &Output) -> Result<(), EngineError> {
    let engine = open(global).await?;
    let refreshed = with_questions(&engine, engine.refresh_source(name), output).await;
    let held = match refreshed {
        Ok(_) => engine.held_tools(name).await,
        Err(error) => Err(error),
    };
    engine.shutdown().await;
    print(name, &held?, output);
    Ok(())
}

pub(crate) async fn held(global: &Global, name: &SourceName, output: &Output) -> Result<(), EngineError> {
    let engine = open_to_read(global).await?;
    print(name, &engine.held_tools(name).await?, output);
    Ok(())
}

pub(crate) async fn accept(
    global: &Global,
    name: &SourceName,
    tool: Option<&str>,
    output: &Output,
) -> Result<(), EngineError> {
    let engine = open(global).await?;
    let views = engine.held_tools(name).await;
    let accepted = engine.accept_tools(name, tool).await;
    engine.shutdown().await;
    let accepted = accepted?;
    let shown: Vec<HeldView> = views?.into_iter().filter(|view| accepted.contains(&view.name)).collect();
    shown.iter().for_each(|view| difference(view, output));
    output.line(match accepted.len() {
        0 => format!("nothing of {name} is held"),
        tools => format!("accepted {} of {name}", count(tools as u64, "tool")),
    });
    output.object("tools_accepted", &json!({ "name": name, "tools": accepted }));
    Ok(())
}

pub(crate) async fn log(global: &Global, name: &SourceName, output: &Output) -> Result<(), EngineError> {
    let engine = open_to_read(global).await?;
    let log = engine.server_log(name).await?;
    if log.is_empty() {
        output.line(format!("the server of {name} has written nothing"));
    }
    log.lines().for_each(|line| output.line(line));
    output.object("server_log", &json!({ "name": name, "log": log }));
    Ok(())
}

/// Waits for something, and answers meanwhile from the terminal what servers ask. Without a terminal there is nobody to
/// ask, and servers are told so.
pub(crate) async fn with_questions<T>(engine: &Engine, work: impl Future<Output = T>, output: &Output) -> T {
    if !std::io::stdin().is_terminal() || output.is_json() {
        return work.await;
    }
    let mut questions = engine.server_questions();
    let answering = async {
        while let Some(change) = questions.recv().await {
            let QuestionChange::Asked { question } = change else { continue };
            loop {
                let answer = answer(&question, output).await;
                match engine.answer_server(question.id, answer) {
                    Ok(true) => break,
                    Ok(false) => {
                        output.progress(format!("the server of {} waited no longer", question.source));
                        break;
                    }
                    Err(error) => output.progress(format!("{error}; once more")),
                }
            }
        }
        std::future::pending::<T>().await
    };
    tokio::select! {
        done = work => done,
        never = answering => never,
    }
}

async fn answer(question: &ServerQuestion, output: &Output) -> ServerAnswer {
    output.progress(format!("\nthe server of {} asks: {}", question.source, question.message));
    if let Some(url) = &question.url {
        output.progress(format!("open {url} yourself, if you trust it. Done? y or n:"));
        return match editor::line().await.trim() {
            "y" | "yes" => ServerAnswer::Accepted { content: Json(Value::Null) },
            _ => ServerAnswer::Declined,
        };
    }
    let empty = Map::new();
    let properties = question.schema.0.get("properties").and_then(Value::as_object).unwrap_or(&empty);
    let mut content = question.proposed();
    for (name, schema) in properties {
        let said = |key: &str| schema.get(key).and_then(Value::as_str);
        let title = said("title").or_else(|| said("description")).unwrap_or(name);
        let choice = schema.get("enum").map(|choice| format!(" {choice}")).unwrap_or_default();
        let empty = match content.get(name) {
            Some(proposed) => format!("empty takes {proposed}"),
            None => "empty leaves it out".to_owned(),
        };
        output.progress(format!("{title}{choice} ({empty}, `no` refuses):"));
        let line = editor::line().await;
        match line.trim() {
            "" => {}
            "no" => return ServerAnswer::Declined,
            text => drop(content.insert(name.clone(), value(text, said("type")))),
        }
    }
    ServerAnswer::Accepted { content: Json(Value::Object(content)) }
}

/// A typed word as its field wants it; what does not fit stays a text, which the form refuses in words.
fn value(text: &str, kind: Option<&str>) -> Value {
    match kind {
        Some("number" | "integer" | "boolean" | "array") => {
            serde_json::from_str(text).unwrap_or_else(|_| Value::from(text))
        }
        _ => Value::from(text),
    }
}

fn print(name: &SourceName, views: &[HeldView], output: &Output) {
    if views.is_empty() {
        output.line(format!("nothing of {name} is held: its server offers what was accepted"));
    }
    for view in views {
        difference(view, output);
        output.object("held_tool", view);
    }
    if !views.is_empty() {
        output.line(format!("`tieout sources accept {name} [TOOL]` accepts it"));
    }
}

/// What changed, line by line.
fn difference(view: &HeldView, output: &Output) {
    let what = match (&view.before, &view.after) {
        (None, _) => "is new",
        (_, None) => "is gone",
        _ => "says something else now",
    };
    output.line(format!("{} {what}", view.name));
    let lines = |text: &Option<String>| -> Vec<String> {
        text.iter().flat_map(|text| text.lines()).map(str::to_owned).collect()
    };
    let (before, after) = (lines(&view.before), lines(&view.after));
    for line in before.iter().filter(|line| !after.contains(line)) {
        output.line(format!("  - {line}"));
    }
    for line in after.iter().filter(|line| !before.contains(line)) {
        output.line(format!("  + {line}"));
    }
}

/// What the server offers, after the person has signed in if it wants to know who asks.
async fn looked(
    engine: &Engine,
    mut connection: McpConnection,
    asked: &AddMcp,
    output: &Output,
) -> Result<SourceSpec, EngineError> {
    loop {
        match engine.look_at_server(connection.clone()).await? {
            McpLook::Offered { source } => return Ok(*source),
            McpLook::Challenged { words } if connection.auth != Auth::None => {
                return Err(EngineError::BadInput(words));
            }
            McpLook::Challenged { .. } => {
                connection.auth = signed_in(engine, &connection, asked, output).await?
            }
        }
    }
}

async fn signed_in(
    engine: &Engine,
    connection: &McpConnection,
    asked: &AddMcp,
    output: &Output,
) -> Result<Auth, EngineError> {
    let (client_id, client_secret) = (asked.client_id.clone(), asked.client_secret.clone());
    let mut accepted = SignInAccepted { hosts: asked.accept.clone(), client_id, client_secret };
    loop {
        let wanted = match engine.sign_in_to_server(connection, &accepted).await? {
            ServerSignIn::Begun(begun) => {
                let url = begun.url().to_string();
                let back = begun.finish();
                let (auth, _) = browsed(&connection.name, &url, asked.no_browser, back, output).await?;
                return Ok(auth);
            }
            ServerSignIn::Wanted(wanted) => wanted,
        };
        output.object("sign_in_wanted", &wanted);
        let hosts = wanted.hosts.join(", ");
        output.progress(format!(
            "{} wants a sign-in at {}, and {hosts} would be asked",
            connection.name, wanted.issuer
        ));
        if !wanted.scopes.is_empty() {
            output.progress(format!("it would be good for: {}", wanted.scopes.join(" ")));
        }
        let is_accepted = std::io::stdin().is_terminal() && !output.is_json() && {
            output.progress("Do you trust these hosts with it? y or n:");
            matches!(editor::line().await.trim(), "y" | "yes")
        };
        if !is_accepted {
            let flags: Vec<String> = wanted.hosts.iter().map(|host| format!("--accept {host}")).collect();
            let words = format!(
                "nothing was sent to {hosts}. If you trust them, repeat it with `{}`",
                flags.join(" ")
            );
            return Err(EngineError::BadInput(words));
        }
        accepted.hosts.extend(wanted.hosts);
    }
}

fn connection(asked: &AddMcp) -> Result<McpConnection, EngineError> {
    let transport = match &asked.command {
        None => McpTransport::Http,
        Some(command) => {
            let mut words = words(command)?;
            if words.is_empty() {
                return Err(EngineError::BadInput("--command names no program".to_owned()));
            }
            let command = words.remove(0);
            let mut env = BTreeMap::new();
            for pair in &asked.env {
                let (name, value) = named(pair)?;
                env.insert(name, EnvValue::Plain { value });
            }
            for pair in &asked.secret_env {
                let (name, secret) = named(pair)?;
                let secret = secret
                    .parse()
                    .map_err(|error| EngineError::BadInput(format!("--secret-env {name}=…: {error}")))?;
                env.insert(name, EnvValue::Secret { secret });
            }
            McpTransport::Stdio { command, args: words, env, cwd: asked.cwd.clone() }
        }
    };
    let auth = match &asked.secret {
        Some(secret) => Auth::Bearer { secret: secret.clone() },
        None => Auth::None,
    };
    let (name, url) = (asked.name.clone(), asked.url.clone().unwrap_or_default());
    Ok(McpConnection { name, transport, url, auth, trusted: asked.trusted })
}

fn named(pair: &str) -> Result<(String, String), EngineError> {
    let (name, value) = pair
        .split_once('=')
        .ok_or_else(|| EngineError::BadInput("write a variable as NAME=VALUE".to_owned()))?;
    Ok((name.to_owned(), value.to_owned()))
}

/// Words as a shell takes them apart, with quotes and backslashes and nothing else: no shell runs it.
fn words(text: &str) -> Result<Vec<String>, EngineError> {
    let (mut words, mut word, mut quote) = (Vec::new(), None::<String>, None);
    let mut signs = text.chars();
    while let Some(sign) = signs.next() {
        match (sign, quote) {
            (sign, Some(open)) if sign == open => quote = None,
            ('\\', None | Some('"')) => word.get_or_insert_default().extend(signs.next()),
            ('"' | '\'', None) => {
                quote = Some(sign);
                word.get_or_insert_default();
            }
            (sign, None) if sign.is_whitespace() => words.extend(word.take()),
            (sign, _) => word.get_or_insert_default().push(sign),
        }
    }
    if quote.is_some() {
        return Err(EngineError::BadInput("--command has a quote that is not closed".to_owned()));
    }
    words.extend(word);
    Ok(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_taken_apart_as_a_shell_does() {
        assert_eq!(
            words(r#"npx -y  '@a/b c' "d \"e" f\ g"#).unwrap(),
            ["npx", "-y", "@a/b c", "d \"e", "f g"]
        );
        assert_eq!(words("a ''").unwrap(), ["a", ""]);
        assert!(words("a 'b").is_err());
    }
}
