//! A machine, or a recording, for browsers: one page over a WebSocket.
//!
//! Nothing that a page says goes to a machine: there is no way from a page's socket to the connection. A page that does not
//! read misses pictures, and is left after ten seconds; the others do not notice.

mod curves;
mod door;
mod guard;
mod head;
mod live;
mod page;
mod recording;

use super::ends::Ends;
use super::follower::Follower;
use crate::arguments::ServePage;
use crate::failure::Failure;
use coldcap_host::address::Address;
use door::Door;
use guard::Guard;
use serde_json::json;
use std::io::{self, Write};
use std::path::Path;
use tokio::runtime::Builder;

/// Where pages have what they show from.
enum Source {
    Live(live::Pictures),
    Recording(recording::Recording),
}

pub(crate) fn run(options: &ServePage) -> Result<(), Failure> {
    let guard = Guard::new(options)?;
    let place: Result<Address, _> = options.what.parse();
    let runtime = Builder::new_current_thread().enable_all().build()?;
    match place {
        Ok(address) => runtime.block_on(async {
            let machine = Follower::new(address, &options.access)?;
            let mut ends = Ends::new()?;
            let door = open(guard, options).await?;
            let (pictures, shown) = live::pictures(machine, &options.what).await?;
            tokio::select! {
                told = shown => told,
                served = door.serve(Source::Live(pictures)) => served,
                () = ends.wait() => Ok(()),
            }
        }),
        Err(_) if Path::new(&options.what).exists() => {
            let recording = recording::Recording::read(&options.what, options.access.speed)?;
            runtime.block_on(async {
                let mut ends = Ends::new()?;
                let door = open(guard, options).await?;
                tokio::select! {
                    served = door.serve(Source::Recording(recording)) => served,
                    () = ends.wait() => Ok(()),
                }
            })
        }
        Err(error) => Err(Failure::Input(format!("{error}, or a recording"))),
    }
}

/// Listens, and says so.
async fn open(guard: Guard, options: &ServePage) -> Result<Door, Failure> {
    let door = Door::open(guard, options.http).await?;
    let mut out = io::stdout().lock();
    if options.json {
        let line = json!({ "listening": door.url(), "token": options.token.is_some() });
        writeln!(out, "{line}")?;
    } else {
        writeln!(out, "listening on {}", door.url())?;
    }
    out.flush()?;
    Ok(door)
}
