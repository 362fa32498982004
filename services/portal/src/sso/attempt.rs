use axum::http::{HeaderMap, header::COOKIE};
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use jiff::Timestamp;
use ring::{
    hmac,
    rand::{SecureRandom as _, SystemRandom},
};
use rpc::Error;

use super::Way;
use crate::secret::{hex, sha256};

/// How long somebody may take to log in elsewhere.
const SECONDS: u32 = 600;

/// What is told of a secret, and shows that somebody has it (RFC 7636, `S256`).
pub(crate) fn challenge(verifier: &str) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(sha256(verifier.as_bytes()))
}

/// The command line that waits for a login on the machine of the browser (RFC 8252). Anybody may lead
/// somebody here with a port of their own, so only a login counts that was made for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct HandOff {
    /// Where it waits, on loopback.
    pub(crate) port: u16,
    /// Of the secret that it takes the session with.
    pub(crate) challenge: String,
    /// Since when, in machine time, to the second.
    pub(crate) begun_at: Timestamp,
}

impl HandOff {
    fn parse(text: &str) -> Option<Self> {
        let (port, rest) = text.split_once('.')?;
        let (challenge, begun_at) = rest.split_once('.')?;
        let (port, challenge) = (port.parse().ok()?, challenge.to_owned());
        let begun_at = Timestamp::from_second(begun_at.parse().ok()?).ok()?;
        Some(Self { port, challenge, begun_at }).filter(Self::is_valid)
    }

    /// Whether it names a port, and what `S256` makes of a secret.
    pub(crate) fn is_valid(&self) -> bool {
        let is_of_base64 = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
        self.port != 0 && self.challenge.len() == 43 && self.challenge.bytes().all(is_of_base64)
    }
}

/// What the browser keeps in a cookie while somebody logs in elsewhere: one secret, and whom the session
/// is handed to. All that must belong to this browser alone is derived from it, so nothing is stored
/// here that strangers could fill up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Attempt {
    /// 64 hexadecimal digits.
    secret: String,
    hand_off: Option<HandOff>,
}

impl Attempt {
    /// A new one.
    pub(super) fn new(hand_off: Option<HandOff>) -> Result<Self, Error> {
        let mut secret = [0; 32];
        SystemRandom::new().fill(&mut secret).map_err(|_| Error::internal("no random bytes"))?;
        Ok(Self { secret: hex(&secret), hand_off })
    }

    fn parse(text: &str) -> Option<Self> {
        let (secret, hand_off) = match text.split_once('.') {
            None => (text, None),
            Some((secret, rest)) => (secret, Some(HandOff::parse(rest)?)),
        };
        let is_ours = secret.len() == 64 && secret.bytes().all(|byte| byte.is_ascii_hexdigit());
        let secret = is_ours.then(|| secret.to_owned())?;
        Some(Self { secret, hand_off })
    }

    fn kept(&self) -> String {
        match &self.hand_off {
            None => self.secret.clone(),
            Some(HandOff { port, challenge, begun_at }) => {
                format!("{}.{port}.{challenge}.{}", self.secret, begun_at.as_second())
            }
        }
    }

    /// Whom the session is handed to, if it is not the browser.
    pub(crate) const fn hand_off(&self) -> Option<&HandOff> {
        self.hand_off.as_ref()
    }

    /// What `purpose` has of it, 64 hexadecimal digits that lead back to nothing.
    fn derived(&self, purpose: &str) -> String {
        let key = hmac::Key::new(hmac::HMAC_SHA256, self.kept().as_bytes());
        hex(hmac::sign(&key, purpose.as_bytes()).as_ref())
    }

    /// What a provider must hand back through the browser.
    pub(super) fn state(&self, way: Way) -> String {
        match way {
            Way::Oidc => self.derived("oidc state"),
            Way::Cas => self.derived("cas state"),
        }
    }

    /// What the ID token must hold.
    pub(super) fn nonce(&self) -> String {
        self.derived("oidc nonce")
    }

    /// What the code is changed with (RFC 7636).
    pub(super) fn verifier(&self) -> String {
        self.derived("oidc verifier")
    }

    /// What the provider is told of the verifier (`S256`).
    pub(super) fn challenge(&self) -> String {
        challenge(&self.verifier())
    }
}

/// The cookie that it is kept in.
#[derive(Debug, Clone, Copy)]
pub(super) struct Jar {
    /// Whether people come by `https`; else it is loopback.
    pub(super) is_secure: bool,
}

impl Jar {
    /// With `__Host-` no other name of the same campus can plant one.
    const fn name(self) -> &'static str {
        if self.is_secure { "__Host-yizhan-login" } else { "yizhan-login" }
    }

    /// What keeps `attempt`. It is sent when the provider leads back (`Lax`), to no script and no other
    /// site.
    pub(super) fn keep(self, attempt: &Attempt) -> String {
        self.cookie(&attempt.kept(), SECONDS)
    }

    /// What forgets it.
    pub(super) fn forget(self) -> String {
        self.cookie("", 0)
    }

    fn cookie(self, value: &str, seconds: u32) -> String {
        let secure = if self.is_secure { "; Secure" } else { "" };
        let name = self.name();
        format!("{name}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}")
    }

    /// The attempt of this browser.
    pub(super) fn find(self, headers: &HeaderMap) -> Option<Attempt> {
        let all = headers.get_all(COOKIE).into_iter().filter_map(|value| value.to_str().ok());
        let mut pairs =
            all.flat_map(|value| value.split(';')).filter_map(|one| one.split_once('='));
        let (_, value) = pairs.find(|(name, _)| name.trim() == self.name())?;
        Attempt::parse(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(cookie: &str) -> HeaderMap {
        HeaderMap::from_iter([(COOKIE, cookie.parse().unwrap())])
    }

    fn attempts() -> [Attempt; 2] {
        let begun_at = Timestamp::from_second(1_800_000_000).unwrap();
        let hand_off = HandOff { port: 40_000, challenge: challenge("x"), begun_at };
        [Attempt::new(None).unwrap(), Attempt::new(Some(hand_off)).unwrap()]
    }

    #[test]
    fn a_browser_brings_its_attempt_back_until_it_is_forgotten() {
        for jar in [Jar { is_secure: true }, Jar { is_secure: false }] {
            for attempt in attempts() {
                let kept = jar.keep(&attempt);
                let pair = kept.split(';').next().unwrap();
                assert_eq!(jar.find(&sent(&format!("lang=zh; {pair}"))), Some(attempt));
            }
            let forgotten = jar.forget();
            assert_eq!(jar.find(&sent(forgotten.split(';').next().unwrap())), None);
        }
        let planted = Jar { is_secure: false }.keep(&attempts()[0]);
        assert_eq!(Jar { is_secure: true }.find(&sent(planted.split(';').next().unwrap())), None);
        assert_eq!(Jar { is_secure: true }.find(&HeaderMap::new()), None);
    }

    #[test]
    fn a_cookie_is_hidden_from_scripts_and_other_sites_and_from_listeners_if_it_can_be() {
        let zeros = "0".repeat(64);
        let attempt = Attempt::parse(&zeros).unwrap();
        assert_eq!(
            Jar { is_secure: true }.keep(&attempt),
            format!(
                "__Host-yizhan-login={zeros}; Path=/; Max-Age=600; HttpOnly; SameSite=Lax; Secure"
            )
        );
        assert_eq!(
            Jar { is_secure: false }.keep(&attempt),
            format!("yizhan-login={zeros}; Path=/; Max-Age=600; HttpOnly; SameSite=Lax")
        );
    }

    #[test]
    fn a_cookie_that_is_none_of_ours_is_no_attempt() {
        let (secret, challenge) = ("0".repeat(64), challenge("x"));
        let parsed =
            |rest: &str| Attempt::parse(&format!("{secret}{}", rest.replace("{}", &challenge)));
        assert!(parsed(".1.{}.2").is_some());
        for rest in [
            "x",
            ".",
            ".1",
            ".1.{}",
            ".0.{}.2",
            ".70000.{}.2",
            ".1.a@evil.example.2",
            ".1.{}.x",
            ".1.{}.2.3",
        ] {
            assert_eq!(parsed(rest), None, "{rest}");
        }
    }

    #[test]
    fn what_is_derived_differs_by_purpose_by_attempt_and_by_whom_it_is_handed_to() {
        let [one, other] = attempts();
        let third = Attempt { hand_off: other.hand_off.clone(), ..one.clone() };
        let all = |attempt: &Attempt| {
            let (oidc, cas) = (attempt.state(Way::Oidc), attempt.state(Way::Cas));
            [oidc, cas, attempt.nonce(), attempt.verifier()]
        };
        let mut seen: Vec<String> = [all(&one), all(&other), all(&third)].concat();
        seen.sort();
        seen.dedup();
        assert_eq!(seen.len(), 12);
        assert!((43..=128).contains(&one.verifier().len()), "RFC 7636, 4.1");
    }

    #[test]
    fn a_challenge_is_that_of_the_standard() {
        // RFC 7636, appendix B.
        let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
        assert_eq!(challenge(verifier), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
    }
}
