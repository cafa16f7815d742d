//! What is on the screen beside the machine itself: which channel, what is typed, what was answered; and what a key does.

use super::fault::BUTTONS;
use crate::command::answer;
pub(super) use crate::command::player::{Deck, Move};
use coldcap_host::client::CommandBody;
use coldcap_host::connection::CommandError;
use coldcap_host::view::{CHANNELS_MAXIMUM, Origin, View};
use coldcap_wire::message::{Action, FactKind, Response, Status};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

/// How much time the plot shows, in minutes.
const WINDOWS: [u64; 7] = [5, 15, 30, 60, 120, 360, 1_440];

/// A machine, or a recording, with whoever looks at it.
#[derive(Clone, Debug)]
pub(super) struct Desk {
    pub(super) view: View,
    /// What is watched, as it was named.
    pub(super) place: String,
    /// Of a recording, where it is.
    pub(super) deck: Option<Deck>,
    /// The channel on which keys act: no other one is shown alone.
    pub(super) channel: u8,
    /// Of each channel that was on the screen when it was drawn last, which revision.
    pub(super) drawn: [Option<u16>; CHANNELS_MAXIMUM as usize],
    pub(super) prompt: Prompt,
    pub(super) help: bool,
    /// Whether there is a door at which faults are made.
    pub(super) has_fault_door: bool,
    /// What became of the last word.
    pub(super) notice: Option<String>,
    pub(super) window: usize,
}

/// What is being typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Prompt {
    Nothing,
    Comfort,
    /// The reason for which cooling is resumed.
    Reason(String),
    /// The machine has taken the first step of a resume of this channel, for this reason.
    Armed(u8, u16),
    /// A time of the recording.
    GoTo(String),
    /// What is to break.
    Fault,
}

/// What a key asks for.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Wish {
    Quit,
    Order(Box<Order>),
    Move(Move),
    /// What is to break at a virtual machine.
    Fault(String),
}

/// A word to the machine.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Order {
    pub(super) channel: u8,
    pub(super) body: CommandBody,
    /// What was on the screen when the key was pressed.
    pub(super) revision: u16,
    pub(super) name: &'static str,
}

impl Order {
    pub(super) fn is_stop(&self) -> bool {
        self.body == CommandBody::operate(Action::STOP)
    }
}

impl Desk {
    pub(super) fn new(place: &str, deck: Option<Deck>) -> Self {
        Self {
            view: View::new(),
            place: place.into(),
            deck,
            channel: 0,
            drawn: [None; CHANNELS_MAXIMUM as usize],
            prompt: Prompt::Nothing,
            help: false,
            has_fault_door: false,
            notice: None,
            window: 2,
        }
    }

    /// How much time the plot shows, in ms.
    pub(super) fn window_ms(&self) -> u64 {
        WINDOWS.get(self.window).copied().unwrap_or(WINDOWS[0]) * 60_000
    }

    /// The number of the channel on which keys act.
    pub(super) const fn channel(&self) -> u8 {
        self.channel
    }

    /// Ahead of each drawing: of a machine that has not the channel at hand the first one is shown.
    pub(super) fn settle(&mut self) {
        if self.view.history(self.channel).is_none() {
            let first = self.known().next();
            self.channel = first.unwrap_or(self.channel);
        }
    }

    /// Behind each drawing: a word that follows from the screen follows from this.
    pub(super) fn note_drawn(&mut self) {
        for (channel, drawn) in (0..).zip(&mut self.drawn) {
            *drawn = self.view.is_told(channel).then(|| self.view.revision(channel));
        }
    }

    fn known(&self) -> impl Iterator<Item = u8> {
        (0..CHANNELS_MAXIMUM).filter(|channel| self.view.history(*channel).is_some())
    }

    pub(super) fn press(&mut self, key: KeyEvent) -> Option<Wish> {
        if is_quit(key) {
            return Some(Wish::Quit);
        }
        // A stop is a stop, whatever is on the screen, and whatever is held down with it.
        if self.deck.is_none() && matches!(key.code, KeyCode::Char('s' | 'S')) {
            (self.notice, self.help, self.prompt) = (None, false, Prompt::Nothing);
            return self.stop();
        }
        if key.modifiers.intersects(KeyModifiers::CONTROL | KeyModifiers::ALT) {
            return None;
        }
        self.notice = None;
        if core::mem::take(&mut self.help) {
            return None;
        }
        match core::mem::replace(&mut self.prompt, Prompt::Nothing) {
            Prompt::Nothing => self.command(key),
            _ if key.code == KeyCode::Esc => None,
            Prompt::Comfort => self.comfort(key.code),
            Prompt::Reason(typed) => self.reason(typed, key.code),
            Prompt::Armed(channel, reason) => self.confirm(channel, reason, key.code),
            Prompt::GoTo(typed) => self.go_to(typed, key.code),
            Prompt::Fault => self.fault(key.code),
        }
    }

    /// Whether a key may break something: never at a machine that may have a person under its cap.
    pub(super) fn may_break(&self) -> bool {
        self.has_fault_door && self.view.origin() == Origin::Simulated
    }

    fn ask_for_fault(&mut self) -> Option<Wish> {
        if self.may_break() {
            return self.ask(Prompt::Fault);
        }
        let why = "fault: only at a virtual machine, by the --fault-door that it was given";
        self.notice = Some(why.to_owned());
        None
    }

    /// By a number alone: of a name no letter could be typed that stops.
    fn fault(&mut self, code: KeyCode) -> Option<Wish> {
        let (_, name) = BUTTONS.iter().find(|(key, _)| code == KeyCode::Char(*key))?;
        // Another machine may have come to the line meanwhile.
        if !self.may_break() {
            return self.ask_for_fault();
        }
        Some(Wish::Fault(format!("{name} 60 {}", self.channel)))
    }

    fn command(&mut self, key: KeyEvent) -> Option<Wish> {
        match key.code {
            KeyCode::Char('q') => return Some(Wish::Quit),
            KeyCode::Char('?' | 'h') => self.help = true,
            KeyCode::Tab => self.next_channel(),
            KeyCode::Char('+' | '=') => self.window = self.window.saturating_sub(1),
            KeyCode::Char('-') => self.window = (self.window + 1).min(WINDOWS.len() - 1),
            _ if self.deck.is_some() => return self.play(key),
            code => return self.speak(code),
        }
        None
    }

    fn next_channel(&mut self) {
        let next = self.known().find(|channel| *channel > self.channel);
        let next = next.or_else(|| self.known().next());
        self.channel = next.unwrap_or(self.channel);
    }

    /// The words to a machine.
    fn speak(&mut self, code: KeyCode) -> Option<Wish> {
        match code {
            KeyCode::Char('b') => self.press_button(Action::PAUSE, "break"),
            KeyCode::Char('e') => self.press_button(Action::EASE_OFF, "ease off"),
            KeyCode::Char('a') => self.press_button(Action::ACKNOWLEDGE, "acknowledge"),
            KeyCode::Char('p') => self.press_button(Action::AUDIO_PAUSE, "audio pause"),
            KeyCode::Char('r') => self.ask(Prompt::Reason(String::new())),
            KeyCode::Char('c') => self.ask(Prompt::Comfort),
            KeyCode::Char('f') => self.ask_for_fault(),
            _ => None,
        }
    }

    fn ask(&mut self, prompt: Prompt) -> Option<Wish> {
        self.prompt = prompt;
        None
    }

    /// Done whatever the machine is at: nobody has to have seen it.
    fn stop(&self) -> Option<Wish> {
        let (channel, body) = (self.channel, CommandBody::operate(Action::STOP));
        let revision = self.drawn_of(channel).unwrap_or(0);
        let order = Order { channel, body, revision, name: "stop" };
        Some(Wish::Order(Box::new(order)))
    }

    fn press_button(&mut self, action: Action, name: &'static str) -> Option<Wish> {
        self.order(self.channel(), CommandBody::operate(action), name)
    }

    fn drawn_of(&self, channel: u8) -> Option<u16> {
        self.drawn.get(usize::from(channel)).copied().flatten()
    }

    /// For a machine a word that follows from nothing holds whatever it is at: nobody who has seen nothing says one.
    fn order(&mut self, channel: u8, body: CommandBody, name: &'static str) -> Option<Wish> {
        let Some(revision) = self.drawn_of(channel) else {
            self.notice =
                Some(format!("{name}: not sent: channel {channel} is not on the screen yet"));
            return None;
        };
        Some(Wish::Order(Box::new(Order { channel, body, revision, name })))
    }

    fn comfort(&mut self, code: KeyCode) -> Option<Wish> {
        let value = match code {
            KeyCode::Char('x') => 10,
            KeyCode::Char(digit) => digit.to_digit(10)? as u8,
            _ => return None,
        };
        self.order(self.channel(), CommandBody::observe(FactKind::COMFORT, value), "comfort")
    }

    fn reason(&mut self, typed: String, code: KeyCode) -> Option<Wish> {
        match edited(typed, code, |it| it.is_ascii_digit()) {
            Edited::Going(typed) => self.ask(Prompt::Reason(typed)),
            Edited::Done(typed) => {
                let reason = typed.parse().ok().filter(|it| (1..=127).contains(it));
                let Some(reason) = reason else {
                    self.notice = Some(format!("resume: {typed}: allowed 1 to 127"));
                    return None;
                };
                let body = CommandBody::operate_with(Action::RESUME, reason);
                self.order(self.channel(), body, "resume")
            }
        }
    }

    fn confirm(&mut self, channel: u8, reason: u16, code: KeyCode) -> Option<Wish> {
        // Not the key of the first step: one that is held down must not take the second one, too.
        if code != KeyCode::Char('y') {
            self.notice = Some("resume: left".into());
            return None;
        }
        let body = CommandBody::operate_with(Action::RESUME, reason).confirmed();
        self.order(channel, body, "resume")
    }

    /// The keys of a recording.
    fn play(&mut self, key: KeyEvent) -> Option<Wish> {
        let far = if key.modifiers.contains(KeyModifiers::SHIFT) { 60_000 } else { 10_000 };
        let length = self.deck.map_or(0, |deck| deck.length_ms);
        Some(Wish::Move(match key.code {
            KeyCode::Char(' ') => Move::PauseOrPlay,
            KeyCode::Left => Move::By(-far),
            KeyCode::Right => Move::By(far),
            KeyCode::PageUp => Move::By(-600_000),
            KeyCode::PageDown => Move::By(600_000),
            KeyCode::Home => Move::To(0),
            KeyCode::End => Move::To(length),
            KeyCode::Char('<' | ',') => Move::Slower,
            KeyCode::Char('>' | '.') => Move::Faster,
            KeyCode::Char('g') => return self.ask(Prompt::GoTo(String::new())),
            _ => return None,
        }))
    }

    fn go_to(&mut self, typed: String, code: KeyCode) -> Option<Wish> {
        match edited(typed, code, |it| it.is_ascii_digit() || it == ':') {
            Edited::Going(typed) => self.ask(Prompt::GoTo(typed)),
            Edited::Done(typed) => match time(&typed) {
                Some(ms) => Some(Wish::Move(Move::To(ms))),
                None => {
                    self.notice = Some(format!("go to: {typed}: allowed MM:SS or H:MM:SS"));
                    None
                }
            },
        }
    }

    /// What became of a word to the machine. The first of two steps is answered with what the second one takes.
    pub(super) fn answered(&mut self, order: &Order, answer: &Result<Response, CommandError>) {
        match (answer, order.body) {
            (Ok(_), CommandBody::Operate(press)) if press.action == Action::ACKNOWLEDGE => {
                self.view.acknowledged(order.channel);
            }
            (Err(CommandError::Refused(response)), CommandBody::Operate(press))
                if response.status == Status::ARMED =>
            {
                self.prompt = Prompt::Armed(order.channel, press.argument);
                return;
            }
            _ => {}
        }
        self.notice = Some(format!("{}, channel {}: {}", order.name, order.channel, word(answer)));
    }
}

fn is_quit(key: KeyEvent) -> bool {
    key.code == KeyCode::Char('c') && key.modifiers.contains(KeyModifiers::CONTROL)
}

enum Edited {
    Going(String),
    Done(String),
}

/// What is longer than anything that may stand there is not taken.
const TYPED_MAXIMUM: usize = 8;

fn edited(mut typed: String, code: KeyCode, allowed: impl Fn(char) -> bool) -> Edited {
    match code {
        KeyCode::Enter => return Edited::Done(typed),
        KeyCode::Backspace => drop(typed.pop()),
        KeyCode::Char(it) if allowed(it) && typed.len() < TYPED_MAXIMUM => typed.push(it),
        _ => {}
    }
    Edited::Going(typed)
}

/// `MM:SS` or `H:MM:SS`, or seconds, in ms.
fn time(typed: &str) -> Option<u64> {
    let parts: Option<Vec<u64>> = typed.split(':').map(|part| part.parse().ok()).collect();
    // Whatever stands in front may be more than an hour's or a minute's.
    let is_time =
        |parts: &Vec<u64>| parts.len() <= 3 && parts.iter().skip(1).all(|part| *part < 60);
    let parts = parts.filter(is_time)?;
    Some(parts.into_iter().fold(0, |total, part| total * 60 + part) * 1_000)
}

fn word(answer: &Result<Response, CommandError>) -> String {
    match answer {
        Ok(_) => "done".into(),
        Err(CommandError::Refused(response)) => refused(response),
        Err(error) => error.to_string(),
    }
}

fn refused(response: &Response) -> String {
    let status = answer::status(response).replace('_', " ");
    match answer::reason(response) {
        Some(reason) => format!("{status}: {}", reason.replace('_', " ")),
        None => status,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::zeros;
    use coldcap_host::client::Message;
    use coldcap_units::Instant;
    use coldcap_wire::message::{self, ChannelStatus, Hello};

    fn status(channel: u8, revision: u16) -> Message {
        Message::ChannelStatus(ChannelStatus { channel, revision, ..zeros::message() })
    }

    /// Of a machine whose first channel is on the screen.
    fn desk() -> Desk {
        let mut desk = Desk::new("tcp:cart:7700", None);
        desk.view.hear(Instant::ZERO, &status(0, 7));
        desk.settle();
        desk.note_drawn();
        desk
    }

    /// Nobody breaks a machine that may have a person under its cap.
    #[test]
    fn faults_are_made_at_a_virtual_machine_with_a_door_only() {
        let hello = |origin| Message::Hello(Hello { origin, ..zeros::message() });
        let at = |origin, has_fault_door| {
            let mut desk = Desk { has_fault_door, ..desk() };
            desk.view.hear(Instant::ZERO, &hello(origin));
            (type_in(&mut desk, "f1"), desk.notice)
        };
        let (simulated, device) = (message::Origin::SIMULATED, message::Origin::DEVICE);
        assert_eq!(at(simulated, true).0, [Wish::Fault("kink 60 0".into())]);
        for (origin, has_door) in [(device, true), (simulated, false), (device, false)] {
            assert_eq!(at(origin, has_door).0, []);
        }
        let mut other = Desk { has_fault_door: true, ..desk() };
        other.view.hear(Instant::ZERO, &hello(simulated));
        assert_eq!(type_in(&mut other, "f"), []);
        other.view.hear(Instant::from_millis(1), &hello(device));
        assert_eq!((type_in(&mut other, "1"), other.prompt), (vec![], Prompt::Nothing));
        let mut armed = Desk { has_fault_door: true, ..desk() };
        armed.view.hear(Instant::ZERO, &hello(simulated));
        assert_eq!(revisions(&type_in(&mut armed, "fs")), [(0, 7)], "a stop is a stop");
        assert_eq!((type_in(&mut armed, "f0"), armed.prompt), (vec![], Prompt::Nothing));
    }

    fn revisions(wishes: &[Wish]) -> Vec<(u8, u16)> {
        let of = |wish: &Wish| match wish {
            Wish::Order(order) => Some((order.channel, order.revision)),
            _ => None,
        };
        wishes.iter().filter_map(of).collect()
    }

    /// What came between the last drawing and the key was seen by nobody.
    #[test]
    fn a_word_follows_from_what_was_drawn() {
        let mut desk = desk();
        desk.view.hear(Instant::from_millis(1), &status(0, 8));
        assert_eq!(revisions(&type_in(&mut desk, "bs")), [(0, 7), (0, 7)]);
        desk.note_drawn();
        assert_eq!(revisions(&type_in(&mut desk, "b")), [(0, 8)]);
    }

    /// Of before the restart nothing holds, and of behind it nothing was seen.
    #[test]
    fn nothing_is_said_to_a_machine_that_was_just_started() {
        let mut desk = desk();
        let hello = |boot| Message::Hello(Hello { boot, ..zeros::message() });
        desk.view.hear(Instant::from_millis(1), &hello(1));
        desk.view.hear(Instant::from_millis(2), &hello(2));
        desk.note_drawn();
        assert_eq!(revisions(&type_in(&mut desk, "bes")), [(0, 0)]);
    }

    #[test]
    fn nothing_but_a_stop_is_said_to_a_channel_that_nobody_has_seen() {
        let mut desk = Desk::new("tcp:cart:7700", None);
        assert_eq!(revisions(&type_in(&mut desk, "bears")), [(0, 0)]);
        assert!(type_in(&mut desk, "r5\n").is_empty());
        assert!(desk.notice.unwrap().contains("not on the screen yet"));
    }

    /// The second channel was heard, and the first one was not.
    #[test]
    fn keys_act_on_the_channel_that_is_shown() {
        let mut desk = Desk::new("tcp:cart:7700", None);
        desk.view.hear(Instant::ZERO, &status(1, 3));
        desk.settle();
        desk.note_drawn();
        assert_eq!(revisions(&type_in(&mut desk, "b")), [(1, 3)]);
        desk.view.hear(Instant::ZERO, &status(4, 5));
        desk.settle();
        desk.note_drawn();
        assert_eq!(desk.channel(), 1, "it stays");
        let mut tab = || {
            desk.press(KeyEvent::from(KeyCode::Tab));
            desk.channel()
        };
        assert_eq!([tab(), tab()], [4, 1]);
    }

    #[test]
    fn caps_lock_stops_and_control_commands_nothing() {
        let mut desk = desk();
        assert_eq!(orders(&type_in(&mut desk, "S")), [STOP]);
        for held in [KeyModifiers::CONTROL, KeyModifiers::ALT, KeyModifiers::SHIFT] {
            let mut press = |key| desk.press(KeyEvent::new(KeyCode::Char(key), held));
            assert!(matches!(press('s'), Some(Wish::Order(_))));
            if held != KeyModifiers::SHIFT {
                assert_eq!(['a', 'b', 'e', 'p', 'q'].map(press), [const { None }; 5]);
            }
        }
        desk.prompt = Prompt::Armed(0, 5);
        assert_eq!(desk.press(KeyEvent::new(KeyCode::Char('y'), KeyModifiers::CONTROL)), None);
        assert_eq!(desk.prompt, Prompt::Armed(0, 5));
    }

    fn type_in(desk: &mut Desk, keys: &str) -> Vec<Wish> {
        let code = |it| match it {
            '\n' => KeyCode::Enter,
            '\x1b' => KeyCode::Esc,
            it => KeyCode::Char(it),
        };
        keys.chars().filter_map(|it| desk.press(KeyEvent::from(code(it)))).collect()
    }

    fn orders(wishes: &[Wish]) -> Vec<CommandBody> {
        let body = |wish: &Wish| match wish {
            Wish::Order(order) => Some(order.body),
            _ => None,
        };
        wishes.iter().filter_map(body).collect()
    }

    const STOP: CommandBody = CommandBody::operate(Action::STOP);

    #[test]
    fn a_stop_is_one_key_whatever_is_on_the_screen() {
        for before in ["", "?", "c", "r", "r12"] {
            let mut desk = desk();
            let wishes = type_in(&mut desk, &format!("{before}s"));
            assert_eq!(orders(&wishes), [STOP], "{before}");
            assert_eq!((desk.prompt, desk.help), (Prompt::Nothing, false));
        }
        let mut desk = desk();
        desk.prompt = Prompt::Armed(0, 5);
        assert_eq!(orders(&type_in(&mut desk, "s")), [STOP]);
    }

    #[test]
    fn a_resume_takes_a_reason_and_a_y_behind_the_answer() {
        let mut desk = desk();
        let wishes = type_in(&mut desk, "r12\n");
        let first = CommandBody::operate_with(Action::RESUME, 12);
        assert_eq!(orders(&wishes), [first]);
        assert!(type_in(&mut desk, "y").is_empty(), "nothing was answered yet");
        let Wish::Order(order) = &wishes[0] else { panic!("{wishes:?}") };
        let armed = Err(CommandError::Refused(Response::new(1, Status::ARMED)));
        desk.answered(order, &armed);
        assert_eq!(orders(&type_in(&mut desk, "y")), [first.confirmed()]);
        for other in ["\n", "x"] {
            desk.answered(order, &armed);
            let left = type_in(&mut desk, &format!("{other}y"));
            assert!(left.is_empty(), "any other key leaves, one that is still held, too");
        }
    }

    #[test]
    fn what_is_out_of_range_is_not_sent() {
        for typed in ["r\n", "r0\n", "r128\n", "r99999999999\n"] {
            let mut desk = desk();
            assert!(type_in(&mut desk, typed).is_empty(), "{typed}");
            assert!(desk.notice.unwrap().contains("allowed 1 to 127"));
        }
    }

    #[test]
    fn comfort_goes_from_none_to_ten() {
        let mut desk = desk();
        let wishes = orders(&type_in(&mut desk, "c0c9cxcz"));
        let comfort = |value| CommandBody::observe(FactKind::COMFORT, value);
        assert_eq!(wishes, [comfort(0), comfort(9), comfort(10)]);
    }

    #[test]
    fn a_recording_takes_no_words_and_is_moved() {
        let deck = Deck { position_ms: 0, length_ms: 9_000, speed: 1.0, paused: false };
        let mut desk = Desk::new("session.ccap", Some(deck));
        assert!(orders(&type_in(&mut desk, "sbreapcs?sS")).is_empty());
        let moves = type_in(&mut desk, " g1:02:03\ng90\ng1:x:2:3:4\n<>");
        let expected =
            [Move::PauseOrPlay, Move::To(3_723_000), Move::To(90_000), Move::Slower, Move::Faster];
        assert_eq!(moves, expected.map(Wish::Move));
        assert_eq!(desk.press(KeyEvent::from(KeyCode::End)), Some(Wish::Move(Move::To(9_000))));
        let far = KeyEvent::new(KeyCode::Left, KeyModifiers::SHIFT);
        assert_eq!(desk.press(far), Some(Wish::Move(Move::By(-60_000))));
    }

    #[test]
    fn control_c_quits_from_everywhere() {
        let quit = KeyEvent::new(KeyCode::Char('c'), KeyModifiers::CONTROL);
        for before in ["", "?", "c", "r1"] {
            let mut desk = desk();
            type_in(&mut desk, before);
            assert_eq!(desk.press(quit), Some(Wish::Quit));
        }
    }
}
