//! A gateway on this machine that takes, refuses, throttles, hangs and drops, as it is told.

use std::{
    collections::VecDeque,
    fs,
    path::PathBuf,
    sync::{Arc, Mutex},
    time::Duration,
};

use runtime::config::Endpoint;
use serde_json::Value;
use tokio::{
    io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader},
    net::{TcpListener, TcpStream},
};

/// How it answers.
#[derive(Debug, Clone, Copy)]
pub enum Answer {
    /// 200, and a robot's `errcode` 0.
    Take,
    /// 200, and this `errcode`.
    Code(i64),
    /// This status.
    Status(u16),
    /// Nothing, and it hangs up.
    Drop,
    /// As `Take`, after this time.
    Late(Duration),
}

/// A gateway that takes everything once its script is at its end.
#[derive(Clone)]
pub struct Gateway {
    url: String,
    script: Arc<Mutex<VecDeque<Answer>>>,
    asked: Arc<Mutex<Vec<Asked>>>,
}

/// A request: what was posted, and the word that it was authorized with.
#[derive(Debug, Clone)]
struct Asked {
    authorization: Option<String>,
    body: Value,
}

impl Gateway {
    /// One on this machine alone, that answers so.
    pub async fn start(script: impl IntoIterator<Item = Answer>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let gateway = Self {
            url: format!("http://{}/send", listener.local_addr().unwrap()),
            script: Arc::new(Mutex::new(script.into_iter().collect())),
            asked: Arc::default(),
        };
        let serving = gateway.clone();
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                tokio::spawn(serving.clone().answer(stream));
            }
        });
        gateway
    }

    /// What was posted, the first one first.
    pub fn asked(&self) -> Vec<Value> {
        self.asked.lock().unwrap().iter().map(|asked| asked.body.clone()).collect()
    }

    /// What each request was authorized with.
    pub fn authorizations(&self) -> Vec<Option<String>> {
        self.asked.lock().unwrap().iter().map(|asked| asked.authorization.clone()).collect()
    }

    /// How it is named in the configuration; its address is kept in `file`.
    pub fn endpoint(&self, file: PathBuf, per_minute: u32) -> Endpoint {
        fs::write(&file, &self.url).unwrap();
        Endpoint { url_file: file, token_file: None, per_minute }
    }

    /// One request of a connection.
    async fn answer(self, stream: TcpStream) {
        let mut stream = BufReader::new(stream);
        let Some(asked) = read(&mut stream).await else { return };
        self.asked.lock().unwrap().push(asked);
        let answer = self.script.lock().unwrap().pop_front().unwrap_or(Answer::Take);
        let (status, code) = match answer {
            Answer::Take => (200, 0),
            Answer::Code(code) => (200, code),
            Answer::Status(status) => (status, 0),
            Answer::Drop => return,
            Answer::Late(time) => {
                tokio::time::sleep(time).await;
                (200, 0)
            }
        };
        let body = format!("{{\"errcode\":{code},\"errmsg\":\"\"}}");
        let length = body.len();
        let head = format!(
            "HTTP/1.1 {status} -\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\
             connection: close\r\n\r\n"
        );
        drop(stream.write_all(format!("{head}{body}").as_bytes()).await);
    }
}

/// The next request.
async fn read(stream: &mut BufReader<TcpStream>) -> Option<Asked> {
    let (mut length, mut authorization) = (0, None);
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await.ok()? == 0 {
            return None;
        }
        if let Some((name, value)) = line.split_once(':')
            && name.eq_ignore_ascii_case("authorization")
        {
            authorization = Some(value.trim().to_owned());
        }
        if let Some(value) = line.to_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
        if line == "\r\n" {
            break;
        }
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await.ok()?;
    Some(Asked { authorization, body: serde_json::from_slice(&body).ok()? })
}
