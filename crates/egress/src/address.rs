//! Which addresses may be connected to.
//!
//! A name is only as good as what it resolves to at the moment of connecting, so what is judged is the address that is
//! about to be dialled, and that very address is then dialled. Addresses that carry another one inside (IPv4-mapped,
//! NAT64, 6to4, Teredo) are judged as the one inside too: a gateway would unpack it.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use url::{Host, Url};

/// How far a request may go. What gives a machine its own credentials (link-local and metadata addresses) is never
/// reached, whatever this says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Reach {
    /// Addresses of the internet at large: a name that comes to point into a private network leads nowhere.
    Public,
    /// Those of private networks and of this machine too, for an address that a person chose.
    #[default]
    Private,
}

impl Reach {
    /// As far as the address itself says: [`Reach::Private`] if its host is a private address or a name that can't be
    /// public (`localhost`, a name without a dot, `….internal`).
    pub fn named_by(url: &Url) -> Self {
        match url.host() {
            Some(Host::Ipv4(address)) => Self::of(judged(address.into())),
            Some(Host::Ipv6(address)) => Self::of(judged(address.into())),
            Some(Host::Domain(name)) if is_private_name(name) => Self::Private,
            Some(Host::Domain(_)) | None => Self::Public,
        }
    }

    fn of(kind: Kind) -> Self {
        if kind == Kind::Private { Self::Private } else { Self::Public }
    }

    /// Why this address may not be reached, if it may not.
    pub(crate) fn refuses(self, address: IpAddr) -> Option<Refused> {
        match (judged(address), self) {
            (Kind::Never, _) => Some(Refused::Never),
            (Kind::Private, Self::Public) => Some(Refused::Private),
            (Kind::Private, Self::Private) | (Kind::Public, _) => None,
        }
    }

    /// The same of a host that somebody else will look up: a proxy. Its name may be anything to that proxy, so this
    /// judges what the name itself says.
    pub(crate) fn refuses_host(self, host: &str) -> Option<Refused> {
        if let Ok(address) = host.parse::<IpAddr>() {
            return self.refuses(address);
        }
        let name = host.trim_end_matches('.').to_ascii_lowercase();
        if METADATA_NAMES.contains(&name.as_str()) {
            return Some(Refused::Never);
        }
        (self == Self::Public && is_private_name(&name)).then_some(Refused::Private)
    }
}

/// Why an address is not connected to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refused {
    /// Nobody has an API there.
    #[error(
        "it is a link-local, metadata or reserved address, where machines get credentials of their own; such addresses \
         are never asked"
    )]
    Never,
    /// It is within, and was named as something outside.
    #[error(
        "its name leads to a private address, and the source does not say that it is in a private network; if it is, say \
         so with `private_network = true` in the source's file"
    )]
    Private,
}

/// What clouds call the address at which a machine gets its own credentials.
const METADATA_NAMES: [&str; 6] = [
    "metadata",
    "metadata.google.internal",
    "metadata.goog",
    "instance-data",
    "instance-data.ec2.internal",
    "metadata.tencentyun.com",
];

/// Endings of names that no public name server answers for (RFC 6761, 6762, 8375, and what networks use at home).
const PRIVATE_ENDINGS: [&str; 9] =
    ["localhost", "local", "internal", "home.arpa", "intranet", "lan", "corp", "home", "private"];

fn is_private_name(name: &str) -> bool {
    let name = name.trim_end_matches('.').to_ascii_lowercase();
    let ends =
        |ending: &str| name.strip_suffix(ending).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
    !name.contains('.') || PRIVATE_ENDINGS.iter().any(|ending| ends(ending))
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Public,
    Private,
    Never,
}

fn judged(address: IpAddr) -> Kind {
    match address {
        IpAddr::V4(address) => of_v4(address),
        IpAddr::V6(address) => of_v6(address),
    }
}

fn of_v4(address: Ipv4Addr) -> Kind {
    match address.octets() {
        // Azure's and Alibaba's metadata, and the one of Oracle's older machines.
        [168, 63, 129, 16] | [100, 100, 100, 200] | [192, 0, 0, 192] => Kind::Never,
        [169, 254, ..] | [0, ..] | [224..=255, ..] | [192, 0, 0, _] => Kind::Never,
        [10 | 127, ..] | [172, 16..=31, ..] | [192, 168, ..] | [100, 64..=127, ..] | [198, 18..=19, ..] => {
            Kind::Private
        }
        [192, 0, 2, _] | [198, 51, 100, _] | [203, 0, 113, _] => Kind::Private,
        _ => Kind::Public,
    }
}

fn of_v6(address: Ipv6Addr) -> Kind {
    let [a, b, c, d, e, f, g, h] = address.segments();
    let v4 = |high: u16, low: u16| of_v4(Ipv4Addr::from_bits(u32::from(high) << 16 | u32::from(low)));
    match [a, b, c, d, e, f, g, h] {
        [0, 0, 0, 0, 0, 0, 0, 1] => Kind::Private,
        // AWS, GCP and Oracle answer to these within their own networks.
        [0xfd00, 0x0ec2, 0, 0, 0, 0, 0, 0x0254] | [0xfd20, 0xce, 0, 0, 0, 0, 0, 0x0254] => Kind::Never,
        [0xfd00, 0xc1, 0, 0, 0, 0, 0xa9fe, 0xa9fe] => Kind::Never,
        [0, 0, 0, 0, 0, 0 | 0xffff, _, _] | [0, 0, 0, 0, 0xffff, 0, _, _] => v4(g, h),
        // NAT64: the well-known prefix (RFC 6052), and networks' own (RFC 8215), which are within.
        [0x64, 0xff9b, 0, 0, 0, 0, _, _] => v4(g, h),
        [0x64, 0xff9b, 1, ..] => v4(g, h).max(Kind::Private),
        [0x2002, ..] => v4(b, c),
        // Teredo holds its client's address with every bit turned (RFC 4380).
        [0x2001, 0, ..] => v4(!g, !h).max(v4(c, d)),
        [0xfc00..=0xfdff, ..] | [0x2001, 0x0db8, ..] => Kind::Private,
        // Link-local, what site-local was, and multicast.
        [0xfe80..=0xffff, ..] => Kind::Never,
        [0x2000..=0x3fff, ..] => Kind::Public,
        // Nothing else was given to anybody (RFC 4291).
        _ => Kind::Never,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_judged_in_whatever_form_it_comes() {
        for (kind, addresses) in [
            (
                Kind::Never,
                "169.254.169.254 169.254.0.1 0.0.0.0 0.1.2.3 255.255.255.255 224.0.0.1 168.63.129.16 100.100.100.200 \
                 192.0.0.192 :: fe80::1 febf::1 fec0::1 ff02::1 ::ffff:169.254.169.254 ::169.254.169.254 \
                 ::ffff:0:169.254.169.254 64:ff9b::a9fe:a9fe 64:ff9b:1::a9fe:a9fe 2002:a9fe:a9fe::1 \
                 2001:0:a9fe:a9fe::5601:5601 2001:0:808:808::5601:5601 fd00:ec2::254 fd20:ce::254 fd00:c1::a9fe:a9fe \
                 4000::1",
            ),
            (
                Kind::Private,
                "10.0.0.1 127.0.0.1 127.8.8.8 172.16.0.1 172.31.255.255 192.168.1.1 100.64.0.1 198.18.0.1 ::1 fc00::1 \
                 fd12::1 ::ffff:10.0.0.1 ::ffff:127.0.0.1 64:ff9b::7f00:1 64:ff9b:1::808:808 2002:a00:1::1 ::127.0.0.1",
            ),
            (
                Kind::Public,
                "8.8.8.8 172.15.0.1 172.32.0.1 169.253.0.1 100.63.0.1 192.0.1.1 2606:4700::1111 ::ffff:8.8.8.8 \
                 64:ff9b::808:808 2002:808:808::1",
            ),
        ] {
            for address in addresses.split_ascii_whitespace() {
                assert_eq!(judged(address.parse().unwrap()), kind, "{address}");
            }
        }
    }

    #[test]
    fn an_address_or_a_name_of_a_private_network_names_it() {
        for private in [
            "http://127.0.0.1:1/",
            "http://localhost/",
            "http://localhost./",
            "http://api.localhost/",
            "http://10.1.2.3/",
            "http://0x7f.1/",
            "http://2130706433/",
            "http://[::1]/",
            "http://[fd12::1]/",
            "http://crm/",
            "http://crm.corp/",
            "http://nas.local/",
        ] {
            assert_eq!(Reach::named_by(&private.parse().unwrap()), Reach::Private, "{private}");
        }
        for public in
            ["https://api.example/", "http://8.8.8.8/", "http://a.notlocal/", "http://127.0.0.1.example.com/"]
        {
            assert_eq!(Reach::named_by(&public.parse().unwrap()), Reach::Public, "{public}");
        }
    }

    #[test]
    fn what_a_proxy_would_look_up_is_refused_by_name_and_by_every_writing_of_an_address() {
        for address in [
            "http://169.254.169.254/latest",
            "http://2852039166/",
            "http://0xa9fea9fe/",
            "http://0251.0376.0251.0376/",
            "http://169.254.43518/",
            "http://169.254.169.254./",
            "http://[::ffff:a9fe:a9fe]/",
            "http://metadata.google.internal./",
            "http://METADATA.google.internal/",
        ] {
            let url: Url = address.parse().unwrap();
            let host = crate::proxy::bare(url.host_str().unwrap()).to_owned();
            assert_eq!(Reach::Private.refuses_host(&host), Some(Refused::Never), "{address}");
        }
        assert_eq!(Reach::Public.refuses_host("crm.internal"), Some(Refused::Private));
        assert_eq!(Reach::Private.refuses_host("crm.internal"), None);
        assert_eq!(Reach::Public.refuses_host("crm.example"), None);
    }
}
