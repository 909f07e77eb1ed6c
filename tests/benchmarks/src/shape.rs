//! Synthetic stacks, written as authors write theirs. Not here: the state after they were brought up (`world`).

use clap::ValueEnum;
use windlass::Stack;
use windlass::aws::ec2::{Ingress, SecurityGroup, Vpc};
use windlass::document::Document;
use windlass::prelude::*;
use windlass::request::Request;

/// How resources refer to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Shape {
    /// Each refers to the one before.
    Chain,
    /// All refer to one.
    Star,
    /// Layers of a hundred; each refers to three of the layer before.
    Layers,
    /// `stacks/platform`: twelve resources for each service.
    Platform,
}

const WIDTH: usize = 100;
/// The platform's resources that belong to no service. The next constant: those of each service.
const SHARED: usize = 28;
const PER_SERVICE: usize = 12;

impl Shape {
    /// The shape as one word.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Chain => "chain",
            Self::Star => "star",
            Self::Layers => "layers",
            Self::Platform => "platform",
        }
    }

    /// A document of about `resources` resources: exactly that number for all shapes but the platform, which has whole services.
    ///
    /// # Panics
    /// The stack has problems.
    #[must_use]
    pub fn document(self, resources: usize) -> Document {
        let request = Request::offline("us-east-1");
        let document = match self {
            Self::Platform => {
                let services = resources.saturating_sub(SHARED) / PER_SERVICE;
                let request = request.set("services", services.to_string());
                Stack::test("platform", platform::stack, request)
            }
            shape => Stack::test(shape.word(), |cx| shape.declare(cx, resources), request),
        };
        assert_eq!(document.problems, [], "the stack has problems");
        document
    }

    fn declare(self, cx: &mut Stack, resources: usize) -> Result<()> {
        cx.default_tag("team", "platform");
        let vpc = Vpc::new(cidr!("10.0.0.0/16")).declare(cx, "vpc");
        let mut groups: Vec<Handle<SecurityGroup>> = Vec::with_capacity(resources);
        for number in 0..resources.saturating_sub(1) {
            let from: Vec<usize> = match self {
                Self::Star | Self::Platform => Vec::new(),
                Self::Chain => number.checked_sub(1).into_iter().collect(),
                Self::Layers => (number / WIDTH)
                    .checked_sub(1)
                    .into_iter()
                    .flat_map(|layer| [0, 1, 2].map(|next| layer * WIDTH + (number + next) % WIDTH))
                    .collect(),
            };
            let group = SecurityGroup::new(format!("group {number}")).vpc(vpc.id());
            let group = from.into_iter().fold(group, |group, from| {
                group.ingress(Ingress::tcp(8080).from(&groups[from]))
            });
            groups.push(group.declare(cx, format!("part-{}/group-{number}", number / WIDTH)));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_has_as_many_resources_as_were_asked_for() {
        for shape in [Shape::Chain, Shape::Star, Shape::Layers] {
            assert_eq!(shape.document(250).resources.len(), 250, "{shape:?}");
        }
        assert_eq!(Shape::Platform.document(148).resources.len(), 148);
    }
}
