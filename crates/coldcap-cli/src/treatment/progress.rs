//! The line that moves while a visit runs.

use super::observer::Observer;
use coldcap_host::plan::PlanFile;
use coldcap_host::procedure::Nurse;
use coldcap_units::{Duration, Instant};
use indicatif::{ProgressBar, ProgressStyle};

const EVERY: Duration = Duration::from_secs(10);
const STYLE: &str = "{bar:16.cyan/blue} {prefix} {wide_msg}";
/// What a visit takes besides its planned minutes: fit visit, pull-down, fitting, warming, removal.
const AROUND: Duration = Duration::from_mins(75);

/// The progress bar; it is silent where nobody watches.
#[derive(Debug)]
pub(crate) struct Progress {
    bar: ProgressBar,
    next: Instant,
}

impl Progress {
    pub(crate) fn new(plan: &PlanFile) -> Self {
        let infusion = plan.drugs.iter().map(|drug| drug.end).max().unwrap_or_default();
        let breaks = plan.breaks.iter().fold(Duration::ZERO, |all, pause| all.plus(pause.length));
        let planned = plan.treatment.pre.plus(infusion).plus(plan.treatment.post).plus(breaks);
        let bar = ProgressBar::new(u64::from(planned.plus(AROUND).as_secs()));
        if let Ok(style) = ProgressStyle::with_template(STYLE) {
            bar.set_style(style);
        }
        Self { bar, next: Instant::ZERO }
    }

    pub(crate) fn show(&mut self, now: Instant, nurse: &Nurse, observer: &Observer) {
        if now < self.next {
            return;
        }
        self.next = now.plus(EVERY);
        let seconds = now.as_millis() / 1_000;
        self.bar.set_position(seconds);
        let (hours, minutes) = (seconds / 3_600, seconds / 60 % 60);
        self.bar.set_prefix(format!("SIMULATED {hours}:{minutes:02}"));
        self.bar.set_message(format!(
            "{} · {}",
            observer.line(),
            nurse.progress().step.description()
        ));
    }

    pub(crate) fn finish(&self) {
        self.bar.finish_and_clear();
    }
}
