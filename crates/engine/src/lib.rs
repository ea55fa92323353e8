//! Runs turns: records first, performs effects, bounds parallelism. This crate keeps the shells (window, command
//! line) out of the work: whatever either can do is a method of [`Engine`], and neither reaches past it to the
//! store, the keychain or the network.
//!
//! The rule of the house: take an event, step the machine, **append the facts among its effects, then** perform the
//! rest. What can't be appended does not happen; from then on the engine takes no work until it is opened anew.

mod adopt;
mod anchoring;
mod backlog;
mod batches;
mod bearing;
mod blocking;
mod bundle;
mod by_hand;
mod care;
mod catalogue;
mod classify;
mod clearance;
mod clock;
mod detection;
mod draft;
mod engine;
mod error;
mod export;
mod exposed;
mod fetching;
mod finished;
mod gate;
mod holder;
mod import;
mod in_force;
mod inner;
mod inquiry;
mod judging;
mod keys;
mod learning;
mod learnt;
mod locked;
mod mcp;
mod model_trial;
mod network;
mod origins;
mod pick;
mod probe;
mod reads;
mod ready;
mod recording;
mod review;
mod rotate;
mod rules;
mod run;
mod search;
mod servers;
mod settings;
mod sign_in;
mod tie;
mod token_request;
mod tokens;
mod trial;
mod turns;
mod visit;
mod waits;
mod watch;
mod way;
mod workspace;

pub use adopt::Adopted;
pub use bundle::{Against, BundleView, OpenBundle, age_identity};
pub use care::EraseInput;
pub use classify::{Classified, classify};
pub use clearance::usual_clearance;
pub use detect::Detectors;
pub use draft::{Drafted, RequestPreview};
pub use engine::{About, Engine};
pub use error::{Code, EngineError};
pub use export::{Collector, Sending, ViewForm, ViewSent};
pub use fetching::{Arrived, Fetched, References, RefersTo};
pub use holder::Holder;
pub use import::{ImportKind, ImportedSource};
pub use inquiry::{FoundModel, FoundServer};
pub use keychain::{AwsProfileError, Keychain, aws_profile};
pub use keys::RecoveryKey;
pub use mcp::{HeldView, McpConnection, McpLook, ServerSignIn, SignInAccepted, SignInWanted, SigningIn};
pub use model_trial::{Checked, ModelCheck, ModelReport};
pub use openapi::{
    Choice as ImportChoice, Imported, Made, Offer, Operation, Options as ImportOptions, Skipped,
};
pub use pick::{ImportChanges, Pick, PickedTool, ToolChange};
pub use policy::{CaseError, Cases, Judged, Policy, Replay, Rule, Strength, Tally, replay};
pub use probe::{answer_probe, keychain_answers, keychain_lasts};
pub use providers::{Endpoint, LimitField, ModelKey, ModelKeyPlace, Preset, Quirks, known_at, preset};
pub use recording::{Recording, decode};
pub use review::Roles;
pub use run::{Question, Run};
pub use search::SavedFilter;
pub use settings::ModelView;
pub use sign_in::SignIn;
pub use sources::{Credential, Mistake};
pub use store::CallQuery;
pub use tie::{Place, ResultText, Shown, Span, tie};
pub use trial::SourceReport;
pub use watch::QuickReport;
pub use workspace::{Keeps, KeychainChoice, default_dir};
