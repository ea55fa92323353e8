//! Whatever protocol a model speaks, its batches arrive whole, and models of different protocols share a conversation.

use domain::fact::Fact;
use domain::model::{Capabilities, ModelSpec, Protocol};
use domain::outcome::Outcome;
use engine::{FoundServer, Preset, Question};
use rehearsal::{Rehearsal, Script, ScriptedCall, ScriptedMessage, ScriptedReply};
use serde_json::json;

use crate::scene::record;
use crate::scene::workspace::{Workspace, ran};
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

/// A model that can't stream is asked for whole answers, in each protocol's own way, and told how long they may be.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn answers_that_come_whole_carry_a_batch_too() {
    let scene = scene().await;
    let capabilities =
        Capabilities { streaming: Some(false), max_output: Some(777), ..Capabilities::default() };
    for protocol in Protocol::ALL {
        let spec = ModelSpec { capabilities, ..spoken(&scene.rehearsal, protocol) };
        scene.engine.save_model(spec).await.unwrap();
        let replies = [ScriptedReply::Message(message(1)), ScriptedReply::text("Done.")];
        scene.rehearsal.model_script(Script::new(replies));
        let told = scene.put(asked(protocol, "Do it")).await;
        assert_eq!(told.answer().text, "Done.", "{protocol:?}: {:?}", told.end());
        assert_eq!(told.outcomes()[..2], [Outcome::Returned; 2], "{protocol:?}");
        let request =
            scene.rehearsal.requests().into_iter().rfind(|request| request.service == "model").unwrap();
        let body = request.body.unwrap();
        assert!(
            !request.path.contains("stream") && !body.contains("\"stream\":true"),
            "{protocol:?}: {body}"
        );
        assert!(body.contains("777"), "{protocol:?}: {body}");
    }
    scene.close().await;
}

/// Servers of models on this machine are found where their presets say, with their models; a port where nobody listens,
/// and one where somebody else does, are none.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn servers_on_this_machine_are_found() {
    let scene = Scene::instant().await;
    let address = scene.rehearsal.model().address;
    let closed = {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        format!("http://{}/v1", listener.local_addr().unwrap())
    };
    let at = |id: &str, base_url: &str| {
        let mut preset: Preset = engine::preset(id).unwrap().clone();
        base_url.clone_into(&mut preset.endpoints[0].base_url);
        preset
    };
    let presets = [at("ollama", &address), at("lm-studio", &closed), at("vllm", &format!("{address}/v3"))];
    let found = scene.engine.find_models_at(&presets).await.unwrap();
    let [FoundServer { preset, protocol, base_url, models, .. }] = &found[..] else { panic!("{found:#?}") };
    assert_eq!((&**preset, *protocol, base_url), ("ollama", Protocol::Ollama, &address));
    let models: Vec<_> = models.iter().map(|model| (&*model.id, model.connected.as_deref())).collect();
    assert_eq!(models, [("rehearsal-1", None)]);

    scene.engine.save_model(spoken(&scene.rehearsal, Protocol::Ollama)).await.unwrap();
    let found = scene.engine.find_models_at(&presets).await.unwrap();
    assert_eq!(found[0].models[0].connected.as_deref(), Some("ollama"));
    let asked = scene
        .record()
        .await
        .facts()
        .filter(|fact| matches!(fact, Fact::ModelCalled { turn: None, .. }))
        .count();
    assert_eq!(asked, 6, "each look is on record");
    record::verified(&scene.engine).await;
    scene.engine.shutdown().await;
    scene.rehearsal.stop().await;
}

/// Arguments that come in the smallest pieces are the same arguments.
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

/// A key of AWS's own tools is taken over into the keychain and printed nowhere; where nothing can be signed with it,
/// nothing is sent.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_profile_of_aws_gives_its_key_and_a_pair_is_never_a_bearer() {
    let workspace = Workspace::empty().await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("credentials");
    let keys = "[work]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = s3cr3t/of/work\n";
    std::fs::write(&file, keys).unwrap();
    let add = async |name: &str, profile: &str, base_url: &str| {
        let words = ["models", "add", name, "--preset", "bedrock", "--model", "m", "--base-url", base_url];
        let mut command = workspace.command(&[&words[..], &["--aws-profile", profile]].concat());
        command.env("AWS_SHARED_CREDENTIALS_FILE", &file).env("AWS_CONFIG_FILE", folder.path().join("none"));
        ran(command).await
    };
    let missing = add("cloud", "play", "https://bedrock-runtime.eu-central-1.amazonaws.com").await.ends(1);
    assert!(missing.err.contains("no profile `play`"), "{}", missing.err);
    let added = add("cloud", "work", "https://bedrock-runtime.eu-central-1.amazonaws.com").await.ends(0);
    assert!(added.out.contains("aws-work") && !added.out.contains("s3cr3t"), "{}", added.out);
    assert!(!added.err.contains("not stored yet"), "{}", added.err);
    let listed = workspace.tieout(&["secrets", "list"]).await.ends(0);
    assert!(listed.out.contains("aws-work"), "{}", listed.out);

    add("local", "work", "http://127.0.0.1:9").await.ends(0);
    let tested = workspace.tieout(&["models", "test", "local"]).await.ends(1);
    assert!(tested.out.contains("its address names none"), "{}", tested.out);
    assert!(!tested.out.contains("s3cr3t") && !tested.err.contains("s3cr3t"));
}
