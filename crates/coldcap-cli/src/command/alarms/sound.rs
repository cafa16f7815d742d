//! A tone as samples, and those as a WAV file.

use coldcap_guard::alarm::tone::{FUNDAMENTALS_HZ, PARTIALS, Preset, Tone};
use core::f64::consts::TAU;
use hound::{SampleFormat, WavSpec, WavWriter};
use std::io::Cursor;

/// Samples a second: a millisecond is sixteen of them, and 4 kHz is well inside.
pub(super) const RATE_HZ: u32 = 16_000;
/// Where the first pulse begins, so that its rise is in the file. The last pause is so much shorter.
pub(super) const LEAD_MS: u32 = 50;
/// Of full scale, at the loudest that all partials together can become.
const PEAK: f64 = 0.9;

/// One pulse: where its amplitude is at 90 % in rising and in falling, and how long it rises, in seconds.
struct Pulse {
    begin: f64,
    end: f64,
    rise: f64,
    hertz: f64,
}

impl Pulse {
    /// The amplitude at `time`, 0 to 1: a straight rise and a straight fall. A tenth of each lies inside
    /// the pulse, and nine tenths before and behind it.
    fn envelope(&self, time: f64) -> f64 {
        let rising = (time - self.begin) / self.rise + 0.9;
        let falling = (self.end - time) / self.rise + 0.9;
        rising.min(falling).clamp(0.0, 1.0)
    }

    fn sample(&self, time: f64) -> f64 {
        let sum = |all: f64, amplitude: f64| all + amplitude;
        let amplitudes = PARTIALS.map(|partial| f64::from(partial.amplitude_permille));
        let most = amplitudes.into_iter().fold(0.0, sum);
        let partials = PARTIALS.iter().map(|partial| {
            let turns = f64::from(partial.multiple) * self.hertz * (time - self.begin);
            f64::from(partial.amplitude_permille) * (TAU * turns).sin()
        });
        self.envelope(time) * partials.fold(0.0, sum) / most
    }
}

fn pulses(preset: &Preset) -> Vec<Pulse> {
    let mut at_ms = LEAD_MS;
    let mut pulses = Vec::new();
    // What rises from 10 to 90 % in that time rises from nothing to all in a quarter more.
    let rise = f64::from(preset.rise_us()) / 1e6 / 0.8;
    for Tone { sounding, length, frequency } in preset.pattern() {
        let begin = f64::from(at_ms) / 1e3;
        at_ms = at_ms.saturating_add(length.as_millis());
        let hertz = FUNDAMENTALS_HZ.get(usize::from(frequency)).map_or(0.0, |hz| f64::from(*hz));
        if sounding {
            pulses.push(Pulse { begin, end: f64::from(at_ms) / 1e3, rise, hertz });
        }
    }
    pulses
}

/// One burst and the pause after it: 16-bit PCM, one channel.
pub(super) fn wav(preset: &Preset) -> Result<Vec<u8>, hound::Error> {
    let spec = WavSpec {
        channels: 1,
        sample_rate: RATE_HZ,
        bits_per_sample: 16,
        sample_format: SampleFormat::Int,
    };
    let pulses = pulses(preset);
    let period_ms = preset.burst().plus(preset.pause()).as_millis();
    let mut file = Cursor::new(Vec::new());
    let mut writer = WavWriter::new(&mut file, spec)?;
    for index in 0..period_ms * (RATE_HZ / 1_000) {
        let time = f64::from(index) / f64::from(RATE_HZ);
        let sum: f64 = pulses.iter().map(|pulse| pulse.sample(time)).sum();
        writer.write_sample((sum * PEAK * f64::from(i16::MAX)).round() as i16)?;
    }
    writer.finalize()?;
    Ok(file.into_inner())
}
