//! Whether the measurement does what the drive says.

use super::clock::Clock;
use super::finding::{Finding, Verdict};
use super::moment::{Moment, WatchMode};
use super::settings::{WatchConfig, WatchSettings};
use crate::watch::trend::Trend;

/// What is known of the loop's response since the last acknowledgement.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
enum Response {
    /// Nothing.
    #[default]
    Unknown,
    /// How it drifted in a window without drive.
    Drift(i64),
    /// It has moved the right way under drive.
    Right,
}

/// Which conditions have held for as long as their gates want, and hold now.
#[derive(Clone, Copy, Debug)]
struct Held {
    short: bool,
    pushed: bool,
    idle: bool,
}

/// Long-standing drive on one side, the trend on the other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Actuation {
    /// How long the drive has been working, up to the gate.
    pushed: Clock,
    /// How long the target has been missed under any drive, up to the gate and a window more.
    short: Clock,
    /// How long it has been idle, up to the gate.
    idle: Clock,
    /// How long the trend has been wrong under drive.
    stalled: Clock,
    /// How long it has been wrong without drive.
    adrift: Clock,
    response: Response,
}

impl Actuation {
    pub(super) const fn new() -> Self {
        Self {
            pushed: Clock::new(),
            short: Clock::new(),
            idle: Clock::new(),
            stalled: Clock::new(),
            adrift: Clock::new(),
            response: Response::Unknown,
        }
    }

    /// A new target or mode: the way to it is judged from now on.
    pub(super) const fn restart(&mut self) {
        self.pushed = Clock::new();
        self.short = Clock::new();
        self.stalled = Clock::new();
    }

    /// The trend starts again.
    pub(super) const fn interrupt(&mut self) {
        self.pushed = Clock::new();
        self.short = Clock::new();
        self.idle = Clock::new();
    }

    /// What stands against the actuator is forgotten, what stands in the windows is not.
    pub(super) const fn acknowledge(&mut self) {
        self.acknowledge_driven();
        self.adrift = Clock::new();
        self.response = Response::Unknown;
    }

    /// What it does not do under drive is forgotten; what it does without is not.
    pub(super) const fn acknowledge_driven(&mut self) {
        self.stalled = Clock::new();
    }

    /// One sample, with the trends up to it.
    pub(super) fn step(
        &mut self,
        config: &WatchConfig,
        moment: &Moment,
        measured: &Trend,
        companion: &Trend,
    ) -> Verdict {
        let settings = config.settings();
        let held = self.run(config, moment);
        let Some(change) = measured.change() else { return Verdict::Ok };
        self.learn(settings, moment, held, change);
        let adrift = self.judge_idle(settings, moment, held.idle && drifts(settings, measured));
        let wrong = (held.pushed || held.short) && misses(settings, moment, measured);
        let finding = wrong.then(|| self.name(settings, moment, change, companion.change()));
        adrift.or_worse(self.judge_driven(settings, moment, finding))
    }

    /// Runs the gates; which of them are full and still held.
    fn run(&mut self, config: &WatchConfig, moment: &Moment) -> Held {
        let (settings, gate) = (config.settings(), config.gate());
        let part = gate.plus(settings.window);
        let short = moment.is_driven_short(settings);
        let pushing = moment.is_pushing(settings);
        let idle = moment.is_idle(settings);
        self.short.gate(short, moment.dt, part);
        self.pushed.gate(pushing, moment.dt, gate);
        self.idle.gate(idle, moment.dt, gate);
        Held {
            short: short && self.short.has_reached(part),
            pushed: pushing && self.pushed.has_reached(gate),
            idle: idle && self.idle.has_reached(gate),
        }
    }

    /// The drift without drive, and whether any drive has ever done better than that.
    fn learn(&mut self, settings: &WatchSettings, moment: &Moment, held: Held, change: i64) {
        let drift = match self.response {
            Response::Drift(drift) => drift.min(0),
            _ => 0,
        };
        let driven = !moment.is_idle(settings) && moment.mode != WatchMode::Off;
        if driven && change <= drift.saturating_sub(progress(settings)) {
            self.response = Response::Right;
        } else if held.idle && self.response != Response::Right {
            self.response = Response::Drift(change);
        }
    }

    /// Without drive and on the driven side, the measurement must come back.
    fn judge_idle(&mut self, settings: &WatchSettings, moment: &Moment, drifts: bool) -> Verdict {
        let adrift = drifts && moment.is_driven(settings);
        self.adrift.run(adrift, moment.dt, settings.patience);
        self.adrift.verdict(Finding::StuckOn, settings.patience)
    }

    fn judge_driven(
        &mut self,
        settings: &WatchSettings,
        moment: &Moment,
        finding: Option<Finding>,
    ) -> Verdict {
        let weak = finding == Some(Finding::Weak);
        let stalled = finding.is_some() && !weak;
        self.stalled.run(stalled, moment.dt, settings.patience);
        match finding {
            Some(Finding::Weak) => Verdict::Warn(Finding::Weak),
            Some(finding) => self.stalled.verdict(finding, settings.patience),
            None => Verdict::Ok,
        }
    }

    /// The best guess at what is behind a wrong trend under drive.
    fn name(
        &self,
        settings: &WatchSettings,
        moment: &Moment,
        change: i64,
        companion: Option<i64>,
    ) -> Finding {
        if companion_follows(settings, moment, companion) {
            Finding::Detached
        } else if change >= progress(settings) {
            self.away(settings, change)
        } else if moment.is_driven(settings) {
            Finding::Weak
        } else {
            Finding::NoProgress
        }
    }

    /// Away, or backwards: working makes it worse than doing nothing did.
    fn away(&self, settings: &WatchSettings, change: i64) -> Finding {
        match self.response {
            Response::Drift(drift) if change >= drift.saturating_add(progress(settings)) => {
                Finding::Reversed
            }
            _ => Finding::Away,
        }
    }
}

fn progress(settings: &WatchSettings) -> i64 {
    settings.progress.to_fixed().to_bits().into()
}

/// Whether it comes back too little over the window, and in the newest two buckets as well: a step of
/// the measurement is no drift.
fn drifts(settings: &WatchSettings, measured: &Trend) -> bool {
    let least = i64::from(settings.relaxation.change.to_fixed().to_bits());
    let below = |change: Option<i64>, least: i64| change.is_some_and(|change| change < least);
    below(measured.change(), least) && below(measured.latest_change(), least / 8)
}

/// Whether it makes too little progress over the window, and in its newer half as well: what has begun
/// to improve is not failing. With a person or a relay at the drive it must go the wrong way.
fn misses(settings: &WatchSettings, moment: &Moment, measured: &Trend) -> bool {
    let least = match moment.mode {
        WatchMode::Auto => progress(settings).saturating_neg().saturating_add(1),
        _ => progress(settings),
    };
    let above = |change: Option<i64>, least: i64| change.is_some_and(|change| change >= least);
    above(measured.change(), least) && above(measured.recent_change(), least / 2)
}

/// The measurement is where no drive holds it, and the companion moves as the drive says or is where
/// only the drive can have brought it.
fn companion_follows(settings: &WatchSettings, moment: &Moment, change: Option<i64>) -> bool {
    let least = progress(settings).saturating_neg();
    let moves = change.is_some_and(|change| change <= least);
    !moment.is_driven(settings) && (moves || moment.is_companion_driven(settings))
}
