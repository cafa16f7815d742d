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
use std::sync::{Mutex, PoisonError};

/// Flips between two words of how far a process is.
const STRETCH: u64 = 512;
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

/// Which of so many equal parts of a plan is run: a long one is run in parts, and their tables are added.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    /// From 0.
    pub number: u64,
    /// From 1.
    pub of: u64,
}

impl Part {
    /// The whole plan.
    pub const WHOLE: Self = Self { number: 0, of: 1 };

    /// The turns from the first to before the last.
    const fn turns(self, plan: &Plan) -> (u64, u64) {
        let share = plan.turns().div_ceil(self.of);
        let (first, last) = (self.number * share, (self.number + 1) * share);
        let all = plan.turns();
        (if first < all { first } else { all }, if last < all { last } else { all })
    }
}

impl Plan {
    const fn per_point(&self) -> u64 {
        BITS.div_ceil(self.stride) as u64
    }

    /// How many turns; at some of them there is no bit, since the last stride of a point may end beyond.
    #[must_use]
    pub const fn turns(&self) -> u64 {
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
    /// Bits after whose flip the program could not go on. None is flipped again by any process that starts after it
    /// was found.
    pub fatal: BTreeSet<usize>,
    /// Bits after whose flip something was driven that must not be, by the world: in how many flips.
    pub harmful: BTreeMap<(usize, &'static str), u64>,
}

impl Findings {
    fn add(&mut self, other: Self) {
        self.flips += other.flips;
        for (place, flips) in other.harmful {
            *self.harmful.entry(place).or_default() += flips;
        }
    }
}

/// What a process is told on its command line and its input: the plan, the flips from `first` to before
/// `last`, whether to say a word before each, and the bits that are not flipped any more.
///
/// Says on its output: `at TURN FLIPS`, with the flips before it, `unsafe BIT WORLD`, and `done FLIPS`.
///
/// # Errors
/// Where its words cannot be read or written, and where what is not flipped is not as safe as it was: a flip
/// has spoilt the process, and its findings with it.
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
    let (mut flips, mut out) = (0_u64, std::io::stdout().lock());
    let mut case: Option<(usize, Case, Upset)> = None;
    for turn in first..last {
        let (point, bit) = plan.place(turn);
        if case.as_ref().is_none_or(|(at, ..)| *at != point) {
            let (_, found) = points.find(|(at, _)| *at == point).ok_or("no such point")?;
            let scratch = Upset::of(&found.control);
            case = Some((point, Case::new(found), scratch));
        }
        let Some((_, case, scratch)) = &mut case else { continue };
        if turn % STRETCH == 0 || turn == first || careful == 1 {
            if case.flip(BITS, scratch).is_some() {
                return Err("the process is spoilt".into());
            }
            writeln!(out, "at {turn} {flips}")?;
            out.flush()?;
        }
        if bit >= BITS || fatal.contains(&bit) {
            continue;
        }
        flips += 1;
        if let Some(world) = case.flip(bit, scratch) {
            writeln!(out, "unsafe {bit} {}", world.name())?;
        }
    }
    writeln!(out, "done {flips}")?;
    Ok(())
}

/// The field of a bit, where what its flip leaves can be looked at: what `name BIT` prints.
///
/// # Errors
/// Where there is no point.
pub fn print_name(bit: usize) -> Result<(), Box<dyn Error>> {
    let point = points(&Config::reference(), 8).pop().ok_or("no point")?;
    let mut upset = Upset::of(&point.control);
    let sound = upset.text();
    upset.become_flipped(&point.control, bit);
    println!("{}", name::of(&sound, &upset.text()).unwrap_or_else(|| "no field".into()));
    Ok(())
}

/// The fields of these bits. A bit may be too wild to look at: its neighbours in the byte tell the field
/// then, or the bytes before it.
///
/// # Errors
/// Where no process can be started.
pub fn names_of(
    bits: impl Iterator<Item = usize>,
) -> Result<BTreeMap<usize, String>, Box<dyn Error>> {
    let mut seen = BTreeMap::new();
    bits.map(|bit| Ok((bit, name_of_byte(bit / 8, &mut seen)?))).collect()
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

/// Runs a plan in so many processes at a time. The processes are this same program, with `work` and its
/// words.
///
/// # Errors
/// Where the plan has no flip in it or there is no such part, where no process can be started, and where one says
/// that it failed.
pub fn run(plan: Plan, part: Part, processes: u64) -> Result<Findings, Box<dyn Error>> {
    if plan.points == 0 || plan.stride == 0 || plan.stride > BITS {
        return Err(format!("points from 1, and a stride from 1 to {BITS}").into());
    }
    if part.number >= part.of {
        return Err(format!("parts from 0 to {}", part.of.saturating_sub(1)).into());
    }
    let (begin, end) = part.turns(&plan);
    let share = (end - begin).div_ceil(processes);
    let (mut all, fatal) = (Findings::default(), Fatal::default());
    let fatal = &fatal;
    std::thread::scope(|scope| -> Result<(), Box<dyn Error>> {
        let shares = (0..processes).map(|number| {
            let [first, last] = [number, number + 1].map(|it| (begin + it * share).min(end));
            scope.spawn(move || stretch(plan, first, last, fatal).map_err(|it| it.to_string()))
        });
        let shares: Vec<_> = shares.collect();
        for share in shares {
            all.add(share.join().map_err(|_| "a thread died")??);
        }
        Ok(())
    })?;
    all.fatal = fatal.all();
    Ok(all)
}

/// The bits that ended a process, as all processes together have found them.
#[derive(Debug, Default)]
struct Fatal(Mutex<BTreeSet<usize>>);

impl Fatal {
    fn all(&self) -> BTreeSet<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn add(&self, bit: usize) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(bit);
    }
}

fn stretch(plan: Plan, first: u64, last: u64, fatal: &Fatal) -> Result<Findings, Box<dyn Error>> {
    let (mut findings, mut from, mut careful) = (Findings::default(), first, false);
    while from < last {
        let until = if careful { (from + 2 * STRETCH).min(last) } else { last };
        match process(plan, from, until, careful, (&fatal.all(), &mut findings))? {
            None => (from, careful) = (until, false),
            // What is found again after a death was found before it: it is counted once.
            Some(at) if careful => {
                fatal.add(plan.place(at).1);
                (from, careful) = (at + 1, false);
            }
            Some(at) => (from, careful) = (at, true),
        }
    }
    Ok(findings)
}

/// Runs one process; gives the last flip that it began if it did not end well.
fn process(
    plan: Plan,
    first: u64,
    last: u64,
    careful: bool,
    (fatal, findings): (&BTreeSet<usize>, &mut Findings),
) -> Result<Option<u64>, Box<dyn Error>> {
    let words = [plan.points as u64, plan.stride as u64, first, last, u64::from(careful)];
    let mut child = Command::new(std::env::current_exe()?)
        .arg("work")
        .args(words.map(|word| word.to_string()))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    tell_fatal(child.stdin.take(), fatal)?;
    let lines = lines_of(&mut child)?;
    let mut progress = Progress { at: first, ..Progress::default() };
    while let Ok(line) = lines.recv_timeout(PATIENCE) {
        progress.hear(&line, findings)?;
    }
    findings.flips += progress.flips;
    let _ = child.kill();
    if child.wait()?.code() == Some(1) {
        return Err("a process failed".into());
    }
    Ok((!progress.done).then_some(progress.at))
}

/// What a process has said so far.
#[derive(Debug, Default)]
struct Progress {
    at: u64,
    flips: u64,
    done: bool,
    /// Since the last stretch began. Only what was found in a stretch that ended is final: what was found in one
    /// that did not is found again.
    harmful: Vec<(usize, &'static str)>,
}

impl Progress {
    fn hear(&mut self, line: &str, findings: &mut Findings) -> Result<(), Box<dyn Error>> {
        match line.split(' ').collect::<Vec<_>>().as_slice() {
            ["at", turn, flips] => {
                (self.at, self.flips) = (turn.parse()?, flips.parse()?);
                self.settle(findings);
            }
            ["unsafe", bit, world] => {
                let world = World::ALL.map(World::name).into_iter().find(|name| name == world);
                self.harmful.push((bit.parse()?, world.ok_or("no such world")?));
            }
            ["done", flips] => {
                (self.flips, self.done) = (flips.parse()?, true);
                self.settle(findings);
            }
            _ => return Err(format!("a process says '{line}'").into()),
        }
        Ok(())
    }

    fn settle(&mut self, findings: &mut Findings) {
        for place in self.harmful.drain(..) {
            *findings.harmful.entry(place).or_default() += 1;
        }
    }
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
    fn every_bit_has_its_turn() {
        for stride in [1, 37, 64, 1_009] {
            let plan = Plan { points: stride, stride };
            let bits = (0..plan.turns()).map(|turn| plan.place(turn).1);
            let bits: BTreeSet<usize> = bits.filter(|bit| *bit < BITS).collect();
            assert_eq!(bits.len(), BITS, "{stride}");
        }
    }

    #[test]
    fn a_plan_without_flips_is_refused() {
        for plan in [(0, 1), (1, 0), (1, BITS + 1)] {
            assert!(run(Plan { points: plan.0, stride: plan.1 }, Part::WHOLE, 1).is_err());
        }
        let part = Part { number: 3, of: 3 };
        assert!(run(Plan { points: 1, stride: 1 }, part, 1).is_err());
    }

    #[test]
    fn the_parts_of_a_plan_are_the_plan() {
        let plan = Plan { points: 3, stride: 1_009 };
        for of in [1, 2, 7, 1_000] {
            let parts: Vec<_> = (0..of).map(|number| Part { number, of }.turns(&plan)).collect();
            let joined = parts.windows(2).all(|two| two[0].1 == two[1].0);
            assert!(joined && parts[0].0 == 0 && parts[parts.len() - 1].1 == plan.turns());
        }
    }

    #[test]
    fn what_was_found_counts_once_its_stretch_has_ended() {
        let (mut findings, mut progress) = (Findings::default(), Progress::default());
        for line in ["at 0 0", "unsafe 7 calm", "at 9 8", "unsafe 8 stops"] {
            progress.hear(line, &mut findings).unwrap();
        }
        assert_eq!(findings.harmful, BTreeMap::from([((7, "calm"), 1)]));
        progress.hear("done 12", &mut findings).unwrap();
        assert_eq!((findings.harmful.len(), progress.flips, progress.done), (2, 12, true));
        assert!(progress.hear("hello", &mut findings).is_err());
    }
}
