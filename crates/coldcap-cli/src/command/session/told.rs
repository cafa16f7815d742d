//! What a play tells: a timeline, and what it adds up to.

use super::deeds::Deed;
use super::script::Script;
use crate::command::expectation::{Driven, Met, Output};
use coldcap::{ChannelCheckpoint, Config, Event, EventKind, Outputs, Phase};
use coldcap_guard::Condition;
use coldcap_guard::alarm::Priority;
use coldcap_host::record::{Story, verify};
use coldcap_host::report::{ending_name, reason_name};
use coldcap_session::record::{Entry, Summary};
use coldcap_session::{Accepted, Note, PhaseClock, Reason, Refusal, billing};
use coldcap_units::{Duration, Instant};
use coldcap_wire::message::Vocabulary;
use serde_json::{Value, json};
use std::io::{self, Write};

/// Everything that was told so far.
#[derive(Debug, Default)]
pub(super) struct Told {
    began: Option<Instant>,
    now: Instant,
    lines: Vec<Line>,
    refusals: Vec<(u64, String, &'static str)>,
    last: Option<&'static str>,
    alarms: Vec<Alarm>,
    active: Vec<(Condition, Priority)>,
    entries: Vec<Entry>,
    dropped: bool,
    outputs: [&'static str; 4],
    expected: Vec<Met>,
    end: Option<(Phase, PhaseClock)>,
    verified: bool,
}

#[derive(Debug)]
struct Line {
    at_ms: u64,
    kind: &'static str,
    name: String,
    detail: String,
}

#[derive(Debug)]
struct Alarm {
    condition: Condition,
    priority: Priority,
    onset_ms: u64,
    clear_ms: Option<u64>,
}

const WATCHED: [(Output, &str); 4] = [
    (Output::Pump, "pump"),
    (Output::Chiller, "chiller"),
    (Output::Power, "power"),
    (Output::Sound, "sound"),
];

fn word(vocabulary: &str, code: u16) -> String {
    let known = Vocabulary::named(vocabulary).zip(u8::try_from(code).ok());
    let known = known.and_then(|(vocabulary, code)| vocabulary.word(code));
    known.map_or_else(|| code.to_string(), str::to_owned)
}

fn refusal_name(refusal: Refusal) -> &'static str {
    Vocabulary::named("refusal").and_then(|known| known.word(refusal.code())).unwrap_or("unknown")
}

impl Told {
    pub(super) fn at(&mut self, now: Instant) {
        self.now = now;
    }

    /// What came before is the machine's own start.
    pub(super) fn begin(&mut self, at: Instant) {
        self.began = Some(at);
        self.now = at;
        self.lines.clear();
    }

    fn at_ms(&self) -> u64 {
        let began = self.began.map_or(0, Instant::as_millis);
        self.now.as_millis().saturating_sub(began)
    }

    pub(super) fn line(&mut self, kind: &'static str, name: &str, detail: String) {
        self.lines.push(Line { at_ms: self.at_ms(), kind, name: name.to_owned(), detail });
    }

    pub(super) fn active(&self) -> &[(Condition, Priority)] {
        &self.active
    }

    pub(super) const fn refused(&self) -> Option<&'static str> {
        self.last
    }

    pub(super) fn unheard(&mut self, deed: &Deed) {
        self.line("request", &deed.name, "not heard: no power".into());
        self.last = None;
    }

    /// Alarms sound on a machine, and this one has no power.
    pub(super) fn power_off(&mut self) {
        let at_ms = self.at_ms();
        self.active.clear();
        for alarm in self.alarms.iter_mut().filter(|alarm| alarm.clear_ms.is_none()) {
            alarm.clear_ms = Some(at_ms);
        }
        self.outputs = ["off", "off", "off", "none"];
    }

    pub(super) fn read(&mut self, outputs: &Outputs<1>, asked: &[(u16, Deed)]) {
        self.entries.extend(outputs.entries.iter().map(|bytes| Entry::from_bytes(&bytes.0)));
        self.dropped |= outputs.entries.dropped() > 0;
        for (id, deed) in asked {
            let answer = outputs.answers.iter().find(|answer| answer.id.0 == *id);
            self.answered(deed, answer.map(|answer| answer.result));
        }
        outputs.events.iter().for_each(|event| self.event(event));
        let driven = Driven::from(outputs);
        for (place, (output, name)) in WATCHED.iter().enumerate() {
            let (was, is) = (self.outputs[place], output.of(&driven));
            if was != is {
                self.outputs[place] = is;
                self.line("output", name, is.into());
            }
        }
    }

    fn answered(&mut self, deed: &Deed, result: Option<coldcap_session::Answer>) {
        self.last = None;
        let detail = match result {
            Some(Ok(Accepted::Done)) => "done".into(),
            Some(Ok(Accepted::Armed)) => "armed".into(),
            Some(Ok(Accepted::NoChange)) => "no change".into(),
            Some(Err(refusal)) => {
                let reason = refusal_name(refusal);
                self.last = Some(reason);
                self.refusals.push((self.at_ms(), deed.name.clone(), reason));
                format!("refused: {refusal}")
            }
            None => "no answer".into(),
        };
        self.line("request", &deed.name, detail);
    }

    fn event(&mut self, event: &Event) {
        let Event { kind, code, value, .. } = *event;
        let plain = |told: &mut Self, kind, name: String, detail| told.line(kind, &name, detail);
        match kind {
            EventKind::Phase => plain(self, "phase", word("phase", code), String::new()),
            EventKind::AlarmRose | EventKind::AlarmEscalated | EventKind::AlarmCleared => {
                self.alarm(kind, code, value);
            }
            EventKind::Flag => plain(self, "flag", word("flag", code), String::new()),
            EventKind::BreakBegan => {
                let reason = reason_name(Reason(u8::try_from(code).unwrap_or(0)));
                plain(self, "break", "began".into(), reason);
            }
            EventKind::BreakEnded => {
                plain(self, "break", "ended".into(), format!("{} s", value / 1_000));
            }
            EventKind::DrugStarted | EventKind::DrugEnded => {
                let toxic = if value == 1 { "hair-toxic" } else { "not hair-toxic" };
                let name = word("event", kind as u16);
                plain(self, "fact", name, format!("drug {code}, {toxic}"));
            }
            EventKind::Ended => {
                let reason = ending_name(Reason(u8::try_from(code).unwrap_or(0)));
                plain(self, "session", "ended".into(), reason);
            }
            EventKind::Tripped | EventKind::Released => {
                let name = word("event", kind as u16);
                plain(self, "guard", name, word("condition", code));
            }
            // The small machine has no head whose contact could be told.
            EventKind::ContactAdvised => {}
            _ => plain(self, "event", word("event", kind as u16), format!("{code}, {value}")),
        }
    }

    fn alarm(&mut self, kind: EventKind, code: u16, value: i32) {
        let Some(condition) = u8::try_from(code).ok().and_then(Condition::from_code) else {
            return;
        };
        let at_ms = self.at_ms();
        let priority = [Priority::None, Priority::Low, Priority::Medium, Priority::High];
        let priority = priority.into_iter().find(|one| i32::from(*one as u8) == value);
        let priority = priority.unwrap_or(Priority::None);
        let open = |alarm: &&mut Alarm| alarm.condition == condition && alarm.clear_ms.is_none();
        let known = self.alarms.iter_mut().find(open);
        match (kind, known) {
            (EventKind::AlarmCleared, Some(alarm)) => alarm.clear_ms = Some(at_ms),
            (EventKind::AlarmCleared, None) => {}
            (_, Some(alarm)) => alarm.priority = alarm.priority.max(priority),
            (_, None) => {
                let clear_ms = None;
                self.alarms.push(Alarm { condition, priority, onset_ms: at_ms, clear_ms });
            }
        }
        let active = self.alarms.iter().filter(|alarm| alarm.clear_ms.is_none());
        self.active = active.map(|alarm| (alarm.condition, alarm.priority)).collect();
        let name = match kind {
            EventKind::AlarmCleared => "cleared".into(),
            EventKind::AlarmEscalated => format!("escalated, {}", priority.name()),
            _ => priority.name().to_owned(),
        };
        self.line("alarm", condition.name(), name);
    }

    pub(super) fn expected(&mut self, met: Met) {
        self.expected.push(met);
    }

    /// The end of the play: what the machine has left, and whether its record tells just that.
    pub(super) fn end(
        &mut self,
        left: &ChannelCheckpoint,
        outputs: Option<&Outputs<1>>,
        config: &Config,
    ) {
        let clock = outputs.map(|outputs| &outputs.channels[0]).map(|status| PhaseClock {
            elapsed: status.elapsed,
            cooled: status.cooled,
            at_target: status.at_target,
        });
        let session = left.state.session;
        self.end = Some((session.phase(), clock.unwrap_or_else(|| session.clock())));
        let (mut recorder, mut chain) = (left.recorder, left.chain);
        let open = recorder.flush().map(|run| chain.append_fields(self.now, 0, run));
        let all: Vec<Entry> = self.entries.iter().copied().chain(open).collect();
        let story = verify(&all, &config.session);
        let folded = coldcap_session::record::fold(&all, &config.session);
        self.verified = !self.dropped && story == Ok(Story::Recomputed) && folded == Ok(session);
    }

    /// The first thing that is not as it must be, in one line.
    pub(super) fn failed(&self) -> Option<String> {
        let wrong = self.expected.iter().find_map(Met::failed);
        wrong
            .or((!self.verified)
                .then(|| "record: not recomputed: allowed is the live state".into()))
    }

    fn summary(&self) -> Summary {
        Summary::fold(&self.entries)
    }

    /// The phases that took any time, with the open one.
    fn phases(&self) -> Vec<(Phase, PhaseClock)> {
        let summary = self.summary();
        let all = Phase::ALL.into_iter().filter(|phase| *phase != Phase::Boot).map(|phase| {
            let closed = summary.phase(phase);
            let open = self.end.filter(|(now, _)| *now == phase);
            (phase, open.map_or(closed, |(_, clock)| closed.plus(clock)))
        });
        all.filter(|(_, clock)| !clock.elapsed.is_zero()).collect()
    }

    fn breaks(&self) -> Vec<Value> {
        let began = self.began.map_or(0, Instant::as_millis);
        let mut breaks = Vec::new();
        let mut away = Duration::ZERO;
        for entry in &self.entries {
            let at_ms = entry.at.as_millis().saturating_sub(began);
            match entry.note() {
                Some(Note::BreakBegan { reason }) => breaks.push(json!({
                    "t_ms": at_ms, "reason": reason_name(reason), "minutes": Value::Null,
                })),
                // The power was away for a part of it that no clock of the machine saw.
                Some(Note::Restarted { gap }) => away = gap.unwrap_or_default(),
                Some(Note::BreakEnded { length }) => {
                    if let Some(last) = breaks.last_mut() {
                        let away = core::mem::take(&mut away);
                        last["minutes"] = minutes(length.plus(away)).into();
                    }
                }
                _ => {}
            }
        }
        breaks
    }

    fn units(&self, script: &Script) -> Value {
        let date = script.date;
        let date = billing::Date::new(date.year(), date.month(), date.day());
        let lines = date.map(|date| billing::units(&self.summary(), date)).unwrap_or_default();
        let rows: Vec<_> = lines
            .iter()
            .map(|line| {
                json!({
                    "rule": line.rule.id,
                    "code": line.rule.code,
                    "units": line.units,
                    "counting": line.rule.counting,
                })
            })
            .collect();
        let rule: Vec<_> = lines.iter().map(|line| line.rule.id).collect();
        json!({ "rule": rule, "lines": rows, "notice": billing::NOTICE })
    }

    pub(super) fn document(&self, script: &Script) -> Value {
        let phases = self.phases().into_iter().map(|(phase, clock)| {
            let of = json!({
                "elapsed": minutes(clock.elapsed),
                "cooled": minutes(clock.cooled),
                "at_target": minutes(clock.at_target),
            });
            (phase.name().to_owned(), of)
        });
        json!({
            "origin": "simulated",
            "plan": script.basis,
            "timeline": self.lines.iter().map(|line| json!({
                "t_ms": line.at_ms, "kind": line.kind, "name": line.name, "detail": line.detail,
            })).collect::<Vec<_>>(),
            "refusals": self.refusals.iter().map(|(at_ms, event, reason)| json!({
                "t_ms": at_ms, "event": event, "reason": reason,
            })).collect::<Vec<_>>(),
            "alarms": self.alarms.iter().map(|alarm| json!({
                "id": alarm.condition.name(),
                "priority": alarm.priority.name(),
                "onset_ms": alarm.onset_ms,
                "clear_ms": alarm.clear_ms,
            })).collect::<Vec<_>>(),
            "minutes": phases.collect::<serde_json::Map<_, _>>(),
            "breaks": self.breaks(),
            "units": self.units(script),
            "final_phase": self.end.map(|(phase, _)| phase.name()),
            "expectations": self.expected.iter().map(Met::document).collect::<Vec<_>>(),
            "record": { "entries": self.entries.len(), "verified": self.verified },
        })
    }

    pub(super) fn print(&self, script: &Script) -> io::Result<()> {
        let mut out = io::stdout().lock();
        writeln!(out, "SIMULATED by {}", script.basis)?;
        for line in &self.lines {
            let Line { at_ms, kind, name, detail } = line;
            let text = format!("{}  {kind:<8} {name} {detail}", clock(*at_ms));
            writeln!(out, "{}", text.trim_end())?;
        }
        for (phase, times) in self.phases() {
            let [elapsed, cooled, held] =
                [times.elapsed, times.cooled, times.at_target].map(minutes);
            let name = phase.name();
            writeln!(
                out,
                "  {name:<13} {elapsed:6.1} min, cooled {cooled:5.1}, at target {held:5.1}"
            )?;
        }
        let wrong = self.expected.iter().filter(|met| !met.judged.met).count();
        let verified = if self.verified { "recomputed" } else { "NOT recomputed" };
        writeln!(
            out,
            "{} of {} expectations met; record {} entries, {verified}",
            self.expected.len().saturating_sub(wrong),
            self.expected.len(),
            self.entries.len(),
        )?;
        Ok(())
    }
}

fn minutes(span: Duration) -> f64 {
    (f64::from(span.as_millis()) / 60.0).round() / 1_000.0
}

pub(super) fn clock(at_ms: u64) -> String {
    let seconds = at_ms / 1_000;
    let tenths = at_ms % 1_000 / 100;
    format!("{:02}:{:02}:{:02}.{tenths}", seconds / 3_600, seconds / 60 % 60, seconds % 60)
}
