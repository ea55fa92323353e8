//! Folders: what lies in them afterwards, and what is never written over.

use std::fs;
use std::path::{Path, PathBuf};

use anchors::{Folder, Refused, check_folder};

use crate::trail::Trail;

const SHELF: &str = "tieout.example_ws_1_1";

struct Place {
    // Removed with everything in it when this is dropped.
    _root: tempfile::TempDir,
    share: PathBuf,
    workspace: PathBuf,
}

fn place() -> Place {
    let root = tempfile::tempdir().unwrap();
    let (share, workspace) = (root.path().join("share"), root.path().join("workspace"));
    fs::create_dir(&share).unwrap();
    fs::create_dir(&workspace).unwrap();
    Place { share, workspace, _root: root }
}

fn folder(path: &Path) -> Folder {
    Folder::new(path.to_str().unwrap()).unwrap()
}

fn names(folder: &Path) -> Vec<String> {
    let names = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<_> = names.collect();
    names.sort();
    names
}

#[test]
fn each_checkpoint_is_a_file_and_the_latest_another() {
    let (place, trail) = (place(), Trail::new("a", 9));
    for size in [3, 5, 5, 9] {
        let note = trail.note(size);
        let held = folder(&place.share).write(&place.workspace, &note).unwrap();
        assert_eq!(held.proof, note.as_str().as_bytes());
        check_folder(&held.proof, &note).unwrap();
        for name in [format!("{size}.checkpoint"), "latest.checkpoint".to_owned()] {
            assert_eq!(fs::read_to_string(place.share.join(SHELF).join(name)).unwrap(), note.as_str());
        }
    }
    // Nothing half-written stays behind.
    let expected = ["3.checkpoint", "5.checkpoint", "9.checkpoint", "latest.checkpoint"];
    assert_eq!(names(&place.share.join(SHELF)), expected);
    assert!(check_folder(trail.note(5).as_str().as_bytes(), &trail.note(9)).is_err());
}

#[cfg(unix)]
#[test]
fn others_may_read_what_is_written() {
    use std::os::unix::fs::PermissionsExt as _;

    let (place, trail) = (place(), Trail::new("a", 3));
    folder(&place.share).write(&place.workspace, &trail.note(3)).unwrap();
    for name in names(&place.share.join(SHELF)) {
        let mode = fs::metadata(place.share.join(SHELF).join(name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o400, 0o400);
        assert_eq!(mode & 0o022, 0);
        // As far as the umask of whoever runs this allows.
        let probe = place.workspace.join("probe");
        fs::write(&probe, "").unwrap();
        assert_eq!(mode & 0o044, fs::metadata(&probe).unwrap().permissions().mode() & 0o044);
    }
}

#[test]
fn a_later_checkpoint_of_ours_means_a_rollback() {
    let trail = Trail::new("a", 9);
    for gone in ["latest.checkpoint", "9.checkpoint"] {
        // Either of the two files shows it.
        let place = place();
        folder(&place.share).write(&place.workspace, &trail.note(9)).unwrap();
        fs::remove_file(place.share.join(SHELF).join(gone)).unwrap();
        let before = names(&place.share.join(SHELF));
        let refused = folder(&place.share).write(&place.workspace, &trail.note(5)).unwrap_err();
        let Refused::RolledBack { held: 9, words } = &refused else { panic!("{refused:?}") };
        assert!(words.contains("9 entries of this trail") && words.contains("which has 5"), "{words}");
        assert_eq!(names(&place.share.join(SHELF)), before);
    }
}

#[test]
fn another_checkpoint_of_the_same_size_means_a_fork_and_stays() {
    let (trail, other) = (Trail::new("a", 9), Trail::new("b", 9));
    for gone in [None, Some("latest.checkpoint"), Some("5.checkpoint")] {
        let place = place();
        folder(&place.share).write(&place.workspace, &trail.note(5)).unwrap();
        if let Some(gone) = gone {
            fs::remove_file(place.share.join(SHELF).join(gone)).unwrap();
        }
        let refused = folder(&place.share).write(&place.workspace, &other.note(5)).unwrap_err();
        assert!(matches!(refused, Refused::Forked { .. }), "{refused:?}");
        for name in names(&place.share.join(SHELF)) {
            let kept = fs::read_to_string(place.share.join(SHELF).join(name)).unwrap();
            assert_eq!(kept, trail.note(5).as_str());
        }
    }
}

#[test]
fn what_our_key_did_not_sign_raises_no_alarm_and_is_not_written_over() {
    let (place, trail) = (place(), Trail::new("a", 9));
    let shelf = place.share.join(SHELF);
    fs::create_dir(&shelf).unwrap();
    let forged = trail.note(9).as_str().replacen("\n9\n", "\n99\n", 1);
    fs::write(shelf.join("99.checkpoint"), &forged).unwrap();
    fs::write(shelf.join("18446744073709551616.checkpoint"), "").unwrap();
    fs::write(shelf.join("latest.checkpoint"), vec![0xff; 200_000]).unwrap();
    fs::create_dir(shelf.join("98.checkpoint")).unwrap();
    folder(&place.share).write(&place.workspace, &trail.note(3)).unwrap();
    assert_eq!(fs::read_to_string(shelf.join("99.checkpoint")).unwrap(), forged);
    assert_eq!(fs::read_to_string(shelf.join("latest.checkpoint")).unwrap(), trail.note(3).as_str());

    fs::write(shelf.join("5.checkpoint"), "mine").unwrap();
    let refused = folder(&place.share).write(&place.workspace, &trail.note(5)).unwrap_err();
    assert!(refused.words().contains("5.checkpoint is there already"), "{refused:?}");
    assert_eq!(fs::read_to_string(shelf.join("5.checkpoint")).unwrap(), "mine");
}

#[test]
fn many_at_once_leave_one_whole_file_each() {
    let (place, trail) = (place(), Trail::new("a", 9));
    let note = trail.note(9);
    std::thread::scope(|scope| {
        let write = || folder(&place.share).write(&place.workspace, &note).unwrap();
        let all: Vec<_> = (0..8).map(|_| scope.spawn(write)).collect();
        all.into_iter().for_each(|one| drop(one.join().unwrap()));
    });
    assert_eq!(names(&place.share.join(SHELF)), ["9.checkpoint", "latest.checkpoint"]);
    assert_eq!(fs::read_to_string(place.share.join(SHELF).join("9.checkpoint")).unwrap(), note.as_str());
}

#[test]
fn a_folder_that_does_not_serve_is_refused_in_words() {
    let (place, trail) = (place(), Trail::new("a", 3));
    let file = place.share.join("file");
    fs::write(&file, "").unwrap();
    let inside = place.workspace.join("anchors");
    fs::create_dir(&inside).unwrap();
    let missing = place.share.join("missing");
    for (path, expected) in [
        (missing.as_path(), "is the share mounted"),
        (file.as_path(), "is no folder"),
        (place.workspace.as_path(), "lies in the workspace"),
        (inside.as_path(), "lies in the workspace"),
    ] {
        let refused = folder(path).write(&place.workspace, &trail.note(3)).unwrap_err();
        assert!(matches!(&refused, Refused::Failed { words } if words.contains(expected)), "{refused:?}");
    }
    assert!(!missing.exists());
    assert_eq!(names(&place.workspace), ["anchors"]);
}

/// A folder where even the administrator, as whom tests may run, can make nothing.
#[cfg(target_os = "linux")]
#[test]
fn a_folder_that_can_t_be_written_to_is_refused_in_words() {
    let (place, trail) = (place(), Trail::new("a", 3));
    let refused = folder(Path::new("/proc")).write(&place.workspace, &trail.note(3)).unwrap_err();
    assert!(
        matches!(&refused, Refused::Failed { words } if words.contains("could not be made")),
        "{refused:?}"
    );
}

#[cfg(unix)]
#[test]
fn a_way_around_through_a_link_is_seen() {
    let (place, trail) = (place(), Trail::new("a", 3));
    let link = place.share.join("link");
    std::os::unix::fs::symlink(&place.workspace, &link).unwrap();
    let refused = folder(&link).write(&place.workspace, &trail.note(3)).unwrap_err();
    assert!(refused.words().contains("lies in the workspace"), "{refused:?}");
}
