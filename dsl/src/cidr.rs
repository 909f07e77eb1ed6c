//! Address ranges that the compiler checks: `cidr!("10.0.0.0/16")`.
//!
//! Not here: ranges that are only known when the stack is built, which `str::parse` reads.

use std::net::{Ipv4Addr, Ipv6Addr};

use ipnet::{Ipv4Net, Ipv6Net};

/// An address range that the compiler reads: an [`Ipv4Net`], or an [`Ipv6Net`] if the text contains a colon.
///
/// ```
/// use windlass::cidr;
///
/// assert_eq!(cidr!("10.0.0.0/16").prefix_len(), 16);
/// assert_eq!(cidr!("2001:db8::/56").prefix_len(), 56);
/// ```
///
/// A malformed range does not compile, nor does one with bits set behind its prefix, which AWS would silently clear:
///
/// ```compile_fail,E0080
/// windlass::cidr!("10.0.0.0.0/16");
/// ```
///
/// ```compile_fail,E0080
/// windlass::cidr!("10.0.1.0/16");
/// ```
#[macro_export]
macro_rules! cidr {
    ($text:literal) => {
        const {
            match $crate::cidr::Family::<{ $crate::cidr::holds_colon($text) }>::range($text) {
                Ok(range) => range,
                Err($crate::cidr::Fault::Malformed) => {
                    panic!("{}", concat!("`", $text, "` is no address range: it needs an address and a prefix length, such as 10.0.0.0/16 or 2001:db8::/56"))
                }
                Err($crate::cidr::Fault::BitsBehindPrefix) => {
                    panic!("{}", concat!("`", $text, "` has bits set behind its prefix: either the address or the prefix length is not what was meant"))
                }
            }
        }
    };
}

/// The address family that [`cidr!`](crate::cidr!) has found in its text.
#[doc(hidden)]
#[derive(Debug)]
pub struct Family<const V6: bool>;

/// Why a text is not a range.
#[doc(hidden)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    Malformed,
    BitsBehindPrefix,
}

/// Whether a text is meant as an IPv6 range.
#[doc(hidden)]
#[must_use]
pub const fn holds_colon(text: &str) -> bool {
    position(text.as_bytes(), b':').is_some()
}

impl Family<false> {
    /// Reads an IPv4 range.
    #[doc(hidden)]
    pub const fn range(text: &str) -> Result<Ipv4Net, Fault> {
        let text = text.as_bytes();
        let Some(slash) = position(text, b'/') else {
            return Err(Fault::Malformed);
        };
        let (Some(bits), Some(length)) =
            (v4_bits(text, slash), number(text, slash + 1, text.len()))
        else {
            return Err(Fault::Malformed);
        };
        if length > 32 {
            return Err(Fault::Malformed);
        }
        if length < 32 && bits << length != 0 {
            return Err(Fault::BitsBehindPrefix);
        }
        Ok(Ipv4Net::new_assert(Ipv4Addr::from_bits(bits), length as u8))
    }
}

impl Family<true> {
    /// Reads an IPv6 range.
    #[doc(hidden)]
    pub const fn range(text: &str) -> Result<Ipv6Net, Fault> {
        let text = text.as_bytes();
        let Some(slash) = position(text, b'/') else {
            return Err(Fault::Malformed);
        };
        let (Some(bits), Some(length)) =
            (v6_bits(text, slash), number(text, slash + 1, text.len()))
        else {
            return Err(Fault::Malformed);
        };
        if length > 128 {
            return Err(Fault::Malformed);
        }
        if length < 128 && bits << length != 0 {
            return Err(Fault::BitsBehindPrefix);
        }
        Ok(Ipv6Net::new_assert(Ipv6Addr::from_bits(bits), length as u8))
    }
}

const fn position(text: &[u8], wanted: u8) -> Option<usize> {
    let mut at = 0;
    while at < text.len() {
        if text[at] == wanted {
            return Some(at);
        }
        at += 1;
    }
    None
}

/// A decimal number of up to three digits without leading zeros.
const fn number(text: &[u8], from: usize, to: usize) -> Option<u32> {
    if from >= to || to - from > 3 || (text[from] == b'0' && to - from > 1) {
        return None;
    }
    let (mut at, mut value) = (from, 0);
    while at < to {
        if !text[at].is_ascii_digit() {
            return None;
        }
        value = value * 10 + (text[at] - b'0') as u32;
        at += 1;
    }
    Some(value)
}

const fn v4_bits(text: &[u8], end: usize) -> Option<u32> {
    let (mut bits, mut octets, mut from) = (0, 0, 0);
    while octets < 4 {
        let mut to = from;
        while to < end && text[to] != b'.' {
            to += 1;
        }
        // The last octet ends the address, the others end at a dot.
        if (octets == 3) != (to == end) {
            return None;
        }
        match number(text, from, to) {
            Some(octet) if octet <= 255 => bits = bits << 8 | octet,
            _ => return None,
        }
        octets += 1;
        from = to + 1;
    }
    Some(bits)
}

const fn v6_bits(text: &[u8], end: usize) -> Option<u128> {
    const NO_GAP: usize = 9;
    let (mut groups, mut count, mut gap, mut at) = ([0_u16; 8], 0, NO_GAP, 0);
    if end >= 2 && text[0] == b':' && text[1] == b':' {
        (gap, at) = (0, 2);
    }
    while at < end {
        let from = at;
        let mut value = 0;
        while at < end && text[at].is_ascii_hexdigit() {
            value = value << 4 | (text[at] as char).to_digit(16).expect("a hex digit");
            at += 1;
            if at - from > 4 {
                return None;
            }
        }
        if at == from || count == 8 {
            return None;
        }
        groups[count] = value as u16;
        count += 1;
        if at == end {
            break;
        }
        if text[at] != b':' || at + 1 == end {
            return None;
        }
        at += 1;
        if text[at] == b':' {
            if gap != NO_GAP {
                return None;
            }
            gap = count;
            at += 1;
        }
    }
    // The gap (`::`) means at least one group; without it there are eight groups.
    if (gap == NO_GAP) != (count == 8) {
        return None;
    }
    let (mut bits, mut group) = (0, 0);
    while group < 8 {
        let value = if group < gap {
            groups[group]
        } else if group < gap + 8 - count {
            0
        } else {
            groups[group + count - 8]
        };
        bits = bits << 16 | value as u128;
        group += 1;
    }
    Some(bits)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The result of the standard parsers, if no bit is set behind the prefix.
    fn v4(text: &str) -> Option<Ipv4Net> {
        text.parse()
            .ok()
            .filter(|range: &Ipv4Net| range.addr() == range.network())
    }

    fn v6(text: &str) -> Option<Ipv6Net> {
        text.parse()
            .ok()
            .filter(|range: &Ipv6Net| range.addr() == range.network())
    }

    #[test]
    fn ipv4_ranges_are_read_as_the_standard_parser_reads_them() {
        let texts = [
            "10.0.0.0/16",
            "0.0.0.0/0",
            "255.255.255.255/32",
            "192.168.4.0/22",
            "10.0.1.0/16",
            "10.0.0.0/33",
            "10.0.0/8",
            "10.0.0.0.0/8",
            "10.0.0.256/32",
            "10.0.0.0",
            "10.0.0.0/",
            "/8",
            "",
            "10..0.0/8",
            "10.0.0.0/-1",
            "a.0.0.0/8",
            "10.0.0.0/8/8",
            "10.0.0.0./8",
            ".10.0.0.0/8",
            "10.0.0.1000/8",
        ];
        for text in texts {
            assert_eq!(Family::<false>::range(text).ok(), v4(text), "{text}");
        }
    }

    #[test]
    fn leading_zeros_are_refused_because_some_read_them_as_octal() {
        for text in ["010.0.0.0/8", "10.0.0.0/08", "10.00.0.0/8"] {
            assert_eq!(
                Family::<false>::range(text),
                Err(Fault::Malformed),
                "{text}"
            );
        }
    }

    #[test]
    fn ipv6_ranges_are_read_as_the_standard_parser_reads_them() {
        let texts = [
            "::/0",
            "2001:db8::/32",
            "2001:db8:0:1::/64",
            "::1/128",
            "1:2:3:4:5:6:7:8/128",
            "1::8/128",
            "1:2:3:4:5:6:7::/112",
            "::2:3:4:5:6:7:8/128",
            "2001:DB8::/32",
            "2001:db8::1/32",
            "1:2:3:4:5:6:7:8::/128",
            "1::2::3/128",
            ":::/0",
            ":1::/16",
            "1:/16",
            "1:2/32",
            "12345::/16",
            "g::/16",
            "::/129",
            "::",
            "::/",
            "1:2:3:4:5:6:7:8:9/128",
            "::1:/128",
            "1:::2/128",
        ];
        for text in texts {
            assert_eq!(Family::<true>::range(text).ok(), v6(text), "{text}");
        }
    }

    #[test]
    fn the_family_is_that_of_the_text_and_ranges_can_be_constants() {
        const INSIDE: Ipv4Net = cidr!("10.0.0.0/16");
        const ANYWHERE: Ipv6Net = cidr!("::/0");
        assert_eq!(INSIDE.to_string(), "10.0.0.0/16");
        assert_eq!(ANYWHERE.to_string(), "::/0");
    }
}
