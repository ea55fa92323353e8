//! Bundles as they are made: sound, whoever trusts which of their keys, in whatever order their files come.

use domain::id::Seq;
use domain::view::{FindingKind, Part};

use crate::files::{bundles, check, keys};

#[test]
fn a_bundle_is_sound_by_each_key_of_its_trail() {
    let (source, files) = bundles();
    for files in &files {
        for vkey in [None].into_iter().chain(keys().map(|key| Some(key.to_vkey()))) {
            let report = check(files, vkey.as_deref(), None);
            assert_eq!(report.findings, []);
            assert_eq!(report.vkeys, keys().map(|key| key.to_vkey()));
            assert!(report.anchored.is_some() && report.calls > 3 && report.erased > 0);
            assert!(report.parts.iter().all(|part| part.findings == 0));
        }
    }
    assert_eq!(source.vkey(), keys()[1].to_vkey());
}

#[test]
fn the_order_of_files_does_not_matter() {
    let (_, files) = bundles();
    for files in files {
        let report = check(&files, None, None);
        let mut reversed = files.clone();
        reversed.reverse();
        assert_eq!(check(&reversed, None, None), report);
        let mut by_name = files;
        by_name.sort();
        assert_eq!(check(&by_name, None, None), report);
    }
}

/// Who trusts the first key sees nothing of how it handed over to the second unless the bundle shows it.
#[test]
fn an_old_key_vouches_for_a_new_one_only_by_what_it_signed() {
    let (_, [_, conversation, _]) = bundles();
    let without: Vec<_> = conversation.into_iter().filter(|(name, _)| !name.starts_with("epochs/")).collect();
    let [first, second] = keys().map(|key| key.to_vkey());
    assert_eq!(check(&without, Some(&second), None).findings, []);
    assert_eq!(check(&without, None, None).findings, []);
    let findings = check(&without, Some(&first), None).findings;
    assert_eq!((findings[0].part, findings[0].kind), (Part::Checkpoints, FindingKind::Unsigned));
}

#[test]
fn a_kept_checkpoint_is_compared_as_far_as_the_bundle_shows() {
    let (source, files) = bundles();
    for (place, files) in files.iter().enumerate() {
        let size = 4;
        let kinds: Vec<_> = check(files, None, Some(source.note(size)))
            .findings
            .into_iter()
            .map(|f| (f.part, f.kind))
            .collect();
        let expected = if place == 0 { vec![] } else { vec![(Part::Known, FindingKind::Missing)] };
        assert_eq!(kinds, expected);
    }
}

#[test]
fn no_bundle_at_all_is_said_to_be_none() {
    let report = check(&[], None, None);
    assert!(report.findings.iter().any(|finding| finding.kind == FindingKind::Missing));
    assert!(report.findings.iter().any(|finding| finding.seq == Some(Seq(0))));
}
