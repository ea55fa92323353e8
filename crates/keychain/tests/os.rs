//! The system's keychain, on Linux.
//!
//! Where there is no keychain can be tried anywhere. What needs a keychain runs only with `TIEOUT_KEYCHAIN_TESTS=1`,
//! which `cargo xtask test` sets: those tests start `dbus-run-session` and `gnome-keyring-daemon` with fresh folders, so
//! that they never touch the keychain of whoever runs them.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a panic here is a failed test with a place")]

use std::env;
use std::path::Path;
use std::process::{Command, Output};
use std::time::Duration;

use domain::id::WorkspaceId;
use domain::secret::{Secret, SecretName};
use keychain::{Keychain, KeychainError, Missing};

const SERVICE: &str = "tieout-test";
/// Set for a process that plays a part of another test: which part.
const PART: &str = "TIEOUT_KEYCHAIN_PART";

fn workspace(number: u128) -> WorkspaceId {
    WorkspaceId::new(1_764_000_000_000, number)
}

fn name(text: &str) -> SecretName {
    text.parse().unwrap()
}

fn is_wanted() -> bool {
    env::var("TIEOUT_KEYCHAIN_TESTS").is_ok_and(|value| value == "1")
}

/// This test program again, as another process that plays `part`. What it says ends with a line `said …`.
fn player(part: &str) -> Command {
    let mut player = Command::new(env::current_exe().unwrap());
    player.args(["--exact", "a_part_in_another_test", "--nocapture"]).env(PART, part);
    player
}

/// Runs a shell script in a session of its own with fresh folders; `$PLAYER` in it is this program.
fn in_session(bus: &[&str], script: &str, part: &str) -> Output {
    let home = tempfile::tempdir().unwrap();
    let runtime = tempfile::tempdir().unwrap();
    let mut session = Command::new("dbus-run-session");
    session.args(bus).args(["--", "sh", "-c", script]);
    session
        .env_remove("DBUS_SESSION_BUS_ADDRESS")
        .env_remove("DISPLAY")
        .env_remove("WAYLAND_DISPLAY")
        .env("HOME", home.path())
        .env("XDG_RUNTIME_DIR", runtime.path())
        .env("XDG_DATA_HOME", home.path().join("data"))
        .env("XDG_CONFIG_HOME", home.path().join("config"))
        .env("XDG_CACHE_HOME", home.path().join("cache"))
        .env("PLAYER", env::current_exe().unwrap())
        .env(PART, part);
    session.output().unwrap()
}

const PLAY: &str = "\"$PLAYER\" --exact a_part_in_another_test --nocapture";

#[track_caller]
fn said(output: &Output, words: &str) {
    let text = String::from_utf8_lossy(&output.stdout);
    let said = text.lines().find_map(|line| line.strip_prefix("said "));
    assert_eq!(said, Some(words), "{text}\n{}", String::from_utf8_lossy(&output.stderr));
}

fn kind(error: &KeychainError) -> String {
    match error {
        KeychainError::NoService { missing, .. } => format!("NoService {missing:?}"),
        KeychainError::Locked => "Locked".to_owned(),
        other => format!("{other:?}"),
    }
}

/// Not a test of its own: what a process does that another test started.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_part_in_another_test() {
    let Ok(part) = env::var(PART) else { return };
    let words = match part.as_str() {
        "read the probe" => match Keychain::read_probe(SERVICE, workspace(1)).await {
            Ok(value) => value.unwrap_or_default(),
            Err(error) => kind(&error),
        },
        "write" => match write().await {
            Ok(()) => "written".to_owned(),
            Err(error) => kind(&error),
        },
        "use" => {
            everything_that_a_keychain_does().await;
            "used".to_owned()
        }
        "outlive the service" => match outlive_the_service().await {
            Ok(value) => value,
            Err(error) => kind(&error),
        },
        other => panic!("no such part: {other}"),
    };
    // Its own line: the test's name stands before the first.
    println!("\nsaid {words}");
}

async fn write() -> Result<(), KeychainError> {
    let keychain = Keychain::os(SERVICE, workspace(1)).await?;
    keychain.set(&name("crm"), Secret::new("1")).await
}

/// Reads before and after the session's script has put another service in the place of the one it started with.
async fn outlive_the_service() -> Result<String, KeychainError> {
    let home = env::var("HOME").unwrap();
    let keychain = Keychain::os(SERVICE, workspace(1)).await?;
    keychain.set(&name("crm"), Secret::new("kept")).await?;
    std::fs::write(format!("{home}/ready"), "").unwrap();
    for _ in 0..200 {
        if Path::new(&format!("{home}/restarted")).exists() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    Ok(keychain.get(&name("crm")).await?.map(|secret| secret.expose().to_owned()).unwrap_or_default())
}

async fn everything_that_a_keychain_does() {
    let keychain = Keychain::os(SERVICE, workspace(1)).await.unwrap();
    let value = async |keychain: &Keychain, of: &str| {
        keychain.get(&name(of)).await.unwrap().map(|secret| secret.expose().to_owned())
    };
    assert_eq!(value(&keychain, "crm").await, None);
    assert_eq!(keychain.names().await.unwrap(), []);

    let long = "ä\"\n".repeat(800);
    keychain.set(&name("crm"), Secret::new("first")).await.unwrap();
    let others = [("crm", "second"), ("model", &long)].map(|(key, text)| (name(key), Secret::new(text)));
    keychain.set_all(others.to_vec()).await.unwrap();
    let again = Keychain::os(SERVICE, workspace(1)).await.unwrap();
    assert_eq!(value(&again, "crm").await.as_deref(), Some("second"));
    assert_eq!(value(&again, "model").await, Some(long));
    assert_eq!(again.names().await.unwrap(), ["crm", "model"].map(name));

    let other = Keychain::os(SERVICE, workspace(2)).await.unwrap();
    assert_eq!(value(&other, "crm").await, None, "each workspace has its own");

    let reads = |script: &str| {
        let mut shell = Command::new("sh");
        shell.args(["-c", script]).env(PART, "read the probe");
        shell
    };
    again.persists(reads(&format!("{PLAY} | sed -n 's/^said //p'"))).await.unwrap();
    assert_eq!(Keychain::read_probe(SERVICE, workspace(1)).await.unwrap(), None, "nothing is left of it");
    for (script, why) in [
        ("true", "it found nothing"),
        ("echo 0", "it found another value"),
        ("echo 'no keychain' >&2; exit 1", "no keychain"),
    ] {
        let error = again.persists(reads(script)).await.unwrap_err();
        assert!(matches!(&error, KeychainError::DoesNotLast { why: said } if said == why), "{error:?}");
    }

    for key in ["crm", "crm", "model"] {
        again.remove(&name(key)).await.unwrap();
    }
    assert_eq!(keychain.names().await.unwrap(), []);
    assert_eq!(value(&keychain, "crm").await, None);
}

#[test]
fn without_a_bus_there_is_no_service_and_the_words_say_what_to_do() {
    let nowhere = "unix:path=/nonexistent/tieout-bus";
    said(&player("write").env("DBUS_SESSION_BUS_ADDRESS", nowhere).output().unwrap(), "NoService Bus");
    for missing in [Missing::Bus, Missing::Service, Missing::Platform] {
        let error = KeychainError::NoService { missing, source: "x".into() };
        assert!(error.to_string().contains("a file that a passphrase protects"), "{error}");
    }
}

#[test]
fn a_bus_without_a_service_says_which_to_install() {
    if !is_wanted() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("bare.conf");
    // A bus that can start nothing, whatever is installed.
    std::fs::write(
        &config,
        "<busconfig><type>session</type><listen>unix:tmpdir=/tmp</listen><policy context=\"default\">\
         <allow send_destination=\"*\" eavesdrop=\"true\"/><allow eavesdrop=\"true\"/><allow own=\"*\"/></policy>\
         </busconfig>",
    )
    .unwrap();
    let config = format!("--config-file={}", Path::new(&config).display());
    said(&in_session(&[&config], PLAY, "write"), "NoService Service");
    assert!(Missing::Service.to_string().contains("apt install gnome-keyring"));
}

#[test]
fn a_locked_keychain_is_locked() {
    if !is_wanted() {
        return;
    }
    let locked = format!("gnome-keyring-daemon --start --components=secrets >/dev/null; {PLAY}");
    said(&in_session(&[], &locked, "write"), "Locked");
}

#[test]
fn an_open_keychain_keeps_gives_lists_forgets_and_lasts() {
    if !is_wanted() {
        return;
    }
    let open = format!("printf pw | gnome-keyring-daemon --unlock --components=secrets >/dev/null; {PLAY}");
    said(&in_session(&[], &open, "use"), "used");
}

#[test]
fn a_service_that_starts_again_is_found_again() {
    if !is_wanted() {
        return;
    }
    let script = format!(
        "printf pw | gnome-keyring-daemon --foreground --unlock --components=secrets >/dev/null & first=$!; sleep 0.5
         {PLAY} & player=$!
         while [ ! -e \"$HOME/ready\" ] && kill -0 $player; do sleep 0.05; done
         kill $first; wait $first
         printf pw | gnome-keyring-daemon --unlock --components=secrets >/dev/null
         touch \"$HOME/restarted\"; wait $player"
    );
    said(&in_session(&[], &script, "outlive the service"), "kept");
}
