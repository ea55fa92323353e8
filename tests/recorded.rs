//! Promise 1: nothing unrecorded leaves.

use rehearsal::{Plan, Rehearsal};

use crate::scene::record::{self, Record};
use crate::scene::workspace::{Workspace, ran, tieout};
use crate::scene::{Scene, soon};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_sample_question_leaves_as_much_on_record_as_in_the_services_logs() {
    let scene = Scene::instant().await;
    for question in Rehearsal::questions() {
        let told = scene.ask(question.text).await;
        assert!(!told.answer().text.is_empty(), "{}", question.id);
        for source in question.sources {
            assert!(scene.received(source) > 0, "{} never reached {source}", question.id);
        }
    }
    let asked_of_services = scene.rehearsal.requests().len() - scene.prompts().len();
    assert!(asked_of_services >= 60, "the questions made {asked_of_services} requests");
    scene.close().await;
}

/// The file system lets no file grow past a size, as a full disk would, so the trail breaks at another place with each
/// size. What was sent until then is on record, and nothing is sent after.
#[cfg(unix)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn when_the_trail_cannot_be_written_nothing_is_sent() {
    let rehearsal = Rehearsal::start(Plan::instant()).await.unwrap();
    // With the least room the question itself can't be recorded: it is longer than that, however it is packed.
    let long: String =
        (0..4000_u64).map(|word| format!("{:016x} ", word.wrapping_mul(0x9e37_79b9_7f4a_7c15))).collect();
    let fresh = Workspace::wired(&rehearsal).await;
    let mut broken = 0;
    for kibibytes in [32, 48, 64, 96, 128, 192, 256, 384, 512, 1024, 4096] {
        let workspace = fresh.copy();
        let before = rehearsal.requests().len();
        // Told to ignore the signal, a program that writes past the limit gets an error, as from a full disk.
        let script = format!("trap '' XFSZ; ulimit -f {kibibytes}; exec \"$0\" \"$@\"");
        let program = tieout();
        let question = if kibibytes == 32 { &long } else { Rehearsal::demo_question().text };
        let words = ["-c", &script, program.to_str().unwrap(), "ask", question];
        let run = ran(workspace.command_of("bash".as_ref(), &words)).await;
        let sent = rehearsal.requests().len() - before;
        if run.code() == Some(0) {
            break;
        }
        broken += 1;
        assert_eq!(run.code(), Some(4), "at {kibibytes} KiB:\n{}\n{}", run.out, run.err);
        assert!(run.err.contains("nothing more is sent"), "{}", run.err);
        if kibibytes == 32 {
            assert_eq!(sent, 0, "the question itself could not be recorded, and something was sent");
        }
        let engine = workspace.open().await;
        record::verified(&engine).await;
        let leaving = Record::of(&engine).await.leaving;
        // What arrived before was another workspace's.
        let began = leaving.iter().map(|request| request.at).min().unwrap_or(i64::MAX);
        let mut arrived = record::arrived(&rehearsal);
        arrived.retain(|request| request.at >= began);
        record::none_unrecorded(&leaving, &arrived);
        assert_eq!(arrived.len(), sent, "at {kibibytes} KiB");
        assert_eq!(engine.stats().await.unwrap().open_calls, 0);
        engine.shutdown().await;
    }
    assert!(broken >= 3, "the trail broke at {broken} sizes only: this tries too little");
    soon("the company closes", rehearsal.stop()).await;
}
