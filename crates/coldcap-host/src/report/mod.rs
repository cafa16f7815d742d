//! The report of a visit: one HTML file that opens anywhere and prints on A4, and the trace as CSV.
//!
//! [`html`] turns a [`Treatment`] into a self-contained page: inline style, inline drawings, no script
//! and nothing fetched from anywhere. [`csv::write_trace`] writes what was sampled once a second.
//!
//! [`TemperaturePlot`] is the page's plot alone, for a page of somebody else's.
//!
//! [`tune_svg`] draws a record beside the model that was fitted to it, [`comparison_svg`] two controllers on
//! the same machine, [`fit_svg`] what a fit visit found of a cap.
//!
//! The page says where its data come from. For a simulated or replayed origin that stands in a banner
//! and across every plot, so that no cut-out of the page passes for a treated person. A value that is
//! not known is left out or shown as a dash; it is never drawn as a number.
//!
//! ```
//! use coldcap_host::capture::Origin;
//! use coldcap_host::report::{Treatment, html};
//!
//! let treatment = Treatment { title: "Morning <visit>".into(), ..Treatment::new(Origin::Simulated) };
//! let page = html(&treatment);
//! assert!(page.contains("SIMULATED") && page.contains("Morning &lt;visit&gt;"));
//! ```
#![cfg_attr(
    not(test),
    deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)
)]

pub mod csv;

mod account;
mod axis;
mod billing_section;
mod calendar;
mod comparison_plot;
mod curve_fit_plot;
mod drive_plot;
mod entries;
mod evidence;
mod figures;
mod fit_plot;
mod incidents;
mod margins;
mod page;
mod palette;
mod placement;
mod plot;
mod polyline;
mod provenance;
mod sections;
mod signatures;
mod story;
mod tables;
mod temperature_plot;
mod tiles;
mod totals;
mod treatment;
mod tune_plot;
mod words;

pub use crate::capture::Origin;
pub use crate::priority::Priority;
pub use account::{
    BillingBasis, BillingLine, Comfort, ComfortKind, CountedStretch, PatientSummary, Service,
};
pub use comparison_plot::{
    ComparisonPlot, ComparisonPoint, Mark as ComparisonMark, comparison_svg,
};
pub use curve_fit_plot::{CurveFitPlot, curve_fit_svg};
pub use evidence::{
    Certificates, DeviceIdentity, LinkCounters, RecordCheck, SensorCertificate, SensorFinding,
    WallClock,
};
pub use fit_plot::{FitPlot, FitZone, fit_svg};
pub use page::html;
pub use story::{RecordedVisit, ending_name, reason_name};
pub use temperature_plot::{PLOT_STYLE, TemperaturePlot};
pub use totals::{CoolantHeld, PhaseTotal, SkinMinutes};
pub use treatment::{
    AlarmSpan, BreakSpan, ContactAdvice, ContactZone, FitVisit, Mark, PhaseSpan, PlanSummary,
    Sample, Treatment,
};
pub use tune_plot::{TunePlot, TunePoint, tune_svg};
