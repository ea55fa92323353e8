//! One module per command. Each converts its arguments, calls the engine, and prints what came back.

pub(crate) mod anchors;
pub(crate) mod ask;
pub(crate) mod by_hand;
pub(crate) mod calls;
pub(crate) mod care;
pub(crate) mod classify;
pub(crate) mod completions;
pub(crate) mod decode;
pub(crate) mod demo;
pub(crate) mod evidence;
pub(crate) mod import;
pub(crate) mod init;
pub(crate) mod models;
pub(crate) mod network;
pub(crate) mod offers;
pub(crate) mod probe;
pub(crate) mod secrets;
pub(crate) mod settings;
pub(crate) mod sheet;
pub(crate) mod sources;
pub(crate) mod telling;
pub(crate) mod tie;
pub(crate) mod tools;
pub(crate) mod trail;
pub(crate) mod usage;
