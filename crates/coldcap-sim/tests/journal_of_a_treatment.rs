//! Power fails at any byte of what a whole treatment stores. The record that is found is a prefix of the truth, the state
//! behind it is the one that was stored with it, and what goes on from there does so with one marked gap.
#![allow(missing_docs)]

use coldcap::{CHECKPOINT_BYTES, Checkpoint, Config, Control, TickInput};
use coldcap_journal::restart::{Circumstances, Decision, ResetCause, RestartLimits, decide};
use coldcap_journal::simulated::SimulatedFlash;
use coldcap_journal::{Error, Journal, Region, Stamp, StoredEntry};
use coldcap_session::record::{Chain, Entry};
use coldcap_session::{Note, Phase};
use coldcap_sim::PatientParameters;
use coldcap_sim::bedside::Bedside;
use coldcap_units::{Duration, Instant, Interface, Reading};
use std::collections::BTreeMap;

const BYTES: usize = 512 * 1_024;
const SECTOR: usize = 4_096;
const REGION: Region = Region { start: 0, length: BYTES as u32, sector: 8_192 };
type Flash<const GROUP: usize> = SimulatedFlash<BYTES, SECTOR, GROUP>;

/// What a board stores: a commit where there is something to say, every ten seconds of a treatment, and every minute else with a
/// beat every ten seconds between.
enum Step {
    Commit { stamp: Stamp, entries: Vec<[u8; 48]>, checkpoint: Vec<u8> },
    Beat(Stamp),
}

const TREATED: u64 = 10_000;
const IDLE: u64 = 60_000;
const BEAT: u64 = 10_000;

fn stored(checkpoint: &Checkpoint<1>) -> Vec<u8> {
    let mut bytes = [0; CHECKPOINT_BYTES];
    let length = checkpoint.to_bytes(&mut bytes).expect("it has room");
    bytes[..length].to_vec()
}

/// All that a standard visit makes a board store, from power-up until the cap is off.
fn visit() -> Vec<Step> {
    let patient = PatientParameters::standard();
    let mut bedside = Bedside::standard(patient, 7).expect("it is sound");
    let (mut steps, mut last) = (Vec::new(), 0);
    let mut treated = false;
    while !(treated && bedside.channel().phase == Phase::Standby) {
        let outputs = bedside.tick();
        treated |= bedside.channel().phase.is_cooling();
        let now = bedside.now().as_millis();
        let stamp = Stamp { at: bedside.now(), clock: Some((now / 1_000) as u32) };
        let held = bedside.control().held_entries();
        let entries: Vec<_> = outputs.entries.iter().chain(held).map(|entry| entry.0).collect();
        let is_treated = !matches!(bedside.channel().phase, Phase::Boot | Phase::Standby);
        let period = if is_treated { TREATED } else { IDLE };
        if !entries.is_empty() || now - last >= period {
            last = now;
            let checkpoint = stored(&bedside.control().checkpoint());
            steps.push(Step::Commit { stamp, entries, checkpoint });
        } else if now.is_multiple_of(BEAT) {
            steps.push(Step::Beat(stamp));
        }
        assert!(now < 8 * 3_600_000, "the visit ends");
    }
    steps
}

fn store<const GROUP: usize>(
    journal: &mut Journal<Flash<GROUP>>,
    step: &Step,
) -> Result<(), Error> {
    match step {
        Step::Beat(stamp) => journal.beat(*stamp),
        Step::Commit { stamp, entries, checkpoint } => {
            journal.commit(*stamp, entries, checkpoint).map(|_| ())
        }
    }
}

fn read<const GROUP: usize>(journal: &mut Journal<Flash<GROUP>>) -> Vec<Entry> {
    let (mut cursor, mut entries) = (journal.oldest_entry(), Vec::new());
    while let Some(found) = journal.next_entry(&mut cursor).expect("the flash is read") {
        let StoredEntry::Entry(entry) = found else { panic!("{found:?}") };
        entries.push(entry);
    }
    entries
}

/// What is true behind each number of steps: so many entries, and the last state that was stored.
struct Truth {
    entries: Vec<Entry>,
    /// By the number of steps that were done.
    behind: Vec<(usize, Vec<u8>, Option<Instant>)>,
}

fn truth(steps: &[Step]) -> Truth {
    let (mut all, mut behind) = (BTreeMap::new(), vec![(0, Vec::new(), None)]);
    for step in steps {
        let (_, mut state, _) = behind.last().expect("one is there").clone();
        let stamp = match step {
            Step::Beat(stamp) => *stamp,
            Step::Commit { stamp, entries, checkpoint } => {
                all.extend(entries.iter().map(Entry::from_bytes).map(|entry| (entry.index, entry)));
                state.clone_from(checkpoint);
                *stamp
            }
        };
        behind.push((all.len(), state, Some(stamp.at)));
    }
    Truth { entries: all.into_values().collect(), behind }
}

/// Opens what a cut in this step left, and holds it against the truth. Gives how many steps it knows of.
fn check<const GROUP: usize>(flash: Flash<GROUP>, truth: &Truth, step: usize) -> usize {
    let mut journal = Journal::open(flash, REGION).expect("there is a journal");
    let entries = read(&mut journal);
    let stamp = journal.found().stamp.map(|stamp| stamp.at);
    let done = if stamp == truth.behind[step].2 { step } else { step + 1 };
    let (count, state, at) = &truth.behind[done];
    assert_eq!((entries.len(), stamp), (*count, *at));
    assert_eq!(entries, truth.entries[..*count]);
    let Some(commit) = journal.found().commit else {
        assert!(state.is_empty());
        return done;
    };
    let mut checkpoint = [0; CHECKPOINT_BYTES];
    let length = journal.checkpoint(&commit, &mut checkpoint).expect("it is read");
    assert_eq!(&checkpoint[..length], state);
    done
}

/// Power fails behind every `stride`-th byte of the visit, each time beginning elsewhere. Gives how often.
fn cuts<const GROUP: usize>(steps: &[Step], truth: &Truth, stride: u64, first: u64) -> u64 {
    let mut journal = Journal::format(Flash::<GROUP>::new(), REGION).expect("it is formatted");
    let (mut cuts, mut next) = (0, first);
    for (number, step) in steps.iter().enumerate() {
        let work = journal.flash_mut().work();
        let before = journal.clone();
        store(&mut journal, step).expect("it is stored");
        let after = journal.flash_mut().work();
        let erased = (after.erased - work.erased) * SECTOR as u64;
        let bytes = after.programmed - work.programmed + erased;
        while next < bytes {
            let mut cut = before.clone();
            cut.flash_mut().fail_after(next, next ^ (number as u64) << 40);
            store(&mut cut, step).expect_err("the power failed");
            let mut flash = cut.release();
            flash.power_up();
            check(flash, truth, number);
            (cuts, next) = (cuts + 1, next + stride);
        }
        next -= bytes;
    }
    let entries = read(&mut journal);
    assert_eq!(entries, truth.entries);
    let [flash, rest] = [journal.flash_mut().work().programmed, u64::from(journal.room())];
    println!("groups of {GROUP}: {cuts} cuts in {flash} bytes, {rest} left before an erasure");
    cuts
}

/// The whole visit, its power cut behind every `stride`-th byte, in groups of 4, 8 and 16 bytes. Gives how often.
fn cut_through_a_visit(stride: u64) -> u64 {
    let steps = visit();
    let truth = truth(&steps);
    let commits = steps.iter().filter(|step| matches!(step, Step::Commit { .. })).count();
    println!("{commits} commits, {} beats, {} entries", steps.len() - commits, truth.entries.len());
    let whole = Chain::new().follow(&truth.entries).map(|chain| chain.len() as usize);
    assert_eq!(whole, Ok(truth.entries.len()));
    // A flash in memory is a megabyte, and every cut copies it.
    let in_room = |run: fn(&[Step], &Truth, u64) -> u64| {
        std::thread::scope(|scope| {
            let thread = std::thread::Builder::new().stack_size(64 << 20);
            let run = || run(&steps, &truth, stride);
            thread.spawn_scoped(scope, run).expect("it begins").join().expect("it ends")
        })
    };
    in_room(|steps, truth, stride| cuts::<4>(steps, truth, stride, 0))
        + in_room(|steps, truth, stride| cuts::<8>(steps, truth, stride, stride / 3))
        + in_room(|steps, truth, stride| cuts::<16>(steps, truth, stride, stride / 2))
}

#[test]
fn a_cut_at_any_byte_of_a_treatment_leaves_a_prefix_of_the_truth() {
    assert!(cut_through_a_visit(401) >= 2_500);
}

#[test]
#[ignore = "minutes; `cargo xtask campaign journal` runs it in release"]
fn a_cut_at_every_byte_of_a_treatment_leaves_a_prefix_of_the_truth() {
    println!("{} cuts", cut_through_a_visit(1));
}

/// What is known when a board begins `gap` seconds behind a commit, under a cap that is still cold.
fn known(phase: Phase, stamp: Stamp, gap: u32) -> Circumstances {
    let now = stamp.clock.map(|clock| clock + gap);
    Circumstances {
        cause: ResetCause::BrownOut,
        phase,
        gap: stamp.gap(now, Duration::from_mins(24 * 60)),
        face: Reading::new(Interface::from_milli(5_000), stamp.at),
        failures: 0,
    }
}

/// Behind any commit: cooling may return by itself where coolant moved and the gap was short, and nowhere else; the news of
/// the gap is told once, and nothing is driven.
#[test]
fn what_is_restored_marks_one_gap_and_drives_nothing() {
    let (config, limits) = (Config::reference(), RestartLimits::default());
    let mut auto = 0;
    for (step, gap) in visit().iter().flat_map(|step| [(step, 20), (step, 31)]) {
        let Step::Commit { stamp, checkpoint, .. } = step else { continue };
        let checkpoint = Checkpoint::<1>::from_bytes(checkpoint).expect("it is a checkpoint");
        let phase = checkpoint.channels[0].state.session.phase();
        let decision = decide(&known(phase, *stamp, gap), &limits);
        let cools = phase.is_cooling() && gap <= 30;
        assert_eq!(matches!(decision, Decision::Auto { .. }), cools, "{phase:?}");
        let (Decision::Auto { gap: told } | Decision::Confirm { gap: Some(told) }) = decision
        else {
            panic!("{decision:?}")
        };
        let mut control = Control::restored(config, &checkpoint, Some(told));
        let now = stamp.at.plus(told);
        let outputs = control.tick(&TickInput::new(now, coldcap::Inputs::default()));
        let notes = outputs.entries.iter().filter_map(|entry| Entry::from_bytes(&entry.0).note());
        let gaps = notes.filter(|note| matches!(note, Note::Restarted { .. })).count();
        assert_eq!(gaps, 1, "{phase:?}");
        let [drives] = outputs.drives.channels;
        assert!(drives.pump.is_off() && drives.valve.is_off());
        let session = control.checkpoint().channels[0].state.session;
        assert_eq!(session.returns_by_itself(), cools, "{phase:?}");
        auto += usize::from(cools);
    }
    assert!(auto > 30, "{auto}");
}
