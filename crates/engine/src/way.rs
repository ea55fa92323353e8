//! By what way a call goes to its source.

use domain::outcome::{Ending, FailureClass, Outcome};
use domain::secret::Secret;
use domain::source::SourceSpec;
use sources::Prepared;

/// The call by its source's own way: with the certificate by which the source knows us.
#[expect(clippy::result_large_err, reason = "an ending is no larger than the call that is there without it")]
pub(crate) fn by_its_way(
    prepared: Result<Prepared, Ending>,
    source: &SourceSpec,
    key: Option<&Secret>,
) -> Result<Prepared, Ending> {
    let prepared = prepared?;
    match sources::passage_with(source, key) {
        Ok(passage) => Ok(prepared.by(passage)),
        Err(why) => {
            let words = format!("{}: {why}; nothing was sent", source.name);
            Err(Ending::without_body(Outcome::Failed, Some(FailureClass::MissingSecret), words))
        }
    }
}
