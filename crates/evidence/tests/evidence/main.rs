//! Bundles as strangers make and read them.

mod full;
mod hostile;
mod partial;
mod printed;
mod scene;
mod sealed;
