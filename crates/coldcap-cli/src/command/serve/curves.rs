//! The plot of a machine that runs: the same samples as those of a report, since this program was started.

use crate::treatment::sampled;
use coldcap_host::client::Message;
use coldcap_host::report::{
    AlarmSpan, BreakSpan, Mark, Origin as Drawn, PhaseSpan, Sample, TemperaturePlot, Treatment,
};
use coldcap_host::view::{Alarm, CHANNELS_MAXIMUM, Origin, Picture, Priority};
use coldcap_session::Phase;
use coldcap_units::Instant;
use coldcap_wire::message::{ChannelStatus, MACHINE, MachineStatus};
use serde_json::{Value, json};
use std::collections::{BTreeMap, VecDeque};

/// So much is kept, of a sample a second.
const KEPT_S: usize = 12 * 3_600;
/// So many alarms, and as many marks a channel; then the oldest give way.
const MOST: usize = 128;

#[derive(Default)]
pub(super) struct Curves {
    machine: Option<MachineStatus>,
    channels: BTreeMap<u8, Curve>,
    alarms: VecDeque<Rose>,
}

/// One channel.
#[derive(Default)]
struct Curve {
    samples: VecDeque<Sample>,
    marks: VecDeque<Mark>,
    drug: Option<bool>,
}

/// An alarm, and whose it is.
struct Rose {
    channel: Option<u8>,
    span: AlarmSpan,
}

impl Curves {
    pub(super) fn take(&mut self, at: Instant, message: &Message) {
        match message {
            Message::MachineStatus(status) => self.machine = Some(*status),
            Message::ChannelStatus(status) => self.sample(at, status),
            _ => {}
        }
    }

    fn sample(&mut self, at: Instant, status: &ChannelStatus) {
        let Some(sample) = sampled(at, status, self.machine.as_ref()) else { return };
        // As many as a view shows, whatever the machine says.
        if status.channel >= CHANNELS_MAXIMUM {
            return;
        }
        let samples = &mut self.channels.entry(status.channel).or_default().samples;
        // A second has one sample, that of its newest report.
        samples.pop_back_if(|last| last.time_s.floor() == sample.time_s.floor());
        keep(samples, sample, KEPT_S);
    }

    /// What no sample tells: alarms, and drugs.
    pub(super) fn see(&mut self, picture: &Picture) {
        let now_s = picture.at_ms as f64 / 1_000.0;
        for rose in self.alarms.iter_mut().filter(|rose| rose.span.clear_s.is_none()) {
            if !picture.alarms.iter().any(|alarm| rose.is(alarm)) {
                rose.span.clear_s = Some(now_s);
            }
        }
        for alarm in &picture.alarms {
            let open = self.alarms.iter_mut().find(|it| it.span.clear_s.is_none() && it.is(alarm));
            match open {
                Some(rose) => rose.span.priority = alarm.priority.unwrap_or(Priority::High),
                None => keep(&mut self.alarms, Rose::new(alarm, now_s), MOST),
            }
        }
        for channel in &picture.channels {
            if let Some(curve) = self.channels.get_mut(&channel.channel) {
                curve.see_drug(now_s, channel.drug_running);
            }
        }
    }

    pub(super) fn plots(&self, origin: Origin) -> Vec<Value> {
        let plot = |(channel, curve): (&u8, &Curve)| {
            let ours = |rose: &&Rose| rose.channel.is_none_or(|it| it == MACHINE || it == *channel);
            let alarms: Vec<AlarmSpan> =
                self.alarms.iter().filter(ours).map(|rose| rose.span.clone()).collect();
            let (treatment, since) = curve.treatment(origin, alarms);
            document(*channel, &TemperaturePlot::draw(&treatment, since), 0.0)
        };
        self.channels.iter().map(plot).collect()
    }
}

/// A plot, as a page takes it; its times are so much later than those of the recording.
pub(super) fn document(channel: u8, plot: &TemperaturePlot, later_s: f64) -> Value {
    json!({
        "channel": channel,
        "markup": plot.markup,
        "left": plot.left,
        "width": plot.width,
        "whole": plot.whole,
        "end_s": plot.end_s,
        "later_s": later_s,
    })
}

fn keep<T>(queue: &mut VecDeque<T>, item: T, most: usize) {
    if queue.len() >= most {
        queue.pop_front();
    }
    queue.push_back(item);
}

impl Rose {
    fn new(alarm: &Alarm, now_s: f64) -> Self {
        let since_s = alarm.since_ms.map_or(0.0, |ms| f64::from(ms) / 1_000.0);
        let span = AlarmSpan {
            id: alarm.name.to_string(),
            // One that nobody has told may be the most urgent.
            priority: alarm.priority.unwrap_or(Priority::High),
            onset_s: (now_s - since_s).max(0.0),
            acknowledged_s: None,
            clear_s: None,
        };
        Self { channel: alarm.channel, span }
    }

    fn is(&self, alarm: &Alarm) -> bool {
        self.channel == alarm.channel && self.span.id == alarm.name
    }
}

impl Curve {
    fn see_drug(&mut self, now_s: f64, running: Option<bool>) {
        let Some(running) = running else { return };
        if self.drug.replace(running).is_some_and(|before| before != running) {
            let label = if running { "drug start" } else { "drug end" };
            keep(&mut self.marks, Mark { time_s: now_s, label: label.into() }, MOST);
        }
    }

    /// What is drawn, and what its times count from. Beyond what is kept the times move on.
    fn treatment(&self, origin: Origin, alarms: Vec<AlarmSpan>) -> (Treatment, &'static str) {
        let first_s = self.samples.front().map_or(0.0, |sample| sample.time_s);
        let last_s = self.samples.back().map_or(0.0, |sample| sample.time_s);
        let is_full = self.samples.len() >= KEPT_S;
        let (zero_s, since) =
            if is_full { (first_s, "12 hours ago") } else { (0.0, "this server was started") };
        let moved = |sample: &Sample| Sample { time_s: sample.time_s - zero_s, ..*sample };
        let samples: Vec<Sample> = self.samples.iter().map(moved).collect();
        let phases = phases(&samples);
        let alarm = |span: AlarmSpan| AlarmSpan {
            onset_s: span.onset_s - zero_s,
            // What goes on is drawn up to now, and no further.
            clear_s: Some(span.clear_s.unwrap_or(last_s) - zero_s),
            ..span
        };
        let mark = |mark: &Mark| Mark { time_s: mark.time_s - zero_s, label: mark.label.clone() };
        let treatment = Treatment {
            breaks: phases.iter().filter_map(on_break).collect(),
            phases,
            alarms: alarms.into_iter().map(alarm).collect(),
            marks: self.marks.iter().map(mark).filter(|mark| mark.time_s >= 0.0).collect(),
            samples,
            ..Treatment::new(drawn(origin))
        };
        (treatment, since)
    }
}

/// What does not say that it is a device is none.
const fn drawn(origin: Origin) -> Drawn {
    match origin {
        Origin::Device => Drawn::Device,
        Origin::Replay => Drawn::Replay,
        Origin::Simulated | Origin::Unknown | Origin::Other => Drawn::Simulated,
    }
}

/// What was not heard for so long is not drawn as if it had gone on.
const SILENCE_S: f64 = 10.0;

fn phases(samples: &[Sample]) -> Vec<PhaseSpan> {
    let mut spans: Vec<PhaseSpan> = Vec::new();
    for sample in samples {
        match spans.last_mut() {
            Some(last) if sample.time_s - last.end_s > SILENCE_S => spans.push(span(sample)),
            Some(last) if last.phase == sample.phase => last.end_s = sample.time_s,
            last => {
                if let Some(last) = last {
                    last.end_s = sample.time_s;
                }
                spans.push(span(sample));
            }
        }
    }
    spans
}

const fn span(sample: &Sample) -> PhaseSpan {
    PhaseSpan {
        phase: sample.phase,
        start_s: sample.time_s,
        end_s: sample.time_s,
        elapsed_min: 0.0,
        cooled_min: 0.0,
        at_target_min: 0.0,
        expected_min: None,
    }
}

fn on_break(span: &PhaseSpan) -> Option<BreakSpan> {
    (span.phase == Phase::Paused).then(|| BreakSpan {
        start_s: span.start_s,
        end_s: Some(span.end_s),
        reason: String::new(),
        allowed_min: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::zeros;

    fn sample(second: u32, phase: Phase) -> Sample {
        Sample { supply_c: Some(-4.0), ..Sample::new(f64::from(second), phase) }
    }

    #[test]
    fn phases_follow_one_another_and_a_pause_is_a_break() {
        let phases = phases(&[
            sample(1, Phase::PreCool),
            sample(2, Phase::PreCool),
            sample(3, Phase::Paused),
            sample(5, Phase::Paused),
            sample(6, Phase::Recool),
            sample(40, Phase::Recool),
        ]);
        let spans: Vec<_> = phases.iter().map(|it| (it.phase, it.start_s, it.end_s)).collect();
        assert_eq!(
            spans,
            [
                (Phase::PreCool, 1.0, 3.0),
                (Phase::Paused, 3.0, 6.0),
                (Phase::Recool, 6.0, 6.0),
                (Phase::Recool, 40.0, 40.0)
            ]
        );
        let breaks: Vec<_> = phases.iter().filter_map(on_break).collect();
        assert_eq!((breaks.len(), breaks[0].end_s), (1, Some(6.0)));
    }

    /// A machine that names 256 channels takes no more memory than one of seven.
    #[test]
    fn no_more_channels_are_kept_than_are_shown() {
        let mut curves = Curves::default();
        for channel in 0..=u8::MAX {
            let status = ChannelStatus { channel, ..zeros::message() };
            curves.take(Instant::from_millis(1_000), &Message::ChannelStatus(status));
        }
        assert_eq!(curves.channels.len(), usize::from(CHANNELS_MAXIMUM));
    }

    #[test]
    fn twelve_hours_are_kept_and_then_the_times_move_on() {
        let mut curve = Curve::default();
        for second in 0..KEPT_S as u32 + 100 {
            keep(&mut curve.samples, sample(second, Phase::Infusing), KEPT_S);
        }
        let (treatment, since) = curve.treatment(Origin::Device, Vec::new());
        assert_eq!((treatment.samples.len(), since), (KEPT_S, "12 hours ago"));
        assert_eq!(treatment.samples[0].time_s, 0.0);
        let plot = TemperaturePlot::draw(&treatment, since);
        assert!(plot.markup.len() < 100_000, "{}", plot.markup.len());
    }

    #[test]
    fn an_alarm_that_goes_on_is_drawn_up_to_now() {
        let mut curve = Curve::default();
        keep(&mut curve.samples, sample(9, Phase::Infusing), KEPT_S);
        let span = AlarmSpan {
            id: "leak".into(),
            priority: Priority::High,
            onset_s: 4.0,
            acknowledged_s: None,
            clear_s: None,
        };
        let drawn = curve.treatment(Origin::Simulated, vec![span]).0;
        assert_eq!((drawn.alarms[0].onset_s, drawn.alarms[0].clear_s), (4.0, Some(9.0)));
    }

    #[test]
    fn what_does_not_say_that_it_is_a_device_is_drawn_as_simulated() {
        let plot = Curve::default().treatment(Origin::Other, Vec::new()).0;
        assert_eq!(plot.origin, Drawn::Simulated);
    }
}
