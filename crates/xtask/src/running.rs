//! A program that runs beside a step, whose lines are read as they come.

use core::error::Error;
use core::time::Duration;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command};
use std::sync::mpsc::{self, Receiver};
use std::time::Instant;

type Result<T> = core::result::Result<T, Box<dyn Error>>;

/// What has not ended by then hangs, and a line that has not come by then comes no more.
const PATIENCE: Duration = Duration::from_secs(90);

/// It is ended when nobody needs it.
pub(crate) struct Running {
    child: Child,
    lines: Receiver<String>,
    line: String,
}

impl Running {
    /// Starts it; `line` is what stands in messages. Its lines can be waited for where its output is piped.
    pub(crate) fn start(mut command: Command, line: &str) -> Result<Self> {
        let mut child = command.spawn().map_err(|error| format!("{line}: {error}"))?;
        let (sender, lines) = mpsc::channel();
        if let Some(out) = child.stdout.take() {
            // To its end, whoever still listens: a program whose output nobody takes stands still.
            std::thread::spawn(move || {
                let lines = BufReader::new(out).lines().map_while(core::result::Result::ok);
                lines.for_each(|line| drop(sender.send(line)));
            });
        }
        Ok(Self { child, lines, line: line.to_owned() })
    }

    /// Waits for a line with this in it.
    pub(crate) fn until(&self, part: &str) -> Result<()> {
        loop {
            let line = self.lines.recv_timeout(PATIENCE);
            let line = line.map_err(|error| format!("{}: {part}: {error}", self.line))?;
            if line.contains(part) {
                return Ok(());
            }
        }
    }

    /// Waits until it has ended by itself, and well.
    pub(crate) fn until_it_ends(mut self) -> Result<()> {
        let begun = Instant::now();
        while begun.elapsed() < PATIENCE {
            if let Some(status) = self.child.try_wait()? {
                let failed = || format!("{}: {status}", self.line).into();
                return if status.success() { Ok(()) } else { Err(failed()) };
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        Err(format!("{}: not done in {} s", self.line, PATIENCE.as_secs()).into())
    }

    /// Kills it.
    pub(crate) fn end(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.end();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;
    use std::process::Stdio;

    fn shell(line: &str) -> Running {
        let mut command = Command::new("sh");
        command.args(["-c", line]).stdout(Stdio::piped());
        Running::start(command, line).unwrap()
    }

    #[test]
    fn a_line_is_waited_for_and_one_that_cannot_come_is_not() {
        let running = shell("echo one; echo two; echo three");
        running.until("two").unwrap();
        let error = running.until("one").unwrap_err().to_string();
        assert!(error.starts_with("echo one; echo two; echo three: one: "), "{error}");
    }

    #[test]
    fn what_ends_badly_is_told_by_its_line() {
        shell("exit 0").until_it_ends().unwrap();
        let error = shell("exit 3").until_it_ends().unwrap_err().to_string();
        assert_eq!(error, "exit 3: exit status: 3");
    }

    #[test]
    fn it_is_ended_when_nobody_needs_it() {
        let running = shell("echo on; exec sleep 1000");
        running.until("on").unwrap();
        let process = format!("/proc/{}", running.child.id());
        assert!(Path::new(&process).exists());
        drop(running);
        assert!(!Path::new(&process).exists());
    }
}
