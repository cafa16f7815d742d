//! The device as firmware on an emulated board, behind the step lane on a pair of FIFOs.

use crate::arguments::Core;
use crate::failure::Failure;
use coldcap::lane::{REPLY_LENGTH, STEP_LENGTH, Step};
use coldcap_sim::{DeviceLane, RigError};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

pub(super) const EMULATOR: &str = "qemu-system-arm";

/// Which firmware runs, and how.
#[derive(Clone, Debug)]
pub(crate) struct Image {
    pub(crate) path: PathBuf,
    /// What runs it.
    pub(crate) core: Core,
    /// Count executed instructions; this is slow.
    pub(crate) count: bool,
}

/// An emulator that runs the firmware, and the FIFOs to it.
#[derive(Debug)]
pub(crate) struct Emulator {
    child: Child,
    folder: PathBuf,
    steps: File,
    replies: File,
    serial: Option<(ChildStdin, ChildStdout)>,
    counts: bool,
    core: Core,
}

impl Core {
    /// The emulator's name of a board with it. All have the same memories.
    const fn board(self) -> &'static str {
        match self {
            Self::CortexM4f => "mps2-an386",
            Self::CortexM3 => "mps2-an385",
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::CortexM4f => "Cortex-M4F",
            Self::CortexM3 => "Cortex-M3",
        }
    }
}

impl Emulator {
    /// Starts the emulator with the step lane only.
    pub(crate) fn start(image: &Image) -> Result<Self, Failure> {
        Self::launch(image, "none")
    }

    /// Starts the emulator with the board's first UART on its standard streams.
    pub(crate) fn start_with_uart(path: &Path) -> Result<Self, Failure> {
        let image = Image { path: path.to_owned(), core: Core::CortexM4f, count: false };
        Self::launch(&image, "stdio")
    }

    fn launch(image: &Image, serial: &str) -> Result<Self, Failure> {
        let firmware = fs::canonicalize(&image.path).map_err(|error| {
            let hint = "allowed is an image built by `cargo xtask firmware`";
            Failure::Input(format!("--firmware: {}: {error}: {hint}", image.path.display()))
        })?;
        let folder = make_folder()?;
        let mut command = Command::new(EMULATOR);
        command.current_dir(&folder).args(["-machine", image.core.board(), "-display", "none"]);
        command.args(["-monitor", "none", "-serial", serial]);
        command.args(["-semihosting-config", "enable=on,target=native", "-kernel"]).arg(firmware);
        if image.count {
            command.args(["-icount", "shift=0"]);
        }
        let piped = serial != "none";
        let pipe = || if piped { Stdio::piped() } else { Stdio::null() };
        command.stdin(pipe()).stdout(if piped { Stdio::piped() } else { Stdio::inherit() });
        let mut child = command.spawn().map_err(|error| {
            Failure::Io(format!("{EMULATOR}: {error}: install it to run the emulated board"))
        })?;
        let serial = child.stdin.take().zip(child.stdout.take());
        // The firmware opens its ends in this order too.
        let steps = OpenOptions::new().write(true).open(folder.join("step"))?;
        let replies = File::open(folder.join("reply"))?;
        let (counts, core) = (image.count, image.core);
        Ok(Self { child, folder, steps, replies, serial, counts, core })
    }

    /// Both directions of the UART: what to write to and what to read from.
    pub(crate) fn take_serial(&mut self) -> Option<(ChildStdin, ChildStdout)> {
        self.serial.take()
    }

    /// Waits until the firmware has ended by itself; says what it has counted, if it was to count.
    pub(crate) fn finish(mut self) -> Result<(), Failure> {
        let status = self.child.wait()?;
        if status.success() {
            self.print_count()
        } else {
            Err(Failure::Io(format!("the emulated firmware ended with {status}")))
        }
    }
}

impl Emulator {
    fn print_count(&self) -> Result<(), Failure> {
        if !self.counts {
            return Ok(());
        }
        let bytes = fs::read(self.folder.join("count"))?;
        let (figures, _) = bytes.as_chunks::<8>();
        let mut figures = figures.iter().map(|figure| u64::from_le_bytes(*figure));
        let [ticks, held, stack] = core::array::from_fn(|_| figures.next().unwrap_or(0));
        eprintln!(
            "emulated {}: {ticks} ticks; the machine holds {held} bytes, its stack took {stack}",
            self.core.name()
        );
        for part in COUNTED {
            let (Some(mean), Some(worst), Some(at)) =
                (figures.next(), figures.next(), figures.next())
            else {
                return Err(Failure::Io("the firmware left no count".into()));
            };
            eprintln!("{part:9} {mean:8} instructions a tick, {worst} at most, in tick {at}");
        }
        Ok(())
    }
}

/// What the firmware counts, in its order: `coldcap::journaled::Part` has the parts.
const COUNTED: [&str; 6] = ["tick", "receive", "control", "store", "transmit", "lane"];

impl Drop for Emulator {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = fs::remove_dir_all(&self.folder);
    }
}

impl DeviceLane for Emulator {
    fn tick(
        &mut self,
        step: &[u8; STEP_LENGTH],
        reply: &mut [u8; REPLY_LENGTH],
    ) -> Result<(), RigError> {
        self.steps.write_all(step)?;
        Ok(self.replies.read_exact(reply)?)
    }

    fn tell(&mut self, step: &[u8; STEP_LENGTH]) -> Result<(), RigError> {
        Ok(self.steps.write_all(step)?)
    }
}

/// Tells the firmware behind `lane` that the run is over.
pub(crate) fn end(lane: &mut Emulator) -> Result<(), Failure> {
    let mut block = [0; STEP_LENGTH];
    Step::End.encode(&mut block).map_err(|error| Failure::Io(error.to_string()))?;
    Ok(lane.tell(&block)?)
}

/// A folder of its own with the two FIFOs in it.
fn make_folder() -> io::Result<PathBuf> {
    let folder = std::env::temp_dir().join(format!("coldcap-{}", std::process::id()));
    fs::create_dir_all(&folder)?;
    for name in ["step", "reply"] {
        let path = folder.join(name);
        let _ = fs::remove_file(&path);
        let status = Command::new("mkfifo").arg(&path).status()?;
        if !status.success() {
            return Err(io::Error::other(format!("mkfifo ended with {status}")));
        }
    }
    Ok(folder)
}
