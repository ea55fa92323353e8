//! The folder of a workspace: which one it is and where its keys are kept. `workspace.toml` holds no secret.

use std::io::Write;
use std::path::{Path, PathBuf};

use domain::id::WorkspaceId;
use domain::secret::Secret;
use keychain::Keychain;
use serde::{Deserialize, Serialize};

use crate::clock::id_parts;
use crate::error::EngineError;

const FILE: &str = "workspace.toml";
const KEYS_FILE: &str = "keys.age";
/// The operating system's keychain files our entries under this name.
pub(crate) const SERVICE: &str = "tieout";

/// Where a new workspace keeps its keys.
#[derive(Clone, Debug)]
pub enum KeychainChoice {
    /// The operating system's keychain.
    Os,
    /// A file in the workspace that this passphrase opens (age, scrypt).
    File {
        /// The passphrase.
        passphrase: Secret,
    },
    /// Memory, for a workspace that is thrown away.
    Memory,
}

/// Where a workspace keeps its keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum Keeps {
    /// The operating system's keychain.
    Os,
    /// A passphrase-protected file.
    File,
    /// Memory: gone with the program.
    Memory,
}

/// What `workspace.toml` says.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Folder {
    pub(crate) id: WorkspaceId,
    pub(crate) name: String,
    pub(crate) keeps: Keeps,
    #[serde(skip)]
    pub(crate) dir: PathBuf,
}

impl Folder {
    /// A new one; nothing is written yet.
    pub(crate) fn new(dir: &Path, name: &str, keeps: Keeps) -> Result<Self, EngineError> {
        if dir.join(FILE).exists() {
            let shown = dir.display();
            return Err(EngineError::BadInput(format!(
                "there is a workspace in {shown} already; open that one"
            )));
        }
        let (unix_ms, random) = id_parts()?;
        let id = WorkspaceId::new(unix_ms, random);
        let name = if name.trim().is_empty() { "Workspace" } else { name.trim() };
        Ok(Self { id, name: name.to_owned(), keeps, dir: dir.to_owned() })
    }

    pub(crate) fn load(dir: &Path) -> Result<Self, EngineError> {
        let file = dir.join(FILE);
        let text = std::fs::read_to_string(&file).map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => EngineError::NoWorkspace(dir.display().to_string()),
            _ => EngineError::BadInput(format!("{} can't be read: {error}", file.display())),
        })?;
        let folder: Self = toml::from_str(&text).map_err(|error| {
            EngineError::BadInput(format!(
                "{} is not a workspace's file: {}",
                file.display(),
                error.message()
            ))
        })?;
        Ok(Self { dir: dir.to_owned(), ..folder })
    }

    /// Writes the file durably: a workspace exists from then on.
    pub(crate) fn save(&self) -> Result<(), EngineError> {
        let text = toml::to_string(self).map_err(|error| EngineError::Internal(error.to_string()))?;
        let write = || {
            let mut file = std::fs::File::create_new(self.dir.join(FILE))?;
            file.write_all(text.as_bytes())?;
            file.sync_all()
        };
        write().map_err(|error| {
            EngineError::BadInput(format!("{} can't be written: {error}", self.dir.join(FILE).display()))
        })
    }

    /// Makes the folder, for this person alone.
    pub(crate) fn make_dir(&self) -> Result<(), EngineError> {
        let mut builder = std::fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder
            .create(&self.dir)
            .map_err(|error| EngineError::BadInput(format!("{} can't be made: {error}", self.dir.display())))
    }

    /// Moves the file of keys to a name of its own, beside the workspace's other files: whoever finds its passphrase
    /// again has what was in it.
    pub(crate) fn set_keys_aside(&self) -> Result<(), EngineError> {
        let file = self.dir.join(KEYS_FILE);
        let mut number = 1;
        let aside = loop {
            let name = self.dir.join(format!("{KEYS_FILE}.{number}"));
            if !name.exists() {
                break name;
            }
            number += 1;
        };
        std::fs::rename(&file, &aside).map_err(|error| {
            EngineError::BadInput(format!(
                "{} can't be renamed to {}: {error}",
                file.display(),
                aside.display()
            ))
        })
    }

    /// The keychain that holds this workspace's keys.
    pub(crate) async fn keychain(&self, passphrase: Option<Secret>) -> Result<Keychain, EngineError> {
        match self.keeps {
            Keeps::Os => Ok(Keychain::os(SERVICE, self.id).await?),
            Keeps::Memory => Ok(Keychain::memory()),
            Keeps::File => {
                let passphrase = passphrase.ok_or_else(|| {
                    EngineError::WrongKey(
                        "this workspace's keys are in a passphrase-protected file: the passphrase is needed \
                         (TIEOUT_PASSPHRASE_FILE names a file that holds it)"
                            .to_owned(),
                    )
                })?;
                Ok(Keychain::file(self.dir.join(KEYS_FILE), passphrase).await?)
            }
        }
    }
}

/// The workspace that a person means who names none: `tieout` in the platform's folder for data.
///
/// # Errors
/// If the platform has no such folder for this person.
pub fn default_dir() -> Result<PathBuf, EngineError> {
    dirs::data_dir().map(|data| data.join("tieout")).ok_or_else(|| {
        EngineError::BadInput("this account has no folder for data; name one with --workspace".to_owned())
    })
}
