//! Feeds a recording to the core again.

use crate::arguments::Replay;
use crate::failure::Failure;
use coldcap::canonical::SliceSink;
use coldcap::hash::Fnv1a64;
use coldcap::{Config, Control, TickInput, field_at};
use coldcap_host::capture::{Block, Ending, Reader};
use serde_json::json;
use std::fs;

const ROOM: usize = 4_096;

pub(crate) fn run(options: &Replay) -> Result<(), Failure> {
    let path = options.file.as_path();
    let bytes = fs::read(path).map_err(|error| Failure::unreadable(path, &error))?;
    let wrong = |line: String| Failure::Wrong(format!("{}: {line}", path.display()));
    let reader = Reader::new(&bytes).map_err(|damage| wrong(damage.to_string()))?;
    let survey = reader.survey();
    if let Some(damage) = survey.damage.first() {
        return Err(wrong(damage.to_string()));
    }
    let replayed = replay(&reader).map_err(wrong)?;
    let hash = format!("{:016x}", replayed.hash);
    let (ending, same) = match reader.ending() {
        Ending::Complete { ticks, output_hash } => {
            ("complete", ticks == replayed.ticks && output_hash == replayed.hash)
        }
        Ending::CutOff => ("cut off", true),
    };
    if !same {
        return Err(wrong(format!("the end names another hash than {hash}")));
    }
    if options.json {
        println!(
            "{}",
            json!({ "identical": true, "output_hash": hash, "ticks": replayed.ticks, "ending": ending })
        );
    } else {
        println!("identical {hash} over {} ticks, recording {ending}", replayed.ticks);
    }
    Ok(())
}

struct Replayed {
    hash: u64,
    ticks: u64,
}

/// Every tick again; the first difference ends it.
fn replay(reader: &Reader<'_>) -> Result<Replayed, String> {
    let config = Config::reference();
    let mut control: Control<1> = Control::new(config);
    let mut restarts = restarts(reader).into_iter().peekable();
    let mut hash = Fnv1a64::new();
    let mut room = vec![0; ROOM];
    let mut ticks = 0;
    for tick in reader.ticks() {
        let tick = tick.map_err(|damage| damage.to_string())?;
        while let Some((_, gap)) = restarts.next_if(|(at, _)| *at <= tick.number) {
            control = Control::restored(config, &control.checkpoint(), gap);
        }
        let input = TickInput::read(&tick.inputs)
            .map_err(|error| format!("tick {}: inputs: {error}", tick.number))?;
        let outputs = control.tick(&input);
        let mut sink = SliceSink::new(&mut room);
        outputs.write(&mut sink);
        let length = sink.finish().ok_or("the outputs do not fit")?;
        let computed = room.get(..length).unwrap_or_default();
        if computed != tick.outputs {
            return Err(difference(tick.number, input.now.as_millis(), &tick.outputs, computed));
        }
        hash = hash.with(computed);
        ticks += 1;
    }
    Ok(Replayed { hash: hash.value(), ticks })
}

fn restarts(reader: &Reader<'_>) -> Vec<(u64, Option<coldcap_units::Duration>)> {
    let blocks = reader.blocks().filter_map(|located| located.ok());
    blocks
        .filter_map(|located| match located.value {
            Block::Restart(restart) => Some((restart.tick, restart.gap)),
            _ => None,
        })
        .collect()
}

fn difference(tick: u64, millis: u64, recorded: &[u8], computed: &[u8]) -> String {
    let same = recorded.iter().zip(computed).take_while(|(a, b)| a == b).count();
    let byte = |bytes: &[u8]| bytes.get(same).map_or("nothing".into(), |b| format!("{b:#04x}"));
    format!(
        "differs at tick {tick} ({:.1} s): {}, output byte {same}: recorded {}, computed {}",
        millis as f64 / 1_000.0,
        field_at(same),
        byte(recorded),
        byte(computed)
    )
}
