//! A host program: follows a machine, speaks with it, and keeps what it heard. docs/host-program.md builds it up.

use coldcap_host::client::{ClientConfig, ClientKey, CommandBody, Message};
use coldcap_host::connection::{CommandError, Connection, Update};
use coldcap_host::record::verify;
use coldcap_session::record::Entry;
use coldcap_session::{Config, Phase};
use coldcap_units::Duration;
use coldcap_wire::message::{Action, ChannelStatus, FactKind, Vocabulary};
use coldcap_wire::security::{PairingCode, Secret, Transport};
use core::error::Error;
use std::fs::{self, File};
use std::io::Write;
use tokio_stream::StreamExt;

/// What this host needs to know: the code that it was given when it was paired, and random bytes of this start.
fn config(code: &str) -> Result<ClientConfig, Box<dyn Error>> {
    let code = PairingCode::parse(fs::read_to_string(code)?.trim())?;
    let mut entropy = [0; 32];
    getrandom::fill(&mut entropy)?;
    let boot = getrandom::u32()?;
    let key = ClientKey { code, transport: Transport::Tcp, entropy: Secret::new(entropy) };
    Ok(ClientConfig::new(boot).with_key(key))
}

/// One report in words: a value that is not there is a fault, never a number.
fn line(status: &ChannelStatus) -> String {
    let phase = Phase::from_code(status.phase).map_or("?", Phase::name);
    let supply = status.supply.get();
    let supply = supply.map_or_else(|fault| format!("{fault}"), |mc| format!("{mc} m°C"));
    format!("{} s, {phase}, supply {supply}", status.at_ms / 1_000)
}

/// Prints and writes down what the channel reports, until so many reports have come.
async fn watch(
    connection: &Connection,
    reports: usize,
    heard: &mut File,
) -> Result<(), Box<dyn Error>> {
    let mut updates = connection.updates();
    connection.follow(Duration::from_secs(1)).await?;
    let mut seen = 0;
    while seen < reports {
        match updates.next().await.ok_or("the connection has ended")? {
            Update::Opened => println!("the way to the machine is open"),
            Update::Down(why) => println!("no way to the machine: {why}"),
            Update::Missed(count) => println!("{count} updates came faster than they were read"),
            Update::Message(message) => {
                if let Message::ChannelStatus(status) = &*message {
                    println!("{}", line(status));
                    writeln!(heard, "{}", line(status))?;
                    seen += 1;
                }
            }
        }
    }
    Ok(())
}

/// Asks for something, and says what became of it.
async fn ask(connection: &Connection, what: &str, body: CommandBody) -> Result<(), Box<dyn Error>> {
    match connection.command(body).await {
        Ok(response) => println!("{what}: {}", response.status.name().unwrap_or("taken")),
        Err(CommandError::Refused(response)) => {
            let why = Vocabulary::named("refusal").and_then(|all| all.word(response.reason));
            println!("{what}: refused: {}", why.unwrap_or("for no reason that is known here"));
        }
        Err(error @ (CommandError::TimedOut | CommandError::Busy)) => println!("{what}: {error}"),
        Err(error) => return Err(error.into()),
    }
    Ok(())
}

/// Downloads the record, checks that it is true to itself, and stores it.
async fn download(connection: &Connection, path: &str) -> Result<(), Box<dyn Error>> {
    let record = connection
        .download(|progress| println!("record: {} of {}", progress.collected, progress.total))
        .await?;
    let bytes: Vec<u8> = record.iter().flat_map(|(_, entry)| *entry).collect();
    fs::write(path, bytes)?;
    let entries: Vec<_> = record.iter().map(|(_, entry)| Entry::from_bytes(entry)).collect();
    verify(&entries, &Config::DEFAULT)?;
    println!("record: {} entries, verified, in {path}", entries.len());
    Ok(())
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [address, code, reports] = &arguments[..] else {
        return Err("usage: host-program ADDRESS CODE REPORTS".into());
    };
    let connection = Connection::open(address.parse()?, config(code)?);
    let seen = connection.secured().await?;
    println!("serial {} answers", seen.hello.map_or(0, |hello| hello.serial));

    let mut heard = File::create("heard.txt")?;
    watch(&connection, 3, &mut heard).await?;
    ask(&connection, "comfort 4", CommandBody::observe(FactKind::COMFORT, 4)).await?;
    ask(&connection, "close", CommandBody::operate(Action::CLOSE)).await?;
    ask(&connection, "stop", CommandBody::operate(Action::STOP)).await?;
    download(&connection, "record.bin").await?;
    watch(&connection, reports.parse()?, &mut heard).await
}
