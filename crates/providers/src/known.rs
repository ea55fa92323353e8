//! What well-known models can do and cost. The data is `data/models.toml`, which says when and whence; this reads it,
//! once.

use std::sync::LazyLock;

use domain::model::{Capabilities, ModelSpec, Price};
use serde::Deserialize;

use crate::preset::preset_of;

/// The day of what [`known`] tells, such as `2026-11-23`: prices change.
pub fn known_at() -> &'static str {
    &models().at
}

/// What is known of this model beside what a person says of it and what was learnt. Of a model that is offered elsewhere
/// than where its price is known, everything but the price: who sells it there may ask another.
pub fn known(spec: &ModelSpec) -> Capabilities {
    let models = &models().models;
    let preset = preset_of(spec).map(|preset| preset.id.as_str());
    let id = spec.model.trim();
    let id = if preset == Some("bedrock") { without_region(id) } else { id };
    if let Some(model) = models.iter().find(|model| Some(model.preset.as_str()) == preset && model.is(id)) {
        return model.capabilities();
    }
    // A gateway has the maker's name in front: `openai/gpt-4.1`.
    let id = id.rsplit('/').next().unwrap_or(id);
    let elsewhere = models.iter().find(|model| model.is(id));
    elsewhere.map(|model| Capabilities { price: None, ..model.capabilities() }).unwrap_or_default()
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Models {
    at: String,
    models: Vec<Model>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Model {
    preset: String,
    id: String,
    tools: Option<bool>,
    parallel: Option<bool>,
    streaming: Option<bool>,
    context: Option<u32>,
    max_output: Option<u32>,
    price: Option<Price>,
}

impl Model {
    fn capabilities(&self) -> Capabilities {
        let Self { tools, parallel, streaming, context, max_output, price, .. } = *self;
        Capabilities { tools, parallel, streaming, context, max_output, price }
    }

    /// Whether this id means this model, or a dated version of it. A longer name is another model: `gpt-5-mini` is no
    /// `gpt-5`.
    fn is(&self, id: &str) -> bool {
        let Some(rest) = id.strip_prefix(self.id.as_str()) else { return false };
        rest.is_empty()
            || rest.strip_prefix(['-', '@']).is_some_and(|date| {
                date.len() >= 4 && date.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-')
            })
    }
}

/// A Bedrock model's id without the region of an inference profile (`eu.anthropic.…`): the price is nearly the same.
fn without_region(id: &str) -> &str {
    ["us.", "eu.", "apac.", "au.", "jp.", "us-gov.", "global."]
        .iter()
        .find_map(|region| id.strip_prefix(region))
        .unwrap_or(id)
}

fn models() -> &'static Models {
    static MODELS: LazyLock<Models> = LazyLock::new(|| read().unwrap_or_default());
    &MODELS
}

fn read() -> Result<Models, toml::de::Error> {
    toml::from_str(include_str!("../data/models.toml"))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use domain::label::Level;
    use domain::model::{Early, Parallel, Protocol};

    use super::*;
    use crate::preset::preset;

    fn of(base_url: &str, model: &str) -> Capabilities {
        known(&ModelSpec {
            name: "main".to_owned(),
            title: String::new(),
            protocol: Protocol::OpenaiChat,
            base_url: base_url.to_owned(),
            model: model.to_owned(),
            secret: None,
            clearance: Level::Public,
            parallel: Parallel::Auto,
            early: Early::Auto,
            preset: None,
            capabilities: Capabilities::default(),
        })
    }

    #[test]
    fn every_model_is_sound() {
        let Models { at, models } = read().expect("the file reads");
        assert_eq!(at.len(), 10);
        let mut seen = HashSet::new();
        for Model { preset: of, id, context, max_output, price, .. } in &models {
            assert!(preset(of).is_some(), "{of}");
            assert!(seen.insert((of, id)), "{of} {id} stands there twice");
            assert!(context.is_some_and(|context| (4_096..=20_000_000).contains(&context)), "{id}");
            assert!(max_output.is_none_or(|output| Some(output) <= *context), "{id}");
            if let Some(Price { input, cached, output }) = price {
                // Between a hundredth of a dollar and a thousand: a mistake in the unit is a thousandfold.
                assert!((10_000..=1_000_000_000).contains(input), "{id}");
                assert!(output >= input, "{id}");
                assert!(cached.is_none_or(|cached| cached <= *input), "{id}");
            }
        }
    }

    #[test]
    fn a_dated_version_is_the_model_and_a_longer_name_is_not() {
        let openai = |model| of("https://api.openai.com/v1", model);
        assert_eq!(openai("gpt-4.1-2025-04-14"), openai("gpt-4.1"));
        let (input, cached, output) = (2_000_000, Some(500_000), 8_000_000);
        assert_eq!(openai("gpt-4.1").price, Some(Price { input, cached, output }));
        assert_ne!(openai("gpt-4.1-mini").price, openai("gpt-4.1").price);
        assert_eq!(openai("gpt-4.1-acme"), Capabilities::default());
        assert_eq!(openai("o3").parallel, Some(false));
    }

    #[test]
    fn elsewhere_everything_is_known_but_the_price() {
        let here = of("https://api.openai.com/v1", "gpt-4.1");
        let elsewhere = Capabilities { price: None, ..here };
        assert_eq!(of("https://openrouter.ai/api/v1", "openai/gpt-4.1"), elsewhere);
        assert_eq!(of("http://127.0.0.1:4000/v1", "gpt-4.1"), elsewhere);
        assert_eq!(of("https://api.openai.com/v1", "unheard-of"), Capabilities::default());
    }
}
