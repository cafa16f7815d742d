//! Client, capture, replay and report

pub mod capture;
pub mod client;
pub mod plan;
pub mod procedure;
pub mod record;
pub mod report;
