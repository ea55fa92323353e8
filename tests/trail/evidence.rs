//! A trail's evidence, on its way from the store to the checker: here it can be held up and changed.

use domain::time::Micros;
use domain::view::VerifyReport;
use store::{Piece, Reader, Store};
use verify::Checker;

/// All of a workspace's evidence.
pub(crate) async fn pieces(reader: &Reader) -> Vec<Piece> {
    let reader = reader.clone();
    tokio::task::spawn_blocking(move || reader.evidence().unwrap().map(Result::unwrap).collect())
        .await
        .unwrap()
}

/// What a checker says of these pieces.
pub(crate) fn report<'a>(pieces: impl IntoIterator<Item = &'a Piece>) -> VerifyReport {
    report_of(Checker::new(None), pieces)
}

/// What this checker says of them.
pub(crate) fn report_of<'a>(
    mut checker: Checker,
    pieces: impl IntoIterator<Item = &'a Piece>,
) -> VerifyReport {
    for piece in pieces {
        match piece {
            Piece::Entry { seq, body, leaf } => checker.entry(*seq, body, leaf),
            Piece::Payload { commitment, secret, bytes, .. } => {
                checker.payload(*commitment, Some(secret), bytes);
            }
            Piece::Tile { level, index, hash } => checker.tile(*level, *index, hash),
            Piece::Checkpoint { size, note } => checker.checkpoint(*size, note),
        }
    }
    checker.finish(Micros(0))
}

/// The trail verifies, its tables say what the entries say, and these are its pieces.
pub(crate) async fn sound(store: &Store) -> Vec<Piece> {
    let pieces = pieces(&store.reader()).await;
    assert_eq!(report(&pieces).findings, []);
    assert_eq!(store.reader().check_projections().await.unwrap(), []);
    pieces
}
