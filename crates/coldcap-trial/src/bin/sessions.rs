//! Random sessions, as many as asked for, and the hash that every machine must reach.
//!
//! `sessions [N]`, 1 000 unless said otherwise. `sessions N replay` measures what replaying their records takes: each
//! is folded from its entries alone and must end in the live state; its making is not timed, nor is its chain unless
//! the line says so.

use coldcap_session::record::{Entry, Fold, verify};
use coldcap_trial::session::{CONFIG, sessions, told};
use core::time::Duration;
use std::time::Instant;

/// So many sessions are replayed in one go. That takes a millisecond, so that on a shared machine most goes have
/// a core to themselves, and their median is the rate of one core.
const BLOCK: u64 = 5;

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let (count, replayed) = match words.as_slice() {
        [] => (Ok(1_000), false),
        [count] => (count.parse(), false),
        [count, "replay"] => (count.parse(), true),
        _ => return eprintln!("usage: sessions [N [replay]]"),
    };
    let Ok(count) = count else { return eprintln!("usage: sessions [N [replay]]") };
    if replayed {
        return replay(count);
    }
    let (all, hash) = sessions(count);
    println!("{count} sessions {hash:016X}");
    eprintln!("{all:?}");
}

/// One go: how long the folds took, and the checks of the chains.
#[derive(Clone, Copy)]
struct Go {
    events: u64,
    entries: u64,
    folding: Duration,
    verifying: Duration,
}

fn replay(count: u64) {
    let mut goes = Vec::new();
    let mut seed = 1;
    while seed <= count {
        let last = count.min(seed + BLOCK - 1);
        let records: Vec<_> = (seed..=last).map(record).collect();
        goes.push(Go::through(&records));
        seed = last + 1;
    }
    println!("{count} sessions replayed, each to its live state bit for bit");
    print("fold", &goes, |go| go.folding);
    print("fold and chain", &goes, |go| go.folding + go.verifying);
}

fn record(seed: u64) -> (Vec<Entry>, coldcap_session::State) {
    let mut entries = Vec::new();
    let live = told(seed, |entry| entries.push(*entry));
    (entries, live)
}

impl Go {
    fn through(records: &[(Vec<Entry>, coldcap_session::State)]) -> Self {
        let (mut events, mut entries) = (0, 0);
        let began = Instant::now();
        for (record, live) in records {
            let mut fold = Fold::new(&CONFIG.session);
            record.iter().for_each(|entry| assert_eq!(fold.add(entry), Ok(())));
            events += u64::from(fold.events());
            entries += record.len() as u64;
            assert_eq!(fold.finish(), Ok(*live));
        }
        let folding = began.elapsed();
        let began = Instant::now();
        records.iter().for_each(|(record, _)| assert!(verify(record).is_ok()));
        Self { events, entries, folding, verifying: began.elapsed() }
    }
}

fn print(what: &str, goes: &[Go], time: impl Fn(&Go) -> Duration) {
    let sum = |of: fn(&Go) -> u64| goes.iter().map(of).sum::<u64>();
    let (events, entries) = (sum(|go| go.events), sum(|go| go.entries));
    let whole: f64 = goes.iter().map(|go| time(go).as_secs_f64()).sum();
    let mut rates: Vec<f64> =
        goes.iter().map(|go| go.events as f64 / time(go).as_secs_f64().max(1e-9) / 1e6).collect();
    rates.sort_by(f64::total_cmp);
    let median = rates.get(rates.len() / 2).copied().unwrap_or_default();
    println!(
        "{what}: {events} events, {entries} entries in {whole:.2} s: {:.2} M events/s; median of {} goes {median:.2} M",
        events as f64 / whole.max(1e-9) / 1e6,
        goes.len(),
    );
}
