//! `tieout sources`

use std::path::PathBuf;

use clap::{Args, Subcommand};
use domain::paging::Paging;
use domain::secret::SecretName;
use domain::tool::SourceName;

use super::mcp::AddMcp;

#[derive(Debug, Subcommand)]
pub(crate) enum Sources {
    /// Connect a source from its file, or change the one of that name
    Add {
        /// The file (docs/cli.md)
        file: PathBuf,
    },
    /// Connect a source from its OpenAPI document (2.0, 3.0 or 3.1; JSON or YAML), or update the one of that name
    ImportOpenapi(ImportOpenapi),
    /// Connect a source from a collection of Postman (format 2.0 or 2.1), or update the one of that name
    ImportPostman(ImportRequests),
    /// Connect a source from an export of Insomnia (version 4 or 5), or update the one of that name
    ImportInsomnia(ImportRequests),
    /// Connect a source from commands of `curl`, or update the one of that name
    ImportCurl(ImportRequests),
    /// Connect an MCP server, or change the one of that name: shows what it offers, and saves it as a source
    AddMcp(AddMcp),
    /// Ask an MCP server anew what it offers; what differs from what you accepted is held
    Refresh {
        /// Its name
        name: SourceName,
    },
    /// Show what is held of an MCP server's tools, and how it differs from what you accepted
    Held {
        /// Its name
        name: SourceName,
    },
    /// Accept what an MCP server says of its tools now
    Accept {
        /// Its name
        name: SourceName,
        /// Only this tool
        tool: Option<String>,
    },
    /// Show what an MCP server's program wrote to its standard error
    Log {
        /// Its name
        name: SourceName,
    },
    /// List the sources with their health
    List,
    /// Show a source and its tools
    Show {
        /// Its name
        name: SourceName,
    },
    /// Call the first read that needs no arguments
    Test {
        /// Its name
        name: SourceName,
    },
    /// Let its calls wait from now on
    Pause {
        /// Its name
        name: SourceName,
    },
    /// Let its calls go again
    Resume {
        /// Its name
        name: SourceName,
    },
    /// Sign in to a source whose auth is `oauth2_code`: opens the browser, and keeps what it brings back
    SignIn {
        /// Its name
        name: SourceName,
        /// What it is to be good for besides what the source says
        #[arg(long = "scope", value_name = "SCOPE")]
        scopes: Vec<String>,
        /// Print the address, and open no browser
        #[arg(long)]
        no_browser: bool,
    },
    /// Take a person's sign-in to a source out of the keychain
    SignOut {
        /// Its name
        name: SourceName,
    },
    /// Remove a source; its calls stay on record
    Remove {
        /// Its name
        name: SourceName,
    },
    /// Print a source's file
    Export {
        /// Its name
        name: SourceName,
    },
}

#[derive(Debug, Args)]
pub(crate) struct ImportOpenapi {
    /// The document; `-` is standard input. An address is fetched, on record
    #[arg(value_name = "FILE|URL")]
    pub(crate) file: PathBuf,
    /// Where the document was got from, if it names its server or other documents relative to that
    #[arg(long, value_name = "URL")]
    pub(crate) address: Option<String>,
    /// Another document that it refers to, as NAME=FILE with the name that it uses
    #[arg(long = "with", value_name = "NAME=FILE")]
    pub(crate) with: Vec<String>,
    /// Fetch the documents that it refers to, from the origins that it names, or from these alone (`https://HOST`)
    #[arg(long, value_name = "ORIGIN", num_args = 0.., require_equals = true, value_delimiter = ',')]
    pub(crate) fetch_refs: Option<Vec<String>>,
    #[command(flatten)]
    pub(crate) choice: ImportChosen,
}

#[derive(Debug, Args)]
pub(crate) struct ImportRequests {
    /// The file; `-` is standard input, so that a key need not stand in the shell's history
    #[arg(value_name = "FILE", default_value = "-")]
    pub(crate) file: PathBuf,
    #[command(flatten)]
    pub(crate) choice: ImportChosen,
}

/// What is chosen of whatever is imported.
#[derive(Debug, Args)]
pub(crate) struct ImportChosen {
    /// The source's name; else the title makes one
    #[arg(long)]
    pub(crate) name: Option<SourceName>,
    /// Where the API is served, if not where the document says
    #[arg(long, value_name = "URL")]
    pub(crate) server: Option<String>,
    /// Only these operations: `*` stands for anything in a path, a tool's name, `GET /path` or `tag:name`
    #[arg(long, value_name = "GLOB")]
    pub(crate) only: Option<String>,
    /// The secret's name in the keychain; else the source's own name
    #[arg(long, value_name = "NAME")]
    pub(crate) secret: Option<SecretName>,
    /// The user, where one is known by name and password
    #[arg(long, value_name = "NAME")]
    pub(crate) user: Option<String>,
    /// The id of your client, where tokens are got by OAuth 2; else the secret is a token that you have
    #[arg(long, value_name = "ID")]
    pub(crate) client_id: Option<String>,
    /// How many pages of a result are asked for and joined, where a result goes on; else as before, and one in a new source
    #[arg(long, value_name = "PAGES", value_parser = clap::value_parser!(u32).range(1..=i64::from(Paging::MOST)))]
    pub(crate) follow: Option<u32>,
    /// Print what each operation becomes, and save nothing; needs no workspace
    #[arg(long)]
    pub(crate) dry_run: bool,
}
