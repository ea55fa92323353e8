//! What is found in texts and payloads, and what is left alone.

use detect::Detectors;

fn kinds(text: &str) -> Vec<(String, &str)> {
    let found = Detectors::default().text(text);
    found
        .into_iter()
        .map(|finding| (finding.kind, &text[finding.start as usize..finding.end as usize]))
        .collect()
}

#[test]
fn each_kind_is_found_where_it_stands() {
    for (text, kind, value) in [
        ("write to ann.o'neil+x@example.co.uk.", "email", "ann.o'neil+x@example.co.uk"),
        ("call (030) 901820-33 today", "phone", "(030) 901820-33"),
        ("+1 (212) 555-0123 x42", "phone", "+1 (212) 555-0123 x42"),
        ("paid by 4111 1111 1111 1111 on", "card", "4111 1111 1111 1111"),
        ("to GB29 NWBK 6016 1331 9268 19 please", "iban", "GB29 NWBK 6016 1331 9268 19"),
        ("SSN 536-22-8145", "us_ssn", "536-22-8145"),
        ("from 10.1.22.3:8080", "ip", "10.1.22.3"),
        ("via 2001:db8:0:1::7", "ip", "2001:db8:0:1::7"),
        ("device 00:1B:44:11:3A:B7 seen", "mac", "00:1B:44:11:3A:B7"),
        ("born 12/03/1984 in", "date_of_birth", "12/03/1984"),
        ("at 48.858370, 2.294481", "geo", "48.858370, 2.294481"),
        ("CPF 111.444.777-35", "national_id.br", "111.444.777-35"),
        ("hetu 131052-308T", "national_id.fi", "131052-308T"),
        ("codice RSSMRA85T10A562S", "national_id.it", "RSSMRA85T10A562S"),
    ] {
        assert_eq!(kinds(text), [(kind.to_owned(), value)], "{text}");
    }
}

#[test]
fn numbers_of_things_are_nobodys() {
    for text in [
        "order 4193454921944890",
        "isbn 978-0-12-217418-6",
        "version 10.2.3.4",
        "2024-03-01 12:44:09",
        "QL-8199-954",
        "sha 8019deb09754431df675811f4e2de45069c1b2d5dad8ed1896dd18c4a4c0b09f",
        "std::net::Ipv4Addr",
        "pi is 3.14159265",
        "f148a0bf-1ee4-4242-834d-80acd96d0298",
        "logo@2x.png",
        "git@github.com:a/b",
        "1,204 of 877",
        "0.0.0.0/0 ::/0",
    ] {
        assert_eq!(kinds(text), [], "{text}");
    }
}

#[test]
fn a_payload_is_read_value_by_value_with_the_name_of_its_field() {
    let document = r#"{"people":[{"phone":"699956915","note":"ok","a/b~c":"ann@example.com"}],"lat":52.520008,"lon":13.404954,
        "diagnosis":"asthma","rows":883683618,"ssn":536228145,"ssn":"536-22-8145","api_key":"k9Zq27LmXw04"}"#;
    let found: Vec<(String, String)> =
        Detectors::default().json(document).into_iter().map(|found| (found.kind, found.pointer)).collect();
    let expected = [
        ("phone", "/people/0/phone"),
        ("email", "/people/0/a~1b~0c"),
        ("field.health", "/diagnosis"),
        ("us_ssn", "/ssn"),
        ("us_ssn", "/ssn"),
        ("secret.field", "/api_key"),
        ("geo", "/lat"),
        ("geo", "/lon"),
    ];
    assert_eq!(found, expected.map(|(kind, pointer)| (kind.to_owned(), pointer.to_owned())));
}
