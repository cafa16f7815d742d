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
    /// How long the target has been missed whatever the drive, up to the gate and a window more.
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
        self.stalled = Clock::new();
        self.adrift = Clock::new();
        self.response = Response::Unknown;
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
        self.learn(settings, held, change);
        let recent = measured.recent_change().unwrap_or(0);
        let adrift = self.judge_idle(settings, moment, held.idle, (change, recent));
        let finding = self.wrong_trend(settings, moment, held, change, companion.change());
        adrift.or_worse(self.judge_driven(settings, moment, finding))
    }

    /// Runs the gates; which of them are full and still held.
    fn run(&mut self, config: &WatchConfig, moment: &Moment) -> Held {
        let (settings, gate) = (config.settings(), config.gate());
        let part = gate.plus(settings.window);
        let short = moment.is_short(settings);
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

    fn learn(&mut self, settings: &WatchSettings, held: Held, change: i64) {
        if held.pushed && change <= progress(settings).saturating_neg() {
            self.response = Response::Right;
        } else if held.idle && self.response != Response::Right {
            self.response = Response::Drift(change);
        }
    }

    /// Without drive and on the driven side, the measurement must come back.
    fn judge_idle(
        &mut self,
        settings: &WatchSettings,
        moment: &Moment,
        idle: bool,
        (change, recent): (i64, i64),
    ) -> Verdict {
        let least = i64::from(settings.relaxation.change.to_fixed().to_bits());
        let wrong = change < least && recent < least / 2;
        let adrift = idle && moment.is_driven(settings) && wrong;
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

    /// What is wrong with a trend under drive, if anything.
    fn wrong_trend(
        &self,
        settings: &WatchSettings,
        moment: &Moment,
        held: Held,
        change: i64,
        companion: Option<i64>,
    ) -> Option<Finding> {
        let least = progress(settings);
        let away = change >= least;
        let stalled = change > least.saturating_neg();
        let wrong = if moment.mode == WatchMode::Auto { stalled } else { away };
        if !(wrong && (held.pushed || held.short)) {
            None
        } else if companion_follows(settings, moment, companion) {
            Some(Finding::Detached)
        } else if away {
            Some(self.away(settings, change))
        } else if held.pushed && moment.is_driven(settings) {
            Some(Finding::Weak)
        } else {
            Some(Finding::NoProgress)
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

/// The companion moves as the drive says, or is where only the drive can have brought it, and the
/// measurement is not.
fn companion_follows(settings: &WatchSettings, moment: &Moment, change: Option<i64>) -> bool {
    let least = progress(settings).saturating_neg();
    let moves = change.is_some_and(|change| change <= least);
    moves || (moment.is_companion_driven(settings) && !moment.is_driven(settings))
}
