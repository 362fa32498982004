//! A mail server on this machine that takes, refuses, puts off, hangs and drops, as it is told.

use std::{
    collections::VecDeque,
    fs, future,
    path::PathBuf,
    sync::{Arc, Mutex},
    time::Duration,
};

use runtime::config::{Mail, MailEncryption};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncRead, AsyncWrite, AsyncWriteExt as _, BufReader},
    net::TcpListener,
};

use crate::certificate::Certificate;

/// A connection, encrypted or not yet.
trait Line: AsyncRead + AsyncWrite + Unpin + Send {}

impl<S: AsyncRead + AsyncWrite + Unpin + Send> Line for S {}

type Connection = BufReader<Box<dyn Line>>;

/// How it answers a mail that it was given.
#[derive(Debug, Clone, Copy)]
pub enum Reply {
    /// 250.
    Take,
    /// This code.
    Code(u16),
    /// Nothing, and it hangs up.
    Drop,
    /// As `Take`, after this time.
    Late(Duration),
    /// As `Take`, and from then on nothing.
    Mute,
}

/// A mail server that takes everything once its script is at its end.
#[derive(Clone)]
pub struct Postbox {
    port: u16,
    encryption: MailEncryption,
    certificate: Arc<Certificate>,
    script: Arc<Mutex<VecDeque<Reply>>>,
    mails: Arc<Mutex<Vec<String>>>,
    logins: Arc<Mutex<Vec<String>>>,
}

impl Postbox {
    /// One on this machine alone, that takes mail in the clear.
    pub async fn start(script: impl IntoIterator<Item = Reply>) -> Self {
        Self::encrypted(MailEncryption::None, script).await
    }

    /// One that takes nothing in the clear.
    pub async fn encrypted(
        encryption: MailEncryption,
        script: impl IntoIterator<Item = Reply>,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let postbox = Self {
            port: listener.local_addr().unwrap().port(),
            encryption,
            certificate: Arc::new(Certificate::new()),
            script: Arc::new(Mutex::new(script.into_iter().collect())),
            mails: Arc::default(),
            logins: Arc::default(),
        };
        let serving = postbox.clone();
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                tokio::spawn(serving.clone().converse(Box::new(stream)));
            }
        });
        postbox
    }

    /// What it was given, the first one first: head and body as they came.
    pub fn mails(&self) -> Vec<String> {
        self.mails.lock().unwrap().clone()
    }

    /// Who logged in: `\0user\0password`.
    pub fn logins(&self) -> Vec<String> {
        self.logins.lock().unwrap().clone()
    }

    /// How it is named in the configuration; the password is kept in `file`, and beside it who has
    /// issued its certificate.
    pub fn config(&self, file: PathBuf) -> Mail {
        fs::write(&file, "open the box").unwrap();
        let ca_file = file.with_extension("pem");
        fs::write(&ca_file, &self.certificate.authority).unwrap();
        Mail {
            host: "127.0.0.1".to_owned(),
            port: Some(self.port),
            encryption: self.encryption,
            ca_file: (self.encryption != MailEncryption::None).then_some(ca_file),
            from: "一站 <yizhan@example.edu>".to_owned(),
            user: Some("yizhan".to_owned()),
            password_file: Some(file),
            per_minute: 20,
        }
    }

    /// One connection, as RFC 5321 has it, and RFC 3207 (STARTTLS).
    async fn converse(self, stream: Box<dyn Line>) {
        let mut is_open = self.encryption != MailEncryption::Starttls;
        let mut stream = BufReader::new(stream);
        if self.encryption == MailEncryption::Tls {
            let Some(encrypted) = self.encrypt(stream).await else { return };
            stream = encrypted;
        }
        drop(stream.write_all(b"220 postbox ESMTP\r\n").await);
        while let Some(line) = line(&mut stream).await {
            let word = line.split([' ', ':']).next().unwrap_or_default().to_uppercase();
            let answer = match word.as_str() {
                "EHLO" if is_open => "250-postbox\r\n250 AUTH PLAIN".to_owned(),
                "EHLO" => "250-postbox\r\n250 STARTTLS".to_owned(),
                "STARTTLS" => {
                    drop(stream.write_all(b"220 go on\r\n").await);
                    let Some(encrypted) = self.encrypt(stream).await else { return };
                    (stream, is_open) = (encrypted, true);
                    continue;
                }
                "QUIT" => "221 bye".to_owned(),
                _ if !is_open => "530 STARTTLS first".to_owned(),
                "AUTH" => {
                    let login = decoded(line.rsplit(' ').next().unwrap());
                    self.logins.lock().unwrap().push(login);
                    "235 welcome".to_owned()
                }
                "DATA" => {
                    drop(stream.write_all(b"354 go on\r\n").await);
                    let Some(answer) = self.takes(&mut stream).await else { return };
                    answer
                }
                _ => "250 ok".to_owned(),
            };
            drop(stream.write_all(format!("{answer}\r\n").as_bytes()).await);
        }
    }

    async fn encrypt(&self, stream: Connection) -> Option<Connection> {
        let encrypted = self.certificate.acceptor.accept(stream.into_inner()).await.ok()?;
        Some(BufReader::new(Box::new(encrypted)))
    }

    /// Reads a mail; what is answered, if anything is.
    async fn takes(&self, stream: &mut Connection) -> Option<String> {
        let mut mail = String::new();
        loop {
            let line = line(stream).await?;
            if line == "." {
                break;
            }
            mail += &line;
            mail += "\n";
        }
        self.mails.lock().unwrap().push(mail);
        let reply = self.script.lock().unwrap().pop_front().unwrap_or(Reply::Take);
        match reply {
            Reply::Take => Some("250 taken".to_owned()),
            Reply::Code(code) => Some(format!("{code} not so")),
            Reply::Drop => None,
            Reply::Late(time) => {
                tokio::time::sleep(time).await;
                Some("250 taken".to_owned())
            }
            Reply::Mute => {
                drop(stream.write_all(b"250 taken\r\n").await);
                future::pending().await
            }
        }
    }
}

async fn line(stream: &mut Connection) -> Option<String> {
    let mut line = String::new();
    let read = stream.read_line(&mut line).await.ok()?;
    (read > 0).then(|| line.trim_end().to_owned())
}

/// What a mail says: its body, which is in base64, or quoted where most of it is English.
pub fn mail_body(mail: &str) -> String {
    let (head, body) = mail.split_once("\n\n").unwrap();
    if head.contains("Content-Transfer-Encoding: quoted-printable") {
        return unquoted(&body.replace("=\n", ""));
    }
    assert!(head.contains("Content-Transfer-Encoding: base64"), "{head}");
    decoded(&body.replace('\n', ""))
}

/// A text that was quoted (RFC 2045, section 6.7), with its lines joined.
fn unquoted(text: &str) -> String {
    let (first, quoted) = text.split_once('=').unwrap_or((text, ""));
    let mut bytes = first.as_bytes().to_vec();
    for part in quoted.split('=').filter(|part| !part.is_empty()) {
        let (code, rest) = part.split_at(2);
        bytes.push(u8::from_str_radix(code, 16).unwrap());
        bytes.extend(rest.as_bytes());
    }
    String::from_utf8(bytes).unwrap()
}

/// A text that was in base64 (RFC 4648, section 4).
fn decoded(text: &str) -> String {
    let digits = text.bytes().filter_map(|byte| match byte {
        b'A'..=b'Z' => Some(byte - b'A'),
        b'a'..=b'z' => Some(byte - b'a' + 26),
        b'0'..=b'9' => Some(byte - b'0' + 52),
        b'+' => Some(62),
        b'/' => Some(63),
        _ => None,
    });
    let digits: Vec<u8> = digits.collect();
    let bytes = digits.chunks(4).flat_map(|four| {
        let bits = four.iter().fold(0_u32, |bits, digit| bits << 6 | u32::from(*digit));
        let bits = bits << (6 * (4 - four.len()));
        bits.to_be_bytes().into_iter().skip(1).take(four.len() - 1).collect::<Vec<_>>()
    });
    String::from_utf8(bytes.collect()).unwrap()
}
