//! `tieout trail erase | hold | retention`

use std::io::{BufRead, IsTerminal};

use domain::care::{ErasePreview, Erased, HoldScope, HoldView, Retention as Rules};
use engine::{EngineError, EraseInput};

use crate::args::{Erase, Global, Hold, Retention, RuleArg, What};
use crate::output::Output;
use crate::place::{open, open_to_read};
use crate::words::{count, thousands, time};

pub(crate) async fn erase(global: &Global, erase: &Erase, output: &Output) -> Result<(), EngineError> {
    let input = input(&erase.what);
    let Some(why) = erase.why.as_deref().filter(|_| !erase.dry_run) else {
        let engine = open_to_read(global).await?;
        let preview = engine.erase_preview(&input, progress()).await?;
        return show_preview(&preview, output);
    };
    let engine = open(global).await?;
    let preview = engine.erase_preview(&input, progress()).await?;
    show_preview(&preview, output)?;
    if preview.payloads > 0 && sure(erase.yes)? {
        show_erased(&engine.erase(&input, why, progress()).await?, output);
    }
    engine.shutdown().await;
    Ok(())
}

pub(crate) async fn hold(global: &Global, hold: &Hold, output: &Output) -> Result<(), EngineError> {
    match hold {
        Hold::List => {
            let holds = open_to_read(global).await?.holds().await?;
            if holds.is_empty() {
                output.line("nothing is held");
            }
            for hold in &holds {
                show_hold(hold, output);
            }
        }
        Hold::Add { conversation, call, why } => {
            let scope = match (conversation, call) {
                (_, Some(call)) => HoldScope::Call { call: *call },
                (Some(conversation), None) => HoldScope::Conversation { conversation: *conversation },
                (None, None) => HoldScope::Everything,
            };
            let engine = open(global).await?;
            show_hold(&engine.add_hold(scope, why).await?, output);
            engine.shutdown().await;
        }
        Hold::Release { hold, why } => {
            let engine = open(global).await?;
            show_hold(&engine.release_hold(*hold, why).await?, output);
            engine.shutdown().await;
        }
    }
    Ok(())
}

pub(crate) async fn retention(
    global: &Global,
    retention: &Retention,
    output: &Output,
) -> Result<(), EngineError> {
    match retention {
        Retention::Show => show_rules(&open_to_read(global).await?.retention().await?, output),
        Retention::Set { rules } => {
            let rules = Rules { rules: rules.iter().map(|RuleArg(rule)| *rule).collect() };
            let engine = open(global).await?;
            engine.save_retention(&rules).await?;
            show_rules(&rules, output);
            engine.shutdown().await;
        }
        Retention::Preview => {
            let engine = open_to_read(global).await?;
            let rules = engine.retention().await?;
            show_preview(&engine.retention_preview(&rules, progress()).await?, output)?;
        }
        Retention::Apply { yes } => {
            let engine = open(global).await?;
            let rules = engine.retention().await?;
            let preview = engine.retention_preview(&rules, progress()).await?;
            show_preview(&preview, output)?;
            if preview.payloads > 0 && sure(*yes)? {
                show_erased(&engine.apply_retention(progress()).await?, output);
            }
            engine.shutdown().await;
        }
    }
    Ok(())
}

fn input(what: &What) -> EraseInput {
    match what {
        What { call: Some(call), .. } => EraseInput::Call { call: *call },
        What { conversation: Some(conversation), .. } => {
            EraseInput::Conversation { conversation: *conversation }
        }
        What { subject: Some(words), .. } => EraseInput::Subject { words: words.clone() },
        What { before: Some(at), .. } => EraseInput::Before { at: *at },
        What { matching, .. } => EraseInput::Filter { text: matching.clone().unwrap_or_default() },
    }
}

/// On a terminal, how far the reading is.
fn progress() -> impl FnMut(u64, u64) + Send + 'static {
    let watched = std::io::stderr().is_terminal();
    move |done, total| {
        if watched {
            let rest = if done == total { "\r\x1b[K" } else { "" };
            eprint!("\rread {} of {} entries …\x1b[K{rest}", thousands(done), thousands(total));
        }
    }
}

/// Asks, unless that was answered before. Without anybody to ask, nothing is erased.
fn sure(yes: bool) -> Result<bool, EngineError> {
    if yes {
        return Ok(true);
    }
    if !std::io::stdin().is_terminal() {
        return Err(EngineError::BadInput(
            "nobody is here to ask whether to erase this for good; add `--yes` if you are sure".to_owned(),
        ));
    }
    eprint!("Erase this for good? There is no way back. [y/N] ");
    let mut line = String::new();
    std::io::stdin()
        .lock()
        .read_line(&mut line)
        .map_err(|error| EngineError::BadInput(format!("the answer can't be read: {error}")))?;
    Ok(matches!(line.trim(), "y" | "Y" | "yes"))
}

fn show_preview(preview: &ErasePreview, output: &Output) -> Result<(), EngineError> {
    if preview.payloads == 0 {
        output.line("nothing would be erased");
    } else {
        output.line(format!(
            "{} would be erased, {} bytes, of {} in {}",
            count(preview.payloads, "payload"),
            thousands(preview.bytes),
            count(preview.calls, "call"),
            count(preview.conversations, "conversation"),
        ));
        for counted in &preview.by_role {
            output.line(format!("  {:>8}  {}", thousands(counted.count), counted.role.word()));
        }
    }
    for (number, what) in [
        (preview.held, "held: it would stay until the hold is released"),
        (preview.busy, "still under way: it would stay"),
        (preview.gone, "erased before"),
    ] {
        if number > 0 {
            output.line(format!("{} {what}", thousands(number)));
        }
    }
    output.object("erase_preview", preview);
    Ok(())
}

fn show_erased(erased: &Erased, output: &Output) {
    let entries: Vec<String> = erased.entries.iter().map(ToString::to_string).collect();
    output.line(format!(
        "erased {}, {} bytes; on record as {}",
        count(erased.payloads, "payload"),
        thousands(erased.bytes),
        if entries.len() == 1 {
            format!("entry {}", entries[0])
        } else {
            format!("entries {}", entries.join(", "))
        }
    ));
    output.object("erased", erased);
}

fn show_hold(hold: &HoldView, output: &Output) {
    let what = match hold.scope {
        HoldScope::Everything => "everything".to_owned(),
        HoldScope::Conversation { conversation } => conversation.to_string(),
        HoldScope::Call { call } => call.to_string(),
    };
    let ended = hold.released_at.map(|at| format!(", released {}", time(at))).unwrap_or_default();
    output.line(format!("{}  {what}, since {}{ended}: {}", hold.id, time(hold.at), hold.reason));
    output.object("hold", hold);
}

fn show_rules(rules: &Rules, output: &Output) {
    if rules.rules.is_empty() {
        output.line("no rules: everything is kept for good");
    }
    for rule in &rules.rules {
        output.line(RuleArg(*rule).to_string());
    }
    output.object("retention", rules);
}
