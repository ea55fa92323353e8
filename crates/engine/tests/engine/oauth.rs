//! Sources that know us by tokens of OAuth 2: signing in, renewing, refusals, and what of it is on record.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use domain::call::Approve;
use domain::fact::{Fact, TokenGrant};
use domain::outcome::{FailureClass, Outcome};
use domain::payload::PayloadRole;
use domain::secret::Secret;
use domain::view::CallDetail;
use engine::Engine;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use url::Url;

use crate::export::facts;
use crate::scene::Scene;

const CLIENT_SECRET: &str = "client-s3cret-4711";

/// An authorization server, and the API that takes its tokens, in one.
#[derive(Default)]
struct World {
    /// What is good at the API.
    good: BTreeSet<String>,
    /// How long the next tokens last.
    lasts: u64,
    /// What the next request for a token gets instead.
    denies: Option<&'static str>,
    refuses_all: bool,
    given: u32,
    /// The bodies of requests for tokens, and the lines of those to the API.
    tokens: Vec<String>,
    calls: Vec<String>,
}

struct Server {
    base: String,
    world: Arc<Mutex<World>>,
}

impl Server {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let world = Arc::new(Mutex::new(World { lasts: 3600, ..World::default() }));
        let served = Arc::clone(&world);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, Arc::clone(&served)));
            }
        });
        Self { base, world }
    }

    fn source(&self, name: &str, auth: &str) -> String {
        let tool = |name: &str, method: &str| {
            format!(
                "[[tool]]\nname = \"{name}\"\ndescription = \"Does\"\nmethod = \"{method}\"\npath = \"/api/{name}\"\n\
                 [tool.input]\ntype = \"object\"\n"
            )
        };
        let (read, write) = (tool("read", "GET"), tool("write", "POST"));
        format!(
            "name = \"{name}\"\nkind = \"http\"\nbase_url = \"{}\"\nauth = {{ {auth}, token_url = \"{}/token\", \
             client_id = \"tieout\", scopes = [\"read\"] }}\n{read}{write}",
            self.base, self.base
        )
    }

    async fn client(&self, scene: &Scene, name: &str) {
        let auth = "kind = \"oauth2_client\", secret = \"client\"";
        scene.engine.save_source(Engine::read_source(&self.source(name, auth)).unwrap()).await.unwrap();
        scene.engine.set_secret(&"client".parse().unwrap(), Secret::new(CLIENT_SECRET)).await.unwrap();
    }

    async fn person(&self, scene: &Scene) {
        let auth = format!(
            "kind = \"oauth2_code\", secret = \"ana\", authorize_url = \"{}/authorize?prompt=login\"",
            self.base
        );
        scene.engine.save_source(Engine::read_source(&self.source("crm2", &auth)).unwrap()).await.unwrap();
    }

    fn world<T>(&self, look: impl FnOnce(&mut World) -> T) -> T {
        look(&mut self.world.lock().unwrap())
    }
}

async fn serve(mut stream: TcpStream, world: Arc<Mutex<World>>) {
    let mut read = Vec::new();
    let (head, body) = loop {
        let mut piece = [0; 8192];
        let Ok(count @ 1..) = stream.read(&mut piece).await else { return };
        read.extend_from_slice(&piece[..count]);
        let text = String::from_utf8_lossy(&read).into_owned();
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
        if body.len() >= length.map_or(0, |length| length.parse().unwrap()) {
            break (head.to_owned(), body.to_owned());
        }
    };
    let (status, answer) = {
        let mut world = world.lock().unwrap();
        if head.starts_with("POST /token") {
            world.tokens.push(format!("{head}\n\n{body}"));
            match world.denies {
                Some(error) => ("400 Bad Request", format!("{{\"error\":\"{error}\"}}")),
                None => {
                    world.given += 1;
                    let (number, lasts) = (world.given, world.lasts);
                    world.good = [format!("access-token-{number}")].into();
                    let answer = format!(
                        "{{\"access_token\":\"access-token-{number}\",\"token_type\":\"bearer\",\"expires_in\":{lasts},\
                         \"refresh_token\":\"refresh-token-{number}\"}}"
                    );
                    ("200 OK", answer)
                }
            }
        } else {
            world.calls.push(head.lines().next().unwrap().to_owned());
            let token = head.lines().find_map(|line| line.strip_prefix("authorization: Bearer "));
            let good = token.is_some_and(|token| world.good.contains(token)) && !world.refuses_all;
            if good { ("200 OK", "{\"a\":1}".to_owned()) } else { ("401 Unauthorized", "{}".to_owned()) }
        }
    };
    let length = answer.len();
    let head = format!(
        "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n"
    );
    let _gone = stream.write_all(format!("{head}{answer}").as_bytes()).await;
}

async fn called(engine: &Engine, tool: &str) -> CallDetail {
    engine.call_tool(&tool.parse().unwrap(), "{}", Approve::All).await.unwrap()
}

fn words(call: &CallDetail) -> String {
    let words = call.payloads.iter().rev().find(|payload| payload.role == PayloadRole::Words);
    words.map(|words| words.text.clone()).unwrap_or_default()
}

/// What a browser does: it comes from the server, which sent it back with what it was sent there with.
async fn browse(url: &Url, more: &str) {
    let value = |wanted: &str| url.query_pairs().find(|(name, _)| name == wanted).unwrap().1.into_owned();
    let (back, state) = (Url::parse(&value("redirect_uri")).unwrap(), value("state"));
    assert_eq!((value("code_challenge_method").as_str(), value("prompt").as_str()), ("S256", "login"));
    let host = format!("127.0.0.1:{}", back.port().unwrap());
    for state in ["another", state.as_str()] {
        let mut stream = TcpStream::connect(&host).await.unwrap();
        let line = format!("GET {}?{more}&state={state} HTTP/1.1\r\nhost: {host}\r\n\r\n", back.path());
        stream.write_all(line.as_bytes()).await.unwrap();
        let mut page = String::new();
        stream.read_to_string(&mut page).await.unwrap();
        assert_eq!(page.starts_with("HTTP/1.1 200"), state != "another", "{page}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_calls_at_once_ask_for_one_token_and_none_of_it_is_on_record() {
    let (scene, server) = (Scene::in_memory().await, Server::start().await);
    server.client(&scene, "orders").await;
    let calls: Vec<_> = (0..8)
        .map(|_| {
            let engine = scene.engine.clone();
            tokio::spawn(async move { called(&engine, "orders.read").await })
        })
        .collect();
    for call in calls {
        let call = call.await.unwrap();
        assert_eq!(call.row.outcome, Some(Outcome::Returned), "{}", words(&call));
        let request = call.payloads.iter().find(|payload| payload.role == PayloadRole::Request).unwrap();
        assert!(request.text.contains("authorization: Bearer {secret:client}"), "{}", request.text);
    }
    let tokens = server.world(|world| std::mem::take(&mut world.tokens));
    assert_eq!(tokens.len(), 1);
    assert!(tokens[0].ends_with("grant_type=client_credentials&scope=read"), "{}", tokens[0]);
    // base64("tieout:client-s3cret-4711")
    assert!(tokens[0].contains("authorization: Basic dGllb3V0OmNsaWVudC1zM2NyZXQtNDcxMQ=="), "{}", tokens[0]);

    let told = facts(&scene.engine).await;
    let place = |wanted: fn(&Fact) -> bool| told.iter().position(|(_, _, fact)| wanted(fact)).unwrap();
    let sent = place(|fact| matches!(fact, Fact::TokenSent { grant: TokenGrant::ClientCredentials, .. }));
    let ended = place(|fact| matches!(fact, Fact::TokenEnded { status: Some(200), words: None, .. }));
    assert!(sent < ended && ended < place(|fact| matches!(fact, Fact::CallSent { .. })));
    let views = scene.engine.sources().await.unwrap();
    let view = views.into_iter().find(|view| view.spec.name.as_str() == "orders").unwrap();
    assert!(view.token.is_some_and(|token| token.renewable && token.ends.is_some()));
    scene.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refused_token_is_renewed_once_and_a_write_is_then_made_once_more() {
    let (scene, server) = (Scene::in_memory().await, Server::start().await);
    server.client(&scene, "orders").await;
    called(&scene.engine, "orders.read").await;
    // Taken back there, long before its end.
    server.world(|world| world.good.clear());
    let write = called(&scene.engine, "orders.write").await;
    assert_eq!(write.row.outcome, Some(Outcome::Returned), "{}", words(&write));
    assert_eq!(server.world(|world| (world.given, world.calls.len())), (2, 3));
    let kinds: Vec<_> = write.entries.iter().map(|entry| entry.kind.as_str()).collect();
    assert!(kinds.ends_with(&["call.sent", "attempt.ended", "call.sent", "call.ended"]), "{kinds:?}");

    // An API that refuses every token is asked twice, and the server for one token.
    server.world(|world| world.refuses_all = true);
    let refused = called(&scene.engine, "orders.write").await;
    assert_eq!((refused.row.outcome, refused.row.status), (Some(Outcome::Failed), Some(401)));
    let after = server.world(|world| (world.given, world.calls.len()));
    assert!(after.0 <= 3 && after.1 <= 5, "{after:?}");
    for _ in 0..3 {
        called(&scene.engine, "orders.read").await;
    }
    assert!(server.world(|world| world.given) <= 3);
    scene.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_gives_no_token_fails_the_call_in_words_and_nothing_is_sent() {
    let (scene, server) = (Scene::in_memory().await, Server::start().await);
    server.client(&scene, "orders").await;
    server.world(|world| world.denies = Some("invalid_client"));
    let call = called(&scene.engine, "orders.read").await;
    assert_eq!(call.row.outcome, Some(Outcome::Failed));
    assert!(
        words(&call).contains("`invalid_client`") && words(&call).contains("nothing was sent"),
        "{}",
        words(&call)
    );
    assert_eq!(server.world(|world| world.calls.len()), 0);
    let told = facts(&scene.engine).await;
    assert!(
        told.iter()
            .any(|(_, _, fact)| matches!(fact, Fact::TokenEnded { status: Some(400), words: Some(_), .. }))
    );
    scene.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_person_signs_in_is_kept_signed_in_and_signs_out() {
    let (scene, server) = (Scene::in_memory().await, Server::start().await);
    server.person(&scene).await;
    let name = "crm2".parse().unwrap();
    let before = called(&scene.engine, "crm2.read").await;
    assert_eq!(before.row.failure, Some(FailureClass::MissingSecret));
    assert!(words(&before).contains("tieout sources sign-in crm2"), "{}", words(&before));

    // A first one is refused by the server, and changes nothing.
    let sign_in = scene.engine.sign_in(&name, &[]).await.unwrap();
    let url = sign_in.url().clone();
    let (refused, ()) = tokio::join!(sign_in.finish(), browse(&url, "error=access_denied"));
    assert!(refused.unwrap_err().to_string().contains("access_denied"));

    server.world(|world| world.lasts = 0);
    let sign_in = scene.engine.sign_in(&name, &[]).await.unwrap();
    let url = sign_in.url().clone();
    assert!(!url.as_str().contains("verifier"));
    let (ends, ()) = tokio::join!(sign_in.finish(), browse(&url, "code=c0de-1"));
    assert!(ends.unwrap().is_some());
    let asked = server.world(|world| world.tokens.pop().unwrap());
    assert!(asked.contains("&code=c0de-1&code_verifier=") && asked.contains("client_id=tieout"), "{asked}");

    // What it brought has ended already: it is renewed before the call, and the next call needs no other.
    server.world(|world| world.lasts = 3600);
    for _ in 0..2 {
        let call = called(&scene.engine, "crm2.read").await;
        assert_eq!(call.row.outcome, Some(Outcome::Returned), "{}", words(&call));
    }
    let asked = server.world(|world| std::mem::take(&mut world.tokens));
    assert_eq!(asked.len(), 1);
    assert!(
        asked[0].contains("grant_type=refresh_token") && asked[0].contains("=refresh-token-1"),
        "{}",
        asked[0]
    );

    // A sign-in that the server ended says what to do.
    server.world(|world| {
        world.good.clear();
        world.denies = Some("invalid_grant");
    });
    let ended = called(&scene.engine, "crm2.read").await;
    assert_eq!(ended.row.status, Some(401));
    assert!(words(&ended).contains("sign in"), "{}", words(&ended));
    let asked = server.world(|world| world.tokens.pop().unwrap());
    assert!(asked.contains("=refresh-token-2"), "the one that came last: {asked}");

    scene.engine.sign_out(&name).await.unwrap();
    assert!(scene.engine.sign_out(&name).await.unwrap_err().to_string().contains("nobody is signed in"));
    let after = called(&scene.engine, "crm2.read").await;
    assert_eq!(after.row.failure, Some(FailureClass::MissingSecret));
    scene.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_workspace_s_own_keys_are_no_source_s() {
    let (scene, server) = (Scene::in_memory().await, Server::start().await);
    let toml = server.source("thief", "kind = \"oauth2_client\", secret = \"workspace-root\"");
    scene.engine.save_source(Engine::read_source(&toml).unwrap()).await.unwrap();
    let bearer = "auth = { kind = \"bearer\", secret = \"workspace-root\" }";
    let base = format!("base_url = \"{}\"", server.base);
    let tool = "[[tool]]\nname = \"read\"\ndescription = \"Reads\"\nmethod = \"GET\"\npath = \"/api\"\n[tool.input]\ntype = \"object\"\n";
    let toml = format!("name = \"thief2\"\nkind = \"http\"\n{base}\n{bearer}\n{tool}");
    scene.engine.save_source(Engine::read_source(&toml).unwrap()).await.unwrap();
    for tool in ["thief.read", "thief2.read"] {
        let call = called(&scene.engine, tool).await;
        assert_eq!(call.row.failure, Some(FailureClass::MissingSecret), "{}", words(&call));
    }
    assert_eq!(server.world(|world| (world.tokens.len(), world.calls.len())), (0, 0));
    scene.close().await;
}
