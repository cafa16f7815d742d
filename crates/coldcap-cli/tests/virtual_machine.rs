//! The virtual machine to develop against: brought to a place, under a script, with two channels, at a speed.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

mod support;

use coldcap::EventKind;
use coldcap_guard::{Condition, Conditions};
use coldcap_host::client::{CommandBody, Message, UNSENT};
use coldcap_host::connection::{Clock, CommandError, Connection, Update};
use coldcap_host::plan::PlanFile;
use coldcap_host::record::{self, Story};
use coldcap_session::record::Entry;
use coldcap_session::{Config, Phase};
use coldcap_wire::message::{Action, ChannelStatus, ChoosePlan, FactKind, Status};
use core::time::Duration;
use support::served::{Served, in_time, until, until_in};
use support::{SHORT_PLAN, coldcap, file, folder};
use tokio_stream::StreamExt;

async fn entries(connection: &Connection) -> Vec<Entry> {
    let record = in_time(connection.download(|_| {})).await.unwrap();
    assert_eq!((record.lost(), record.restarts()), (0, 0));
    assert!(record.is_complete() && record.collected() == record.total() as usize);
    record.iter().map(|(_, bytes)| Entry::from_bytes(bytes)).collect()
}

/// The clock of the device in what the command said of where it stands: `SIMULATED h:mm:ss, channel …`.
fn clock(line: &str) -> u64 {
    let text = line.strip_prefix("SIMULATED ").unwrap().split(',').next().unwrap();
    text.split(':').fold(0, |sum, part| sum * 60 + part.parse::<u64>().unwrap())
}

#[tokio::test]
async fn a_machine_three_minutes_before_thaw_thaws_in_three_minutes() {
    let served = Served::with(1, 60.0, &["--start-at", "thaw-3min"]);
    let line = served.says();
    assert!(line.ends_with("channel 0: post_cool"), "{line}");
    let host = served.host(0, 0, 1);
    let snapshot = in_time(host.secured()).await.unwrap();
    assert_eq!(snapshot.hello.unwrap().serial, 1);
    let thaw = until_in(&host, 0, Phase::Thaw).await;
    let began = thaw.at_ms - u64::from(thaw.elapsed_ms);
    let waited = began as i64 - clock(&line) as i64 * 1_000;
    assert!((179_900..=181_000).contains(&waited), "{waited}");
}

#[tokio::test]
async fn a_host_that_comes_behind_the_jump_gets_all_that_happened() {
    let folder = folder("virtual-machine-jump");
    let plan = file(&folder, "short.toml", SHORT_PLAN);
    // The kink interrupts the infusion: the machine is paused, with an alarm that stands.
    let more = ["--plan", &plan, "--start-at", "paused+0.1min", "--fault", "kink@3000..9000"];
    let served = Served::with(1, 10.0, &more);
    let now = clock(&served.says());
    let host = served.host(0, 0, 1);
    in_time(host.secured()).await.unwrap();
    let status = until_in(&host, 0, Phase::Paused).await;
    assert!(status.at_ms / 1_000 >= now && now > 3_000, "{status:?}");
    let snapshot = until(&host, |snapshot| snapshot.machine.is_some()).await;
    let alarms = Conditions::from_bits(snapshot.machine.unwrap().alarms);
    assert!(
        alarms.iter().any(|alarm| [Condition::FlowLow, Condition::FlowLost].contains(&alarm)),
        "{alarms:?}"
    );
    let story = entries(&host).await;
    assert!(story.len() > 20, "{}", story.len());
    assert_eq!(record::verify(&story, &Config::DEFAULT), Ok(Story::Recomputed));
}

#[tokio::test]
async fn the_same_jump_makes_the_same_record() {
    let mut records = Vec::new();
    for _ in 0..2 {
        let served = Served::with(1, 10.0, &["--start-at", "infusion-1min"]);
        let now = clock(&served.says());
        let host = served.host(0, 0, 1);
        in_time(host.secured()).await.unwrap();
        let before = |entry: &Entry| entry.at.as_millis() / 1_000 <= now;
        records.push(entries(&host).await.into_iter().filter(before).collect::<Vec<_>>());
    }
    assert!(records[0].len() > 10, "{}", records[0].len());
    assert_eq!(records[0], records[1]);
}

#[test]
fn a_place_that_is_never_reached_is_one_clear_error() {
    let at = |place: &str| {
        let listen = ["machine", "--listen", "tcp:127.0.0.1:0", "--start-at", place];
        coldcap(&listen).refused(2).to_owned()
    };
    let never = at("safe_hold");
    let told = "--start-at: safe_hold: the plan paclitaxel-weekly never reaches it: allowed are boot, standby";
    assert!(never.starts_with(told), "{never}");
    assert_eq!(
        at("pre_cool+40min"),
        "--start-at: pre_cool+40min: pre_cool is over by then: allowed is +29.9min at most"
    );
    let before = at("pre_cool-300min");
    assert!(before.contains("is not switched on by then: allowed is -"), "{before}");
    assert!(at("warm").contains("--start-at: warm: allowed are boot, standby"));
    assert!(at("1:pre_cool").contains("channel 1: allowed is 0 to 0, see --channels"));
}

#[tokio::test]
async fn a_script_counts_from_when_hosts_may_come() {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/machine/afternoon.toml");
    let more = ["--start-at", "pre_cool+5min", "--script", script];
    let served = Served::with(1, 10.0, &more);
    let start = clock(&served.says()) * 1_000;
    let host = served.host(0, 0, 1);
    let mut updates = host.updates();
    in_time(host.secured()).await.unwrap();
    let leak = loop {
        let Some(Update::Message(message)) = in_time(updates.next()).await else { continue };
        let Message::Event(event) = &*message else { continue };
        let rose = event.kind == EventKind::AlarmRose as u8;
        if rose && event.code == u16::from(Condition::Leak.code()) {
            break event.at_ms - start;
        }
    };
    assert!((40_000..46_000).contains(&leak), "{leak}");
    assert_eq!(served.says(), "script: 00:00:10 channel 0 stop: ok");
    assert_eq!(served.says(), "script: 00:00:30 channel 0 symptom: ok");
    let refused = served.says();
    assert!(refused.starts_with("script: 00:01:05 channel 0 resume: "), "{refused}");
    assert!(!refused.ends_with(": ok"), "{refused}");
}

/// What somebody breaks by hand is told to the host as an alarm.
#[tokio::test]
async fn a_fault_is_made_at_its_door() {
    let address = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let door = address.to_string();
    let served = Served::with(1, 20.0, &["--fault-door", &door, "--start-at", "pre_cool+5min"]);
    let host = served.host(0, 0, 1);
    until_in(&host, 0, Phase::PreCool).await;
    let answered = async |said: &[u8]| {
        let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
        tokio::io::AsyncWriteExt::write_all(&mut stream, said).await.unwrap();
        tokio::io::AsyncWriteExt::shutdown(&mut stream).await.unwrap();
        let mut answer = String::new();
        let read = tokio::io::AsyncReadExt::read_to_string(&mut stream, &mut answer);
        in_time(read).await.unwrap();
        answer
    };
    let posted = answered(b"POST / HTTP/1.1\n\nleak 600\n").await;
    assert!(posted.starts_with("refused: POST: ") && posted.lines().count() == 1, "{posted}");
    let refused = answered(b"knik\n").await;
    assert!(refused.starts_with("refused: knik: allowed are kink, "), "{refused}");
    let taken = answered(b"kink 600\nrear-open 600 0").await;
    assert_eq!(taken, "ok: kink for 600 s at channel 0\nok: rear-open for 600 s at channel 0\n");
    assert!(answered(b"\x1b[31mx\n").await.starts_with("refused: ?[31mx: allowed are"));
    assert_eq!(answered(&[b'x'; 500]).await, "refused: line: allowed are 128 bytes\n");
    until_in(&host, 0, Phase::Paused).await;
}

#[test]
fn a_door_for_faults_is_of_this_computer_alone() {
    let line = ["machine", "--listen", "pty", "--fault-door", "0.0.0.0:0"];
    assert!(coldcap(&line).refused(2).contains("--fault-door: 0.0.0.0:0: allowed is an address"));
}

/// What a host knew of the one before is void.
#[tokio::test]
async fn a_machine_that_is_started_again_is_another_boot() {
    let mut boots = Vec::new();
    for start in 1..=2 {
        let served = Served::with(1, 1.0, &[]);
        let host = served.host(0, 0, start);
        boots.push(in_time(host.secured()).await.unwrap().hello.unwrap().boot);
    }
    assert_ne!(boots[0], boots[1]);
}

#[tokio::test]
async fn a_script_cuts_the_power_and_the_line() {
    let folder = folder("virtual-machine-power");
    let text = "[[at]]\ntime = \"00:01:00\"\npower = \"off\"\ngap_s = 20\n\
                [[at]]\ntime = \"00:02:00\"\nfault = \"link-loss\"\nfor_s = 15\n";
    let script = file(&folder, "power.toml", text);
    let served = Served::with(1, 20.0, &["--script", &script, "--start-at", "pre_cool+5min"]);
    let host = served.host(0, 0, 1);
    let first = in_time(host.secured()).await.unwrap().hello.unwrap().boot;
    let anew = |snapshot: &coldcap_host::connection::Snapshot| {
        snapshot.connected && snapshot.hello.as_ref().is_some_and(|hello| hello.boot != first)
    };
    until(&host, anew).await;
    until_in(&host, 0, Phase::PreCool).await;
    until(&host, |snapshot| snapshot.stale).await;
    until(&host, |snapshot| !snapshot.stale).await;
    let story = entries(&host).await;
    assert_eq!(record::verify(&story, &Config::DEFAULT), Ok(Story::Recomputed));
}

#[test]
fn a_script_that_is_wrong_is_told_by_field() {
    let folder = folder("virtual-machine-wrong");
    for (text, told) in [
        ("[[at]]\ntime = \"00:00:01\"\ndo = \"sing\"", "at[0].do"),
        ("[[at]]\ntime = \"00:00:01\"\ndo = \"stop\"\nchannel = 1", "at[0].channel: 1: allowed"),
        ("[[at]]\ntime = \"00:00:01\"\nfault = \"host-crash\"", "at[0].fault: host-crash: allowed"),
        ("[[expect]]\ntime = \"00:00:01\"", "expect: unknown"),
    ] {
        let script = file(&folder, "wrong.toml", text);
        let refused = coldcap(&["machine", "--listen", "tcp:127.0.0.1:0", "--script", &script]);
        let line = refused.refused(2);
        assert!(line.contains(told), "{line}");
    }
}

/// What the nurse would choose by the default plan, at either channel.
fn plan() -> CommandBody {
    let text = include_str!("../../../examples/plans/paclitaxel-weekly.toml");
    let request = PlanFile::parse(text, "paclitaxel-weekly.toml").unwrap().request();
    CommandBody::ChoosePlan(ChoosePlan {
        head: UNSENT,
        regimen: request.regimen,
        pre_s: request.pre.as_secs(),
        post_s: request.post.as_secs(),
        break_each_s: request.break_each.as_secs(),
        break_total_s: request.break_total.as_secs(),
        target_mc: request.target.coolant().map_or(0, |target| target.to_milli()),
        post_clock: request.post_clock.code(),
        control: request.target.mode().code(),
        interface_mc: 0,
        source: request.source.0,
        override_reason: request.reason,
    })
}

/// Asks until it is taken.
async fn done(host: &Connection, body: CommandBody) {
    in_time(async {
        while host.command(body).await.map(|response| response.status) != Ok(Status::OK) {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    })
    .await;
}

/// From the preparation to cooling, as a person does it.
async fn cools(host: &Connection, channel: u8) -> ChannelStatus {
    until_in(host, channel, Phase::Setup).await;
    done(host, plan()).await;
    done(host, CommandBody::operate(Action::START)).await;
    until_in(host, channel, Phase::FitCheck).await;
    done(host, CommandBody::operate(Action::WORN)).await;
    until_in(host, channel, Phase::PreCool).await
}

#[tokio::test]
async fn two_hosts_cool_two_heads_and_a_stop_stops_one() {
    let more = ["--channels", "2", "--start-at", "setup", "--start-at", "1:setup"];
    let served = Served::with(2, 30.0, &more);
    let hosts = [served.host(0, 0, 1), served.host(1, 1, 2)];
    for host in &hosts {
        assert_eq!(in_time(host.secured()).await.unwrap().hello.unwrap().channels, 2);
    }
    tokio::join!(cools(&hosts[0], 0), cools(&hosts[1], 1));
    done(&hosts[0], CommandBody::operate(Action::STOP)).await;
    let stopped = until_in(&hosts[0], 0, Phase::Paused).await;
    // Who looks from the other line sees both, and goes on.
    let seen = until(&hosts[1], |snapshot| {
        snapshot.channels.get(&0).is_some_and(|status| status.phase == Phase::Paused.code())
            && snapshot.channels.get(&1).is_some_and(|status| status.at_ms > stopped.at_ms + 60_000)
    });
    let other = seen.await.channels[&1];
    assert_eq!(Phase::from_code(other.phase), Some(Phase::PreCool), "{other:?}");
    assert!(other.pump_permille > 0 && other.flags & ChannelStatus::FLOWING != 0, "{other:?}");
    for (channel, host) in (0..).zip(&hosts) {
        let story = entries(host).await;
        assert!(story.iter().all(|entry| entry.channel == channel));
        assert_eq!(record::verify(&story, &Config::DEFAULT), Ok(Story::Recomputed));
    }
}

#[tokio::test]
async fn a_channel_without_a_place_is_idle_and_its_host_is_told_so() {
    let served = Served::with(1, 10.0, &["--channels", "2", "--start-at", "pre_cool+2min"]);
    let line = served.says();
    assert!(line.ends_with("channel 0: pre_cool, 1: standby"), "{line}");
    let host = served.host(0, 1, 1);
    in_time(host.secured()).await.unwrap();
    until_in(&host, 1, Phase::Standby).await;
    let refused = in_time(host.command(CommandBody::operate(Action::RESUME))).await;
    assert!(matches!(refused, Err(CommandError::Refused(_))), "{refused:?}");
}

#[tokio::test]
async fn a_machine_at_a_speed_serves_hosts_by_its_clock() {
    for speed in [0.5, 1.0, 10.0, 60.0] {
        let served = Served::with(1, speed, &[]);
        let host = served.host(0, 0, 1);
        in_time(host.secured()).await.unwrap();
        for _ in 0..3 {
            let noted = in_time(host.command(CommandBody::observe(FactKind::SYMPTOM, 1))).await;
            assert_eq!(noted.map(|response| response.status), Ok(Status::OK), "{speed}");
        }
        let machine = until(&host, |snapshot| snapshot.machine.is_some()).await.machine.unwrap();
        assert_eq!(Conditions::from_bits(machine.alarms), Conditions::default(), "{speed}");
        assert!(served.said().is_empty());
    }
}

/// A host whose clock is slower than the machine's lets hear of itself too rarely.
#[tokio::test]
async fn a_host_by_another_clock_than_the_machines_is_missed() {
    let served = Served::with(1, 40.0, &["--start-at", "pre_cool+2min"]);
    let host = served.host_by(0, 0, 1, Clock::wall());
    let missed = until(&host, |snapshot| {
        let alarms = snapshot.machine.map_or(0, |machine| machine.alarms);
        Conditions::from_bits(alarms).iter().any(|alarm| alarm == Condition::LinkLost)
    });
    assert!(missed.await.open);
}

#[test]
fn what_is_given_too_often_is_told() {
    let twice = |option: &str, value: &str| {
        let listen = ["machine", "--listen", "tcp:127.0.0.1:0"];
        coldcap(&[&listen[..], &[option, value], &[option, value]].concat()).refused(2).to_owned()
    };
    assert_eq!(twice("--listen", "pty"), "--listen: given 3 times: allowed is 2");
    assert_eq!(twice("--patient", "x"), "--patient: given 2 times: allowed is 1");
}
