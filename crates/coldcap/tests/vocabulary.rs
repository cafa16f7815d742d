//! The wire copies the domain's codes and names as data; here both are held next to each other.
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

mod bench;

use bench::Bench;
use coldcap::{ChannelFlags, EventKind, Link, Outputs, Phase};
use coldcap_calibration::contact::Verdict;
use coldcap_guard::Condition;
use coldcap_guard::alarm::Priority;
use coldcap_session::{
    ClockQuality, ControlMode, Density, Field, Flag, HairType, Mark, PostClock, Reason, Refusal,
    Role,
};
use coldcap_units::{Duration, Fault, Interface, Kelvin};
use coldcap_wire::message::{AnyMessage, ChannelStatus, Heartbeat, MachineStatus, Vocabulary};
use coldcap_wire::{Receiver, Sender};

/// Holds a vocabulary to exactly these codes and names.
fn check(name: &str, words: impl IntoIterator<Item = (u8, String)>) {
    let vocabulary = Vocabulary::named(name).unwrap();
    let listed = vocabulary.words.iter().map(|word| (word.code, word.name.to_string()));
    assert_eq!(listed.collect::<Vec<_>>(), words.into_iter().collect::<Vec<_>>(), "{name}");
}

fn none() -> (u8, String) {
    (0, "none".to_string())
}

/// `ScalpShows` as `scalp_shows`: for those who have no names of their own.
fn snake_case(value: impl core::fmt::Debug) -> String {
    let mut name = String::new();
    for letter in format!("{value:?}").chars() {
        if letter.is_ascii_uppercase() && !name.is_empty() {
            name.push('_');
        }
        name.push(letter.to_ascii_lowercase());
    }
    name
}

#[test]
fn phases() {
    check("phase", Phase::ALL.map(|phase| (phase.code(), phase.name().to_string())));
}

#[test]
fn conditions() {
    check("condition", Condition::ALL.map(|one| (one.code(), one.name().to_string())));
}

#[test]
fn priorities() {
    let all = [Priority::None, Priority::Low, Priority::Medium, Priority::High];
    check("priority", all.map(|priority| (priority.code(), priority.name().to_string())));
}

#[test]
fn refusals() {
    let (field, minimum, maximum) = (Field::Pre, 0, 0);
    let all = [
        Refusal::WrongPhase,
        Refusal::CapAbsent,
        Refusal::NotWorn,
        Refusal::FaultActive,
        Refusal::BudgetSpent,
        Refusal::LimitReached,
        Refusal::TooEarly,
        Refusal::NotConfirmed,
        Refusal::OutOfRange { field, minimum, maximum },
        Refusal::MarkOutOfOrder,
        Refusal::NotPermitted(Role::Nurse),
        Refusal::Contraindicated(1),
        Refusal::Unanswered(field),
        Refusal::ServiceDue,
        Refusal::CalibrationDue,
        Refusal::UnknownRegimen,
        Refusal::OnOtherChannel,
        Refusal::NothingToAcknowledge,
        Refusal::NothingToPause,
        Refusal::NotTested,
    ];
    let name = |refusal: Refusal| {
        let shown = format!("{refusal:?}");
        snake_case_of(shown.split([' ', '(']).next().unwrap())
    };
    let words = all.map(|refusal| (refusal.code(), name(refusal)));
    check("refusal", core::iter::once(none()).chain(words));
}

fn snake_case_of(name: &str) -> String {
    struct Shown<'a>(&'a str);
    impl core::fmt::Debug for Shown<'_> {
        fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
            f.write_str(self.0)
        }
    }
    snake_case(Shown(name))
}

#[test]
fn fields() {
    let all = [
        Field::Patient,
        Field::Plan,
        Field::Pre,
        Field::Post,
        Field::BreakEach,
        Field::BreakTotal,
        Field::Target,
        Field::Density,
        Field::Hair,
        Field::Circumference,
        Field::Sagittal,
        Field::Coronal,
        Field::SessionIndex,
        Field::Reason,
        Field::Minutes,
        Field::Interface,
        Field::Source,
        Field::Earlier,
        Field::Drive,
    ];
    let words = all.map(|field| (field.code(), field.name().to_string()));
    check("field", core::iter::once(none()).chain(words));
}

#[test]
fn hair() {
    check("density", Density::ALL.map(|density| (density.code(), snake_case(density))));
    check("hair", HairType::ALL.map(|kind| (kind.code(), snake_case(kind))));
}

#[test]
fn post_clocks() {
    let all = [PostClock::Cooled, PostClock::Elapsed];
    check("post_clock", all.map(|clock| (clock.code(), snake_case(clock))));
}

#[test]
fn control_modes() {
    check("control", ControlMode::ALL.map(|mode| (mode.code(), mode.name().to_string())));
}

#[test]
fn sources_and_marks() {
    use coldcap_session::regimen::{SOURCES, Source};
    let table = SOURCES.iter().map(|citation| (citation.source.0, citation.name.to_string()));
    let site = (Source::SITE.0, "site".to_string());
    check("source", core::iter::once(none()).chain(table).chain([site]));
    check("mark", [Mark::Started, Mark::Ended].map(|mark| (mark.code(), snake_case(mark))));
    check("clock_quality", ClockQuality::ALL.map(|one| (one.code(), snake_case(one))));
}

#[test]
fn faults() {
    let words = Fault::ALL.map(|fault| (fault.code(), fault.name().to_string()));
    check("fault", core::iter::once(none()).chain(words));
}

#[test]
fn flags() {
    check("flag", Flag::ALL.map(|flag| (flag.code(), snake_case(flag))));
}

#[test]
fn reasons() {
    let all = [
        (Reason::STOPPED, "stopped"),
        (Reason::OPERATOR_TRIP, "operator_trip"),
        (Reason::CLINICIAN_TRIP, "clinician_trip"),
        (Reason::SERVICE_TRIP, "service_trip"),
        (Reason::UNCOUPLED, "uncoupled"),
        (Reason::NOT_WORN, "not_worn"),
        (Reason::POWER_GAP, "power_gap"),
        (Reason::COMPLETED, "completed"),
        (Reason::UNATTENDED, "unattended"),
        (Reason::ABANDONED, "abandoned"),
    ];
    check("reason", all.map(|(reason, name)| (reason.0, name.to_string())));
}

#[test]
fn events() {
    let all = [
        EventKind::Phase,
        EventKind::AlarmRose,
        EventKind::AlarmCleared,
        EventKind::AlarmEscalated,
        EventKind::BreakBegan,
        EventKind::BreakEnded,
        EventKind::Flag,
        EventKind::DrugStarted,
        EventKind::DrugEnded,
        EventKind::FitSaved,
        EventKind::Ended,
        EventKind::Tripped,
        EventKind::Released,
        EventKind::Restarted,
        EventKind::FitFailed,
        EventKind::ContactAdvised,
        EventKind::MatchWaits,
    ];
    check("event", all.map(|kind| (kind as u8, snake_case(kind))));
}

#[test]
fn verdicts_and_cap_sizes() {
    check("verdict", Verdict::ALL.map(|verdict| (verdict.code(), snake_case(verdict))));
    let sizes = Vocabulary::named("cap_size").unwrap().words;
    for word in sizes {
        let size = coldcap_calibration::cap::CapSize::from_code(word.code).unwrap();
        assert_eq!(snake_case(size), word.name);
    }
    assert_eq!(coldcap_calibration::cap::CapSize::from_code(sizes.len() as u8 + 1), None);
}

#[test]
fn origins() {
    use coldcap::Origin;
    let all = [Origin::Device, Origin::Simulated, Origin::Replay];
    check("origin", all.map(|origin| (origin as u8, snake_case(origin))));
}

/// The reports that a link makes of outputs.
fn reports(spoil: impl FnOnce(&mut Outputs<1>)) -> (MachineStatus, ChannelStatus) {
    let mut bench: Bench<1> = Bench::new();
    let mut outputs = bench.tick();
    spoil(&mut outputs);
    let mut link: Link<1> = Link::new(bench.device.control.config());
    let mut bytes = [0; 600];
    let length = Sender::new().send_message(&Heartbeat { at_ms: 0, nonce: 0 }, &mut bytes).unwrap();
    link.receive(bench.now, &bytes[..length]);
    link.publish(&outputs);
    let length = link.transmit(bench.now, &mut bytes);
    let (mut receiver, mut rest) = (Receiver::new(), &bytes[..length]);
    let (mut machine, mut channel) = (None, None);
    while !rest.is_empty() {
        let (consumed, packet) = receiver.feed(rest);
        match packet.unwrap().unwrap().message().unwrap() {
            AnyMessage::MachineStatus(status) => machine = Some(status),
            AnyMessage::ChannelStatus(status) => channel = Some(status),
            _ => {}
        }
        rest = &rest[consumed..];
    }
    (machine.unwrap(), channel.unwrap())
}

#[test]
fn each_fact_of_a_channel_has_its_own_bit_on_the_wire() {
    let pairs = [
        (ChannelFlags::COUPLED, ChannelStatus::COUPLED),
        (ChannelFlags::WORN, ChannelStatus::WORN),
        (ChannelFlags::FLOWING, ChannelStatus::FLOWING),
        (ChannelFlags::TANK_READY, ChannelStatus::TANK_READY),
        (ChannelFlags::AT_TARGET, ChannelStatus::AT_TARGET),
        (ChannelFlags::PERMITTED, ChannelStatus::PERMITTED),
        (ChannelFlags::DRUG_RUNNING, ChannelStatus::DRUG_RUNNING),
        (ChannelFlags::OVER_BUDGET, ChannelStatus::OVER_BUDGET),
        (ChannelFlags::LOOP_WARNED, ChannelStatus::LOOP_WARNED),
    ];
    for (domain, wire) in pairs {
        let (_, status) = reports(|outputs| outputs.channels[0].flags = ChannelFlags(domain));
        assert_eq!(status.flags, wire, "domain bit {domain:#x}");
    }
    // No domain bit is left without one on the wire.
    assert_eq!(pairs.iter().fold(0, |all, (domain, _)| all | domain), 0x1FF);
}

#[test]
fn what_was_appended_to_a_channel_is_told_with_its_absence() {
    let (_, plain) = reports(|_| {});
    let told = |status: &ChannelStatus| {
        let interface = (status.interface_target_mc, status.interface_effective_mc);
        let warm = (status.warm_valid, status.warm_earliest_s, status.warm_latest_s);
        (status.control, status.targets_valid, interface, status.skin_uncertainty_mk, warm)
    };
    assert_eq!(told(&plain), (0, 0, (0, 0), 0, (0, 0, 0)));
    let (_, full) = reports(|outputs| {
        let status = &mut outputs.channels[0];
        status.control = ControlMode::Cap;
        status.interface_target = Some(Interface::from_milli(4_000));
        status.interface_effective = Some(Interface::from_milli(5_250));
        status.skin_uncertainty = Some(Kelvin::from_milli(2_400));
        status.warm_earliest = Some(Duration::from_millis(130_900));
        status.warm_latest = Some(Duration::from_millis(540_100));
    });
    assert_eq!(told(&full), (1, 0b1100, (4_000, 5_250), 2_400, (3, 130, 541)));
    let (_, edges) = reports(|outputs| {
        let status = &mut outputs.channels[0];
        status.skin_uncertainty = Some(Kelvin::ZERO);
        status.warm_earliest = Some(Duration::ZERO);
        status.warm_latest = Some(Duration::MAX);
    });
    assert_eq!(told(&edges), (0, 0, (0, 0), 1, (3, 0, u16::MAX)));
}

#[test]
fn each_fact_of_the_machine_has_its_own_bit_on_the_wire() {
    type Set = fn(&mut Outputs<1>);
    let all: [(Set, u8); 4] = [
        (|outputs| outputs.machine.mains = true, MachineStatus::MAINS),
        (|outputs| outputs.machine.level = true, MachineStatus::LEVEL_OK),
        (|outputs| outputs.machine.leak = true, MachineStatus::LEAK),
        (|outputs| outputs.drives.permit = true, MachineStatus::PERMIT),
    ];
    for (set, bit) in all {
        let (status, _) = reports(|outputs| {
            outputs.machine = coldcap::MachineStatus::default();
            outputs.drives.permit = false;
            set(outputs);
        });
        assert_eq!(status.inputs, bit);
    }
}

#[test]
fn alarms_and_their_priority_travel_as_they_are() {
    for condition in Condition::ALL {
        let (status, _) = reports(|outputs| {
            outputs.machine.alarms = coldcap_guard::Conditions::of(&[condition]);
            outputs.machine.highest = Priority::Medium;
            outputs.machine.sounding = Priority::Low;
        });
        assert_eq!(status.alarms, 1 << condition.code());
        assert_eq!((status.highest, status.sounding), (Priority::Medium.code(), 1));
    }
}
