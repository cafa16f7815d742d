//! A whole machine of two channels on the emulated board's own clock: nobody grants it time.
//!
//! The memory behind its program is a file, in which its flash lies, and behind that a mailbox in the place of converters and drives
//! (`examples/firmware-qemu/src/board.rs`). Its host is on the UART.

use super::emulator::EMULATOR;
use super::stack::Painted;
use crate::failure::Failure;
use crate::host_key::HostKey;
use coldcap::{ChannelDrives, ChannelInputs, Drives, Inputs, TICK};
use coldcap_host::client::{Client, Message};
use coldcap_session::Phase;
use coldcap_sim::{Equipment, FaultSchedule, MachineParameters, PatientParameters, VirtualMachine};
use coldcap_sim::{RigError, factory_flash};
use coldcap_units::{Duration, Duty, Instant, Reading};
use core::time::Duration as Wall;
use serde_json::json;
use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::time::Instant as WallInstant;

const CHANNELS: usize = 2;
/// The board's second memory, and what lies where in it.
const MEMORY: u64 = 16 * 1024 * 1024;
const MAILBOX: u64 = 0x20_0000;
const DRIVEN: u64 = MAILBOX + 0x1000;
const CLOCK: u64 = DRIVEN + 0x100;
/// So long it runs by its own clock, then its power is cut, and so long behind that.
const RUNS: [Duration; 2] = [Duration::from_secs(60), Duration::from_secs(10)];
/// Reports a second, less what a start takes.
const LEAST_REPORTS: [u32; 2] = [50, 3];
/// A clock that stands for so long has stopped.
const PATIENCE: Wall = Wall::from_secs(60);

/// Runs it twice on one flash, and says what was seen of it.
pub(crate) fn smoke(firmware: &Path, seed: u64, json: bool) -> Result<(), Failure> {
    let firmware = fs::canonicalize(firmware).map_err(|error| {
        let hint = "allowed is an image built by `cargo xtask firmware`";
        Failure::Input(format!("--firmware: {}: {error}: {hint}", firmware.display()))
    })?;
    let memory = Memory::new(&factory_flash::<CHANNELS>(&Equipment::keyed(seed))?)?;
    let patients = [PatientParameters::standard(); CHANNELS];
    let plant = VirtualMachine::new(MachineParameters::standard(), patients, seed);
    let mut plant = plant.map_err(RigError::Build)?;
    for (boot, (run, least)) in (1..).zip(RUNS.into_iter().zip(LEAST_REPORTS)) {
        let board = Board::start(&firmware, &memory)?;
        let client = Client::new(HostKey::OfSeed(seed).config(boot)?);
        let seen = Bench { board, memory: &memory, plant: &mut plant, client }.run(run)?;
        seen.judge(json, least)?;
    }
    Ok(())
}

/// The board's second memory: a file that the emulator maps.
struct Memory {
    path: PathBuf,
    file: File,
}

impl Memory {
    fn new(flash: &[u8]) -> Result<Self, Failure> {
        let path = std::env::temp_dir().join(format!("coldcap-{}.psram", std::process::id()));
        let file =
            File::options().read(true).write(true).create(true).truncate(true).open(&path)?;
        file.set_len(MEMORY)?;
        let memory = Self { path, file };
        memory.write(0, flash)?;
        Ok(memory)
    }

    fn write(&self, place: u64, bytes: &[u8]) -> io::Result<()> {
        (&self.file).seek(SeekFrom::Start(place))?;
        (&self.file).write_all(bytes)
    }

    fn word(&self, place: u64) -> io::Result<u32> {
        let mut word = [0; 4];
        (&self.file).seek(SeekFrom::Start(place))?;
        (&self.file).read_exact(&mut word)?;
        Ok(u32::from_le_bytes(word))
    }

    /// What the board drives: nothing, while it has not begun.
    fn drives(&self) -> io::Result<Drives<CHANNELS>> {
        let duty = |place| self.word(place).map(|word| Duty(word as u16));
        let mut channels = [ChannelDrives::default(); CHANNELS];
        for (place, channel) in (DRIVEN + 8..).step_by(8).zip(&mut channels) {
            *channel = ChannelDrives { pump: duty(place)?, valve: duty(place + 4)? };
        }
        Ok(Drives { permit: self.word(DRIVEN)? != 0, chiller: duty(DRIVEN + 4)?, channels })
    }

    /// What its converters read.
    fn hand_in(&self, inputs: &Inputs<CHANNELS>) -> io::Result<()> {
        let words: Vec<u8> = mailbox(inputs).into_iter().flat_map(u32::to_le_bytes).collect();
        self.write(MAILBOX, &words)
    }
}

impl Drop for Memory {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.path);
    }
}

/// The words of the mailbox, in the board's order.
fn mailbox(inputs: &Inputs<CHANNELS>) -> Vec<u32> {
    let tank = &inputs.tank;
    let mut words = vec![word(tank.coolant, |code| code.0), word(tank.evaporator, |code| code.0)];
    words.extend([word(tank.level, u32::from), word(tank.chiller, |duty| duty.0.into())]);
    words.extend([word(inputs.leak, u32::from), word(inputs.mains, u32::from)]);
    words.extend([word(inputs.battery, |share| share.0.into()), word(inputs.permit, u32::from), 0]);
    inputs.channels.iter().for_each(|channel| words.extend(of_channel(channel)));
    words
}

fn of_channel(channel: &ChannelInputs) -> [u32; 10] {
    let ChannelInputs { supply, returned, front, rear, safety, .. } = channel;
    let [supply, returned, front, rear, safety] =
        [supply, returned, front, rear, safety].map(|code| word(*code, |code| code.0));
    // The board takes a count for that of a second.
    let flow = word(channel.flow, |pulses| {
        u32::from(pulses.edges) * 1_000 / pulses.window.as_millis().max(1)
    });
    let current = word(channel.pump_current, |current| current.0.into());
    let valve = word(channel.valve, |duty| duty.0.into());
    let coupled = word(channel.cap.coupled, u32::from);
    let identity = word(channel.cap.identity, |identity| identity);
    [supply, returned, front, rear, safety, flow, current, valve, coupled, identity]
}

fn word<T>(reading: Reading<T>, of: impl FnOnce(T) -> u32) -> u32 {
    reading.value.map_or(0, of)
}

/// The emulator, and both ends of its UART. It ends where the watchdog bites.
struct Board {
    child: Child,
    painted: Painted,
    to: ChildStdin,
    from: Receiver<Vec<u8>>,
}

impl Board {
    fn start(firmware: &Path, memory: &Memory) -> Result<Self, Failure> {
        // The clock begins anew.
        memory.write(CLOCK, &[0; 4])?;
        let backend = format!(
            "memory-backend-file,id=psram,size=16M,mem-path={},share=on",
            memory.path.display()
        );
        let painted = Painted::beside(&memory.path)?;
        let mut command = Command::new(EMULATOR);
        painted.arrange(&mut command);
        command.args(["-object", &backend, "-machine", "mps2-an386,memory-backend=psram"]);
        command.args(["-display", "none", "-monitor", "none", "-serial", "stdio", "-no-reboot"]);
        command.args(["-icount", "shift=5"]).arg("-kernel").arg(firmware);
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().map_err(|error| {
            Failure::Io(format!("{EMULATOR}: {error}: install it to run the emulated board"))
        })?;
        let pipes = child.stdin.take().zip(child.stdout.take());
        let (to, mut out) = pipes.ok_or_else(|| Failure::Io("the UART has no pipe".into()))?;
        let (sender, from) = mpsc::channel();
        std::thread::spawn(move || {
            let mut bytes = [0; 256];
            while let Ok(count @ 1..) = out.read(&mut bytes) {
                if sender.send(bytes[..count].to_vec()).is_err() {
                    break;
                }
            }
        });
        Ok(Self { child, painted, to, from })
    }
}

impl Drop for Board {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The board, the plant around it, and its host.
struct Bench<'a> {
    board: Board,
    memory: &'a Memory,
    plant: &'a mut VirtualMachine<CHANNELS>,
    client: Client,
}

impl Bench<'_> {
    /// Until the board's clock says so.
    fn run(mut self, time: Duration) -> Result<Seen, Failure> {
        let (mut now, mut moved) = (Instant::ZERO, WallInstant::now());
        let mut seen = Seen::default();
        self.memory.hand_in(&self.plant.inputs(now))?;
        while now.since(Instant::ZERO) < time {
            let clock = Instant::from_millis(self.memory.word(CLOCK)?.into());
            if clock > now {
                moved = WallInstant::now();
            }
            while now < clock {
                now = now.plus(TICK);
                self.plant.step(&self.memory.drives()?, now, &FaultSchedule::none());
                self.memory.hand_in(&self.plant.inputs(now))?;
                self.talk(now, &mut seen)?;
            }
            if let Some(status) = self.board.child.try_wait()? {
                return Err(Failure::Wrong(format!("the board was reset, or ended: {status}")));
            }
            if moved.elapsed() > PATIENCE {
                return Err(Failure::Wrong(format!("the board's clock stands at {now:?}")));
            }
            std::thread::sleep(Wall::from_micros(500));
        }
        seen.bad_frames = self.client.counters().frames.crc;
        seen.ticks = now.as_millis() / u64::from(TICK.as_millis());
        seen.drives = self.memory.drives()?;
        seen.stack = self.board.painted.used()?;
        Ok(seen)
    }

    fn talk(&mut self, now: Instant, seen: &mut Seen) -> Result<(), Failure> {
        let mut bytes = Vec::new();
        self.client.transmit(now, &mut bytes);
        self.board.to.write_all(&bytes)?;
        self.board.to.flush()?;
        for bytes in self.board.from.try_iter() {
            self.client.receive(now, &bytes);
        }
        while let Some(message) = self.client.poll_message() {
            seen.take(&message);
        }
        Ok(())
    }
}

/// What its host was told, and what it drove at last.
#[derive(Debug, Default)]
struct Seen {
    ticks: u64,
    channels: u8,
    reports: u32,
    phase: Option<Phase>,
    bad_frames: u32,
    drives: Drives<CHANNELS>,
    /// Bytes, at most.
    stack: usize,
}

impl Seen {
    fn take(&mut self, message: &Message) {
        match message {
            Message::Hello(hello) => self.channels = hello.channels,
            Message::ChannelStatus(status) => {
                self.reports += 1;
                self.phase = Phase::from_code(status.phase);
            }
            _ => {}
        }
    }

    fn judge(&self, json: bool, least: u32) -> Result<(), Failure> {
        let Self { ticks, channels, reports, phase, bad_frames, drives, stack } = self;
        let phase = phase.map_or("-", Phase::name);
        let permit = drives.permit;
        let line = format!(
            "board: {ticks} ticks of its own clock, {channels} channels, {reports} reports, phase {phase}, permit {permit}, {bad_frames} bad frames, {stack} bytes of stack"
        );
        if json {
            let seen = json!({ "ticks": ticks, "channels": channels, "status_reports": reports,
                "phase": phase, "permit": permit, "bad_frames": bad_frames, "stack_bytes": stack });
            writeln!(io::stdout(), "{seen}")?;
        } else {
            writeln!(io::stdout(), "{line}")?;
        }
        let is_told = usize::from(*channels) == CHANNELS && *reports >= least && *bad_frames == 0;
        if is_told && self.phase == Some(Phase::Standby) && permit {
            return Ok(());
        }
        let allowed = format!("{CHANNELS} channels, {least} reports, standby, with the permit");
        Err(Failure::Wrong(format!("{line}: allowed are {allowed}")))
    }
}
