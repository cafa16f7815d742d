//! One channel: its detector, its session and interlock, its loop, and its fit visit.

use super::LONGEST_TICK;
use super::advice::{AdviceStep, ContactAdvice};
use super::backlog::{Backlog, can_wait};
use super::calibrate::MeasuredChannel;
use super::checkpoint::ChannelCheckpoint;
use super::fit::{FitStep, FitVisit};
use super::notes;
use super::seat::Seat;
use super::self_test::Tests;
use super::sensors::SensorWatch;
use super::thermal::{Surroundings, Thermal, Wearing};
use super::warmth;
use crate::config::Config;
use crate::drives::ChannelDrives;
use crate::outputs::{
    CalibrationBytes, ChannelFlags, ChannelStatus, EntryBytes, Event, EventKind, Outputs,
};
use crate::supervise;
use coldcap_calibration::record::CapCalibration;
use coldcap_guard::detect::{ChannelDetector, WarmthWatch};
use coldcap_guard::interlock::{Gate, TripClass};
use coldcap_guard::{Condition, Conditions};
use coldcap_session::record::{Chain, Fields, Kind, Recorder};
use coldcap_session::{
    Accepted, Answer, Attendance, ByHand, ControlMode, Demand, Fact, Flag, Note, Observed, Phase,
    Progress, Reason, Refusal, Request, Role, WallTime,
};
use coldcap_thermal::skin::ContactFinding;
use coldcap_units::{Coolant, Duration, Duty, Fault, Instant, Reading};

/// A tick in which a session has made so many entries is busy: each is hashed.
const BUSY: u8 = 4;

/// One channel of [`Control`](super::Control).
#[derive(Clone, Debug)]
pub(super) struct Channel {
    index: u8,
    pub(super) detector: ChannelDetector,
    pub(super) state: supervise::State,
    pub(super) gate: Gate,
    pub(super) sensors: SensorWatch,
    thermal: Thermal,
    /// That of power-up, with what is found at this channel and at its machine.
    pub(super) tests: Tests,
    seat: Seat,
    fit: FitVisit,
    advice: ContactAdvice,
    chain: Chain,
    recorder: Recorder,
    backlog: Backlog,
    /// How many entries this tick has made so far.
    made: u8,
    facts: ChannelFlags,
    signalled: Conditions,
    restart: Option<Option<Duration>>,
    /// What interrupts the treatment is a cap that is off, or power that failed while it was cooled.
    misses_cap: bool,
    warmth: WarmthWatch,
    too_warm: bool,
    /// Whose cold the detector has counted.
    dosed: Option<u64>,
    /// A first of two steps was taken in this very tick.
    armed_now: bool,
    /// The phase has changed since somebody asked.
    moved: bool,
}

/// What the channels are told of the machine that they share.
#[derive(Clone, Copy)]
pub(super) struct Shared {
    pub(super) dt: Duration,
    /// The tick came so late that nobody saw what was in between.
    pub(super) late: bool,
    pub(super) tank: Result<Coolant, Fault>,
    /// What the guard left of this channel's last demands.
    pub(super) driven: ChannelDrives,
    /// A hand drives pump or valve of this channel from this tick on.
    pub(super) by_hand: bool,
}

impl Channel {
    pub(super) fn new(index: u8, config: &Config) -> Self {
        Self {
            index,
            detector: ChannelDetector::default(),
            state: supervise::State::default(),
            gate: Gate::default(),
            sensors: SensorWatch::new(index, config),
            thermal: Thermal::new(config),
            tests: Tests::default(),
            seat: Seat::default(),
            fit: FitVisit::new(config),
            advice: ContactAdvice::new(),
            chain: Chain::default(),
            recorder: Recorder::default(),
            backlog: Backlog::default(),
            made: 0,
            facts: ChannelFlags::default(),
            signalled: Conditions::EMPTY,
            restart: None,
            misses_cap: false,
            warmth: WarmthWatch::default(),
            too_warm: false,
            dosed: None,
            armed_now: false,
            moved: false,
        }
    }

    /// Takes up what was stored; the next tick tells the session that power was gone for `gap`.
    pub(super) fn restore(
        &mut self,
        stored: &ChannelCheckpoint,
        gap: Option<Duration>,
        config: &Config,
    ) {
        let interlock = stored.state.interlock;
        let (latched, resets) = (interlock.latched(), interlock.clinician_resets());
        self.chain = stored.chain;
        self.sensors.restore(stored.drift, stored.disagrees);
        self.recorder = stored.recorder;
        self.detector.restore_dose(&stored.dose, gap, &config.limits);
        self.dosed = stored.dosed;
        self.state = supervise::State {
            session: stored.state.session,
            interlock: coldcap_guard::interlock::State::restored(latched, resets)
                .with_degraded(interlock.is_degraded()),
        };
        self.restart = Some(gap);
        self.seat = Seat::restored(stored.on_head, stored.worn_cap);
        self.warmth = WarmthWatch::restored(stored.was_cold, stored.too_warm);
        self.too_warm = stored.too_warm;
        self.misses_cap = stored.misses_cap;
        self.thermal.restore(stored.too_little && stored.state.session.treatment().is_some());
    }

    /// Entries that wait for a tick with room for them.
    pub(super) fn held_entries(&self) -> impl Iterator<Item = &EntryBytes> + Clone {
        self.backlog.iter()
    }

    /// How many entries wait for a tick with room for them.
    pub(super) fn waiting(&self) -> usize {
        self.backlog.len()
    }

    /// Whether so much waits that nothing begins until it is handed out.
    pub(super) fn is_behind(&self) -> bool {
        self.backlog.is_behind()
    }

    /// Whether the record has room for an alarm now.
    pub(super) fn has_room_for_an_alarm(&self) -> bool {
        self.backlog.has_room_for_an_alarm()
    }

    pub(super) fn checkpoint(&self) -> ChannelCheckpoint {
        ChannelCheckpoint {
            state: self.state,
            chain: self.chain,
            drift: self.sensors.drift(),
            disagrees: self.sensors.disagrees(),
            recorder: self.recorder,
            dose: self.detector.stored_dose(),
            dosed: self.dosed,
            on_head: self.seat.may_be_on_a_head(),
            worn_cap: self.seat.worn_cap(),
            was_cold: self.warmth.has_reached(),
            too_warm: self.too_warm,
            misses_cap: self.misses_cap,
            too_little: self.thermal.does_too_little(),
        }
    }

    /// The beginning of a tick, before anybody's wishes: `share` entries of what the last ones had no room to say, and
    /// the news of a restart.
    pub(super) fn begin<const CHANNELS: usize>(
        &mut self,
        share: usize,
        config: &Config,
        outputs: &mut Outputs<CHANNELS>,
    ) {
        self.armed_now = false;
        self.made = 0;
        for _ in 0..share {
            let Some(entry) = self.backlog.take_first() else { break };
            outputs.entries.push(entry);
        }
        if let Some(gap) = self.restart.take() {
            self.step(&supervise::Event::Restarted { gap }, config, outputs);
        }
    }

    /// One step of session and interlock; what it noted goes into the record and to the watchers.
    pub(super) fn step<const CHANNELS: usize>(
        &mut self,
        event: &supervise::Event,
        config: &Config,
        outputs: &mut Outputs<CHANNELS>,
    ) -> Option<Answer> {
        if let supervise::Event::Request { request, role } = event
            && self.comes_too_early(request, *role, outputs)
        {
            return Some(Err(Refusal::TooEarly));
        }
        let supervision = config.supervision();
        let stepped = supervise::step(&self.state, event, &supervision);
        let (state, effects) = (&stepped.0, &stepped.1);
        let previous = core::mem::replace(&mut self.state, *state);
        self.armed_now |= effects.answer == Some(Ok(Accepted::Armed));
        self.seat.hear(event, effects.answer, self.state.session.is_worn());
        self.test_anew(effects);
        if self.needs_no_entry(event, &previous, effects) {
            return effects.answer;
        }
        let mut before = previous.session;
        let heard = supervise::heard(&previous, event, state, effects, &supervision);
        if let (supervise::Event::Request { request, role }, Some(Err(refusal)), [None, None]) =
            (event, effects.answer, heard)
        {
            self.kept(request, *role, refusal, outputs);
        }
        for (heard, notes) in heard.iter().zip(effects.parts()) {
            if let Some(heard) = heard {
                before = self.record(&before, heard, !notes.is_empty(), config, outputs);
            }
            for note in notes.iter() {
                self.take_note(note, config, outputs);
            }
        }
        for (conditions, kind) in
            [(effects.tripped, EventKind::Tripped), (effects.released, EventKind::Released)]
        {
            for condition in conditions.iter() {
                let code = u16::from(condition.code());
                outputs.events.push(Event { channel: self.index, kind, code, value: 0 });
            }
        }
        effects.answer
    }

    /// A machine that service lets go on is tested as at power-up, but within a treatment: there the channel's own test
    /// comes before anything moves.
    fn test_anew(&mut self, effects: &supervise::Effects) {
        // req: SES-031
        let reset =
            |note: Note| matches!(note, Note::Reset { class: coldcap_session::TripClass::Service });
        if effects.notes().any(reset) && self.state.session.treatment().is_none() {
            self.tests.begin_anew();
        }
    }

    /// Whether a request has to wait for another tick: for the record, without an entry, or for its first step.
    fn comes_too_early<const CHANNELS: usize>(
        &mut self,
        request: &Request,
        role: Role,
        outputs: &mut Outputs<CHANNELS>,
    ) -> bool {
        if self.must_wait(request, role) {
            return true;
        }
        let early = self.comes_with_its_first_step(request, role);
        if early {
            self.kept(request, role, Refusal::TooEarly, outputs);
        }
        early
    }

    /// Whether a request is put off until the record has caught up: [`Refusal::TooEarly`], without an entry.
    pub(super) fn must_wait(&self, request: &Request, role: Role) -> bool {
        // req: REC-006
        self.is_behind() && can_wait(request) && role.may(request)
    }

    /// Whether a second step comes in the tick of its first, where nobody can have been asked in between.
    fn comes_with_its_first_step(&self, request: &Request, role: Role) -> bool {
        // req: SES-030
        self.armed_now && request.is_second_step() && role.may(request)
    }

    /// Whether a request left everything as it was while the record is behind.
    ///
    /// The state is recomputed from the record all the same: what was not heard changed no bit of it, and time goes on
    /// being summed across it. A press that calls off the first of two steps changes something, and is entered.
    fn needs_no_entry(
        &self,
        event: &supervise::Event,
        previous: &supervise::State,
        effects: &supervise::Effects,
    ) -> bool {
        let asked = matches!(event, supervise::Event::Request { .. });
        asked
            && self.is_behind()
            && self.state == *previous
            && effects.tripped.union(effects.released).is_empty()
            && effects.notes().all(|note| matches!(note, Note::Answered { .. }))
    }

    /// Enters a request that the session never heard of, and what stood against it.
    pub(super) fn kept<const CHANNELS: usize>(
        &mut self,
        request: &Request,
        role: Role,
        refusal: Refusal,
        outputs: &mut Outputs<CHANNELS>,
    ) {
        // req: REC-003
        if self.is_behind() {
            return;
        }
        if let Some(run) = self.recorder.flush() {
            self.enter(run, outputs);
        }
        let code = u16::from(request.code()) | u16::from(role.code()) << 8;
        self.enter(Fields::new(Kind::KEPT, code, i32::from(refusal.code()), 0), outputs);
    }

    /// Enters what the session heard, before what it noted; gives the session's state behind it.
    fn record<const CHANNELS: usize>(
        &mut self,
        before: &coldcap_session::State,
        heard: &coldcap_session::Event,
        noted: bool,
        config: &Config,
        outputs: &mut Outputs<CHANNELS>,
    ) -> coldcap_session::State {
        // req: REC-003
        let after = match *heard {
            // Of a step's two events only a denial can have led elsewhere than to where it ends.
            coldcap_session::Event::Interlock { circulate_denied: false, .. } => *before,
            coldcap_session::Event::Interlock { .. } => {
                coldcap_session::step(before, heard, &config.session).0
            }
            _ => self.state.session,
        };
        for fields in self.recorder.hear(before, heard, &after, noted, &config.session) {
            self.enter(fields, outputs);
        }
        after
    }

    /// The wall clock was set.
    pub(super) fn set_clock<const CHANNELS: usize>(
        &mut self,
        old: Option<WallTime>,
        new: WallTime,
        config: &Config,
        outputs: &mut Outputs<CHANNELS>,
    ) {
        // req: SES-026
        self.step(&supervise::Event::WallSet { old, new }, config, outputs);
    }

    fn take_note<const CHANNELS: usize>(
        &mut self,
        note: Note,
        config: &Config,
        outputs: &mut Outputs<CHANNELS>,
    ) {
        self.signal(&note);
        match note {
            Note::Measured(measures) => self.fit.measured(&measures),
            Note::Flag(Flag::FitTimedOut) => self.fit.ran_out_of_time(),
            _ => {}
        }
        let digest = if note == Note::FitSaved { self.save_fit(config, outputs) } else { 0 };
        let fields = Fields::from(&note);
        // The entry of a stored fit carries the digest of the calibration.
        self.enter(if digest == 0 { fields } else { Fields { c: digest, ..fields } }, outputs);
        if let Some(event) = notes::event(self.index, &note) {
            outputs.events.push(event);
        }
        if note == Note::FitSaved && self.fit.is_unsure() {
            self.flag(Flag::FitUnsure, outputs);
        }
    }

    /// A remark of the facade's own.
    fn flag<const CHANNELS: usize>(&mut self, flag: Flag, outputs: &mut Outputs<CHANNELS>) {
        let note = Note::Flag(flag);
        self.enter(Fields::from(&note), outputs);
        if let Some(event) = notes::event(self.index, &note) {
            outputs.events.push(event);
        }
    }

    /// Makes the next entry of this channel's record. It waits for a later tick where this one is full:
    /// a link of the chain that never left would make the whole record look forged.
    pub(super) fn enter<const CHANNELS: usize>(
        &mut self,
        fields: Fields,
        outputs: &mut Outputs<CHANNELS>,
    ) {
        self.made = self.made.saturating_add(1);
        let entry = EntryBytes(self.chain.append_bytes(outputs.now, self.index, fields));
        let waits = !self.backlog.is_empty() || outputs.entries.is_full();
        if !waits || self.backlog.add(entry).is_err() {
            outputs.entries.push(entry);
        }
    }

    /// Enters what is driven by hand, or is so no more.
    pub(super) fn tell_by_hand<const CHANNELS: usize>(
        &mut self,
        told: ByHand,
        config: &Config,
        outputs: &mut Outputs<CHANNELS>,
    ) {
        let before = self.state.session;
        self.record(&before, &coldcap_session::Event::ByHand(told), false, config, outputs);
    }

    /// Whether somebody may be under its cap: in every phase but standby and report, and in those where it was worn and
    /// nobody knows that it is off.
    pub(super) fn may_hold_somebody(&self) -> bool {
        let free = matches!(self.state.session.phase(), Phase::Standby | Phase::Report);
        !free || self.seat.may_be_on_a_head()
    }

    /// Whether the phase has changed since the last call.
    pub(super) const fn has_moved(&mut self) -> bool {
        core::mem::replace(&mut self.moved, false)
    }

    /// Which notes are also alarms, and for how long.
    fn signal(&mut self, note: &Note) {
        self.moved |= matches!(note, Note::PhaseChanged { .. });
        self.misses_cap = match note {
            // A break stays what it is over a loss of power.
            Note::PhaseChanged { from, to: Phase::Recovery } => {
                self.misses_cap || from.is_cooling()
            }
            Note::BreakBegan { reason: Reason::POWER_GAP } => self.misses_cap,
            Note::BreakBegan { reason } => *reason == Reason::UNCOUPLED,
            Note::PhaseChanged { .. } => false,
            _ => self.misses_cap,
        };
        self.signalled = match note {
            Note::Flag(Flag::BreakOver) => self.signalled.with(Condition::BreakOver),
            Note::Flag(Flag::Waiting) => self.signalled.with(Condition::Waiting),
            Note::Flag(Flag::SelfTestFailed) => self.signalled.with(Condition::SelfTestFailed),
            Note::Restarted { .. } => self.signalled.with(Condition::Restarted),
            Note::PhaseChanged { to: Phase::Recool, .. } => {
                self.signalled.intersection(Conditions::of(&[Condition::Restarted]))
            }
            Note::PhaseChanged { to: Phase::Recovery | Phase::SafeHold, .. } => self.signalled,
            Note::PhaseChanged { .. } => Conditions::EMPTY,
            _ => self.signalled,
        };
    }

    fn save_fit<const CHANNELS: usize>(
        &mut self,
        config: &Config,
        outputs: &mut Outputs<CHANNELS>,
    ) -> u64 {
        let patient = self.state.session.patient().map_or(0, |patient| patient.id);
        let Some(calibration) = self.fit.calibration(patient, outputs.now, config) else {
            return 0;
        };
        let bytes = calibration.to_bytes();
        outputs.calibration = Some(CalibrationBytes { channel: self.index, bytes });
        outputs.events.push(Event {
            channel: self.index,
            kind: EventKind::FitSaved,
            code: u16::from(calibration.cap_size.code()),
            value: i32::from(calibration.verdict.code()),
        });
        CapCalibration::digest_of(&bytes)
    }

    /// What the watch of this channel's loop has to tell the interlock.
    pub(super) fn distrusted(
        &mut self,
        measured: &MeasuredChannel,
        driven: &ChannelDrives,
        config: &Config,
    ) -> Conditions {
        self.thermal.take_distrust(measured, driven.valve, config)
    }

    /// Time passes: what the channel sees becomes classes, and the session moves.
    pub(super) fn advance<const CHANNELS: usize>(
        &mut self,
        measured: &MeasuredChannel,
        conditions: Conditions,
        shared: &Shared,
        config: &Config,
        outputs: &mut Outputs<CHANNELS>,
    ) {
        let driven = shared.by_hand || shared.driven != ChannelDrives::default();
        let circulates = self.state.session.phase().circulates();
        let moves = circulates || driven || measured.is_flowing(config);
        self.tests.watch((shared.dt, shared.late), moves, conditions);
        self.seat.see(measured.coupling);
        let session = &self.state.session;
        // A thaw is no time to say so: who was treated is known until the cap is off, and asked for where cooling goes on.
        let thaws = session.phase() == Phase::Thaw;
        if !thaws && self.seat.is_swapped(self.sensors.cap(), session.is_worn()) {
            self.step(&supervise::Event::Fact(Fact::CapOff), config, outputs);
        }
        let seen = self.observe(measured, shared, config, outputs);
        let event = supervise::Event::Advance { dt: shared.dt, seen, conditions };
        self.step(&event, config, outputs);
        self.judge_warmth(measured, shared.dt, config);
        self.know_patient();
        self.remember(&seen, measured.is_flowing(config) && !shared.late, config);
    }

    /// Whether the treatment is too warm for long. What nobody watched is not held against it.
    fn judge_warmth(&mut self, measured: &MeasuredChannel, dt: Duration, config: &Config) {
        let degraded = self.state.interlock.is_degraded();
        let demand = self.state.demand(&config.supervision());
        let was_cold = self.warmth.has_reached();
        let seen = warmth::of(measured, &demand, degraded, was_cold, &self.state.session, config);
        self.too_warm = self.warmth.step(seen, dt.min(LONGEST_TICK));
    }

    /// The cold of one patient is not held against the next, once coolant flows for her: who was only selected, by
    /// mistake perhaps, takes nothing away.
    fn know_patient(&mut self) {
        let session = &self.state.session;
        let patient = session.patient().map(|patient| patient.id);
        let cooled = session.phase().circulates();
        if cooled && patient.is_some() && patient != self.dosed {
            self.dosed = patient;
            self.detector.forget_dose();
        }
    }

    fn observe<const CHANNELS: usize>(
        &mut self,
        measured: &MeasuredChannel,
        shared: &Shared,
        config: &Config,
        outputs: &mut Outputs<CHANNELS>,
    ) -> Observed {
        let demand = self.state.demand(&config.supervision());
        let phase = self.state.session.phase();
        let degraded = self.state.interlock.is_degraded();
        let at_target = warmth::is_at(measured, &demand, degraded, config) && !shared.late;
        let flowing = measured.is_flowing(config) && !shared.late;
        let (cap, coupled) = (self.sensors.cap(), measured.is_coupled());
        let step = FitStep { phase, cap, coupled, at_target, flowing, dt: shared.dt };
        let (isothermal, contact) = self.fit.step(&step, measured, config, self.index, outputs);
        self.check_sensors(config, outputs);
        self.advise(&step, measured, config, outputs);
        // The skin's estimate also goes on while the fit visit tests the contact in its own way.
        let busy = self.made >= BUSY;
        let watched = self.contact(measured, shared, busy, config);
        let contact = if phase == Phase::FitVerify { contact } else { watched };
        Observed {
            self_test: self.tests.progress(phase, config),
            coupled,
            // What is credited as cooled. Time that nobody watched is not, nor is coolant that is too warm.
            flowing: flowing && !self.too_warm,
            tank_ready: tank_is_ready(&demand, shared, config),
            at_target,
            isothermal,
            contact,
            removable: measured.is_removable(config),
            cause_gone: false,
            calibration_due: self.sensors.is_due(),
            // Filled in by the joined step, from the interlock.
            degraded: false,
        }
    }

    /// Whether the sensors are in date, and what a fit visit that has just matched them says of them.
    fn check_sensors<const CHANNELS: usize>(
        &mut self,
        config: &Config,
        outputs: &mut Outputs<CHANNELS>,
    ) {
        let now = outputs.now;
        for place in self.sensors.judge(now, config).iter() {
            let entry = self.sensors.entry(place, now, config);
            self.enter(entry, outputs);
        }
        if !self.fit.has_matched() {
            self.sensors.forget_comparison();
        } else if !self.sensors.has_compared() {
            let pair = self.fit.pair(self.sensors.bath_u_uk(config));
            let found = self.sensors.compare(pair.as_ref(), config);
            found.into_iter().flatten().for_each(|entry| self.enter(entry, outputs));
        }
    }

    /// What the first minutes of a session tell of the contact. Nothing follows from it.
    fn advise<const CHANNELS: usize>(
        &mut self,
        step: &FitStep,
        measured: &MeasuredChannel,
        config: &Config,
        outputs: &mut Outputs<CHANNELS>,
    ) {
        let step = AdviceStep {
            phase: step.phase,
            flowing: step.flowing,
            dt: step.dt,
            offsets: self.fit.offsets(step.cap),
            patient: self.state.session.patient().copied(),
        };
        if let Some(advice) = self.advice.step(&step, measured, config) {
            self.enter(advice.fields(), outputs);
            outputs.events.push(advice.event(self.index));
        }
    }

    /// The skin's estimate, and what it says of the contact.
    fn contact(
        &mut self,
        measured: &MeasuredChannel,
        shared: &Shared,
        busy: bool,
        config: &Config,
    ) -> Progress {
        let session = &self.state.session;
        let phase = session.phase();
        let wearing = Wearing {
            worn: session.is_worn(),
            cooling: phase.is_cooling(),
            resting: phase == Phase::Paused,
        };
        let offsets = self.fit.offsets(self.sensors.cap());
        let dt = shared.dt.min(LONGEST_TICK);
        self.thermal.estimate(measured, offsets, wearing, shared.driven.pump, (dt, busy), config);
        match self.thermal.finding() {
            ContactFinding::Doubtful(_) => Progress::Failed,
            ContactFinding::Trusted(_) => Progress::Passed,
            ContactFinding::Undecided | ContactFinding::Unknown(_) => Progress::Running,
        }
    }

    fn remember(&mut self, seen: &Observed, flowing: bool, config: &Config) {
        let session = &self.state.session;
        let permit = self.state.interlock.permit(&config.interlock);
        self.facts = ChannelFlags::default()
            .with(ChannelFlags::COUPLED, seen.coupled)
            .with(ChannelFlags::WORN, session.is_worn())
            .with(ChannelFlags::FLOWING, flowing)
            .with(ChannelFlags::TANK_READY, seen.tank_ready)
            .with(ChannelFlags::AT_TARGET, seen.at_target)
            .with(ChannelFlags::PERMITTED, permit.circulate)
            .with(ChannelFlags::DRUG_RUNNING, session.drugs().running())
            .with(ChannelFlags::OVER_BUDGET, session.is_waiting())
            .with(ChannelFlags::LOOP_WARNED, self.thermal.has_warned());
    }

    /// The loops: what the pump and the mixing valve should do.
    pub(super) fn regulate(
        &mut self,
        measured: &MeasuredChannel,
        surroundings: &Surroundings,
        config: &Config,
    ) -> ChannelDrives {
        let demand = self.state.demand(&config.supervision());
        let permitted =
            self.state.interlock.permit(&config.interlock).circulate && demand.circulate;
        let valve = self.thermal.regulate(measured, &demand, permitted, surroundings, config);
        // A valve that stays open, or a sensor that lies, must not go on pouring cold into the cap.
        let pump = if permitted && !self.thermal.distrusts() {
            config.circulation.pump
        } else {
            Duty::OFF
        };
        ChannelDrives { pump, valve }
    }

    /// A clinician has seen the alarms of this channel, and the skin where one asked for it.
    pub(super) fn acknowledge(&mut self) {
        self.thermal.acknowledge();
        self.detector.skin_was_seen();
    }

    /// What the channel wants of the tank.
    pub(super) fn tank_wish(&self, config: &Config) -> Option<Coolant> {
        self.state.demand(&config.supervision()).tank
    }

    /// What the channel has to signal: what the interlock holds, what the session flagged, and what the
    /// detectors found, less what is expected in this phase.
    pub(super) fn alarms(&self, found: Conditions, config: &Config) -> Conditions {
        let latched = self.state.interlock.conditions(&config.interlock);
        let all = found.union(latched);
        let all = if self.expects_cap() { all } else { all.without(Condition::CapUncoupled) };
        // Nobody misses the power of a channel that nobody uses.
        let all = if self.is_in_use() { all } else { all.without(Condition::PowerHeld) };
        all.union(self.unanswered())
            .union(self.thermal.conditions())
            .union(self.sensors.conditions())
            .with_if(Condition::TooWarm, self.too_warm)
    }

    /// What the session flagged, less a limit on waiting that somebody has answered since, and a limit that is over, which
    /// no loss of power makes forgotten.
    fn unanswered(&self) -> Conditions {
        // req: ALM-016, PWR-003
        let session = &self.state.session;
        let limits = Conditions::of(&[Condition::Waiting, Condition::BreakOver]);
        let (answered, over) = match session.attendance() {
            Attendance::Unlimited => (Conditions::EMPTY, Conditions::EMPTY),
            Attendance::Watching(_) | Attendance::Break(_) => (limits, Conditions::EMPTY),
            Attendance::Over(_) => (limits, Conditions::of(&[Condition::Waiting])),
            Attendance::BreakOver(_) => (limits, Conditions::of(&[Condition::BreakOver])),
        };
        // A channel in safe hold tells why it is there. Elsewhere the machine tells of its self-test as it is.
        let told = session.phase() != Phase::SafeHold;
        let answered = answered.with_if(Condition::SelfTestFailed, told);
        let signalled = self.signalled.difference(answered).union(over);
        signalled.with_if(Condition::SelfTestFailed, self.has_failed())
    }

    /// Whether service must reset what no trip has latched: then a self-test had failed. The session remembers it over
    /// a loss of power, and in whatever phase it is left.
    fn has_failed(&self) -> bool {
        // req: ALM-006
        let latched = TripClass::worst(self.state.interlock.latched());
        self.state.session.trip() == coldcap_session::TripClass::Service
            && latched <= Some(TripClass::Operator)
    }

    /// Whether somebody relies on what is shown of it.
    pub(super) fn is_in_use(&self) -> bool {
        !matches!(self.state.session.phase(), Phase::Boot | Phase::Standby | Phase::Report)
    }

    /// Whether an uncoupled cap is news: while coolant should circulate, and in a pause that it caused, whatever happened
    /// to the power in that. In one that somebody wanted it is not.
    fn expects_cap(&self) -> bool {
        self.state.session.phase().circulates() || self.misses_cap
    }

    pub(super) fn status(
        &self,
        measured: &MeasuredChannel,
        now: Instant,
        config: &Config,
    ) -> ChannelStatus {
        let session = &self.state.session;
        let clock = session.clock();
        let demand = self.state.demand(&config.supervision());
        let (shown, skin) = (self.thermal.shown(), self.thermal.skin());
        let (warm_earliest, warm_latest) = self.thermal.warm_again();
        ChannelStatus {
            phase: session.phase(),
            elapsed: clock.elapsed,
            remaining: session.remaining(&config.session).unwrap_or(Duration::ZERO),
            cooled: clock.cooled,
            at_target: clock.at_target,
            target: demand.target.or(shown.target),
            effective: shown.effective,
            supply: measured.supply,
            returned: measured.returned,
            front: measured.front,
            rear: measured.rear,
            safety: measured.safety,
            skin: Reading { value: skin.map(|it| it.skin), taken: now },
            flow: measured.flow,
            flags: self.facts,
            control: session.plan().map_or(ControlMode::Coolant, |plan| plan.target().mode()),
            interface_target: demand.cap.map(|cap| cap.interface),
            interface_effective: shown.interface,
            skin_uncertainty: skin.ok().map(|it| it.uncertainty),
            warm_earliest,
            warm_latest,
        }
    }
}

fn tank_is_ready(demand: &Demand, shared: &Shared, config: &Config) -> bool {
    let offset = config.tank_offset.negated().plus(config.circulation.tank_ready);
    match (shared.tank, demand.tank) {
        (Ok(tank), Some(wish)) => tank.0 <= wish.0.plus(offset),
        _ => false,
    }
}
