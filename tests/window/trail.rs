//! The trail as its reviewers have it: found by what people write, verified, taken out, read again by who got it, and
//! cared for.

use std::path::Path;
use std::process::Command;

use rehearsal::Rehearsal;
use serde_json::Value;

use crate::screen::{ENTER, Home, Window, button, field, first, link};
use crate::wanted;

/// A key pair for tests, from age's own documentation.
const IDENTITY: &str = "AGE-SECRET-KEY-1GQ9778VQXMMJVE8SK7J6VT8UJ4HDQAJUVSFCWCM02D8GEWQ72PVQ2Y5J33";
const RECIPIENT: &str = "age1t7rxyev2z3rw82stdlrrepyc39nvn86l5078zqkf5uasdy86jp6svpy7pa";
/// The key of another trail: of C2SP's own example.
const STRANGER: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
const ESCAPE: &str = "\u{e00c}";
const FIRST_CALL: &str = "[role=grid] [role=row][aria-selected]";
const CALLS: &str = "return [...document.querySelectorAll('[role=grid] [role=row][aria-selected]')]";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn calls_are_found_verified_taken_out_and_read_by_a_stranger() {
    if !wanted() {
        return;
    }
    let home = Home::new();
    let window = answered(&home).await;

    // A filter is completed as it is written; what is wrong with one is said where it stands.
    window.write(field("Filter the calls"), "source:cr").await;
    chosen_completion(&window, "source:crm").await;
    window.press(ENTER).await;
    let of_crm = format!(
        "{CALLS}.every((row) => row.innerText.includes('crm.')) && {}.length < 15",
        CALLS.replace("return ", "")
    );
    window.until("only calls of one source are there", &of_crm, &[]).await;
    window.picture("trail-filter").await;
    window.write(field("Filter the calls"), &format!("outcome:perhaps{ENTER}")).await;
    let mistaken = "return document.querySelector('[role=combobox][aria-invalid=true]') !== null";
    window.until("the mistake is marked", mistaken, &[]).await;
    window.press(ESCAPE).await;
    window.counts(FIRST_CALL, 15).await;

    window.click(button("Verify")).await;
    window.reads("Sound.").await;
    window.click(button("Part by part")).await;
    for part in ["Tree of entries", "Stories of calls", "Conversations", "What screens show"] {
        window.reads(part).await;
    }
    window.picture("trail-verified").await;

    window.click(button("Export view…")).await;
    window.click(button("Export")).await;
    window.reads("View exported").await;
    let table = std::fs::read_to_string(made(&window, &home).await).unwrap();
    assert_eq!(table.lines().count(), 16, "a line for each call below the head: {table}");
    window.click(button("Done")).await;

    window.click(field("Answers")).await;
    window.click(first("[role=listbox][aria-label='Answers, newest first'] [role=option]")).await;
    window.reads("Drew on").await;
    window.picture("trail-answer").await;
    window.click(button("Export answer…")).await;
    window.reads("The file can be read by whoever has it").await;
    window.picture("trail-export").await;
    window.click(button("Export")).await;
    window.reads("Evidence exported").await;
    let bundle = made(&window, &home).await;
    window.click(button("Done")).await;
    sound_to_a_stranger(&bundle);

    window.click(button("More")).await;
    window.click(button("Open an evidence bundle…")).await;
    window.write(field("Path"), &format!("{bundle}{ENTER}")).await;
    window.reads("It says of itself: one answer").await;
    window.reads("Sound.").await;
    window.picture("bundle-answer").await;
    window.click(field("Calls")).await;
    window.counts("[aria-label='Calls in the bundle'] button", 15).await;
    window.click(first("[aria-label='Calls in the bundle'] button")).await;
    for part in ["Arguments", "Result", "Entries in the trail"] {
        window.reads(part).await;
    }
    window.picture("bundle-call").await;
    window.click(button("Leave")).await;
    window.reads("Calls Answers Overview").await;

    // Encrypted, it opens for the identity that it was encrypted to; and a key from elsewhere says whose trail it is.
    window.click(field("Answers")).await;
    window.click(button("Export answer…")).await;
    window.write(field("Encrypt to (optional)"), RECIPIENT).await;
    window.click(button("Export")).await;
    window.reads("Evidence exported").await;
    let sealed = made(&window, &home).await;
    assert!(sealed.ends_with(".tieout.age"), "{sealed}");
    window.click(button("Done")).await;
    window.click(button("More")).await;
    window.click(button("Open an evidence bundle…")).await;
    window.paste(field("Path"), &sealed).await;
    window.write(field("Age identity"), IDENTITY).await;
    window.write(field("The trail’s key (optional)"), &format!("{STRANGER}{ENTER}")).await;
    window.reads("Checked against the key that you gave").await;
    window.reads("The bundle does not verify").await;
    window.picture("bundle-of-another").await;
    window.click(button("Leave")).await;
    window.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_is_held_erased_on_record_reviewed_and_anchored() {
    if !wanted() {
        return;
    }
    let home = Home::new();
    let window = answered(&home).await;
    let result =
        "return [...document.querySelectorAll('aside h3')].some((each) => each.innerText === 'Result')";

    window.click(first(FIRST_CALL)).await;
    window.until("the result is there", result, &[]).await;
    window.click(button("Hold…")).await;
    window.write(field("Reason"), &format!("Audit of the third quarter{ENTER}")).await;
    window.reads("Held since").await;
    window.click(button("Erase payloads…")).await;
    // What repeats the call elsewhere is its conversation's, which is not held.
    window.reads("3 payloads stay: a hold covers them").await;
    window.picture("erase-held").await;
    window.press(ESCAPE).await;
    window.click(button("Release…")).await;
    window.write(field("Reason"), &format!("The audit is over{ENTER}")).await;
    window.click(button("Erase payloads…")).await;
    window.reads("There is no undo").await;
    window.picture("erase").await;
    window.write(field("Reason"), &format!("Erasure request of 20 November{ENTER}")).await;
    window.reads("The entries themselves stay").await;
    window.click(first("dialog[open] footer button")).await;
    window.reads("by entry").await;
    window.picture("erased").await;
    assert_eq!(window.run(result, &[]).await, Value::Bool(false), "the result is still there");
    let row = window.text_of(FIRST_CALL).await;
    assert!(row.contains("people.payroll") && !row.contains("Sales"), "the row repeats an argument: {row}");
    verified(&window, "erased on record").await;

    // Another call, chosen before the review begins: the table is read again then.
    window.click(first("[role=grid] [role=row][aria-rowindex='3'][data-call]")).await;
    window.until("its result is there", result, &[]).await;
    window.click(button("More")).await;
    window.click(button("Review this workspace")).await;
    window.reads("Payloads are closed while you review").await;
    assert_eq!(window.run(result, &[]).await, Value::Bool(false), "a review shows what nobody opened");
    window.picture("review").await;
    window.click(button("Open payloads: this goes on record")).await;
    window.until("the result was opened", result, &[]).await;
    window.reads("review.opened").await;
    let openings = window.text_of("aside").await.matches("review.opened").count();
    assert_eq!(openings, 1, "it was opened once");
    window.click(link("Ask")).await;
    window.reads("Nothing can be asked until the review ends").await;
    let closed = "return !document.body.innerText.includes('Prepare a brief') && document.body.innerText.includes('Question closed')";
    window.until("what was asked is closed", closed, &[]).await;
    window.picture("review-ask").await;
    window.click(link("Trail")).await;
    window.click(button("End the review")).await;
    window.reads("Prepare a brief").await;

    let share = home.downloads();
    std::fs::create_dir_all(&share).unwrap();
    window.click(field("Anchors")).await;
    window.click(button("Add an anchor…")).await;
    window.click(field("Folder")).await;
    window.write(field("Name"), "share").await;
    window.write(field("Path"), share.to_str().unwrap()).await;
    window.click(button("Add")).await;
    window.click(button("Anchor now")).await;
    window.reads("Anchored just now").await;
    assert!(share.read_dir().unwrap().next().is_some(), "the folder holds nothing");
    window.picture("anchors").await;
    window.click(button("More")).await;
    window.click(button("Sign with a new key…")).await;
    window.click(button("Sign with a new key")).await;
    window.reads("A new key signs the trail").await;
    window.picture("new-key").await;
    window.click(button("Done")).await;
    verified(&window, "Anchored up to entry").await;
    window.click(button("Part by part")).await;
    window.reads("Key of epoch 2").await;

    window.click(link("Settings")).await;
    window.click(field("Dark")).await;
    window.click(link("Trail")).await;
    for view in ["Anchors", "Care", "Overview", "Answers"] {
        window.click(field(view)).await;
        let drawn = "return document.querySelector('main, .trail').innerText.includes('Reading the record') === false";
        window.until("the view is drawn", drawn, &[]).await;
        window.picture(&format!("{}-dark", view.to_lowercase())).await;
    }
    window.close().await;
}

/// The demo's window on its trail, after the demo's question was answered.
async fn answered(home: &Home) -> Window {
    let window = home.window(&["--demo", "--no-single-instance"]).await;
    window.click(button(Rehearsal::demo_question().text)).await;
    window.reads("drew on 15 of 15 calls").await;
    window.click(link("Trail")).await;
    window.counts(FIRST_CALL, 15).await;
    window
}

/// Waits until this stands first among what would go well, and Enter would take it.
async fn chosen_completion(window: &Window, words: &str) {
    let script = "return document.querySelector('[role=listbox] [role=option][aria-selected=true]')?.innerText.startsWith(arguments[0]) ?? false";
    window.until(&format!("{words} is offered"), script, &[Value::from(words)]).await;
}

/// The path of the file that a dialog says was made, which lies where downloads lie.
async fn made(window: &Window, home: &Home) -> String {
    let path = window.text_of("dialog[open] dd .figures").await;
    assert_eq!(Path::new(&path).parent(), Some(home.downloads().as_path()), "{path}");
    path
}

/// Verifies once more, and waits until the report says this.
async fn verified(window: &Window, words: &str) {
    window.click(button("Verify")).await;
    window.reads("Sound.").await;
    window.reads(words).await;
}

/// Checks a bundle as its reader does, who has Python and the published format and nothing of ours.
fn sound_to_a_stranger(bundle: &str) {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/verify.py");
    let ran = Command::new("python3").arg(script).arg(bundle).output().unwrap();
    let said = String::from_utf8_lossy(&ran.stdout).into_owned() + &String::from_utf8_lossy(&ran.stderr);
    assert!(ran.status.success(), "{bundle} is not sound: {said}");
}
