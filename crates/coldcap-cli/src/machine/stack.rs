//! How deep the emulated board's stack ever was. Its memory is painted from outside before it starts, and looked at through the
//! emulator's own protocol (QMP): the image has no part in it.

use crate::failure::Failure;
use serde_json::{Value, json};
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Of the memory that the board's program may use the upper 96 KiB: the statics lie below, which the emulator insists on.
const START: u64 = 0x2000_8000;
const BYTES: usize = 96 * 1024;
const PAINT: [u8; 4] = 0xC01D_CA9E_u32.to_le_bytes();

/// What is painted, and where the emulator listens.
pub(super) struct Painted {
    paint: PathBuf,
    socket: PathBuf,
}

impl Painted {
    /// Files beside this one.
    pub(super) fn beside(place: &Path) -> Result<Self, Failure> {
        let painted =
            Self { paint: place.with_extension("paint"), socket: place.with_extension("qmp") };
        fs::write(&painted.paint, PAINT.repeat(BYTES / PAINT.len()))?;
        Ok(painted)
    }

    /// Has the emulator paint, and listen.
    pub(super) fn arrange(&self, command: &mut Command) {
        let paint = self.paint.display();
        let loader = format!("loader,file={paint},addr={START:#x},force-raw=on");
        let listen = format!("unix:{},server=on,wait=off", self.socket.display());
        command.args(["-device", &loader, "-qmp", &listen]);
    }

    /// Bytes of stack that were in use, at most.
    pub(super) fn used(&self) -> Result<usize, Failure> {
        let stream = UnixStream::connect(&self.socket)?;
        let mut answers = BufReader::new(stream.try_clone()?).lines();
        let mut ask = |request: Value| {
            writeln!(&stream, "{request}")?;
            answered(&mut answers)
        };
        ask(json!({ "execute": "qmp_capabilities" }))?;
        let place = self.paint.display().to_string();
        let what = json!({ "val": START, "size": BYTES, "filename": place });
        ask(json!({ "execute": "pmemsave", "arguments": what }))?;
        depth(&fs::read(&self.paint)?).ok_or_else(|| Failure::Wrong("nothing is painted".into()))
    }
}

impl Drop for Painted {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.paint);
        let _ = fs::remove_file(&self.socket);
    }
}

/// Greetings and events are passed over.
fn answered(answers: &mut impl Iterator<Item = std::io::Result<String>>) -> Result<(), Failure> {
    for line in answers {
        let line = line?;
        let answer: Value = serde_json::from_str(&line).unwrap_or_default();
        match (answer.get("return"), answer.get("error")) {
            (Some(_), _) => return Ok(()),
            (_, Some(error)) => return Err(Failure::Io(format!("the emulator: {error}"))),
            _ => {}
        }
    }
    Err(Failure::Io("the emulator ended".into()))
}

/// Behind the longest run of paint: what is free lies between statics and stack.
fn depth(memory: &[u8]) -> Option<usize> {
    let (words, _) = memory.as_chunks::<4>();
    let (mut run, mut longest, mut end) = (0_usize, 0_usize, None);
    for (at, word) in words.iter().enumerate() {
        run = if *word == PAINT { run + 1 } else { 0 };
        if run > longest {
            (longest, end) = (run, Some(at + 1));
        }
    }
    end.map(|end| memory.len() - end * PAINT.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stack_is_what_lies_behind_the_longest_run_of_paint() {
        let words = |count: usize, word: [u8; 4]| word.repeat(count);
        let used = [0; 4];
        let memory =
            [words(5, used), words(3, PAINT), words(2, used), words(9, PAINT), words(4, used)];
        assert_eq!(depth(&memory.concat()), Some(16));
        assert_eq!(depth(&words(8, used)), None);
        assert_eq!(depth(&words(8, PAINT)), Some(0));
    }
}
