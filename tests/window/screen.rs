//! A window as a person has it before them: what is on it, found by role and name; hands on it; pictures of it.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::process::Command;

use crate::driver::{Driver, Element};
use crate::scene::workspace::{Ran, ran, tieout};

/// How long a person would wait for something before they called the window broken.
const PATIENCE: Duration = Duration::from_secs(30);
const LOOK_AGAIN: Duration = Duration::from_millis(50);

/// The key's place in WebDriver's table.
pub(crate) const ENTER: &str = "\u{e007}";

/// The first visible and enabled thing of a role with this name, else with a name that begins so; brought into sight.
const FIND: &str = r"
const [role, name] = arguments;
const places = {
  button: 'button, [role=button], summary',
  link: 'a[href]',
  field: 'input, textarea, select',
  row: '[role=row]',
};
const plain = (text) => (text ?? '').replace(/\s+/g, ' ').trim();
const named = (ids) => ids.split(' ').map((id) => document.getElementById(id)?.textContent).join(' ');
const nameOf = (element) => {
  const by = element.getAttribute('aria-labelledby');
  const label = element.labels?.[0]?.textContent;
  return plain(element.getAttribute('aria-label') ?? (by ? named(by) : null) ?? label ?? element.textContent);
};
const all = [...document.querySelectorAll(places[role] ?? role)].filter((each) => each.checkVisibility() && !each.disabled);
const found =
  name === null
    ? all[0]
    : (all.find((each) => nameOf(each) === name) ?? all.find((each) => nameOf(each).startsWith(name)));
// As a person does before they click; the driver scrolls the page alone, not what scrolls within it.
found?.scrollIntoView({ block: 'center' });
return found ?? null;
";

/// What to find: a role and a name, or a selector.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Thing<'a> {
    role: &'a str,
    name: Option<&'a str>,
}

/// A button of that name.
pub(crate) fn button(name: &str) -> Thing<'_> {
    Thing { role: "button", name: Some(name) }
}

/// A link of that name.
pub(crate) fn link(name: &str) -> Thing<'_> {
    Thing { role: "link", name: Some(name) }
}

/// A field of that label.
pub(crate) fn field(name: &str) -> Thing<'_> {
    Thing { role: "field", name: Some(name) }
}

/// The first that a selector finds: for things that differ in nothing but their place.
pub(crate) fn first(selector: &str) -> Thing<'_> {
    Thing { role: selector, name: None }
}

/// A person's account on this machine: folders of their own. The session's keychain is everybody's.
pub(crate) struct Home {
    folder: TempDir,
}

impl Home {
    pub(crate) fn new() -> Self {
        let home = Self { folder: tempfile::tempdir().unwrap() };
        for (_, folder) in home.environment() {
            std::fs::create_dir_all(folder).unwrap();
        }
        home
    }

    fn environment(&self) -> Vec<(&'static str, OsString)> {
        let folder = |part: &str| self.folder.path().join(part).into_os_string();
        vec![
            ("HOME", folder("home")),
            ("XDG_DATA_HOME", folder("data")),
            ("XDG_CONFIG_HOME", folder("config")),
            ("XDG_CACHE_HOME", folder("cache")),
            ("XDG_STATE_HOME", folder("state")),
        ]
    }

    /// Where what is taken out is put, on an account that has not said otherwise.
    pub(crate) fn downloads(&self) -> PathBuf {
        self.folder.path().join("home/Downloads")
    }

    /// Opens the window.
    pub(crate) async fn window(&self, words: &[&str]) -> Window {
        let window = Window { driver: Driver::start(self.environment(), &program(), words).await };
        window.until("the page has mounted", "return document.querySelector('h1') !== null", &[]).await;
        window
    }

    /// Runs `tieout` on the account's own workspace, to its end.
    pub(crate) async fn tieout(&self, words: &[&str]) -> Ran {
        let mut command = Command::new(tieout());
        command.args(words).envs(self.environment()).env_remove("TIEOUT_WORKSPACE").kill_on_drop(true);
        ran(command).await
    }
}

/// The window that people open, which lies where the command line lies.
fn program() -> PathBuf {
    let program = tieout().with_file_name(format!("tieout-window{}", std::env::consts::EXE_SUFFIX));
    let how = "(cd ui && npm run build) && cargo build -p app";
    assert!(program.is_file(), "{} is missing: {how}", program.display());
    program
}

/// An open window.
pub(crate) struct Window {
    driver: Driver,
}

impl Window {
    /// Runs a script in the page.
    pub(crate) async fn run(&self, script: &str, arguments: &[Value]) -> Value {
        self.driver.run(script, arguments).await.unwrap_or_else(|error| panic!("{error}: {script}"))
    }

    /// Waits until a script returns something true, and gives it.
    pub(crate) async fn until(&self, what: &str, script: &str, arguments: &[Value]) -> Value {
        let begun = Instant::now();
        loop {
            let said = self.driver.run(script, arguments).await;
            match said {
                Ok(Value::Null | Value::Bool(false)) => {}
                Ok(said) => return said,
                Err(ref error) if begun.elapsed() > PATIENCE => self.give_up(what, error).await,
                Err(_) => {}
            }
            if begun.elapsed() > PATIENCE {
                self.give_up(what, "it did not come").await;
            }
            tokio::time::sleep(LOOK_AGAIN).await;
        }
    }

    /// Waits until these words can be read on the screen.
    pub(crate) async fn reads(&self, words: &str) {
        let script = "return document.body.innerText.replace(/\\s+/g, ' ').includes(arguments[0])";
        self.until(&format!("to read “{words}”"), script, &[json!(words)]).await;
    }

    /// Waits until there are so many of what a selector finds.
    pub(crate) async fn counts(&self, selector: &str, number: usize) {
        let script = "return document.querySelectorAll(arguments[0]).length === arguments[1]";
        self.until(&format!("{number} of {selector}"), script, &[json!(selector), json!(number)]).await;
    }

    /// The words on the screen.
    pub(crate) async fn text(&self) -> String {
        self.text_of("body").await
    }

    /// The words of what a selector finds first.
    pub(crate) async fn text_of(&self, selector: &str) -> String {
        let script = "return document.querySelector(arguments[0])?.innerText ?? ''";
        self.run(script, &[json!(selector)]).await.as_str().unwrap().to_owned()
    }

    /// Clicks it, as soon as it is there.
    pub(crate) async fn click(&self, thing: Thing<'_>) {
        self.act(thing, async |element| self.driver.click(&element).await).await;
    }

    /// Types into it, after what stands in it.
    pub(crate) async fn write(&self, thing: Thing<'_>, text: &str) {
        self.act(thing, async |element| self.driver.write(&element, text).await).await;
    }

    /// Puts a long text in the place of what stands in it, as pasting does: one input, not thousands of keys.
    pub(crate) async fn paste(&self, thing: Thing<'_>, text: &str) {
        self.click(thing).await;
        let script =
            "document.activeElement.select(); return document.execCommand('insertText', false, arguments[0])";
        assert_eq!(self.run(script, &[json!(text)]).await, json!(true), "nothing took the text");
    }

    /// Chooses an option by its words.
    pub(crate) async fn choose(&self, thing: Thing<'_>, option: &str) {
        let script = format!(
            "const list = (function () {{{FIND}}})(arguments[0], arguments[1]);
             if (list === null) return false;
             list.value = [...list.options].find((each) => each.text === arguments[2]).value;
             list.dispatchEvent(new Event('change', {{ bubbles: true }}));
             return true;"
        );
        self.until(
            &format!("to choose {option}"),
            &script,
            &[json!(thing.role), json!(thing.name), json!(option)],
        )
        .await;
    }

    /// Presses keys wherever the focus is.
    pub(crate) async fn press(&self, keys: &str) {
        self.driver.press(keys).await.unwrap();
    }

    /// Keeps a picture of it with the tests' artifacts, which no commit takes.
    pub(crate) async fn picture(&self, name: &str) {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(".artifacts");
        self.picture_at(&folder.join(format!("{name}.png"))).await;
    }

    /// Keeps a picture of it there.
    pub(crate) async fn picture_at(&self, path: &Path) {
        let picture = STANDARD.decode(self.driver.picture().await.unwrap()).unwrap();
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, picture).unwrap();
    }

    /// The program's process.
    pub(crate) fn process(&self) -> u32 {
        self.driver.program()
    }

    /// Asks the program to end, as the end of a desktop session does, and waits until it has.
    pub(crate) async fn close(self) {
        self.driver.close().await;
    }

    /// Kills the program.
    pub(crate) async fn kill(self) {
        self.driver.kill().await;
    }

    /// Does something to a thing as soon as that works: it may not be there yet, or be drawn anew meanwhile.
    async fn act(&self, thing: Thing<'_>, act: impl AsyncFn(Element) -> Result<(), String>) {
        let begun = Instant::now();
        let mut why = "it is not there".to_owned();
        while begun.elapsed() < PATIENCE {
            match self.driver.element(FIND, &[json!(thing.role), json!(thing.name)]).await {
                Ok(Some(element)) => match act(element).await {
                    Ok(()) => return,
                    Err(error) => why = error,
                },
                Ok(None) => {}
                Err(error) => why = error,
            }
            tokio::time::sleep(LOOK_AGAIN).await;
        }
        self.give_up(&format!("{thing:?}"), &why).await;
    }

    async fn give_up(&self, what: &str, why: &str) -> ! {
        self.picture("failed").await;
        let text: String = self.text().await.chars().take(4000).collect();
        panic!(
            "{what}: {why}. The window, of which tests/.artifacts/failed.png is a picture, reads:\n{text}"
        );
    }
}
