//! `coldcap-upset [POINTS [STRIDE [PART PARTS]]]`: flips bits of a control at points of a treatment, prints what that
//! does, and fails where something unsafe is not among what is known.

use coldcap_upset::campaign::{Findings, Part, Plan, names_of, print_name, run, work};
use coldcap_upset::flip::BITS;
use core::error::Error;
use std::collections::BTreeMap;

/// Fields in which, in which world, a flipped bit may drive for longer than one tick what must not be driven, and what it
/// would take.
const KNOWN: &[(&str, &str, &str)] = &[
    ("channels.state.session.phase", "calm", PHASE),
    ("config.limits.delays.freeze_samples", "freezes", LIMITS),
    ("config.limits.raw.freeze_trip", "freezes", LIMITS),
    ("config.limits.raw.open_above", "freezes", LIMITS),
    ("config.tank.hysteresis", "calm", TANK),
    ("config.thermistor.header.first_row", "calm", TABLE),
    ("config.thermistor.rows", "calm", TABLE),
    ("machine.tank.chiller", "calm", TANK),
];

const PHASE: &str = "a second copy of the phase, complemented, and safe hold where they differ";
const LIMITS: &str = "the limits in flash, or a second copy that is compared every tick";
const TABLE: &str = "the table in flash, and the reference to it under a memory protection unit";
const TANK: &str = "the chiller runs without need, until the trip of a cold evaporator ends it, which has a limit of its \
                    own: a second copy of what is configured";

fn main() -> Result<(), Box<dyn Error>> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    match words.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["work", ..] => work(&words[1..]),
        ["name", bit] => print_name(bit.parse()?),
        [] => campaign(Plan { points: 20, stride: 1_009 }, Part::WHOLE),
        [points] => campaign(Plan { points: points.parse()?, stride: 1 }, Part::WHOLE),
        [points, stride] => campaign(plan(points, stride)?, Part::WHOLE),
        [points, stride, number, of] => {
            let part = Part { number: number.parse()?, of: of.parse()? };
            campaign(plan(points, stride)?, part)
        }
        _ => Err("usage: coldcap-upset [POINTS [STRIDE [PART PARTS]]]".into()),
    }
}

fn plan(points: &str, stride: &str) -> Result<Plan, Box<dyn Error>> {
    Ok(Plan { points: points.parse()?, stride: stride.parse()? })
}

fn campaign(plan: Plan, part: Part) -> Result<(), Box<dyn Error>> {
    let processes = std::thread::available_parallelism()?.get() as u64;
    let findings = run(plan, part, processes)?;
    let Plan { points, stride } = plan;
    println!("{BITS} bits, {points} points, every bit in {stride}: {} flips", findings.flips);
    if part.of > 1 {
        println!("part {} of 0 to {}", part.number, part.of - 1);
    }
    let unknown = report_harmful(&findings)?;
    report_fatal(&findings)?;
    if unknown.is_empty() { Ok(()) } else { Err(format!("unsafe: {unknown:?}").into()) }
}

fn report_fatal(findings: &Findings) -> Result<(), Box<dyn Error>> {
    let mut fields: BTreeMap<String, usize> = BTreeMap::new();
    for name in names_of(findings.fatal.iter().copied())?.into_values() {
        *fields.entry(name).or_default() += 1;
    }
    println!("\n| field | bits that end the program |\n|---|---|");
    fields.iter().for_each(|(field, bits)| println!("| `{field}` | {bits} |"));
    Ok(())
}

/// Prints the fields that are unsafe; gives those that are not known to be.
fn report_harmful(findings: &Findings) -> Result<Vec<String>, Box<dyn Error>> {
    let names = names_of(findings.harmful.keys().map(|(bit, _)| *bit))?;
    let mut fields: BTreeMap<(&str, &str), (u64, u64)> = BTreeMap::new();
    for ((bit, world), flips) in &findings.harmful {
        let sums = fields.entry((&names[bit], world)).or_default();
        *sums = (sums.0 + flips, sums.1 + 1);
    }
    println!(
        "\n| field | world | unsafe flips | bits | what it would take |\n|---|---|---|---|---|"
    );
    let mut unknown = Vec::new();
    for ((field, world), (flips, bits)) in fields {
        let known = KNOWN.iter().find(|known| (known.0, known.1) == (field, world));
        let remedy = known.map_or("not known", |known| known.2);
        println!("| `{field}` | {world} | {flips} | {bits} | {remedy} |");
        unknown.extend(known.is_none().then(|| format!("{field}, {world}")));
    }
    Ok(unknown)
}
