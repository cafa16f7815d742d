//! Who stores.

use crate::flash::{BYTES, Flash, SECTOR};
use crate::visit::Item;
use coldcap_journal::{Region, Stored};
use core::pin::pin;
use core::task::{Context, Poll, Waker};
use sequential_storage::cache::page_pointers::ArrayPagePointers;
use sequential_storage::cache::page_states::ArrayPageStates;
use sequential_storage::cache::{self, Cache, CacheImpl};
use sequential_storage::queue::{QueueConfig, QueueStorage};

/// What is found at power-up: the numbers of the last commit, and of the last that was stored at all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Last {
    pub commit: Option<u32>,
    pub time: Option<u32>,
}

pub trait Contestant<const GROUP: usize>: Sized {
    const NAME: &'static str;

    fn format(flash: Flash<GROUP>) -> Self;
    /// Opens what is there; `None` where that fails.
    fn open(flash: Flash<GROUP>) -> Option<(Self, Last)>;
    /// The same with a flash of its own.
    fn copy(&mut self) -> Self;
    /// Stores an item; whether that was acknowledged.
    fn put(&mut self, item: &Item) -> bool;
    /// Every commit that is there, from the oldest on; `None` where reading fails.
    fn commits(&mut self) -> Option<Vec<Item>>;
    fn flash(&mut self) -> &mut Flash<GROUP>;
    fn release(self) -> Flash<GROUP>;
}

const REGION: Region = Region { start: 0, length: BYTES as u32, sector: SECTOR as u32 };

pub struct Journal<const GROUP: usize>(coldcap_journal::Journal<Flash<GROUP>>);

impl<const GROUP: usize> Contestant<GROUP> for Journal<GROUP> {
    const NAME: &'static str = "coldcap-journal";

    fn format(flash: Flash<GROUP>) -> Self {
        Self(coldcap_journal::Journal::format(flash, REGION).expect("it is formatted"))
    }

    fn open(flash: Flash<GROUP>) -> Option<(Self, Last)> {
        let journal = coldcap_journal::Journal::open(flash, REGION).ok()?;
        let found = journal.found();
        let commit = found.commit.map(|commit| Item::number_of(commit.stamp()));
        Some((Self(journal), Last { commit, time: found.stamp.map(Item::number_of) }))
    }

    fn copy(&mut self) -> Self {
        Self(self.0.clone())
    }

    fn put(&mut self, item: &Item) -> bool {
        if item.is_commit() {
            self.0.commit(item.stamp(), &item.entries, &item.checkpoint).is_ok()
        } else {
            self.0.beat(item.stamp()).is_ok()
        }
    }

    fn commits(&mut self) -> Option<Vec<Item>> {
        let (mut cursor, mut all) = (self.0.oldest(), Vec::new());
        while let Some(stored) = self.0.next_stored(&mut cursor) {
            let Stored::Commit(commit) = stored else { continue };
            let entry = |index| self.0.entry(&commit, index).ok();
            let entries = (0..commit.entries()).map(entry).collect::<Option<_>>()?;
            let mut checkpoint = vec![0; commit.checkpoint_length()];
            self.0.checkpoint(&commit, &mut checkpoint).ok()?;
            all.push(Item { number: Item::number_of(commit.stamp()), entries, checkpoint });
        }
        Some(all)
    }

    fn flash(&mut self) -> &mut Flash<GROUP> {
        self.0.flash_mut()
    }

    fn release(self) -> Flash<GROUP> {
        self.0.release()
    }
}

/// What the queue keeps in memory, and what that is called.
pub trait Kept: CacheImpl<()> {
    const NAME: &'static str;
    fn new() -> Self;
}

const SECTORS: usize = BYTES / SECTOR;

/// States of all pages, and where in each the first and the last item are.
pub type Pointers =
    Cache<ArrayPageStates<SECTORS>, ArrayPagePointers<SECTORS>, cache::Uncached, ()>;
/// Nothing.
pub type Uncached = Cache<cache::Uncached, cache::Uncached, cache::Uncached, ()>;

impl Kept for Pointers {
    const NAME: &'static str = "sequential-storage, page pointers cached";

    fn new() -> Self {
        Cache::new(ArrayPageStates::new(), ArrayPagePointers::new(), cache::Uncached)
    }
}

impl Kept for Uncached {
    const NAME: &'static str = "sequential-storage, no cache";

    fn new() -> Self {
        Cache::new_uncached()
    }
}

pub struct Queue<C: Kept, const GROUP: usize>(QueueStorage<Flash<GROUP>, C>);

impl<C: Kept, const GROUP: usize> Queue<C, GROUP> {
    fn of(flash: Flash<GROUP>) -> Self {
        Self(QueueStorage::new(flash, QueueConfig::new(0..BYTES as u32), C::new()))
    }

    /// Hands every item to `each`, from the oldest on; `None` where reading fails.
    fn read(&mut self, mut each: impl FnMut(&[u8])) -> Option<()> {
        let mut buffer = [0; 1_024];
        let mut items = now(self.0.iter()).ok()?;
        while let Some(item) = now(items.next(&mut buffer)).ok()? {
            each(item.into_buf());
        }
        Some(())
    }
}

impl<C: Kept, const GROUP: usize> Contestant<GROUP> for Queue<C, GROUP> {
    const NAME: &'static str = C::NAME;

    fn format(flash: Flash<GROUP>) -> Self {
        let mut queue = Self::of(flash);
        now(queue.0.erase_all()).expect("it is erased");
        queue
    }

    /// A queue is read from its oldest item on: what is newest is known behind all the others.
    fn open(flash: Flash<GROUP>) -> Option<(Self, Last)> {
        let (mut queue, mut last) = (Self::of(flash), Last::default());
        queue.read(|item| {
            last.time = item.first_chunk().map(|number| u32::from_le_bytes(*number));
            if item.len() > 16 {
                last.commit = last.time;
            }
        })?;
        Some((queue, last))
    }

    fn copy(&mut self) -> Self {
        Self::of(self.0.flash().clone())
    }

    fn put(&mut self, item: &Item) -> bool {
        now(self.0.push(&item.to_bytes(), true)).is_ok()
    }

    fn commits(&mut self) -> Option<Vec<Item>> {
        let mut all = Vec::new();
        self.read(|item| all.extend(Item::from_bytes(item).filter(Item::is_commit)))?;
        Some(all)
    }

    fn flash(&mut self) -> &mut Flash<GROUP> {
        self.0.flash()
    }

    fn release(self) -> Flash<GROUP> {
        self.0.destroy().0
    }
}

/// A flash in memory never waits.
fn now<T>(future: impl Future<Output = T>) -> T {
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(done) = future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            return done;
        }
    }
}
