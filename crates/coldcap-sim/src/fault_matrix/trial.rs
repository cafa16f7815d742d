//! One fault in one visit: what came of it.

use super::expected::{Expected, Onset, Reaction};
use crate::bedside::{Bedside, runs_forbidden};
use crate::fault::{FaultKind, FaultWindow};
use coldcap::{Outputs, Phase};
use coldcap_guard::Condition;
use coldcap_session::Refusal;
use coldcap_session::record::{Entry, Kind};

/// For so long a fault is looked at, in ticks: ten minutes, and a cap that comes loose for a quarter of an hour.
const WATCH: u32 = 6_000;
const WATCH_LOOSE: u32 = 9_000;
/// What hides a fault may be what it does itself: its alarm may come so many ticks later.
const GRACE: u32 = 10;

/// A reaction is there within so many ticks of its alarm, an entry in the record within so many.
const REACTS: u32 = 3;
const RECORDS: u32 = 100;

/// What came of a fault.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Trial {
    /// By which alarm it was seen, and how long it could be seen by then without a break, in s.
    pub seen: Option<(Condition, f64)>,
    /// One of its alarms was there before.
    pub told_before: bool,
    /// A request was refused by it.
    pub refused: bool,
    /// The reaction that was to follow did not.
    pub wrong_reaction: bool,
    /// The alarm is not in the record.
    pub unrecorded: bool,
    /// Ticks in which the pump ran in a phase in which nothing may circulate, or without power.
    pub unsafe_ticks: u32,
    /// The longest time that it could be seen at a stretch, in s.
    pub longest_s: f64,
    /// The coldest skin under a worn cap from then on, in °C.
    pub coldest_skin_c: f64,
}

impl Trial {
    /// Breaks `kind` at `point` and looks.
    #[must_use]
    pub fn of(point: &Bedside, kind: FaultKind) -> Self {
        let mut bedside = point.clone();
        let from = bedside.now();
        bedside.plant_fault(FaultWindow { kind, from, until: None, channel: 0 });
        let mut watch = Watch::new(&bedside, Expected::of(kind));
        let ticks = if kind == FaultKind::CapLifts { WATCH_LOOSE } else { WATCH };
        for tick in 0..ticks {
            let outputs = bedside.tick();
            watch.see(tick, &bedside, &outputs);
            if bedside.operator().ending().is_some() || watch.is_done(tick) {
                break;
            }
        }
        watch.trial
    }
}

/// Looks at a visit after its fault.
#[derive(Debug)]
struct Watch {
    expected: Expected,
    struck: Phase,
    trial: Trial,
    /// Ticks in which it could be seen, without a break until now, and how long it could not be since.
    visible: u32,
    hidden: u32,
    /// When it was seen.
    seen_at: Option<u32>,
    /// The pump was driven in the tick before.
    driven: bool,
    reacted: bool,
    recorded: bool,
    /// Alarms that were there before.
    before: coldcap_guard::Conditions,
}

impl Watch {
    fn new(bedside: &Bedside, expected: Expected) -> Self {
        let driven = !bedside.drives().channels[0].pump.is_off();
        let before = bedside.machine().alarms;
        let told = |by: &[Condition]| by.iter().any(|condition| before.contains(*condition));
        let told_before = matches!(expected, Expected::Seen { by, .. } if told(by));
        let cooled = driven && bedside.channel().phase.is_cooling();
        Self {
            expected,
            struck: bedside.channel().phase,
            trial: Trial { coldest_skin_c: f64::INFINITY, told_before, ..Trial::default() },
            // It may stop the cooling in the very tick in which it comes.
            visible: u32::from(cooled),
            hidden: 0,
            seen_at: None,
            driven,
            reacted: false,
            recorded: false,
            before,
        }
    }

    /// Nothing more can come of it that is asked for.
    fn is_done(&self, tick: u32) -> bool {
        let Expected::Seen { .. } = self.expected else { return false };
        self.seen_at.is_some_and(|at| tick >= at + RECORDS)
    }

    fn see(&mut self, tick: u32, bedside: &Bedside, outputs: &Outputs<1>) {
        let [drives] = &outputs.drives.channels;
        let phase = bedside.channel().phase;
        let runs = !drives.pump.is_off();
        self.trial.unsafe_ticks += u32::from(runs_forbidden(&outputs.drives, phase));
        if bedside.cap().is_worn() {
            let skin_c = bedside.truth().coldest_skin_c;
            self.trial.coldest_skin_c = self.trial.coldest_skin_c.min(skin_c);
        }
        self.trial.refused |= outputs
            .answers
            .iter()
            .any(|answer| matches!(answer.result, Err(Refusal::Contraindicated(_))));
        if let Expected::Seen { by, onset, reaction, .. } = self.expected {
            let visible = self.is_visible(onset, bedside, outputs);
            self.look(tick, by, visible, outputs);
            self.react(tick, reaction, outputs);
        }
        self.driven = runs;
    }

    fn is_visible(&self, onset: Onset, bedside: &Bedside, outputs: &Outputs<1>) -> bool {
        let [drives] = &outputs.drives.channels;
        let phase = bedside.channel().phase;
        match onset {
            Onset::Fault => true,
            Onset::Coupled => bedside.cap().is_coupled(),
            Onset::Driven => !drives.pump.is_off() || self.driven,
            Onset::Cooling => (!drives.pump.is_off() || self.driven) && phase.is_cooling(),
            Onset::PumpOff => drives.pump.is_off(),
            Onset::ChillerOff => outputs.drives.chiller.is_off(),
            Onset::ChillerOn => !outputs.drives.chiller.is_off(),
            Onset::Treated => self.struck.is_treatment(),
            Onset::Displayed => self.struck != Phase::Boot,
        }
    }

    fn look(&mut self, tick: u32, by: &[Condition], visible: bool, outputs: &Outputs<1>) {
        if self.seen_at.is_some() {
            return;
        }
        let alarms = outputs.machine.alarms.difference(self.before);
        self.hidden = if visible { 0 } else { self.hidden + 1 };
        let goes_on = visible || (self.visible > 0 && self.hidden <= GRACE);
        self.visible = if goes_on { self.visible + 1 } else { 0 };
        let stretch_s = f64::from(self.visible) / 10.0;
        self.trial.longest_s = self.trial.longest_s.max(stretch_s);
        // What was there and has gone may rise again by the fault.
        self.before = self.before.difference(self.before.difference(outputs.machine.alarms));
        if let Some(condition) = by.iter().find(|condition| alarms.contains(**condition)) {
            self.trial.seen = Some((*condition, stretch_s));
            self.seen_at = Some(tick);
        }
    }

    fn react(&mut self, tick: u32, reaction: Reaction, outputs: &Outputs<1>) {
        let (Some(at), Some((condition, _))) = (self.seen_at, self.trial.seen) else { return };
        let [drives] = &outputs.drives.channels;
        self.reacted |= match reaction {
            Reaction::Stops => drives.pump.is_off(),
            Reaction::CutsPower => !outputs.drives.permit,
            // What else is there may have stopped it before.
            Reaction::GoesOn => !drives.pump.is_off() || !self.driven,
            Reaction::Tells => true,
        };
        self.recorded |=
            outputs.entries.iter().any(|bytes| tells_of(&Entry::from_bytes(&bytes.0), condition));
        self.trial.wrong_reaction = !self.reacted && tick >= at + REACTS;
        self.trial.unrecorded = !self.recorded && tick + 1 >= at + RECORDS;
    }
}

/// Whether an entry of the record says that this alarm rose.
fn tells_of(entry: &Entry, condition: Condition) -> bool {
    let fields = &entry.fields;
    fields.kind == Kind::ALARM && fields.code == u16::from(condition.code()) && fields.a == 1
}
