//! What several commands take as a value.

use clap::ValueEnum;
use domain::call::Approve;
use domain::label::Level;
use domain::model::{Early, Parallel};
use domain::outcome::Outcome;
use domain::time::Micros;

/// What may run without asking a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ApproveArg {
    None,
    Reads,
    Asked,
    All,
}

impl From<ApproveArg> for Approve {
    fn from(argument: ApproveArg) -> Self {
        match argument {
            ApproveArg::None => Self::None,
            ApproveArg::Reads => Self::Reads,
            ApproveArg::Asked => Self::Asked,
            ApproveArg::All => Self::All,
        }
    }
}

/// On, off, or as something else says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Switch {
    Auto,
    On,
    Off,
}

impl Switch {
    /// What it says; `None` leaves it to what stands behind it.
    pub(crate) fn said(self) -> Option<bool> {
        match self {
            Self::Auto => None,
            Self::On => Some(true),
            Self::Off => Some(false),
        }
    }
}

impl From<Switch> for Parallel {
    fn from(switch: Switch) -> Self {
        match switch {
            Switch::Auto => Self::Auto,
            Switch::On => Self::On,
            Switch::Off => Self::Off,
        }
    }
}

impl From<Switch> for Early {
    fn from(switch: Switch) -> Self {
        match switch {
            Switch::Auto => Self::Auto,
            Switch::On => Self::On,
            Switch::Off => Self::Off,
        }
    }
}

/// A level by its word.
pub(crate) fn level(text: &str) -> Result<Level, String> {
    let words = Level::ALL.map(Level::word).join(", ");
    let found = Level::ALL.into_iter().find(|level| level.word() == text);
    found.ok_or_else(|| format!("`{text}` is not a level; the levels are {words}"))
}

/// An outcome by its word, dashed as options are, or as JSON has it.
pub(crate) fn outcome(text: &str) -> Result<Outcome, String> {
    let all = [
        Outcome::Returned,
        Outcome::Failed,
        Outcome::Refused,
        Outcome::Cancelled,
        Outcome::TimedOut,
        Outcome::Unknown,
    ];
    let dashed = |outcome: &Outcome| outcome.word().replace(' ', "-");
    let found = all.into_iter().find(|outcome| dashed(outcome) == text.replace(['_', ' '], "-"));
    found.ok_or_else(|| {
        format!(
            "`{text}` is not an outcome; they are {}",
            all.iter().map(dashed).collect::<Vec<_>>().join(", ")
        )
    })
}

/// An instant as people write it: a day or a minute of their own, or one with its zone.
pub(crate) fn instant(text: &str) -> Result<Micros, String> {
    let zone = jiff::tz::TimeZone::system();
    let local = text.parse::<jiff::civil::Date>().map(|day| day.at(0, 0, 0, 0));
    let local = local.or_else(|_| text.parse::<jiff::civil::DateTime>());
    let instant = text
        .parse::<jiff::Timestamp>()
        .or_else(|error| local.map_err(|_| error).and_then(|local| Ok(local.to_zoned(zone)?.timestamp())));
    instant.map(|instant| Micros(instant.as_microsecond())).map_err(|_| {
        format!("`{text}` is no time; write 2026-11-01, 2026-11-01T12:00 or 2026-11-01T12:00:00Z")
    })
}

/// An instant as [`instant`] takes it, or how long ago: `90m`, `24h`, `7d`, `2w`.
pub(crate) fn since(text: &str) -> Result<Micros, String> {
    let unit = |unit: char| match unit {
        'm' => Some(60),
        'h' => Some(3_600),
        'd' => Some(86_400),
        'w' => Some(604_800),
        _ => None,
    };
    let ago = text.char_indices().last().and_then(|(place, last)| {
        let number: i64 = text[..place].parse().ok().filter(|number| *number >= 0)?;
        number.checked_mul(unit(last)?)?.checked_mul(1_000_000)
    });
    match ago {
        Some(ago) => Ok(Micros(jiff::Timestamp::now().as_microsecond().saturating_sub(ago))),
        None => instant(text).map_err(|words| format!("{words}, or how long ago: 24h, 7d")),
    }
}

/// An amount of US dollars, in millionths: `2.50`.
pub(crate) fn dollars(text: &str) -> Result<u32, String> {
    let wrong = || format!("`{text}` is no amount; write dollars such as 3 or 0.25, up to 4000");
    let (whole, part) =
        text.trim_start_matches('$').split_once('.').unwrap_or((text.trim_start_matches('$'), "0"));
    if whole.is_empty() || part.len() > 6 || !part.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(wrong());
    }
    let whole: u32 = whole.parse().map_err(|_| wrong())?;
    let part: u32 = format!("{part:0<6}").parse().map_err(|_| wrong())?;
    whole.checked_mul(1_000_000).and_then(|whole| whole.checked_add(part)).ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dollars_are_read_to_the_millionth() {
        for (text, millionths) in [("3", 3_000_000), ("0.25", 250_000), ("$1.1", 1_100_000), ("0.000001", 1)]
        {
            assert_eq!(dollars(text), Ok(millionths), "{text}");
        }
        for text in ["", ".5", "1.0000001", "-1", "a", "5000", "1.-2"] {
            assert!(dollars(text).is_err(), "{text}");
        }
    }
}
