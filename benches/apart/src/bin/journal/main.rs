//! The log of a treatment in `coldcap-journal` and in the queue of `sequential-storage`, on the same flash in memory:
//! `cargo xtask compare-journal`.
//!
//! What is stored is the same, what is asked of it is what a board needs behind a loss of power: the last commit, and
//! every commit before it. The queue is given each commit as one item, and overwrites its oldest page when it is full.

mod contestants;
mod cuts;
mod flash;
mod visit;

use contestants::{Contestant, Journal, Pointers, Queue, Uncached};
use cuts::Toll;
use flash::Flash;
use std::time::Instant;
use visit::{Item, visit};

/// How often a visit is stored and opened for its times, of which the middle one counts.
const ROUNDS: usize = 15;
/// Power is cut behind every so manyth byte. A prime, so that no group is always cut at the same byte.
const STRIDE: u64 = 17;

fn main() {
    // A word means: only see that it works.
    let (rounds, stride) = if std::env::args().len() > 1 { (1, 4_999) } else { (ROUNDS, STRIDE) };
    let visit = visit(0);
    let commits = visit.iter().filter(|item| item.is_commit()).count();
    println!(
        "{commits} commits, {} beats; {} KiB in sectors of {} bytes\n",
        visit.len() - commits,
        flash::BYTES / 1_024,
        flash::SECTOR
    );
    println!(
        "| group | log | bytes programmed | sectors erased | read a commit | read at opening | µs a commit | µs of opening |\n\
         |---|---|---|---|---|---|---|---|"
    );
    costs::<1>(rounds);
    costs::<4>(rounds);
    costs::<8>(rounds);
    costs::<16>(rounds);
    println!(
        "\npower cut behind every {stride}th byte that is programmed or erased\n\n{}",
        Toll::HEAD
    );
    tolls::<1>(&visit, stride);
    tolls::<4>(&visit, stride);
    tolls::<8>(&visit, stride);
    tolls::<16>(&visit, stride);
}

/// What a visit costs one of them.
struct Costs {
    name: &'static str,
    programmed: u64,
    erased: u64,
    read: f64,
    read_at_opening: f64,
    commit_us: f64,
    opening_us: f64,
}

fn costs<const GROUP: usize>(rounds: usize) {
    let all = [
        cost::<Journal<GROUP>, GROUP>(rounds),
        cost::<Queue<Pointers, GROUP>, GROUP>(rounds),
        cost::<Queue<Uncached, GROUP>, GROUP>(rounds),
    ];
    for costs in &all {
        println!(
            "| {GROUP} | {} | {} | {} | {:.0} | {:.0} | {:.1} | {:.0} |",
            costs.name,
            costs.programmed,
            costs.erased,
            costs.read,
            costs.read_at_opening,
            costs.commit_us,
            costs.opening_us
        );
    }
    let [ours, cached, _] = &all;
    println!(
        "| {GROUP} | ours to the queue with a cache | {:.2} | {:.2} | – | {:.2} | {:.2} | {:.2} |",
        ours.programmed as f64 / cached.programmed as f64,
        ours.erased as f64 / cached.erased as f64,
        ours.read_at_opening / cached.read_at_opening,
        ours.commit_us / cached.commit_us,
        ours.opening_us / cached.opening_us
    );
}

/// A visit behind another one, so that the flash goes round.
fn cost<C: Contestant<GROUP>, const GROUP: usize>(rounds: usize) -> Costs {
    let earlier = visit(0);
    let visit = visit(earlier.len() as u32);
    let (mut commit_us, mut opening_us) = (Vec::new(), Vec::new());
    let (mut read, mut read_at_opening, mut work) = (0, 0, None);
    for _ in 0..rounds {
        let mut log = C::format(Flash::new());
        assert!(earlier.iter().all(|item| log.put(item)), "{} stores what fits", C::NAME);
        let fresh = log.flash().work();
        read = 0;
        for item in &visit {
            let (before, start) = (log.flash().read, Instant::now());
            assert!(log.put(item));
            if item.is_commit() {
                commit_us.push(start.elapsed().as_nanos() as f64 / 1e3);
                read += log.flash().read - before;
            }
        }
        let (done, flash) = (log.flash().work(), log.release());
        work = Some((done.programmed - fresh.programmed, done.erased - fresh.erased));
        let (before, start) = (flash.read, Instant::now());
        let (mut opened, last) = C::open(flash).expect("it opens");
        opening_us.push(start.elapsed().as_nanos() as f64 / 1e3);
        read_at_opening = opened.flash().read - before;
        assert_eq!(last.time, visit.last().map(|item| item.number));
    }
    let (programmed, erased) = work.expect("it was done at least once");
    let commits = visit.iter().filter(|item| item.is_commit()).count() as f64;
    Costs {
        name: C::NAME,
        programmed,
        erased,
        read: read as f64 / commits,
        read_at_opening: read_at_opening as f64,
        commit_us: middle(commit_us),
        opening_us: middle(opening_us),
    }
}

fn middle(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

fn tolls<const GROUP: usize>(visit: &[Item], stride: u64) {
    println!(
        "{}",
        cuts::toll::<Journal<GROUP>, GROUP>(visit, stride).row(GROUP, "coldcap-journal")
    );
    let queue = cuts::toll::<Queue<Uncached, GROUP>, GROUP>(visit, stride);
    println!("{}", queue.row(GROUP, "sequential-storage"));
}
