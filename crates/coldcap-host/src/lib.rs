//! Client, capture, replay and report

pub mod address;
#[cfg(feature = "blocking")]
pub mod blocking;
pub mod capture;
pub mod client;
#[cfg(feature = "connection")]
pub mod connection;
pub mod plan;
pub mod procedure;
pub mod record;
pub mod report;
