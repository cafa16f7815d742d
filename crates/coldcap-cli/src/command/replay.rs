//! Feeds a recording to the core again.

use super::{configuration, inputs};
use crate::arguments::Replay;
use crate::failure::Failure;
use crate::progress;
use crate::treatment::seals::InputSeals;
use coldcap::canonical::SliceSink;
use coldcap::hash::Fnv1a64;
use coldcap::{Control, TickInput, field_at};
use coldcap_host::capture::{Block, Ending, Reader, Tick};
use coldcap_units::Duration;
use core::fmt;
use indicatif::ProgressBar;
use serde_json::{Value, json};
use std::fs;
use std::io::{self, Write};

const ROOM: usize = 4_096;

pub(crate) fn run(options: &Replay) -> Result<(), Failure> {
    let path = options.file.as_path();
    let bytes = fs::read(path).map_err(|error| Failure::unreadable(path, &error))?;
    let name = path.display().to_string();
    let reader = Reader::new(&bytes).map_err(|damage| inputs::not_a_recording(&name, &damage))?;
    if reader.blocks().flatten().any(|it| matches!(it.value, Block::Heard(_))) {
        let allowed = "allowed is one that the device, or whoever simulated it, has recorded";
        return Err(Failure::Input(format!("{name}: it is a host's, without ticks: {allowed}")));
    }
    let replayed = replay(&reader);
    let finding = replayed.finding.clone().or_else(|| ending(&reader, &replayed));
    if options.json {
        writeln!(io::stdout(), "{}", document(&replayed, finding.as_ref()))?;
    } else {
        print(&replayed, finding.as_ref())?;
    }
    match finding {
        Some(finding) => Err(Failure::Wrong(format!("{name}: {}", finding.line()))),
        None => Ok(()),
    }
}

/// How far the replay came.
struct Replayed {
    hash: u64,
    ticks: u64,
    finding: Option<Finding>,
}

/// Why a recording is not what the core does.
#[derive(Clone, Debug)]
enum Finding {
    /// The recording itself is not whole.
    Recording(String),
    /// The core puts out something else.
    Difference(Difference),
}

impl Finding {
    fn line(&self) -> String {
        match self {
            Self::Recording(line) => line.clone(),
            Self::Difference(Difference { tick, field, .. }) => {
                format!("tick {tick}: {field}: allowed is what was recorded")
            }
        }
    }
}

/// The first byte that is not as it was recorded.
#[derive(Clone, Debug)]
struct Difference {
    tick: u64,
    time_s: f64,
    field: &'static str,
    byte: usize,
    recorded: Option<u8>,
    computed: Option<u8>,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let byte = |byte: Option<u8>| byte.map_or("nothing".into(), |byte| format!("{byte:#04x}"));
        write!(
            f,
            "differs at tick {} ({:.1} s): {}, output byte {}: recorded {}, computed {}",
            self.tick,
            self.time_s,
            self.field,
            self.byte,
            byte(self.recorded),
            byte(self.computed)
        )
    }
}

/// Every tick again; the first thing that is wrong ends it. A recording that was cut off is replayed
/// as far as it goes.
fn replay(reader: &Reader<'_>) -> Replayed {
    let mut replayed = Replayed { hash: Fnv1a64::new().value(), ticks: 0, finding: None };
    let survey = reader.survey();
    let bar = progress::bar(survey.ticks, progress::PART);
    let damage = survey.damage.into_iter().find(|damage| !damage.is_cut_off());
    replayed.finding = match damage {
        Some(damage) => Some(Finding::Recording(damage.to_string())),
        None => compare(reader, &mut replayed, &bar).err(),
    };
    bar.finish_and_clear();
    replayed
}

fn compare(reader: &Reader<'_>, replayed: &mut Replayed, bar: &ProgressBar) -> Result<(), Finding> {
    let config = configuration::of(reader).map_err(Finding::Recording)?;
    let mut control: Control<1> = Control::new(config);
    let mut restarts = restarts(reader).into_iter().peekable();
    let mut hash = Fnv1a64::new();
    let mut seals = InputSeals::default();
    let mut room = vec![0; ROOM];
    for tick in reader.ticks() {
        // Of damage only a cut can be left here.
        let Ok(tick) = tick else { break };
        while let Some((_, gap)) = restarts.next_if(|(at, _)| *at <= tick.number) {
            control = Control::restored(config, &control.checkpoint(), gap);
        }
        seals.add(&tick.inputs);
        let computed = compute(&mut control, &tick, &mut room)?;
        hash = hash.with(computed);
        replayed.hash = hash.value();
        replayed.ticks += 1;
        bar.set_position(replayed.ticks);
    }
    check_seals(reader, seals)
}

/// Not every input bit changes an output: the seals tell of the others.
fn check_seals(reader: &Reader<'_>, seals: InputSeals) -> Result<(), Finding> {
    let recorded = reader.blocks().filter_map(Result::ok).find_map(|located| match located.value {
        Block::Information(object) if object.contains_key("input_seals") => {
            Some(Value::Object(object))
        }
        _ => None,
    });
    match recorded.and_then(|recorded| seals.broken(&recorded)) {
        None => Ok(()),
        Some((first, last)) => Err(Finding::Recording(format!(
            "ticks {first} to {last}: inputs: allowed is what was recorded; the outputs are the same"
        ))),
    }
}

/// The outputs of one tick, if they are those that were recorded.
fn compute<'r>(
    control: &mut Control<1>,
    tick: &Tick,
    room: &'r mut [u8],
) -> Result<&'r [u8], Finding> {
    let unusable = |what: String| Finding::Recording(format!("tick {}: {what}", tick.number));
    let input =
        TickInput::read(&tick.inputs).map_err(|error| unusable(format!("inputs: {error}")))?;
    let outputs = control.tick(&input);
    let mut sink = SliceSink::new(room);
    outputs.write(&mut sink);
    let length = sink.finish().ok_or_else(|| unusable("the outputs do not fit".into()))?;
    let computed = room.get(..length).unwrap_or_default();
    if computed == tick.outputs {
        return Ok(computed);
    }
    let byte = tick.outputs.iter().zip(computed).take_while(|(a, b)| a == b).count();
    Err(Finding::Difference(Difference {
        tick: tick.number,
        time_s: input.now.as_millis() as f64 / 1_000.0,
        field: field_at(byte),
        byte,
        recorded: tick.outputs.get(byte).copied(),
        computed: computed.get(byte).copied(),
    }))
}

fn restarts(reader: &Reader<'_>) -> Vec<(u64, Option<Duration>)> {
    let blocks = reader.blocks().filter_map(|located| located.ok());
    blocks
        .filter_map(|located| match located.value {
            Block::Restart(restart) => Some((restart.tick, restart.gap)),
            _ => None,
        })
        .collect()
}

/// What is wrong with the end of a recording whose ticks are all as they were.
fn ending(reader: &Reader<'_>, replayed: &Replayed) -> Option<Finding> {
    let Replayed { hash, ticks, .. } = *replayed;
    let line = match reader.ending() {
        Ending::Complete { ticks: named, output_hash } if named == ticks => (output_hash != hash)
            .then(|| format!("the end names the hash {output_hash:016x}: allowed is {hash:016x}")),
        Ending::Complete { ticks: named, .. } => {
            Some(format!("the end names {named} ticks: allowed is {ticks}, as there are"))
        }
        Ending::CutOff => {
            Some(format!("cut off; its {ticks} ticks are identical, hash {hash:016x}"))
        }
    };
    line.map(Finding::Recording)
}

fn print(replayed: &Replayed, finding: Option<&Finding>) -> io::Result<()> {
    let mut out = io::stdout();
    match finding {
        None => writeln!(out, "identical {:016x} over {} ticks", replayed.hash, replayed.ticks),
        Some(Finding::Difference(difference)) => writeln!(out, "{difference}"),
        Some(Finding::Recording(_)) => Ok(()),
    }
}

fn document(replayed: &Replayed, finding: Option<&Finding>) -> Value {
    let difference = match finding {
        Some(Finding::Difference(difference)) => json!({
            "tick": difference.tick,
            "time_s": difference.time_s,
            "field": difference.field,
            "byte": difference.byte,
            "recorded": difference.recorded,
            "computed": difference.computed,
        }),
        _ => Value::Null,
    };
    json!({
        "identical": finding.is_none(),
        "output_hash": format!("{:016x}", replayed.hash),
        "ticks": replayed.ticks,
        "finding": finding.map(Finding::line),
        "difference": difference,
    })
}
