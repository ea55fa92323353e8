//! More tools than a model's context holds: those that the question needs are offered, and the others found.

use std::fmt::Write;

use domain::event::Happening;
use domain::model::Capabilities;
use domain::outcome::Outcome;
use engine::{Engine, Question};
use serde_json::{Value, json};

use crate::scene::{Scene, watch};

/// A source of so many tools that nobody asked for, all served by the echo.
fn crowd(base_url: &str, tools: usize) -> String {
    let mut file = format!("name = \"crowd\"\nkind = \"http\"\nbase_url = \"{base_url}\"\n");
    for number in 0..tools {
        let thing = ["ledger", "parcel", "vessel", "permit", "roster"][number % 5];
        write!(
            file,
            "\n[[tool]]\nname = \"get_{thing}_{number}\"\ndescription = \"Reads the {thing} of department {number} as it \
             stands, with everything that was said of it.\"\nmethod = \"GET\"\npath = \"/echo/{{id}}\"\n\
             input = {{ type = \"object\", required = [\"id\"], properties = {{ id = {{ type = \"string\" }} }} }}\n"
        )
        .unwrap();
    }
    file
}

fn offered(body: &str) -> Vec<String> {
    let body: Value = serde_json::from_str(body).unwrap();
    let tools = body["tools"].as_array().unwrap().iter();
    tools.map(|tool| tool["function"]["name"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn five_thousand_tools_work_with_a_short_context() {
    let scene = Scene::in_memory().await;
    let echo = scene.engine.source(&"echo".parse().unwrap()).await.unwrap();
    let mut model = scene.engine.models().await.unwrap().remove(0).spec;
    model.capabilities = Capabilities { context: Some(32_768), ..Capabilities::default() };
    scene.engine.save_model(model).await.unwrap();
    let source = Engine::read_source(&crowd(&echo.base_url, 5000)).unwrap();
    scene.engine.save_source(source).await.unwrap();
    scene.script(vec![
        vec![("tieout__find_tools", json!({ "words": "roster department 4999" }))],
        vec![("crowd__get_roster_4999", json!({ "id": "a" }))],
    ]);
    let question = Question::new("What is the permit of department 1233, and @echo?");
    let (conversation, events) = scene.asked(question, watch).await;
    let ends: Vec<Outcome> = events
        .iter()
        .filter_map(|what| match what {
            Happening::CallEnded { ended, .. } => Some(ended.outcome),
            _ => None,
        })
        .collect();
    assert_eq!(ends, [Outcome::Returned, Outcome::Returned]);

    let bodies = scene.model_bodies();
    let first = offered(&bodies[0]);
    assert!(bodies.iter().all(|body| body.len() < 32_768 * 3), "every request fits the context");
    assert!(first.contains(&"crowd__get_permit_1233".to_owned()), "the question's words choose");
    assert!(first.contains(&"echo__get".to_owned()), "and what it names is there");
    assert!(first.len() > 10 && !first.contains(&"crowd__get_roster_4999".to_owned()));
    assert!(
        offered(&bodies[1]).contains(&"crowd__get_roster_4999".to_owned()),
        "what was found is offered next"
    );
    assert!(bodies[1].contains("crowd__get_roster_4999"));

    // What was found stays for the conversation, and the same choice is made again.
    scene.script(vec![]);
    let again = Question { conversation: Some(conversation), ..Question::new("And now?") };
    scene.asked(again, watch).await;
    let later = scene.model_bodies().pop().unwrap();
    assert!(offered(&later).contains(&"crowd__get_roster_4999".to_owned()));
    scene.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn few_tools_are_all_offered_and_nothing_is_looked_for() {
    let scene = Scene::in_memory().await;
    scene.script(vec![]);
    scene.ask(None, watch).await;
    let tools = offered(&scene.model_bodies()[0]);
    assert!(tools.contains(&"tieout__read_result".to_owned()));
    assert!(!tools.contains(&"tieout__find_tools".to_owned()), "{tools:?}");
    scene.close().await;
}
