//! A simulated certificate authority: RFC 8555 as far as one client needs it, without sockets; it signs for real.
//!
//! It does not verify the signatures of requests: the integration tests have Pebble and Caddy for that.

use crate::advice::Advice;
use crate::dice::Dice;
use crate::outside::Board;
use crate::stop::Stop;
use crate::trace::Trace;
use crate::weather::{Faults, Span};
use anyhow::Result;
use async_trait::async_trait;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use certwright_acme::{Answer, Request, Transport, TransportError};
use certwright_core::{SignedDuration, Timestamp};
use certwright_engine::{Clock, TransportFactory};
use certwright_pki::chain_pem;
use certwright_pki::issue::{
    AuthorityKey, CheckedRequest, Leaf, NameConstraints, Naming, Serial, SigningAuthority, intermediate, root,
};
use http::{HeaderMap, HeaderName, HeaderValue};
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Where its directory is.
pub(crate) const DIRECTORY: &str = "https://ca.simulation.test/directory";
const BASE: &str = "https://ca.simulation.test";
/// Its profiles: name and lifetime in days.
pub const PROFILES: [(&str, i64); 3] = [("ninety", 90), ("forty-seven", 47), ("six", 6)];
/// How long a request and its answer are on the way.
const LATENCY: Duration = Duration::from_millis(50);
/// How long a silent authority is waited for: as long as the client waits.
const SILENCE: Duration = Duration::from_secs(30);
/// How long it looks at an answer.
const VALIDATION: SignedDuration = SignedDuration::from_secs(2);

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Open,
    Decided(bool, Timestamp),
}

struct Order {
    name: String,
    profile: usize,
    token: String,
    state: State,
    certificate: Option<(usize, Timestamp)>,
}

/// What it was asked for.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    /// Requests of every kind that reached it.
    pub requests: u64,
    /// Requests that met an outage.
    pub in_outage: u64,
    /// Orders that were opened; a pending one that is handed back is none.
    pub orders: u64,
    /// Orders by the name that they are for.
    pub orders_by_name: BTreeMap<String, u64>,
    /// Orders by the hour in which they were opened.
    pub orders_by_hour: BTreeMap<i64, u64>,
    /// The same by the minute.
    pub orders_by_minute: BTreeMap<i64, u64>,
    /// Requests by the hour, also those that met an outage.
    pub requests_by_hour: BTreeMap<i64, u64>,
    /// Validations that failed because the world is bad.
    pub failed_validations: u64,
    /// Orders that say which certificate they replace.
    pub replacing: u64,
    /// Serial numbers of what was issued, with the name.
    pub issued: Vec<(String, String)>,
}

#[derive(Default)]
struct Books {
    orders: Vec<Order>,
    /// The order of a name that is not over yet: handed back to whoever opens another one, as Boulder does.
    pending: HashMap<String, usize>,
    chains: Vec<String>,
    nonces: u64,
    accounts: u64,
    advice: Advice,
    asked: Asked,
}

/// The authority.
pub struct SimulatedAuthority {
    signer: SigningAuthority,
    above: Vec<u8>,
    /// Its root (PEM).
    pub root: String,
    books: Mutex<Books>,
    dice: Dice,
    faults: Faults,
    /// When it is out of order.
    pub outages: Vec<Span>,
    /// Whether it says when to renew.
    advice: bool,
    /// Whose clock it is by: its own, right also when that of the service is wrong.
    clock: Arc<dyn Clock>,
    board: Arc<Board>,
    stop: Arc<Stop>,
    trace: Trace,
}

/// What an authority needs.
pub(crate) struct Needs {
    pub(crate) dice: Dice,
    pub(crate) faults: Faults,
    pub(crate) outages: Vec<Span>,
    pub(crate) advice: bool,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) board: Arc<Board>,
    pub(crate) stop: Arc<Stop>,
    pub(crate) trace: Trace,
}

impl SimulatedAuthority {
    /// An authority with a root and an intermediate.
    pub(crate) fn new(needs: Needs) -> Result<Self> {
        let now = needs.clock.now() - SignedDuration::from_hours(24);
        let naming = |name: &str| Naming {
            common_name: name.to_owned(),
            organisation: None,
            constraints: NameConstraints::default(),
        };
        let serial = || Serial::from_random((u128::from(needs.dice.bits()) << 64 | 1).to_be_bytes());
        let root_key = AuthorityKey::generate()?;
        let root_der = root(&root_key, &naming("Simulated root"), serial(), now)?;
        let above = SigningAuthority::new(&root_der, &root_key)?;
        let key = AuthorityKey::generate()?;
        let until = now + certwright_pki::issue::INTERMEDIATE_LIFETIME;
        let der = intermediate(&key, &naming("Simulated intermediate"), serial(), (now, until), &above)?;
        let Needs { dice, faults, outages, advice, clock, board, stop, trace } = needs;
        Ok(Self {
            signer: SigningAuthority::new(&der, &key)?,
            above: der,
            root: chain_pem(&[root_der]),
            books: Mutex::default(),
            dice,
            faults,
            outages,
            advice,
            clock,
            board,
            stop,
            trace,
        })
    }

    fn books(&self) -> MutexGuard<'_, Books> {
        self.books.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What it was asked for so far.
    pub fn asked(&self) -> Asked {
        self.books().asked.clone()
    }

    /// How many orders were opened so far.
    pub fn orders(&self) -> u64 {
        self.books().asked.orders
    }

    /// From now on it wants everything replaced that it has issued so far.
    pub fn revoke_everything(&self) {
        self.books().advice.revoke_before(self.clock.now());
    }

    fn is_out(&self, now: Timestamp) -> bool {
        let after = self.outages.partition_point(|(begin, _)| *begin <= now);
        after > 0 && now < self.outages[after - 1].1
    }

    /// What comes of a request that an outage meets: refused, silent, or an error page.
    fn outage(&self) -> Result<Answer, TransportError> {
        match self.dice.below(3) {
            0 => Err(TransportError::Unreachable { said: "connection refused".to_owned() }),
            1 => Err(TransportError::TimedOut { said: "the answer".to_owned() }),
            _ => Ok(Answer {
                status: 503,
                headers: HeaderMap::new(),
                body: b"<h1>Service Unavailable</h1>".to_vec(),
            }),
        }
    }

    fn answer(&self, request: &Request, now: Timestamp) -> Answer {
        let path = request.url.strip_prefix(BASE).unwrap_or_default().trim_start_matches('/');
        let (what, number) = path.split_once('/').unwrap_or((path, ""));
        let payload = payload(&request.body);
        let mut books = self.books();
        if what == "renewal-info" {
            return match books.advice.of(number) {
                Some((body, after)) => {
                    json_answer(&mut books, 200, &[("retry-after", after.to_string())], &body)
                }
                None => problem(&mut books, 404, "malformed", "no such certificate"),
            };
        }
        let number = number.parse::<usize>().ok();
        match (what, number) {
            ("directory", None) => json_answer(&mut books, 200, &[], &directory(self.advice)),
            ("nonce", None) => json_answer(&mut books, 200, &[], &json!({})),
            ("account", None) => {
                books.accounts += 1;
                let url = format!("{BASE}/account/{}", books.accounts);
                json_answer(&mut books, 201, &[("location", url)], &json!({"status": "valid"}))
            }
            ("order", None) => self.open(&mut books, &payload, now),
            ("order", Some(order)) => self.shown(&mut books, order, 200, now),
            ("authorization", Some(order)) => self.authorization(&mut books, order, now),
            ("challenge", Some(order)) => self.validate(&mut books, order, now),
            ("finalize", Some(order)) => self.finalize(&mut books, order, &payload, now),
            ("certificate", Some(number)) => match books.chains.get(number).cloned() {
                Some(pem) => {
                    let mut answer = json_answer(&mut books, 200, &[], &json!({}));
                    header(&mut answer.headers, "content-type", "application/pem-certificate-chain");
                    Answer { body: pem.into_bytes(), ..answer }
                }
                None => problem(&mut books, 404, "malformed", "no such certificate"),
            },
            _ => problem(&mut books, 404, "malformed", "there is nothing at this address"),
        }
    }

    fn open(&self, books: &mut Books, payload: &Value, now: Timestamp) -> Answer {
        let name = payload["identifiers"][0]["value"].as_str().unwrap_or_default().to_owned();
        let wanted = payload["profile"].as_str().unwrap_or(PROFILES[0].0);
        let Some(profile) = PROFILES.iter().position(|(name, _)| *name == wanted) else {
            return problem(books, 400, "invalidProfile", "there is no such profile");
        };
        let known = books.pending.get(&name).copied();
        let number = match known.filter(|number| books.orders[*number].profile == profile) {
            Some(number) => number,
            None => {
                books.asked.orders += 1;
                books.asked.replacing += u64::from(payload["replaces"].is_string());
                *books.asked.orders_by_name.entry(name.clone()).or_default() += 1;
                *books.asked.orders_by_hour.entry(now.as_second() / 3600).or_default() += 1;
                *books.asked.orders_by_minute.entry(now.as_second() / 60).or_default() += 1;
                let token = format!("token{:x}", self.dice.bits());
                let order =
                    Order { name: name.clone(), profile, token, state: State::Open, certificate: None };
                books.orders.push(order);
                let number = books.orders.len() - 1;
                books.pending.insert(name, number);
                number
            }
        };
        self.shown(books, number, 201, now)
    }

    fn shown(&self, books: &mut Books, number: usize, code: u16, now: Timestamp) -> Answer {
        let Some(order) = books.orders.get(number) else {
            return problem(books, 404, "malformed", "no such order");
        };
        let mut body = json!({
            "identifiers": [{"type": "dns", "value": order.name}],
            "authorizations": [format!("{BASE}/authorization/{number}")],
            "finalize": format!("{BASE}/finalize/{number}"),
            "status": "pending",
        });
        match (order.certificate, order.state) {
            (Some((certificate, from)), _) if from <= now => {
                body["status"] = json!("valid");
                body["certificate"] = json!(format!("{BASE}/certificate/{certificate}"));
            }
            (Some(_), _) => body["status"] = json!("processing"),
            (None, State::Decided(true, at)) if at <= now => body["status"] = json!("ready"),
            (None, State::Decided(false, at)) if at <= now => body["status"] = json!("invalid"),
            _ => {}
        }
        json_answer(books, code, &[("location", format!("{BASE}/order/{number}"))], &body)
    }

    fn authorization(&self, books: &mut Books, number: usize, now: Timestamp) -> Answer {
        let Some(order) = books.orders.get(number) else {
            return problem(books, 404, "malformed", "no such authorization");
        };
        let (status, error) = match order.state {
            State::Decided(true, at) if at <= now => ("valid", None),
            State::Decided(false, at) if at <= now => ("invalid", Some("DNS: SERVFAIL looking up A")),
            _ => ("pending", None),
        };
        let mut challenge = json!({
            "type": "http-01", "status": status, "token": order.token,
            "url": format!("{BASE}/challenge/{number}"),
        });
        if let Some(detail) = error {
            challenge["error"] = json!({"type": "urn:ietf:params:acme:error:dns", "detail": detail});
        }
        let body = json!({
            "identifier": {"type": "dns", "value": order.name}, "status": status, "challenges": [challenge],
        });
        json_answer(books, 200, &[("retry-after", "2".to_owned())], &body)
    }

    fn validate(&self, books: &mut Books, number: usize, now: Timestamp) -> Answer {
        let Some(order) = books.orders.get_mut(number) else {
            return problem(books, 404, "malformed", "no such challenge");
        };
        if order.state == State::Open {
            let answered = self
                .board
                .answer(&order.token)
                .is_some_and(|answer| answer.strip_prefix(&order.token).is_some_and(|rest| rest.len() == 44));
            let is_valid = !self.dice.happens(self.faults.validation) && answered;
            order.state = State::Decided(is_valid, now + VALIDATION);
            let name = order.name.clone();
            if !is_valid {
                books.pending.remove(&name);
                books.asked.failed_validations += 1;
                self.trace.add(&format!("{now} {name} is not validated (answered: {answered})"));
            }
        }
        json_answer(books, 200, &[("retry-after", "2".to_owned())], &json!({"status": "processing"}))
    }

    fn finalize(&self, books: &mut Books, number: usize, payload: &Value, now: Timestamp) -> Answer {
        let Some(order) = books.orders.get(number) else {
            return problem(books, 404, "malformed", "no such order");
        };
        let is_ready = matches!(order.state, State::Decided(true, at) if at <= now);
        if !is_ready || order.certificate.is_some() {
            return problem(books, 403, "orderNotReady", "the order is not ready to be fulfilled");
        }
        let (name, days) = (order.name.clone(), PROFILES[order.profile].1);
        match self.sign(&name, days, payload, now) {
            Err(words) => problem(books, 400, "badCSR", &words),
            Ok((serial, der)) => {
                if let Err(error) = books.advice.issued(&der, now) {
                    return problem(books, 500, "serverInternal", &error.to_string());
                }
                let chain = chain_pem(&[der, self.above.clone()]);
                // One order of five takes a while.
                let wait = if self.dice.happens(0.2) { 2 } else { 0 };
                books.chains.push(chain);
                let certificate = Some((books.chains.len() - 1, now + SignedDuration::from_secs(wait)));
                books.orders[number].certificate = certificate;
                books.pending.remove(&name);
                books.asked.issued.push((name, serial));
                self.shown(books, number, 200, now)
            }
        }
    }

    fn sign(
        &self,
        name: &str,
        days: i64,
        payload: &Value,
        now: Timestamp,
    ) -> Result<(String, Vec<u8>), String> {
        let request =
            payload["csr"].as_str().and_then(|text| BASE64.decode(text).ok()).ok_or("no request")?;
        let request = CheckedRequest::read(&request).map_err(|refusal| refusal.to_string())?;
        if request.identifiers.len() != 1 || request.identifiers[0].ascii() != name {
            return Err("the request is for other names".to_owned());
        }
        let random = u128::from(self.dice.bits()) << 64 | u128::from(self.dice.bits());
        let serial = Serial::from_random(random.to_be_bytes());
        // Dated back by an hour, as public authorities do.
        let not_before = now - SignedDuration::from_hours(1);
        let not_after = not_before + SignedDuration::from_hours(24 * days);
        let leaf = Leaf { serial, not_before, not_after, revocation_list: "http://ca.simulation.test/crl" };
        let der = self.signer.sign_leaf(&request, &leaf).map_err(|error| error.to_string())?;
        Ok((serial.to_string(), der))
    }
}

#[async_trait]
impl Transport for SimulatedAuthority {
    async fn send(&self, request: Request) -> Result<Answer, TransportError> {
        let death = self.stop.request();
        if death == Some(false) {
            self.stop.die().await;
        }
        self.clock.pause(LATENCY).await;
        let now = self.clock.now();
        let out = self.is_out(now);
        {
            let asked = &mut self.books().asked;
            asked.requests += 1;
            asked.in_outage += u64::from(out);
            *asked.requests_by_hour.entry(now.as_second() / 3600).or_default() += 1;
        }
        let mut answer = if out { self.outage() } else { Ok(self.answer(&request, now)) };
        if let Ok(answer) = &mut answer {
            let date = now.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
            header(&mut answer.headers, "date", &date);
        }
        if matches!(answer, Err(TransportError::TimedOut { .. })) {
            self.clock.pause(SILENCE).await;
        }
        let status = answer.as_ref().map_or(0, |answer| answer.status);
        self.trace.add(&format!("{now} {} {} {status}", request.method, request.url));
        if death == Some(true) {
            self.stop.die().await;
        }
        answer
    }
}

/// Gives every client the one authority.
pub(crate) struct Way(pub(crate) Arc<dyn Transport>);

impl TransportFactory for Way {
    fn transport(&self, _roots: Option<&str>) -> Result<Arc<dyn Transport>, String> {
        Ok(Arc::clone(&self.0))
    }
}

fn directory(advice: bool) -> Value {
    let profiles: BTreeMap<_, _> =
        PROFILES.iter().map(|(name, days)| (*name, format!("{days} days"))).collect();
    let mut directory = json!({
        "newNonce": format!("{BASE}/nonce"),
        "newAccount": format!("{BASE}/account"),
        "newOrder": format!("{BASE}/order"),
        "meta": {"profiles": profiles},
    });
    if advice {
        directory["renewalInfo"] = json!(format!("{BASE}/renewal-info"));
    }
    directory
}

fn payload(body: &[u8]) -> Value {
    let request: Value = serde_json::from_slice(body).unwrap_or_default();
    let text = request["payload"].as_str().and_then(|text| BASE64.decode(text).ok()).unwrap_or_default();
    serde_json::from_slice(&text).unwrap_or_default()
}

fn header(headers: &mut HeaderMap, name: &'static str, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(HeaderName::from_static(name), value);
    }
}

fn json_answer(books: &mut Books, status: u16, more: &[(&'static str, String)], body: &Value) -> Answer {
    books.nonces += 1;
    let mut headers = HeaderMap::new();
    header(&mut headers, "replay-nonce", &format!("nonce{}", books.nonces));
    header(&mut headers, "content-type", "application/json");
    for (name, value) in more {
        header(&mut headers, name, value);
    }
    Answer { status, headers, body: body.to_string().into_bytes() }
}

fn problem(books: &mut Books, status: u16, kind: &str, detail: &str) -> Answer {
    let kind = format!("urn:ietf:params:acme:error:{kind}");
    let mut answer = json_answer(books, status, &[], &json!({"type": kind, "detail": detail}));
    header(&mut answer.headers, "content-type", "application/problem+json");
    answer
}
