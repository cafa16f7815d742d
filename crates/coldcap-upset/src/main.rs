//! `coldcap-upset [POINTS [STRIDE]]`: flips bits of a control at points of a treatment, prints what that
//! does, and fails where something unsafe is not among what is known.

use coldcap_upset::campaign::{Findings, Plan, names_of, print_name, run, work};
use coldcap_upset::flip::BITS;
use core::error::Error;

/// Fields in which a flipped bit may drive for longer than one tick what must not be driven, and what it
/// would take.
const KNOWN: &[(&str, &str)] = &[
    ("channels.state.session.phase", PHASE),
    ("config.limits.delays.freeze_samples", LIMITS),
    ("config.limits.raw.freeze_trip", LIMITS),
    ("config.limits.raw.open_above", LIMITS),
    ("config.tank.hysteresis", TANK),
    ("config.thermistor.header.first_row", TABLE),
    ("config.thermistor.rows", TABLE),
    ("machine.tank.chiller", TANK),
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
        [] => campaign(Plan { points: 20, stride: 1_009 }),
        [points] => campaign(Plan { points: points.parse()?, stride: 1 }),
        [points, stride] => {
            campaign(Plan { points: points.parse()?, stride: stride.parse::<usize>()?.max(1) })
        }
        _ => Err("usage: coldcap-upset [POINTS [STRIDE]]".into()),
    }
}

fn campaign(plan: Plan) -> Result<(), Box<dyn Error>> {
    let processes = std::thread::available_parallelism()?.get() as u64;
    let findings = run(plan, processes)?;
    let Plan { points, stride } = plan;
    println!("{BITS} bits, {points} points, every bit in {stride}: {} flips", findings.flips);
    let unknown = report(&findings);
    println!("\n| field | bits that end the program |\n|---|---|");
    for (field, bits) in names_of(&findings.fatal)? {
        println!("| `{field}` | {bits} |");
    }
    if unknown.is_empty() { Ok(()) } else { Err(format!("unsafe: {unknown:?}").into()) }
}

/// Prints the fields that are unsafe; gives those that are not known.
fn report(findings: &Findings) -> Vec<&str> {
    println!(
        "\n| field | world | unsafe flips | bits | what it would take |\n|---|---|---|---|---|"
    );
    let mut unknown = Vec::new();
    for (field, worlds) in &findings.unsafe_fields {
        let known = KNOWN.iter().find(|(known, _)| known == field);
        let remedy = known.map_or("not known", |(_, remedy)| remedy);
        for (world, found) in worlds {
            println!("| `{field}` | {world} | {} | {} | {remedy} |", found.flips, found.bits.len());
        }
        unknown.extend(known.is_none().then_some(field.as_str()));
    }
    unknown
}
