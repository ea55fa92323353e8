//! `tieout sources add-mcp`

use clap::{ArgGroup, Args};
use domain::secret::SecretName;
use domain::tool::SourceName;

#[derive(Debug, Args)]
#[command(group = ArgGroup::new("where").required(true).args(["command", "url"]))]
pub(crate) struct AddMcp {
    /// The source's name
    pub(crate) name: SourceName,
    /// The server's program with its arguments; quotes keep words together
    #[arg(long, value_name = "COMMAND")]
    pub(crate) command: Option<String>,
    /// The server's address, for streamable HTTP
    #[arg(long)]
    pub(crate) url: Option<String>,
    /// A variable that the program finds, as NAME=VALUE
    #[arg(long = "env", value_name = "NAME=VALUE", requires = "command")]
    pub(crate) env: Vec<String>,
    /// The same from the keychain, as NAME=SECRET with the secret's name
    #[arg(long = "secret-env", value_name = "NAME=SECRET", requires = "command")]
    pub(crate) secret_env: Vec<String>,
    /// Where the program runs
    #[arg(long, value_name = "DIR", requires = "command")]
    pub(crate) cwd: Option<String>,
    /// The name of the bearer token that the address wants
    #[arg(long, value_name = "NAME", requires = "url")]
    pub(crate) secret: Option<SecretName>,
    /// A host besides the server's own that may be asked when you sign in, as in https://login.example.com
    #[arg(long, value_name = "HOST", requires = "url")]
    pub(crate) accept: Vec<String>,
    /// The client's id, if the authorization server knows this program already
    #[arg(long, value_name = "ID", requires = "url")]
    pub(crate) client_id: Option<String>,
    /// The name of that client's secret
    #[arg(long, value_name = "NAME", requires = "client_id")]
    pub(crate) client_secret: Option<SecretName>,
    /// Print the address to sign in at, and open no browser
    #[arg(long, requires = "url")]
    pub(crate) no_browser: bool,
    /// Let the server's own labels lower the source's
    #[arg(long)]
    pub(crate) trusted: bool,
    /// Show what it offers, and save nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
}
