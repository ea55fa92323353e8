//! Against services that are not ours and know nothing of us. What a call did is looked up at the service itself; what a
//! call sends is checked by a server that reads the same document.

mod httpbin;
mod kinto;
mod pocketbase;
mod prism;
mod service;
