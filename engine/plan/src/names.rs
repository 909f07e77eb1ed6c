//! Physical names, where the author gives none: readable, within AWS's limits, and different for every generation of every address.
//!
//! Not here: when a name is kept, which `decide` knows.

use sha2::{Digest, Sha256};
use windlass::address::Address;
use windlass::canonical::hex;
use windlass::schema::NameRule;
use windlass_state::identity::Lineage;

/// The number of hash digits at a name's end.
const TAIL: usize = 8;

/// The parts of a name.
#[derive(Debug, Clone, Copy)]
pub struct Naming<'a> {
    pub stack: &'a str,
    pub environment: &'a str,
    /// The state's lineage, which distinguishes stacks with the same name.
    pub lineage: &'a Lineage,
}

impl Naming<'_> {
    /// `{prefix}{stack}-{environment}-{address}`, cut to AWS's limit, followed by a hash of lineage, address and generation. If AWS reserves the
    /// beginning of that name, `w-` comes first: `w-ecs-platform-dev-…` for a capacity provider of the stack `ecs-platform` (aws-cdk#29151).
    pub fn name(&self, rule: NameRule, address: &Address, generation: u32) -> String {
        let mut text = format!("{}-{}-{address}", self.stack, self.environment);
        let begins = |word: &str| {
            let beginning = text.get(..word.len());
            beginning.is_some_and(|beginning| beginning.eq_ignore_ascii_case(word))
        };
        if rule.prefix.is_empty() && rule.reserved.iter().any(|word| begins(word)) {
            text.insert_str(0, "w-");
        }
        let fits = |c: char| c.is_ascii_alphanumeric() || c == '-' || rule.also.contains(c);
        let mut name: String = text
            .chars()
            .map(|c| if fits(c) { c } else { '-' })
            .collect();
        if rule.lowercase {
            name.make_ascii_lowercase();
        }
        let room = rule.max.saturating_sub(rule.prefix.len() + TAIL + 1);
        name.truncate(room);
        let name = name.trim_end_matches('-');
        format!("{}{name}-{}", rule.prefix, self.tail(address, generation))
    }

    fn tail(&self, address: &Address, generation: u32) -> String {
        let text = format!("{}\n{address}\n{generation}", self.lineage.0);
        hex(&Sha256::digest(text.as_bytes())[..TAIL / 2])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULE: NameRule = NameRule {
        max: 32,
        also: "",
        prefix: "",
        lowercase: true,
        reserved: &[],
    };

    fn name(rule: NameRule, address: &str, generation: u32) -> String {
        named("Shop", rule, address, generation)
    }

    fn named(stack: &str, rule: NameRule, address: &str, generation: u32) -> String {
        let lineage = Lineage("l".to_owned());
        let naming = Naming {
            stack,
            environment: "dev",
            lineage: &lineage,
        };
        naming.name(rule, &address.parse().expect("valid"), generation)
    }

    #[test]
    fn names_keep_to_the_rule() {
        let short = name(RULE, "web/alb", 0);
        assert!(short.starts_with("shop-dev-web-alb-"), "{short}");
        let long = name(RULE, "a-long/address.that_is/cut", 0);
        assert_eq!(long.len(), 32, "{long}");
        assert!(
            long.chars()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
        );
        let prefixed = NameRule {
            max: 512,
            also: "/_.",
            prefix: "/ecs/",
            lowercase: false,
            reserved: &[],
        };
        let group = name(prefixed, "api/logs", 0);
        assert!(group.starts_with("/ecs/Shop-dev-api/logs-"), "{group}");
    }

    #[test]
    fn beginnings_that_aws_keeps_to_itself_are_avoided() {
        for (reserved, made) in [
            (&["sho"][..], "w-shop-dev-web-"),
            (&["shop-"], "w-shop-dev-web-"),
            (&["ecs", "aws"], "shop-dev-web-"),
        ] {
            let name = name(NameRule { reserved, ..RULE }, "web", 0);
            assert!(name.starts_with(made), "{name}");
            assert!(name.len() <= 32, "{name}");
        }
    }

    /// From the API references of CreateCapacityProvider, CreateSecurityGroup and CreateLogGroup.
    #[test]
    fn no_kind_gets_a_name_that_aws_refuses() {
        for (kind, stack) in [
            ("AWS::ECS::CapacityProvider", "ecs-platform"),
            ("AWS::ECS::CapacityProvider", "aws-x"),
            ("AWS::ECS::CapacityProvider", "Fargate"),
            ("AWS::EC2::SecurityGroup", "sg-x"),
            ("AWS::Logs::LogGroup", "aws/x"),
        ] {
            let schema = windlass::aws::schema(kind).expect("a kind");
            let (_, rule) = schema.physical_name().expect("it has a name");
            let name = named(stack, rule, "web", 0);
            assert!(name.starts_with("w-"), "{kind}: {name}");
        }
    }

    #[test]
    fn every_address_and_generation_has_its_own() {
        let long = "a-very-long-address-whose-end-is-cut-off";
        assert_ne!(
            name(RULE, &format!("{long}-1"), 0),
            name(RULE, &format!("{long}-2"), 0)
        );
        assert_ne!(name(RULE, "web", 0), name(RULE, "web", 1));
        assert_eq!(name(RULE, "web", 1), name(RULE, "web", 1));
    }
}
