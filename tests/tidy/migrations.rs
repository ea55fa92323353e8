//! A migration that has landed is frozen: somebody's file was made by it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::complaints::Complaints;
use crate::house;

const FOLDER: &str = "migrations";
const SUMS: &str = "migrations/SUMS";

#[test]
fn migrations_are_frozen() {
    let files = house::files(Path::new(FOLDER), &["sql"]);
    assert!(!files.is_empty(), "{FOLDER}: holds no migration, but the store needs V0001__….sql");
    let files = files.into_iter().map(|path| (path.clone(), house::read(&path))).collect::<Vec<_>>();
    complaints(&files, &house::read(Path::new(SUMS))).settle("A landed migration is never edited.");
}

fn complaints(files: &[(PathBuf, String)], sums: &str) -> Complaints {
    let mut complaints = Complaints::default();
    let mut frozen: BTreeMap<&str, (usize, &str)> = sums
        .lines()
        .enumerate()
        .filter_map(|(number, line)| {
            let (sum, name) = line.split_once("  ")?;
            Some((name.trim(), (number + 1, sum)))
        })
        .collect();
    for (number, (path, text)) in files.iter().enumerate() {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let version = format!("V{:04}__", number + 1);
        if !name.starts_with(&version) {
            complaints.add(format!(
                "{}:1: the name should begin with {version}: versions have no gap",
                path.display()
            ));
        }
        match frozen.remove(&*name) {
            None => complaints.add(format!(
                "{}:1: is not frozen yet. When it is final: (cd {FOLDER} && sha256sum {name} >> SUMS)",
                path.display()
            )),
            Some((line, sum)) if sum != hex(text) => complaints.add(format!(
                "{}:1: differs from what {SUMS}:{line} froze. Files out there were made by the frozen text: undo the \
                 edit and put the change in a new migration",
                path.display()
            )),
            Some(_) => {}
        }
    }
    for (name, (line, _)) in frozen {
        complaints.add(format!(
            "{SUMS}:{line}: `{name}` is gone, but files out there were made by it: bring it back"
        ));
    }
    complaints
}

fn hex(text: &str) -> String {
    Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn an_edited_a_new_and_a_missing_migration_are_told_apart() {
    let check = |files: &[(&str, &str)], sums: &str| -> Vec<String> {
        let files: Vec<_> =
            files.iter().map(|(name, text)| (Path::new(FOLDER).join(name), (*text).to_owned())).collect();
        complaints(&files, sums).into_vec()
    };
    let sums = format!("{}  V0001__trail.sql\n", hex("CREATE"));
    assert_eq!(check(&[("V0001__trail.sql", "CREATE")], &sums), Vec::<String>::new());
    assert!(
        check(&[("V0001__trail.sql", "CREATED")], &sums)[0]
            .contains("differs from what migrations/SUMS:1 froze")
    );
    assert!(check(&[("V0001__trail.sql", "CREATE")], "")[0].contains("sha256sum V0001__trail.sql >> SUMS"));
    assert!(check(&[], &sums)[0].contains("`V0001__trail.sql` is gone"));
    assert!(check(&[("V0002__trail.sql", "CREATE")], &sums)[0].contains("should begin with V0001__"));
}
