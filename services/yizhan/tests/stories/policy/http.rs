//! What the portal is asked over HTTP: each by a session of somebody whose role the file of people
//! says.

use std::collections::BTreeSet;

use authz::{Action::*, Relation, Relation::*, Role, Subject};
use clock::{Clock, Ids as _, RandomIds};
use events::words::Level;
use reqwest::{Method, StatusCode};
use rpc::Code;
use serde_json::{Value, json};

use super::{
    ALL,
    About::{self, Case, First, NoRows, Nothing, Roster, Rows},
    Answer, Door,
    Hides::{Never, Unless},
    OF_MESSAGES, OF_QUESTIONS, OF_WORK, OFFERED, Probe, Question, Refused, another_urgency,
    campus::{Side, alarm_kind},
    probe,
    roster::{self, OF_COVER, OF_LEAVE},
    work::{ANOTHER_POST, asked_by},
    world::World,
};

#[rustfmt::skip]
const PROBES: &[Probe] = &[
    probe("POST /cases",                     AcceptCase,       Case(Never),                             &[Own]),
    probe("POST /cases",                     BackdateCase,     Case(Never),                             &[Own]),
    probe("GET /cases/{case}",               GetCase,          Case(Unless(GetCase, ALL)),              ALL),
    probe("GET /cases",                      ListCases,        Rows,                                    ALL),
    probe("GET /cases/similar",              ListCases,        NoRows,                                  &[]),
    probe("POST /cases/{case}/withdraw",     WithdrawCase,     Case(Unless(GetCase, ALL)),              ALL),
    probe("POST /cases/{case}/reopen",       ReopenCase,       Case(Unless(GetCase, ALL)),              ALL),
    probe("POST /cases/{case}/chase",        ChaseCase,        Case(Unless(GetCase, ALL)),              ALL),
    probe("POST /cases/{case}/complaint",    ComplainCase,     Case(Unless(GetCase, ALL)),              ALL),
    probe("POST /cases/{case}/join",         JoinCase,         Case(Unless(GetCase, ALL)),              ALL),
    probe("POST /cases/{case}/unjoin",       UnjoinCase,       Case(Unless(GetCase, ALL)),              ALL),
    probe("POST /cases/{case}/urgency",      RaiseUrgency,     Case(Unless(GetCase, ALL)),              ALL),
    probe("POST /cases/{case}/urgency",      LowerUrgency,     Case(Unless(GetCase, ALL)),              ALL),
    probe("POST /cases/{case}/note",         AddNote,          Case(Unless(GetCase, ALL)),              ALL),
    probe("POST /cases/{case}/reply",        ReplyCase,        Case(Unless(GetCase, ALL)),              ALL),
    probe("POST /cases/{case}/close-as",     CloseCaseAs,      Case(Unless(GetCase, ALL)),              ALL),
    probe("GET /cases/{case}/explain",       ListClocks,       Case(Unless(GetCase, ALL)),              ALL),
    probe("POST /incidents",                 OpenIncident,     Case(Never),                             &[]),
    probe("GET /incidents",                  ListIncidents,    Nothing,                                 &[]),
    probe("GET /incidents/{case}",           GetCase,          Case(Unless(GetCase, ALL)),              ALL),
    probe("POST /incidents/{case}/join",     JoinCase,         Case(Unless(GetCase, ALL)),              ALL),
    probe("POST /incidents/{case}/update",   UpdateIncident,   Case(Unless(GetCase, ALL)),              ALL),
    probe("POST /incidents/{case}/close",    CloseIncident,    Case(Unless(GetCase, ALL)),              ALL),
    probe("POST /alarms",                    OpenAlarm,        Case(Never),                             &[Own]),
    probe("POST /alarms/{case}/acknowledge", AcknowledgeAlarm, Case(Unless(ListMessages, OF_MESSAGES)), OF_MESSAGES),
    probe("POST /contacts",                  LogContact,       Nothing,                                 &[]),
    probe("GET /contacts",                   ListContacts,     Nothing,                                 &[]),
    probe("GET /work-orders",                ListWorkOrders,   Rows,                                    OF_WORK),
    probe("POST /cases/{case}/extension/ask",      AskExtension,     Case(Unless(GetCase, ALL)),              ALL),
    probe("POST /cases/{case}/extension/approve",  DecideExtension,  Case(Unless(GetCase, ALL)),              ALL),
    probe("POST /cases/{case}/extension/refuse",   DecideExtension,  Case(Unless(GetCase, ALL)),              ALL),
    probe("POST /cases/{case}/pause/ask",          AskPause,         Case(Unless(GetCase, ALL)),              ALL),
    probe("POST /cases/{case}/pause/approve",      DecidePause,      Case(Unless(GetCase, ALL)),              ALL),
    probe("POST /cases/{case}/pause/refuse",       DecidePause,      Case(Unless(GetCase, ALL)),              ALL),
    probe("POST /cases/{case}/ladder/extend",      ExtendLate,       Case(Unless(GetCase, ALL)),              ALL),
    probe("POST /cases/{case}/ladder/takeover",    TakeOver,         Case(Unless(GetCase, ALL)),              ALL),
    probe("POST /cases/{case}/ladder/order",       GiveOrder,        Case(Unless(GetCase, ALL)),              ALL),
    probe("POST /cases/{case}/ladder/accept-risk", AcceptRisk,       Case(Unless(GetCase, ALL)),              ALL),
    probe("POST /work-orders/{id}/claim",    Claim,            Case(Unless(ListWorkOrders, OFFERED)),   OFFERED),
    probe("POST /work-orders/{id}/assign",   Assign,           Case(Unless(ListWorkOrders, OFFERED)),   OFFERED),
    probe("POST /work-orders/{id}/arrive",   Arrive,           Case(Unless(ListWorkOrders, OF_WORK)),   OF_WORK),
    probe("POST /work-orders/{id}/contain",  Contain,          Case(Unless(ListWorkOrders, OF_WORK)),   OF_WORK),
    probe("POST /work-orders/{id}/hold",     Hold,             Case(Unless(ListWorkOrders, OF_WORK)),   OF_WORK),
    probe("POST /work-orders/{id}/resume",   Resume,           Case(Unless(ListWorkOrders, OF_WORK)),   OF_WORK),
    probe("POST /work-orders/{id}/return",   Return,           Case(Unless(ListWorkOrders, OF_WORK)),   OF_WORK),
    probe("POST /work-orders/{id}/transfer", Transfer,         Case(Unless(ListWorkOrders, OF_WORK)),   OF_WORK),
    probe("POST /work-orders/{id}/reassign", Reassign,         Case(Unless(ListWorkOrders, OF_WORK)),   OF_WORK),
    probe("POST /work-orders/{id}/split",    Split,            Case(Unless(ListWorkOrders, OF_WORK)),   OF_WORK),
    probe("POST /work-orders/{id}/merge",    Merge,            Case(Unless(ListWorkOrders, OF_WORK)),   OF_WORK),
    probe("POST /work-orders/{id}/adjudicate", Adjudicate,     Case(Unless(ListWorkOrders, OFFERED)),   OFFERED),
    probe("POST /work-orders/{id}/complete", Complete,         Case(Unless(ListWorkOrders, OF_WORK)),   OF_WORK),
    probe("POST /work-orders/{id}/questions", AskQuestion,     Case(Unless(ListWorkOrders, OF_WORK)),   OF_WORK),
    probe("POST /work-orders/{id}/questions/{question}/answer", AnswerQuestion, Case(Unless(ListQuestions, OF_QUESTIONS)), OF_QUESTIONS),
    probe("GET /questions",                  ListQuestions,    Rows,                                    OF_QUESTIONS),
    probe("GET /roster",                     ShowRoster,       Nothing,                                 &[]),
    probe("GET /handover",                   ShowHandover,     Nothing,                                 &[]),
    probe("POST /handover/sign",             SignHandover,     Nothing,                                 &[]),
    probe("POST /roster/leave",              KeepRoster,       Roster,                                  OF_LEAVE),
    probe("POST /roster/swap",               KeepRoster,       Roster,                                  OF_LEAVE),
    probe("POST /roster/cover",              KeepRoster,       Roster,                                  OF_COVER),
    probe("POST /roster/{id}/end",           KeepRoster,       Roster,                                  OF_COVER),
    probe("POST /roster/classes",            KeepRoster,       Roster,                                  OF_COVER),
    probe("POST /roster/train",              TrainAssistants,  Roster,                                  OF_COVER),
    probe("GET /callbacks/next",             NextCallback,     First,                                   &[]),
    probe("POST /callbacks/{id}/attempts",   RecordAttempt,    Case(Unless(ListCallbacks, &[])),        &[]),
    probe("GET /callbacks/figures",          ReadFigures,      Nothing,                                 &[]),
    probe("GET /callbacks",                  ListCallbacks,    Rows,                                    &[]),
    probe("GET /messages",                   ListMessages,     Rows,                                    OF_MESSAGES),
    probe("POST /cases/{case}/acknowledge",  AcknowledgeMessage, Case(Unless(ListMessages, OF_MESSAGES)), OF_MESSAGES),
    probe("GET /phone-calls",                ListPhoneCalls,   Nothing,                                 &[]),
    probe("POST /phone-calls/next",          TakePhoneCall,    Nothing,                                 &[]),
    probe("POST /phone-calls/{id}/outcome",  SettlePhoneCall,  Nothing,                                 &[]),
    probe("GET /definitions",                GetDefinitions,   Nothing,                                 &[]),
    probe("POST /definitions",               ApplyDefinitions, Nothing,                                 &[]),
    probe("POST /people",                    ImportPeople,     Nothing,                                 &[]),
    probe("POST /people/undo",               ImportPeople,     Nothing,                                 &[]),
    probe("GET /api-keys",                   ManageApiKeys,    Nothing,                                 &[]),
    probe("POST /api-keys",                  ManageApiKeys,    Nothing,                                 &[]),
    probe("DELETE /api-keys/{id}",           ManageApiKeys,    Nothing,                                 &[]),
    probe("GET /dlq",                        ReadDead,         Nothing,                                 &[]),
    probe("GET /dlq/{service}/{id}",         ReadDead,         Nothing,                                 &[]),
    probe("POST /dlq/{service}/{id}/replay", SettleDead,       Nothing,                                 &[]),
    probe("POST /dlq/{service}/{id}/drop",   SettleDead,       Nothing,                                 &[]),
];

/// What everybody may: log in, and look after themselves.
const EVERYBODYS: [&str; 9] = [
    "POST /login",
    "GET /login/oidc",
    "GET /login/oidc/back",
    "GET /login/cas",
    "GET /login/cas/back",
    "POST /login/code",
    "POST /logout",
    "GET /me",
    "PUT /me/password",
];

const PASSWORD: &str = "walk on, walk on";

pub(super) struct Http {
    client: reqwest::Client,
    url: String,
    admin: String,
}

impl Door for Http {
    const PROBES: &'static [Probe] = PROBES;
    const WITHOUT: &'static [(authz::Action, &'static str)] = &[
        (Redeliver, "services ask each other, by gRPC"),
        (GetKeys, "services ask the portal, by gRPC"),
        (FindLinks, "notification asks callback-survey, by gRPC"),
        (FindNextSteps, "notification and the portal ask dispatch, by gRPC"),
        (FindAddresses, "notification asks intake and the portal, by gRPC"),
        (ShowSurvey, "a page for whoever has its link, of which the portal's own tests speak"),
        (AnswerSurvey, "the same page"),
        (RaiseAlarm, "intake hands it over, by gRPC"),
        (
            ReadAnswers,
            "a part of a timeline, which is there without it: the portal's own tests hold it",
        ),
    ];

    async fn described(&self) -> BTreeSet<String> {
        let answer = self.client.get(format!("{}/openapi.json", self.url)).send().await.unwrap();
        let described: Value = answer.json().await.unwrap();
        let paths = described["paths"].as_object().unwrap().iter();
        let operations = paths.flat_map(|(path, operations)| {
            let path = path.trim_start_matches("/api/v1");
            let verbs = operations.as_object().unwrap().keys().map(|verb| verb.to_uppercase());
            verbs.map(move |verb| format!("{verb} {path}"))
        });
        let mut operations: BTreeSet<_> = operations.collect();
        for everybodys in EVERYBODYS {
            assert!(operations.remove(everybodys), "{everybodys} is not there");
        }
        operations
    }

    async fn enter(&mut self, world: &World, role: Role) -> Vec<(Relation, Subject)> {
        if role == Role::Service {
            // It has no account: nobody is one here.
            return Vec::new();
        }
        self.import(world, role).await;
        let subject = |one| (one, world.subject(one, role, Level::Confidential));
        Relation::ALL.into_iter().map(subject).collect()
    }

    async fn ask(&self, question: &Question<'_>) -> Answer {
        let Question { world, probe, relation, .. } = *question;
        let (verb, path) = probe.name.split_once(' ').unwrap();
        let path = named(question, path);
        let session = world.session(relation);
        let body = body(question);
        if let About::Rows = probe.about {
            return self.rows(session, &path).await;
        }
        let answer = self.send(verb.parse().unwrap(), &path, session, &body).await?;
        let next = answer["callback"]["case_id"].as_str();
        Ok(next.into_iter().map(ToOwned::to_owned).collect())
    }
}

impl Http {
    pub(super) fn of(world: &World) -> Self {
        // Whoever installed it before did the same.
        drop(rustls::crypto::ring::default_provider().install_default());
        let campus = &world.campus;
        let admin = campus.account("admin").token().to_owned();
        Self { client: reqwest::Client::new(), url: campus.url(), admin }
    }

    /// Makes the walkers what this role is.
    pub(super) async fn import(&self, _world: &World, role: Role) {
        let people = json!({ "csv": World::people(role), "initial_password": PASSWORD });
        self.send(Method::POST, "/people", &self.admin, &people).await.unwrap();
    }

    pub(super) async fn login(&self, account: &str) -> String {
        let login = json!({ "account": account, "password": PASSWORD });
        let session = self.send(Method::POST, "/login", "", &login).await.unwrap();
        session["token"].as_str().unwrap().to_owned()
    }

    pub(super) async fn get(&self, session: &str, path: &str) -> Value {
        self.send(Method::GET, path, session, &Value::Null).await.unwrap()
    }

    /// The ids of all rows of a list.
    async fn rows(&self, session: &str, path: &str) -> Answer {
        // The cases that lists are to show were completed.
        let (rows, id, only) = match path {
            "/cases" => ("cases", "id", ""),
            "/work-orders" => ("work_orders", "case_id", "&state=completed"),
            "/questions" => ("questions", "case_id", ""),
            "/callbacks" => ("callbacks", "case_id", ""),
            _ => ("messages", "id", ""),
        };
        let (mut all, mut page) = (Vec::new(), String::new());
        loop {
            let path = format!("{path}?limit=200{only}{page}");
            let answer = self.send(Method::GET, &path, session, &Value::Null).await?;
            let rows = answer[rows].as_array().unwrap().iter();
            all.extend(rows.map(|row| row[id].as_str().unwrap().to_owned()));
            let Some(next) = answer["next"].as_str() else { return Ok(all) };
            page = format!("&page={next}");
        }
    }

    async fn send(
        &self,
        verb: Method,
        path: &str,
        session: &str,
        body: &Value,
    ) -> Result<Value, Refused> {
        let key = RandomIds::new(Clock::system()).uuid().to_string();
        let request = self.client.request(verb.clone(), format!("{}/api/v1{path}", self.url));
        let request = request.bearer_auth(session).header("idempotency-key", key);
        let request = if verb == Method::POST { request.json(body) } else { request };
        let response = request.send().await.unwrap();
        let status = response.status();
        if status == StatusCode::NO_CONTENT {
            return Ok(Value::Null);
        }
        let answer: Value = response.json().await.unwrap();
        if status.is_success() {
            return Ok(answer);
        }
        let code = Code::ALL.into_iter().find(|code| code.http() == status.as_u16());
        let reason = answer["reason"].as_str().unwrap().to_owned();
        Err(Refused { code: code.unwrap(), reason })
    }
}

/// The path with what is asked about.
fn named(question: &Question<'_>, path: &str) -> String {
    let Question { world, probe, level, .. } = *question;
    let id = match path.split('/').nth(1) {
        Some("work-orders") if path.contains("{id}") => {
            world.work_order(probe.action, level).to_owned()
        }
        Some("callbacks") => world.callback(level).to_owned(),
        Some("roster") => world.arrangement().to_owned(),
        Some(_) | None => RandomIds::new(Clock::system()).uuid().to_string(),
    };
    let asked = path.contains("{question}").then(|| world.question(&id));
    path.replace("{question}", asked.unwrap_or_default())
        .replace("{case}", world.case(question.probe.action, level))
        .replace("{id}", &id)
        .replace("{service}", "intake")
        .replace("/figures", "/figures?month=2026-11")
        .replace("/similar", "/similar?item=water-leak&place=library")
}

/// What is done to a case in words alone.
const IN_WORDS: [&str; 4] = [
    "POST /cases/{case}/note",
    "POST /cases/{case}/reply",
    "POST /cases/{case}/complaint",
    "POST /cases/{case}/ladder/order",
];

/// What is sent along: nothing that could be done, where it would be the end of something.
fn body(question: &Question<'_>) -> Value {
    let Question { world, probe, relation, level, .. } = *question;
    match probe.name {
        "POST /cases" => {
            let myself = json!({ "id": world.person(Own) });
            let caller = if relation == Own { myself } else { json!({ "name": "Somebody Else" }) };
            let earlier = (probe.action == BackdateCase).then(|| world.earlier());
            let item = Side::Related.item(level);
            json!({ "item": item, "place": "nowhere", "caller": caller, "received_at": earlier })
        }
        "POST /alarms" => {
            let myself = json!({ "id": world.person(Own) });
            let caller = if relation == Own { myself } else { json!({ "name": "Somebody Else" }) };
            json!({ "type": alarm_kind(level), "place": "nowhere", "caller": caller })
        }
        "POST /incidents" => {
            json!({ "item": Side::Related.item(level), "places": ["nowhere"], "channel": "hotline" })
        }
        "POST /incidents/{case}/update" => json!({ "cause": "walk" }),
        name if name.starts_with("POST /work-orders/") => {
            body_of_work(question, name.trim_start_matches("POST /work-orders/{id}/"))
        }
        "POST /cases/{case}/join" | "POST /incidents/{case}/join" => {
            json!({ "channel": "hotline", "caller": { "phone": "10000000000" } })
        }
        "POST /cases/{case}/unjoin" => json!({ "person": { "phone": "10000000000" } }),
        "POST /cases/{case}/urgency" => {
            json!({ "urgency": another_urgency(question), "reason": "walk" })
        }
        name if IN_WORDS.contains(&name) => json!({ "text": "walk" }),
        "POST /cases/{case}/close-as" => json!({ "end": "test" }),
        "POST /contacts" => json!({ "channel": "counter", "outcome": "answered" }),
        "POST /cases/{case}/extension/ask" => {
            json!({ "until": world.earlier(), "reason": "parts" })
        }
        "POST /cases/{case}/ladder/extend" | "POST /cases/{case}/ladder/accept-risk" => {
            json!({ "until": world.earlier() })
        }
        name if name.starts_with("POST /roster/") => {
            roster::body(question, name.rsplit('/').next().unwrap())
        }
        "POST /callbacks/{id}/attempts" | "POST /phone-calls/{id}/outcome" => {
            json!({ "reached": false })
        }
        // Of a desk that nobody left.
        "POST /handover/sign" => json!({ "signature": "taking-over", "version": "walk" }),
        "POST /definitions" => json!({ "files": [], "dry_run": true }),
        "POST /people" => json!({ "csv": "" }),
        "POST /people/undo" => json!({ "dry_run": true }),
        "POST /api-keys" => {
            json!({ "name": "walk", "roles": [], "expires_at": "2026-01-01T00:00:00Z" })
        }
        "POST /dlq/{service}/{id}/drop" => json!({ "reason": "walk" }),
        _ => json!({}),
    }
}

/// The same of what is done to a work order.
fn body_of_work(question: &Question<'_>, deed: &str) -> Value {
    match deed {
        "assign" => json!({ "to": question.world.worker() }),
        "questions" => json!({ "of": asked_by(question.subject), "text": "walk" }),
        "questions/{question}/answer" => json!({ "text": "walk" }),
        "hold" => json!({ "reason": "parts" }),
        "return" => json!({ "reason": "it is not ours" }),
        "reassign" => json!({ "to": ANOTHER_POST }),
        "split" => json!({ "to": ANOTHER_POST, "task": "the socket" }),
        "merge" => {
            let Question { world, probe, level, .. } = *question;
            json!({ "into": world.part_of(world.work_order(probe.action, level)) })
        }
        "transfer" | "adjudicate" => json!({ "to": ANOTHER_POST, "reason": "it is not ours" }),
        _ => json!({}),
    }
}
