//! A headless Chromium by its debugging protocol: opens a page, asks it, and takes its picture.
#![allow(dead_code, clippy::unwrap_used, clippy::expect_used, missing_docs)]

use core::time::Duration;
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Instant;
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::{WebSocketStream, client_async_with_config};

const LONG: Duration = Duration::from_secs(60);
const PROGRAMS: [&str; 4] = [
    "/usr/bin/chromium",
    "/usr/bin/chromium-browser",
    "/usr/bin/google-chrome",
    "/snap/bin/chromium",
];

/// A browser with one page; it is ended with the test.
pub(crate) struct Browser {
    child: Child,
    socket: WebSocketStream<TcpStream>,
    session: Value,
    count: u64,
}

impl Browser {
    /// With its own empty profile in `folder`; `None` where there is none on this computer.
    pub(crate) async fn start(folder: &Path) -> Option<Self> {
        let program = PROGRAMS.into_iter().find(|it| Path::new(it).exists())?;
        let profile = folder.join("profile");
        let mut command = Command::new(program);
        command.args(["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run"]);
        command.args(["--disable-background-networking", "--remote-debugging-port=0"]);
        command.arg(format!("--user-data-dir={}", profile.display()));
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let child = command.arg("about:blank").spawn().unwrap();
        let (port, path) = told(&profile.join("DevToolsActivePort")).await;
        let stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
        let config = WebSocketConfig::default().max_message_size(None).max_frame_size(None);
        let url = format!("ws://127.0.0.1:{port}{path}");
        let (socket, _) = client_async_with_config(url, stream, Some(config)).await.unwrap();
        let mut browser = Self { child, socket, session: Value::Null, count: 0 };
        let target = browser.call("Target.createTarget", json!({ "url": "about:blank" })).await;
        let attach = json!({ "targetId": target["targetId"], "flatten": true });
        browser.session = browser.call("Target.attachToTarget", attach).await["sessionId"].clone();
        Some(browser)
    }

    pub(crate) async fn call(&mut self, method: &str, parameters: Value) -> Value {
        self.count += 1;
        let mut request = json!({ "id": self.count, "method": method, "params": parameters });
        if !self.session.is_null() {
            request["sessionId"] = self.session.clone();
        }
        self.socket.send(Message::Text(request.to_string().into())).await.unwrap();
        loop {
            let said = timeout(LONG, self.socket.next()).await.expect(method).unwrap().unwrap();
            let Message::Text(text) = said else { continue };
            let answer: Value = serde_json::from_str(&text).unwrap();
            if answer["id"] == self.count {
                assert!(answer["error"].is_null(), "{method}: {answer}");
                return answer["result"].clone();
            }
        }
    }

    pub(crate) async fn open(&mut self, url: &str) {
        self.call("Page.navigate", json!({ "url": url })).await;
    }

    /// What an expression of the page is.
    pub(crate) async fn ask(&mut self, expression: &str) -> Value {
        let asked = json!({ "expression": expression, "returnByValue": true });
        self.call("Runtime.evaluate", asked).await["result"]["value"].clone()
    }

    /// Waits until an expression of the page is true.
    pub(crate) async fn until(&mut self, expression: &str) {
        let began = Instant::now();
        while self.ask(expression).await != Value::Bool(true) {
            if began.elapsed() > LONG {
                let text = self.ask("document.documentElement.outerHTML.slice(-4000)").await;
                panic!("{expression}: {text}");
            }
            sleep(Duration::from_millis(100)).await;
        }
    }

    /// So wide, and by day or by night.
    pub(crate) async fn look(&mut self, width: u32, scheme: &str) {
        let size =
            json!({ "width": width, "height": 900, "deviceScaleFactor": 1, "mobile": false });
        self.call("Emulation.setDeviceMetricsOverride", size).await;
        let features = json!([{ "name": "prefers-color-scheme", "value": scheme }]);
        self.call("Emulation.setEmulatedMedia", json!({ "features": features })).await;
        sleep(Duration::from_millis(300)).await;
    }

    /// The whole page as PNG, in base 64.
    pub(crate) async fn picture(&mut self) -> String {
        let whole = json!({ "format": "png", "captureBeyondViewport": true });
        let picture = self.call("Page.captureScreenshot", whole).await;
        picture["data"].as_str().unwrap().to_owned()
    }
}

/// The port and the path at which it listens, as it writes them into its profile.
async fn told(file: &Path) -> (u16, String) {
    let began = Instant::now();
    loop {
        let text = fs::read_to_string(file).unwrap_or_default();
        if let Some((port, path)) = text.split_once('\n').filter(|(_, path)| !path.is_empty()) {
            return (port.parse().unwrap(), path.trim().to_owned());
        }
        assert!(began.elapsed() < LONG, "the browser does not start");
        sleep(Duration::from_millis(50)).await;
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
