//! One message or more of every endpoint, for the golden vectors.

use coldcap_wire::message::*;

/// A named message and the header it travels under.
pub(crate) struct Sample {
    pub(crate) name: &'static str,
    pub(crate) number: u32,
    pub(crate) endpoint: u8,
    pub(crate) message: AnyMessage,
}

fn sample<M: Message + Into<AnyMessage>>(name: &'static str, number: u32, message: M) -> Sample {
    Sample { name, number, endpoint: M::ENDPOINT, message: message.into() }
}

fn answer(name: &'static str, number: u32, endpoint: u8, response: Response) -> Sample {
    Sample { name, number, endpoint, message: AnyMessage::Response(response) }
}

/// The samples, in order of the vectors. New ones are appended.
pub(crate) fn all() -> Vec<Sample> {
    let mut samples = commands();
    samples.extend(answers());
    samples.extend(reports());
    samples.extend(link());
    samples.extend(later());
    samples.extend(services());
    samples
}

fn link() -> Vec<Sample> {
    vec![
        sample("heartbeat", 7, Heartbeat { at_ms: 150_000, nonce: 1 }),
        sample("heartbeat_of_zeros", 0, Heartbeat { at_ms: 0, nonce: 0 }),
        sample("heartbeat_at_the_end", u32::MAX, Heartbeat { at_ms: u64::MAX, nonce: u16::MAX }),
        sample("hello_simulated", 0, hello()),
        sample(
            "hello_of_a_host",
            0,
            Hello { model: 0, serial: 0, firmware: 0, channels: 0, boot: 0x0102_0304, ..hello() },
        ),
    ]
}

fn hello() -> Hello {
    Hello {
        major: 1,
        minor_min: 0,
        minor_max: 0,
        origin: Origin::SIMULATED,
        model: 1,
        serial: 20_260_001,
        firmware: 0x0001_0000,
        // A fixed number: the vectors outlive this message set.
        schema: 0x1234_5678,
        mtu: 240,
        channels: 2,
        features: 0,
        boot: 0xDEAD_BEEF,
    }
}

fn commands() -> Vec<Sample> {
    let head = CommandHead::new(300, 0);
    let operate = |rid, action, confirm, argument| Operate {
        head: CommandHead::new(rid, 1),
        action,
        confirm,
        argument,
    };
    vec![
        sample("start_fit", 1, StartFit { head }),
        sample(
            "measure",
            2,
            Measure {
                head,
                circumference_mm: 560,
                sagittal_mm: 340,
                coronal_mm: 350,
                density: 1,
                hair: 1,
            },
        ),
        sample(
            "select_patient",
            3,
            SelectPatient {
                head,
                patient: 0x0123_4567_89AB_CDEF,
                calibration: 0xCBF2_9CE4_8422_2325,
                session_index: 2,
                session_count: 6,
                density: 2,
                hair: 2,
                contraindications: 0,
                override_reason: 0,
            },
        ),
        sample("choose_plan", 4, plan(head)),
        sample("operate_stop", 5, operate(301, Action::STOP, 0, 0)),
        sample("operate_end_session", 6, operate(302, Action::END_SESSION, 1, 4)),
        sample(
            "observe_drug_started",
            8,
            Observe { head, fact: FactKind::DRUG_STARTED, drug: 17, hair_toxic: 1, value: 0 },
        ),
        sample("read_record", 9, ReadRecord { head, from: 1_000, count: 16 }),
        sample("subscribe", 10, Subscribe { head: CommandHead::new(1, MACHINE), period_ms: 500 }),
        sample(
            "subscribe_with_deadline",
            11,
            Subscribe {
                head: CommandHead { rid: 2, deadline: 0xFFFF, expected_revision: 128, channel: 0 },
                period_ms: 0,
            },
        ),
    ]
}

fn plan(head: CommandHead) -> ChoosePlan {
    ChoosePlan {
        head,
        regimen: 3,
        pre_s: 30 * 60,
        post_s: 90 * 60,
        break_each_s: 10 * 60,
        break_total_s: 30 * 60,
        target_mc: -4_000,
        post_clock: 0,
        control: 0,
        interface_mc: 0,
        source: 0,
        override_reason: 0,
    }
}

fn answers() -> Vec<Sample> {
    let refused = Response {
        rid: 300,
        status: Status::OUT_OF_RANGE,
        reason: 9,
        field: 7,
        minimum: -8_000,
        maximum: 5_000,
        value: 0,
    };
    vec![
        answer("response_ok", 12, 0x15, Response::new(301, Status::OK)),
        answer("response_out_of_range", 13, 0x14, refused),
        answer("response_to_an_unknown_command", 14, 0x1F, Response::new(9, Status::UNSUPPORTED)),
        answer(
            "response_at_the_limits",
            15,
            0x17,
            Response {
                rid: u16::MAX,
                status: Status(200),
                reason: u8::MAX,
                field: u8::MAX,
                minimum: i32::MIN,
                maximum: i32::MAX,
                value: u32::MAX,
            },
        ),
    ]
}

fn reports() -> Vec<Sample> {
    vec![
        sample("channel_status_cooling", 100, cooling()),
        sample("channel_status_with_faults", 101, faulty()),
        sample("machine_status", 102, machine()),
        sample(
            "event",
            103,
            EventReport {
                index: 41,
                at_ms: 5_400_000,
                channel: MACHINE,
                kind: 1,
                code: 10,
                value: -1,
            },
        ),
        sample(
            "record_entry",
            104,
            RecordEntry {
                index: 41,
                total: 42,
                entry: FixedBytes(core::array::from_fn(|index| (index * 5) as u8)),
            },
        ),
    ]
}

/// Samples that came later than the first vectors.
fn later() -> Vec<Sample> {
    let calibration = FixedBytes(core::array::from_fn(|index| (index * 3) as u8));
    let interface = ChoosePlan {
        target_mc: 0,
        control: 1,
        interface_mc: 4_000,
        ..plan(CommandHead::new(303, 1))
    };
    let now = ChannelStatus { warm_earliest_s: 0, warm_latest_s: u16::MAX, ..warming() };
    vec![
        sample("cap_calibration", 105, CapCalibration { channel: 1, calibration }),
        sample("choose_plan_of_the_interface", 106, interface),
        sample("channel_status_in_cap_mode", 107, holding_the_cap()),
        sample("channel_status_in_a_break", 108, warming()),
        sample("channel_status_warm_at_once_or_never", 109, now),
        sample(
            "machine_status_of_a_controller_at_work",
            110,
            MachineStatus { progress: 40_123, ..machine() },
        ),
        sample("drawn", 111, Drawn { progress: 40_121 }),
        sample("choose_plan_by_a_source", 112, by_a_source()),
        sample(
            "amend",
            113,
            Amend { head: CommandHead::new(304, 0), mark: 2, drug: 17, earlier_s: 600, reason: 3 },
        ),
        sample(
            "set_clock",
            114,
            SetClock { head: CommandHead::new(305, 255), unix_ms: 1_795_600_000_000, quality: 2 },
        ),
        sample(
            "select_patient_decided",
            115,
            SelectPatient {
                head: CommandHead::new(900, 0),
                patient: 1_001,
                calibration: 7,
                session_index: 1,
                session_count: 6,
                density: 1,
                hair: 1,
                contraindications: 1 << 11,
                override_reason: 4,
            },
        ),
    ]
}

/// Samples of minor version 3.
fn services() -> Vec<Sample> {
    let head = CommandHead { rid: 307, deadline: 40_000, expected_revision: 12, channel: MACHINE };
    let ask = ObjectAsk {
        object: ObjectKind::RECORD,
        number: 1,
        transfer: 3,
        edition: 0xDEAD_BEEF,
        piece: 192,
        window: 16,
        base: 1_920,
        received: 0b1010,
        heard: 14,
        again: 0,
    };
    let piece = Piece::new(&core::array::from_fn::<u8, 130, _>(|index| (index * 7) as u8));
    vec![
        sample(
            "follow",
            120,
            Follow { head, report: 0x40, period_ms: 500, mask: 0b11, lease_s: 30, window: 4 },
        ),
        sample("read_settings", 121, ReadSettings { head, since: 11, from: 0 }),
        sample("put_setting", 122, PutSetting { head, key: 7, value: -250 }),
        sample(
            "actuate",
            123,
            Actuate { head, actuator: Actuator::PUMP, drive_permille: 300, lease_ms: 2_000 },
        ),
        sample("setting", 124, setting()),
        sample("object_data", 125, ObjectData { transfer: 3, stamp: 15, offset: 2_112, piece }),
        sample(
            "object_data_of_no_bytes",
            126,
            ObjectData { transfer: 0, stamp: 0, offset: 0, piece: Piece::EMPTY },
        ),
        sample("object_about", 127, about()),
        sample("object_ask", 128, ask),
        sample("credit", 129, Credit { report: 0x40, channel: 1, seq: 1_234 }),
        sample("time_ask", 130, TimeAsk { asked_us: 5_000_123, heard_us: 4_900_000 }),
        sample(
            "time_answer",
            131,
            TimeAnswer { asked_us: 5_000_123, received_us: 4_950_000, sent_us: 4_950_200 },
        ),
        sample("channel_status_after_a_jam", 132, ChannelStatus { dropped: 300, ..cooling() }),
        sample(
            "machine_status_after_a_jam",
            133,
            MachineStatus { progress: 40_124, dropped: 2, ..machine() },
        ),
        sample("channel_status_of_a_revision", 134, ChannelStatus { revision: 700, ..cooling() }),
    ]
}

fn setting() -> Setting {
    Setting {
        rid: 308,
        revision: 13,
        changed: 12,
        key: 7,
        value: -250,
        minimum: -1_000,
        maximum: 0,
        left: 2,
    }
}

fn about() -> ObjectAbout {
    ObjectAbout { transfer: 3, status: Status::OK, edition: 0xDEAD_BEEF, length: 9_600, first: 0 }
}

fn by_a_source() -> ChoosePlan {
    ChoosePlan { post_s: 20 * 60, source: 4, override_reason: 9, ..plan(CommandHead::new(306, 0)) }
}

fn fresh(value: i32) -> Value {
    Value { value, fault: 0, age_ms: 100 }
}

fn cooling() -> ChannelStatus {
    ChannelStatus {
        seq: 1_234,
        at_ms: 3_723_400,
        channel: 0,
        phase: 8,
        elapsed_ms: 600_000,
        remaining_ms: 1_200_000,
        cooled_ms: 600_000,
        at_target_ms: 240_000,
        target_mc: -4_000,
        effective_mc: -3_950,
        targets_valid: ChannelStatus::TARGET_VALID | ChannelStatus::EFFECTIVE_VALID,
        supply: fresh(-3_912),
        returned: fresh(-2_700),
        front: fresh(3_100),
        rear: fresh(3_450),
        safety: fresh(2_980),
        skin: Value::absent(),
        flow: fresh(1_010),
        pump_permille: 620,
        valve_permille: 480,
        flags: ChannelStatus::COUPLED | ChannelStatus::WORN | ChannelStatus::FLOWING,
        control: 0,
        interface_target_mc: 0,
        interface_effective_mc: 0,
        skin_uncertainty_mk: 0,
        warm_valid: 0,
        warm_earliest_s: 0,
        warm_latest_s: 0,
        dropped: 0,
        revision: 0,
    }
}

/// Cap mode, with the supply where the cascade has it.
fn holding_the_cap() -> ChannelStatus {
    ChannelStatus {
        target_mc: -1_500,
        effective_mc: -1_480,
        interface_target_mc: 4_000,
        interface_effective_mc: 4_150,
        targets_valid: 0b1111,
        control: 1,
        skin: fresh(18_700),
        skin_uncertainty_mk: 2_400,
        ..cooling()
    }
}

/// In a break, with the time until the skin is warm.
fn warming() -> ChannelStatus {
    ChannelStatus {
        phase: 12,
        target_mc: 0,
        effective_mc: 0,
        targets_valid: 0,
        skin: fresh(19_900),
        skin_uncertainty_mk: 2_600,
        warm_valid: ChannelStatus::WARM_EARLIEST_VALID | ChannelStatus::WARM_LATEST_VALID,
        warm_earliest_s: 130,
        warm_latest_s: 540,
        ..cooling()
    }
}

fn faulty() -> ChannelStatus {
    let fault = |fault| Value { value: 0, fault, age_ms: 700 };
    ChannelStatus {
        phase: 17,
        targets_valid: 0,
        target_mc: 0,
        effective_mc: 0,
        supply: fault(3),
        returned: fault(4),
        safety: fault(8),
        flow: fault(200),
        pump_permille: 0,
        valve_permille: 0,
        ..cooling()
    }
}

fn machine() -> MachineStatus {
    MachineStatus {
        seq: 65_535,
        at_ms: 3_723_400,
        tank: fresh(-8_020),
        evaporator: fresh(-14_500),
        chiller_permille: 1_000,
        battery: fresh(993),
        inputs: MachineStatus::MAINS | MachineStatus::LEVEL_OK | MachineStatus::PERMIT,
        alarms: 1 << 9 | 1 << 15,
        highest: 3,
        sounding: 1,
        link_ok: 12_345,
        link_crc: 2,
        link_length: 1,
        link_overflow: 0,
        progress: 0,
        dropped: 0,
    }
}
