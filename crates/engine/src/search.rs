//! Looking for calls in the trail, by what people write.

use domain::filter::Filter;
use domain::id::{CallId, Seq, TurnId};
use domain::json::Json;
use domain::search::{AnswerRow, Completion, Facets, FilterMistake, Overview, SearchPage};
use domain::view::TurnView;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use crate::engine::Engine;
use crate::error::EngineError;

/// The setting that holds the saved filters.
const SAVED: &str = "trail.filters";
/// How many filters can be saved.
const MOST_SAVED: usize = 100;
/// Rows that are fetched at a time where all are wanted.
const PAGE: u32 = 1000;
/// The most calls that one erasing by a filter may mean; a filter that finds more is made narrower first.
const MOST_FOUND: usize = 100_000;

/// A filter with a name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct SavedFilter {
    /// What a person calls it.
    pub name: String,
    /// As they wrote it.
    pub text: String,
}

impl Engine {
    /// The calls that fit, newest first: those asked for before the entry `before`, if there is one.
    ///
    /// # Errors
    /// [`EngineError::BadInput`] with the mistake in the text; or if the trail can't be read.
    pub async fn search(
        &self,
        text: &str,
        before: Option<Seq>,
        limit: u32,
    ) -> Result<SearchPage, EngineError> {
        Ok(self.inner.reader.search(self.filter(text)?, before, limit).await?)
    }

    /// What is wrong with a filter's text, if something is.
    pub fn filter_check(&self, text: &str) -> Option<FilterMistake> {
        self.read_filter(text).err()
    }

    /// What would go well at the cursor, in UTF-16 code units.
    ///
    /// # Errors
    /// If the trail can't be read.
    pub async fn complete(&self, text: &str, cursor: u32) -> Result<Vec<Completion>, EngineError> {
        let (sources, tools) = self.inner.reader.known().await?;
        Ok(query::complete(text, cursor, &query::Known { sources, tools }))
    }

    /// How many calls fit, by what.
    ///
    /// # Errors
    /// As for [`Engine::search`].
    pub async fn facets(&self, text: &str) -> Result<Facets, EngineError> {
        Ok(self.inner.reader.facets(self.filter(text)?).await?)
    }

    /// What charts show of the calls that fit.
    ///
    /// # Errors
    /// As for [`Engine::search`].
    pub async fn overview(&self, text: &str) -> Result<Overview, EngineError> {
        Ok(self.inner.reader.overview(self.filter(text)?).await?)
    }

    /// Questions with what became of them, newest first: those asked before the entry `before`, if there is one.
    ///
    /// # Errors
    /// If the trail can't be read.
    pub async fn answers(&self, before: Option<Seq>, limit: u32) -> Result<Vec<AnswerRow>, EngineError> {
        Ok(self.inner.reader.answers(before, limit).await?)
    }

    /// One turn with everything in it.
    ///
    /// # Errors
    /// If there is none of that id.
    pub async fn turn(&self, id: TurnId) -> Result<TurnView, EngineError> {
        let turn = self.inner.reader.turn(id).await?;
        turn.ok_or_else(|| EngineError::NotFound(format!("there is no turn {id}")))
    }

    /// The filters that were saved.
    ///
    /// # Errors
    /// If the trail can't be read.
    pub async fn saved_filters(&self) -> Result<Vec<SavedFilter>, EngineError> {
        let Some(Json(value)) = self.setting(SAVED).await? else {
            return Ok(Vec::new());
        };
        serde_json::from_value(value)
            .map_err(|error| EngineError::Internal(format!("the setting `{SAVED}` does not read: {error}")))
    }

    /// Saves these filters in the place of those that were saved.
    ///
    /// # Errors
    /// If a name is missing or given twice, a text has a mistake, there are too many, or the trail can't be written.
    pub async fn save_filters(&self, filters: Vec<SavedFilter>) -> Result<(), EngineError> {
        if filters.len() > MOST_SAVED {
            return Err(EngineError::BadInput(format!(
                "{} filters are too many; keep at most {MOST_SAVED}",
                filters.len()
            )));
        }
        for (place, filter) in filters.iter().enumerate() {
            let name = filter.name.trim();
            if name.is_empty() || name.chars().count() > 80 {
                return Err(EngineError::BadInput("give the filter a name of 1 to 80 letters".to_owned()));
            }
            if filters.iter().take(place).any(|other| other.name.trim() == name) {
                return Err(EngineError::BadInput(format!(
                    "there is a filter `{name}` already; choose another name"
                )));
            }
            self.filter(&filter.text)?;
        }
        let value =
            serde_json::to_value(filters).map_err(|error| EngineError::Internal(error.to_string()))?;
        self.set_setting(SAVED, Json(value)).await
    }

    /// Every call that fits.
    pub(crate) async fn found_by(&self, text: &str) -> Result<Vec<CallId>, EngineError> {
        let filter = self.filter(text)?;
        let mut calls = Vec::new();
        let mut before = None;
        loop {
            let page = self.inner.reader.search(filter.clone(), before, PAGE).await?;
            calls.extend(page.rows.iter().map(|row| row.call));
            if calls.len() > MOST_FOUND {
                return Err(EngineError::BadInput(format!(
                    "the filter finds more than {MOST_FOUND} calls; make it narrower, for example by `until:`"
                )));
            }
            match page.next {
                Some(next) => before = Some(next),
                None => return Ok(calls),
            }
        }
    }

    pub(crate) fn filter(&self, text: &str) -> Result<Filter, EngineError> {
        self.read_filter(text).map_err(|mistake| EngineError::BadInput(mistake.words))
    }

    fn read_filter(&self, text: &str) -> Result<Filter, FilterMistake> {
        query::read(text, self.inner.clock.now().at, &TimeZone::system())
    }
}
