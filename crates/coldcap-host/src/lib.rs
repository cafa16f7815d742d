//! The host's side of a machine: a client, a connection that keeps itself up, a view of it, plans, recordings and reports.
//!
//! [`client`] is the protocol alone, without a clock, a thread or a transport. The feature `connection` puts it on tokio, over
//! TCP or a stream of your own; `serial` and `websocket` add those, and `blocking` is the same for programs without an executor.

pub mod address;
#[cfg(feature = "blocking")]
pub mod blocking;
pub mod capture;
pub mod client;
pub mod condition;
#[cfg(feature = "connection")]
pub mod connection;
pub mod course;
pub mod mcap;
pub mod plan;
pub mod playback;
pub mod priority;
pub mod procedure;
pub mod record;
pub mod report;
pub mod settings;
pub mod view;
