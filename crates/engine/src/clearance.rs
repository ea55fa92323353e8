//! What a model may see, unless a person says otherwise.

use domain::label::Level;
use url::{Host, Url};

/// The clearance of a model that is added without one: everything for one on this machine, which nothing leaves, and
/// confidential for one elsewhere. Of what is no address it is confidential too.
pub fn usual_clearance(base_url: &str) -> Level {
    let url = Url::parse(base_url).ok();
    let is_here = match url.as_ref().and_then(Url::host) {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.to_canonical().is_loopback(),
        None => false,
    };
    if is_here { Level::Restricted } else { Level::Confidential }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_model_on_this_machine_may_see_everything() {
        for here in
            ["http://127.0.0.1:11434", "http://localhost:1234/v1", "http://[::1]:80", "http://ai.localhost"]
        {
            assert_eq!(usual_clearance(here), Level::Restricted, "{here}");
        }
        for elsewhere in
            ["https://api.openai.com/v1", "http://10.0.0.7:8000", "http://localhost.example", "", "x"]
        {
            assert_eq!(usual_clearance(elsewhere), Level::Confidential, "{elsewhere}");
        }
    }
}
