//! What the commands that read recordings share.

use super::inputs;
use crate::failure::Failure;
use crate::progress;
use coldcap_host::client::Message;
use coldcap_host::playback::{OpenError, Playback};
use coldcap_host::report::{AlarmSpan, Origin, Priority, Sample};
use coldcap_host::{capture, condition};
use coldcap_units::Instant;
use coldcap_wire::message::MachineStatus;
use indicatif::ProgressBar;
use serde_json::{Map, Value};
use std::collections::HashMap;
use std::io;
use std::path::Path;

/// Opens a recording.
pub(crate) fn open(path: &Path) -> Result<Playback, Failure> {
    Playback::open(path).map_err(|error| match error {
        OpenError::Unreadable(error) => Failure::unreadable(path, &error),
        OpenError::NotARecording(damage) => {
            inputs::not_a_recording(&path.display().to_string(), &damage)
        }
        error => Failure::Input(format!("{}: {error}: allowed is a recording", path.display())),
    })
}

/// A recording that is read from its beginning to its end, for whoever watches with a bar.
pub(crate) struct Reading<'a> {
    pub(crate) path: &'a Path,
    pub(crate) playback: Playback,
    bar: ProgressBar,
}

impl<'a> Reading<'a> {
    /// Opens it.
    pub(crate) fn open(path: &'a Path) -> Result<Self, Failure> {
        let playback = open(path)?;
        let bar = progress::bar(playback.duration().as_millis().into(), progress::PART);
        Ok(Self { path, playback, bar })
    }

    /// The next message, as of [`Playback::next_message`].
    pub(crate) fn next_message(&mut self) -> Result<Option<(Instant, Message)>, Failure> {
        let next = self.playback.next_message();
        let next = next.map_err(|error| Failure::unreadable(self.path, &error))?;
        match &next {
            Some((at, _)) => self.bar.set_position(at.as_millis()),
            None => self.bar.finish_and_clear(),
        }
        Ok(next)
    }

    /// Back to the beginning.
    pub(crate) fn rewind(&mut self) -> Result<(), Failure> {
        let done = self.playback.seek(Instant::ZERO);
        done.map_err(|error| Failure::unreadable(self.path, &error))
    }

    /// What whoever recorded found worth knowing.
    pub(crate) fn information(&mut self) -> Result<Map<String, Value>, Failure> {
        self.playback.information().map_err(|error| Failure::unreadable(self.path, &error))
    }

    /// Puts what the simulator knew of the skin beside what the device reported in the same second.
    pub(crate) fn add_truth(&mut self, samples: &mut [Sample]) -> Result<(), Failure> {
        let known = add_truth(&mut self.playback, samples);
        known.map_err(|error| Failure::unreadable(self.path, &error))
    }

    /// Says on standard error what is wrong with it, also where none of that was read.
    pub(crate) fn warn(&mut self) -> Result<(), Failure> {
        self.playback.check().map_err(|error| Failure::unreadable(self.path, &error))?;
        for damage in self.playback.damage() {
            eprintln!("coldcap: {}: {damage}", self.path.display());
        }
        Ok(())
    }
}

/// Where the data come from, as reports name it.
pub(crate) const fn origin(origin: capture::Origin) -> Origin {
    match origin {
        capture::Origin::Device => Origin::Device,
        capture::Origin::Simulated => Origin::Simulated,
        capture::Origin::Replay => Origin::Replay,
    }
}

fn add_truth(playback: &mut Playback, samples: &mut [Sample]) -> io::Result<()> {
    let mut skins = HashMap::new();
    playback.truth(|at, truth| {
        let skin = f64::from(truth.skin_c);
        skins.insert((truth.channel, at.as_millis() / 1_000), skin);
    })?;
    for sample in samples {
        let second = sample.time_s as u64;
        let skin = skins.get(&(sample.channel, second)).copied();
        sample.skin_true_c = skin.filter(|skin| skin.is_finite());
    }
    Ok(())
}

/// What the alarms of a set are called.
pub(crate) fn alarm_names(set: u64) -> impl Iterator<Item = String> {
    condition::of(set).map(|code| condition::name(code).into_owned())
}

/// The alarms of a machine, from when a report first had them to when one had them no more.
#[derive(Debug, Default)]
pub(crate) struct Alarms {
    active: u64,
    spans: Vec<AlarmSpan>,
}

impl Alarms {
    pub(crate) fn see(&mut self, at: Instant, status: &MachineStatus) {
        let at_s = at.as_millis() as f64 / 1_000.0;
        let (begun, ended) = (status.alarms & !self.active, self.active & !status.alarms);
        self.active = status.alarms;
        for name in alarm_names(ended) {
            let open = self.spans.iter_mut().rev().find(|it| it.id == name && it.clear_s.is_none());
            if let Some(open) = open {
                open.clear_s = Some(at_s);
            }
        }
        // Which of them has which priority is not reported.
        self.spans.extend(alarm_names(begun).map(|id| AlarmSpan {
            id,
            priority: Priority::Low,
            onset_s: at_s,
            clear_s: None,
            acknowledged_s: None,
        }));
    }

    pub(crate) fn spans(&self) -> &[AlarmSpan] {
        &self.spans
    }
}
