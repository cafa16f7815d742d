//! Changes memory behind the compiler's back, as a disturbed cell does.

use coldcap::{Control, Drives, TickInput};
use core::mem::{MaybeUninit, size_of};

/// How many bits a control of one channel has.
pub const BITS: usize = 8 * size_of::<Control<1>>();

/// A control with a bit that was flipped. Nobody knows any more whether it is one.
#[derive(Debug)]
pub struct Upset(Box<MaybeUninit<Control<1>>>);

#[allow(unsafe_code)]
impl Upset {
    /// A copy of `control`, nothing flipped.
    #[must_use]
    pub fn of(control: &Control<1>) -> Self {
        let mut upset = Self(Box::new(MaybeUninit::uninit()));
        upset.become_flipped(control, BITS);
        upset
    }

    /// Becomes a copy of `control` with one bit flipped; a `bit` beyond [`BITS`] flips none.
    pub fn become_flipped(&mut self, control: &Control<1>, bit: usize) {
        let to = self.0.as_mut_ptr();
        // SAFETY: both are of the same type and apart; a control owns nothing, so a copy of its bytes is a
        // control. The byte is one of it. Whether it is a value of its type afterwards is what the trial is
        // about: the compiler is kept from knowing, and the process may end.
        unsafe {
            core::ptr::copy_nonoverlapping(control, to, 1);
            if bit < BITS {
                let byte = to.cast::<u8>().add(bit / 8);
                byte.write_volatile(byte.read_volatile() ^ (1 << (bit % 8)));
            }
        }
    }

    /// One tick; gives what is driven.
    #[inline(never)]
    pub fn tick(&mut self, input: &TickInput<1>) -> Drives<1> {
        let control = core::hint::black_box(self.0.as_mut_ptr());
        // SAFETY: it was made a control, but for a bit: see above.
        unsafe { (*control).tick(input).drives }
    }

    /// What it holds, as text.
    #[inline(never)]
    #[must_use]
    pub fn text(&self) -> String {
        // SAFETY: it was made a control, but for a bit: see above.
        let control = unsafe { &*core::hint::black_box(self.0.as_ptr()) };
        format!("{control:#?}")
    }
}
