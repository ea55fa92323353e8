//! A key that AWS's own tools keep in a file, taken over into the keychain: `tieout models add … --aws-profile NAME`.

use std::path::PathBuf;

use domain::secret::{Secret, SecretName};
use engine::{AwsProfileError, EngineError, aws_profile};

/// The files in which AWS's tools look for a profile, in their order: where a variable says, else under the home folder.
const FILES: [(&str, &str); 2] =
    [("AWS_SHARED_CREDENTIALS_FILE", ".aws/credentials"), ("AWS_CONFIG_FILE", ".aws/config")];

/// The profile, and its key as it stands in the first file that has one.
pub(crate) fn key(profile: &str) -> Result<(String, Secret), EngineError> {
    let mut why = AwsProfileError::Missing(profile.to_owned());
    for file in FILES.into_iter().filter_map(|(variable, usual)| file(variable, usual)) {
        let Ok(text) = std::fs::read_to_string(&file) else { continue };
        match aws_profile(&text, profile) {
            Ok(key) => return Ok((profile.to_owned(), key)),
            // That a profile has no keys says more than that another file has no such profile.
            Err(error @ AwsProfileError::NoKeys(_)) => why = error,
            Err(AwsProfileError::Missing(_)) => {}
        }
    }
    Err(EngineError::BadInput(why.to_string()))
}

/// The name under which it is kept where none is given.
pub(crate) fn name(profile: &str) -> Result<SecretName, EngineError> {
    format!("aws-{profile}").parse().map_err(|_| {
        EngineError::BadInput(format!(
            "the profile `{profile}` makes no name for a secret; give one with --secret"
        ))
    })
}

fn file(variable: &str, usual: &str) -> Option<PathBuf> {
    if let Some(named) = std::env::var_os(variable) {
        return Some(named.into());
    }
    let home = std::env::var_os("HOME").or_else(|| std::env::var_os("USERPROFILE"))?;
    Some(PathBuf::from(home).join(usual))
}
