//! What a visit leaves behind: all of it, or nothing.

use super::Setup;
use super::seals::InputSeals;
use crate::failure::Failure;
use coldcap_host::capture::{self, Packet, WriteError, Writer};
use coldcap_host::report::{self, Origin, Treatment};
use coldcap_sim::Truth;
use coldcap_units::Duration;
use serde_json::{Value, json};
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;

const FOLDER: &str = "allowed is a folder that can be made or written to";

/// The files of one visit. They are written beside their place and moved there at the end. Whatever
/// else somebody keeps in that place stays there.
pub(crate) struct Files {
    partial: PathBuf,
    place: PathBuf,
    capture: Option<Writer<File>>,
    seals: InputSeals,
}

impl Files {
    pub(crate) fn create(setup: &Setup) -> Result<Self, Failure> {
        let place = setup.out.join(setup.folder());
        let partial = setup.out.join(format!(".{}.{}", setup.folder(), std::process::id()));
        if place.exists() && !place.is_dir() {
            return Err(Failure::Io(format!(
                "--out: {}: it is not a folder: {FOLDER}",
                place.display()
            )));
        }
        fs::create_dir_all(&partial).map_err(|error| {
            Failure::Io(format!("--out: {}: {error}: {FOLDER}", setup.out.display()))
        })?;
        let mut files = Self { partial, place, capture: None, seals: InputSeals::default() };
        files.begin(setup)?;
        Ok(files)
    }

    fn begin(&mut self, setup: &Setup) -> Result<(), Failure> {
        let file = File::create(self.partial.join("session.ccap"))?;
        let mut capture =
            Writer::new(file, capture::Origin::Simulated, 1).map_err(capture_failure)?;
        let information = json!({
            "plan": setup.plan.name,
            "session_follows": !setup.plan.fit_only,
            "seed": setup.seed,
            "configuration": "reference",
        });
        capture.information(&information).map_err(capture_failure)?;
        self.capture = Some(capture);
        Ok(())
    }

    fn capture(&mut self) -> Result<&mut Writer<File>, Failure> {
        self.capture.as_mut().ok_or_else(|| Failure::Io("the recording is closed".into()))
    }

    pub(crate) fn tick(&mut self, inputs: &[u8], outputs: &[u8]) -> Result<(), Failure> {
        self.seals.add(inputs);
        self.capture()?.tick(inputs, outputs).map_err(capture_failure)
    }

    pub(crate) fn packet(&mut self, packet: &Packet<'_>) -> Result<(), Failure> {
        self.capture()?.packet(packet).map_err(capture_failure)
    }

    pub(crate) fn restart(&mut self, gap: Duration) -> Result<(), Failure> {
        self.capture()?.restart(Some(gap)).map_err(capture_failure)
    }

    pub(crate) fn truth(&mut self, tick: u64, truth: &Truth) -> Result<(), Failure> {
        let truth = capture::Truth {
            tick,
            channel: 0,
            skin_c: truth.skin_c as f32,
            follicle_c: truth.follicle_c as f32,
            interface_front_c: truth.interface_front_c as f32,
            interface_rear_c: truth.interface_rear_c as f32,
            supply_c: truth.supply_c as f32,
            return_c: truth.return_c as f32,
            tank_c: truth.tank_c as f32,
            heat_w: truth.heat_w as f32,
        };
        self.capture()?.truth(&truth).map_err(capture_failure)
    }

    /// Writes everything and moves it to its place; returns the place.
    pub(crate) fn finish(
        &mut self,
        output_hash: u64,
        treatment: &Treatment,
        summary: &Value,
    ) -> Result<PathBuf, Failure> {
        let seals = core::mem::take(&mut self.seals).object();
        if let Some(mut capture) = self.capture.take() {
            capture.information(&seals).map_err(capture_failure)?;
            capture.finish(output_hash).map_err(capture_failure)?;
        }
        let mut trace = BufWriter::new(File::create(self.partial.join("trace.csv"))?);
        report::csv::write_trace(&mut trace, &treatment.samples, &treatment.alarms)?;
        trace.flush()?;
        let text = serde_json::to_string_pretty(summary)?;
        fs::write(self.partial.join("summary.json"), text)?;
        fs::write(self.partial.join("report.html"), report::html(treatment))?;
        self.move_to_place()
            .map_err(|error| Failure::Io(format!("--out: {}: {error}", self.place.display())))?;
        Ok(self.place.clone())
    }

    fn move_to_place(&self) -> io::Result<()> {
        if !self.place.exists() {
            return fs::rename(&self.partial, &self.place);
        }
        for entry in fs::read_dir(&self.partial)? {
            let entry = entry?;
            fs::rename(entry.path(), self.place.join(entry.file_name()))?;
        }
        Ok(())
    }
}

impl Drop for Files {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.partial);
    }
}

fn capture_failure(error: WriteError) -> Failure {
    Failure::Io(format!("session.ccap: {error}"))
}

/// The origin that a hello names.
pub(crate) const fn origin(code: u8) -> Origin {
    match code {
        0 => Origin::Device,
        2 => Origin::Replay,
        _ => Origin::Simulated,
    }
}
