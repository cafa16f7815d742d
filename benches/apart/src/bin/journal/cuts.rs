//! What is lost when power is cut.

use crate::contestants::Contestant;
use crate::flash::{Flash, SECTOR};
use crate::visit::Item;

/// What cuts cost.
#[derive(Clone, Copy, Debug, Default)]
pub struct Toll {
    cuts: u64,
    /// Cuts behind which something that was acknowledged is missing.
    hurt: u64,
    /// Commits that were acknowledged and are missing, over all cuts.
    lost: u64,
    /// Commits that are read and are not what was stored.
    wrong: u64,
    /// Cuts behind which it cannot be opened or read.
    unreadable: u64,
    /// Cuts behind which nothing more can be stored.
    refused: u64,
    /// Cuts behind which what is stored next is acknowledged, and missing when power comes back once more.
    gone: u64,
    /// Attempts to program what power failed in, or what was programmed before: error-correcting flash takes neither.
    twice: u64,
}

impl Toll {
    pub const HEAD: &str = "\
| group | log | cuts | with something acknowledged missing | commits missing | read wrong | cannot be read | stores nothing more | \
stores and loses it | programs a group again |\n|---|---|---|---|---|---|---|---|---|---|";

    pub fn row(&self, group: usize, name: &str) -> String {
        let Self { cuts, hurt, lost, wrong, unreadable, refused, gone, twice } = self;
        format!(
            "| {group} | {name} | {cuts} | {hurt} | {lost} | {wrong} | {unreadable} | {refused} | {gone} | {twice} |"
        )
    }
}

/// What must be there behind a cut.
struct Expected<'a> {
    visit: &'a [Item],
    /// Commits that are there when the step is not cut, without its own.
    commits: Vec<u32>,
    /// The last that was acknowledged.
    time: Option<u32>,
}

/// Cuts power behind every `stride`-th byte of a visit.
pub fn toll<C: Contestant<GROUP>, const GROUP: usize>(visit: &[Item], stride: u64) -> Toll {
    let mut log = C::format(Flash::new());
    let (mut toll, mut next) = (Toll::default(), stride / 3);
    for item in visit {
        let (mut before, work) = (log.copy(), log.flash().work());
        assert!(log.put(item), "uncut, it is stored");
        let done = log.flash().work();
        let erased = (done.erased - work.erased) * SECTOR as u64;
        let bytes = done.programmed - work.programmed + erased;
        if next < bytes {
            let commits = log.copy().commits().expect("uncut, it is read");
            let commits = commits.iter().map(|commit| commit.number);
            let commits = commits.filter(|number| *number != item.number).collect();
            let expected = Expected { visit, commits, time: item.number.checked_sub(1) };
            while next < bytes {
                toll.cut(&mut before, item, next, &expected);
                next += stride;
            }
        }
        next -= bytes;
    }
    toll
}

impl Toll {
    fn cut<C: Contestant<GROUP>, const GROUP: usize>(
        &mut self,
        before: &mut C,
        item: &Item,
        bytes: u64,
        expected: &Expected<'_>,
    ) {
        let mut log = before.copy();
        log.flash().fail_after(bytes, bytes ^ u64::from(item.number) << 40);
        assert!(!log.put(item), "its power failed");
        let mut flash = log.release();
        flash.power_up();
        let before = flash.work().not_erased;
        self.cuts += 1;
        let Some(flash) = self.look::<C, GROUP>(flash, expected) else {
            self.unreadable += 1;
            return;
        };
        self.twice += flash.work().not_erased - before;
    }

    /// Opens it, reads it, stores one commit more and looks for that. Gives `None` where it cannot be opened or read.
    fn look<C: Contestant<GROUP>, const GROUP: usize>(
        &mut self,
        flash: Flash<GROUP>,
        expected: &Expected<'_>,
    ) -> Option<Flash<GROUP>> {
        let (mut log, last) = C::open(flash)?;
        let commits = log.commits()?;
        let missing = |number: &&u32| !commits.iter().any(|commit| commit.number == **number);
        let lost = expected.commits.iter().filter(missing).count() as u64;
        let is_wrong = |commit: &&Item| expected.visit.get(commit.number as usize) != Some(*commit);
        self.wrong += commits.iter().filter(is_wrong).count() as u64;
        self.lost += lost;
        self.hurt += u64::from(lost > 0 || last.time < expected.time);
        let more = Item::commit(1_000_000, 1);
        // A board tries again, and not for ever.
        if !(0..3).any(|_| log.put(&more)) {
            self.refused += 1;
            return Some(log.release());
        }
        let (mut log, last) = C::open(log.release())?;
        let commits = log.commits()?;
        let newest = expected.commits.last();
        let kept = |number: &u32| commits.iter().any(|commit| commit.number == *number);
        let whole = last.commit == Some(more.number) && commits.last() == Some(&more);
        self.gone += u64::from(!whole || !newest.is_none_or(kept));
        Some(log.release())
    }
}
