//! The keys, and what each is for.

/// A key and what it does.
pub(super) type Key = (&'static str, &'static str);

/// Those of every screen.
pub(super) const COMMON: &[Key] = &[
    ("?", "these keys; any key goes back"),
    ("Tab", "the next channel: the keys act on the one that is shown"),
    ("+ -", "a shorter or a longer stretch of time in the plot"),
    ("q, Ctrl-C", "quit; the machine goes on"),
];

/// Those of a machine.
pub(super) const LIVE: &[Key] = &[
    ("s", "STOP, at once: no coolant flows"),
    ("b", "begin a break"),
    ("r", "resume: a reason (1 to 127), Enter, and y within 30 s"),
    ("e", "ease off: one step warmer, at once"),
    ("c", "comfort: 0 (well) to 9, or x for 10 (not at all)"),
    ("a", "acknowledge the alarms of this channel"),
    ("p", "pause the sound of the alarms, 120 s at most"),
    ("Esc", "leave what was begun"),
];

/// That of a virtual machine with a door for faults.
pub(super) const FAULT: Key = ("f", "break something for a minute: a number from 1 to 9");

/// Those of a recording.
pub(super) const RECORDING: &[Key] = &[
    ("Space", "pause, or go on"),
    ("Left Right", "10 s back or on; with Shift a minute, Page keys ten minutes"),
    ("Home End", "the beginning, the end"),
    ("g", "go to a time: MM:SS or H:MM:SS, Enter"),
    ("< >", "slower, faster"),
];
