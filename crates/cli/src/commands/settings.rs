//! `tieout settings`: how batches run, and what models may see. A setting has one name, which is also its field's in JSON and on record.

use domain::hidden::{ABOVE_CLEARANCE, AboveClearance};
use domain::id::ConversationId;
use domain::run::{ConversationSettings, RunSettings, Straggler};
use engine::EngineError;
use serde_json::json;

use super::labels;
use crate::args::{Global, Settings};
use crate::exit::Exit;
use crate::output::Output;
use crate::place::{open, open_to_read};

pub(crate) async fn run(global: &Global, settings: &Settings, output: &Output) -> Result<Exit, EngineError> {
    match settings {
        Settings::List { conversation: None } => {
            let engine = open_to_read(global).await?;
            let settings = engine.run_settings().await?;
            let usual = RunSettings::default();
            for key in Key::ALL {
                let (value, usual) = (key.shown(&settings), key.shown(&usual));
                let aside = if value == usual { String::new() } else { format!(" (else {usual})") };
                output.line(format!("{:<18}  {value:<10}  {}{aside}", key.name(), key.meaning()));
            }
            let above = engine.above_clearance().await?;
            output.line(format!("{ABOVE_CLEARANCE:<18}  {:<10}  {ABOVE_MEANS}", above.word()));
            output.object("settings", &settings);
            output.object(ABOVE_CLEARANCE, &above);
        }
        Settings::List { conversation: Some(conversation) } => {
            let settings = open_to_read(global).await?.conversation_settings(*conversation).await?;
            show_conversation(*conversation, settings, output);
        }
        Settings::Detection { file } => labels::detection(global, file.as_deref(), output).await?,
        Settings::Set { key, value, conversation: None } if key == ABOVE_CLEARANCE => {
            let above = AboveClearance::ALL.into_iter().find(|above| above.word() == value);
            let above = above.ok_or_else(|| {
                let words = format!("`{ABOVE_CLEARANCE}` can't be `{value}`: write `redact` or `block`");
                EngineError::BadInput(words)
            })?;
            let engine = open(global).await?;
            engine.save_above_clearance(above).await?;
            output.line(format!("{ABOVE_CLEARANCE} is {} now", above.word()));
            output.object(ABOVE_CLEARANCE, &above);
            engine.shutdown().await;
        }
        Settings::Set { key, value, conversation: None } => {
            let engine = open(global).await?;
            let before = engine.run_settings().await?;
            let mut after = before.clone();
            let key = Key::named(key).map_err(EngineError::BadInput)?;
            key.set(&mut after, value).map_err(EngineError::BadInput)?;
            engine.save_run_settings(after.clone()).await?;
            let (was, is) = (key.shown(&before), key.shown(&after));
            output.line(format!("{} is {is} now; it was {was}", key.name()));
            output.object("settings", &after);
            engine.shutdown().await;
        }
        Settings::Set { key, value, conversation: Some(conversation) } => {
            let engine = open(global).await?;
            let mut settings = engine.conversation_settings(*conversation).await?;
            set_in_conversation(&mut settings, key, value).map_err(EngineError::BadInput)?;
            engine.save_conversation_settings(*conversation, settings).await?;
            show_conversation(*conversation, settings, output);
            engine.shutdown().await;
        }
    }
    Ok(Exit::Done)
}

/// What `above_clearance` is, in the list.
const ABOVE_MEANS: &str =
    "what a model is not cleared for: redact (values become ‹email-1›) or block (kept out)";

/// A setting of how batches run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Key {
    InFlight,
    BatchCalls,
    BatchDeadlineMs,
    Early,
    Sequential,
    ShownBytes,
    Straggler,
    FirstWordMs,
    WordPauseMs,
    ModelAttempts,
    ModelWaitMs,
}

impl Key {
    const ALL: [Self; 11] = [
        Self::InFlight,
        Self::BatchCalls,
        Self::BatchDeadlineMs,
        Self::Early,
        Self::Sequential,
        Self::ShownBytes,
        Self::Straggler,
        Self::FirstWordMs,
        Self::WordPauseMs,
        Self::ModelAttempts,
        Self::ModelWaitMs,
    ];

    fn named(name: &str) -> Result<Self, String> {
        Self::ALL.into_iter().find(|key| key.name() == name).ok_or_else(|| {
            let names = Self::ALL.map(Self::name).join(", ");
            format!("there is no setting `{name}`; they are {names}, {ABOVE_CLEARANCE}")
        })
    }

    fn name(self) -> &'static str {
        match self {
            Self::InFlight => "in_flight",
            Self::BatchCalls => "batch_calls",
            Self::BatchDeadlineMs => "batch_deadline_ms",
            Self::Early => "early",
            Self::Sequential => "sequential",
            Self::ShownBytes => "shown_bytes",
            Self::Straggler => "straggler",
            Self::FirstWordMs => "first_word_ms",
            Self::WordPauseMs => "word_pause_ms",
            Self::ModelAttempts => "model_attempts",
            Self::ModelWaitMs => "model_wait_ms",
        }
    }

    fn meaning(self) -> &'static str {
        match self {
            Self::InFlight => "calls under way at one time, of all sources and conversations",
            Self::BatchCalls => {
                "calls that one message may ask for; more are held until a person lets them go"
            }
            Self::BatchDeadlineMs => "how long a batch may take, waiting for a person apart",
            Self::Early => "whether an allowed read may start while the model still writes",
            Self::Sequential => "whether calls run one after another",
            Self::ShownBytes => "bytes of one result that a model is shown; it can ask for the rest",
            Self::Straggler => {
                "a read that holds up its batch: wait, hedge:MS (send it twice), pending:MS (go on)"
            }
            Self::FirstWordMs => "how long a model may take to its first word",
            Self::WordPauseMs => "how long a model may pause between two words",
            Self::ModelAttempts => "how often a model is asked for one message, if its provider is busy",
            Self::ModelWaitMs => "how long a busy provider is waited for, all waits for one message together",
        }
    }

    fn shown(self, settings: &RunSettings) -> String {
        match self {
            Self::InFlight => settings.in_flight.to_string(),
            Self::BatchCalls => settings.batch_calls.to_string(),
            Self::BatchDeadlineMs => settings.batch_deadline_ms.to_string(),
            Self::Early => switch(settings.early).to_owned(),
            Self::Sequential => switch(settings.sequential).to_owned(),
            Self::ShownBytes => settings.shown_bytes.to_string(),
            Self::Straggler => match settings.straggler {
                Straggler::Wait => "wait".to_owned(),
                Straggler::Hedge { after_ms } => format!("hedge:{after_ms}"),
                Straggler::Pending { after_ms } => format!("pending:{after_ms}"),
            },
            Self::FirstWordMs => settings.first_word_ms.to_string(),
            Self::WordPauseMs => settings.word_pause_ms.to_string(),
            Self::ModelAttempts => settings.model_attempts.to_string(),
            Self::ModelWaitMs => settings.model_wait_ms.to_string(),
        }
    }

    fn set(self, settings: &mut RunSettings, value: &str) -> Result<(), String> {
        match self {
            Self::InFlight => settings.in_flight = self.number(value, 1)?,
            Self::BatchCalls => settings.batch_calls = self.number(value, 1)?,
            Self::BatchDeadlineMs => settings.batch_deadline_ms = self.number(value, 1000)?,
            Self::Early => settings.early = self.truth(value)?,
            Self::Sequential => settings.sequential = self.truth(value)?,
            Self::ShownBytes => settings.shown_bytes = self.number(value, 1024)?,
            Self::Straggler => settings.straggler = self.straggler(value)?,
            Self::FirstWordMs => settings.first_word_ms = self.number(value, 1000)?,
            Self::WordPauseMs => settings.word_pause_ms = self.number(value, 1000)?,
            Self::ModelAttempts => settings.model_attempts = self.number(value, 1)?,
            Self::ModelWaitMs => settings.model_wait_ms = self.number(value, 0)?,
        }
        Ok(())
    }

    fn number(self, value: &str, least: u32) -> Result<u32, String> {
        let number = value.parse().ok().filter(|number| *number >= least);
        number.ok_or_else(|| self.wrong(value, &format!("write a whole number from {least} to {}", u32::MAX)))
    }

    fn truth(self, value: &str) -> Result<bool, String> {
        match value {
            "on" => Ok(true),
            "off" => Ok(false),
            _ => Err(self.wrong(value, "write `on` or `off`")),
        }
    }

    fn straggler(self, value: &str) -> Result<Straggler, String> {
        let after_ms = |text: &str| text.parse().ok().filter(|ms| *ms > 0);
        let read = match value.split_once(':') {
            None if value == "wait" => Some(Straggler::Wait),
            Some(("hedge", ms)) => after_ms(ms).map(|after_ms| Straggler::Hedge { after_ms }),
            Some(("pending", ms)) => after_ms(ms).map(|after_ms| Straggler::Pending { after_ms }),
            _ => None,
        };
        let mend = "write `wait`, or `hedge:2000` or `pending:2000` with the milliseconds after which";
        read.ok_or_else(|| self.wrong(value, mend))
    }

    fn wrong(self, value: &str, mend: &str) -> String {
        format!("`{}` can't be `{value}`: {mend}", self.name())
    }
}

fn switch(on: bool) -> &'static str {
    if on { "on" } else { "off" }
}

/// `inherit`: as the model and the workspace say.
fn set_in_conversation(settings: &mut ConversationSettings, key: &str, value: &str) -> Result<(), String> {
    let setting = match key {
        "sequential" => &mut settings.sequential,
        "early" => &mut settings.early,
        _ => return Err(format!("a conversation has no setting `{key}`; it has sequential and early")),
    };
    *setting = match value {
        "on" => Some(true),
        "off" => Some(false),
        "inherit" => None,
        _ => return Err(format!("`{key}` can't be `{value}`: write `on`, `off` or `inherit`")),
    };
    Ok(())
}

fn show_conversation(conversation: ConversationId, settings: ConversationSettings, output: &Output) {
    for (name, value) in [("sequential", settings.sequential), ("early", settings.early)] {
        output.line(format!("{name:<10}  {}", value.map_or("inherit", switch)));
    }
    let ConversationSettings { sequential, early } = settings;
    output.object(
        "conversation_settings",
        &json!({ "conversation": conversation, "sequential": sequential, "early": early }),
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_setting_has_its_field_s_name_and_reads_back_what_it_shows() {
        let json = serde_json::to_value(RunSettings::default()).unwrap();
        let fields: Vec<&String> = json.as_object().unwrap().keys().collect();
        assert_eq!(fields.len(), Key::ALL.len());
        let others = RunSettings {
            in_flight: 3,
            batch_calls: 800,
            batch_deadline_ms: 1000,
            early: false,
            sequential: true,
            shown_bytes: 1024,
            straggler: Straggler::Pending { after_ms: 2_500 },
            first_word_ms: 4_000,
            word_pause_ms: 5_000,
            model_attempts: 2,
            model_wait_ms: 6_000,
        };
        let mut read = RunSettings::default();
        for key in Key::ALL {
            assert!(fields.iter().any(|field| *field == key.name()), "{}", key.name());
            assert_eq!(Key::named(key.name()), Ok(key));
            key.set(&mut read, &key.shown(&others)).unwrap();
        }
        assert_eq!(read, others);
    }

    #[test]
    fn a_mistake_names_key_value_and_mend() {
        let mut settings = RunSettings::default();
        for (key, value, words) in [
            (Key::InFlight, "0", "`in_flight` can't be `0`: write a whole number from 1"),
            (Key::BatchCalls, "many", "`batch_calls` can't be `many`: write a whole number from 1"),
            (Key::ShownBytes, "96KiB", "`shown_bytes` can't be `96KiB`: write a whole number from 1024"),
            (Key::Early, "yes", "`early` can't be `yes`: write `on` or `off`"),
            (Key::Straggler, "hedge", "`straggler` can't be `hedge`: write `wait`, or `hedge:2000`"),
            (Key::Straggler, "pending:0", "`straggler` can't be `pending:0`"),
        ] {
            let said = key.set(&mut settings, value).unwrap_err();
            assert!(said.starts_with(words), "{said}");
        }
        assert_eq!(settings, RunSettings::default());
        assert!(Key::named("inflight").unwrap_err().contains("they are in_flight, batch_calls"));
    }

    #[test]
    fn a_conversation_follows_unless_it_says_otherwise() {
        let mut settings = ConversationSettings::default();
        set_in_conversation(&mut settings, "early", "off").unwrap();
        set_in_conversation(&mut settings, "sequential", "on").unwrap();
        set_in_conversation(&mut settings, "sequential", "inherit").unwrap();
        assert_eq!(settings, ConversationSettings { sequential: None, early: Some(false) });
        assert!(
            set_in_conversation(&mut settings, "in_flight", "3").unwrap_err().contains("it has sequential")
        );
        assert!(set_in_conversation(&mut settings, "early", "auto").unwrap_err().contains("inherit"));
    }
}
