//! Power fails at every byte of a write, and the last settings that were acknowledged are there: `coldcap-journal`
//! alone. Any flash behind `embedded_storage::nor_flash::NorFlash` will do; this one is in memory.
//!
//! `cargo run -p coldcap-examples --example leaf_journal`

use coldcap_journal::simulated::SimulatedFlash;
use coldcap_journal::{Error, Journal, Region, Stamp};

/// 8 KiB, erased by 2 KiB, programmed by 8 bytes.
type Flash = SimulatedFlash<8_192, 2_048, 8>;
const REGION: Region = Region { start: 0, length: 8_192, sector: 2_048 };

/// What is stored last.
fn newest(flash: Flash) -> Result<String, Box<dyn core::error::Error>> {
    let mut journal = Journal::open(flash, REGION)?;
    let last = journal.found().commit.ok_or("nothing is stored")?;
    let mut bytes = [0; 32];
    let length = journal.checkpoint(&last, &mut bytes)?;
    Ok(core::str::from_utf8(&bytes[..length])?.into())
}

fn main() -> Result<(), Box<dyn core::error::Error>> {
    let mut journal = Journal::format(Flash::new(), REGION)?;
    journal.commit(Stamp::default(), &[], b"the pump at 300")?;
    let [mut old, mut cut] = [0, 0];
    loop {
        let mut copy = journal.clone();
        copy.flash_mut().fail_after(cut, cut);
        let stored = copy.commit(Stamp::default(), &[], b"the pump at 400");
        let mut flash = copy.release();
        flash.power_up();
        let found = newest(flash)?;
        if stored.is_ok() {
            println!(
                "cut behind each of {cut} bytes: the old one {old} times, the new {} times",
                cut - old
            );
            println!("not cut: {found}");
            assert_eq!(found, "the pump at 400", "what was acknowledged is there");
            return Ok(());
        }
        assert!(matches!(stored, Err(Error::Flash(_) | Error::Worn)));
        assert!(["the pump at 300", "the pump at 400"].contains(&found.as_str()), "{found}");
        (old, cut) = (old + u64::from(found == "the pump at 300"), cut + 1);
    }
}
