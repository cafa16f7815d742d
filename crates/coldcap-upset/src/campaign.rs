//! Many flips, in processes that may die of them.
//!
//! A process works through flips in order and says how far it is. Where it dies or hangs, the next one
//! goes through the same stretch again and says so before every flip, which finds the bit; it is not
//! flipped again.

use crate::flip::{BITS, Upset};
use crate::name;
use crate::treatment::points;
use crate::trial::{Case, World};
use coldcap::Config;
use core::error::Error;
use core::time::Duration;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{self, Receiver};

/// Flips between two words of how far a process is.
const STRETCH: u64 = 4_096;
/// Longer than this nothing takes that does not hang.
const PATIENCE: Duration = Duration::from_secs(60);

/// How many bytes before one that cannot be looked at may give it a name.
const FARTHEST: usize = 24;

/// Which flips: `points` of a treatment, and at each of them every `stride`th bit, beginning with another
/// one at each point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plan {
    /// How many points.
    pub points: usize,
    /// 1 for every bit.
    pub stride: usize,
}

impl Plan {
    const fn per_point(&self) -> u64 {
        (BITS / self.stride) as u64
    }

    /// How many flips.
    #[must_use]
    pub const fn flips(&self) -> u64 {
        self.per_point() * self.points as u64
    }

    /// Point and bit of a flip.
    const fn place(&self, flip: u64) -> (usize, usize) {
        let (point, share) = (flip / self.per_point(), flip % self.per_point());
        let point = point as usize;
        (point, share as usize * self.stride + point % self.stride)
    }
}

/// What a campaign found.
#[derive(Clone, Debug, Default)]
pub struct Findings {
    /// Flips done.
    pub flips: u64,
    /// Bits after whose flip the program could not go on, each tried once.
    pub fatal: BTreeSet<usize>,
    /// Bits after whose flip something was driven that must not be, with their fields and in how many
    /// flips, by the world.
    pub unsafe_fields: BTreeMap<String, BTreeMap<&'static str, Unsafe>>,
}

/// Of a field in a world: how many flips were unsafe, and which bits.
#[derive(Clone, Debug, Default)]
pub struct Unsafe {
    /// Flips.
    pub flips: u64,
    /// Bits.
    pub bits: BTreeSet<usize>,
}

impl Findings {
    fn add(&mut self, other: Self) {
        self.flips += other.flips;
        self.fatal.extend(other.fatal);
        for (field, worlds) in other.unsafe_fields {
            for (world, found) in worlds {
                let ours = self.unsafe_fields.entry(field.clone()).or_default();
                let ours = ours.entry(world).or_default();
                ours.flips += found.flips;
                ours.bits.extend(found.bits);
            }
        }
    }

    fn found(&mut self, field: &str, world: &'static str, bit: usize) {
        let worlds = self.unsafe_fields.entry(field.to_owned()).or_default();
        let found = worlds.entry(world).or_default();
        found.flips += 1;
        found.bits.insert(bit);
    }
}

/// What a process is told on its command line and its input: the plan, the flips from `first` to before
/// `last`, whether to say a word before each, and the bits that are not flipped any more.
///
/// Says on its output: `at FLIP`, `unsafe BIT WORLD FIELD`, and `done`.
///
/// # Errors
/// Where its words cannot be read or written.
pub fn work(words: &[String]) -> Result<(), Box<dyn Error>> {
    let number = |at: usize| -> Result<u64, Box<dyn Error>> {
        Ok(words.get(at).ok_or("too few words")?.parse()?)
    };
    let plan = Plan { points: number(0)? as usize, stride: number(1)? as usize };
    let (first, last, careful) = (number(2)?, number(3)?, number(4)? as usize);
    let mut fatal = String::new();
    std::io::stdin().read_to_string(&mut fatal)?;
    let fatal: BTreeSet<usize> = fatal.split_whitespace().flat_map(str::parse).collect();
    let mut points = points(&Config::reference(), plan.points).into_iter().enumerate();
    let mut scratch = Upset::default();
    let (mut case, mut out) = (None, std::io::stdout().lock());
    for flip in first..last {
        let (point, bit) = plan.place(flip);
        if flip % STRETCH == 0 || flip == first || careful == 1 {
            writeln!(out, "at {flip}")?;
            out.flush()?;
        }
        if case.as_ref().is_none_or(|(at, _)| *at != point) {
            let found = points.find(|(at, _)| *at == point).ok_or("no such point")?;
            case = Some((point, Case::new(found.1)));
        }
        let (Some((_, case)), false) = (&case, fatal.contains(&bit)) else { continue };
        if let Some(world) = case.flip(bit, &mut scratch) {
            writeln!(out, "unsafe {bit} {} {}", world_name(world), field(case, bit, &mut scratch))?;
        }
    }
    writeln!(out, "done")?;
    Ok(())
}

fn field(case: &Case, bit: usize, scratch: &mut Upset) -> String {
    scratch.become_flipped(&case.point().control, BITS);
    let sound = scratch.text();
    scratch.become_flipped(&case.point().control, bit);
    name::of(&sound, &scratch.text()).unwrap_or_else(|| "no field".into())
}

/// The field of a bit, by a bit of the same byte whose flip can be looked at: what `name BIT` prints.
///
/// # Errors
/// Where there is no point.
pub fn print_name(bit: usize) -> Result<(), Box<dyn Error>> {
    let point = points(&Config::reference(), 8).pop().ok_or("no point")?;
    println!("{}", field(&Case::new(point), bit, &mut Upset::default()));
    Ok(())
}

/// The fields of bits that end the program, and how many of the bits belong to each. A bit may be too
/// wild to look at: its neighbours in the byte tell the field then.
///
/// # Errors
/// Where no process can be started.
pub fn names_of(bits: &BTreeSet<usize>) -> Result<BTreeMap<String, usize>, Box<dyn Error>> {
    let (mut seen, mut counted) = (BTreeMap::new(), BTreeMap::new());
    for bit in bits {
        *counted.entry(name_of_byte(bit / 8, &mut seen)?).or_insert(0) += 1;
    }
    Ok(counted)
}

/// Names of bytes, `None` for those that cannot be looked at.
type Seen = BTreeMap<usize, Option<String>>;

fn name_of_byte(byte: usize, seen: &mut Seen) -> Result<String, Box<dyn Error>> {
    for at in (byte.saturating_sub(FARTHEST)..=byte).rev() {
        if let std::collections::btree_map::Entry::Vacant(vacant) = seen.entry(at) {
            vacant.insert(seen_name(at)?);
        }
        if let Some(name) = &seen[&at] {
            return Ok(if at == byte { name.clone() } else { format!("behind {name}") });
        }
    }
    Ok(format!("byte {byte}"))
}

/// The name of a byte, by the first of its bits that can be looked at.
fn seen_name(byte: usize) -> Result<Option<String>, Box<dyn Error>> {
    for bit in 8 * byte..8 * byte + 8 {
        let line = Command::new(std::env::current_exe()?)
            .args(["name", &bit.to_string()])
            .stderr(Stdio::null())
            .output()?;
        let name = String::from_utf8_lossy(&line.stdout).trim().to_owned();
        if line.status.success() && !name.is_empty() && name != "no field" {
            return Ok(Some(name));
        }
    }
    Ok(None)
}

const fn world_name(world: World) -> &'static str {
    match world {
        World::Calm => "calm",
        World::Freezes => "freezes",
        World::Stops => "stops",
    }
}

/// Runs a plan in so many processes at a time. The processes are this same program, with `work` and its
/// words.
///
/// # Errors
/// Where no process can be started.
pub fn run(plan: Plan, processes: u64) -> Result<Findings, Box<dyn Error>> {
    let share = plan.flips().div_ceil(processes);
    let mut all = Findings::default();
    std::thread::scope(|scope| -> Result<(), Box<dyn Error>> {
        let shares = (0..processes).map(|number| {
            let last = ((number + 1) * share).min(plan.flips());
            scope.spawn(move || stretch(plan, number * share, last).map_err(|it| it.to_string()))
        });
        let shares: Vec<_> = shares.collect();
        for share in shares {
            all.add(share.join().map_err(|_| "a thread died")??);
        }
        Ok(())
    })?;
    Ok(all)
}

fn stretch(plan: Plan, first: u64, last: u64) -> Result<Findings, Box<dyn Error>> {
    let (mut findings, mut from, mut careful) = (Findings::default(), first, false);
    while from < last {
        let until = if careful { (from + 2 * STRETCH).min(last) } else { last };
        match process(plan, from, until, careful, &mut findings)? {
            None => (from, careful) = (until, false),
            // What is found again after a death was found before it: it is counted once.
            Some(at) if careful => {
                findings.fatal.insert(plan.place(at).1);
                (from, careful) = (at + 1, false);
            }
            Some(at) => (from, careful) = (at, true),
        }
    }
    findings.flips = last - first;
    Ok(findings)
}

/// Runs one process; gives the last flip that it began if it did not end well.
fn process(
    plan: Plan,
    first: u64,
    last: u64,
    careful: bool,
    findings: &mut Findings,
) -> Result<Option<u64>, Box<dyn Error>> {
    let words = [plan.points as u64, plan.stride as u64, first, last, u64::from(careful)];
    let mut child = Command::new(std::env::current_exe()?)
        .arg("work")
        .args(words.map(|word| word.to_string()))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()?;
    tell_fatal(child.stdin.take(), &findings.fatal)?;
    let lines = lines_of(&mut child)?;
    let (mut at, mut done, mut heard) = (first, false, Vec::new());
    while let Ok(line) = lines.recv_timeout(PATIENCE) {
        let words: Vec<&str> = line.split(' ').collect();
        match words.as_slice() {
            ["at", flip] => {
                at = flip.parse()?;
                // Only what was found before a stretch that ended is final.
                heard.drain(..).for_each(|(field, world, bit): (String, _, _)| {
                    findings.found(&field, world, bit);
                });
            }
            ["unsafe", bit, world, field @ ..] => {
                let world = World::ALL.map(world_name).into_iter().find(|name| name == world);
                heard.push((field.join(" "), world.ok_or("no such world")?, bit.parse()?));
            }
            _ => done = words == ["done"],
        }
    }
    let _ = child.kill();
    child.wait()?;
    if !done {
        return Ok(Some(at));
    }
    heard.iter().for_each(|(field, world, bit)| findings.found(field, world, *bit));
    Ok(None)
}

fn tell_fatal(input: Option<ChildStdin>, fatal: &BTreeSet<usize>) -> std::io::Result<()> {
    let Some(mut input) = input else { return Ok(()) };
    fatal.iter().try_for_each(|bit| writeln!(input, "{bit}"))
}

fn lines_of(child: &mut Child) -> Result<Receiver<String>, Box<dyn Error>> {
    let output = BufReader::new(child.stdout.take().ok_or("no output")?);
    let (said, lines) = mpsc::channel();
    std::thread::spawn(move || {
        output.lines().map_while(Result::ok).try_for_each(|line| said.send(line))
    });
    Ok(lines)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_bit_has_its_turn_and_a_stride_begins_elsewhere_at_each_point() {
        let all = Plan { points: 3, stride: 1 };
        assert_eq!(all.flips(), 3 * BITS as u64);
        assert_eq!(all.place(BITS as u64 + 5), (1, 5));
        let some = Plan { points: 3, stride: 64 };
        assert_eq!(some.place(0), (0, 0));
        assert_eq!(some.place(some.per_point() + 1), (1, 65));
    }
}
