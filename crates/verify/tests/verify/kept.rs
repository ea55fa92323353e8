//! What is seen with something from outside: a key, or a checkpoint that was kept elsewhere.

use domain::id::Seq;
use domain::view::FindingKind;
use verify::Checker;

use crate::trail::{Trail, short_trail, tell_everything};
use crate::writer::{opening, signer, write_signed_by};

fn checked_against(trail: &Trail, known: &str) -> Vec<FindingKind> {
    let mut checker = Checker::new(Some(&signer(1).verifier().to_vkey()));
    checker.known(known);
    trail.report_of(checker).findings.into_iter().map(|finding| finding.kind).collect()
}

#[test]
fn a_kept_checkpoint_of_the_same_history_agrees() {
    let trail = short_trail();
    for (_, note) in trail.notes() {
        assert_eq!(checked_against(&trail, &note), []);
        let mut checker = Checker::new(None);
        checker.known(&note);
        assert_eq!(trail.report_of(checker).findings, []);
    }
}

/// An old copy put back in place of everything is sound by itself.
#[test]
fn an_old_copy_is_seen_against_a_kept_checkpoint() {
    let trail = short_trail();
    let notes = trail.notes();
    let last = &notes.last().unwrap().1;
    for (size, _) in &notes[..notes.len() - 1] {
        let end = trail.places(
            |piece| matches!(piece, crate::trail::Stored::Checkpoint { size: other, .. } if other == size),
        );
        let old = Trail { pieces: trail.pieces[..=end[0]].to_vec() };
        assert_eq!(old.findings(), [], "{size}");
        assert_eq!(checked_against(&old, last), [FindingKind::Truncated], "{size}");
    }
}

/// A history that was written anew with the stolen key is sound by itself.
#[test]
fn a_history_signed_anew_is_seen_against_a_kept_checkpoint() {
    let mut said = tell_everything().said;
    said[1].mono += 1;
    said[2].mono += 1;
    let anew = write_signed_by(&signer(1), &said);
    let notes = short_trail().notes();
    assert_eq!(anew.findings(), []);
    assert_eq!(checked_against(&anew, &notes[0].1), [], "the first entry is the same");
    for (size, note) in &notes[1..] {
        let mut checker = Checker::new(None);
        checker.known(note);
        let findings = anew.report_of(checker).findings;
        assert_eq!(findings.len(), 1);
        assert_eq!((findings[0].kind, findings[0].seq), (FindingKind::Forked, Some(Seq(size - 1))));
    }
}

#[test]
fn a_trail_under_another_key_is_not_the_trail() {
    let said = tell_everything().said;
    let forged = write_signed_by(&signer(2), &said);
    assert!(forged.kinds().contains(&FindingKind::Unsigned), "its first entry names the first key");

    let mut own = said;
    let vkey = signer(2).verifier().to_vkey();
    if let domain::fact::Fact::TrailOpened { vkey: named, .. } = &mut own[0].fact {
        named.clone_from(&vkey);
    }
    let own = write_signed_by(&signer(2), &own);
    assert_eq!(own.findings(), [], "it agrees with itself");
    let against = |vkey: &str| own.report_of(Checker::new(Some(vkey))).findings;
    assert_eq!(against(&vkey), []);
    let findings = against(&signer(1).verifier().to_vkey());
    assert_eq!(findings.len(), 1);
    assert_eq!((findings[0].kind, findings[0].seq), (FindingKind::Unsigned, Some(Seq(0))));
    assert!(against("no key").iter().any(|finding| finding.kind == FindingKind::Unsigned));
}

#[test]
fn a_kept_checkpoint_of_another_trail_is_none_of_this_one() {
    let other = write_signed_by(&signer(2), &tell_everything().said[..1]);
    assert!(matches!(opening(), domain::fact::Fact::TrailOpened { .. }));
    assert_eq!(checked_against(&short_trail(), &other.notes()[0].1), [FindingKind::Unsigned]);
}
