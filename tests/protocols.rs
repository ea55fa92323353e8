//! Whatever protocol a model speaks, its batches arrive whole, and models of different protocols share a conversation.

use domain::model::{ModelSpec, Protocol};
use domain::outcome::Outcome;
use engine::Question;
use rehearsal::{Rehearsal, Script, ScriptedCall, ScriptedMessage, ScriptedReply};
use serde_json::json;

use crate::scene::{Scene, call, model_spec};

/// The rehearsal model as it is connected in a protocol: each begins its paths elsewhere.
fn spoken(rehearsal: &Rehearsal, protocol: Protocol) -> ModelSpec {
    let model = rehearsal.model();
    let base_url = match protocol {
        Protocol::OpenaiChat | Protocol::OpenaiResponses | Protocol::Anthropic => model.base_url.clone(),
        Protocol::Gemini => format!("{}/v1beta", model.address),
        Protocol::Cohere => format!("{}/v2", model.address),
        Protocol::Ollama | Protocol::Bedrock => model.address.clone(),
    };
    ModelSpec { name: name(protocol), protocol, base_url, ..model_spec(model) }
}

fn name(protocol: Protocol) -> String {
    serde_json::to_value(protocol).unwrap().as_str().unwrap().to_owned()
}

/// A company with a model of each protocol.
async fn scene() -> Scene {
    let scene = Scene::instant().await;
    for protocol in Protocol::ALL {
        scene.engine.save_model(spoken(&scene.rehearsal, protocol)).await.unwrap();
    }
    scene
}

fn asked(protocol: Protocol, text: &str) -> Question {
    Question { model: Some(name(protocol)), ..Question::new(text) }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_protocol_carries_the_demos_batch_and_its_answer() {
    let scene = scene().await;
    let mut answers = Vec::new();
    for protocol in Protocol::ALL {
        let told = scene.put(asked(protocol, Rehearsal::demo_question().text)).await;
        let [batch] = &told.batches()[..] else { panic!("{protocol:?}: {:?}", told.end()) };
        assert_eq!(batch.calls.len(), 15, "{protocol:?}");
        assert!(told.outcomes().iter().all(|outcome| *outcome == Outcome::Returned), "{protocol:?}");
        let answer = told.answer();
        assert!(answer.usage.input > 0 && answer.usage.output > 0, "{protocol:?}: {:?}", answer.usage);
        answers.push(answer.text.clone());
    }
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:#?}");
    scene.close().await;
}

/// The words and three calls of one message; two of the calls are of one tool, one is refused for its arguments.
fn message(round: usize) -> ScriptedMessage {
    let get = |id: &str| call(id, "echo__get", json!({ "id": format!("{round}-{id}") }));
    let wrong = ScriptedCall::new("wrong", "echo__get", r#"{"id":[]}"#);
    ScriptedMessage {
        text: vec!["I look ".to_owned(), "it up.".to_owned()],
        calls: vec![get("one"), get("two"), wrong],
        ..ScriptedMessage::default()
    }
}

/// What one model said, asked and was told, the next is told as its own protocol writes it, and takes it: the rehearsal
/// refuses what that protocol's provider refuses.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn any_two_protocols_share_a_conversation() {
    let scene = scene().await;
    let mut round = 0;
    for first in Protocol::ALL {
        for then in Protocol::ALL {
            round += 1;
            let replies = || {
                let done = ScriptedReply::text(format!("Done, {round}."));
                Script::new([ScriptedReply::Message(message(round)), done])
            };
            scene.rehearsal.model_script(replies());
            let before = scene.put(asked(first, "Do it")).await;
            assert_eq!(before.answer().text, format!("Done, {round}."), "{first:?}");
            let outcomes = before.outcomes();
            assert_eq!(outcomes[..2], [Outcome::Returned; 2], "{first:?}");
            assert_ne!(outcomes[2], Outcome::Returned, "{first:?}");

            scene.rehearsal.model_script(replies());
            let question = Question { conversation: Some(before.conversation), ..asked(then, "Again") };
            let after = scene.put(question).await;
            assert_eq!(
                after.answer().text,
                format!("Done, {round}."),
                "{first:?}, then {then:?}: {:?}",
                after.end()
            );
            let told = serde_json::to_string(scene.prompts().last().unwrap()).unwrap();
            for words in ["Do it", "Again", &format!("{round}-one"), &format!("{round}-two"), "I look it up."]
            {
                assert!(told.contains(words), "{first:?}, then {then:?}: {words} is not in {told}");
            }
        }
    }
    scene.close().await;
}

/// A message that isn't streamed, and one that comes in the smallest pieces, are the same message.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn arguments_in_the_smallest_pieces_are_whole() {
    let scene = scene().await;
    for protocol in Protocol::ALL {
        let arguments = json!({ "id": "größe \"7\"\\ \u{1f600}" }).to_string();
        let call = ScriptedCall::new("a", "echo__get", arguments).in_tokens(24);
        scene
            .rehearsal
            .model_script(Script::new([ScriptedReply::calls([call]), ScriptedReply::text("Done.")]));
        let told = scene.put(asked(protocol, "Do it")).await;
        assert_eq!(told.outcomes(), [Outcome::Returned], "{protocol:?}: {:?}", told.endings());
        let written: serde_json::Value = serde_json::from_str(&told.calls()[0].arguments).unwrap();
        assert_eq!(written["id"], "größe \"7\"\\ \u{1f600}", "{protocol:?}");
    }
    scene.close().await;
}
