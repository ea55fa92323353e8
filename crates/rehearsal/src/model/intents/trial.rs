//! The question that a client asks to see whether a model can ask for two calls at once. Its tools don't exist; a
//! model that understands them asks for both, and so does this one.

use serde_json::json;

use super::intent::Intent;
use crate::model::page::Page;
use crate::model::wish::{Wish, wish};

pub(super) static TRIAL: Intent = Intent {
    recognises: |question| question.says(&["weather", "local time"]),
    wishes: |_, _| wishes(),
    answer: |_, evidence| {
        let mut page = Page::titled("A trial");
        page.gaps(evidence, &wishes());
        page.finished()
    },
};

fn wishes() -> Vec<Wish> {
    let city = json!({ "city": "Lisbon" });
    vec![wish("trial", "weather", city.clone()), wish("trial", "local_time", city)]
}
