//! An MCP server by HTTP that wants to know who asks: where that is done, whom it takes a person's word to ask, and which
//! token each request of a session carries.

use std::sync::{Arc, Mutex};

use domain::call::Approve;
use domain::fact::Fact;
use domain::mcp::McpTransport;
use domain::outcome::Outcome;
use domain::payload::PayloadRole;
use domain::source::Auth;
use domain::view::CallDetail;
use engine::{Engine, McpConnection, McpLook, ServerSignIn, SignInAccepted};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use url::Url;

use crate::export::facts;
use crate::scene::Scene;

/// The server, and the authorization server at another port, which is another host.
#[derive(Default)]
struct World {
    own: String,
    login: String,
    /// What is said to be protected, if it is not the server itself.
    describes: Option<String>,
    /// The token that is good now, and for what.
    good: String,
    scopes: Vec<String>,
    given: u32,
    /// Lines of requests, in order, with their bearer tokens; and bodies that went to the authorization server.
    asked: Vec<String>,
    bodies: Vec<String>,
}

type Shared = Arc<Mutex<World>>;

async fn start() -> Shared {
    let world = Shared::default();
    for login in [false, true] {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        if login {
            world.lock().unwrap().login = base
        } else {
            world.lock().unwrap().own = base
        }
        let served = Arc::clone(&world);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, login, Arc::clone(&served)));
            }
        });
    }
    world
}

async fn serve(mut stream: TcpStream, login: bool, world: Shared) {
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
    let (status, header, answer) = answer(&head, &body, login, &mut world.lock().unwrap());
    let length = answer.len();
    let head = format!(
        "HTTP/1.1 {status} X\r\ncontent-type: application/json\r\n{header}content-length: {length}\r\nconnection: close\r\n\r\n"
    );
    let _gone = stream.write_all(format!("{head}{answer}").as_bytes()).await;
}

fn answer(head: &str, body: &str, login: bool, world: &mut World) -> (u16, String, String) {
    let mut words = head.split_whitespace();
    let (method, target) = (words.next().unwrap(), words.next().unwrap());
    let path = target.split('?').next().unwrap();
    let token = head.lines().find_map(|line| line.strip_prefix("authorization: Bearer ")).unwrap_or("nobody");
    world.asked.push(format!("{method} {path} {token}"));
    let nothing = String::new;
    let told = |value: Value| (200, String::new(), value.to_string());
    match (login, method, path) {
        (false, "POST", "/mcp") => mcp(body, token, world),
        (false, "GET", "/.well-known/oauth-protected-resource/mcp") => {
            let resource = world.describes.clone().unwrap_or(format!("{}/mcp", world.own));
            told(
                json!({ "resource": resource, "authorization_servers": [world.login], "scopes_supported": ["all"] }),
            )
        }
        (true, "GET", "/.well-known/oauth-authorization-server") => told(json!({
            "issuer": world.login, "authorization_endpoint": format!("{}/authorize", world.login),
            "token_endpoint": format!("{}/token", world.login),
            "registration_endpoint": format!("{}/register", world.login),
            "code_challenge_methods_supported": ["S256"],
            "token_endpoint_auth_methods_supported": ["client_secret_post"],
        })),
        (true, "POST", "/register") => {
            world.bodies.push(body.to_owned());
            let known = json!({ "client_id": "tieout-7", "client_secret": "client-s3cret-99" });
            (201, nothing(), known.to_string())
        }
        (true, "POST", "/token") => {
            world.bodies.push(body.to_owned());
            world.given += 1;
            world.good = format!("token-number-{}", world.given);
            told(json!({ "access_token": world.good, "token_type": "Bearer", "expires_in": 3600,
                "refresh_token": format!("refresh-number-{}", world.given) }))
        }
        _ => (404, nothing(), nothing()),
    }
}

fn mcp(body: &str, token: &str, world: &mut World) -> (u16, String, String) {
    let metadata = format!("resource_metadata=\"{}/.well-known/oauth-protected-resource/mcp\"", world.own);
    if token != world.good {
        let header = format!("www-authenticate: Bearer {metadata}, scope=\"read\"\r\n");
        return (401, header, String::new());
    }
    let message: Value = serde_json::from_str(body).unwrap();
    let tool =
        |name: &str| json!({ "name": name, "description": "Does", "inputSchema": { "type": "object" } });
    let result = match message["method"].as_str().unwrap() {
        "initialize" => json!({ "protocolVersion": message["params"]["protocolVersion"],
            "capabilities": { "tools": {} }, "serverInfo": { "name": "tickets", "version": "1" } }),
        "tools/list" => json!({ "tools": [tool("list"), tool("close")] }),
        "tools/call"
            if message["params"]["name"] == "close" && !world.scopes.contains(&"write".to_owned()) =>
        {
            let header = format!(
                "www-authenticate: Bearer error=\"insufficient_scope\", scope=\"write\", {metadata}\r\n"
            );
            return (403, header, String::new());
        }
        "tools/call" => json!({ "content": [{ "type": "text", "text": format!("done as {token}") }] }),
        _ => return (202, String::new(), String::new()),
    };
    (200, String::new(), json!({ "jsonrpc": "2.0", "id": message["id"], "result": result }).to_string())
}

fn connection(world: &Shared) -> McpConnection {
    McpConnection {
        name: "tickets".parse().unwrap(),
        transport: McpTransport::Http,
        url: format!("{}/mcp", world.lock().unwrap().own),
        auth: Auth::None,
        trusted: false,
    }
}

/// What a browser does: it comes back from the server, which the person has told what it may.
async fn browse(url: &Url, world: &Shared) {
    let value = |wanted: &str| url.query_pairs().find(|(name, _)| name == wanted).unwrap().1.into_owned();
    assert_eq!(value("resource"), format!("{}/mcp", world.lock().unwrap().own));
    world.lock().unwrap().scopes = value("scope").split(' ').map(str::to_owned).collect();
    let back = Url::parse(&value("redirect_uri")).unwrap();
    let host = format!("127.0.0.1:{}", back.port().unwrap());
    let mut stream = TcpStream::connect(&host).await.unwrap();
    let line =
        format!("GET {}?code=c0de&state={} HTTP/1.1\r\nhost: {host}\r\n\r\n", back.path(), value("state"));
    stream.write_all(line.as_bytes()).await.unwrap();
    let mut page = String::new();
    stream.read_to_string(&mut page).await.unwrap();
}

async fn called(engine: &Engine, tool: &str) -> CallDetail {
    engine.call_tool(&format!("tickets.{tool}").parse().unwrap(), "{}", Approve::All).await.unwrap()
}

fn text(call: &CallDetail, role: PayloadRole) -> String {
    let found = call.payloads.iter().rev().find(|payload| payload.role == role);
    found.map(|payload| payload.text.clone()).unwrap_or_default()
}

/// A scene whose person has signed in to the server, which is connected.
async fn signed_in(world: &Shared) -> Scene {
    let scene = Scene::in_memory().await;
    let engine = &scene.engine;
    let mut connection = connection(world);
    let looked = engine.look_at_server(connection.clone()).await.unwrap();
    assert!(matches!(looked, McpLook::Challenged { .. }), "{looked:?}");

    // Nothing goes to a host that nobody has accepted.
    let wanted = match engine.sign_in_to_server(&connection, &SignInAccepted::default()).await.unwrap() {
        ServerSignIn::Wanted(wanted) => wanted,
        ServerSignIn::Begun(_) => panic!("nobody accepted the host"),
    };
    let login = world.lock().unwrap().login.clone();
    assert_eq!((wanted.hosts, wanted.scopes), (vec![login.clone()], vec!["read".to_owned()]));
    assert!(!world.lock().unwrap().asked.iter().any(|line| line.contains("oauth-authorization-server")));

    let accepted = SignInAccepted { hosts: vec![login], ..SignInAccepted::default() };
    let ServerSignIn::Begun(begun) = engine.sign_in_to_server(&connection, &accepted).await.unwrap() else {
        panic!("every host is accepted")
    };
    let url = begun.url().clone();
    let (done, ()) = tokio::join!(begun.finish(), browse(&url, world));
    connection.auth = done.unwrap().0;
    let looked = engine.look_at_server(connection).await.unwrap();
    let McpLook::Offered { source } = looked else { panic!("{looked:?}") };
    engine.save_source(*source).await.unwrap();
    scene
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_person_signs_in_where_the_server_says_and_they_have_accepted_and_all_of_it_is_on_record() {
    let world = start().await;
    let scene = signed_in(&world).await;
    let bodies = world.lock().unwrap().bodies.clone();
    let said: Value = serde_json::from_str(&bodies[0]).unwrap();
    assert_eq!(
        (&said["token_endpoint_auth_method"], &said["scope"]),
        (&json!("client_secret_post"), &json!("read"))
    );
    for part in
        ["grant_type=authorization_code", "code=c0de", "client_secret=client-s3cret-99", "resource=http"]
    {
        assert!(bodies[1].contains(part), "{part} in {}", bodies[1]);
    }
    let ended = called(&scene.engine, "list").await;
    assert_eq!(ended.row.outcome, Some(Outcome::Returned), "{ended:?}");
    // What the server was shown does not come back.
    assert_eq!(text(&ended, PayloadRole::Result), "done as {secret:tickets-tokens}");

    let told = facts(&scene.engine).await;
    let place = |wanted: &dyn Fn(&Fact) -> bool| told.iter().position(|(_, _, fact)| wanted(fact)).unwrap();
    let asked = |end: &'static str| move |fact: &Fact| matches!(fact, Fact::SourceAsked { endpoint, .. } if endpoint.ends_with(end));
    let steps = [
        place(&asked("/.well-known/oauth-protected-resource/mcp")),
        place(&asked("/.well-known/oauth-authorization-server")),
        place(&asked("/register")),
        place(&|fact| matches!(fact, Fact::TokenSent { endpoint, .. } if endpoint.ends_with("/token"))),
        place(&|fact| matches!(fact, Fact::TokenEnded { status: Some(200), .. })),
        place(&|fact| matches!(fact, Fact::CallSent { .. })),
    ];
    assert!(steps.is_sorted(), "{steps:?}");
    // As many requests arrived as are on record, each with its own entry.
    let left = |fact: &Fact| {
        matches!(fact, Fact::SourceAsked { .. } | Fact::TokenSent { .. } | Fact::CallSent { .. })
    };
    let arrived = world.lock().unwrap().asked.len();
    assert_eq!(told.iter().filter(|(_, _, fact)| left(fact)).count(), arrived);
    scene.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_takes_the_token_of_the_moment_and_a_call_whose_token_ended_is_made_once_more() {
    let world = start().await;
    let scene = signed_in(&world).await;
    called(&scene.engine, "list").await;
    let opened = world.lock().unwrap().asked.len();
    // Taken back there, long before its end.
    world.lock().unwrap().good = "nothing".to_owned();
    let ended = called(&scene.engine, "list").await;
    assert_eq!(ended.row.outcome, Some(Outcome::Returned), "{}", text(&ended, PayloadRole::Words));
    let kinds: Vec<_> = ended.entries.iter().map(|entry| entry.kind.as_str()).collect();
    assert!(kinds.ends_with(&["call.sent", "attempt.ended", "call.sent", "call.ended"]), "{kinds:?}");
    let since = world.lock().unwrap().asked.split_off(opened);
    // The same session: no other was opened.
    assert_eq!(since, ["POST /mcp token-number-1", "POST /token nobody", "POST /mcp token-number-2"]);
    assert!(world.lock().unwrap().bodies.last().unwrap().contains("refresh_token=refresh-number-1"));
    scene.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_wants_more_gets_it_once_the_person_signs_in_again() {
    let world = start().await;
    let scene = signed_in(&world).await;
    let refused = called(&scene.engine, "close").await;
    assert_eq!((refused.row.outcome, refused.row.status), (Some(Outcome::Failed), Some(403)));
    let words = text(&refused, PayloadRole::Words);
    assert!(words.contains("tieout sources sign-in tickets --scope write"), "{words}");
    let name = "tickets".parse().unwrap();
    let sign_in = scene.engine.sign_in(&name, &[]).await.unwrap();
    let url = sign_in.url().clone();
    let (done, ()) = tokio::join!(sign_in.finish(), browse(&url, &world));
    done.unwrap();
    assert_eq!(world.lock().unwrap().scopes, ["read", "write"]);
    let ended = called(&scene.engine, "close").await;
    assert_eq!(ended.row.outcome, Some(Outcome::Returned), "{}", text(&ended, PayloadRole::Words));
    let source = scene.engine.source(&name).await.unwrap();
    assert!(matches!(source.auth, Auth::OAuth2Code { scopes, .. } if scopes == ["read", "write"]));
    scene.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_speaks_for_another_gets_nobody_s_sign_in() {
    let world = start().await;
    world.lock().unwrap().describes = Some("https://bank.example/mcp".to_owned());
    let scene = Scene::in_memory().await;
    let login = world.lock().unwrap().login.clone();
    let accepted = SignInAccepted { hosts: vec![login], ..SignInAccepted::default() };
    let refused = scene.engine.sign_in_to_server(&connection(&world), &accepted).await.unwrap_err();
    assert!(refused.to_string().contains("https://bank.example/mcp"), "{refused}");
    assert!(world.lock().unwrap().bodies.is_empty());
    scene.close().await;
}
