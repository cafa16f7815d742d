//! Inputs from which the fuzz targets begin: every message, every operation, every refusal that is known, written as
//! each target reads its input.
#![allow(dead_code)]

use super::samples;
use coldcap_wire::packet::{BODY_LEN, HEADER_LEN, Header, Kind};
use coldcap_wire::security::{KeySlot, Label, PairingCode, Role, Secret};

/// One input: the target, its name, its bytes.
pub(crate) struct Seed {
    pub(crate) target: &'static str,
    pub(crate) name: String,
    pub(crate) bytes: Vec<u8>,
}

fn seed(target: &'static str, name: impl Into<String>, bytes: Vec<u8>) -> Seed {
    Seed { target, name: format!("seed-{}", name.into()), bytes }
}

/// All of them.
pub(crate) fn all() -> Vec<Seed> {
    let mut seeds = packets();
    seeds.extend(conversations());
    seeds.extend(codecs());
    seeds.extend(carriers());
    seeds.extend(keys());
    seeds.extend(services());
    seeds.extend(sessions());
    seeds
}

/// Every message of the golden vectors, as a packet and not as a frame.
fn sample_packets() -> Vec<(&'static str, Vec<u8>)> {
    let packet = |sample: samples::Sample| {
        let mut body = [0; BODY_LEN];
        let len = sample.message.encode(&mut body).expect("every message fits");
        let kind = sample.message.describe().kind;
        let header =
            Header { kind, secured: false, endpoint: sample.endpoint, number: sample.number };
        (sample.name, [&header.to_bytes()[..], &body[..len]].concat())
    };
    samples::all().into_iter().map(packet).collect()
}

/// Each whole, without its last byte, with one more, and with a number that is longer than it needs.
fn packets() -> Vec<Seed> {
    let mut seeds = Vec::new();
    for (name, packet) in sample_packets() {
        let (short, long) = (packet[..packet.len() - 1].to_vec(), [&packet[..], &[0]].concat());
        let padded = [&packet[..HEADER_LEN], &[0x80, 0x80], &packet[HEADER_LEN..]].concat();
        for (what, bytes) in
            [("whole", packet), ("short", short), ("long", long), ("padded", padded)]
        {
            seeds.push(seed("decode", format!("{name}-{what}"), bytes));
        }
    }
    seeds
}

/// Steps of `conversation`: a byte of what, a byte of length, and the bytes.
fn step(what: u8, bytes: &[u8]) -> Vec<u8> {
    [&[what, bytes.len() as u8][..], bytes].concat()
}

fn conversations() -> Vec<Seed> {
    let mut seeds = Vec::new();
    for (name, packet) in sample_packets() {
        let steps =
            [step(0, &packet), step(2, &packet), step(1 + 8 * 9, &packet), step(0, &packet)];
        seeds.push(seed("conversation", name, steps.concat()));
    }
    let headers: [&[u8]; 5] = [&[0x48], &[0x08; 6], &[0x49; 6], &[0x78; 6], &[0x48; 6]];
    let reasons: Vec<Vec<u8>> = headers.iter().map(|header| step(5, header)).collect();
    let codes: Vec<u8> = (0..=u8::MAX).collect();
    let words = [step(6, &codes[..128]), step(6, &codes[128..])];
    let places =
        [(0, 0), (1, 0x15), (1, 0x1E), (3, 0x40), (3, 0x44), (5, 0x52), (6, 0x62), (1, 0xC0)];
    let roles: Vec<Vec<u8>> = places.iter().map(|(kind, id)| step(7, &[*kind, *id])).collect();
    let answers: Vec<Vec<u8>> = (0..14).map(|length| step(3, &vec![9; length])).collect();
    let makers = [step(4, &[7; 20]), step(4, &[7; 231]), step(4, &[7; 240]), step(4, &[])];
    for (name, steps) in [
        ("reasons", reasons.concat()),
        ("words", words.concat()),
        ("roles", roles.concat()),
        ("answers", answers.concat()),
        ("makers", makers.concat()),
        ("starts-anew", [step(8, &[]), answers.concat(), step(8, &[]), step(8, &[])].concat()),
    ] {
        seeds.push(seed("conversation", name, steps));
    }
    seeds
}

/// The structure of `codec`, field by field.
type Everything<'a> = (
    (bool, (u8, i8), (u16, i16), (u32, i32), (u64, i64)),
    (u8, (i8, u32), Option<u16>, [u16; 3]),
    (&'a [u8], Vec<u32>, &'a str),
);

fn codecs() -> Vec<Seed> {
    let bodies: [Everything; 4] = [
        ((false, (0, 0), (0, 0), (0, 0), (0, 0)), (0, (0, 0), None, [0; 3]), (&[], vec![], "")),
        (
            (true, (255, -128), (300, -300), (20_000, -20_000), (7_200_000, -7_200_000)),
            (9, (-1, 3_000_000), Some(65_535), [1, 128, 16_384]),
            (b"bytes", vec![1, 300], "text"),
        ),
        (
            (true, (1, 1), (u16::MAX, i16::MIN), (u32::MAX, i32::MIN), (u64::MAX, i64::MIN)),
            (255, (127, 0x0FFF_FFFF), Some(0), [u16::MAX; 3]),
            (&[0; 40], vec![u32::MAX; 4], "\u{fc}ber"),
        ),
        (
            (true, (1, 1), (0x3FFF, 0x1FFF), (0x20_0000, 0x10_0000), (1 << 35, 1 << 34)),
            (1, (0, 0x1000_0000), None, [0x3FFF, 0x4000, 0]),
            (&[255; 9], vec![0; 3], "0123456789"),
        ),
    ];
    let mut seeds = Vec::new();
    for (index, body) in bodies.iter().enumerate() {
        let bytes = postcard::to_stdvec(body).expect("there is room");
        let input = |room: u8, body: &[u8]| [&[room][..], body].concat();
        seeds.push(seed("codec", format!("{index}-whole"), input(255, &bytes)));
        seeds.push(seed("codec", format!("{index}-no-room"), input(index as u8, &bytes)));
        let long = [&bytes[..], &[1]].concat();
        seeds.push(seed("codec", format!("{index}-long"), input(9, &long)));
        for cut in (0..bytes.len()).step_by(3) {
            seeds.push(seed("codec", format!("{index}-cut-{cut}"), input(20, &bytes[..cut])));
        }
        for place in (0..bytes.len()).step_by(2) {
            let mut other = bytes.clone();
            other[place] = 0xFF;
            let name = format!("{index}-high-{place}");
            seeds.push(seed("codec", name, input((place % 7) as u8, &other)));
        }
    }
    seeds
}

fn carriers() -> Vec<Seed> {
    let moods: [(&str, &[u8]); 7] = [
        ("willing", &[]),
        ("slow", &[1; 60]),
        ("halting", &[0, 3, 0, 0, 5, 1, 0, 9, 0, 0, 0, 2]),
        ("not-now", &[0; 63]),
        ("ends-at-once", &[255]),
        ("ends-later", &[4, 0, 4, 255, 4]),
        ("ends-twice", &[2, 255, 255, 0, 255]),
    ];
    let mut seeds = Vec::new();
    for (name, moods) in moods {
        for (coming, said) in [(0, 0), (40, 0), (0, 70), (63, 90)] {
            let bytes: Vec<u8> = (0..coming + said).map(|at| at as u8).collect();
            let (coming, said) = bytes.split_at(coming);
            let head = [&[moods.len() as u8][..], moods, &[coming.len() as u8]].concat();
            let bytes = [&head[..], coming, said].concat();
            seeds.push(seed("carrier", format!("{name}-{}-{}", coming.len(), said.len()), bytes));
        }
    }
    seeds
}

fn keys() -> Vec<Seed> {
    let add = |id: u8| vec![0, id, id, id];
    let open = |id: u8| vec![2, id, 1, 4];
    let (connect, close) = (vec![6], vec![4]);
    let wait = |seconds: u8| vec![5, seconds];
    let eight: Vec<u8> = (1..=8).flat_map(add).collect();
    let scripts: [(&str, Vec<Vec<u8>>); 9] = [
        ("pairs", vec![open(5), connect.clone(), connect.clone(), vec![1, 5], connect.clone()]),
        ("too-late", vec![open(5), wait(59), wait(1), connect.clone()]),
        ("just-in-time", vec![open(5), wait(59), connect.clone()]),
        ("closed", vec![open(5), close, connect.clone()]),
        ("therapy", vec![open(5), vec![3, 1], connect.clone(), open(6), vec![3, 0], open(6)]),
        ("full", vec![eight.clone(), add(9), add(3), open(9), vec![1, 4], open(3), open(9)]),
        ("filled-meanwhile", vec![open(30), eight, connect.clone()]),
        ("taken-meanwhile", vec![open(5), add(5), connect.clone()]),
        ("label", vec![vec![0, 1, 0, 24], vec![0, 2, 1, 25], vec![0, 3, 3, 0], connect]),
    ];
    let mut seeds: Vec<Seed> =
        scripts.into_iter().map(|(name, steps)| seed("keys", name, steps.concat())).collect();
    seeds.extend(stored());
    seeds.extend(texts());
    seeds
}

fn stored() -> Vec<Seed> {
    let label = Label::new("tablet, room 4").expect("short");
    let slot = |role| KeySlot { id: 7, role, label, psk: Secret::new([9; 32]) };
    let mut seeds = Vec::new();
    for role in Role::ALL {
        let bytes = [&[7][..], &slot(role).to_stored()].concat();
        seeds.push(seed("keys", format!("stored-{}", role.name()), bytes));
    }
    for (place, value) in [(0, 2), (1, 4), (2, 25), (2, 30), (3, 1), (8, 0xFF), (31, 5)] {
        let mut bytes = slot(Role::Nurse).to_stored();
        bytes[place] = value;
        seeds.push(seed("keys", format!("stored-{place}-{value}"), [&[7][..], &bytes].concat()));
    }
    seeds
}

fn texts() -> Vec<Seed> {
    let code = PairingCode { serial: 4_711, slot: 7, psk: Secret::new([0xA5; 32]) };
    let text = code.to_text().as_str().to_owned();
    let mut seeds = vec![seed("keys", "text", [&[8], text.as_bytes()].concat())];
    // The head, a separator, a digit, the check, and what stands in no digit's place.
    for (place, with) in [(0, b'X'), (26, b'0'), (12, b'g'), (40, b'a'), (104, b'0'), (108, b'/')] {
        let mut bytes = text.clone().into_bytes();
        bytes[place] = with;
        seeds.push(seed("keys", format!("text-{place}"), [&[8], &bytes[..]].concat()));
    }
    seeds.push(seed("keys", "text-short", [&[8], &text.as_bytes()[..50]].concat()));
    seeds
}

/// Each operation of `services` with every pair of these, in order, and all of them among each other.
fn services() -> Vec<Seed> {
    const HOW: [u8; 10] = [0, 1, 2, 7, 20, 32, 64, 128, 192, 255];
    let mut seeds = Vec::new();
    let mut among = Vec::new();
    for what in 0..14 {
        let mut bytes = Vec::new();
        for (one, two) in HOW.iter().flat_map(|one| HOW.iter().map(move |two| (*one, *two))) {
            bytes.extend([what, one, two]);
            among.push([what, one, two]);
            // What makes something come of it: time, a report, an answer, a credit.
            let between = [[0, 30, 30], [6, one, two], [11, 3, two], [4, one, 0]];
            bytes.extend(between[usize::from(one ^ two) % 4]);
        }
        bytes.truncate(600);
        seeds.push(seed("services", format!("operation-{what}"), bytes));
    }
    // A subscription of channel 1, reports that are lost and late, copies, credits, and its end.
    let follow = [[5, 22, 0x42], [6, 1, 0], [0, 22, 10]];
    let reports = [[6, 1, 0], [0, 22, 10], [6, 2, 1], [0, 22, 11], [6, 3, 0], [7, 0, 0], [7, 1, 0]];
    let bytes = [follow.concat(), reports.concat().repeat(20)].concat();
    seeds.push(seed("services", "follows", bytes));
    // A stride without a common factor with their number visits all of them.
    let mixed: Vec<[u8; 3]> = (0..among.len()).map(|at| among[at * 1_009 % among.len()]).collect();
    for (index, part) in mixed.chunks(200).enumerate() {
        seeds.push(seed("services", format!("mixed-{index}"), part.concat()));
    }
    seeds
}

/// Scripts of `session_sim`: four bytes of seed, which also chooses the role, then what and how much.
fn sessions() -> Vec<Seed> {
    let scripts: [(&str, Vec<[u8; 2]>); 6] = [
        ("calm", vec![[11 + 12 * 20, 255]; 8]),
        (
            "starts-anew",
            vec![[179, 200], [0, 0], [179, 200], [1, 0], [179, 200], [2, 9], [179, 99]],
        ),
        ("loses", vec![[4, 120], [239, 255], [4, 250], [239, 255], [8, 0], [239, 255]]),
        ("damages", vec![[5, 90], [239, 255], [7, 60], [239, 255], [9, 7], [10, 7], [239, 255]]),
        (
            "reorders",
            vec![[6, 200], [239, 255], [239, 255], [3, 0], [239, 255], [8, 0], [239, 255]],
        ),
        ("is-cut", vec![[239, 255], [4, 255], [239, 255], [239, 255], [0, 0], [8, 0], [239, 255]]),
    ];
    let mut seeds = Vec::new();
    for (name, script) in scripts {
        for number in 0u32..3 {
            let bytes = [&(number * 7 + 1).to_le_bytes()[..], script.concat().as_slice()].concat();
            seeds.push(seed("session_sim", format!("{name}-{number}"), bytes));
        }
    }
    seeds
}

/// Kinds are those of the header: a change of their number changes the seeds.
const _: () = assert!(Kind::ALL.len() == 7);
