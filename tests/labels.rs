//! Promise 7: labels follow data, and only rise.

use domain::fact::Fact;
use domain::label::{Category, Label, Level};
use engine::Question;
use rehearsal::Rehearsal;

use crate::scene::Scene;
use crate::scene::told::Told;

fn sample(id: &str) -> &'static str {
    Rehearsal::questions().iter().find(|question| question.id == id).unwrap().text
}

fn join(labels: impl IntoIterator<Item = Label>) -> Label {
    labels.into_iter().fold(Label::PUBLIC, |sum, label| sum.join(&label))
}

/// What the record says of labels: of each call as it ended, of each prompt, of each answer.
#[derive(Default)]
struct Recorded {
    calls: Vec<Label>,
    prompts: Vec<Label>,
    answers: Vec<Label>,
}

async fn recorded(scene: &Scene) -> Recorded {
    let mut recorded = Recorded::default();
    for fact in scene.record().await.facts() {
        match fact {
            Fact::CallEnded { label, .. } => recorded.calls.push(label.clone()),
            Fact::ModelCalled { label, .. } => recorded.prompts.push(label.clone()),
            Fact::AnswerGiven { label, .. } => recorded.answers.push(label.clone()),
            _ => {}
        }
    }
    recorded
}

fn joined_calls(told: &Told) -> Label {
    join(told.endings().into_iter().map(|(_, ended)| ended.label.clone()))
}

/// One person, seen by four services: the batch knows more of them than any call does.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_touched_joins_from_call_to_conversation() {
    let scene = Scene::instant().await;
    let told = scene.ask(sample("picture")).await;
    for (call, ended) in told.endings() {
        assert!(ended.label.level >= call.label.level, "{}", call.asked_for);
        assert!(ended.label.categories.is_superset(&call.label.categories), "{}", call.asked_for);
        let source = scene.engine.source(call.tool.as_ref().unwrap().source()).await.unwrap();
        assert_eq!(
            call.label.clone().join(&source.label),
            call.label,
            "{} is below its source",
            call.asked_for
        );
    }
    for batch in told.batches() {
        assert_eq!(batch.label, join(batch.calls.iter().map(|call| told.ending(*call).label.clone())));
    }
    let whole = joined_calls(&told);
    assert!(
        told.endings().iter().any(|(_, ended)| ended.label != whole),
        "no call has the whole label by itself"
    );
    assert!(whole.categories.len() >= 4, "{whole}");
    assert_eq!(told.answer().label, whole);

    let conversation = scene.engine.conversation(told.conversation).await.unwrap();
    assert_eq!(conversation.row.label, whole);
    assert_eq!(join(conversation.turns[0].batches.iter().map(|batch| batch.label.clone())), whole);
    let recorded = recorded(&scene).await;
    assert_eq!(join(recorded.calls), whole);
    assert_eq!(recorded.answers, std::slice::from_ref(&whole));
    assert_eq!(recorded.prompts.first(), Some(&Label::PUBLIC), "the question touched nothing yet");
    assert_eq!(recorded.prompts.last(), Some(&whole), "the last prompt holds every result");
    scene.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_conversation_keeps_the_label_that_it_has_reached() {
    let scene = Scene::instant().await;
    let high = scene.ask(sample("salary")).await;
    assert_eq!(high.answer().label.level, Level::Restricted);
    assert!(high.answer().label.categories.contains(&Category::Financial), "{}", high.answer().label);
    let next = Question { conversation: Some(high.conversation), ..Question::new(sample("abilities")) };
    let low = scene.put(next).await;
    assert_eq!(low.calls().len(), 0);
    assert_eq!(low.answer().label, high.answer().label, "the salary is still in what the model was told");
    let other = scene.ask(sample("abilities")).await;
    assert_eq!(other.answer().label, Label::PUBLIC, "another conversation has touched nothing");

    let prompts = recorded(&scene).await.prompts;
    let levels: Vec<Level> = prompts.iter().map(|label| label.level).collect();
    let [first, between @ .., last] = &levels[..] else { panic!("{levels:?}") };
    assert_eq!((first, last), (&Level::Public, &Level::Public), "each began a conversation");
    assert!(between.iter().all(|level| *level == Level::Restricted), "{levels:?}");
    // The words stand in the entries as people read them.
    let bodies: Vec<_> = scene
        .record()
        .await
        .entries
        .iter()
        .map(|entry| String::from_utf8(entry.to_body().unwrap()).unwrap())
        .collect();
    assert!(bodies.iter().any(|body| body.contains(r#""level":"restricted""#)));
    scene.close().await;
}
