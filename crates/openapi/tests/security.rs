//! How documents say that callers are known, and the `auth` that a source gets of it.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a panic here is a failed test with a place")]

use domain::source::Auth;
use openapi::{Choice, Imported, Options, import};
use serde_json::{Value, json};

fn imported(schemes: &Value, version: &str) -> Imported {
    let scheme = schemes.as_object().unwrap().keys().next().unwrap().clone();
    let mut document = json!({
        "info": { "title": "Known", "version": "1" },
        "paths": { "/x": { "get": { "security": [{ scheme: [] }], "responses": {} } } }
    });
    if version == "2.0" {
        document["swagger"] = "2.0".into();
        document["host"] = "known.example".into();
        document["securityDefinitions"] = schemes.clone();
    } else {
        document["openapi"] = version.into();
        document["servers"] = json!([{ "url": "https://known.example" }]);
        document["components"] = json!({ "securitySchemes": schemes });
    }
    let options =
        Options { address: Some("https://docs.example/a/openapi.json".to_owned()), ..Options::default() };
    import(document.to_string().as_bytes(), &options).unwrap()
}

#[test]
fn flows_of_oauth_2_keep_their_addresses_and_scopes() {
    let scopes = json!({ "read": "Reads", "write": "Writes" });
    let flows = json!({
        "authorizationCode": { "authorizationUrl": "https://login.example/authorize", "tokenUrl": "/token", "scopes": scopes },
        "clientCredentials": { "tokenUrl": "https://login.example/token", "scopes": {} },
        "implicit": { "authorizationUrl": "https://login.example/authorize", "scopes": scopes }
    });
    let known = imported(&json!({ "oauth": { "type": "oauth2", "flows": flows } }), "3.1.0");
    let [person, client] = known.offers.as_slice() else { panic!("{:?}", known.offers) };
    let Auth::OAuth2Code { authorize_url, token_url, scopes, .. } = &person.auth else {
        panic!("{person:?}")
    };
    assert_eq!(authorize_url, "https://login.example/authorize");
    assert_eq!(token_url, "https://docs.example/token", "relative to the document");
    assert_eq!(scopes.as_slice(), ["read", "write"]);
    assert!(
        matches!(&client.auth, Auth::OAuth2Client { token_url, .. } if token_url == "https://login.example/token")
    );
    assert!(known.tools().all(|made| made.notes.is_empty()), "each operation can be opened");

    let choice = Choice { client_id: Some("tieout".to_owned()), ..Choice::default() };
    let source = known.source(&choice).unwrap();
    assert!(matches!(&source.auth, Auth::OAuth2Code { client_id, secret, .. }
        if client_id == "tieout" && secret.as_str() == "known"));
    let token = known.source(&Choice::default()).unwrap();
    assert!(matches!(token.auth, Auth::Bearer { .. }), "a token that somebody has");

    let old = json!({ "oauth": { "type": "oauth2", "flow": "application", "tokenUrl": "https://login.example/token",
        "scopes": { "all": "" } } });
    let client = &imported(&old, "2.0").offers[0].auth;
    assert!(
        matches!(client, Auth::OAuth2Client { scopes, .. } if scopes.as_slice() == ["all"]),
        "{client:?}"
    );
}

#[test]
fn what_can_t_be_gone_here_is_a_token_and_says_so() {
    for flows in [
        json!({ "implicit": { "authorizationUrl": "https://login.example/authorize", "scopes": {} } }),
        json!({ "clientCredentials": { "tokenUrl": "http://login.example/token", "scopes": {} } }),
        json!({ "authorizationCode": { "authorizationUrl": "https://login.example/authorize" } }),
        json!(7),
    ] {
        let known = imported(&json!({ "oauth": { "type": "oauth2", "flows": flows } }), "3.0.3");
        assert!(matches!(known.offers[0].auth, Auth::Bearer { .. }), "{:?}", known.offers);
        assert!(known.offers[0].note.as_ref().unwrap().contains("a token that you have"));
        let choice = Choice { client_id: Some("tieout".to_owned()), ..Choice::default() };
        assert!(known.source(&choice).is_err());
    }
    let connect =
        json!({ "id": { "type": "openIdConnect", "openIdConnectUrl": "/.well-known/openid-configuration" } });
    let note = imported(&connect, "3.1.0").offers[0].note.clone().unwrap();
    assert!(note.contains("https://docs.example/.well-known/openid-configuration"), "{note}");
}

#[test]
fn a_certificate_is_no_secret_of_the_source_s() {
    let known = imported(&json!({ "tls": { "type": "mutualTLS" } }), "3.1.0");
    assert_eq!(known.offers[0].auth, Auth::None);
    assert!(known.offers[0].note.as_ref().unwrap().contains("client_cert"));
    assert_eq!(known.source(&Choice::default()).unwrap().auth, Auth::None);
    assert!(known.tools().all(|made| made.notes.iter().any(|note| note.contains("under `tls`"))));
    let choice = Choice { secret: Some("x".parse().unwrap()), ..Choice::default() };
    assert!(known.source(&choice).is_err());
}
