//! A restricted value never reaches a model of lower clearance, as the model's own log shows, and the person reads it.

use domain::call::Approve;
use domain::label::Level;
use domain::model::ModelSpec;
use engine::Question;
use rehearsal::{Script, ScriptedReply};
use serde_json::json;

use crate::scene::told::Told;
use crate::scene::{Scene, call};

const ILLNESS: &str = "Crohn's disease";
const KEY: &str = "AKIAQYLPMN5HFIQR7XYA";

/// A model that may see what is confidential, and a service that tells more.
async fn scene() -> Scene {
    let scene = Scene::instant().await;
    let model = scene.engine.models().await.unwrap().remove(0).spec;
    scene.engine.save_model(ModelSpec { clearance: Level::Confidential, ..model }).await.unwrap();
    let value = json!({ "diagnosis": ILLNESS, "deploy": format!("use {KEY} for it"), "visits": 12 });
    let arguments = json!({ "id": "p", "value": value }).to_string();
    scene.engine.call_tool(&"echo.write".parse().unwrap(), &arguments, Approve::All).await.unwrap();
    scene
}

async fn asked(scene: &Scene, question: Question, answer: &str) -> Told {
    let calls = vec![call("a", "echo__get", json!({ "id": "p" }))];
    let replies = [ScriptedReply::calls(calls), ScriptedReply::text(answer)];
    scene.rehearsal.model_script(Script::new(replies));
    scene.put(question).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_restricted_value_reaches_the_person_and_not_the_model() {
    let scene = scene().await;
    let question = Question::new(format!("Is {KEY} the key, and what ails p?"));
    let told = asked(&scene, question, "It is ‹secret-1›, and they have ‹health-1›.").await;
    assert_eq!(told.answer().text, format!("It is {KEY}, and they have {ILLNESS}."));
    assert_eq!(told.answer().unseen.values, 2);
    // The first that asks again is another turn: everything of before is told anew.
    let next = Question { conversation: Some(told.conversation), ..Question::new(format!("{ILLNESS}?")) };
    let told = asked(&scene, next, "Yes: ‹health-1›.").await;
    assert_eq!(told.answer().text, format!("Yes: {ILLNESS}."));

    let log = scene.rehearsal.requests();
    let heard: Vec<&str> = log
        .iter()
        .filter(|request| request.service == "model")
        .filter_map(|request| request.body.as_deref())
        .collect();
    assert_eq!(heard.len(), 4);
    for body in heard {
        assert!(!body.contains(KEY) && !body.contains(ILLNESS) && !body.contains("Crohn"), "{body}");
        assert!(body.contains("‹secret-1›"), "{body}");
    }
    let call = told.calls()[0].id;
    let detail = scene.engine.call(call).await.unwrap();
    assert!(detail.payloads.iter().any(|payload| payload.text.contains(KEY)), "the person reads the result");
    assert_eq!(detail.row.label.level, Level::Restricted);
    scene.close().await;
}
