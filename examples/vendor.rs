//! What a maker adds without touching a coldcap crate: a sensor (the room's temperature), an alarm (the fan
//! stands) and two messages, which `vendor.schema` tells the tools: a report (`fan_status`, endpoint 192) and a command
//! (`set_fan`), which travel over the shipped link and client with everything that those do for coldcap's own.

use coldcap::{Config, Control, Inputs, Link, LinkAccess, TickInput, VendorConditions};
use coldcap_calibration::curves::ntc_10k3a1;
use coldcap_guard::alarm::{Harm, Onset, OnsetDelay, Row, Scope, Table};
use coldcap_guard::{Condition, Conditions};
use coldcap_host::client::{Client, ClientConfig, CommandBody, Message as Told, UNSENT};
use coldcap_schema::{reader, registry, text, vendor};
use coldcap_session::Role;
use coldcap_units::{Instant, Ratio, Reading};
use coldcap_wire::message::{
    Body, BodyError, CommandHead, Described, Direction, Field, Message, Response, Status, Value,
};
use coldcap_wire::packet::{FIRST_VENDOR_ENDPOINT, Kind};
use coldcap_wire::security::{Open, Roles, Rule};
use coldcap_wire::{Receiver, Sender};
use serde::{Deserialize, Serialize};

// ---- The sensor: a raw code in, degrees or a typed fault out ----------------------------------------

/// A thermistor of the shipped curve in the air that the condenser gets.
fn room(code: Ratio, at: Instant) -> Reading<i32> {
    match ntc_10k3a1::TABLE.eval(code) {
        Ok(temperature) => Reading::new(temperature.0 / 1_000, at),
        Err(fault) => Reading::faulty(fault, at),
    }
}

// ---- The alarm: a row of its own, checked when it is compiled ---------------------------------------

const FAN_STANDS: Condition = Condition::Vendor0;

static ALARMS: Table<'static> = match Table::new(&[Row::new(
    FAN_STANDS,
    Scope::Machine,
    (Harm::Reversible, Onset::Prompt),
    OnsetDelay::Rule("the tachometer says less than 200 rpm"),
)]) {
    Ok(table) => table,
    Err(_) => panic!("the row breaks a rule"),
};

fn conditions(rpm: u16) -> VendorConditions {
    if rpm < 200 {
        VendorConditions::of(Conditions::of(&[FAN_STANDS]))
    } else {
        VendorConditions::NONE
    }
}

// ---- The message: a structure, and its description once -----------------------------------------------

/// A speed and how old it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Speed {
    value: u16,
    age_ms: u16,
}

/// The chiller's fan and the room, once a second.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct FanStatus {
    seq: u16,
    at_ms: u64,
    fan: Speed,
    room: Value,
    state: u8,
}

const fn field<T: Described>(name: &'static str, unit: &'static str) -> Field {
    Field { name, wire_type: T::NAME, unit, meaning: &[], since: 0 }
}

impl Described for Speed {
    const NAME: &'static str = "Speed";
    const MINIMUM_LEN: usize = u16::MINIMUM_LEN + u16::MINIMUM_LEN;
    const MAXIMUM_LEN: usize = u16::MAXIMUM_LEN + u16::MAXIMUM_LEN;
    const FIELDS: &'static [Field] = &[field::<u16>("value", "rpm"), field::<u16>("age_ms", "ms")];

    fn base_len(&self) -> usize {
        self.value.base_len() + self.age_ms.base_len()
    }
}

impl Described for FanStatus {
    const NAME: &'static str = "fan_status";
    const MINIMUM_LEN: usize = 3 + Speed::MINIMUM_LEN + Value::MINIMUM_LEN;
    const MAXIMUM_LEN: usize = 3 + 10 + Speed::MAXIMUM_LEN + Value::MAXIMUM_LEN + 1;
    const FIELDS: &'static [Field] = &[
        field::<u16>("seq", "count"),
        field::<u64>("at_ms", "ms"),
        field::<Speed>("fan", "rpm"),
        field::<Value>("room", "milli-degC"),
        field::<u8>("state", "code: fan"),
    ];

    fn base_len(&self) -> usize {
        let counted = self.seq.base_len() + self.at_ms.base_len() + self.state.base_len();
        counted + self.fan.base_len() + self.room.base_len()
    }
}

impl Body for FanStatus {
    const KIND: Kind = Kind::Report;
    const DIRECTION: Direction = Direction::ToHost;
}

impl Message for FanStatus {
    const ENDPOINT: u8 = FIRST_VENDOR_ENDPOINT;
}

/// The fan is driven otherwise until the next power-up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct SetFan {
    head: CommandHead,
    drive_permille: u16,
}

impl Described for SetFan {
    const NAME: &'static str = "set_fan";
    const MINIMUM_LEN: usize = CommandHead::MINIMUM_LEN + u16::MINIMUM_LEN;
    const MAXIMUM_LEN: usize = CommandHead::MAXIMUM_LEN + u16::MAXIMUM_LEN;

    fn base_len(&self) -> usize {
        self.head.base_len() + self.drive_permille.base_len()
    }
}

impl Body for SetFan {
    const KIND: Kind = Kind::Command;
    const DIRECTION: Direction = Direction::ToDevice;
}

impl Message for SetFan {
    const ENDPOINT: u8 = FIRST_VENDOR_ENDPOINT;
}

/// Who may set the fan. On a ward the row stands in the `vendor` of the policy of `LinkAccess::Keyed`.
static ROWS: [Rule; 1] = [Rule {
    kind: Kind::Command,
    endpoint: FIRST_VENDOR_ENDPOINT,
    roles: Roles::OPERATORS,
    open: Open::Never,
}];

// ---- Over the shipped link and client -------------------------------------------------------------------

/// Both ends of a bench, and what goes between them.
struct Bench {
    now: Instant,
    link: Link<1>,
    client: Client,
}

impl Bench {
    fn new() -> Self {
        let access = LinkAccess::UnsecuredBench { role: Role::Nurse, vendor: &ROWS };
        let config = Config { access, ..Config::reference() };
        // A host says whose messages it knows: those of another model mean something else.
        let model = Some(config.identity.model);
        let client = Client::new(ClientConfig { model, ..ClientConfig::new(1) });
        Self { now: Instant::from_millis(100), link: Link::new(&config), client }
    }

    fn exchange(&mut self) -> Vec<Told> {
        for _ in 0..4 {
            let (mut bytes, mut room) = (Vec::new(), [0; 1_024]);
            self.client.transmit(self.now, &mut bytes);
            self.link.receive(self.now, &bytes);
            let length = self.link.transmit(self.now, &mut room);
            self.client.receive(self.now, &room[..length]);
        }
        core::iter::from_fn(|| self.client.poll_message()).collect()
    }
}

/// The host sets the fan, the board answers, and its report comes back.
fn over_the_link(status: &FanStatus) -> Result<(), Box<dyn core::error::Error>> {
    let mut bench = Bench::new();
    bench.exchange();
    let set = SetFan { head: UNSENT, drive_permille: 700 };
    let rid = bench.client.command(bench.now, CommandBody::vendor(&set).ok_or("too long")?);
    bench.exchange();
    let command = bench.link.take_vendor(bench.now).ok_or("no command came")?;
    let set = SetFan::decode(command.body())?;
    println!("the board: {:?} sets the fan to {}", command.role, set.drive_permille);
    bench.link.answer_vendor(Response::new(command.head.rid, Status::OK));
    bench.link.send_vendor(status)?;
    let told = bench.exchange();
    let done = |it: &Told| matches!(it, Told::Response { rid: it, response, .. } if *it == rid && response.status == Status::OK);
    assert!(told.iter().any(done), "{told:?}");
    let report = told.iter().find_map(|told| match told {
        Told::Vendor(report) => report.read::<FanStatus>(),
        _ => None,
    });
    assert_eq!(report.ok_or("no report came")??, *status);
    println!("the host: {status:?}");
    Ok(())
}

// ---- All three together -------------------------------------------------------------------------------

fn main() -> Result<(), Box<dyn core::error::Error>> {
    let now = Instant::from_millis(100);
    let (rpm, air) = (0, room(Ratio(0x8000_0000), now));

    let mut control: Control<1> = Control::new(Config { alarms: &ALARMS, ..Config::reference() });
    let inputs = Inputs { vendor: conditions(rpm), ..Inputs::default() };
    let outputs = control.tick(&TickInput::new(now, inputs));
    assert!(outputs.machine.alarms.contains(FAN_STANDS));
    println!("alarm: {FAN_STANDS:?}, {:?}", outputs.machine.highest);

    let status = FanStatus {
        seq: 1,
        at_ms: now.as_millis(),
        fan: Speed { value: rpm, age_ms: 40 },
        room: Value::new(air, now),
        state: 3,
    };
    let mut frame = [0; 64];
    let length = Sender::new().send_message(&status, &mut frame)?;

    let shown: Vec<String> = frame[..length].iter().map(|byte| format!("{byte:02x}")).collect();
    println!("frame: {}", shown.join(" "));
    let page = include_str!("../docs/wire-format.md");
    assert!(page.contains(&shown.join(" ")), "the page shows another frame");

    // A host that knows the maker reads it; one that does not says so and loses nothing else.
    let mut receiver = Receiver::new();
    let (_, packet) = receiver.feed(&frame[..length]);
    let packet = packet.ok_or("no frame ended")??;
    assert_eq!(packet.message(), Err(BodyError::UnknownEndpoint));
    assert_eq!(FanStatus::decode(packet.body)?, status);

    // The file that the tools read says what the structure says.
    let base = registry::schema();
    let own = text::parse_beside(include_str!("vendor.schema"), &base.structures)?;
    let both = vendor::beside(&base, &own).map_err(|findings| findings.join("\n"))?;
    let described = both.message(FanStatus::KIND, FanStatus::ENDPOINT).ok_or("not in the file")?;
    assert!(described.fields.iter().zip(FanStatus::FIELDS).all(|(file, code)| {
        (&file.name[..], file.wire_type.to_string().as_str(), &file.unit[..])
            == (code.name, code.wire_type, code.unit)
    }));
    let lengths = (FanStatus::MINIMUM_LEN, FanStatus::MAXIMUM_LEN);
    assert_eq!(both.lengths(described, both.minor), lengths);
    let values = reader::read(&both, described, packet.body)?;
    println!("{}: {}", described.name, reader::json(&both, described, &values));
    over_the_link(&status)
}
