//! The page of a machine and of a recording: who may see it, and what a browser shows.
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing)]
#![cfg(unix)]

mod support;

use core::time::Duration;
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream as Blocking;
use std::process::{Child, Command, Stdio};
use std::time::Instant;
use support::browser::Browser;
use support::served::Served;
use support::{coldcap, demo, file, folder, start, text};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{WebSocketStream, client_async};

/// A test whose wait takes longer than this hangs.
const LONG: Duration = Duration::from_secs(60);
const TOKEN: &str = "00112233445566778899aabbccddeeff";

/// A server of the page; it is ended with the test.
struct Server {
    child: Child,
    /// Its address and port.
    place: String,
}

impl Server {
    fn of(what: &str, more: &[&str]) -> Self {
        let http = if more.contains(&"--http") { &[][..] } else { &["--http", "127.0.0.1:0"][..] };
        let line = [&["serve", what, "--json"], http].concat();
        let mut child = start(&[&line[..], more].concat());
        let mut told = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut told).unwrap();
        let told: Value = serde_json::from_str(&told).unwrap_or_else(|_| {
            let mut error = String::new();
            child.stderr.as_mut().unwrap().read_to_string(&mut error).unwrap();
            panic!("{error}")
        });
        let place = told["listening"].as_str().unwrap().split("://").nth(1).unwrap();
        Self { child, place: place.trim_end_matches('/').to_owned() }
    }

    /// Of a machine that is not there: enough for what is asked before anything is shown.
    fn of_nobody(more: &[&str]) -> Self {
        Self::of("tcp:127.0.0.1:1", more)
    }

    /// Sends bytes and reads to the end.
    fn told(&self, request: &str) -> String {
        let mut stream = Blocking::connect(&self.place).unwrap();
        stream.set_read_timeout(Some(LONG)).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    /// The number of the status line.
    fn status(&self, method: &str, path: &str, headers: &str) -> u16 {
        let answer = self.told(&format!("{method} {path} HTTP/1.1\r\n{headers}\r\n"));
        answer.split(' ').nth(1).unwrap().parse().unwrap()
    }

    fn host(&self) -> String {
        format!("Host: {}\r\n", self.place)
    }

    async fn socket(&self) -> WebSocketStream<TcpStream> {
        self.socket_with(&format!("http://{}", self.place), None).await.unwrap()
    }

    async fn socket_with(
        &self,
        origin: &str,
        token: Option<&str>,
    ) -> Result<WebSocketStream<TcpStream>, Error> {
        let stream = TcpStream::connect(&self.place).await.unwrap();
        let mut request = format!("ws://{}/socket", self.place).into_client_request().unwrap();
        request.headers_mut().insert("Origin", origin.parse().unwrap());
        if let Some(token) = token {
            let value = format!("Bearer {token}").parse().unwrap();
            request.headers_mut().insert("Authorization", value);
        }
        Ok(client_async(request, stream).await?.0)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What comes next; `None` where the socket is closed.
async fn next(socket: &mut WebSocketStream<TcpStream>) -> Option<Value> {
    loop {
        match timeout(LONG, socket.next()).await.unwrap()? {
            Ok(Message::Text(text)) => return Some(serde_json::from_str(&text).unwrap()),
            Ok(Message::Close(_)) | Err(_) => return None,
            Ok(_) => {}
        }
    }
}

/// Reads until a picture is as wanted.
async fn picture(
    socket: &mut WebSocketStream<TcpStream>,
    wanted: impl Fn(&Value) -> bool,
) -> Value {
    let began = Instant::now();
    loop {
        let told = next(socket).await.unwrap();
        if told["kind"] == "picture" && wanted(&told) {
            return told;
        }
        assert!(began.elapsed() < LONG, "{told}");
    }
}

async fn say(socket: &mut WebSocketStream<TcpStream>, what: &Value) {
    socket.send(Message::Text(what.to_string().into())).await.unwrap();
}

#[test]
fn the_page_is_one_and_fetches_nothing() {
    let server = Server::of_nobody(&[]);
    let answer = server.told(&format!("GET / HTTP/1.1\r\n{}\r\n", server.host()));
    let (head, page) = answer.split_once("\r\n\r\n").unwrap();
    for line in [
        "HTTP/1.1 200 OK",
        "X-Content-Type-Options: nosniff",
        "Cache-Control: no-store",
        "Referrer-Policy: no-referrer",
    ] {
        assert!(head.contains(line), "{head}");
    }
    let policy = head.lines().find(|line| line.starts_with("Content-Security-Policy")).unwrap();
    for word in ["default-src 'none'", "connect-src 'self'", "frame-ancestors 'none'"] {
        assert!(policy.contains(word), "{policy}");
    }
    assert!(!policy.contains("unsafe"), "{policy}");
    let nonce = policy.split("'nonce-").nth(1).unwrap().split('\'').next().unwrap();
    assert_eq!(page.matches(&format!("nonce=\"{nonce}\"")).count(), 2);
    for outside in
        ["src=", "href=", "url(http", "@import", "import(", "fetch(", "http://", "PLOT_STYLE"]
    {
        assert!(!page.contains(outside), "{outside}");
    }
    assert!(page.contains("svg .stamp") && page.contains("<b>Read-only.</b>"));

    let again = server.told(&format!("GET / HTTP/1.1\r\n{}\r\n", server.host()));
    assert!(!again.contains(nonce), "each answer has a word of its own");
    let head = server.told(&format!("HEAD / HTTP/1.1\r\n{}\r\n", server.host()));
    assert!(head.starts_with("HTTP/1.1 200") && head.ends_with("\r\n\r\n"));
}

#[test]
fn whoever_asks_from_elsewhere_is_refused() {
    let server = Server::of_nobody(&[]);
    let host = server.host();
    let port = server.place.split(':').nth(1).unwrap();
    let asked = |method, path, headers: &str| server.status(method, path, headers);
    assert_eq!(asked("GET", "/", ""), 400);
    assert_eq!(asked("GET", "/", &format!("{host}{host}")), 400);
    assert_eq!(asked("GET", "/", "Host: evil.example\r\n"), 403);
    assert_eq!(asked("GET", "/", &format!("Host: evil.example:{port}\r\n")), 403);
    assert_eq!(asked("GET", "/", "Host: 127.0.0.1:1\r\n"), 403);
    assert_eq!(asked("GET", "/", &format!("Host: localhost:{port}\r\n")), 200);
    for method in ["POST", "PUT", "DELETE", "OPTIONS", "CONNECT", "TRACE"] {
        assert_eq!(asked(method, "/", &host), 405, "{method}");
    }
    for path in ["/socket/", "/favicon.ico", "/../", "/?token=1", "/socket?token=1", "//", "/%2e"] {
        assert_eq!(asked("GET", path, &host), 404, "{path}");
    }
    let upgrade = "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
                   Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
    let own = format!("Origin: http://{}\r\n", server.place);
    assert_eq!(asked("GET", "/socket", &format!("{host}{upgrade}")), 403);
    for origin in ["null", "http://evil.example", "https://127.0.0.1", "http://127.0.0.1"] {
        let headers = format!("{host}{upgrade}Origin: {origin}\r\n");
        assert_eq!(asked("GET", "/socket", &headers), 403, "{origin}");
    }
    assert_eq!(asked("GET", "/socket", &format!("{host}{upgrade}{own}{own}")), 403);
    assert_eq!(asked("GET", "/socket", &format!("{host}{own}")), 400);
    assert_eq!(asked("GET", "/", &format!("{host}Long: {}\r\n", "x".repeat(9_000))), 431);
    assert!(server.told("nonsense\r\n\r\n").starts_with("HTTP/1.1 400"));
}

#[test]
fn an_address_of_others_needs_a_certificate_and_a_token() {
    let folder = folder("serve-refused");
    let token = file(&folder, "token", TOKEN);
    for more in [&[][..], &["--token", &token]] {
        for http in ["0.0.0.0:0", "10.0.0.1:8080", "[::]:0"] {
            let refused = coldcap(&[&["serve", "tcp:127.0.0.1:1", "--http", http], more].concat());
            let line = refused.refused(2);
            assert!(line.starts_with(&format!("--http: {http}: allowed is a loopback")), "{line}");
        }
    }
    let short = file(&folder, "short", "0011");
    let refused = coldcap(&["serve", "tcp:127.0.0.1:1", "--token", &short]);
    assert!(refused.refused(2).ends_with("allowed are 32 to 256 hexadecimal digits"));
    let no = ["serve", "tcp:127.0.0.1:1", "--tls-cert", &token, "--tls-key", &token];
    assert!(coldcap(&no).refused(2).starts_with("--tls-cert: "));
    assert!(coldcap(&["serve", "cart:1"]).refused(2).contains("or a recording"));
}

#[tokio::test]
async fn a_page_without_the_token_sees_nothing() {
    let folder = folder("serve-token");
    let token = file(&folder, "token", TOKEN);
    let server = Server::of_nobody(&["--token", &token]);
    let own = format!("http://{}", server.place);
    for wrong in ["", "00", "00112233445566778899aabbccddeefe"] {
        let Err(Error::Http(answer)) = server.socket_with(&own, Some(wrong)).await else {
            panic!("{wrong}")
        };
        assert_eq!(answer.status(), 401);
    }
    for wrong in [json!({ "token": "00" }), json!({ "to": 5 }), json!("pause_or_play")] {
        let mut socket = server.socket().await;
        say(&mut socket, &wrong).await;
        assert_eq!(next(&mut socket).await, None, "{wrong}");
    }
    let mut silent = server.socket().await;
    assert_eq!(next(&mut silent).await, None);
    let mut known = server.socket_with(&own, Some(TOKEN)).await.unwrap();
    picture(&mut known, |_| true).await;
    let mut page = server.socket().await;
    say(&mut page, &json!({ "token": TOKEN })).await;
    picture(&mut page, |_| true).await;
}

#[tokio::test]
async fn a_machine_is_shown_and_what_a_page_says_does_not_reach_it() {
    let machine = Served::with(1, 1.0, &[]);
    let server = Server::of(&machine.addresses[0], &[]);
    let mut socket = server.socket().await;
    let told = picture(&mut socket, |it| it["picture"]["link"]["secured"] == true).await;
    assert_eq!((&told["picture"]["origin"], &told["deck"]), (&json!("simulated"), &Value::Null));
    let told = picture(&mut socket, |it| it["picture"]["channels"][0]["phase"] == "standby").await;
    assert!(told["picture"]["channels"][0]["supply"]["milli"].is_i64(), "{told}");
    loop {
        let told = next(&mut socket).await.unwrap();
        if told["kind"] == "plots" && told["plots"][0]["channel"] == 0 {
            let markup = told["plots"][0]["markup"].as_str().unwrap();
            assert!(markup.starts_with("<svg") && markup.contains(">SIMULATED</text>"));
            break;
        }
    }
    for words in [json!({ "operate": "stop" }), json!("pause_or_play"), json!({ "to": 0 })] {
        say(&mut socket, &words).await;
    }
    let told = picture(&mut socket, |_| true).await;
    assert_eq!(told["picture"]["channels"][0]["phase"], "standby");

    machine.end();
    let lost = picture(&mut socket, |it| it["picture"]["link"]["stale"] == true).await;
    let quantity = &lost["picture"]["channels"][0]["supply"];
    assert_eq!((&quantity["fault"], &quantity["milli"]), (&json!("stale"), &Value::Null));
}

#[tokio::test]
async fn a_recording_is_played_by_each_page_for_itself() {
    let folder = folder("serve-recording");
    demo(&folder, &[]);
    let recording = text(&folder.join("short/session.ccap"));
    let server = Server::of(&recording, &["--speed", "0.125"]);
    let mut socket = server.socket().await;
    let plots = next(&mut socket).await.unwrap();
    let markup = plots["plots"][0]["markup"].as_str().unwrap();
    let report = fs::read_to_string(folder.join("short/report.html")).unwrap();
    let drawn =
        |text: &str| text.split("<path").nth(2).unwrap().split("/>").next().unwrap().to_owned();
    assert!(report.contains(&drawn(markup)), "the curve is that of the report");

    say(&mut socket, &json!({ "to": 3_000_000 })).await;
    let told =
        picture(&mut socket, |it| it["deck"]["position_ms"].as_u64() >= Some(3_000_000)).await;
    assert_eq!(told["picture"]["channels"][0]["phase"], "infusing");
    assert_eq!(told["place"], "session.ccap", "and not where it lies");
    let mut other = server.socket().await;
    let theirs = picture(&mut other, |_| true).await;
    assert!(theirs["deck"]["position_ms"].as_u64() < Some(100_000), "{theirs}");
    say(&mut socket, &json!("pause_or_play")).await;
    say(&mut socket, &json!({ "by": -2_900_000 })).await;
    let told = picture(&mut socket, |it| it["deck"]["position_ms"].as_u64() < Some(200_000)).await;
    assert_eq!(told["deck"]["paused"], true);
    let again = picture(&mut socket, |_| true).await;
    assert_eq!(again["deck"]["position_ms"], told["deck"]["position_ms"]);
    say(&mut socket, &json!({ "to": u64::MAX })).await;
    let end = picture(&mut socket, |it| it["deck"]["position_ms"] == it["deck"]["length_ms"]).await;
    assert_eq!(end["picture"]["channels"][0]["phase"], "standby");
}

#[tokio::test]
async fn slow_and_silent_ones_cost_the_others_nothing() {
    let machine = Served::with(1, 1.0, &[]);
    let server = Server::of(&machine.addresses[0], &[]);
    let mut silent = Blocking::connect(&server.place).unwrap();
    silent.set_read_timeout(Some(LONG)).unwrap();
    let asleep = server.socket().await;
    let mut awake = server.socket().await;
    for _ in 0..8 {
        let began = Instant::now();
        picture(&mut awake, |_| true).await;
        assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
    }
    let mut answer = String::new();
    silent.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
    drop(asleep);

    let many: Vec<_> = (0..15).map(|_| Blocking::connect(&server.place).unwrap()).collect();
    picture(&mut awake, |_| true).await;
    let mut turned = Blocking::connect(&server.place).unwrap();
    turned.set_read_timeout(Some(LONG)).unwrap();
    let mut answer = String::new();
    turned.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 503"), "{answer}");
    drop(many);
}

#[test]
fn the_signals_that_end_programs_end_it_well() {
    for signal in ["TERM", "HUP", "INT"] {
        let mut server = Server::of_nobody(&[]);
        let id = server.child.id().to_string();
        assert!(Command::new("kill").args(["-s", signal, &id]).status().unwrap().success());
        assert_eq!(server.child.wait().unwrap().code(), Some(0), "{signal}");
    }
}

/// A computer that lost its network closes nothing.
#[tokio::test]
async fn a_page_that_has_vanished_gives_its_place_to_another() {
    let machine = Served::with(1, 1.0, &[]);
    let server = Server::of(&machine.addresses[0], &[]);
    let mut awake = server.socket().await;
    let mut vanished = Vec::new();
    for _ in 0..15 {
        vanished.push(server.socket().await);
    }
    let mut turned = Blocking::connect(&server.place).unwrap();
    turned.set_read_timeout(Some(LONG)).unwrap();
    let mut answer = String::new();
    turned.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 503"), "{answer}");
    let began = Instant::now();
    while began.elapsed() < Duration::from_secs(15) {
        picture(&mut awake, |_| true).await;
    }
    picture(&mut server.socket().await, |_| true).await;
    picture(&mut awake, |_| true).await;
    drop(vanished);
}

/// With a certificate that `openssl` makes for the test, and its client: what a browser does.
#[test]
fn under_tls_the_page_is_served_at_any_address() {
    let folder = folder("serve-tls");
    let (key, certificate) = (text(&folder.join("key.pem")), text(&folder.join("cert.pem")));
    let make =
        ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
    let of = ["-days", "2", "-subj", "/CN=cart", "-addext", "subjectAltName=DNS:cart"];
    let mut openssl = Command::new("openssl");
    openssl.args(make).args(of).args(["-keyout", &key, "-out", &certificate]);
    let Ok(made) = openssl.output() else {
        eprintln!("SKIPPED: no openssl on this computer: TLS was not tried");
        return;
    };
    assert!(made.status.success(), "{made:?}");
    let token = file(&folder, "token", TOKEN);
    let tls = ["--tls-cert", &certificate, "--tls-key", &key, "--token", &token, "--name", "cart"];
    let server = Server::of("tcp:127.0.0.1:1", &[&["--http", "0.0.0.0:0"], &tls[..]].concat());
    let port = server.place.rsplit(':').next().unwrap();
    for (host, status) in [("cart", "200 OK"), ("evil.example", "403 Forbidden")] {
        let mut client = Command::new("openssl");
        client.args(["s_client", "-quiet", "-verify_return_error", "-CAfile", &certificate]);
        client.args(["-servername", "cart", "-connect", &format!("127.0.0.1:{port}")]);
        client.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut client = client.spawn().unwrap();
        let mut line = client.stdin.take().unwrap();
        line.write_all(format!("GET / HTTP/1.1\r\nHost: {host}:{port}\r\n\r\n").as_bytes())
            .unwrap();
        let mut answer = String::new();
        client.stdout.as_mut().unwrap().read_to_string(&mut answer).unwrap();
        client.wait().unwrap();
        assert!(answer.starts_with(&format!("HTTP/1.1 {status}")), "{host}: {answer}");
    }
    let plain = Blocking::connect(("127.0.0.1", port.parse().unwrap())).unwrap();
    let mut plain = plain;
    let _ = plain.write_all(b"GET / HTTP/1.1\r\nHost: cart\r\n\r\n");
    let mut answer = Vec::new();
    let _ = plain.read_to_end(&mut answer);
    assert!(!answer.starts_with(b"HTTP"), "nothing is told without TLS");
}

const HAS_PLOT: &str = "Number(document.documentElement.dataset.plots) > 0";

fn state(name: &str) -> String {
    format!("document.documentElement.dataset.state === '{name}'")
}

/// Its picture goes into the folder of the test, for whoever wants to look.
async fn photograph(browser: &mut Browser, folder: &std::path::Path, name: &str) {
    for (width, scheme) in [(1_180, "light"), (400, "light"), (1_180, "dark")] {
        browser.look(width, scheme).await;
        let wide = browser.ask("document.documentElement.scrollWidth > innerWidth").await;
        assert_eq!(wide, Value::Bool(false), "{name} is wider than {width}");
        let picture = browser.picture().await;
        assert!(picture.len() > 10_000, "{name} is an empty picture");
        fs::write(folder.join(format!("{name}-{width}-{scheme}.png.base64")), picture).unwrap();
    }
}

#[tokio::test]
async fn a_browser_shows_the_machine_and_the_recording() {
    let folder = folder("serve-browser");
    let Some(mut browser) = Browser::start(&folder).await else {
        eprintln!("SKIPPED: no Chromium on this computer: the page was not looked at");
        return;
    };
    let script = "[[fault]]\nname = \"kink\"\nfrom_s = 20\nto_s = 600\n";
    let script = file(&folder, "script.toml", script);
    let machine = Served::with(1, 1.0, &["--start-at", "infusion+10min", "--script", &script]);
    let server = Server::of(&machine.addresses[0], &[]);
    browser.open(&format!("http://{}/", server.place)).await;
    browser.until(&state("live")).await;
    browser.until("document.querySelector('h2')?.textContent === 'infusing'").await;
    browser.until(HAS_PLOT).await;
    browser
        .until(
            "/^.?\\d+\\.\\d/.test(document.querySelector('[data-tile=supply] .value').textContent)",
        )
        .await;
    let origin = browser.ask("document.querySelector('#origin strong').textContent").await;
    assert_eq!(origin, "SIMULATED");
    let stamp = "document.querySelector('.plot svg .stamp').textContent === 'SIMULATED'";
    assert_eq!(browser.ask(stamp).await, true);
    photograph(&mut browser, &folder, "live").await;
    browser.until("document.querySelector('#alarms .medium, #alarms .high') !== null").await;
    photograph(&mut browser, &folder, "alarm").await;

    machine.end();
    browser.until(&state("link-lost")).await;
    let value = "document.querySelector('[data-tile=supply] .value').textContent";
    browser.until(&format!("{value} === 'STALE'")).await;
    photograph(&mut browser, &folder, "link-lost").await;
    // A server that hangs closes nothing: the page blanks, and comes anew by itself.
    let signal = |name: &str| {
        let id = server.child.id().to_string();
        assert!(Command::new("kill").args(["-s", name, &id]).status().unwrap().success());
    };
    browser.ask("Boolean(globalThis.hung = socket)").await;
    signal("STOP");
    browser.until(&state("server-lost")).await;
    signal("CONT");
    browser.until("socket !== globalThis.hung").await;
    browser.until(&state("link-lost")).await;
    drop(server);
    browser.until(&state("server-lost")).await;
    assert_eq!(browser.ask(value).await, "STALE");
    let place = "document.getElementById('where').textContent";
    assert_eq!(browser.ask(place).await, "", "nothing is known of the line");

    demo(&folder, &["--fault", "kink@3000..3060"]);
    let server = Server::of(&text(&folder.join("short/session.ccap")), &["--speed", "2"]);
    browser.open(&format!("http://{}/", server.place)).await;
    browser.until(&state("recording")).await;
    browser.until(HAS_PLOT).await;
    browser.ask("move({ to: 2950000 })").await;
    browser.until("document.querySelector('h2')?.textContent === 'infusing'").await;
    let origin = browser.ask("document.querySelector('#origin strong').textContent").await;
    assert_eq!(origin, "RECORDING · SIMULATED");
    // Nominal flow is a litre a minute.
    let flow = "parseInt(document.querySelector('[data-tile=flow] .value').textContent) > 500";
    browser.until(flow).await;
    photograph(&mut browser, &folder, "recording").await;
    let press = |kind: &str| json!({ "type": kind, "key": " ", "text": " " });
    browser.call("Input.dispatchKeyEvent", press("keyDown")).await;
    browser.until("document.getElementById('play').textContent === 'Play'").await;
}
