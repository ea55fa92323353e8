//! httpbin (https://httpbin.org) behind a proxy that breaks connections.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};

use super::service::{Service, add, programs, tool};
use crate::scene::record::{self, Record};
use crate::scene::workspace::Workspace;

/// A proxy that resets the first connection, and hands every other on.
async fn breaking(to: String) -> (SocketAddr, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let count = Arc::new(AtomicUsize::new(0));
    let counts = Arc::clone(&count);
    tokio::spawn(async move {
        while let Ok((mut near, _)) = listener.accept().await {
            let (number, to) = (counts.fetch_add(1, Ordering::SeqCst), to.clone());
            tokio::spawn(async move {
                if number == 0 {
                    // Closing with something unread resets the connection.
                    let mut one = [0; 1];
                    let _read = near.read(&mut one).await;
                    return;
                }
                if let Ok(mut far) = TcpStream::connect(to).await {
                    let _ended = copy_bidirectional(&mut near, &mut far).await;
                }
            });
        }
    });
    (address, count)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn httpbin_behind_a_proxy_that_breaks_connections_is_asked_again_and_never_believed() {
    let Some(programs) = programs() else { return };
    let httpbin = Service::start(programs.join("waitress-serve"), |port, _| {
        vec![format!("--listen=127.0.0.1:{port}"), "httpbin:app".to_owned()]
    })
    .await;
    let (address, connections) = breaking(httpbin.address.clone()).await;
    let workspace = Workspace::empty().await;
    workspace.keep(vec![("bin".to_owned(), "bin-t0ken-4711".to_owned())]).await;
    let tools = [
        tool("bearer", "GET", "/bearer", ""),
        tool(
            "anything",
            "POST",
            "/anything/{id}",
            "required = [\"id\"]\nproperties.id = { type = \"string\" }\nproperties.n = { type = \"number\" }",
        ),
        tool("gzip", "GET", "/gzip", ""),
        tool("away", "GET", "/redirect-to", "properties.url = { type = \"string\" }"),
        tool("busy", "GET", "/status/503", ""),
    ];
    add(&workspace, "bin", &address.to_string(), "{ kind = \"bearer\", secret = \"bin\" }", &tools).await;
    let call = async |tool: &str, arguments: Value| {
        let arguments = arguments.to_string();
        workspace.tieout(&["tools", "call", tool, &arguments, "--approve", "all"]).await
    };

    // The first connection breaks before an answer: a read is asked again, and httpbin's answer repeats no token.
    let bearer = call("bin.bearer", json!({})).await.ends(0);
    assert!(bearer.out.contains("authenticated") && !bearer.out.contains("bin-t0ken"), "{}", bearer.out);
    assert_eq!(connections.load(Ordering::SeqCst), 2);

    let written = call("bin.anything", json!({ "id": "a/b?c", "n": 1.5 })).await.ends(0);
    let told: Value = serde_json::from_str(&written.out).unwrap();
    assert_eq!(told["json"], json!({ "n": 1.5 }));
    // Its server undoes some escapes before httpbin sees the path, and which of them differs from version to version.
    let path = told["url"].as_str().unwrap().replace("%2F", "/").replace("%3F", "?");
    assert!(path.ends_with("/anything/a/b?c"), "{told}");
    assert!(written.out.contains("{secret:bin}") && !written.out.contains("bin-t0ken"), "{}", written.out);

    let packed = call("bin.gzip", json!({})).await.ends(1);
    assert!((packed.out + &packed.err).contains("plain bytes"));
    let away = call("bin.away", json!({ "url": "http://169.254.169.254/" })).await.ends(1);
    assert!((away.out + &away.err).contains("not followed"));
    let before = connections.load(Ordering::SeqCst);
    call("bin.busy", json!({})).await.ends(1);
    assert!(connections.load(Ordering::SeqCst) > before);

    let engine = workspace.open().await;
    Record::of(&engine).await.has_one_outcome_each();
    record::verified(&engine).await;
    engine.shutdown().await;
}
