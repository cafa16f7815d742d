//! Random sessions, as many as asked for, and the hash that every machine must reach.
//!
//! `sessions [N]`, 1 000 unless said otherwise.

use coldcap_trial::session::sessions;

fn main() {
    let count = std::env::args().nth(1).map_or(Ok(1_000), |count| count.parse());
    let Ok(count) = count else { return eprintln!("usage: sessions [N]") };
    let (all, hash) = sessions(count);
    println!("{count} sessions {hash:016X}");
    eprintln!("{all:?}");
}
