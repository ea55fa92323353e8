//! The network that this machine is in: the proxy on the way out, and authorities that a person trusts beside the system's.

use domain::json::Json;
use domain::network::{NETWORK_SETTINGS, NetworkSettings, ProxySetting};
use domain::secret::Secret;
use egress::{Network, Root, Way};
use url::Url;

use crate::engine::Engine;
use crate::error::EngineError;
use crate::keys::named;

/// The largest file of certificates: a system's own has half a megabyte.
const LARGEST: u64 = 4 << 20;

impl Engine {
    /// How this workspace reaches others.
    ///
    /// # Errors
    /// If the trail can't be read.
    pub async fn network(&self) -> Result<NetworkSettings, EngineError> {
        let Some(Json(value)) = self.inner.reader.setting(NETWORK_SETTINGS).await? else {
            return Ok(NetworkSettings::default());
        };
        serde_json::from_value(value).map_err(|error| {
            EngineError::BadInput(format!("the setting `{NETWORK_SETTINGS}` can't be read: {error}"))
        })
    }

    /// Changes how this workspace reaches others, from the next request on. Everything is checked first: the address, the
    /// password's being in the keychain, and each file of certificates.
    ///
    /// # Errors
    /// If something is wrong with it, in words that name it, or the trail can't be written; then nothing changes.
    pub async fn save_network(&self, settings: NetworkSettings) -> Result<(), EngineError> {
        let (network, problems) = self.described(&settings).await?;
        if let Some(problem) = problems.into_iter().next() {
            return Err(EngineError::BadInput(problem));
        }
        let value =
            serde_json::to_value(&settings).map_err(|error| EngineError::Internal(error.to_string()))?;
        self.set_setting(NETWORK_SETTINGS, Json(value)).await?;
        self.go_through(&network)
    }

    /// Sets the door as the record says. What can't be had any more, a file or a password that is gone, is left out and
    /// logged: whom it was for will say so when they are asked. No request goes past a proxy for it.
    pub(crate) async fn set_network(&self) -> Result<(), EngineError> {
        let (network, problems) = self.described(&self.network().await?).await?;
        for problem in problems {
            tracing::warn!("of the network's settings: {problem}");
        }
        self.go_through(&network)
    }

    fn go_through(&self, network: &Network) -> Result<(), EngineError> {
        self.inner.door.set_network(network).map_err(|error| EngineError::BadInput(error.to_string()))
    }

    /// The settings as the door takes them, and what is wrong with them.
    async fn described(&self, settings: &NetworkSettings) -> Result<(Network, Vec<String>), EngineError> {
        let mut problems = Vec::new();
        let proxy = match &settings.proxy {
            ProxySetting::System => Way::System,
            ProxySetting::Direct => Way::Direct,
            ProxySetting::Through { address, user, secret, except } => {
                let password = named(&self.inner.keychain, secret.as_ref()).await?;
                if let (Some(name), None) = (secret, &password) {
                    problems.push(format!(
                        "the proxy's password `{name}` is not in the keychain; Settings or `tieout secrets set {name}` \
                         puts it there"
                    ));
                }
                let password = password.unwrap_or_else(|| Secret::new(String::new()));
                let credentials = (!user.is_empty()).then(|| (user.clone(), password));
                let address = proxy_address(address).map_err(EngineError::BadInput)?;
                Way::Through { address, credentials, except: except.clone() }
            }
        };
        let mut roots = Vec::new();
        for path in &settings.roots {
            match roots_of(path).await {
                Ok(found) => roots.extend(found),
                Err(why) => problems.push(format!("the certificates in {path} can't be used: {why}")),
            }
        }
        Ok((Network { proxy, roots }, problems))
    }
}

fn proxy_address(address: &str) -> Result<Url, String> {
    let wrong = |why: &str| format!("the proxy's address can't be `{address}`: {why}");
    let url =
        Url::parse(address.trim()).map_err(|_| wrong("write one such as http://proxy.corp.example:8080"))?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(
            "the proxy's address holds credentials: name the user beside it, and put the password into the \
                    keychain"
                .to_owned(),
        );
    }
    if !matches!(url.scheme(), "http" | "https" | "socks5" | "socks5h") {
        return Err(wrong("begin it with http://, https:// or socks5://"));
    }
    if !url.has_host() || !matches!(url.path(), "" | "/") || url.query().is_some() {
        return Err(wrong("write a host and perhaps a port, and nothing behind them"));
    }
    Ok(url)
}

async fn roots_of(path: &str) -> Result<Vec<Root>, String> {
    let about = tokio::fs::metadata(path).await.map_err(|error| error.to_string())?;
    if !about.is_file() || about.len() > LARGEST {
        return Err(format!("it is no file of at most {} MiB", LARGEST >> 20));
    }
    let pem = tokio::fs::read(path).await.map_err(|error| error.to_string())?;
    Root::of_pem(&pem)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proxy_s_address_is_a_host_and_nothing_else() {
        for right in ["http://proxy.corp:8080", "https://proxy.corp/", "socks5://127.0.0.1:1080"] {
            assert!(proxy_address(right).is_ok(), "{right}");
        }
        for wrong in ["proxy.corp", "ftp://proxy.corp", "http://proxy.corp/x", "http://ana:pw@proxy.corp", ""]
        {
            let words = proxy_address(wrong).unwrap_err();
            assert!(words.starts_with("the proxy's address") && !words.contains("pw"), "{words}");
        }
    }

    #[tokio::test]
    async fn a_file_of_certificates_that_is_none_says_why() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("ca.pem");
        let path = file.to_str().unwrap();
        assert!(roots_of(path).await.is_err(), "it is not there");
        std::fs::write(&file, "hello").unwrap();
        assert!(roots_of(path).await.unwrap_err().contains("no certificate"));
        assert!(roots_of(folder.path().to_str().unwrap()).await.unwrap_err().contains("no file"));
    }
}
